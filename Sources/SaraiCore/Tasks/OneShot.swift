import Synchronization

/// A value that is set once and awaited by any number of tasks.
package final class OneShot<Value: Sendable>: Sendable {
  private typealias Waiter = CheckedContinuation<Value?, Never>

  private enum State {
    case waiting([UInt64: Waiter])
    case set(Value)
  }

  private let state = Mutex(State.waiting([:]))
  private let waiterCount = Atomic<UInt64>(0)

  package init() {}

  /// The value, where it has been set.
  package var value: Value? {
    state.withLock { state in
      if case .set(let value) = state { value } else { nil }
    }
  }

  /// The first value wins; true where this one did.
  @discardableResult
  package func set(_ value: Value) -> Bool {
    let waiters = state.withLock { state -> [UInt64: Waiter]? in
      guard case .waiting(let waiters) = state else { return nil }
      state = .set(value)
      return waiters
    }
    for waiter in (waiters ?? [:]).values { waiter.resume(returning: value) }
    return waiters != nil
  }

  /// Waits for the value, whatever happens to the task that waits.
  package func wait() async -> Value {
    while true {
      let value = await withCheckedContinuation { join($0, as: newWaiter(), unless: { false }) }
      if let value { return value }
    }
  }

  /// Waits for the value or for the end of the task.
  package func waitOrCancel() async throws(CancellationError) -> Value {
    let waiter = newWaiter()
    let value = await withTaskCancellationHandler {
      await withCheckedContinuation { join($0, as: waiter, unless: { Task.isCancelled }) }
    } onCancel: {
      leave(waiter)
    }
    guard let value else { throw CancellationError() }
    return value
  }

  private func newWaiter() -> UInt64 { waiterCount.add(1, ordering: .relaxed).newValue }

  private func join(_ continuation: Waiter, as waiter: UInt64, unless isCancelled: () -> Bool) {
    // Cancellation may have come before this waiter joined: asked under the lock that `leave` takes, it is seen here
    // or there.
    let settled: Value?? = state.withLock { state in
      switch state {
      case .set(let value): return .some(value)
      case .waiting(var waiters):
        if isCancelled() { return .some(nil) }
        waiters[waiter] = continuation
        state = .waiting(waiters)
        return nil
      }
    }
    if let settled { continuation.resume(returning: settled) }
  }

  private func leave(_ waiter: UInt64) {
    let continuation = state.withLock { state -> Waiter? in
      guard case .waiting(var waiters) = state else { return nil }
      let continuation = waiters.removeValue(forKey: waiter)
      state = .waiting(waiters)
      return continuation
    }
    continuation?.resume(returning: nil)
  }
}

/// Runs `body`, and gives up on it after so many seconds.
///
/// - Throws: what `body` throws, or `expired()` at the deadline.
package func withDeadline<Result: Sendable>(
  seconds: Double, expired: @escaping @Sendable () -> SaraiError,
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  try await withThrowingTaskGroup(of: Result.self) { group in
    defer { group.cancelAll() }
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: .seconds(seconds))
      throw expired()
    }
    guard let first = try await group.next() else { throw CancellationError() }
    return first
  }
}
