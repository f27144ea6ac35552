import SaraiCore

/// A date in the object of a fact: «3 de mayo», `2026-12-01`, «el martes que viene a las 10».
package struct FactDate: Sendable, Hashable {
  /// 1...12.
  package var month: Int
  /// 1...31.
  package var day: Int
  /// Nil for what comes every year, and where none is said.
  package var year: Int?
  /// Seconds since midnight; nil where no hour is said.
  package var secondOfDay: Int?

  /// - Parameter toldAt: Seconds since 1970 when the person said it, from which «mañana» counts.
  /// - Returns: Nil for a fact without a date.
  package init?(subject: String, verb: String, object: String, toldAt: Int64, zone: ZoneRules) {
    guard let time = ISOTime.milliseconds(object), object.utf8.count == 10 else { return nil }
    let date = CivilDateTime(secondsSince1970: Int(time / 1000)).date
    (month, day, year, secondOfDay) = (date.month, date.day, date.year, nil)
  }
}
