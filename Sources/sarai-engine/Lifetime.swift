@preconcurrency import Dispatch
import Glibc
import SaraiInference
import Synchronization

/// When the engine has to end: on SIGTERM, and when standard input ends because its parent is gone.
final class Lifetime: Sendable {
  private enum State {
    /// Nothing to be cleaned up yet: the process just ends.
    case loading
    case serving(stop: @Sendable () -> Void)
    case stopping
  }

  private let state = Mutex(State.loading)
  private let signals = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
  private let parent = DedicatedThread(name: "sarai-parent", stackBytes: 1 << 20)

  init() {
    signal(SIGPIPE, SIG_IGN)
    // Ctrl-C in a terminal reaches the whole group; what it means is decided by whoever started the engine.
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_IGN)
  }

  /// Begins to watch.
  func watch() {
    signals.setEventHandler { [weak self] in self?.end() }
    signals.resume()
    parent.schedule { [weak self] in
      var byte: UInt8 = 0
      while true {
        let count = read(STDIN_FILENO, &byte, 1)
        if count == 0 || (count < 0 && errno != EINTR) { break }
      }
      self?.end()
    }
  }

  /// From now on `stop` is called instead of ending at once; right away when the end has come already.
  func serve(stop: @escaping @Sendable () -> Void) {
    state.withLock { $0 = .serving(stop: stop) }
  }

  /// Whether callers have been told that the engine is ready.
  var isServing: Bool {
    state.withLock { state in
      if case .loading = state { false } else { true }
    }
  }

  private func end() {
    let stop: (@Sendable () -> Void)? = state.withLock { state in
      defer { state = .stopping }
      switch state {
      // Threads are inside libllama: running the process's exit handlers beside them would be unsafe.
      case .loading: _exit(0)
      case .serving(let stop): return stop
      case .stopping: return nil
      }
    }
    stop?()
  }
}
