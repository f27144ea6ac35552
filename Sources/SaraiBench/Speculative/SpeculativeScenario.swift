import FoundationEssentials
package import SaraiCore

/// The same requests with guesses and without, in turn, on one engine, and on llama-server beside it: the same text, in
/// how much less time.
package struct SpeculativeScenario: BenchScenario {
  package struct Options: Sendable {
    /// A catalogue id or a role.
    package var model: String
    package var kinds: [String]
    package var maxTokens = 160
    /// Pairs of each request.
    package var rounds = 1
    /// Of each kind at most.
    package var prompts = 50
    package var mode = SpeculationMode.cost
    /// llama-server, the model's file and the draft model's; nil measures SARAi alone.
    package var llamaServerExecutable: String?
    package var modelFile: String?
    package var draftFile: String?
    package var threads = 2
    package var contextTokens = 2_048
    package var environment: [String: String] = [:]
    /// Where SARAi's state is: its processes are found by it.
    package var home: String?

    package static let kindNames = SpeculativePrompt.Kind.allCases.map(\.rawValue)

    package init(model: String, kinds: [String] = kindNames) {
      self.model = model
      self.kinds = kinds
    }
  }

  package let name = "speculative"
  private let asker: ModelAsker
  private let options: Options
  private static let mostWarmUps = 60

  package init(models: any ModelGateway, options: Options) {
    asker = ModelAsker(models: models, model: options.model)
    self.options = options
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    let references = try startReferences(progress)
    defer { references.folder.map { try? FileManager.default.removeItem(atPath: $0) } }
    try await warmUp(references.all, progress)
    var figures: [SpeculativePrompt.Kind: SpeculativeFigures] = [:]
    let kinds = SpeculativePrompt.Kind.allCases.filter { options.kinds.contains($0.rawValue) }
    let work = try kinds.flatMap { try SpeculativePrompt.all($0).prefix(options.prompts) }
    for (done, prompt) in work.enumerated() {
      let kind = prompt.kind.rawValue
      progress(0.05 + 0.95 * Double(done) / Double(work.count), Localized(es: kind, en: kind))
      try await measure(prompt, seed: UInt64(done), references.all, into: &figures[prompt.kind, default: .init()])
    }
    progress(1, Localized(es: "listo", en: "done"))
    var report = SpeculativeFigures.report(figures, options: options, machine: machine)
    report.rows += memoryRows()
    return report
  }

  // MARK: - Starting

  /// llama-server in one of its settings.
  private typealias Reference = (name: String, server: LlamaServer)

  private func startReferences(_ progress: BenchProgress) throws -> (all: [Reference], folder: String?) {
    guard let executable = options.llamaServerExecutable, let modelFile = options.modelFile else { return ([], nil) }
    progress(0.01, Localized(es: "llama-server arranca", en: "llama-server starts"))
    let folder = "/tmp/sarai-bench-speculative-\(ProcessInfo.processInfo.processIdentifier)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let all = try LlamaServer.Speculation.all(draftFile: options.draftFile).map { setting in
      let server = try LlamaServer(
        executable: executable, modelFile: modelFile, contextTokens: options.contextTokens, threads: options.threads,
        environment: options.environment, folder: folder, name: setting.name, settings: setting.arguments)
      return (setting.name, server)
    }
    return (all, folder)
  }

  /// An engine that has just started finds out while nobody asks whether guesses keep the text; until then it makes none.
  private func warmUp(_ references: [Reference], _ progress: BenchProgress) async throws {
    progress(0.03, Localized(es: "el motor comprueba que puede adivinar", en: "the engine checks that it may guess"))
    let prompt = try SpeculativePrompt.all(.json)[0]
    for reference in references { _ = try reference.server.ask(prompt.messages, prompt.form, maxTokens: 16) }
    // However often requests break the check off, it comes to an end.
    for _ in 0..<Self.mostWarmUps {
      let answer = try await asker.ask(
        prompt.messages, grammar: prompt.grammar, maxTokens: options.maxTokens, mode: .acceptance)
      if answer.summary.speculation != nil { return }
    }
    throw SaraiError(
      .notAvailable,
      es: "El motor de «\(options.model)» no adivina tokens: sus lotes no dan los mismos bits, o está desactivado.",
      en: "The engine of \"\(options.model)\" guesses no tokens: its batches do not give the same bits, or it is off.",
      subject: options.model)
  }

  // MARK: - Measuring

  private func measure(
    _ prompt: SpeculativePrompt, seed: UInt64, _ references: [Reference],
    into figures: inout SpeculativeFigures
  ) async throws {
    var ratios: [Double] = []
    for round in 0..<options.rounds {
      // The first of the two computes the prompt, which is not measured.
      let turn = Int(seed) + round
      let order: [SpeculationMode] = turn.isMultiple(of: 2) ? [.off, options.mode] : [options.mode, .off]
      var answers: [SpeculationMode: ModelAsker.Answer] = [:]
      func askOurs() async throws {
        for mode in order {
          answers[mode] = try await asker.ask(
            prompt.messages, grammar: prompt.grammar, maxTokens: options.maxTokens, seed: seed, mode: mode)
        }
      }
      if turn % 4 < 2 { try await askOurs() }
      for index in references.indices {
        let reference = references[(index + turn) % references.count]
        let rate = try reference.server.ask(prompt.messages, prompt.form, maxTokens: options.maxTokens).rate
        if let rate { figures.references[reference.name, default: []].append(rate) }
      }
      if turn % 4 >= 2 { try await askOurs() }
      guard let plain = answers[.off], let guessed = answers[options.mode] else { continue }
      figures.sameText.add(plain.text == guessed.text)
      if let report = guessed.summary.speculation {
        figures.report.add(report)
        figures.requestsWithGuesses += 1
        if report.fallbacks > 0 { figures.requestsWithFallback += 1 }
        if let speedup = report.speedup { figures.claimed.append(speedup) }
      }
      guard let ours = guessed.rate, let reference = plain.rate else { continue }
      figures.tokensPerSecond.add(ours: ours, reference: reference)
      ratios.append(ours / reference)
    }
    if let ratio = Summary(ratios)?.median { figures.ratios.append(ratio) }
  }

  // MARK: - Memory

  /// What of the draft model's file lies in the supervisor and in the engine that it drafts for.
  private func memoryRows() -> [BenchReport.Row] {
    guard let draft = options.draftFile, let home = options.home, let base = ProcessSearch.supervisor(home: home)
    else { return [] }
    let bytes = ProcessFootprint(pid: base, modelFile: draft).map { Double($0.weightBytes) / 1e6 }
    return [BenchReport.Row("draft_model_in_the_supervisor", unit: "MB", bytes.map { [$0] } ?? [])].compactMap { $0 }
  }
}
