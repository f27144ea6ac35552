package import SaraiCore

extension Schedule {
  /// How the schedule is told: «cada martes a las 9:00», «mañana, martes 24, a las 8:00».
  ///
  /// `init(reading:)` reads all but cron's rarer shapes again, and events; of «mañana, martes 24», not the weekday.
  package func words(_ language: Language, zone: ZoneRules, now: Int64) -> String {
    let isSpanish = language == .spanish
    switch kind {
    case .once(let instant): return Self.words(at: instant, language, zone, now)
    case .every(let seconds): return Self.words(every: seconds, isSpanish)
    case .cron(let expression):
      return CronWords(expression: expression, names: CalendarNames(language)).text
        ?? (isSpanish ? "según cron «\(expression.text)»" : "by cron \"\(expression.text)\"")
    case .event(let name):
      if let known = Self.events[name] { return known[language] }
      return isSpanish ? "cuando ocurre «\(name)»" : "when \"\(name)\" happens"
    }
  }

  private static func words(at instant: Int64, _ language: Language, _ zone: ZoneRules, _ now: Int64) -> String {
    let names = CalendarNames(language)
    let (instant, now) = (ZoneRules.bounded(instant), ZoneRules.bounded(now))
    let (time, today) = (zone.civil(instant), zone.civil(now).date)
    let isSpanish = language == .spanish
    // Of what is due soon, the seconds are still of interest.
    let seconds = instant - now < 600 ? time.secondOfDay % 60 : 0
    let clock = names.clock(minuteOfDay: time.secondOfDay / 60, seconds: seconds)
    let weekday = names.weekday(time.date.weekday)
    switch time.date.dayNumber - today.dayNumber {
    case 0: return "\(isSpanish ? "hoy" : "today") \(clock)"
    case 1:
      return isSpanish
        ? "mañana, \(weekday) \(time.date.day), \(clock)"
        : "tomorrow, \(weekday) the \(CalendarNames.ordinal(time.date.day)), \(clock)"
    case 2...6:
      return isSpanish
        ? "el \(weekday) \(time.date.day) \(clock)"
        : "on \(weekday) the \(CalendarNames.ordinal(time.date.day)) \(clock)"
    default:
      let date = names.date(time.date, thisYear: today.year)
      return isSpanish ? "el \(weekday) \(date) \(clock)" : "on \(weekday) \(date) \(clock)"
    }
  }

  private static func words(every seconds: Int64, _ isSpanish: Bool) -> String {
    let units: [(seconds: Int64, es: (String, String), en: (String, String))] = [
      (604_800, ("semana", "semanas"), ("week", "weeks")), (86_400, ("día", "días"), ("day", "days")),
      (3600, ("hora", "horas"), ("hour", "hours")), (60, ("minuto", "minutos"), ("minute", "minutes")),
      (1, ("segundo", "segundos"), ("second", "seconds")),
    ]
    guard let unit = units.first(where: { seconds % $0.seconds == 0 }) else { return "" }
    let count = seconds / unit.seconds
    let (one, many) = isSpanish ? unit.es : unit.en
    return "\(isSpanish ? "cada" : "every") " + (count == 1 ? one : "\(count) \(many)")
  }

  private static let events: [String: Localized] = [
    "memory_high": Localized(es: "cuando la memoria pasa de lo previsto", en: "when memory runs high"),
    "memory_critical": Localized(es: "cuando la memoria se agota", en: "when memory runs out"),
    "memory_normal": Localized(es: "cuando la memoria vuelve a lo normal", en: "when memory is back to normal"),
    "disk_low": Localized(es: "cuando queda poco disco", en: "when the disk runs low"),
    "file_changed": Localized(es: "cuando cambia un fichero", en: "when a file changes"),
    "user_idle": Localized(es: "cuando no estás", en: "when you are away"),
    "user_active": Localized(es: "cuando vuelves", en: "when you are back"),
    "skill_crashed": Localized(es: "cuando una habilidad falla", en: "when a skill crashes"),
    "fact_dated": Localized(es: "cuando cuentas algo con fecha", en: "when you tell something with a date"),
    "database_grown": Localized(es: "cuando crece la base de datos", en: "when the database has grown"),
    "answering": Localized(es: "cuando empiezo a responder", en: "when I begin to answer"),
    "answered": Localized(es: "cuando he respondido", en: "when I have answered"),
  ]
}

/// Tells cron expressions of the shapes that people ask for.
struct CronWords {
  let expression: CronExpression
  let names: CalendarNames

  private var isSpanish: Bool { names.language == .spanish }

  /// Nil for all other shapes.
  var text: String? {
    guard let times, let days else { return nil }
    guard expression.hasAnyHour else { return "\(days) \(times)" }
    let isDaily = expression.hasAnyDay && expression.hasAnyWeekday
    return isDaily ? times : "\(days), \(times)"
  }

  /// Of fixed times, each hour with the same minute.
  private var times: String? {
    let hours = Self.numbers(UInt64(expression.hours), 0...23)
    guard expression.minutes.nonzeroBitCount == 1, !expression.hasAnyHour || hours.count == 24 else { return nil }
    let minute = expression.minutes.trailingZeroBitCount
    if expression.hasAnyHour {
      let past = isSpanish ? "al minuto \(minute)" : "at minute \(minute)"
      let sharp = isSpanish ? "en punto" : "on the hour"
      return (isSpanish ? "cada hora " : "every hour ") + (minute == 0 ? sharp : past)
    }
    guard hours.count <= 6 else { return nil }
    return names.clocks(hours.map { $0 * 60 + minute })
  }

  private var days: String? {
    let hasAllMonths = expression.months.nonzeroBitCount == 12
    switch (expression.hasAnyDay, expression.hasAnyWeekday) {
    case (true, true):
      guard hasAllMonths, expression.days.nonzeroBitCount == 31, expression.weekdays == 0x7F else { return nil }
      return isSpanish ? "cada día" : "every day"
    case (true, false):
      guard hasAllMonths, expression.days.nonzeroBitCount == 31 else { return nil }
      return weekdays
    case (false, true):
      guard expression.weekdays == 0x7F else { return nil }
      return hasAllMonths ? monthDays : yearDay
    case (false, false): return nil
    }
  }

  private var weekdays: String? {
    let set = expression.weekdays
    let days = (0...6).filter { day in set >> UInt8((day + 1) % 7) & 1 == 1 }
    guard expression.ordinals.isEmpty else { return days.isEmpty ? ordinal : nil }
    switch days {
    case [0, 1, 2, 3, 4]: return isSpanish ? "de lunes a viernes" : "Monday to Friday"
    case [5, 6]: return isSpanish ? "los fines de semana" : "on weekends"
    case [0, 1, 2, 3, 4, 5, 6]: return isSpanish ? "cada día" : "every day"
    default: return (isSpanish ? "cada " : "every ") + names.list(days.map(names.weekday))
    }
  }

  private var ordinal: String? {
    let places = expression.ordinals.indices.filter { expression.ordinals[$0] != 0 }
    guard places.count == 1, let place = places.first, expression.ordinals[place].nonzeroBitCount == 1 else {
      return nil
    }
    let weekday = (expression.ordinals[place].trailingZeroBitCount + 6) % 7
    let es = ["primer", "segundo", "tercer", "cuarto", "quinto", "último"][place]
    let en = ["first", "second", "third", "fourth", "fifth", "last"][place]
    let day = names.weekday(weekday)
    return isSpanish ? "el \(es) \(day) de cada mes" : "on the \(en) \(day) of every month"
  }

  private var monthDays: String? {
    let days = Self.numbers(UInt64(expression.days), 1...31)
    if expression.hasLastDay {
      guard days.isEmpty else { return nil }
      return isSpanish ? "el último día de cada mes" : "on the last day of every month"
    }
    guard days.count <= 6 else { return nil }
    guard isSpanish else { return "on the \(names.list(days.map(CalendarNames.ordinal))) of every month" }
    return "\(days.count == 1 ? "el día" : "los días") \(names.list(days.map(String.init))) de cada mes"
  }

  private var yearDay: String? {
    let days = Self.numbers(UInt64(expression.days), 1...31)
    guard days.count == 1, expression.months.nonzeroBitCount == 1, !expression.hasLastDay else { return nil }
    let day = names.day(days[0], expression.months.trailingZeroBitCount)
    return isSpanish ? "el \(day) de cada año" : "on \(day) every year"
  }

  private static func numbers(_ bits: UInt64, _ range: ClosedRange<Int>) -> [Int] {
    range.filter { bits >> UInt64($0) & 1 == 1 }
  }
}
