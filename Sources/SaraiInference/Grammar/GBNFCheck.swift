package import SaraiCore

/// Checks a grammar before anything is made of it.
///
/// What is refused: a text that is no GBNF, rules that are missing, defined twice or left-recursive (also by way of
/// rules that can be empty), and whatever would take more time or memory than a grammar is worth. The limits leave room for thousands of rules.
package enum GBNFCheck {
  package static let maximumBytes = 256 << 10
  /// Written ones and groups.
  static let maximumRules = 12_000
  static let maximumDepth = 60
  /// Of one {m,n}.
  static let maximumRepetitions = 10_000
  /// Places of the grammar, with what repetitions make of them.
  static let maximumElements = 200_000
  /// Rules that begin with one another, in a row.
  static let maximumChain = 300
  /// Ways on from one place to characters: all of them are followed with each character of the text.
  static let maximumWays = 1_500

  /// - Throws: `SaraiError.invalidRequest` or `.tooLarge`, with the subject "grammar".
  package static func check(_ grammar: GenerationGrammar) throws { _ = try rules(of: grammar) }

  /// The rules of a grammar that passes, and which of them is its root.
  static func rules(of grammar: GenerationGrammar) throws -> (all: [GBNFRule], root: Int) {
    guard grammar.gbnf.utf8.count <= maximumBytes else {
      throw tooLarge(
        es: "ocupa \(grammar.gbnf.utf8.count) bytes y el máximo son \(maximumBytes)",
        en: "has \(grammar.gbnf.utf8.count) bytes and the limit is \(maximumBytes)")
    }
    var parser = GBNFParser(Array(grammar.gbnf.utf8))
    try parser.parse()
    guard !parser.rules.isEmpty else { throw wrong(es: "está vacía", en: "is empty") }
    guard let root = parser.names[grammar.root], parser.rules[root].isDefined else {
      throw wrong(
        es: "no define la regla «\(short(grammar.root))»", en: "does not define the rule \"\(short(grammar.root))\"")
    }
    for (name, index) in parser.names.sorted(by: { $0.key < $1.key }) where !parser.rules[index].isDefined {
      throw wrong(
        es: "usa la regla «\(short(name))», que no define",
        en: "uses the rule \"\(short(name))\", which it does not define")
    }
    let analysis = GBNFAnalysis(parser.rules)
    try analysis.check()
    return (parser.rules, root)
  }

  static func wrong(line: Int? = nil, es: String, en: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      es: "La gramática no sirve: " + (line.map { "en la línea \($0), " } ?? "") + es + ". Corrígela.",
      en: "The grammar can't be used: it " + (line.map { "(line \($0)) " } ?? "") + en + ". Correct it.",
      subject: "grammar")
  }

  static func tooLarge(es: String, en: String) -> SaraiError {
    SaraiError(
      .tooLarge, es: "La gramática es demasiado grande: \(es). Simplifícala.",
      en: "The grammar is too large: it \(en). Simplify it.", subject: "grammar")
  }

  static func refused(cause: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      Localized(
        es: "La gramática no es GBNF válido. Corrígela.", en: "The grammar is not valid GBNF. Correct it."),
      subject: "grammar", cause: cause)
  }

  static func failed(cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "El motor no pudo seguir la gramática. Vuelve a intentarlo, o usa otra.",
        en: "The engine could not follow the grammar. Try again, or use another."), subject: "grammar", cause: cause)
  }

  static var tooAmbiguous: SaraiError {
    SaraiError(
      .tooLarge, es: "La gramática es demasiado ambigua: seguirla cuesta demasiado. Simplifícala.",
      en: "The grammar is too ambiguous: following it takes too much. Simplify it.", subject: "grammar")
  }

  static func short(_ name: String) -> String { name.utf8.count <= 60 ? name : String(name.prefix(60)) + "…" }
}

/// A rule as it is written; groups are rules without a name of their own.
struct GBNFRule {
  struct Item {
    enum Atom {
      /// Characters in a row, by their numbers; none is the empty text.
      case literal([UInt32])
      /// One character out of ranges, ascending and apart.
      case set([ClosedRange<UInt32>])
      case rule(Int)
    }

    var atom: Atom
    var least = 1
    /// Nil is without end.
    var most: Int? = 1
  }

  var name: String
  var line: Int
  var isDefined = false
  var alternates: [[Item]] = []
}

/// What follows from the rules.
struct GBNFAnalysis {
  private let rules: [GBNFRule]
  private var canBeEmpty: [Bool]

  init(_ rules: [GBNFRule]) {
    self.rules = rules
    canBeEmpty = Array(repeating: false, count: rules.count)
    var changes = true
    while changes {
      changes = false
      for index in rules.indices where !canBeEmpty[index] {
        if rules[index].alternates.contains(where: { $0.allSatisfy { mayVanish($0) } }) {
          canBeEmpty[index] = true
          changes = true
        }
      }
    }
  }

  private func mayVanish(_ item: GBNFRule.Item) -> Bool { item.least == 0 || isEmpty(item.atom) }

  private func isEmpty(_ atom: GBNFRule.Item.Atom) -> Bool {
    switch atom {
    case .literal(let characters): characters.isEmpty
    case .set: false
    case .rule(let index): canBeEmpty[index]
    }
  }

  func check() throws {
    for rule in rules {
      for item in rule.alternates.joined() where item.most != 1 && isEmpty(item.atom) {
        guard item.most == nil || item.most ?? 0 > 1 else { continue }
        throw GBNFCheck.wrong(
          line: rule.line, es: "repite algo que puede estar vacío", en: "repeats something that can be empty")
      }
    }
    try checkElements()
    try checkWays()
  }

  private func checkElements() throws {
    var elements = 0
    for item in rules.lazy.flatMap(\.alternates).joined() {
      let size = if case .literal(let characters) = item.atom { characters.count } else { 1 }
      elements += max(1, size) * max(1, item.most ?? item.least)
      guard elements <= GBNFCheck.maximumElements else {
        throw GBNFCheck.tooLarge(es: "tiene demasiadas repeticiones", en: "has too many repetitions")
      }
    }
  }

  /// In how many ways each rule can begin; a rule that is met again before any character is left-recursive. Then the
  /// same from every place within the rules.
  private func checkWays() throws {
    var ways = [Int](repeating: 0, count: rules.count)
    var isOpen = [Bool](repeating: false, count: rules.count)
    for index in rules.indices { try count(index, depth: 0, &ways, &isOpen) }
    for rule in rules {
      for alternate in rule.alternates {
        var following = 0
        for item in alternate.reversed() {
          following = self.ways(of: item.atom, ways) + (mayVanish(item) ? following : 0)
          guard following <= GBNFCheck.maximumWays else { throw tooMany(rule) }
        }
      }
    }
  }

  private func ways(of atom: GBNFRule.Item.Atom, _ ways: [Int]) -> Int {
    if case .rule(let index) = atom { ways[index] } else { 1 }
  }

  private func count(_ index: Int, depth: Int, _ ways: inout [Int], _ isOpen: inout [Bool]) throws {
    guard ways[index] == 0 else { return }
    let rule = rules[index]
    guard !isOpen[index] else {
      throw GBNFCheck.wrong(
        line: rule.line, es: "la regla «\(GBNFCheck.short(rule.name))» empieza por sí misma",
        en: "has a rule that begins with itself, \"\(GBNFCheck.short(rule.name))\"")
    }
    guard depth < GBNFCheck.maximumChain else {
      throw GBNFCheck.tooLarge(
        es: "más de \(GBNFCheck.maximumChain) reglas empiezan una por otra",
        en: "has more than \(GBNFCheck.maximumChain) rules that begin with one another")
    }
    isOpen[index] = true
    var total = 1
    for alternate in rule.alternates {
      for item in alternate {
        if case .rule(let other) = item.atom { try count(other, depth: depth + 1, &ways, &isOpen) }
        total += self.ways(of: item.atom, ways)
        guard total <= GBNFCheck.maximumWays else { throw tooMany(rule) }
        if !mayVanish(item) { break }
      }
    }
    isOpen[index] = false
    ways[index] = total
  }

  private func tooMany(_ rule: GBNFRule) -> SaraiError {
    GBNFCheck.tooLarge(
      es: "en la línea \(rule.line) hay más de \(GBNFCheck.maximumWays) maneras de seguir",
      en: "has more than \(GBNFCheck.maximumWays) ways on in line \(rule.line)")
  }
}
