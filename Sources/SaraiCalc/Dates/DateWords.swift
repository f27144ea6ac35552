import SaraiCore

/// The names of the calendar in both languages, and how they are put together.
enum DateWords {
  static let spanishMonths = [
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
  ]
  static let englishMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  static let spanishWeekdays = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
  static let englishWeekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  /// Without accents, as questions are read; abbreviations too.
  static func months(_ language: Language) -> [String: Int] {
    language == .spanish ? spanishMonthTable : englishMonthTable
  }

  static func weekdays(_ language: Language) -> [String: Int] {
    language == .spanish ? spanishWeekdayTable : englishWeekdayTable
  }

  private static let spanishMonthTable = table(spanishMonths, abbreviated: 3, others: ["setiembre": 9, "sept": 9])
  private static let englishMonthTable = table(englishMonths, abbreviated: 3, others: ["sept": 9])
  private static let spanishWeekdayTable = [
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6,
  ]
  private static let englishWeekdayTable = table(englishWeekdays, abbreviated: 0, others: [:], first: 0)

  private static func table(
    _ names: [String], abbreviated letters: Int, others: [String: Int], first: Int = 1
  ) -> [String: Int] {
    var table = others
    for (index, name) in names.enumerated() {
      table[name.lowercased()] = index + first
      if letters > 0 { table[String(name.lowercased().prefix(letters))] = index + first }
    }
    return table
  }

  /// A date as it is said, with its weekday.
  static func text(_ date: CivilDate, _ language: Language, withWeekday: Bool = true) -> String {
    switch language {
    case .spanish:
      let day = "\(date.day) de \(spanishMonths[date.month - 1]) de \(date.year)"
      return withWeekday ? "\(spanishWeekdays[date.weekday]), \(day)" : day
    case .english:
      let day = english(date.day, date.month, date.year)
      return withWeekday ? "\(englishWeekdays[date.weekday]), \(day)" : day
    }
  }

  static func english(_ day: Int, _ month: Int, _ year: Int) -> String {
    "\(day) \(englishMonths[month - 1]) \(year)"
  }

  /// 2026-03-10.
  static func plain(_ date: CivilDate) -> String {
    "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
  }

  /// 09:30.
  static func clock(minutes: Int) -> String { "\(padded(minutes / 60, 2)):\(padded(minutes % 60, 2))" }

  private static func padded(_ value: Int, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}

/// A length of time on the calendar: months and days are not a fixed number of seconds.
struct CalendarSpan: Sendable, Hashable {
  var months = 0
  var days = 0
  var seconds = 0

  var hasTime: Bool { seconds != 0 }
  var hasDays: Bool { months != 0 || days != 0 }

  /// - Throws: `outOfRange`.
  func added(to date: CivilDate, isForward: Bool) throws(CalcFault) -> CivilDate {
    let sign = isForward ? 1 : -1
    guard months <= 12 * 20_000, days <= 8_000_000, let moved = date.adding(months: sign * months) else {
      throw .outOfRange
    }
    let result = moved.adding(days: sign * days)
    guard Limits.years.contains(result.year) else { throw .outOfRange }
    return result
  }
}

/// What a stretch of days or time is counted in.
enum Measure: Sendable {
  case days, weeks, months, years, hours, minutes, seconds

  static func read(_ word: String, language: Language) -> Measure? { (language == .spanish ? spanish : english)[word] }

  private static let spanish: [String: Measure] = [
    "dias": .days, "semanas": .weeks, "meses": .months, "anos": .years, "horas": .hours, "minutos": .minutes,
    "segundos": .seconds,
  ]
  private static let english: [String: Measure] = [
    "days": .days, "weeks": .weeks, "months": .months, "years": .years, "hours": .hours, "minutes": .minutes,
    "seconds": .seconds,
  ]
}
