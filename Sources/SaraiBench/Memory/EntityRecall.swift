package import SaraiCore

/// One conversation of Benchmarks/memory/entity-recall.jsonl, whose README says what the keys mean.
package struct RecallCase: Sendable, Hashable {
  package enum Expectation: String, Sendable { case answer, unknown, open }

  package var id: String
  package var language: Language
  package var kind: String
  package var isTest: Bool
  package var turns: [String]
  package var question: String
  package var expectation: Expectation
  package var contains: [[String]]
  package var lacks: [String]

  /// - Parameter text: JSON Lines.
  /// - Throws: `corruptFile` for a line that is no case, with its number.
  package static func cases(in text: String) throws(SaraiError) -> [RecallCase] {
    var cases: [RecallCase] = []
    for (index, line) in text.split(whereSeparator: \.isNewline).enumerated() {
      guard let value = RecallCase(try JSONValue(parsing: String(line))) else {
        throw SaraiError(
          .corruptFile, es: "La línea \(index + 1) no es un caso de memoria: mira Benchmarks/memory/README.md.",
          en: "Line \(index + 1) is no case of memory: see Benchmarks/memory/README.md.", subject: "entity-recall")
      }
      cases.append(value)
    }
    return cases
  }

  private init?(_ value: JSONValue) {
    func strings(_ value: JSONValue?) -> [String]? {
      guard case .array(let items)? = value else { return nil }
      return items.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
    func string(_ key: String) -> String? { if case .string(let text)? = value[key] { text } else { nil } }
    guard let id = string("id"), let language = string("language").flatMap({ Language(tag: $0) }),
      let kind = string("kind"),
      let split = string("split"), let question = string("question"), let turns = strings(value["turns"]),
      let expectation = string("expect").flatMap(Expectation.init(rawValue:)),
      case .array(let groups)? = value["contains"]
    else { return nil }
    self.id = id
    self.language = language
    self.kind = kind
    isTest = split == "test"
    self.turns = turns
    self.question = question
    self.expectation = expectation
    contains = groups.compactMap { strings($0) }
    lacks = strings(value["lacks"]) ?? []
  }
}

/// How answers to the cases were.
package struct EntityRecall: Sendable {
  package enum Verdict: String, Sendable, CaseIterable { case right, wrong, unknown }

  /// The hour at which all cases are told and asked: Wednesday, 11 March 2026, 10:00 UTC.
  package static let now = CivilDateTime(date: CivilDate(year: 2026, month: 3, day: 11)!, secondOfDay: 36_000)

  package private(set) var verdicts: [(RecallCase, Verdict)] = []

  package init() {}

  package mutating func add(_ item: RecallCase, answer: String?) {
    verdicts.append((item, Self.verdict(item, answer: answer)))
  }

  /// - Parameter answer: What was said; nil where memory left the question to a model.
  package static func verdict(_ item: RecallCase, answer: String?) -> Verdict {
    let text = answer.map(words) ?? ""
    let saysUnknown = ["no me lo has dicho", "haven't told me"].contains { text.contains(words($0)) }
    switch item.expectation {
    case .open: return answer == nil ? .right : .wrong
    case .unknown: return saysUnknown ? .right : answer == nil ? .unknown : .wrong
    case .answer:
      if answer == nil || saysUnknown { return .unknown }
      let hasAll = item.contains.allSatisfy { group in group.contains { text.contains(words($0)) } }
      return hasAll && !item.lacks.contains { text.contains(words($0)) } ? .right : .wrong
    }
  }

  /// Folded words with a space on either side of each.
  private static func words(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !Folding.isAccent(scalar) {
      let base = Folding.base(of: scalar) ?? scalar
      folded.append(base.properties.isAlphabetic || base.properties.numericType != nil ? base : " ")
    }
    return " " + String(folded).lowercased().split(separator: " ").joined(separator: " ") + " "
  }

  package func share(_ verdict: Verdict, isTest: Bool) -> Double {
    let part = verdicts.filter { $0.0.isTest == isTest }
    return part.isEmpty ? 0 : Double(part.filter { $0.1 == verdict }.count) / Double(part.count)
  }

  /// A table of right, wrong and unknown by kind for one part.
  package func table(isTest: Bool) -> String {
    let part = verdicts.filter { $0.0.isTest == isTest }
    var lines = ["| \(isTest ? "test" : "development") | cases | right | wrong | unknown |", "|---|---|---|---|---|"]
    func line(_ name: String, _ rows: [(RecallCase, Verdict)]) -> String {
      let counts = Verdict.allCases.map { verdict in String(rows.filter { $0.1 == verdict }.count) }
      return "| \(name) | \(rows.count) | \(counts.joined(separator: " | ")) |"
    }
    for kind in Set(part.map(\.0.kind)).sorted() { lines.append(line(kind, part.filter { $0.0.kind == kind })) }
    lines.append(line("all", part))
    return lines.joined(separator: "\n")
  }
}
