import CSeccomp
import Glibc
package import SaraiCore

/// A program of SARAi's own that outlives whoever starts it: in a session of its own, with no descriptor but the
/// standard ones.
package enum DetachedProcess {
  /// Starts it and reads the first line that it prints, or what there is where it ends before that.
  ///
  /// It is reaped by this process, should it end first.
  /// - Parameter errors: A descriptor for its standard error.
  /// - Throws: `sandboxFailed` where it cannot be started.
  package static func start(
    _ executable: String, arguments: [String], environment: [String: String], errors: Int32
  ) async throws(SaraiError) -> [UInt8] {
    let output = try spawn(executable, arguments, environment, errors: errors)
    return await withCheckedContinuation { continuation in
      DetachedThread.start(stackBytes: 64 << 10) { continuation.resume(returning: firstLine(output)) }
    }
  }

  private static func spawn(
    _ executable: String, _ arguments: [String], _ environment: [String: String], errors: Int32
  ) throws(SaraiError) -> Int32 {
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    defer { close(nothing) }
    var ends: [Int32] = [-1, -1]
    guard nothing >= 0, sarai_pipe_open(&ends, 0) == 0 else { throw fault(executable, errno) }
    // It is a plain pipe that the program gets.
    _ = fcntl(ends[1], F_SETFL, 0)
    defer { close(ends[1]) }
    var words = ([executable] + arguments).map { strdup($0) } + [nil]
    var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var spawned = sarai_spawned()
    let result = executable.withCString { path in
      words.withUnsafeMutableBufferPointer { words in
        variables.withUnsafeMutableBufferPointer { variables in
          var request = sarai_spawn_request()
          request.executable = path
          request.arguments = UnsafePointer(words.baseAddress)
          request.environment = UnsafePointer(variables.baseAddress)
          request.input = nothing
          request.output = ends[1]
          request.error = errors
          request.control = nothing
          request.cgroup = -1
          request.closes_others = 1
          request.begins_session = 1
          request.user = -1
          request.group = -1
          return sarai_spawn(&request, &spawned)
        }
      }
    }
    guard result == 0 else {
      close(ends[0])
      throw fault(executable, -result)
    }
    let (pid, pidfd) = (spawned.pid, spawned.pidfd)
    DetachedThread.start(stackBytes: 64 << 10) {
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      close(pidfd)
    }
    return ends[0]
  }

  /// At most 64 KiB.
  private static func firstLine(_ descriptor: Int32) -> [UInt8] {
    defer { close(descriptor) }
    var line: [UInt8] = []
    var byte: UInt8 = 0
    while line.count < 64 << 10 {
      let count = read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1, byte != UInt8(ascii: "\n") else { break }
      line.append(byte)
    }
    return line
  }

  private static func fault(_ executable: String, _ code: Int32) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "No se pudo ejecutar «\(executable)»: reinstala SARAi con «make install».",
        en: "\"\(executable)\" could not be run: install SARAi again with \"make install\"."),
      subject: executable, cause: systemMessage(code))
  }
}
