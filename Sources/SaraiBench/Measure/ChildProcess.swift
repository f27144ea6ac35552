import Glibc
import SaraiCore
import Synchronization

/// A server under measurement: started with its output in a log file, ended by its pid on every way out.
///
/// Calls block: a benchmark has nothing else to do meanwhile.
final class ChildProcess {
  let pid: Int32
  let name: String
  private var isReaped = false

  /// - Throws: `SaraiError` (`engineFailed`) where the program cannot be started.
  init(_ executable: String, _ arguments: [String], environment: [String: String], log: String) throws {
    name = executable.split(separator: "/").last.map(String.init) ?? executable
    pid = try Self.spawn(executable, arguments, environment: environment, log: log)
    ChildRegister.add(pid)
  }

  deinit { stop() }

  var isRunning: Bool {
    if !isReaped, waitpid(pid, nil, WNOHANG) == pid { markReaped() }
    return !isReaped
  }

  /// Waits for the end; the exit status, or 128 + the signal that ended it.
  func wait() -> Int32 {
    guard !isReaped else { return 0 }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    markReaped()
    return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
  }

  /// Asks to end, and kills what has not ended 10 s later.
  func stop() {
    guard isRunning else { return }
    kill(pid, SIGTERM)
    let deadline = Monotonic.seconds() + 10
    while isRunning, Monotonic.seconds() < deadline { usleep(5_000) }
    guard isRunning else { return }
    kill(pid, SIGKILL)
    _ = wait()
  }

  private func markReaped() {
    isReaped = true
    ChildRegister.remove(pid)
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], environment: [String: String], log: String
  ) throws -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Signals that this process ignores or blocks would stay so in the child, which could then not be told to end.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    let arguments = ([executable] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (arguments + variables).forEach { free($0) } }
    var pid: Int32 = 0
    let status = posix_spawn(&pid, executable, &actions, &attributes, arguments, variables)
    guard status == 0 else {
      throw SaraiError(
        .engineFailed,
        Localized(
          es: "\(executable) no arranca: comprueba que existe y que se puede ejecutar.",
          en: "\(executable) does not start: check that it is there and executable."),
        subject: executable, cause: String(cString: strerror(status)))
    }
    return pid
  }
}

/// The children alive, so that a benchmark ended by a signal takes them along.
enum ChildRegister {
  private static let capacity = 16
  /// 0 is a free place. A signal handler may not lock, so it reads plain words.
  nonisolated(unsafe) private static let pids: UnsafeMutablePointer<Int32> = {
    let pids = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    pids.initialize(repeating: 0, count: capacity)
    return pids
  }()
  private static let writers = Mutex(())

  private static let watch: Void = {
    for number in [SIGINT, SIGTERM, SIGHUP] {
      signal(number) { number in
        for place in 0..<ChildRegister.capacity where ChildRegister.pids[place] > 0 {
          kill(ChildRegister.pids[place], SIGTERM)
        }
        _exit(128 + number)
      }
    }
  }()

  static func add(_ pid: Int32) {
    writers.withLock { _ in
      _ = watch
      if let free = (0..<capacity).first(where: { pids[$0] == 0 }) { pids[free] = pid }
    }
  }

  static func remove(_ pid: Int32) {
    writers.withLock { _ in
      for place in 0..<capacity where pids[place] == pid { pids[place] = 0 }
    }
  }
}

enum Monotonic {
  static func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
