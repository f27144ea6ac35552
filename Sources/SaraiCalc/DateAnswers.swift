import SaraiCore

/// Answers about days.
extension AnswerWriter {
  func shiftedDate(
    _ span: CalendarSpan, _ isForward: Bool, _ from: DateExpression?
  ) throws(CalcFault) -> CalcAnswer? {
    var date = try from?.resolve(today: now.date, .thisYear) ?? now.date
    if span.hasTime {
      guard from == nil, !span.hasDays else { return nil }
      guard span.seconds < 1 << 40 else { throw .outOfRange }
      date = now.adding(seconds: isForward ? span.seconds : -span.seconds).date
      guard Limits.years.contains(date.year) else { throw .outOfRange }
    } else {
      date = try span.added(to: date, isForward: isForward)
    }
    let text = DateWords.text(date, language)
    let verb =
      date < now.date
      ? (es: "Fue", en: "It was") : date > now.date ? (es: "Será", en: "It will be") : (es: "Es", en: "It is")
    let words = from == nil ? verb : (es: "Es", en: "It is")
    return inCalendar(
      made(.date, es: "\(words.es) el \(text).", en: "\(words.en) \(text).", value: DateWords.plain(date)), from: date)
  }

  func day(_ expression: DateExpression) throws(CalcFault) -> CalcAnswer {
    let date = try expression.resolve(today: now.date, .thisYear)
    let value = DateWords.plain(date) + " " + DateWords.englishWeekdays[date.weekday].lowercased()
    if case .relative(let days) = expression {
      let text = DateWords.text(date, language)
      let (es, en) =
        switch days {
        case 0: ("Hoy es", "Today is")
        case 1: ("Mañana es", "Tomorrow is")
        case 2: ("Pasado mañana es", "The day after tomorrow is")
        case -1: ("Ayer fue", "Yesterday was")
        default: ("Anteayer fue", "The day before yesterday was")
        }
      return made(.date, es: "\(es) \(text).", en: "\(en) \(text).", value: value)
    }
    let text = DateWords.text(date, language, withWeekday: false)
    let isPast = date < now.date
    return inCalendar(
      made(
        .date, es: "El \(text) \(isPast ? "fue" : "es") \(DateWords.spanishWeekdays[date.weekday]).",
        en: "\(text) \(isPast ? "was" : "is") a \(DateWords.englishWeekdays[date.weekday]).", value: value),
      from: date)
  }

  /// Nil for a day that there is: a date alone asks for nothing.
  func bareDate(_ expression: DateExpression) throws(CalcFault) -> CalcAnswer? {
    do throws(CalcFault) {
      _ = try expression.resolve(today: now.date, .coming)
      return nil
    } catch {
      guard case .noSuchDate = error else { return nil }
      throw error
    }
  }

  /// Says which calendar an answer is in that goes back beyond the first day of the Gregorian one.
  private func inCalendar(_ answer: CalcAnswer, from date: CivilDate) -> CalcAnswer {
    guard (date.year, date.month, date.day) < (1582, 10, 15) else { return answer }
    let note = Localized(
      es: "en el calendario gregoriano contado hacia atrás, pues empezó el 15 de octubre de 1582",
      en: "in the Gregorian calendar carried back, which began on 15 October 1582")
    let text = "\(answer.text.dropLast()) (\(note[language]))."
    return CalcAnswer(kind: answer.kind, language: answer.language, text: text, outcome: answer.outcome)
  }

  func until(_ expression: DateExpression, _ measure: Measure?) throws(CalcFault) -> CalcAnswer? {
    let date = try expression.resolve(today: now.date, .coming)
    let text = DateWords.text(date, language)
    switch measure {
    case .hours, .minutes, .seconds: return hours(until: date, measure)
    default: break
    }
    if date < now.date {
      let stretch = stretch(from: date, to: now.date, measure)
      return inCalendar(
        made(
          .date, es: "Ya pasó: el \(text) fue hace \(stretch.text).",
          en: "It is past: \(text) was \(stretch.text) ago.", value: "-" + stretch.plain), from: date)
    }
    let stretch = stretch(from: now.date, to: date, measure)
    return made(
      .date, es: "Hasta el \(text) \(stretch.count == 1 ? "falta" : "faltan") \(stretch.text).",
      en: "\(capitalized(stretch.text)) until \(text).", value: stretch.plain)
  }

  /// To the first minute of the day.
  private func hours(until date: CivilDate, _ measure: Measure?) -> CalcAnswer? {
    let minutes = (date.dayNumber - now.date.dayNumber) * 1440 - now.secondOfDay / 60
    guard minutes > 0, measure != .seconds else { return nil }
    let stretch = clockStretch(minutes: minutes, measure)
    let text = DateWords.text(date, language)
    return made(
      .date, es: "Hasta que empiece el \(text) faltan \(stretch.text).",
      en: "\(stretch.text) until \(text) begins.", value: stretch.plain)
  }

  func since(_ expression: DateExpression, _ measure: Measure?) throws(CalcFault) -> CalcAnswer? {
    let date = try expression.resolve(today: now.date, .past)
    switch measure {
    case .hours, .minutes, .seconds: return nil
    default: break
    }
    guard date <= now.date else { return try until(expression, measure) }
    let stretch = stretch(from: date, to: now.date, measure)
    let text = DateWords.text(date, language)
    return inCalendar(
      made(
        .date, es: "Desde el \(text) \(stretch.count == 1 ? "ha pasado" : "han pasado") \(stretch.text).",
        en: "\(capitalized(stretch.text)) since \(text).", value: stretch.plain), from: date)
  }

  func between(_ a: DateExpression, _ b: DateExpression, _ measure: Measure?) throws(CalcFault) -> CalcAnswer? {
    var (from, to) = try pair(a, b)
    if to < from { (from, to) = (to, from) }
    var stretch = stretch(from: from, to: to, measure)
    switch measure {
    case .hours, .minutes: stretch = clockStretch(minutes: stretch.count * 1440, measure)
    case .seconds: return nil
    default: break
    }
    let (first, last) = (
      DateWords.text(from, language, withWeekday: false), DateWords.text(to, language, withWeekday: false)
    )
    return inCalendar(
      made(
        .date, es: "Entre el \(first) y el \(last) hay \(stretch.text).",
        en: "Between \(first) and \(last) there \(stretch.count == 1 ? "is" : "are") \(stretch.text).",
        value: stretch.plain), from: from)
  }

  /// A year that only one of the two has is the other's too, as far as the order allows.
  private func pair(_ a: DateExpression, _ b: DateExpression) throws(CalcFault) -> (CivilDate, CivilDate) {
    if a.lacksYear, let year = b.year {
      let last = try b.resolve(today: now.date, .thisYear)
      let first = try a.resolve(today: now.date, .of(year: year))
      return first <= last ? (first, last) : (try a.resolve(today: now.date, .of(year: year - 1)), last)
    }
    let first = try a.resolve(today: now.date, .thisYear)
    return (first, try b.resolve(today: b.lacksYear ? first : now.date, b.lacksYear ? .coming : .thisYear))
  }

  func age(_ birth: DateExpression) throws(CalcFault) -> CalcAnswer? {
    let date = try birth.resolve(today: now.date, .past)
    guard date <= now.date else { return nil }
    var years = now.date.year - date.year
    // Someone born on 29 February is a year older on 1 March of other years.
    if (now.date.month, now.date.day) < (date.month, date.day) { years -= 1 }
    let text = DateWords.text(date, language, withWeekday: false)
    let count = counted(years, es: ("año", "años"), en: ("year", "years"))
    return inCalendar(
      made(
        .date, es: "Quien nació el \(text) tiene \(count).", en: "Someone born on \(text) is \(count) old.",
        value: "\(years) y"), from: date)
  }

  // MARK: - Facts of the calendar

  func leapYear(_ year: Int) -> CalcAnswer {
    let isLeap = CivilDate.isLeap(year: year)
    return made(
      .date, es: isLeap ? "Sí, \(year) es bisiesto." : "No, \(year) no es bisiesto.",
      en: isLeap ? "Yes, \(year) is a leap year." : "No, \(year) is not a leap year.", value: isLeap ? "yes" : "no")
  }

  func daysOfMonth(_ month: Int, _ year: Int?) -> CalcAnswer? {
    let name = (es: DateWords.spanishMonths[month - 1], en: DateWords.englishMonths[month - 1])
    if month == 2, year == nil {
      return made(
        .date, es: "Febrero tiene 28 días, o 29 si el año es bisiesto.",
        en: "February has 28 days, or 29 in a leap year.", value: "28 d or 29 d")
    }
    let days = CivilDate.daysIn(month: month, year: year ?? now.date.year)
    let of = year.map { (es: " de \($0)", en: " \($0)") } ?? (es: "", en: "")
    return made(
      .date, es: "\(capitalized(name.es))\(of.es) tiene \(days) días.", en: "\(name.en)\(of.en) has \(days) days.",
      value: "\(days) d")
  }

  func daysOfYear(_ year: Int) -> CalcAnswer {
    let days = CivilDate.isLeap(year: year) ? 366 : 365
    return made(
      .date, es: "El año \(year) tiene \(days) días.", en: "The year \(year) has \(days) days.", value: "\(days) d")
  }

  // MARK: - Stretches

  /// A length of time in words and as text for programs; `count` is that of the first unit, or 2 where there are more.
  struct Stretch {
    var text: String
    var plain: String
    var count: Int
  }

  func counted(_ count: Int, es: (String, String), en: (String, String)) -> String {
    let (singular, plural) = isSpanish ? es : en
    return "\(format.show(Rational(count)).text) \(count == 1 ? singular : plural)"
  }

  /// - Precondition: from ≤ to.
  func stretch(from: CivilDate, to: CivilDate, _ measure: Measure?) -> Stretch {
    let days = to.dayNumber - from.dayNumber
    var parts: [(count: Int, symbol: String)] = []
    switch measure {
    case .weeks: parts = [(days / 7, "w"), (days % 7, "d")]
    case .months, .years:
      var months = (to.year - from.year) * 12 + to.month - from.month
      while let moved = from.adding(months: months), moved > to { months -= 1 }
      let rest = to.dayNumber - (from.adding(months: months) ?? to).dayNumber
      parts =
        measure == .months ? [(months, "mo"), (rest, "d")] : [(months / 12, "y"), (months % 12, "mo"), (rest, "d")]
    default: parts = [(days, "d")]
    }
    return joined(parts)
  }

  /// Hours and minutes, or all in minutes.
  func clockStretch(minutes: Int, _ measure: Measure?) -> Stretch {
    measure == .minutes ? joined([(minutes, "min")]) : joined([(minutes / 60, "h"), (minutes % 60, "min")])
  }

  private func joined(_ parts: [(count: Int, symbol: String)]) -> Stretch {
    var kept = parts.filter { $0.count != 0 }
    if kept.isEmpty { kept = [parts[0]] }
    let words = kept.map { part in
      switch part.symbol {
      case "y": counted(part.count, es: ("año", "años"), en: ("year", "years"))
      case "mo": counted(part.count, es: ("mes", "meses"), en: ("month", "months"))
      case "w": counted(part.count, es: ("semana", "semanas"), en: ("week", "weeks"))
      case "h": counted(part.count, es: ("hora", "horas"), en: ("hour", "hours"))
      case "min": counted(part.count, es: ("minuto", "minutos"), en: ("minute", "minutes"))
      default: counted(part.count, es: ("día", "días"), en: ("day", "days"))
      }
    }
    let and = isSpanish ? " y " : " and "
    let text = words.count > 1 ? words.dropLast().joined(separator: ", ") + and + words[words.count - 1] : words[0]
    return Stretch(
      text: text, plain: kept.map { "\($0.count) \($0.symbol)" }.joined(separator: " "),
      count: kept.count > 1 ? 2 : kept[0].count)
  }

  private func capitalized(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
