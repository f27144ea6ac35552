import CSeccomp
import Glibc
package import SaraiCore
import Synchronization

/// A program of SARAi's own outside any sandbox that is handed a descriptor, number 3, and ends with this process: its
/// standard input comes to its end then.
package final class PlainProcess: SandboxedProcess {
  package let pid: Int32
  package let socket: String? = nil
  private let exit = OneShot<SandboxExit>()
  private let ends: Mutex<Ends>

  private struct Ends {
    /// -1 once closed.
    var input: Int32
    var pidfd: Int32
    var wasTerminated = false
  }

  private init(pid: Int32, pidfd: Int32, input: Int32) {
    self.pid = pid
    ends = Mutex(Ends(input: input, pidfd: pidfd))
  }

  /// - Parameters:
  ///   - environment: The whole of it: nothing is inherited.
  ///   - descriptor: Stays this process's too.
  ///   - output: Called with what the program prints, in order, from one thread.
  /// - Throws: `sandboxFailed` where it cannot be started.
  package static func start(
    _ executable: String, arguments: [String], environment: [String: String], handing descriptor: Int32,
    output: @escaping @Sendable (SandboxOutput) -> Void
  ) throws(SaraiError) -> PlainProcess {
    var open: [Int32] = []
    func pipe(reads: Bool) throws(SaraiError) -> (ours: Int32, theirs: Int32) {
      let ends = try ProgramStart.pipe(reads: reads, for: executable)
      open += [ends.ours, ends.theirs]
      return ends
    }
    do {
      let (input, standard, error) = (try pipe(reads: false), try pipe(reads: true), try pipe(reads: true))
      let spawned = try ProgramStart.spawn(
        executable, arguments: arguments, environment: environment,
        descriptors: (input: input.theirs, output: standard.theirs, error: error.theirs, fourth: descriptor))
      for end in [input.theirs, standard.theirs, error.theirs] { close(end) }
      let process = PlainProcess(pid: spawned.pid, pidfd: spawned.pidfd, input: input.ours)
      DetachedThread.start(stackBytes: 256 << 10) {
        process.attend(standardOutput: standard.ours, standardError: error.ours, output)
      }
      return process
    } catch {
      for end in open { close(end) }
      throw error
    }
  }

  package func waitForExit() async -> SandboxExit { await exit.wait() }

  package func signal(_ signal: Int32) {
    ends.withLock { if $0.pidfd >= 0 { _ = sarai_send_signal($0.pidfd, signal) } }
  }

  package func terminate(graceSeconds: Double) async -> SandboxExit {
    ends.withLock { $0.wasTerminated = true }
    signal(SIGTERM)
    let killer = Task {
      try await Task.sleep(for: .seconds(graceSeconds))
      signal(SIGKILL)
    }
    defer { killer.cancel() }
    return await exit.wait()
  }

  /// Reads until both pipes end, for what a program says last tells why it ended, and takes its status.
  private func attend(
    standardOutput: Int32, standardError: Int32, _ output: @Sendable (SandboxOutput) -> Void
  ) {
    var polls = [standardOutput, standardError].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while polls.contains(where: { $0.fd >= 0 }) {
      if poll(&polls, nfds_t(polls.count), -1) < 0, errno != EINTR { break }
      for index in polls.indices where polls[index].fd >= 0 && polls[index].revents != 0 {
        let count = read(polls[index].fd, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          close(polls[index].fd)
          // A negative one is passed over.
          polls[index].fd = -1
          continue
        }
        let bytes = Array(buffer.prefix(count))
        output(index == 0 ? .standardOutput(bytes) : .standardError(bytes))
      }
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    let wasTerminated = ends.withLock { ends in
      close(ends.input)
      close(ends.pidfd)
      (ends.input, ends.pidfd) = (-1, -1)
      return ends.wasTerminated
    }
    exit.set(SandboxExit(Self.reason(status, wasTerminated: wasTerminated)))
  }

  private static func reason(_ status: Int32, wasTerminated: Bool) -> SandboxExit.Reason {
    // As of wait(2): the low seven bits are the signal, the next byte the code.
    let signal = status & 0x7F
    if signal == 0 { return .exited(code: status >> 8 & 0xFF) }
    return wasTerminated ? .terminated : .signal(signal)
  }
}
