import CLlama
import Glibc
import SaraiCore
import Synchronization

/// A thread of its own for work that blocks or needs a deep stack, so that Swift's cooperative threads never wait.
///
/// Work runs in the order it came. The thread ends, after the work it has, when the last reference goes.
package final class DedicatedThread: Sendable {
  private let queue: Queue

  /// - Parameters:
  ///   - name: What tools show; at most 15 bytes.
  ///   - stackBytes: Only what is used of it takes memory.
  package init(name: String, stackBytes: Int = 64 << 20) {
    queue = Queue(name: name)
    DetachedThread.start(stackBytes: stackBytes) { [queue] in queue.run() }
  }

  deinit {
    queue.put(nil)
  }

  /// Runs `body` on the thread and gives its result.
  package func perform<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      queue.put { continuation.resume(with: Swift.Result(catching: body)) }
    }
  }

  /// Runs `body` on the thread; nobody waits for it.
  package func schedule(_ body: @escaping @Sendable () -> Void) {
    queue.put(body)
  }

  private final class Queue: @unchecked Sendable {
    private let name: String
    private let work = Mutex<[(@Sendable () -> Void)?]>([])
    /// Counts the work that waits; POSIX semaphores may be used from any thread.
    private let available = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

    init(name: String) {
      self.name = name
      sem_init(available, 0, 0)
    }

    deinit {
      sem_destroy(available)
      available.deallocate()
    }

    /// `nil` ends the thread.
    func put(_ item: (@Sendable () -> Void)?) {
      work.withLock { $0.append(item) }
      sem_post(available)
    }

    func run() {
      sarai_name_thread(name)
      while true {
        while sem_wait(available) != 0 {}
        guard let item = work.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return }
        item()
      }
    }
  }
}

/// A value that lives on one thread and is never touched from another.
package final class ThreadConfined<Value>: Sendable {
  private let thread: DedicatedThread
  private let box = Box()

  /// Holds the only lasting reference to the value, so that the thread which empties it is the one that frees.
  private final class Box: @unchecked Sendable {
    /// Used on the thread only.
    var value: Value?
  }

  package init(
    threadName: String, stackBytes: Int = 64 << 20, _ make: @escaping @Sendable () throws -> Value
  ) async throws {
    thread = DedicatedThread(name: threadName, stackBytes: stackBytes)
    try await thread.perform { [box] in box.value = try make() }
  }

  deinit {
    // Freed where it lived: libraries keep things for the thread that made them.
    thread.schedule { [box] in box.value = nil }
  }

  /// Runs `body` with the value, on its thread, after what was asked for before.
  package func withValue<Result: Sendable>(
    _ body: @escaping @Sendable (Value) throws -> Result
  ) async throws -> Result {
    try await thread.perform { [box] in try body(Self.value(of: box)) }
  }

  /// As `withValue`, but nobody waits for it.
  package func schedule(_ body: @escaping @Sendable (Value) -> Void) {
    thread.schedule { [box] in body(Self.value(of: box)) }
  }

  private static func value(of box: Box) -> Value {
    guard let value = box.value else { preconditionFailure("used before it was made, or after its making failed") }
    return value
  }
}
