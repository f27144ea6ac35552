/// A day of the proleptic Gregorian calendar.
package struct CivilDate: Sendable, Hashable, Comparable {
  /// Astronomical: 1 is 1 CE.
  package let year: Int
  /// 1...12.
  package let month: Int
  /// 1...31.
  package let day: Int

  /// Nil for a day that the calendar does not have.
  package init?(year: Int, month: Int, day: Int) {
    guard (-1_000_000...1_000_000).contains(year), (1...12).contains(month), day >= 1,
      day <= Self.daysIn(month: month, year: year)
    else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// The day that lies `dayNumber` days after 1 January 1970.
  ///
  /// - Parameter dayNumber: Within some 3 × 10⁸ of 0, which is where `init(year:month:day:)` stops too.
  package init(dayNumber: Int) {
    // Years are counted from 1 March, so that the leap day is the last one of its year; 400 of them are 146,097 days.
    let shifted = dayNumber + Self.daysFromMarchOfYear0To1970
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  /// Days since 1 January 1970.
  package var dayNumber: Int {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let monthFromMarch = month > 2 ? month - 3 : month + 9
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - Self.daysFromMarchOfYear0To1970
  }

  /// 0 is Monday, 6 is Sunday.
  package var weekday: Int {
    // 1 January 1970 was a Thursday.
    let remainder = (dayNumber + 3) % 7
    return remainder < 0 ? remainder + 7 : remainder
  }

  package func adding(days: Int) -> CivilDate { CivilDate(dayNumber: dayNumber + days) }

  /// The same day so many months later, or the last one of its month where that month is shorter; nil beyond the
  /// years that `init` takes.
  package func adding(months: Int) -> CivilDate? {
    let (sum, overflows) = (year * 12 + month - 1).addingReportingOverflow(months)
    guard !overflows else { return nil }
    let newYear = sum >= 0 ? sum / 12 : (sum - 11) / 12
    let newMonth = sum - newYear * 12 + 1
    return CivilDate(
      year: newYear, month: newMonth, day: min(day, Self.daysIn(month: newMonth, year: newYear)))
  }

  package static func isLeap(year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  /// - Parameter month: 1...12.
  package static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: isLeap(year: year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  package static func < (a: Self, b: Self) -> Bool {
    (a.year, a.month, a.day) < (b.year, b.month, b.day)
  }

  private static let daysFromMarchOfYear0To1970 = 719_468
}

/// A date and the time of day that a clock on the wall shows with it.
package struct CivilDateTime: Sendable, Hashable {
  package var date: CivilDate
  /// Seconds since midnight, 0..<86,400.
  package var secondOfDay: Int
  /// How far the clock is ahead of UTC.
  package var utcOffsetSeconds: Int

  package init(date: CivilDate, secondOfDay: Int, utcOffsetSeconds: Int = 0) {
    self.date = date
    self.secondOfDay = secondOfDay
    self.utcOffsetSeconds = utcOffsetSeconds
  }

  /// - Parameter secondsSince1970: UTC, without leap seconds, as `time(2)` counts them.
  package init(secondsSince1970: Int, utcOffsetSeconds: Int = 0) {
    let local = secondsSince1970 + utcOffsetSeconds
    let second = local % 86_400
    let day = local / 86_400 - (second < 0 ? 1 : 0)
    self.init(
      date: CivilDate(dayNumber: day), secondOfDay: second < 0 ? second + 86_400 : second,
      utcOffsetSeconds: utcOffsetSeconds)
  }

  /// The clock so many seconds later, its offset from UTC unchanged.
  package func adding(seconds: Int) -> CivilDateTime {
    CivilDateTime(
      secondsSince1970: date.dayNumber * 86_400 + secondOfDay + seconds - utcOffsetSeconds,
      utcOffsetSeconds: utcOffsetSeconds)
  }
}
