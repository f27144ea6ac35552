import SaraiCore

/// Reads units and quantities.
struct UnitParser {
  let reader: Reader

  func unit(at position: Int) -> (value: Unit, end: Int)? {
    guard let token = reader.token(position) else { return nil }
    // Mb could be megabits, or megabytes by someone who does not know the difference.
    if token.typed.utf8.count == 2, token.text.hasSuffix("b"), "KMGTP".contains(token.typed.prefix(1)),
      token.typed.hasSuffix("b")
    {
      return nil
    }
    return UnitTable.names(reader.language).longest(reader, at: position).map { ($0.meaning, $0.end) }
  }

  /// «26,2 millas», "5 ft 10 in", «una hora y media», "half a mile", "-40 °C".
  func quantity(at start: Int) -> (value: Quantity, end: Int)? {
    if let half = halfUnit(at: start) { return half }
    var position = start
    let isNegative = reader.text(start) == "-" || reader.text(start) == (isSpanish ? "menos" : "minus")
    if isNegative { position += 1 }
    guard let (first, end) = part(at: position, allowsArticle: true) else { return nil }
    if isNegative {
      // A length below 0 is no length.
      guard first.unit.dimension == .temperature else { return nil }
      return (Quantity(parts: [.init(value: -first.value, unit: first.unit)]), end)
    }
    var parts = [first]
    position = end
    while first.unit.dimension != .temperature {
      let joined = reader.text(position) == (isSpanish ? "y" : "and") ? position + 1 : position
      guard let (next, end) = part(at: joined, allowsArticle: false), let last = parts.last,
        next.unit.dimension == first.unit.dimension, next.unit.factor < last.unit.factor
      else { break }
      parts.append(next)
      position = end
    }
    return (Quantity(parts: parts), position)
  }

  private var isSpanish: Bool { reader.language == .spanish }

  private func part(at start: Int, allowsArticle: Bool) -> (value: Quantity.Part, end: Int)? {
    guard var (number, position) = reader.number(at: start, allowsArticle: allowsArticle) else { return nil }
    if reader.text(position) == "/", let top = number.int, let token = reader.token(position + 1),
      token.kind == .number,
      let below = Int(token.text), below > 0, below < 1000
    {
      number = Rational(top, over: below)
      position += 2
    }
    var isHalfTaken = false
    if let half = reader.end(ofAny: isSpanish ? Self.spanishAndHalf : Self.englishAndHalf, at: position) {
      (number, position, isHalfTaken) = (number + Rational(1, over: 2), half, true)
    }
    guard let (unit, end) = unit(at: position) else { return nil }
    guard !isHalfTaken, let half = reader.end(ofAny: isSpanish ? Self.spanishAndHalf : Self.englishAndHalf, at: end)
    else {
      return (.init(value: number, unit: unit), end)
    }
    return (.init(value: number + Rational(1, over: 2), unit: unit), half)
  }

  /// «media hora», "half a mile", "half an hour".
  private func halfUnit(at start: Int) -> (value: Quantity, end: Int)? {
    guard let after = reader.end(ofAny: isSpanish ? Self.spanishHalf : Self.englishHalf, at: start),
      let (unit, end) = unit(at: after), unit.dimension != .temperature
    else { return nil }
    return (Quantity(parts: [.init(value: Rational(1, over: 2), unit: unit)]), end)
  }

  private static let spanishAndHalf: Phrases = ["y media", "y medio"]
  private static let englishAndHalf: Phrases = ["and a half"]
  private static let spanishHalf: Phrases = ["media", "medio"]
  private static let englishHalf: Phrases = ["half a", "half an", "half"]
}
