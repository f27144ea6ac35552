import SaraiCore

/// Reads lengths of time: «45 días», "2 weeks and 3 days", «una hora y media».
struct SpanParser {
  let reader: Reader

  private enum Step {
    case months(Int)
    case days(Int)
    case seconds(Int)
  }

  func span(at start: Int) -> (value: CalendarSpan, end: Int)? {
    var total = CalendarSpan()
    var position = start
    var end: Int?
    while let (part, next) = one(at: position) {
      guard total.months + part.months < 1 << 40, total.days + part.days < 1 << 40 else { return nil }
      total.months += part.months
      total.days += part.days
      total.seconds += part.seconds
      end = next
      position = next
      if reader.text(position) == "," { position += 1 }
      if reader.text(position) == (isSpanish ? "y" : "and") { position += 1 }
    }
    return end.map { (total, $0) }
  }

  private var isSpanish: Bool { reader.language == .spanish }

  private func one(at start: Int) -> (value: CalendarSpan, end: Int)? {
    if isSpanish, let hour = reader.end(ofAny: Self.spanishHalfHour, at: start) {
      return (CalendarSpan(seconds: 1800), hour)
    }
    if !isSpanish, let hour = reader.end(ofAny: Self.englishHalfHour, at: start) {
      return (CalendarSpan(seconds: 1800), hour)
    }
    guard var (number, position) = reader.number(at: start, allowsArticle: true), !number.isNegative else { return nil }
    var isHalfTaken = false
    if !isSpanish, let half = reader.end(ofAny: Self.englishAndHalf, at: position) {
      number = number + Rational(1, over: 2)
      position = half
      isHalfTaken = true
    }
    guard let step = (isSpanish ? Self.spanish : Self.english)[reader.text(position)] else { return nil }
    position += 1
    if !isHalfTaken, let half = reader.end(ofAny: isSpanish ? Self.spanishAndHalf : Self.englishAndHalf, at: position) {
      number = number + Rational(1, over: 2)
      position = half
    }
    // More than any calendar holds is left to overflow the years, not the arithmetic.
    let most = Rational(1 << 30)
    func count(_ factor: Int) -> Int? { (min(number, most) * Rational(factor)).int }
    switch step {
    case .months(let factor): return count(factor).map { (CalendarSpan(months: $0), position) }
    case .days(let factor): return count(factor).map { (CalendarSpan(days: $0), position) }
    case .seconds(let factor): return count(factor).map { (CalendarSpan(seconds: $0), position) }
    }
  }

  private static let spanishHalfHour: Phrases = ["media hora"]
  private static let englishHalfHour: Phrases = ["half an hour", "half hour", "a half hour"]
  private static let spanishAndHalf: Phrases = ["y media", "y medio"]
  private static let englishAndHalf: Phrases = ["and a half"]

  private static let spanish: [String: Step] = [
    "segundo": .seconds(1), "segundos": .seconds(1), "minuto": .seconds(60), "minutos": .seconds(60),
    "min": .seconds(60), "hora": .seconds(3600), "horas": .seconds(3600), "h": .seconds(3600), "dia": .days(1),
    "dias": .days(1),
    "semana": .days(7), "semanas": .days(7), "mes": .months(1), "meses": .months(1), "trimestre": .months(3),
    "trimestres": .months(3), "semestre": .months(6), "semestres": .months(6), "ano": .months(12), "anos": .months(12),
    "decada": .months(120), "decadas": .months(120), "siglo": .months(1200), "siglos": .months(1200),
  ]

  private static let english: [String: Step] = [
    "second": .seconds(1), "seconds": .seconds(1), "minute": .seconds(60), "minutes": .seconds(60),
    "min": .seconds(60), "mins": .seconds(60), "hour": .seconds(3600), "hours": .seconds(3600), "h": .seconds(3600),
    "day": .days(1), "days": .days(1), "week": .days(7), "weeks": .days(7), "fortnight": .days(14),
    "fortnights": .days(14), "month": .months(1), "months": .months(1), "year": .months(12), "years": .months(12),
    "decade": .months(120), "decades": .months(120), "century": .months(1200), "centuries": .months(1200),
  ]
}
