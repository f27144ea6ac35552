package import SaraiCore

/// Which questions were answered right, by the bare model and by SARAi.
package struct QualityReport: Sendable {
  package struct Outcome: Sendable {
    package let question: Question
    package let language: Language
    package let bareAnswer: String
    package let isBareRight: Bool
    package let saraiAnswer: String
    package let isSARAiRight: Bool
  }

  /// Right answers among the questions that a filter takes.
  package struct Score: Sendable, Hashable {
    package var bare = Proportion()
    package var sarai = Proportion()
  }

  package let model: String
  package var outcomes: [Outcome] = []

  package init(model: String) {
    self.model = model
  }

  package func score(where isCounted: (Outcome) -> Bool = { _ in true }) -> Score {
    outcomes.reduce(into: Score()) { score, outcome in
      guard isCounted(outcome) else { return }
      score.bare.add(outcome.isBareRight)
      score.sarai.add(outcome.isSARAiRight)
    }
  }

  /// One line of the table: a language as a whole, one of its halves, or a kind of question.
  struct Line {
    let language: Language
    let half: Question.Half?
    let kind: String?
    let score: Score
  }

  var lines: [Line] {
    Language.allCases.flatMap { language -> [Line] in
      let outcomes = outcomes.filter { $0.language == language }
      guard !outcomes.isEmpty else { return [] }
      var kinds: [String] = []
      for outcome in outcomes where !kinds.contains(outcome.question.kind) { kinds.append(outcome.question.kind) }
      return [Line(language: language, half: nil, kind: nil, score: score { $0.language == language })]
        + Question.Half.allCases.map { half in
          Line(
            language: language, half: half, kind: nil,
            score: score { $0.language == language && $0.question.half == half })
        }
        + kinds.map { kind in
          Line(
            language: language, half: nil, kind: kind,
            score: score { $0.language == language && $0.question.kind == kind })
        }
    }
  }
}

extension QualityReport {
  package var json: JSONValue {
    [
      "scenario": "quality", "machine": Machine.current().json, "model": .string(model),
      "rows": .array(lines.map(\.json)),
      "checks": .array(checks.map(\.json)),
      "answers": .array(outcomes.map(\.json)),
    ]
  }

  /// The persona has to earn its place: SARAi answers no worse than the bare model.
  var checks: [BenchReport.Check] {
    Language.allCases.compactMap { language in
      let score = score { $0.language == language }
      guard score.bare.trials > 0 else { return nil }
      return BenchReport.Check(
        "sarai_minus_bare_\(language.rawValue)", value: score.sarai.share - score.bare.share, unit: "share",
        .atLeast(0))
    }
  }

  package func text(in language: Language) -> String {
    let head = [
      Localized(es: "preguntas", en: "questions")[language], "n",
      Localized(es: "modelo solo", en: "bare model")[language], "SARAi",
    ]
    let body = lines.map { line in
      [line.name(in: language), String(line.score.bare.trials), line.score.bare.text, line.score.sarai.text]
    }
    let checked = checks.map { check in
      [check.holds ? "✓" : "✗", check.name, BenchText.number(check.value), check.targetText]
    }
    return (BenchText.table([head] + body) + [""] + BenchText.table(checked)).joined(separator: "\n") + "\n"
  }

  /// Writes `FOLDER/quality.json` and returns its path.
  ///
  /// - Throws: `SaraiError` naming the file that could not be written.
  @discardableResult
  package func write(to folder: String) throws -> String {
    try BenchReport.write(json, name: "quality", to: folder)
  }
}

extension QualityReport.Line {
  func name(in language: Language) -> String {
    let part =
      kind
      ?? half.map { half in
        switch half {
        case .dev: Localized(es: "mitad de ajuste", en: "dev half")[language]
        case .heldOut: Localized(es: "mitad reservada", en: "held-out half")[language]
        }
      } ?? Localized(es: "todas", en: "all")[language]
    return "\(self.language.rawValue) \(part)"
  }

  var json: JSONValue {
    var object = JSONObject()
    object["language"] = .string(language.rawValue)
    if let half { object["half"] = .string(half.rawValue) }
    if let kind { object["kind"] = .string(kind) }
    object["bare"] = score.bare.json
    object["sarai"] = score.sarai.json
    return .object(object)
  }
}

extension QualityReport.Outcome {
  var json: JSONValue {
    [
      "id": .string(question.id), "half": .string(question.half.rawValue), "question": .string(question.text),
      "bare": .string(bareAnswer), "bare_right": .bool(isBareRight),
      "sarai": .string(saraiAnswer), "sarai_right": .bool(isSARAiRight),
    ]
  }
}

extension Proportion {
  var json: JSONValue {
    [
      "right": .integer(Int64(successes)), "asked": .integer(Int64(trials)), "share": .number(share),
      "wilson_95": [.number(wilsonInterval.lowerBound), .number(wilsonInterval.upperBound)],
    ]
  }

  /// `52 % [44–60]`
  var text: String {
    let interval = wilsonInterval
    return "\(percent(share)) % [\(percent(interval.lowerBound))–\(percent(interval.upperBound))]"
  }

  private func percent(_ share: Double) -> Int { Int((100 * share).rounded()) }
}
