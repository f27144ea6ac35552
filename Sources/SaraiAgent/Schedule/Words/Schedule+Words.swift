package import SaraiCore

extension Schedule {
  /// How the schedule is told: «cada martes a las 9:00», «mañana, martes 24, a las 8:00».
  package func words(_ language: Language, zone: ZoneRules, now: Int64) -> String { text }
}
