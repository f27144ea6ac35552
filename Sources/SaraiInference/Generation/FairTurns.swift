import SaraiCore
import Synchronization

/// Lets one caller in at a time. Those who wait are served by turns between clients, in order within one client, so
/// that a client with a hundred requests holds nobody up.
package final class FairTurns: Sendable {
  private struct Waiter {
    let id: UInt64
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct Lane {
    let client: String
    var waiters: [Waiter]
  }

  private struct State {
    var isTaken = false
    /// Clients with waiting requests; the first one's turn is next.
    var lanes: [Lane] = []
    var lastID: UInt64 = 0
    /// Those whose cancellation came before they queued.
    var cancelled: Set<UInt64> = []

    var waiting: Int { lanes.reduce(0) { $0 + $1.waiters.count } }

    mutating func append(_ waiter: Waiter, client: String) {
      if let lane = lanes.firstIndex(where: { $0.client == client }) {
        lanes[lane].waiters.append(waiter)
      } else {
        lanes.append(Lane(client: client, waiters: [waiter]))
      }
    }

    mutating func next() -> Waiter? {
      guard !lanes.isEmpty else { return nil }
      var lane = lanes.removeFirst()
      let waiter = lane.waiters.removeFirst()
      if !lane.waiters.isEmpty { lanes.append(lane) }
      return waiter
    }

    mutating func remove(_ id: UInt64) -> Waiter? {
      for lane in lanes.indices {
        guard let index = lanes[lane].waiters.firstIndex(where: { $0.id == id }) else { continue }
        let waiter = lanes[lane].waiters.remove(at: index)
        if lanes[lane].waiters.isEmpty { lanes.remove(at: lane) }
        return waiter
      }
      return nil
    }
  }

  private let state = Mutex(State())
  private let capacity: Int

  /// - Parameter capacity: How many may wait.
  package init(capacity: Int) {
    self.capacity = capacity
  }

  /// How many wait now.
  package var waiting: Int { state.withLock(\.waiting) }

  /// Runs `body` when it is this client's turn.
  ///
  /// - Throws: `SaraiError.busy` when too many wait; `CancellationError` when the task is cancelled while it waits;
  ///   what `body` throws.
  package func withTurn<Result>(
    client: String, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Result
  ) async throws -> Result {
    try await take(client: client)
    defer { give() }
    return try await body()
  }

  private enum Entry {
    case mine
    case full
    case cancelled
    case queued
  }

  private func take(client: String) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let entry: Entry = state.withLock { state in
          if state.cancelled.remove(id) != nil { return .cancelled }
          guard state.isTaken else {
            state.isTaken = true
            return .mine
          }
          guard state.waiting < capacity else { return .full }
          state.append(Waiter(id: id, continuation: continuation), client: client)
          return .queued
        }
        switch entry {
        case .mine: continuation.resume()
        case .cancelled: continuation.resume(throwing: CancellationError())
        case .full: continuation.resume(throwing: busy)
        case .queued: break
        }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        let waiter = state.remove(id)
        if waiter == nil { state.cancelled.insert(id) }
        return waiter
      }
      waiter?.continuation.resume(throwing: CancellationError())
    }
    // A cancellation that came too late leaves its mark behind.
    _ = state.withLock { $0.cancelled.remove(id) }
  }

  private func give() {
    let next = state.withLock { state in
      let next = state.next()
      state.isTaken = next != nil
      return next
    }
    next?.continuation.resume()
  }

  private var busy: SaraiError {
    SaraiError(
      .busy,
      es: "El modelo ya tiene \(capacity) peticiones en espera. Vuelva a intentarlo dentro de unos segundos.",
      en: "The model already has \(capacity) requests waiting. Try again in a few seconds.")
  }
}
