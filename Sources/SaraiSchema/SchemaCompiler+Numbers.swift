import SaraiCore

/// Numbers between bounds, digit by digit.
extension SchemaCompiler {
  private struct Bounds {
    /// Whole numbers; nil is none.
    var least: Int64?
    var most: Int64?
    var excludesLeast = false
    var excludesMost = false
  }

  /// Everything that 15 digits hold.
  private static let farthest: Int64 = 999_999_999_999_999

  mutating func number(
    _ schema: JSONObject, _ pointer: String, isInteger: Bool
  ) throws(SaraiError) -> GrammarExpression {
    let digits = try multiple(schema, pointer, isInteger: isInteger)
    var bounds = try bounds(schema, pointer, isInteger: isInteger)
    switch schema["format"]?.stringValue {
    case "int32":
      bounds.least = max(bounds.least ?? .min, Int64(Int32.min))
      bounds.most = min(bounds.most ?? .max, Int64(Int32.max))
    case "uint32", "uint64": bounds.least = max(bounds.least ?? 0, 0)
    default: break
    }
    let hasBounds = bounds.least != nil || bounds.most != nil
    let fraction =
      digits.map { GrammarExpression.sequence([.text("."), .repeated(.digit, 1, $0)]) } ?? JSONPieces.fraction
    guard hasBounds else {
      if isInteger { return rules.share(JSONPieces.integer) }
      guard digits != nil else { return rules.share(JSONPieces.number) }
      return rules.share(.sequence([JSONPieces.integer, .optional(fraction)]))
    }
    let least = max(bounds.least ?? -Self.farthest, -Self.farthest)
    let most = min(bounds.most ?? Self.farthest, Self.farthest)
    guard least < most || (least == most && !bounds.excludesLeast && !bounds.excludesMost) else {
      throw faults.wrong(pointer, es: "ningún número está entre sus límites", en: "no number is within its bounds")
    }
    if isInteger {
      let (low, high) = (least + (bounds.excludesLeast ? 1 : 0), most - (bounds.excludesMost ? 1 : 0))
      guard low <= high else {
        throw faults.wrong(
          pointer, es: "ningún entero está entre sus límites", en: "no whole number is within its bounds")
      }
      return rules.share(Self.integers(low, high))
    }
    var limits = bounds
    (limits.least, limits.most) = (least, most)
    return rules.share(Self.decimals(limits, fraction, digits ?? JSONPieces.mostDigits))
  }

  private func bounds(
    _ schema: JSONObject, _ pointer: String, isInteger: Bool
  ) throws(SaraiError) -> Bounds {
    var bounds = Bounds()
    for (keyword, isLeast) in [
      ("minimum", true), ("exclusiveMinimum", true), ("maximum", false), ("exclusiveMaximum", false),
    ] {
      guard let value = schema[keyword] else { continue }
      // Draft 4 wrote `exclusiveMinimum: true` beside `minimum`.
      if case .bool(let excludes) = value, keyword.hasPrefix("exclusive") {
        if isLeast { bounds.excludesLeast = excludes } else { bounds.excludesMost = excludes }
        continue
      }
      guard let number = value.doubleValue else {
        throw faults.wrong(pointer, es: "«\(keyword)» debe ser un número", en: "\"\(keyword)\" must be a number")
      }
      var isExclusive = keyword.hasPrefix("exclusive")
      var whole = value.integerValue
      if whole == nil, abs(number) >= 9e15 { continue }
      if whole == nil, isInteger {
        whole = Int64(isLeast ? number.rounded(.up) : number.rounded(.down))
        isExclusive = false
      }
      guard let whole, abs(whole) <= Self.farthest else {
        if let whole, isLeast == (whole < 0) { continue }
        throw faults.unsupported(
          pointer, keyword, es: "el límite ha de ser un entero de hasta 15 cifras",
          en: "the bound has to be a whole number of at most 15 digits")
      }
      if isLeast, whole >= bounds.least ?? .min {
        bounds.excludesLeast = isExclusive || (whole == bounds.least && bounds.excludesLeast)
        bounds.least = whole
      } else if !isLeast, whole <= bounds.most ?? .max {
        bounds.excludesMost = isExclusive || (whole == bounds.most && bounds.excludesMost)
        bounds.most = whole
      }
    }
    return bounds
  }

  /// Digits after the point where multiples of a power of ten are asked for.
  private func multiple(
    _ schema: JSONObject, _ pointer: String, isInteger: Bool
  ) throws(SaraiError) -> Int? {
    guard let value = schema["multipleOf"] else { return nil }
    if value.integerValue == 1 {
      guard isInteger else {
        throw faults.unsupported(pointer, "multipleOf", es: "usa el tipo «integer»", en: "use the type \"integer\"")
      }
      return nil
    }
    let digits = [0.1: 1, 0.01: 2, 0.001: 3, 0.0001: 4, 0.00001: 5, 0.000001: 6]
    if let number = value.doubleValue, let count = digits[number], !isInteger { return count }
    throw faults.unsupported(
      pointer, "multipleOf", es: "solo 1 en enteros y 0.1, 0.01… en números",
      en: "only 1 for integers and 0.1, 0.01… for numbers")
  }

  // MARK: - Ranges

  /// Whole numbers of a range, both ends included.
  static func integers(_ low: Int64, _ high: Int64) -> GrammarExpression {
    var ways: [GrammarExpression] = []
    if low < 0 {
      ways.append(.sequence([.text("-"), .choice(naturals(UInt64(max(1, -high)), UInt64(-low)))]))
    }
    if high >= 0 { ways += naturals(UInt64(max(0, low)), UInt64(high)) }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  private static func naturals(_ low: UInt64, _ high: UInt64) -> [GrammarExpression] {
    var ways: [GrammarExpression] = []
    var low = low
    while low <= high {
      let length = String(low).count
      let end = min(high, (0..<length).reduce(UInt64(1)) { power, _ in power * 10 } - 1)
      ways += sameLength(Array(String(low).utf8), Array(String(end).utf8))
      low = end + 1
    }
    return ways
  }

  private static func sameLength(_ low: [UInt8], _ high: [UInt8]) -> [GrammarExpression] {
    guard let first = low.first, let last = high.first else { return [.nothing] }
    let (lowRest, highRest) = (Array(low.dropFirst()), Array(high.dropFirst()))
    func digits(_ from: UInt8, _ to: UInt8) -> GrammarExpression { .set([UInt32(from)...UInt32(to)]) }
    if low.allSatisfy({ $0 == 0x30 }) && high.allSatisfy({ $0 == 0x39 }) {
      return [.repeated(.digit, low.count, low.count)]
    }
    if lowRest.allSatisfy({ $0 == 0x30 }) && highRest.allSatisfy({ $0 == 0x39 }) {
      return [.sequence([digits(first, last), .repeated(.digit, lowRest.count, lowRest.count)])]
    }
    if first == last {
      return [.sequence([digits(first, first), .choice(sameLength(lowRest, highRest))])]
    }
    let (zeros, nines) = (
      [UInt8](repeating: 0x30, count: lowRest.count), [UInt8](repeating: 0x39, count: lowRest.count)
    )
    var ways: [GrammarExpression] = [.sequence([digits(first, first), .choice(sameLength(lowRest, nines))])]
    if first + 1 < last {
      ways.append(.sequence([digits(first + 1, last - 1), .repeated(.digit, zeros.count, zeros.count)]))
    }
    ways.append(.sequence([digits(last, last), .choice(sameLength(zeros, highRest))]))
    return ways
  }

  /// Numbers of a range, with or without a fraction.
  private static func decimals(
    _ bounds: Bounds, _ fraction: GrammarExpression, _ digits: Int
  ) -> GrammarExpression {
    guard let least = bounds.least, let most = bounds.most else { return .nothing }
    var ways: [GrammarExpression] = []
    if least < 0 {
      let towardsZero = max(0, -most)
      ways += magnitudes(
        from: towardsZero, to: -least, excludesFirst: most <= 0 && bounds.excludesMost,
        excludesLast: bounds.excludesLeast, fraction, digits
      ).map { .sequence([.text("-"), $0]) }
    }
    if most > 0 || (most == 0 && !bounds.excludesMost) {
      ways += magnitudes(
        from: max(0, least), to: most, excludesFirst: least >= 0 && bounds.excludesLeast,
        excludesLast: bounds.excludesMost, fraction, digits)
    }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  private static func magnitudes(
    from first: Int64, to last: Int64, excludesFirst: Bool, excludesLast: Bool, _ fraction: GrammarExpression,
    _ digits: Int
  ) -> [GrammarExpression] {
    var ways: [GrammarExpression] = []
    if excludesFirst, first < last {
      // More than nothing after the point.
      let tail = (0..<digits).map { zeros in
        GrammarExpression.sequence([
          .text(String(repeating: "0", count: zeros)), .set([0x31...0x39]), .repeated(.digit, 0, digits - zeros - 1),
        ])
      }
      ways.append(.sequence([.text("\(first)."), .choice(tail)]))
    }
    let start = excludesFirst ? first + 1 : first
    if start < last { ways.append(.sequence([integers(start, last - 1), .optional(fraction)])) }
    if !excludesLast, start <= last {
      ways.append(.sequence([.text("\(last)"), .optional(.sequence([.text("."), .repeated(.text("0"), 1, digits)]))]))
    }
    return ways
  }
}
