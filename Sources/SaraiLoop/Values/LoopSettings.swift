package import SaraiAgent

package struct LoopSettings: Sendable, Hashable {
  /// Where SARAi's own processes count as too large, and again as small enough.
  package struct Thresholds: Sendable, Hashable {
    package var highBytes: Int64 = 10_000_000_000
    package var highUntilBytes: Int64 = 9_500_000_000
    package var criticalBytes: Int64 = 10_500_000_000
    package var criticalUntilBytes: Int64 = 10_200_000_000

    package init() {}
  }

  /// Hours of the day, 0...24, in which no suggestion is shown. From 22 to 8 spans midnight; equal ones mean none.
  package struct QuietHours: Sendable, Hashable {
    package var from: Int
    package var to: Int

    package init(from: Int, to: Int) {
      self.from = from
      self.to = to
    }

    package func contains(hour: Int) -> Bool {
      from <= to ? (from..<to).contains(hour) : hour >= from || hour < to
    }
  }

  /// `phoenix.proactive_loop_enabled`.
  package var isEnabled = true
  package var zone = ZoneRules.utc
  package var quietHours = QuietHours(from: 22, to: 8)
  /// How many suggestions a person is shown in a day.
  package var suggestionsPerDay = 3
  package var thresholds = Thresholds()
  /// After so long without a turn, a person counts as away.
  package var idleSeconds: Int64 = 300

  package init() {}
}
