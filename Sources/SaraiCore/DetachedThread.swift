import Glibc

/// A thread for work that waits in the kernel or needs a deep stack: Swift's own threads are few and never block.
package enum DetachedThread {
  /// Runs `body` on a new thread, which ends with it. The process ends where there can be no such thread.
  ///
  /// - Parameter stackBytes: Only what is used of it takes memory.
  package static func start(stackBytes: Int, _ body: @escaping @Sendable () -> Void) {
    precondition(tryStart(stackBytes: stackBytes, body), "pthread_create: \(String(cString: strerror(errno)))")
  }

  /// The same for who can do without: false where the system has no thread to give.
  package static func tryStart(stackBytes: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, stackBytes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let work = Unmanaged.passRetained(Work(body))
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard status == 0 else {
      work.release()
      errno = status
      return false
    }
    return true
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void

    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
