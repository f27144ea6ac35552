/// A piece of a grammar, before it is written as GBNF.
indirect enum GrammarExpression: Hashable, Sendable {
  /// These characters.
  case text(String)
  /// One character out of ascending ranges of Unicode scalars.
  case set([ClosedRange<UInt32>])
  /// A rule by its number.
  case rule(Int)
  case sequence([GrammarExpression])
  case choice([GrammarExpression])
  /// At least and at most so many; nil is without end.
  case repeated(GrammarExpression, Int, Int?)

  static let nothing = GrammarExpression.text("")
  static let digit = GrammarExpression.set([0x30...0x39])

  static func optional(_ expression: GrammarExpression) -> GrammarExpression { .repeated(expression, 0, 1) }

  /// One or more, with something between.
  static func list(
    _ element: GrammarExpression, separator: String, least: Int, most: Int?
  ) -> GrammarExpression {
    guard most != 0 else { return .nothing }
    let more = GrammarExpression.repeated(
      .sequence([.text(separator), element]), max(0, least - 1), most.map { $0 - 1 })
    let list = GrammarExpression.sequence([element, more])
    return least == 0 ? .optional(list) : list
  }
}

/// Rules, and how they are written.
struct GrammarRules {
  private(set) var all: [GrammarExpression?] = []
  private var known: [GrammarExpression: Int] = [:]

  /// A rule that is defined later.
  mutating func reserve() -> Int {
    all.append(nil)
    return all.count - 1
  }

  mutating func define(_ rule: Int, _ expression: GrammarExpression) { all[rule] = expression }

  /// The expression as a rule: equal ones are one.
  mutating func share(_ expression: GrammarExpression) -> GrammarExpression {
    if case .rule = expression { return expression }
    if case .text = expression { return expression }
    if let rule = known[expression] { return .rule(rule) }
    let rule = reserve()
    define(rule, expression)
    known[expression] = rule
    return .rule(rule)
  }

  /// Which rules have texts that end.
  func ending() -> [Bool] {
    var ends = [Bool](repeating: false, count: all.count)
    var isForward = true
    while true {
      var changes = false
      let order = isForward ? Array(all.indices) : all.indices.reversed()
      for rule in order where !ends[rule] {
        guard let expression = all[rule], Self.ends(expression, ends) else { continue }
        ends[rule] = true
        changes = true
      }
      guard changes else { return ends }
      isForward.toggle()
    }
  }

  private static func ends(_ expression: GrammarExpression, _ rules: [Bool]) -> Bool {
    switch expression {
    case .text: true
    case .set(let ranges): !ranges.isEmpty
    case .rule(let rule): rules[rule]
    case .sequence(let parts): parts.allSatisfy { ends($0, rules) }
    case .choice(let ways): ways.contains { ends($0, rules) }
    case .repeated(let inner, let least, _): least == 0 || ends(inner, rules)
    }
  }

  // MARK: - GBNF

  /// All rules as GBNF; the expression is its root.
  func gbnf(root: GrammarExpression) -> String {
    var text = "root ::= " + Self.written(root, isWithin: false) + "\n"
    for (rule, expression) in all.enumerated() {
      text += "r\(rule) ::= " + Self.written(expression ?? .nothing, isWithin: false) + "\n"
    }
    return text
  }

  private static func written(_ expression: GrammarExpression, isWithin: Bool) -> String {
    switch expression {
    case .text(let text): return "\"" + text.unicodeScalars.map { escaped($0) }.joined() + "\""
    case .set(let ranges):
      // No text has half a surrogate pair, so this is the set of no characters, which GBNF can't write otherwise.
      return ranges.isEmpty ? "[\\uD800]" : "[" + ranges.map(written).joined() + "]"
    case .rule(let rule): return "r\(rule)"
    case .sequence(let parts):
      // Neighbouring texts read better as one.
      var joined: [GrammarExpression] = []
      for part in parts where part != .nothing {
        if case .text(let text) = part, case .text(let before)? = joined.last {
          joined[joined.count - 1] = .text(before + text)
        } else {
          joined.append(part)
        }
      }
      guard joined.count != 1 else { return written(joined[0], isWithin: isWithin) }
      guard !joined.isEmpty else { return "\"\"" }
      let text = joined.map { written($0, isWithin: true) }.joined(separator: " ")
      return isWithin ? "(" + text + ")" : text
    case .choice(let ways):
      let text = ways.map { written($0, isWithin: true) }.joined(separator: " | ")
      return isWithin ? "(" + text + ")" : text
    case .repeated(let inner, let least, let most):
      if most == 0 { return "\"\"" }
      let sign =
        switch (least, most) {
        case (1, 1): ""
        case (0, 1): "?"
        case (0, nil): "*"
        case (1, nil): "+"
        case (_, let most?): least == most ? "{\(least)}" : "{\(least),\(most)}"
        case (_, nil): "{\(least),}"
        }
      let text = written(inner, isWithin: true)
      return (isRepetition(inner) ? "(" + text + ")" : text) + sign
    }
  }

  /// Whether it is written with a sign at its end, which no other may follow.
  private static func isRepetition(_ expression: GrammarExpression) -> Bool {
    switch expression {
    case .repeated: return true
    case .sequence(let parts):
      let written = parts.filter { $0 != .nothing }
      return written.count == 1 && isRepetition(written[0])
    default: return false
    }
  }

  private static func written(_ range: ClosedRange<UInt32>) -> String {
    range.count == 1 ? number(range.lowerBound) : number(range.lowerBound) + "-" + number(range.upperBound)
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": "\\" + String(scalar)
    case " "..."~": String(scalar)
    default: scalar.value < 0xA1 ? number(scalar.value) : String(scalar)
    }
  }

  private static func number(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    let (letter, width) = value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
  }
}
