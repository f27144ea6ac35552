import SaraiCore

/// Quantities of one dimension with plus and minus between them: 3 kg + 500 g.
struct QuantitySum: Sendable {
  struct Term: Sendable {
    var quantity: Quantity
    var isSubtracted: Bool
  }

  /// Two or more.
  var terms: [Term]
  /// Whether a bare hyphen stands in it: 5 km - 10 km is a range as well.
  var hasHyphen: Bool

  /// In the dimension's base unit.
  var base: Rational {
    terms.reduce(.zero) { $1.isSubtracted ? $0 - $1.quantity.base : $0 + $1.quantity.base }
  }

  /// Every unit in it once, the largest first.
  var units: [Unit] {
    Set(terms.flatMap(\.quantity.parts).map(\.unit)).sorted { ($1.factor, $0.symbol) < ($0.factor, $1.symbol) }
  }

  func text(_ format: NumberFormat) -> String {
    terms.enumerated().map { index, term in
      (index == 0 ? "" : term.isSubtracted ? " \u{2212} " : " + ") + term.quantity.text(format)
    }.joined()
  }

  /// The sum in its own units as people say lengths of time, 2 hours 45 minutes; nil where that is not the way.
  func spoken() -> Quantity? {
    guard let dimension = terms.first?.quantity.unit.dimension, dimension == .time || dimension == .calendar,
      !base.isNegative, !base.isZero
    else { return nil }
    var rest = base
    var parts: [Quantity.Part] = []
    let units = units
    for (index, unit) in units.enumerated() {
      let count = rest / unit.factor
      let taken = index == units.count - 1 ? count : Rational(count.floor)
      rest = rest - taken * unit.factor
      if !taken.isZero { parts.append(.init(value: taken, unit: unit)) }
    }
    guard let last = parts.last, last.value.decimals != nil else { return nil }
    return Quantity(parts: parts)
  }
}

extension UnitParser {
  /// Two or more quantities of one dimension. Temperatures are not added: 20 °C + 20 °C has no plain meaning.
  func sum(at start: Int) -> (value: QuantitySum, end: Int)? {
    guard let (first, afterFirst) = quantity(at: start), first.unit.dimension != .temperature else { return nil }
    let words: ArithmeticWords = reader.language == .spanish ? .spanish : .english
    var sum = QuantitySum(terms: [.init(quantity: first, isSubtracted: false)], hasHyphen: false)
    var position = afterFirst
    while true {
      let plus = reader.end(ofAny: words.plus, at: position)
      guard let next = plus ?? reader.end(ofAny: words.minus, at: position), let (quantity, end) = quantity(at: next),
        quantity.unit.dimension == first.unit.dimension
      else { break }
      if reader.text(position) == "-" { sum.hasHyphen = true }
      sum.terms.append(.init(quantity: quantity, isSubtracted: plus == nil))
      position = end
    }
    return sum.terms.count > 1 ? (sum, position) : nil
  }
}

extension AnswerWriter {
  /// - Parameter target: The unit that was asked for; nil for the largest one of the sum that gives an exact decimal.
  func total(_ sum: QuantitySum, in target: Unit?) throws(CalcFault) -> CalcAnswer? {
    guard let largest = sum.units.first else { return nil }
    if let target, target.dimension != largest.dimension {
      throw .incompatibleUnits(largest.plural, target.plural)
    }
    let base = sum.base
    let unit = target ?? sum.units.first { (base / $0.factor).decimals != nil } ?? largest
    let value = base / unit.factor
    guard value.bitWidth <= Limits.bits else { throw .tooLarge }
    let shown = format.show(value)
    let plain = NumberFormat.plain(value, isExact: !shown.isRounded) + " " + unit.symbol
    var echo = sum.text(format)
    if echo.utf8.count > 160 { echo = isSpanish ? "El total" : "The total" }
    if target == nil, let spoken = sum.spoken() {
      let verb = spoken.parts.count == 1 && spoken.parts[0].value == .one ? "es" : "son"
      let text = spoken.text(format)
      return made(.units, es: "\(echo) \(verb) \(text).", en: "\(echo) is \(text).", value: plain)
    }
    let text = "\(shown.text) \(unit.name(of: shown.isRounded ? Rational(2) : value, language))"
    return shown.isRounded
      ? made(.units, es: "\(echo) son ≈ \(text) (redondeado).", en: "\(echo) is ≈ \(text) (rounded).", value: plain)
      : made(
        .units, es: "\(echo) \(value == .one ? "es" : "son") \(text).", en: "\(echo) is \(text).", value: plain)
  }
}
