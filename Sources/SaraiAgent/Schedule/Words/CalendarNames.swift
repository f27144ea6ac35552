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

  /// «a las 9:00», «a la 1:30 de la madrugada», "at 17:00": by 24 hours, and so that nobody takes 5:00 for 17:00.
  ///
  /// - Parameter seconds: Told where they are not 0.
  package func clock(minuteOfDay minute: Int, seconds: Int = 0) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let hour = minute / 60
    let time = "\(hour):\(two(minute % 60))" + (seconds == 0 ? "" : ":" + two(seconds))
    let isEarly = (1...6).contains(hour)
    guard language == .spanish else { return "at \(time)" + (isEarly ? " am" : "") }
    return "\(hour == 1 ? "a la" : "a las") \(time)" + (isEarly ? " de la madrugada" : "")
  }

  /// «a las 8:00 y a las 20:00».
  func clocks(_ minutes: [Int]) -> String { list(minutes.map { clock(minuteOfDay: $0) }) }

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
