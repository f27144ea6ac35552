import FoundationEssentials
import SaraiCore
import SaraiSandbox
import Synchronization

/// The one-off commands of `sarai-engine`: what a model file says of itself, making a smaller one of it, and measuring
/// it. All read an untrusted file, so they run in a process of their own, and in a sandbox where the launcher has one.
package struct EngineTool: Sendable {
  private let executable: String
  private let launcher: any ProcessLauncher
  private let environment: [String: String]

  /// - Parameter executable: `sarai-engine`, an absolute path.
  package init(
    executable: String, launcher: any ProcessLauncher = DirectLauncher(), environment: [String: String]
  ) {
    self.executable = executable
    self.launcher = launcher
    self.environment = EngineSpecification.childEnvironment(from: environment)
  }

  /// - Throws: `corruptFile` and what else the engine says; `engineFailed` where it cannot be run or dies of the file.
  package func check(_ file: String) async throws -> ModelFacts {
    let facts = Mutex<FactsLine?>(nil)
    let file = FileSystem.canonical(file) ?? file
    try await run(["check", file], about: file, profile: profile(reads: [file])) { line in
      if let line = try? JSONDecoder().decode(FactsLine.self, from: Data(line)) { facts.withLock { $0 = line } }
    }
    guard let line = facts.withLock({ $0 }) else { throw failed(file, .exited(code: 0)) }
    return ModelFacts(
      name: line.name, architecture: line.architecture, contextTokens: line.context_tokens,
      parameterCount: line.parameter_count, generates: !line.is_embedding_model, quantisation: line.quantisation,
      bitsPerWeight: line.parameter_count > 0 ? Double(line.weight_bytes) * 8 / Double(line.parameter_count) : nil)
  }

  /// Writes a requantised copy. The output is not to be there before; its folder should hold nothing else, since a
  /// sandbox lets the quantiser write to all of it.
  ///
  /// - Throws: as `check`.
  func quantise(
    _ input: String, to output: String, type: QuantisationType, progress: @escaping @Sendable (Double) -> Void
  ) async throws {
    let input = FileSystem.canonical(input) ?? input
    let profile = profile(reads: [input], writesTo: FileSystem.parent(of: output))
    try await run(["quantize", input, output, type.rawValue], about: input, profile: profile) { line in
      if let line = try? JSONDecoder().decode(ProgressLine.self, from: Data(line)), (0...1).contains(line.progress) {
        progress(line.progress)
      }
    }
    guard FileSystem.ownFacts(of: output) != nil else { throw failed(input, .exited(code: 0)) }
  }

  private struct FactsLine: Decodable {
    var name: String?
    var architecture: String
    var context_tokens: Int
    var parameter_count: Int64
    var weight_bytes: Int64
    var quantisation: String
    var is_embedding_model: Bool
  }

  private struct ProgressLine: Decodable {
    var progress: Double
  }

  private struct ErrorLine: Decodable {
    struct Fault: Decodable {
      var code: String
      var message_es: String
      var message_en: String
      var subject: String?
      var cause: String?
    }
    var error: Fault
  }

  /// The model to read, at most a folder to write to, and nothing else.
  func profile(reads files: [String], writesTo folder: String? = nil) -> SandboxProfile {
    var limits = SandboxLimits()
    limits.memoryBytes = max(1 << 30, MachineMemory.totalBytes() ?? 1 << 40)
    limits.tasks = 512
    limits.fileBytes = folder == nil ? 0 : 1 << 40
    limits.startSeconds = 120
    return SandboxProfile(
      name: "engine", kind: .engine, executable: executable, readOnly: files.map { .init(host: $0) },
      readWrite: folder.map { [.init(host: $0)] } ?? [], serves: false, limits: limits)
  }

  func run(
    _ arguments: [String], about file: String, profile: SandboxProfile, line body: @escaping @Sendable ([UInt8]) -> Void
  ) async throws {
    let lines = Mutex(LineSplitter(maximumLineBytes: 64 << 10))
    let fault = Mutex<SaraiError?>(nil)
    var environment = environment
    if launcher.isolates { EngineSpecification.hidePlaces(in: &environment) }
    let command = ChildCommand(
      executable: executable, arguments: arguments, environment: environment, profile: profile)
    try Task.checkCancellation()
    let child = try await launcher.launch(command) { output in
      guard case .standardOutput(let bytes) = output else { return }
      for line in lines.withLock({ $0.lines(after: bytes[...]) }) {
        if let error = try? JSONDecoder().decode(ErrorLine.self, from: Data(line)).error {
          fault.withLock {
            $0 = SaraiError(
              SaraiError.Code(rawValue: error.code) ?? .engineFailed,
              Localized(es: error.message_es, en: error.message_en), subject: error.subject, cause: error.cause)
          }
        } else {
          body(line)
        }
      }
    }
    let exit = await withTaskCancellationHandler {
      await child.waitForExit()
    } onCancel: {
      Task { await child.stop() }
    }
    try Task.checkCancellation()
    if let fault = fault.withLock({ $0 }) { throw fault }
    guard exit == .exited(code: 0) else { throw failed(file, exit) }
  }

  func failed(_ file: String, _ exit: ChildExit) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "sarai-engine no pudo con \(file): \(exit.words.es). Comprueba el archivo con otra descarga.",
        en: "sarai-engine could not cope with \(file): \(exit.words.en). Check the file against another download."),
      subject: file)
  }
}
