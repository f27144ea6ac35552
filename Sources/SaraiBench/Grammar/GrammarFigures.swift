import SaraiCore

/// Everything that the grammar scenario measured.
struct GrammarFigures {
  /// Of one kind of work, in tokens a second.
  struct Cost {
    /// Under the grammar beside free, both as SARAi works: with guesses.
    var usual = PairedSample()
    /// The same one token after the other: what following the grammar costs by itself.
    var plain = PairedSample()
    /// Under the grammar beside llama-server under its own.
    var besideReference = PairedSample()
    /// llama-server under its grammar beside llama-server free.
    var reference = PairedSample()
    var referenceFaults = 0
    /// Whether guesses left the text as it is.
    var sameText = Proportion()
  }

  /// Texts by form: how many passed.
  struct Validity {
    var valid = Proportion()
    /// Closed because the limit came.
    var closed = Proportion()
    var refusedLimits = 0
    var repeatingKeys = 0
    var faults: [String] = []
    var whyNotMeasured: Localized?
  }

  struct Gold {
    /// Fields that are right.
    var bound = Proportion()
    var boundPlain = Proportion()
    var free = Proportion()
    var freePlain = Proportion()
    var empty = Proportion()
    var byLanguage: [Language: (bound: Proportion, free: Proportion)] = [:]
    /// Whether guesses left the text as it is.
    var sameText = Proportion()
  }

  var costs: [GrammarTask.Kind: Cost] = [:]
  var schemas: Validity?
  var programs: [GrammarTask.Kind: Validity] = [:]
  var gold: Gold?
  var guesses = true

  // MARK: - The report

  func report(machine: Machine, settings: JSONObject) -> BenchReport {
    BenchReport(
      scenario: "grammar", machine: machine, settings: settings,
      rows: (costRows + validityRows + goldRows).compactMap { $0 }, checks: costChecks + validityChecks + goldChecks,
      remarks: remarks(machine))
  }

  private var costRows: [BenchReport.Row?] {
    GrammarTask.Kind.allCases.flatMap { kind -> [BenchReport.Row?] in
      guard let cost = costs[kind] else { return [] }
      let name = kind.rawValue
      return [
        BenchReport.Row("\(name)_beside_free", unit: "1/s", cost.usual),
        BenchReport.Row("\(name)_beside_free_without_guesses", unit: "1/s", cost.plain),
        BenchReport.Row("\(name)_beside_llama_server", unit: "1/s", cost.besideReference),
        BenchReport.Row("\(name)_llama_server_beside_free", unit: "1/s", cost.reference),
      ]
    }
  }

  /// By how many per cent a token takes longer under the grammar than free, of the median pair.
  static func costPercent(_ sample: PairedSample) -> Double? {
    Summary(sample.ratios.map { 1 / $0 }).map { ($0.median - 1) * 100 }
  }

  private var costChecks: [BenchReport.Check] {
    var checks: [BenchReport.Check] = []
    for kind in GrammarTask.Kind.allCases {
      guard let cost = costs[kind] else { continue }
      let bound = kind.isForced ? 0.0 : 2.0
      if let percent = Self.costPercent(cost.usual) {
        checks.append(.init("\(kind.rawValue)_cost", value: percent, unit: "%", .atMost(bound)))
      }
      if let ratio = Summary(cost.besideReference.ratios)?.median {
        checks.append(.init("\(kind.rawValue)_beside_llama_server", value: ratio, unit: "×", .atLeast(1)))
      }
      checks.append(.init("\(kind.rawValue)_same_text", value: cost.sameText.share, unit: "", .atLeast(1)))
    }
    return checks
  }

  private static func shares(_ name: String, _ validity: Validity) -> [BenchReport.Row?] {
    [
      BenchReport.Row("\(name)_valid", unit: "share", [validity.valid.share]),
      BenchReport.Row("\(name)_closed_at_the_limit", unit: "share", [validity.closed.share]),
    ]
  }

  private var validityRows: [BenchReport.Row?] {
    var rows: [BenchReport.Row?] = []
    if let schemas {
      rows += [
        BenchReport.Row("schema_generations", unit: "count", [Double(schemas.closed.trials)]),
        BenchReport.Row("schema_limits_refused", unit: "count", [Double(schemas.refusedLimits)]),
        BenchReport.Row("schema_texts_with_a_key_twice", unit: "count", [Double(schemas.repeatingKeys)]),
      ]
      rows += Self.shares("schema", schemas)
    }
    for kind in GrammarTask.Kind.allCases {
      guard let validity = programs[kind] else { continue }
      rows.append(BenchReport.Row("\(kind.rawValue)_texts", unit: "count", [Double(validity.closed.trials)]))
      rows += Self.shares(kind.rawValue, validity)
    }
    return rows
  }

  private var validityChecks: [BenchReport.Check] {
    func check(_ name: String, _ validity: Validity, _ target: Double) -> BenchReport.Check {
      var check = BenchReport.Check(name, value: validity.valid.share, unit: "share", .atLeast(target))
      check.whyNotMeasured = validity.whyNotMeasured
      return check
    }
    var checks = schemas.map { [check("schema_valid", $0, 1)] } ?? []
    for kind in GrammarTask.Kind.allCases {
      guard let validity = programs[kind] else { continue }
      checks.append(check("\(kind.rawValue)_valid", validity, 0.96))
    }
    return checks
  }

  private var goldRows: [BenchReport.Row?] {
    guard let gold else { return [] }
    var rows = [
      BenchReport.Row("gold_fields_under_grammar", unit: "share", [gold.bound.share]),
      BenchReport.Row("gold_fields_free", unit: "share", [gold.free.share]),
      BenchReport.Row("gold_fields_under_grammar_without_guesses", unit: "share", [gold.boundPlain.share]),
      BenchReport.Row("gold_fields_free_without_guesses", unit: "share", [gold.freePlain.share]),
    ]
    for language in Language.allCases {
      guard let scores = gold.byLanguage[language] else { continue }
      rows += [
        BenchReport.Row("gold_fields_\(language.rawValue)_under_grammar", unit: "share", [scores.bound.share]),
        BenchReport.Row("gold_fields_\(language.rawValue)_free", unit: "share", [scores.free.share]),
      ]
    }
    return rows
  }

  private var goldChecks: [BenchReport.Check] {
    guard let gold else { return [] }
    return [
      .init("gold_grammar_against_free", value: gold.bound.share - gold.free.share, unit: "", .atLeast(0)),
      .init("gold_guesses_against_none", value: gold.bound.share - gold.boundPlain.share, unit: "", .atLeast(0)),
      .init("gold_same_text", value: gold.sameText.share, unit: "", .atLeast(1)),
      .init("gold_of_an_empty_object", value: gold.empty.share, unit: "share", .atMost(0)),
    ]
  }

  private func remarks(_ machine: Machine) -> [Localized] {
    var remarks: [Localized] = []
    if !costs.isEmpty {
      remarks.append(
        Localized(
          es:
            "tokens por segundo desde el final del prompt; lo libre escribe como mucho los mismos tokens que lo ligado",
          en: "tokens a second from the end of the prompt; free text has at most as many tokens as bound text"))
    }
    if !guesses {
      remarks.append(
        Localized(
          es: "El motor no adivina tokens aquí, así que nada paga la gramática.",
          en: "The engine guesses no tokens here, so nothing pays for the grammar."))
    }
    for kind in GrammarTask.Kind.allCases {
      guard let faults = costs[kind]?.referenceFaults, faults > 0 else { continue }
      remarks.append(
        Localized(
          es: "\(kind.rawValue): llama-server no pudo con \(faults) peticiones",
          en: "\(kind.rawValue): llama-server could not answer \(faults) requests"))
    }
    for validity in [schemas].compactMap({ $0 }) + programs.values {
      remarks += validity.faults.prefix(3).map { Localized(es: $0, en: $0) }
    }
    if machine.isBusy {
      let load = BenchText.number(machine.load.first ?? 0)
      remarks.append(
        Localized(
          es: "La máquina estaba ocupada al empezar (carga \(load)): repítelo en calma.",
          en: "The machine was busy at the start (load \(load)): repeat it when it is quiet."))
    }
    return remarks
  }
}
