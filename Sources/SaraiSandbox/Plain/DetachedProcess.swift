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
    guard nothing >= 0 else { throw ProgramStart.fault(executable, errno) }
    defer { close(nothing) }
    let output = try ProgramStart.pipe(reads: true, for: executable)
    defer { close(output.theirs) }
    let spawned: (pid: pid_t, pidfd: Int32)
    do {
      spawned = try ProgramStart.spawn(
        executable, arguments: arguments, environment: environment,
        descriptors: (input: nothing, output: output.theirs, error: errors, fourth: nothing))
    } catch {
      close(output.ours)
      throw error
    }
    DetachedThread.start(stackBytes: 64 << 10) {
      var status: Int32 = 0
      while waitpid(spawned.pid, &status, 0) < 0, errno == EINTR {}
      close(spawned.pidfd)
    }
    return output.ours
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
}
