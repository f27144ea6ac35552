import SaraiCore

/// What one kind of work came to, and the report of all.
struct SpeculativeFigures {
  var tokensPerSecond = PairedSample()
  var sameText = Proportion()
  var report = SpeculationReport()
  /// By request, of the median pair.
  var ratios: [Double] = []
  /// What the engine itself says: its own estimate, to be held against the pairs.
  var claimed: [Double] = []
  var requestsWithGuesses = 0
  var requestsWithFallback = 0
  /// Tokens a second of llama-server, by its setting.
  var references: [String: [Double]] = [:]

  /// The roadmap's figures for its draft model.
  private static let roadmap = (acceptance: 62, fallback: 20)

  static func report(
    _ figures: [SpeculativePrompt.Kind: SpeculativeFigures], options: SpeculativeScenario.Options, machine: Machine
  ) -> BenchReport {
    var rows: [BenchReport.Row] = []
    var checks: [BenchReport.Check] = []
    var remarks: [Localized] = []
    for kind in SpeculativePrompt.Kind.allCases {
      guard let figures = figures[kind] else { continue }
      rows += figures.rows(kind.rawValue)
      checks += figures.checks(kind)
      remarks.append(figures.remark(kind.rawValue))
    }
    var settings = JSONObject()
    settings["model"] = .string(options.model)
    settings["max_tokens"] = .integer(Int64(options.maxTokens))
    settings["pairs_per_request"] = .integer(Int64(options.rounds))
    settings["mode"] = .string(options.mode.rawValue)
    settings["threads"] = .integer(Int64(options.threads))
    return BenchReport(
      scenario: "speculative", machine: machine, settings: settings, rows: rows, checks: checks, remarks: remarks)
  }

  private func rows(_ name: String) -> [BenchReport.Row] {
    var rows = [
      BenchReport.Row("\(name)_tokens_per_second", unit: "1/s", tokensPerSecond),
      BenchReport.Row("\(name)_speedup", unit: "×", ratios),
      BenchReport.Row("\(name)_speedup_by_the_engine", unit: "×", claimed),
      BenchReport.Row("\(name)_ceiling", unit: "×", report.ceiling.map { [$0] } ?? []),
    ]
    for (setting, rates) in references.sorted(by: { $0.key < $1.key }) {
      rows.append(BenchReport.Row("\(name)_llama_server_\(setting)", unit: "1/s", rates))
    }
    return rows.compactMap { $0 }
  }

  private func checks(_ kind: SpeculativePrompt.Kind) -> [BenchReport.Check] {
    let name = kind.rawValue
    var checks = [BenchReport.Check("\(name)_same_text", value: sameText.share, unit: "", .atLeast(1))]
    if let ratio = Summary(ratios) {
      if !kind.isToBeFaster {
        checks.append(BenchReport.Check("\(name)_lowest_ratio", value: ratio.minimum, unit: "×", .atLeast(0.97)))
      } else if let ceiling = report.ceiling {
        let target = ceiling >= 3.5 ? 2.5 : 0.75 * ceiling
        checks.append(BenchReport.Check("\(name)_ratio", value: ratio.median, unit: "×", .atLeast(target)))
      }
    }
    let best = references.values.compactMap { Summary($0)?.median }.max()
    if let best, let ours = Summary(tokensPerSecond.ours)?.median {
      checks.append(
        BenchReport.Check("\(name)_over_the_best_llama_server", value: ours / best, unit: "×", .atLeast(1)))
    }
    return checks
  }

  private func remark(_ name: String) -> Localized {
    guard !report.drafters.isEmpty else {
      return Localized(es: "\(name): nada adivinado", en: "\(name): nothing guessed")
    }
    let drafters = report.drafters.map { drafter in
      let share = drafter.proposed > 0 ? 100 * Double(drafter.accepted) / Double(drafter.proposed) : .nan
      return "\(drafter.name) \(drafter.accepted)/\(drafter.proposed) (\(BenchText.number(share)) %)"
    }.joined(separator: ", ")
    let perToken = BenchText.number(report.acceptedPerToken ?? .nan)
    let ceiling = BenchText.number(report.ceiling ?? .nan)
    let fallback = BenchText.number(
      requestsWithGuesses > 0 ? 100 * Double(requestsWithFallback) / Double(requestsWithGuesses) : .nan)
    return Localized(
      es: "\(name): aceptados/verificados \(drafters), en la hoja de ruta \(Self.roadmap.acceptance) %; aceptados por "
        + "token \(perToken); peticiones con vuelta a lo simple \(fallback) %, en la hoja de ruta "
        + "\(Self.roadmap.fallback) %; techo \(ceiling)×",
      en: "\(name): accepted/verified \(drafters), in the roadmap \(Self.roadmap.acceptance) %; accepted per token "
        + "\(perToken); requests with a fallback \(fallback) %, in the roadmap \(Self.roadmap.fallback) %; ceiling "
        + "\(ceiling)×")
  }
}
