import ArgumentParser
import CAllocator
import Glibc
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import SaraiCore
import SaraiInference
import SkillProtocol

/// Loads a model and answers calls until the parent is gone.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Loads a model and serves it on a unix socket.")

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    case gguf, e5
  }

  @Option(help: "The unix socket to listen on, at most 107 bytes.")
  var socket: String

  @Option(help: "The model file.", completion: .file())
  var model: String

  @Option(help: "Tokens that prompt and answer may take together.")
  var context = 4_096

  @Option(help: "Folder for states that outlive the process.", completion: .directory)
  var cacheDir: String?

  @Option(help: "The kind of model file.")
  var kind = Kind.gguf

  @Option(name: .customLong("model-sha256"), help: "The file's SHA-256, where the caller knows it.")
  var modelSHA256: String?

  @Flag(help: "The caller has checked the file against a hash that it trusts: weights are not checked again.")
  var trusted = false

  @Option(help: "Threads to compute with: a number, or auto to follow the machine's load.")
  var threads = "auto"

  @Option(help: "The build of libllama for which the following four hold; with another one they are ignored.")
  var tunedFor: String?

  @Option(help: "Tokens of a prompt to compute in one go.")
  var batch: Int?

  @Option(help: "Never more threads than this.")
  var maxThreads: Int?

  @Option(help: "The largest batch whose logits are bit for bit those of single tokens; 1 where none is.")
  var exactBatch: Int?

  @Flag(help: "Weights are not repacked for the processor.")
  var noExtraBuffers = false

  @Option(help: "The unix socket of a smaller model that guesses ahead.")
  var draftSocket: String?

  @Flag(help: "Guesses ahead for a larger model.")
  var draft = false

  @Option(help: "Requests that may wait.")
  var maxQueue = 64

  @Option(help: "How tokens are guessed ahead: cost, acceptance or off.")
  var speculation = SpeculationMode.cost.rawValue

  @Option(help: "What the model is called in messages.")
  var name = ""

  @Option(help: "Least important log lines to write: trace, debug, info, warning, error.")
  var logLevel = "info"

  func validate() throws {
    guard (16...16_777_216).contains(context) else {
      throw ValidationError("--context takes 16 to 16777216 tokens")
    }
    guard (0...100_000).contains(maxQueue) else { throw ValidationError("--max-queue takes 0 to 100000") }
    guard threads == "auto" || Int(threads).map((1...1_024).contains) == true else {
      throw ValidationError("--threads takes auto or 1 to 1024")
    }
    guard batch.map((16...65_536).contains) != false, maxThreads.map((1...1_024).contains) != false,
      exactBatch.map((1...1_024).contains) != false
    else { throw ValidationError("--batch, --max-threads or --exact-batch out of range") }
    guard SpeculationMode(rawValue: speculation) != nil else {
      throw ValidationError("--speculation takes cost, acceptance or off")
    }
    guard Logger.Level(rawValue: logLevel) != nil else { throw ValidationError("unknown --log-level") }
  }

  func run() async throws {
    // A saved prefix is tens of megabytes; kept for the next one they would be the engine's largest part.
    sarai_allocator_prepare()
    let channel = MachineChannel()
    let lifetime = Lifetime()
    lifetime.watch(endsWithInput: true)
    do {
      try await serve(channel, lifetime)
    } catch {
      channel.write(error: SaraiError(error))
      Glibc.exit(MachineChannel.dataError)
    }
    Glibc.exit(0)
  }

  private func serve(_ channel: MachineChannel, _ lifetime: Lifetime) async throws {
    let logger = makeLogger()
    let engine = try await load(channel, lifetime, logger)
    let listener: UnixListener
    do {
      listener = try UnixListener(path: socket)
    } catch {
      // The end of the process must not find the library computing.
      await engine.flush()
      throw error
    }
    defer { listener.removeFile() }
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: 16 << 20, allowedUsers: [getuid()], maximumConnections: 1_024, log: logger),
      services: services(engine, logger), interceptors: [RequestTrail(log: logger)])
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.serve() }
        // Only a server that listens can be stopped: ending one that is about to trips an assertion in NIO.
        _ = try await server.listeningAddress
        lifetime.serve { server.beginGracefulShutdown() }
        StartPages.giveBack()
        logger.info("serving \(name) on \(socket)")
        channel.write(Ready())
        try await group.waitForAll()
      }
    } catch {
      logger.error("the server ended: \(error)")
    }
    await engine.flush()
    logger.info("ended")
  }

  private func services(_ engine: any InferenceEngine, _ logger: Logger) -> [any RegistrableRPCService] {
    var services: [any RegistrableRPCService] = [
      EngineService(engine: engine, modelSHA256: modelSHA256 ?? "", logger: logger),
      HealthService(service: Sarai_Engine_V1_Engine.descriptor.fullyQualifiedService),
    ]
    if draft, let engine = engine as? TextEngine {
      services.append(DraftService(server: DraftServer(engine: engine), logger: logger))
    }
    return services
  }

  private func load(
    _ channel: MachineChannel, _ lifetime: Lifetime, _ logger: Logger
  ) async throws -> any InferenceEngine {
    var options = EngineOptions(
      modelPath: model, modelName: name, modelSHA256: modelSHA256, isTrusted: trusted, contextTokens: context,
      cacheFolder: cacheDir, threads: Int(threads), maximumQueue: maxQueue,
      log: { level, line in logger.log(level: Logger.Level(level), "libllama: \(line)") },
      onHang: { error in
        logger.critical("\(error)")
        if lifetime.isServing { _exit(MachineChannel.softwareError) }
        channel.write(error: error)
        _exit(MachineChannel.dataError)
      })
    options.limitsTemplateMemory = true
    options.draftTransport = try draftSocket.map { try DraftClient(socket: $0) }
    options.onDraftRefusal = { logger.warning("\($0)") }
    if let tuning { options.tuning = tuning }
    if tunedFor != nil, tuning == nil {
      logger.notice("tuned for another build of libllama (\(tunedFor ?? "")): run sarai tune again")
    }
    // Who guesses for another needs no guesses.
    options.speculation = draft ? .off : SpeculationMode(rawValue: speculation) ?? .cost
    let engine: any InferenceEngine =
      switch kind {
      case .gguf: try await TextEngine.load(options)
      case .e5: try await EmbeddingEngine.load(options)
      }
    for warning in engine.description.warnings { logger.warning("\(warning)") }
    return engine
  }

  /// What was measured with this very library; nil where nothing was.
  private var tuning: EngineTuning? {
    guard tunedFor == LlamaLibrary.build else { return nil }
    var tuning = EngineTuning()
    tuning.extraBuffers = !noExtraBuffers
    if let batch { tuning.batchTokens = batch }
    tuning.maximumThreads = maxThreads
    tuning.exactBatchTokens = exactBatch
    return tuning
  }

  private func makeLogger() -> Logger {
    let level = Logger.Level(rawValue: logLevel) ?? .info
    return Logger(label: "sarai-engine") { _ in JSONLinesLog(role: "engine", level: level) }
  }

  private struct Ready: Encodable {
    var ready = true
  }
}

extension Logger.Level {
  /// libllama is talkative, and calls a cancelled computation an error; what matters becomes an error of ours.
  fileprivate init(_ level: LlamaLibrary.LogLevel) {
    switch level {
    case .debug: self = .trace
    case .information: self = .debug
    case .warning: self = .debug
    case .error: self = .info
    }
  }
}
