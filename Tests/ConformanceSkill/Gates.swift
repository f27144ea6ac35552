import Synchronization

/// Doors that requests wait at until another request opens them: tests wait for events, never for time.
final class Gates: Sendable {
  private struct Gate {
    var isOpen = false
    var isHeld = false
    var holders: [Int: CheckedContinuation<Void, Never>] = [:]
    var watchers: [CheckedContinuation<Void, Never>] = []
  }

  private struct State {
    var gates: [String: Gate] = [:]
    var last = 0
  }

  static let shared = Gates()

  private let state = Mutex(State())

  /// Waits until the gate is opened, or the task is cancelled.
  func hold(_ name: String) async throws {
    let number = state.withLock { state in
      state.last += 1
      return state.last
    }
    await withTaskCancellationHandler {
      await wait(name, number)
    } onCancel: {
      state.withLock { $0.gates[name]?.holders.removeValue(forKey: number) }?.resume()
    }
    try Task.checkCancellation()
  }

  /// Waits until the gate is opened, cancelled or not.
  func holdDeaf(_ name: String) async {
    let number = state.withLock { state in
      state.last += 1
      return state.last
    }
    await wait(name, number, isDeaf: true)
  }

  private func wait(_ name: String, _ number: Int, isDeaf: Bool = false) async {
    await withCheckedContinuation { continuation in
      let (passes, watchers) = state.withLock { state in
        var gate = state.gates[name] ?? Gate()
        defer { state.gates[name] = gate }
        gate.isHeld = true
        let watchers = gate.watchers
        gate.watchers = []
        if gate.isOpen || (!isDeaf && Task.isCancelled) { return (true, watchers) }
        gate.holders[number] = continuation
        return (false, watchers)
      }
      for watcher in watchers { watcher.resume() }
      if passes { continuation.resume() }
    }
  }

  /// Waits until somebody waits at the gate, or has.
  func held(_ name: String) async {
    await withCheckedContinuation { continuation in
      let isHeld = state.withLock { state in
        var gate = state.gates[name] ?? Gate()
        defer { state.gates[name] = gate }
        if !gate.isHeld { gate.watchers.append(continuation) }
        return gate.isHeld
      }
      if isHeld { continuation.resume() }
    }
  }

  /// Opens the gate for all who wait and all to come.
  func release(_ name: String) {
    let holders = state.withLock { state in
      var gate = state.gates[name] ?? Gate()
      defer { state.gates[name] = gate }
      gate.isOpen = true
      let holders = gate.holders.values
      gate.holders = [:]
      return holders
    }
    for holder in holders { holder.resume() }
  }
}
