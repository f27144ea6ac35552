import CSeccomp
import Glibc
import SaraiCore

/// Starts programs of SARAi's own outside any sandbox.
enum ProgramStart {
  /// Starts one in a session of its own, so that no terminal reaches it.
  ///
  /// - Parameter descriptors: Become its descriptors 0 to 3; it gets no other.
  /// - Throws: `sandboxFailed` where it cannot be started.
  static func spawn(
    _ executable: String, arguments: [String], environment: [String: String],
    descriptors: (input: Int32, output: Int32, error: Int32, fourth: Int32)
  ) throws(SaraiError) -> (pid: pid_t, pidfd: Int32) {
    var spawned = sarai_spawned()
    let result = withCStrings([executable] + arguments) { words in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
        var request = sarai_spawn_request()
        request.executable = UnsafePointer(words[0])
        request.arguments = words
        request.environment = variables
        (request.input, request.output, request.error, request.control) = descriptors
        request.cgroup = -1
        request.closes_others = 1
        request.begins_session = 1
        request.user = -1
        request.group = -1
        return sarai_spawn(&request, &spawned)
      }
    }
    guard result == 0 else { throw fault(executable, -result) }
    return (spawned.pid, spawned.pidfd)
  }

  /// A pipe of which the other end, a plain one that waits, goes to a program.
  ///
  /// - Parameter reads: Whether this process reads from it.
  static func pipe(reads: Bool, for executable: String) throws(SaraiError) -> (ours: Int32, theirs: Int32) {
    var ends: [Int32] = [-1, -1]
    let result = sarai_pipe_open(&ends, 0)
    guard result == 0 else { throw fault(executable, -result) }
    let (ours, theirs) = reads ? (ends[0], ends[1]) : (ends[1], ends[0])
    _ = fcntl(theirs, F_SETFL, 0)
    return (ours, theirs)
  }

  static func fault(_ executable: String, _ code: Int32) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "No se pudo ejecutar «\(executable)»: reinstala SARAi con «make install».",
        en: "\"\(executable)\" could not be run: install SARAi again with \"make install\"."),
      subject: executable, cause: systemMessage(code))
  }
}
