import FoundationEssentials
import Glibc
package import Logging
package import SaraiCore
import SaraiSandbox

/// One engine to start: which model, how large a context, and where it finds its things.
package struct EngineSpecification: Sendable, Hashable {
  package enum Format: String, Sendable {
    case gguf, e5
  }

  /// `sarai-engine`, an absolute path.
  package var executable: String
  /// The model's id, for messages and logs.
  package var name: String
  package var modelFile: String
  package var format: Format
  package var contextTokens: Int
  /// At most 107 bytes, the limit of a unix socket's path.
  package var socket: String
  package var cacheFolder: String
  package var sha256: String?
  /// True where `sha256` is the one that the catalogue names, so that the weights need no check of their own.
  package var isTrusted: Bool
  /// Nil lets the engine follow the machine's load.
  package var threads: Int?
  /// Requests that may wait in the engine at a time.
  package var maxQueue: Int
  /// How tokens are guessed ahead.
  package var speculation = SpeculationMode.cost
  /// What was measured for this file on this machine.
  package var tuning: ModelTuning?
  /// True for an engine that guesses ahead for larger models.
  package var isDraft = false
  /// Where it finds one; nil for none.
  package var draftSocket: String?

  package init(
    executable: String, name: String, modelFile: String, format: Format, contextTokens: Int, socket: String,
    cacheFolder: String, sha256: String?, isTrusted: Bool, threads: Int?, maxQueue: Int, tuning: ModelTuning? = nil
  ) {
    self.executable = executable
    self.name = name
    self.modelFile = modelFile
    self.format = format
    self.contextTokens = contextTokens
    self.socket = socket
    self.cacheFolder = cacheFolder
    self.sha256 = sha256
    self.isTrusted = isTrusted
    self.threads = threads
    self.maxQueue = maxQueue
    self.tuning = tuning
  }

  /// - Parameter isolated: Whether it runs in a sandbox, where its socket has a fixed place.
  func command(environment: [String: String], isolated: Bool) -> ChildCommand {
    var arguments = [
      "serve", "--socket", isolated ? SandboxPaths.socket : socket, "--model", modelFile, "--context",
      "\(contextTokens)", "--cache-dir", cacheFolder,
      "--kind", format.rawValue, "--threads", threads.map { "\($0)" } ?? "auto", "--max-queue", "\(maxQueue)",
      "--name", name,
    ]
    if let sha256 { arguments += ["--model-sha256", sha256] }
    if isTrusted { arguments.append("--trusted") }
    if let tuning { arguments += tuning.arguments }
    if speculation != .cost { arguments += ["--speculation", speculation.rawValue] }
    if isDraft { arguments.append("--draft") }
    if let draftSocket {
      arguments += ["--draft-socket", isolated ? SandboxPaths.grantedSocket(Self.draftGrant) : draftSocket]
    }
    var child = Self.childEnvironment(from: environment)
    if isolated { Self.hidePlaces(in: &child) }
    return ChildCommand(executable: executable, arguments: arguments, environment: child, profile: profile)
  }

  private static let draftGrant = "draft"

  /// Its model to read, its cache to write, a socket to serve on, at most one to ask a draft model: nothing else.
  private var profile: SandboxProfile {
    var limits = SandboxLimits()
    // What fits is the pool's decision, before the start; this only keeps an engine from taking the whole machine.
    limits.memoryBytes = max(1 << 30, MachineMemory.totalBytes() ?? 1 << 40)
    limits.tasks = 512
    limits.openFiles = 1_024 + 128
    limits.fileBytes = 16 << 30
    limits.startSeconds = 120
    return SandboxProfile(
      name: "engine", kind: .engine, executable: executable, readOnly: [.init(host: modelFile)],
      readWrite: [.init(host: cacheFolder)],
      sockets: draftSocket.map { [.init(name: Self.draftGrant, host: $0)] } ?? [], serves: true, limits: limits)
  }

  /// Takes out what names folders of the host, which are not there in a sandbox.
  static func hidePlaces(in environment: inout [String: String]) {
    for name in ["HOME", "PATH", "TMPDIR", "LLVM_PROFILE_FILE"] { environment[name] = nil }
  }

  /// A model file is untrusted, so its engine gets only what it needs of the environment: never the keys and tokens
  /// that may be there.
  static func childEnvironment(from environment: [String: String]) -> [String: String] {
    let names: Set = ["PATH", "HOME", "TZ", "TMPDIR", "LANG", "LANGUAGE", "LD_LIBRARY_PATH", "LLVM_PROFILE_FILE"]
    let prefixes = ["LC_", "OMP_", "GOMP_", "GGML_"]
    var child = environment.filter { name, _ in names.contains(name) || prefixes.contains { name.hasPrefix($0) } }
    // Without these two an abort starts a debugger and a crash writes a report for seconds before the process ends.
    child["GGML_NO_BACKTRACE"] = "1"
    child["SWIFT_BACKTRACE"] = "enable=no"
    return child
  }
}

/// A `sarai-engine serve` process that has said it is ready.
package final class EngineProcess: Sendable {
  package let specification: EngineSpecification
  private let child: any ChildProcess
  private let output: EngineOutput
  private let ended = OneShot<ChildExit>()
  private let stopRequest = OneShot<Void>()

  package var pid: Int32 { child.pid }
  /// Where it listens.
  package var socket: String { child.socket ?? specification.socket }
  /// How it ended, where it has.
  package var exit: ChildExit? { ended.value }

  private init(specification: EngineSpecification, child: any ChildProcess, output: EngineOutput) {
    self.specification = specification
    self.child = child
    self.output = output
  }

  /// Starts the engine and waits until it is ready to answer.
  ///
  /// - Throws: the engine's own error (`corruptFile`, `insufficientResources`, …); `engineFailed` where it ends or
  ///   says nothing that makes sense; `timeout` where it is not ready in time. Nothing is left running then.
  package static func start(
    _ specification: EngineSpecification, launcher: any ProcessLauncher, environment: [String: String],
    startTimeoutSeconds: Double, logger: Logger
  ) async throws -> EngineProcess {
    let output = EngineOutput(name: specification.name, logger: logger)
    let child = try await launcher.launch(
      specification.command(environment: environment, isolated: launcher.isolates)
    ) { output.receive($0) }
    let process = EngineProcess(specification: specification, child: child, output: output)
    process.watch()
    do {
      try await withDeadline(seconds: startTimeoutSeconds, expired: { output.notReady(after: startTimeoutSeconds) }) {
        try await output.startup.waitOrCancel().get()
      }
    } catch {
      await process.stop()
      throw error
    }
    return process
  }

  /// Waits until the process has ended and its socket is gone.
  package func waitForExit() async -> ChildExit { await ended.wait() }

  /// Ends the process and removes what it leaves.
  @discardableResult
  package func stop() async -> ChildExit {
    stopRequest.set(())
    await child.stop()
    return await ended.wait()
  }

  /// What a caller is told whose request the engine's end cut short; nil while the engine runs.
  package func failure() -> SaraiError? {
    ended.value.map { stopRequest.value == nil ? output.died($0, whileAnswering: true) : output.stopped() }
  }

  /// The same, where the engine is gone or goes within so many seconds: a broken connection is heard of a moment before
  /// the end of the process is.
  package func failure(within seconds: Double) async -> SaraiError? {
    _ = try? await withDeadline(seconds: seconds, expired: { self.output.unreachable() }) {
      try await self.ended.waitOrCancel()
    }
    return failure()
  }

  /// Waits for its end, or for that of the task.
  func waitForFailure() async throws(CancellationError) -> SaraiError? {
    _ = try await ended.waitOrCancel()
    return failure()
  }

  private func watch() {
    Task {
      let exit = await child.waitForExit()
      // An engine that was killed could not remove its socket.
      unlink(socket)
      output.startup.set(.failure(output.died(exit, whileAnswering: false)))
      ended.set(exit)
    }
  }
}
