import Glibc
import SaraiCore
import Synchronization

/// When a serving process has to end, on SIGTERM or because its standard input ends and its parent is gone, and when
/// it has to read its configuration again, on SIGUSR1.
package final class Lifetime: Sendable {
  private enum State {
    /// Nothing to be cleaned up yet: the process just ends.
    case loading
    case serving(stop: @Sendable () -> Void)
    case stopping
  }

  private let state = Mutex(State.loading)
  private let numbers: [Int32]
  private let reload = Mutex<(@Sendable () -> Void)?>(nil)

  /// From here on signals wait for `watch`.
  ///
  /// - Parameter endsOnInterrupt: Whether Ctrl-C ends the process as SIGTERM does, and at once the second time.
  package init(endsOnInterrupt: Bool = false) {
    signal(SIGPIPE, SIG_IGN)
    // Ctrl-C in a terminal reaches the whole group; what it means is decided by whoever started this process.
    signal(SIGINT, SIG_IGN)
    numbers = endsOnInterrupt ? [SIGTERM, SIGUSR1, SIGINT] : [SIGTERM, SIGUSR1]
    // A handler, because it holds for the process: what threads block depends on who started them and when.
    precondition(signalPipe.write >= 0, "pipe: \(String(cString: strerror(errno)))")
    for number in numbers {
      signal(number) { number in
        // Only what is safe at any moment: one write.
        let before = errno
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(signalPipe.write, &byte, 1)
        errno = before
      }
    }
  }

  /// Begins to watch.
  ///
  /// - Parameter endsWithInput: Whether the end of standard input is the end of the process.
  package func watch(endsWithInput: Bool) {
    DetachedThread.start(stackBytes: 256 << 10) { [weak self] in
      // Whoever started this process may have left it with all signals blocked, as threads of Dispatch do.
      var mask = sigset_t()
      sigemptyset(&mask)
      for signal in self?.numbers ?? [] { sigaddset(&mask, signal) }
      pthread_sigmask(SIG_UNBLOCK, &mask, nil)
      while let signal = Self.nextByte(signalPipe.read), let self {
        if signal == SIGUSR1 { self.reload.withLock { $0 }?() } else { self.end(interrupted: signal == SIGINT) }
      }
    }
    guard endsWithInput else { return }
    DetachedThread.start(stackBytes: 256 << 10) { [weak self] in
      while Self.nextByte(STDIN_FILENO) != nil {}
      self?.end()
    }
  }

  /// From now on `stop` is called instead of ending at once; right away when the end has come already.
  package func serve(reload: (@Sendable () -> Void)? = nil, stop: @escaping @Sendable () -> Void) {
    self.reload.withLock { $0 = reload }
    state.withLock { $0 = .serving(stop: stop) }
  }

  /// Whether callers have been told that the process is ready.
  package var isServing: Bool {
    state.withLock { state in
      if case .loading = state { false } else { true }
    }
  }

  private func end(interrupted: Bool = false) {
    let stop: (@Sendable () -> Void)? = state.withLock { state in
      defer { state = .stopping }
      switch state {
      // Threads may be deep inside a library: running the process's exit handlers beside them would be unsafe.
      case .loading: _exit(0)
      case .serving(let stop): return stop
      case .stopping:
        if interrupted { _exit(128 + SIGINT) }
        return nil
      }
    }
    stop?()
  }

  /// Waits for a byte; nil at the end of the file.
  private static func nextByte(_ file: Int32) -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = read(file, &byte, 1)
      if count == 1 { return Int32(byte) }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}

/// How signals reach the thread that deals with them; -1 where the system has no pipe to give.
private let signalPipe: (read: Int32, write: Int32) = {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return (-1, -1) }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  // A handler must never wait: the pipe is full only where thousands of signals are still to be dealt with.
  _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
  return (ends[0], ends[1])
}()
