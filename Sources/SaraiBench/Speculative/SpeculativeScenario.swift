package import SaraiCore

/// The same requests with guesses and without, in turn, on one engine: the same text, in how much less time.
package struct SpeculativeScenario: BenchScenario {
  package let name = "speculative"
  private let models: any ModelGateway
  private let model: String
  private let maxTokens: Int
  /// Pairs of each request.
  private let rounds: Int
  private let mode: SpeculationMode

  package init(
    models: any ModelGateway, model: String, maxTokens: Int = 160, rounds: Int = 1, mode: SpeculationMode = .cost
  ) {
    self.models = models
    self.model = model
    self.maxTokens = maxTokens
    self.rounds = rounds
    self.mode = mode
  }

  /// What one kind of work came to.
  private struct Figures {
    var tokensPerSecond = PairedSample()
    var sameText = Proportion()
    var report = SpeculationReport()
    /// By request, of the median pair.
    var ratios: [Double] = []
    /// What the engine itself says: its own estimate, to be held against the pairs.
    var claimed: [Double] = []
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    try await warmUp(progress)
    var figures: [SpeculativePrompt.Kind: Figures] = [:]
    let total = SpeculativePrompt.Kind.allCases.reduce(0) { $0 + SpeculativePrompt.all($1).count }
    var done = 0
    for kind in SpeculativePrompt.Kind.allCases {
      for (index, prompt) in SpeculativePrompt.all(kind).enumerated() {
        progress(0.05 + 0.95 * Double(done) / Double(total), Localized(es: kind.rawValue, en: kind.rawValue))
        try await measure(prompt, seed: UInt64(index), into: &figures[kind, default: Figures()])
        done += 1
      }
    }
    progress(1, Localized(es: "listo", en: "done"))
    return report(figures, machine: machine)
  }

  /// An engine that has just started finds out while nobody asks whether guesses keep the text; until then it makes none.
  private func warmUp(_ progress: BenchProgress) async throws {
    progress(0.01, Localized(es: "el motor comprueba que puede adivinar", en: "the engine checks that it may guess"))
    let prompt = SpeculativePrompt.all(.json)[0]
    for _ in 0..<12 {
      if try await answer(prompt, seed: 0, mode: .acceptance).summary.speculation != nil { return }
      try await Task.sleep(for: .seconds(5))
    }
    throw SaraiError(
      .notAvailable,
      es: "El motor de «\(model)» no adivina tokens: sus lotes no dan los mismos bits, o está desactivado.",
      en: "The engine of \"\(model)\" guesses no tokens: its batches do not give the same bits, or it is switched off.",
      subject: model)
  }

  private func measure(_ prompt: SpeculativePrompt, seed: UInt64, into figures: inout Figures) async throws {
    var ratios: [Double] = []
    for round in 0..<rounds {
      // The first of the two computes the prompt, which is not measured.
      let order: [SpeculationMode] = (Int(seed) + round).isMultiple(of: 2) ? [.off, mode] : [mode, .off]
      var answers: [SpeculationMode: (text: String, summary: GenerationSummary)] = [:]
      for mode in order { answers[mode] = try await answer(prompt, seed: seed, mode: mode) }
      guard let plain = answers[.off], let guessed = answers[mode] else { continue }
      figures.sameText.add(plain.text == guessed.text)
      if let report = guessed.summary.speculation {
        figures.report.add(report)
        if let speedup = report.speedup { figures.claimed.append(speedup) }
      }
      guard let ours = Self.rate(guessed.summary), let reference = Self.rate(plain.summary) else { continue }
      figures.tokensPerSecond.add(ours: ours, reference: reference)
      ratios.append(ours / reference)
    }
    if let ratio = Summary(ratios)?.median { figures.ratios.append(ratio) }
  }

  /// Tokens a second; nil for answers too short to say.
  private static func rate(_ summary: GenerationSummary) -> Double? {
    guard summary.usage.completionTokens >= 16, summary.timings.decodeSeconds > 0 else { return nil }
    return Double(summary.usage.completionTokens) / summary.timings.decodeSeconds
  }

  private func answer(
    _ prompt: SpeculativePrompt, seed: UInt64, mode: SpeculationMode
  ) async throws -> (text: String, summary: GenerationSummary) {
    var sampling = SamplingParameters()
    sampling.temperature = 0
    sampling.maxTokens = maxTokens
    sampling.seed = seed
    let request = GenerationRequest(
      model: model, prompt: .chat(prompt.messages), sampling: sampling, client: "bench", requestID: "speculative",
      grammar: prompt.grammar, speculation: mode)
    var text = ""
    var summary: GenerationSummary?
    for try await event in try await models.generate(request) {
      switch event {
      case .text(let more): text += more
      case .finished(let end): summary = end
      case .started: break
      }
    }
    guard let summary else {
      throw SaraiError(
        .engineFailed, es: "El motor cortó la respuesta. Vuelve a intentarlo.",
        en: "The engine cut the answer off. Try again.")
    }
    return (text, summary)
  }

  // MARK: - The report

  private func report(_ figures: [SpeculativePrompt.Kind: Figures], machine: Machine) -> BenchReport {
    var rows: [BenchReport.Row?] = []
    var checks: [BenchReport.Check] = []
    var remarks: [Localized] = []
    for kind in SpeculativePrompt.Kind.allCases {
      guard let figures = figures[kind] else { continue }
      let name = kind.rawValue
      rows.append(BenchReport.Row("\(name)_tokens_per_second", unit: "1/s", figures.tokensPerSecond))
      rows.append(BenchReport.Row("\(name)_speedup_by_the_engine", unit: "×", figures.claimed))
      checks.append(
        BenchReport.Check("\(name)_same_text", value: figures.sameText.share, unit: "", .atLeast(1)))
      let ceiling = figures.report.ceiling
      if let ratio = Summary(figures.ratios) {
        if kind == .prose {
          checks.append(BenchReport.Check("\(name)_lowest_ratio", value: ratio.minimum, unit: "×", .atLeast(0.97)))
        } else if let ceiling {
          let target = ceiling >= 3.5 ? 2.5 : 0.75 * ceiling
          checks.append(BenchReport.Check("\(name)_ratio", value: ratio.median, unit: "×", .atLeast(target)))
        }
      }
      remarks += remark(name, figures)
    }
    var settings = JSONObject()
    settings["model"] = .string(model)
    settings["max_tokens"] = .integer(Int64(maxTokens))
    settings["pairs_per_request"] = .integer(Int64(rounds))
    settings["mode"] = .string(mode.rawValue)
    return BenchReport(
      scenario: name, machine: machine, settings: settings, rows: rows.compactMap { $0 }, checks: checks,
      remarks: remarks)
  }

  private func remark(_ name: String, _ figures: Figures) -> [Localized] {
    let drafters = figures.report.drafters.map { drafter in
      "\(drafter.name) \(drafter.accepted)/\(drafter.proposed)"
    }.joined(separator: ", ")
    guard !drafters.isEmpty else { return [Localized(es: "\(name): nada adivinado", en: "\(name): nothing guessed")] }
    let perToken = BenchText.number(figures.report.acceptedPerToken ?? .nan)
    let ceiling = BenchText.number(figures.report.ceiling ?? .nan)
    return [
      Localized(
        es: "\(name): aceptados/verificados \(drafters); aceptados por token \(perToken); vueltas a lo simple "
          + "\(figures.report.fallbacks); techo \(ceiling)×",
        en: "\(name): accepted/verified \(drafters); accepted per token \(perToken); fallbacks "
          + "\(figures.report.fallbacks); ceiling \(ceiling)×")
    ]
  }
}
