package import SaraiCore

/// The names of the calendar as they are told.
package struct CalendarNames: Sendable {
  let language: Language

  package init(_ language: Language) { self.language = language }

  /// 1...12.
  func month(_ month: Int) -> String { (language == .spanish ? Self.spanishMonths : Self.englishMonths)[month - 1] }

  /// 0 is Monday.
  package func weekday(_ weekday: Int) -> String {
    (language == .spanish ? Self.spanishWeekdays : Self.englishWeekdays)[weekday]
  }

  /// «3 de mayo», "3 May"; with its year where that is another than this.
  package func date(_ date: CivilDate, thisYear: Int?) -> String {
    let day = self.day(date.day, date.month)
    guard date.year != thisYear else { return day }
    return language == .spanish ? "\(day) de \(date.year)" : "\(day) \(date.year)"
  }

  func day(_ day: Int, _ month: Int) -> String {
    language == .spanish ? "\(day) de \(self.month(month))" : "\(day) \(self.month(month))"
  }

  /// «a las 9:00», «a la 1:30», "at 17:00".
  package func clock(minuteOfDay minute: Int) -> String {
    let time = "\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
    return language == .spanish ? "\(minute / 60 == 1 ? "a la" : "a las") \(time)" : "at \(time)"
  }

  /// «a las 8:00 y a las 20:00».
  func clocks(_ minutes: [Int]) -> String { list(minutes.map(clock)) }

  func list(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + (language == .spanish ? " y " : " and ") + last
  }

  /// 1st, 2nd, 3rd, 11th.
  static func ordinal(_ number: Int) -> String {
    switch (number % 10, number % 100) {
    case (1, let rest) where rest != 11: "\(number)st"
    case (2, let rest) where rest != 12: "\(number)nd"
    case (3, let rest) where rest != 13: "\(number)rd"
    default: "\(number)th"
    }
  }

  private static let spanishMonths = [
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
  ]
  private static let englishMonths = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
  ]
  private static let spanishWeekdays = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
  private static let englishWeekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
}
