import FoundationEssentials
import Glibc
import SaraiCore

/// SARAi beside llama-server: the same libllama, model file, prompts, threads and context, asked in turn over HTTP.
///
/// Each pair of measurements runs on one server and then on the other, first the one, next time the other first; the
/// one that waits computes nothing. Prompts begin with words of their own, so none profits from one before it unless
/// that is what is measured.
package struct ChatScenario: BenchScenario {
  package struct Options: Sendable {
    /// The `sarai` that is measured; `sarai-engine` lies beside it.
    package var saraiExecutable: String
    package var llamaServerExecutable: String
    /// The GGUF file, and the catalogue id under which SARAi knows it.
    package var modelFile: String
    package var modelID: String
    package var environment: [String: String]
    package var threads: Int
    package var contextTokens: Int = 2_048
    /// How many pairs, and how many restarts of both servers.
    package var pairs: Int
    package var restarts: Int

    /// No new pair is begun once its part of these has passed.
    package var durationSeconds: Double

    package static let defaultDurationSeconds = 480.0
    package static let quickDurationSeconds = 60.0

    /// - Parameter durationSeconds: What the whole may take, a little more or less; the number of pairs follows it.
    package init(
      saraiExecutable: String, llamaServerExecutable: String, modelFile: String, modelID: String,
      environment: [String: String], threads: Int, durationSeconds: Double = Self.defaultDurationSeconds
    ) {
      self.saraiExecutable = saraiExecutable
      self.llamaServerExecutable = llamaServerExecutable
      self.modelFile = modelFile
      self.modelID = modelID
      self.environment = environment
      self.threads = threads
      self.durationSeconds = durationSeconds
      pairs = max(3, Int(durationSeconds / 20))
      restarts = max(2, Int(durationSeconds / 80))
    }
  }

  package let name = "chat"
  private let options: Options

  package init(_ options: Options) {
    self.options = options
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    for file in [options.saraiExecutable, options.llamaServerExecutable, options.modelFile]
    where access(file, R_OK) != 0 {
      throw SaraiError(
        .notFound, es: "Falta \(file): «make bench SCENARIO=chat» lo prepara todo.",
        en: "\(file) is missing: make bench SCENARIO=chat prepares everything.", subject: file)
    }
    let machine = Machine.current()
    let folder = "/tmp/sarai-bench-\(getpid())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var figures = ChatFigures()
    try measureWarm(folder: folder, into: &figures, progress: progress)
    try measureRestarts(folder: folder, into: &figures, progress: progress)
    progress(0.97, Localized(es: "sarai --help", en: "sarai --help"))
    try measureHelp(folder: folder, into: &figures)
    progress(1, Localized(es: "listo", en: "done"))
    return figures.report(machine: machine, settings: settings)
  }

  private var settings: JSONObject {
    var settings = JSONObject()
    settings["model"] = .string(options.modelID)
    settings["threads"] = .integer(Int64(options.threads))
    settings["context_tokens"] = .integer(Int64(options.contextTokens))
    settings["pairs"] = .integer(Int64(options.pairs))
    settings["restarts"] = .integer(Int64(options.restarts))
    return settings
  }

  // MARK: - The steps

  /// Decoding, first tokens of fresh prompts and of warm prefixes, and memory after all that.
  private func measureWarm(folder: String, into figures: inout ChatFigures, progress: BenchProgress) throws {
    let step = Localized(es: "servidores en marcha, peticiones por turnos", en: "servers up, requests in turn")
    progress(0.01, step)
    let servers = try ChatServers(options, folder: folder)
    defer { servers.stop() }
    // Once each, unmeasured: engines start, pages are read, kernels are chosen.
    for side in ChatServers.Side.allCases {
      _ = try servers.ask(side, system: ChatPrompts.shortSystem, user: "Hi.", maxTokens: 8)
    }
    figures.serveIdlePSS = servers.serveFootprint().map { [Double($0.proportionalBytes) / 1e6] } ?? []
    let deadline = Monotonic.seconds() + 0.6 * options.durationSeconds
    for pair in 0..<options.pairs where pair < 2 || Monotonic.seconds() < deadline {
      progress(0.02 + 0.55 * Double(pair) / Double(options.pairs), step)
      let order = pair.isMultiple(of: 2) ? ChatServers.Side.allCases : ChatServers.Side.allCases.reversed()
      try measureDecoding(servers, pair: pair, order: order, into: &figures)
      try measurePrefix(servers, pair: pair, order: order, into: &figures)
    }
    progress(0.58, Localized(es: "memoria bajo carga", en: "memory under load"))
    figures.serveLoadedPSS = try servers.serveFootprintsUnderLoad().map { Double($0.proportionalBytes) / 1e6 }
    if let engine = servers.engineFootprint(), let reference = servers.referenceFootprint() {
      figures.engineMemory.add(
        ours: Double(engine.besidesWeightsBytes) / 1e6, reference: Double(reference.besidesWeightsBytes) / 1e6)
    }
  }

  /// A fresh prompt and a long answer: time to first token, and tokens a second after it.
  private func measureDecoding(
    _ servers: ChatServers, pair: Int, order: [ChatServers.Side], into figures: inout ChatFigures
  ) throws {
    var streams: [ChatServers.Side: StreamingClient.Stream] = [:]
    for side in order {
      streams[side] = try servers.ask(
        side, system: "\(ChatPrompts.fresh(pair)) \(ChatPrompts.shortSystem)", user: ChatPrompts.task(pair),
        maxTokens: 256)
    }
    guard let ours = streams[.sarai], let reference = streams[.reference] else { return }
    figures.sameText.add(ours.text == reference.text)
    figures.samePromptLength.add(ours.promptTokens == reference.promptTokens)
    figures.coldFirstToken.add(ours: ours.firstTokenSeconds * 1000, reference: reference.firstTokenSeconds * 1000)
    if let oursRate = ours.tokensPerSecond, let referenceRate = reference.tokensPerSecond {
      figures.tokensPerSecond.add(ours: oursRate, reference: referenceRate)
    }
  }

  /// A 1,000-token system prompt that neither server has seen, then another question to it.
  private func measurePrefix(
    _ servers: ChatServers, pair: Int, order: [ChatServers.Side], into figures: inout ChatFigures
  ) throws {
    let system = ChatPrompts.longSystem(pair)
    var cold: [ChatServers.Side: Double] = [:]
    var warm: [ChatServers.Side: Double] = [:]
    for side in order {
      cold[side] = try servers.ask(side, system: system, user: ChatPrompts.question(0), maxTokens: 4)
        .firstTokenSeconds
      warm[side] = try servers.ask(side, system: system, user: ChatPrompts.question(1), maxTokens: 4)
        .firstTokenSeconds
    }
    guard let oursCold = cold[.sarai], let referenceCold = cold[.reference], let oursWarm = warm[.sarai],
      let referenceWarm = warm[.reference]
    else { return }
    figures.coldLongFirstToken.add(ours: oursCold * 1000, reference: referenceCold * 1000)
    figures.warmLongFirstToken.add(ours: oursWarm * 1000, reference: referenceWarm * 1000)
  }

  /// Both servers anew: the first token with a prefix that an earlier process left on disk.
  private func measureRestarts(folder: String, into figures: inout ChatFigures, progress: BenchProgress) throws {
    let step = Localized(
      es: "reinicios: primer token con el prefijo del disco", en: "restarts: first token with the prefix from disk")
    let system = ChatPrompts.longSystem(-1)
    progress(0.62, step)
    try ChatServers.withServers(options, folder: folder) { servers in
      for side in ChatServers.Side.allCases {
        _ = try servers.ask(side, system: system, user: ChatPrompts.question(2), maxTokens: 4)
      }
      try servers.saveReferenceSlot()
    }
    let deadline = Monotonic.seconds() + 0.35 * options.durationSeconds
    for restart in 0..<options.restarts where restart < 2 || Monotonic.seconds() < deadline {
      progress(0.65 + 0.31 * Double(restart) / Double(options.restarts), step)
      let order = restart.isMultiple(of: 2) ? ChatServers.Side.allCases : ChatServers.Side.allCases.reversed()
      let first = (system: system, user: ChatPrompts.question(2 + restart))
      try ChatServers.withServers(options, folder: folder, order: order, first: first) { servers in
        if let ours = servers.firstTokenSeconds[.sarai], let reference = servers.firstTokenSeconds[.reference] {
          figures.processFirstToken.add(ours: ours * 1000, reference: reference * 1000)
        }
      }
      try ChatServers.withServers(options, folder: folder, order: order) { servers in
        // What a start leaves to be done in the background is done by then.
        usleep(500_000)
        try measureRestored(servers, order: order, system: system, round: restart, into: &figures)
      }
    }
  }

  /// The prefix that was used last, first after a start and then once another prompt has taken its place.
  private func measureRestored(
    _ servers: ChatServers, order: [ChatServers.Side], system: String, round: Int, into figures: inout ChatFigures
  ) throws {
    var restored: [ChatServers.Side: Double] = [:]
    var fetched: [ChatServers.Side: Double] = [:]
    var cold: [ChatServers.Side: Double] = [:]
    for side in order {
      restored[side] = try servers.askRestored(side, system: system, user: ChatPrompts.question(3 + round))
      cold[side] = try servers.ask(
        side, system: ChatPrompts.longSystem(10_000 + round), user: ChatPrompts.question(3 + round), maxTokens: 4
      ).firstTokenSeconds
      fetched[side] = try servers.askRestored(side, system: system, user: ChatPrompts.question(4 + round))
    }
    guard let ours = restored[.sarai], let reference = restored[.reference], let oursCold = cold[.sarai],
      let oursFetched = fetched[.sarai], let referenceFetched = fetched[.reference]
    else { return }
    figures.restoredFirstToken.add(ours: ours * 1000, reference: reference * 1000)
    figures.restoredAgainstCold.add(ours: ours * 1000, reference: oursCold * 1000)
    figures.fetchedFirstToken.add(ours: oursFetched * 1000, reference: referenceFetched * 1000)
  }

  private func measureHelp(folder: String, into figures: inout ChatFigures) throws {
    for _ in 0..<20 {
      let start = Monotonic.seconds()
      let child = try ChildProcess(
        options.saraiExecutable, ["--help"], environment: options.environment, log: "\(folder)/help.log")
      let status = child.wait()
      figures.helpMilliseconds.append((Monotonic.seconds() - start) * 1000)
      guard status == 0 else {
        throw SaraiError(
          .internalFault, Localized(es: "sarai --help terminó con \(status).", en: "sarai --help ended with \(status).")
        )
      }
    }
  }
}
