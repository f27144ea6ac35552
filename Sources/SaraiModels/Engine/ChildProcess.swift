import Glibc
package import SaraiCore
package import SaraiSandbox
import Subprocess
import Synchronization
import SystemPackage

/// What to run as a child process.
package struct ChildCommand: Sendable, Hashable {
  /// The file to execute, an absolute path.
  package var executable: String
  package var arguments: [String]
  /// The whole environment of the child: nothing else is inherited.
  package var environment: [String: String]
  /// What it may touch, where it is started inside a sandbox.
  package var profile: SandboxProfile?

  package init(
    executable: String, arguments: [String], environment: [String: String], profile: SandboxProfile? = nil
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.profile = profile
  }
}

/// Bytes that a child wrote, in the pieces in which they came.
package enum ChildOutput: Sendable {
  case standardOutput([UInt8])
  case standardError([UInt8])
}

/// How child processes are started: directly, or inside a sandbox.
package protocol ProcessLauncher: Sendable {
  /// True where children see only what their command's profile grants.
  var isolates: Bool { get }

  /// Starts the command with a pipe on each of descriptors 0, 1 and 2, and no other descriptor.
  ///
  /// Its standard input stays open and silent for as long as this process lives, so a child that reads end of file
  /// there knows that its parent is gone. Its output is read until it ends, however much it writes.
  ///
  /// - Throws: `engineFailed` where the executable is missing or cannot be run.
  func launch(
    _ command: ChildCommand, output: @escaping @Sendable (ChildOutput) -> Void
  ) async throws -> any ChildProcess
}

/// A running child. It is reaped when it ends, whoever waits for it.
package protocol ChildProcess: Sendable {
  var pid: Int32 { get }
  /// Where its socket is for this process; nil where that is what its command says.
  var socket: String? { get }

  /// Waits until the child has ended.
  func waitForExit() async -> ChildExit

  /// Ends the child: SIGTERM, and SIGKILL where it has not ended within the launcher's grace.
  @discardableResult
  func stop() async -> ChildExit
}

/// A child outside of any sandbox.
private final class DirectChild: ChildProcess {
  private enum State {
    /// Its output is being read; stopping is asked for through `stopRequest`.
    case running
    /// It has closed its output; stopping is the cancellation of the task that waits for its end.
    case silent
  }

  let pid: Int32
  let socket: String? = nil
  private let exit: OneShot<ChildExit>
  private let stopRequest = OneShot<Void>()
  private let state = Mutex(State.running)
  private let graceSeconds: Double
  private let cancelTask = OneShot<@Sendable () -> Void>()

  init(pid: Int32, exit: OneShot<ChildExit>, graceSeconds: Double) {
    self.pid = pid
    self.exit = exit
    self.graceSeconds = graceSeconds
  }

  func waitForExit() async -> ChildExit { await exit.wait() }

  func stop() async -> ChildExit {
    stopRequest.set(())
    if state.withLock({ $0 == .silent }) { await cancelTask.wait()() }
    return await exit.wait()
  }

  func attach(_ task: Task<Void, Never>) {
    cancelTask.set { task.cancel() }
  }

  /// Reads the child's output until it ends, or until the child is told to stop and has stopped.
  func attend(
    _ execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>,
    output: @escaping @Sendable (ChildOutput) -> Void
  ) async {
    await withTaskGroup { group in
      group.addTask { await Self.read(execution.standardOutput) { output(.standardOutput($0)) } }
      group.addTask { await Self.read(execution.standardError) { output(.standardError($0)) } }
      let stopper = Task {
        guard (try? await self.stopRequest.waitOrCancel()) != nil else { return }
        await execution.teardown(using: [.gracefulShutDown(allowedDurationToNextStep: .seconds(self.graceSeconds))])
      }
      await group.waitForAll()
      state.withLock { $0 = .silent }
      // A child that was told to stop before it fell silent is still being stopped.
      if stopRequest.value == nil { stopper.cancel() }
      await stopper.value
    }
  }

  private static func read(_ stream: SubprocessOutputSequence, _ body: ([UInt8]) -> Void) async {
    do {
      for try await buffer in stream { body(buffer.withUnsafeBytes { Array($0) }) }
    } catch {
      // A pipe that cannot be read is as good as one that ended: the child's end is watched apart from it.
      return
    }
  }
}

/// Starts children with swift-subprocess, outside of any sandbox.
package struct DirectLauncher: ProcessLauncher {
  package let isolates = false
  /// Time between SIGTERM and SIGKILL.
  private let graceSeconds: Double

  package init(graceSeconds: Double = 5) {
    self.graceSeconds = graceSeconds
  }

  package func launch(
    _ command: ChildCommand, output: @escaping @Sendable (ChildOutput) -> Void
  ) async throws -> any ChildProcess {
    let started = OneShot<Result<DirectChild, SaraiError>>()
    let exit = OneShot<ChildExit>()
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(graceSeconds))]
    let environment = command.environment.reduce(into: [Environment.Key: String]()) { result, entry in
      if let key = Environment.Key(rawValue: entry.key) { result[key] = entry.value }
    }
    // The child outlives the call that starts it: its task belongs to the `ChildProcess`, and ends with it.
    let task = Task { [graceSeconds, options] in
      do {
        let result = try await run(
          .path(FilePath(command.executable)), arguments: Arguments(command.arguments),
          environment: .custom(environment), platformOptions: options, input: .inputWriter, output: .sequence,
          error: .sequence
        ) { execution in
          let child = DirectChild(
            pid: execution.processIdentifier.value, exit: exit, graceSeconds: graceSeconds)
          started.set(.success(child))
          await child.attend(execution, output: output)
        }
        exit.set(ChildExit(result.terminationStatus))
      } catch {
        started.set(.failure(Self.cannotStart(command, cause: error)))
        exit.set(.unknown)
      }
    }
    let child = try await started.wait().get()
    child.attach(task)
    return child
  }

  private static func cannotStart(_ command: ChildCommand, cause: any Error) -> SaraiError {
    SaraiError(
      .engineFailed,
      es: "No se pudo ejecutar «\(command.executable)». Comprueba que existe y que se puede ejecutar; "
        + "«sarai doctor» dice qué falta.",
      en: "\"\(command.executable)\" could not be run. Check that it exists and is executable; "
        + "\"sarai doctor\" says what is missing.",
      subject: command.executable, cause: cause)
  }
}

/// How a child ended.
package enum ChildExit: Sendable, Hashable {
  case exited(code: Int32)
  case killed(signal: Int32)
  /// It went beyond what its sandbox lets it use; a clause with the engine as its subject.
  case limited(Localized)
  /// It is gone, and the system did not say how.
  case unknown

  init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(code: code)
    case .signaled(let signal): self = .killed(signal: signal)
    }
  }

  /// What a user is told: a clause with the engine as its subject.
  package var words: Localized {
    switch self {
    case .exited(let code):
      Localized(es: "terminó con el código \(code)", en: "it ended with code \(code)")
    case .killed(SIGKILL):
      Localized(
        es: "lo mató el sistema, por falta de memoria, o alguien con kill -9 (señal 9)",
        en: "the system, short of memory, or somebody with kill -9 killed it (signal 9)")
    case .killed(SIGABRT):
      Localized(
        es: "se detuvo por un fallo interno (abort)", en: "it stopped on an internal fault (abort)")
    case .killed(SIGSEGV), .killed(SIGBUS), .killed(SIGILL), .killed(SIGTRAP), .killed(SIGFPE):
      Localized(
        es: "se estrelló (señal \(signal ?? 0))", en: "it crashed (signal \(signal ?? 0))")
    case .killed(let signal):
      Localized(es: "lo terminó la señal \(signal)", en: "signal \(signal) ended it")
    case .limited(let words): words
    case .unknown:
      Localized(es: "desapareció sin decir por qué", en: "it vanished without saying why")
    }
  }

  private var signal: Int32? {
    if case .killed(let signal) = self { signal } else { nil }
  }
}
