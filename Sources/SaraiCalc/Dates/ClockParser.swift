import SaraiCore

/// Reads times of day that leave no doubt about the half of the day: 17:30, 5 pm, «las 5 de la tarde», "noon".
struct ClockParser {
  let reader: Reader

  /// Minutes since midnight.
  func clock(at start: Int) -> (value: Int, end: Int)? {
    let isSpanish = reader.language == .spanish
    if let noon = reader.end(ofAny: Self.noon, at: start) { return (720, noon) }
    if let midnight = reader.end(ofAny: Self.midnight, at: start) { return (0, midnight) }
    let hasArticle = isSpanish && (reader.text(start) == "las" || reader.text(start) == "la")
    var position = hasArticle ? start + 1 : start
    guard let (number, next) = reader.number(at: position, allowsArticle: hasArticle), let hour = number.int,
      (0...24).contains(hour)
    else { return nil }
    position = next
    var minute = 0
    var isClear = hasArticle
    if reader.text(position) == ":", let token = reader.token(position + 1), token.kind == .number,
      token.text.utf8.count == 2, !token.followsSpace, let value = Int(token.text), value < 60
    {
      (minute, position, isClear) = (value, position + 2, true)
    } else if isSpanish, hasArticle, let (value, next) = spokenMinutes(at: position) {
      (minute, position) = (value, next)
    }
    if let (isAfternoon, next) = half(at: position) {
      guard (1...12).contains(hour) else { return nil }
      return (hour % 12 * 60 + (isAfternoon ? 720 : 0) + minute, next)
    }
    if isClear, isSpanish, reader.text(position) == "horas" || reader.text(position) == "h" { position += 1 }
    let total = hour * 60 + minute
    guard isClear, (0..<1440).contains(total) else { return nil }
    return (total, position)
  }

  /// «y media», «y cuarto», «menos cuarto», «y diez».
  private func spokenMinutes(at position: Int) -> (value: Int, end: Int)? {
    let sign = reader.text(position) == "y" ? 1 : reader.text(position) == "menos" ? -1 : 0
    guard sign != 0 else { return nil }
    switch reader.text(position + 1) {
    case "media" where sign == 1: return (30, position + 2)
    case "cuarto": return (sign * 15, position + 2)
    default:
      guard let (number, end) = reader.number(at: position + 1), let minute = number.int, (1..<60).contains(minute)
      else {
        return nil
      }
      return (sign * minute, end)
    }
  }

  private func half(at position: Int) -> (isAfternoon: Bool, end: Int)? {
    (reader.language == .spanish ? Self.spanishHalves : Self.englishHalves).longest(reader, at: position)
      .map { ($0.meaning, $0.end) }
  }

  private static let noon: Phrases = ["mediodia", "el mediodia", "noon", "midday"]
  private static let midnight: Phrases = ["medianoche", "la medianoche", "midnight"]
  private static let latin = [
    ("am", false), ("a . m .", false), ("a . m", false), ("pm", true), ("p . m .", true), ("p . m", true),
  ]
  private static let spanishHalves = PhraseTable(
    latin + [
      ("de la manana", false), ("de la madrugada", false), ("de la tarde", true), ("de la noche", true),
    ])
  private static let englishHalves = PhraseTable(
    latin + [("in the morning", false), ("in the afternoon", true), ("in the evening", true)])
}
