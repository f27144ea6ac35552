import SaraiCore

/// A day as it was asked for, before today's date is known.
enum DateExpression: Sendable {
  case relative(days: Int)
  /// The next or the last such weekday; today does not count.
  case weekday(Int, isPast: Bool)
  case calendar(day: Int, month: Int, year: Int?)
  /// Two small numbers in English: day and month could be either.
  case ambiguous(first: Int, second: Int, year: Int)

  /// Which year a date without one is in.
  enum Preference: Sendable {
    case thisYear
    /// The first one from today on.
    case coming
    /// The last one up to today.
    case past
    case of(year: Int)
  }

  var year: Int? {
    switch self {
    case .calendar(_, _, let year): year
    case .ambiguous(_, _, let year): year
    default: nil
    }
  }

  var lacksYear: Bool {
    if case .calendar(_, _, nil) = self { return true }
    return false
  }

  /// - Throws: `noSuchDate`, `ambiguousDate`, `outOfRange`.
  func resolve(today: CivilDate, _ preference: Preference) throws(CalcFault) -> CivilDate {
    switch self {
    case .relative(let days): return try Self.checked(today.adding(days: days))
    case .weekday(let weekday, let isPast):
      let ahead = (weekday - today.weekday + 6) % 7 + 1
      let behind = (today.weekday - weekday + 6) % 7 + 1
      return try Self.checked(today.adding(days: isPast ? -behind : ahead))
    case .ambiguous(let first, let second, let year):
      throw .ambiguousDate(first: first, second: second, year: year)
    case .calendar(let day, let month, let year?):
      guard Limits.years.contains(year) else { throw .outOfRange }
      guard let date = CivilDate(year: year, month: month, day: day) else {
        throw .noSuchDate(day: day, month: month, year: year)
      }
      return date
    case .calendar(let day, let month, nil):
      return try Self.nearest(day: day, month: month, today: today, preference)
    }
  }

  /// 29 February goes to the nearest leap year.
  private static func nearest(
    day: Int, month: Int, today: CivilDate, _ preference: Preference
  ) throws(CalcFault) -> CivilDate {
    let years: [Int] =
      switch preference {
      case .thisYear: [today.year]
      case .of(let year): [year]
      case .coming: Array(today.year...(today.year + 8))
      case .past: Array((today.year - 8)...today.year).reversed()
      }
    for year in years {
      guard let date = CivilDate(year: year, month: month, day: day) else { continue }
      switch preference {
      case .coming where date < today: continue
      case .past where date > today: continue
      default: return try checked(date)
      }
    }
    let year: Int? = years.count == 1 ? years[0] : nil
    throw .noSuchDate(day: day, month: month, year: month == 2 && day == 29 ? year : nil)
  }

  private static func checked(_ date: CivilDate) throws(CalcFault) -> CivilDate {
    guard Limits.years.contains(date.year) else { throw .outOfRange }
    return date
  }
}
