package import SaraiCore
package import SaraiMemory

/// What memory found of the evidence of each question.
package struct LocomoReport: Sendable {
  package struct Outcome: Sendable {
    package let conversation: String
    package let question: LocomoConversation.Question
    /// Best first.
    package let found: [TurnID]
    package let milliseconds: Double

    package init(
      conversation: String, question: LocomoConversation.Question, found: [TurnID], milliseconds: Double
    ) {
      self.conversation = conversation
      self.question = question
      self.found = found
      self.milliseconds = milliseconds
    }

    /// The share of the evidence among the first turns; nil for a question without evidence.
    package func recall(at depth: Int) -> Double? {
      guard !question.evidence.isEmpty else { return nil }
      return Double(question.evidence.intersection(found.prefix(depth)).count) / Double(question.evidence.count)
    }
  }

  package static let depths = [5, 10, 20]
  /// Those that have an answer.
  package static let answerable = 1...4
  static let target = 0.8

  package var outcomes: [Outcome] = []
  /// How many turns each conversation has.
  package var turns: [String: Int] = [:]

  package init() {}

  /// The mean over questions; nil where there are none.
  package func recall(at depth: Int, where isCounted: (Outcome) -> Bool) -> Double? {
    let values = outcomes.filter(isCounted).compactMap { $0.recall(at: depth) }
    return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  private static func isAnswerable(_ outcome: Outcome) -> Bool { answerable.contains(outcome.question.category) }

  private var categories: [Int] { Set(outcomes.map(\.question.category)).sorted() }
  private var conversations: [String] {
    outcomes.reduce(into: []) { names, outcome in
      if names.last != outcome.conversation { names.append(outcome.conversation) }
    }
  }

  private func counted(_ isCounted: (Outcome) -> Bool) -> Int {
    outcomes.count { isCounted($0) && !$0.question.evidence.isEmpty }
  }

  /// Of the search alone, without the question's embedding.
  private func milliseconds(quantile: Double) -> Double? {
    let sorted = outcomes.map(\.milliseconds).sorted()
    guard !sorted.isEmpty else { return nil }
    return sorted[min(sorted.count - 1, Int(quantile * Double(sorted.count)))]
  }
}

extension LocomoReport {
  var checks: [BenchReport.Check] {
    let value = recall(at: 10, where: Self.isAnswerable)
    var check = BenchReport.Check("recall_at_10", value: value ?? 0, unit: "share", .atLeast(Self.target))
    if value == nil {
      check.whyNotMeasured = Localized(es: "ninguna pregunta con evidencia", en: "no question with evidence")
    }
    return [check]
  }

  package var json: JSONValue {
    var byCategory = JSONObject()
    var questions = JSONObject()
    for category in categories {
      byCategory[String(category)] = recallJSON { $0.question.category == category }
      questions[String(category)] = .integer(Int64(counted { $0.question.category == category }))
    }
    var byConversation = JSONObject()
    for name in conversations {
      byConversation[name] = recallJSON { $0.conversation == name && Self.isAnswerable($0) }
    }
    var object: JSONObject = [
      "scenario": "locomo", "machine": Machine.current().json,
      "recall": recallJSON(where: Self.isAnswerable), "by_category": .object(byCategory),
      "by_conversation": .object(byConversation), "questions": .object(questions),
      "turns": .integer(Int64(turns.values.reduce(0, +))), "checks": .array(checks.map(\.json)),
    ]
    if let median = milliseconds(quantile: 0.5), let tail = milliseconds(quantile: 0.99) {
      object["search_milliseconds"] = ["p50": .number(median), "p99": .number(tail)]
    }
    return .object(object)
  }

  private func recallJSON(where isCounted: (Outcome) -> Bool) -> JSONValue {
    var object = JSONObject()
    for depth in Self.depths {
      object[String(depth)] = recall(at: depth, where: isCounted).map { .number($0) } ?? .null
    }
    return .object(object)
  }

  package func text(in language: Language) -> String {
    func line(_ name: String, _ isCounted: (Outcome) -> Bool) -> [String] {
      [name, String(counted(isCounted))]
        + Self.depths.map { recall(at: $0, where: isCounted).map(BenchText.number) ?? "–" }
    }
    let head =
      [Localized(es: "categoría", en: "category")[language], Localized(es: "preguntas", en: "questions")[language]]
      + Self.depths.map { "recall@\($0)" }
    var rows = [head, line("1–4", Self.isAnswerable)]
    for category in categories { rows.append(line(String(category)) { $0.question.category == category }) }
    for name in conversations {
      rows.append(line("1–4, \(name)") { $0.conversation == name && Self.isAnswerable($0) })
    }
    var lines = BenchText.table(rows)
    lines.append("")
    lines += checks.map { "\($0.holds ? "✓" : "✗")  \($0.name)  \(BenchText.number($0.value))  \($0.targetText)" }
    return lines.joined(separator: "\n") + "\n"
  }

  @discardableResult
  package func write(to folder: String) throws -> String { try BenchReport.write(json, name: "locomo", to: folder) }
}
