import SaraiCore

/// Reads GBNF as libllama does, without what refers to single tokens: `<…>` names tokens of one model only.
struct GBNFParser {
  private(set) var rules: [GBNFRule] = []
  private(set) var names: [String: Int] = [:]
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  private var depth = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws {
    skipSpace(acrossLines: true)
    while position < bytes.count { try parseRule() }
  }

  // MARK: - Rules

  private mutating func parseRule() throws {
    let start = line
    guard let name = parseName() else {
      throw wrong(es: "se espera el nombre de una regla", en: "needs the name of a rule")
    }
    skipSpace(acrossLines: false)
    guard peek("::=") else { throw wrong(es: "falta «::=»", en: "lacks \"::=\"") }
    position += 3
    skipSpace(acrossLines: true)
    let index = try rule(named: name)
    guard !rules[index].isDefined else {
      throw wrong(
        es: "la regla «\(GBNFCheck.short(name))» se define dos veces",
        en: "defines the rule \"\(GBNFCheck.short(name))\" twice")
    }
    rules[index].isDefined = true
    rules[index].line = start
    try parseAlternates(into: index, isNested: false)
    guard position == bytes.count || current == UInt8(ascii: "\n") || current == UInt8(ascii: "\r") else {
      throw wrong(es: "sobra «\(shown)»", en: "has an unexpected \"\(shown)\"")
    }
    skipSpace(acrossLines: true)
  }

  private mutating func rule(named name: String) throws -> Int {
    if let known = names[name] { return known }
    names[name] = try newRule(name)
    return rules.count - 1
  }

  private mutating func newRule(_ name: String) throws -> Int {
    guard rules.count < GBNFCheck.maximumRules else {
      throw GBNFCheck.tooLarge(
        es: "tiene más de \(GBNFCheck.maximumRules) reglas y grupos",
        en: "has more than \(GBNFCheck.maximumRules) rules and groups")
    }
    rules.append(GBNFRule(name: name, line: line))
    return rules.count - 1
  }

  private mutating func parseAlternates(into index: Int, isNested: Bool) throws {
    while true {
      rules[index].alternates.append(try parseSequence(isNested: isNested))
      guard current == UInt8(ascii: "|") else { return }
      position += 1
      skipSpace(acrossLines: true)
    }
  }

  private mutating func parseSequence(isNested: Bool) throws -> [GBNFRule.Item] {
    var items: [GBNFRule.Item] = []
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""): items.append(.init(atom: .literal(try parseLiteral())))
      case UInt8(ascii: "["): items.append(.init(atom: .set(try parseSet())))
      case UInt8(ascii: "."):
        position += 1
        items.append(.init(atom: .set([0...0x10FFFF])))
      case UInt8(ascii: "("): items.append(.init(atom: .rule(try parseGroup())))
      case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
        let (least, most) = try parseRepetition()
        guard let last = items.indices.last, items[last].least == 1, items[last].most == 1 else {
          throw wrong(es: "no hay nada que repetir", en: "has nothing to repeat")
        }
        if case .literal([]) = items[last].atom {
          throw wrong(es: "repite un texto vacío", en: "repeats an empty text")
        }
        (items[last].least, items[last].most) = (least, most)
      case UInt8(ascii: "<"), UInt8(ascii: "!"):
        throw wrong(es: "los tokens por su nombre no se admiten", en: "names tokens, which is not supported")
      default:
        guard let name = parseName() else { return items }
        items.append(.init(atom: .rule(try rule(named: name))))
      }
      skipSpace(acrossLines: isNested)
    }
    return items
  }

  private mutating func parseGroup() throws -> Int {
    guard depth < GBNFCheck.maximumDepth else {
      throw GBNFCheck.tooLarge(
        es: "en la línea \(line) hay más de \(GBNFCheck.maximumDepth) paréntesis, uno dentro de otro",
        en: "has more than \(GBNFCheck.maximumDepth) parentheses within each other in line \(line)")
    }
    depth += 1
    defer { depth -= 1 }
    position += 1
    skipSpace(acrossLines: true)
    let index = try newRule("(…)")
    rules[index].isDefined = true
    try parseAlternates(into: index, isNested: true)
    guard current == UInt8(ascii: ")") else { throw wrong(es: "falta «)»", en: "lacks \")\"") }
    position += 1
    return index
  }

  private mutating func parseRepetition() throws -> (Int, Int?) {
    let sign = bytes[position]
    position += 1
    switch sign {
    case UInt8(ascii: "*"): return (0, nil)
    case UInt8(ascii: "+"): return (1, nil)
    case UInt8(ascii: "?"): return (0, 1)
    default: break
    }
    skipSpace(acrossLines: false)
    let least = try parseNumber()
    skipSpace(acrossLines: false)
    var most: Int? = least
    if current == UInt8(ascii: ",") {
      position += 1
      skipSpace(acrossLines: false)
      most = current == UInt8(ascii: "}") ? nil : try parseNumber()
      skipSpace(acrossLines: false)
    }
    guard current == UInt8(ascii: "}") else { throw wrong(es: "falta «}»", en: "lacks \"}\"") }
    position += 1
    guard most ?? least >= least else {
      throw wrong(es: "repite como mucho menos veces que como poco", en: "repeats at most fewer times than at least")
    }
    return (least, most)
  }

  private mutating func parseNumber() throws -> Int {
    var number = 0
    let start = position
    while let byte = current, (0x30...0x39).contains(byte), position - start < 6 {
      number = number * 10 + Int(byte - 0x30)
      position += 1
    }
    guard position > start else { throw wrong(es: "falta un número", en: "lacks a number") }
    guard number <= GBNFCheck.maximumRepetitions else { throw tooManyRepetitions }
    return number
  }

  // MARK: - Characters

  private mutating func parseLiteral() throws -> [UInt32] {
    position += 1
    var characters: [UInt32] = []
    while let byte = current, byte != UInt8(ascii: "\"") { characters.append(try parseCharacter()) }
    guard current != nil else { throw wrong(es: "falta «\"»", en: "lacks '\"'") }
    position += 1
    return characters
  }

  private mutating func parseSet() throws -> [ClosedRange<UInt32>] {
    position += 1
    let isNegated = current == UInt8(ascii: "^")
    if isNegated { position += 1 }
    var ranges: [ClosedRange<UInt32>] = []
    while let byte = current, byte != UInt8(ascii: "]") {
      let first = try parseCharacter()
      var last = first
      if current == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "]") {
        position += 1
        last = try parseCharacter()
        guard last >= first else {
          throw wrong(es: "un rango de caracteres está al revés", en: "has a range of characters the wrong way round")
        }
      }
      ranges.append(first...last)
    }
    guard current != nil, !ranges.isEmpty else {
      throw wrong(
        es: "un conjunto «[…]» está vacío o no termina", en: "has a set \"[…]\" that is empty or does not end")
    }
    position += 1
    return ByteStates.joined(ranges, complement: isNegated)
  }

  /// The character's number.
  private mutating func parseCharacter() throws -> UInt32 {
    let byte = bytes[position]
    guard byte == UInt8(ascii: "\\") else {
      if byte == UInt8(ascii: "\n") { line += 1 }
      // The text is UTF-8, since it was a string.
      let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
      guard position + length <= bytes.count, byte != 0 else { throw wrong(es: "hay un NUL", en: "has a NUL") }
      let text = String(decoding: bytes[position..<(position + length)], as: UTF8.self)
      position += length
      return text.unicodeScalars.first?.value ?? 0
    }
    position += 1
    guard let escape = current else { throw wrong(es: "«\\» no termina", en: "has a \"\\\" that does not end") }
    position += 1
    switch escape {
    case UInt8(ascii: "x"): return try parseHex(2)
    case UInt8(ascii: "u"): return try parseHex(4)
    case UInt8(ascii: "U"): return try parseHex(8)
    case UInt8(ascii: "t"): return 9
    case UInt8(ascii: "r"): return 13
    case UInt8(ascii: "n"): return 10
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"): return UInt32(escape)
    default: throw wrong(es: "hay un «\\» seguido de otra cosa", en: "has a \"\\\" before something else")
    }
  }

  private mutating func parseHex(_ digits: Int) throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw wrong(es: "faltan cifras hexadecimales", en: "lacks hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    guard value <= 0x10FFFF else {
      throw wrong(es: "ese carácter no existe", en: "has a character that there is not")
    }
    return value
  }

  // MARK: - Pieces

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private var shown: String { String(decoding: bytes[position...].prefix(20).prefix { $0 >= 0x20 }, as: UTF8.self) }

  private func peek(_ text: String) -> Bool { bytes[position...].starts(with: text.utf8) }

  private mutating func parseName() -> String? {
    let start = position
    while let byte = current,
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || byte == UInt8(ascii: "-")
    { position += 1 }
    return position > start ? String(decoding: bytes[start..<position], as: UTF8.self) : nil
  }

  private mutating func skipSpace(acrossLines: Bool) {
    while let byte = current {
      if byte == UInt8(ascii: "#") {
        while let byte = current, byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") { position += 1 }
      } else if byte == 0x20 || byte == 0x09 {
        position += 1
      } else if acrossLines, byte == 0x0A || byte == 0x0D {
        if byte == 0x0A { line += 1 }
        position += 1
      } else {
        return
      }
    }
  }

  private var tooManyRepetitions: SaraiError {
    GBNFCheck.tooLarge(
      es: "en la línea \(line) repite más de \(GBNFCheck.maximumRepetitions) veces",
      en: "repeats more than \(GBNFCheck.maximumRepetitions) times in line \(line)")
  }

  private func wrong(es: String, en: String) -> SaraiError { GBNFCheck.wrong(line: line, es: es, en: en) }
}
