import NIOCore
import Synchronization

/// One client's connection: its task, which ends when the client goes away or the server will wait no longer.
final class Connection: Sendable {
  /// The connection that the current task serves.
  @TaskLocal static var current: Connection?

  private enum State {
    case idle
    case running(Task<Void, Never>)
    case cancelled
  }

  let eventLoop: any EventLoop
  private let state = Mutex(State.idle)

  init(eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  /// Serves the connection with `body` until it is done or cancelled.
  func run(_ body: @escaping @Sendable () async -> Void) async {
    let task = Task { await Self.$current.withValue(self) { await body() } }
    let wasCancelled = state.withLock { state in
      if case .cancelled = state { return true }
      state = .running(task)
      return false
    }
    if wasCancelled { task.cancel() }
    await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  func cancel() {
    let task = state.withLock { state -> Task<Void, Never>? in
      defer { state = .cancelled }
      if case .running(let task) = state { return task }
      return nil
    }
    task?.cancel()
  }

  func scheduleCancellation(at deadline: Deadline) -> Scheduled<Void> {
    // A moment later than the deadline itself, which a stream that still moves answers with an error.
    eventLoop.scheduleTask(deadline: deadline.instant + .seconds(1)) { self.cancel() }
  }
}

/// The connections that are open, for the end of a drain.
final class ConnectionRegistry: Sendable {
  private let connections = Mutex<[ObjectIdentifier: Connection]>([:])

  var count: Int { connections.withLock { $0.count } }

  func with(_ connection: Connection, _ body: () async -> Void) async {
    connections.withLock { $0[ObjectIdentifier(connection)] = connection }
    await body()
    connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(connection)) }
  }

  func cancelAll() {
    for connection in connections.withLock({ Array($0.values) }) { connection.cancel() }
  }
}
