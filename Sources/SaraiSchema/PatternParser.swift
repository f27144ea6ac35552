import SaraiCore

/// Regular expressions as JSON Schema writes them (ECMA-262), as far as a grammar can follow them, over the characters
/// of a string as JSON writes it.
struct PatternParser {
  enum Fault: Error {
    case wrong(es: String, en: String)
    case unsupported(es: String, en: String)
  }

  private let scalars: [UInt32]
  private var position = 0
  private var depth = 0
  private var size = 0

  init(_ pattern: String) { scalars = pattern.unicodeScalars.map(\.value) }

  /// - Parameter anything: Any characters at all, for the ends that are not anchored.
  mutating func parse(anything: GrammarExpression) throws(Fault) -> GrammarExpression {
    guard scalars.count <= 2_000 else {
      throw .unsupported(es: "pasa de 2000 caracteres", en: "it has more than 2,000 characters")
    }
    let alternatives = try topAlternatives(anything)
    return alternatives.count == 1 ? alternatives[0] : .choice(alternatives)
  }

  /// At the top each alternative has its own anchors.
  private mutating func topAlternatives(_ anything: GrammarExpression) throws(Fault) -> [GrammarExpression] {
    var ways: [GrammarExpression] = []
    while true {
      let isAnchored = take("^")
      let body = try sequence()
      let isClosed = take("$")
      guard current == nil || current == Self.code("|") else {
        throw .unsupported(
          es: "«^» y «$» solo van al principio y al final", en: "\"^\" and \"$\" go at the beginning and the end only")
      }
      ways.append(.sequence([isAnchored ? .nothing : anything, body, isClosed ? .nothing : anything]))
      guard take("|") else { return ways }
    }
  }

  private mutating func choice() throws(Fault) -> GrammarExpression {
    var ways = [try sequence()]
    while take("|") { ways.append(try sequence()) }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  private mutating func sequence() throws(Fault) -> GrammarExpression {
    var parts: [GrammarExpression] = []
    while let scalar = current, !Self.ends.contains(scalar) {
      size += 1
      guard size <= 2_000 else { throw .unsupported(es: "es demasiado larga", en: "it is too long") }
      parts.append(try quantified(try atom()))
    }
    return .sequence(parts)
  }

  private mutating func atom() throws(Fault) -> GrammarExpression {
    let scalar = next()
    switch Character(Unicode.Scalar(scalar) ?? " ") {
    case "(": return try group()
    case "[": return Self.written(try set())
    case ".": return Self.written(Self.without([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029]))
    case "\\": return Self.written(try escape(inSet: false))
    case "*", "+", "?", "{": throw .wrong(es: "no hay nada que repetir", en: "there is nothing to repeat")
    case "]", "}": return Self.written([scalar...scalar])
    default: return Self.written([scalar...scalar])
    }
  }

  private mutating func group() throws(Fault) -> GrammarExpression {
    if take("?") {
      guard take(":") else {
        throw .unsupported(es: "grupos que miran alrededor o con nombre", en: "groups that look around or have a name")
      }
    }
    depth += 1
    guard depth <= 20 else { throw .unsupported(es: "demasiados paréntesis", en: "too many parentheses") }
    let inner = try choice()
    depth -= 1
    guard take(")") else {
      if current == Self.code("^") || current == Self.code("$") {
        throw .unsupported(
          es: "«^» y «$» solo van al principio y al final", en: "\"^\" and \"$\" go at the beginning and the end only")
      }
      throw .wrong(es: "falta «)»", en: "\")\" is missing")
    }
    return inner
  }

  private mutating func quantified(_ atom: GrammarExpression) throws(Fault) -> GrammarExpression {
    var bounds: (Int, Int?)?
    if take("*") {
      bounds = (0, nil)
    } else if take("+") {
      bounds = (1, nil)
    } else if take("?") {
      bounds = (0, 1)
    } else if take("{") {
      guard let least = number() else {
        throw .wrong(es: "falta un número tras «{»", en: "a number is missing after \"{\"")
      }
      var most: Int? = least
      if take(",") { most = current == Self.code("}") ? nil : number() }
      guard take("}"), most ?? least >= least else { throw .wrong(es: "«{…}» está mal", en: "\"{…}\" is wrong") }
      guard max(least, most ?? 0) <= 1_000 else {
        throw .unsupported(es: "más de 1000 repeticiones", en: "more than 1,000 repetitions")
      }
      bounds = (least, most)
    }
    guard let bounds else { return atom }
    // Whether it takes much or little makes no difference to what matches.
    _ = take("?")
    if let scalar = current, [Self.code("*"), Self.code("+"), Self.code("{")].contains(scalar) {
      throw .wrong(es: "repite una repetición", en: "it repeats a repetition")
    }
    if Self.canBeEmpty(atom) {
      guard bounds == (0, 1) else {
        throw .unsupported(es: "repite algo que puede estar vacío", en: "it repeats something that can be empty")
      }
      return atom
    }
    return .repeated(atom, bounds.0, bounds.1)
  }

  private static func canBeEmpty(_ expression: GrammarExpression) -> Bool {
    switch expression {
    case .text(let text): text.isEmpty
    case .set, .rule: false
    case .sequence(let parts): parts.allSatisfy(canBeEmpty)
    case .choice(let ways): ways.contains(where: canBeEmpty)
    case .repeated(let inner, let least, _): least == 0 || canBeEmpty(inner)
    }
  }

  // MARK: - Sets

  private mutating func set() throws(Fault) -> [ClosedRange<UInt32>] {
    let isNegated = take("^")
    var ranges: [ClosedRange<UInt32>] = []
    while let scalar = current, scalar != Self.code("]") {
      position += 1
      let first = scalar == Self.code("\\") ? try escape(inSet: true) : [scalar...scalar]
      guard current == Self.code("-"), position + 1 < scalars.count, scalars[position + 1] != Self.code("]") else {
        ranges += first
        continue
      }
      position += 1
      let end = next()
      let last = end == Self.code("\\") ? try escape(inSet: true) : [end...end]
      guard first.count == 1, last.count == 1, first[0].count == 1, last[0].count == 1,
        first[0].lowerBound <= last[0].lowerBound
      else { throw .wrong(es: "un rango está mal", en: "a range is wrong") }
      ranges.append(first[0].lowerBound...last[0].lowerBound)
    }
    guard take("]") else { throw .wrong(es: "falta «]»", en: "\"]\" is missing") }
    return isNegated ? Self.without(ranges) : ranges
  }

  private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
  private static let word: [ClosedRange<UInt32>] = [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A]
  private static let space: [ClosedRange<UInt32>] = [
    0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
    0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
  ]

  private mutating func escape(inSet: Bool) throws(Fault) -> [ClosedRange<UInt32>] {
    guard current != nil else { throw .wrong(es: "acaba en «\\»", en: "it ends in \"\\\"") }
    let scalar = next()
    switch Character(Unicode.Scalar(scalar) ?? " ") {
    case "d": return Self.digits
    case "D": return Self.without(Self.digits)
    case "w": return Self.word
    case "W": return Self.without(Self.word)
    case "s": return Self.space
    case "S": return Self.without(Self.space)
    case "n": return [10...10]
    case "r": return [13...13]
    case "t": return [9...9]
    case "f": return [12...12]
    case "v": return [11...11]
    case "u", "x":
      let width = scalar == Self.code("u") ? 4 : 2
      var value: UInt32 = 0
      for _ in 0..<width {
        guard current != nil, let digit = Unicode.Scalar(next()).flatMap({ Character($0).hexDigitValue }) else {
          throw .wrong(es: "faltan cifras hexadecimales", en: "hexadecimal digits are missing")
        }
        value = value << 4 | UInt32(digit)
      }
      guard Unicode.Scalar(value) != nil else {
        throw .unsupported(es: "medios pares de sustitución", en: "halves of surrogate pairs")
      }
      return [value...value]
    case "b" where inSet: return [8...8]
    case "b", "B", "k", "p", "P", "0"..."9", "c":
      throw .unsupported(
        es: "«\\\(Character(Unicode.Scalar(scalar) ?? " "))»", en: "\"\\\(Character(Unicode.Scalar(scalar) ?? " "))\"")
    case "a"..."z", "A"..."Z": throw .wrong(es: "«\\» ante una letra", en: "\"\\\" before a letter")
    default: return [scalar...scalar]
    }
  }

  private static func without(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var left: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { left.append(next...(range.lowerBound - 1)) }
      next = max(next, range.upperBound + 1)
    }
    if next <= 0x10FFFF { left.append(next...0x10FFFF) }
    return left
  }

  /// Characters as a JSON string writes them: some only behind a backslash.
  private static func written(_ set: [ClosedRange<UInt32>]) -> GrammarExpression {
    let plain = JSONPieces.plain.flatMap { own in
      set.compactMap { $0.overlaps(own) ? $0.clamped(to: own) : nil }
    }
    var ways: [GrammarExpression] = plain.isEmpty ? [] : [.set(plain)]
    let escapes: [(UInt32, String)] = [
      (0x22, "\\\""), (0x5C, "\\\\"), (0x0A, "\\n"), (0x0D, "\\r"), (0x09, "\\t"), (0x08, "\\b"), (0x0C, "\\f"),
    ]
    for (scalar, text) in escapes where set.contains(where: { $0.contains(scalar) }) { ways.append(.text(text)) }
    return ways.count == 1 ? ways[0] : ways.isEmpty ? .set([]) : .choice(ways)
  }

  // MARK: - Pieces

  private static let ends: Set<UInt32> = [code("|"), code(")"), code("$"), code("^")]

  private static func code(_ scalar: Unicode.Scalar) -> UInt32 { scalar.value }

  private var current: UInt32? { position < scalars.count ? scalars[position] : nil }

  /// The character at hand; 0 behind the end, which no rule takes.
  private mutating func next() -> UInt32 {
    defer { position += 1 }
    return current ?? 0
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar.value else { return false }
    position += 1
    return true
  }

  private mutating func number() -> Int? {
    var value: Int?
    while let scalar = current, (0x30...0x39).contains(scalar), value ?? 0 < 100_000 {
      value = (value ?? 0) * 10 + Int(scalar - 0x30)
      position += 1
    }
    return value
  }
}
