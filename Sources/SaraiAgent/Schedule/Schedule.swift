import SaraiCore

/// When a job is due.
///
/// Its text form is canonical and makes the same schedule again; it is what databases keep.
package struct Schedule: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// Seconds since 1970: `at 2026-11-24T07:00:00Z`.
    case once(at: Int64)
    /// `0 9 * * 2`.
    case cron(CronExpression)
    /// `every 45m`, counted from the job's anchor. Whole days keep the time on the clock.
    case every(seconds: Int64)
    /// The name of a kind of event: `on memory_high`.
    case event(String)
  }

  package var kind: Kind

  package init(_ kind: Kind) { self.kind = kind }

  /// Reads the canonical forms, and `@hourly` and its like.
  ///
  /// - Throws: `SaraiError` (`invalidRequest`).
  package init(text: String) throws {
    let words = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard words.count == 2 || text.hasPrefix("@"), text.utf8.count <= 256 else { throw Self.noForm(text) }
    switch words[0] {
    case "at":
      guard words[1].last == "Z", let time = ISOTime.milliseconds(words[1]), time % 1000 == 0 else {
        throw Self.noForm(text)
      }
      kind = .once(at: time / 1000)
    case "every":
      guard let unit = Self.units.first(where: { words[1].hasSuffix($0.letter) }),
        (2...10).contains(words[1].utf8.count),
        words[1].dropLast().utf8.allSatisfy({ (48...57).contains($0) }), let count = Int64(words[1].dropLast()),
        Self.periods.contains(count * unit.seconds)
      else { throw Self.noForm(text) }
      kind = .every(seconds: count * unit.seconds)
    case "on":
      guard Self.isEventName(words[1]) else { throw Self.noForm(text) }
      kind = .event(words[1])
    default:
      kind = .cron(try CronExpression(text))
    }
  }

  /// The canonical form.
  package var text: String {
    switch kind {
    case .once(let instant): return "at " + ISOTime.text(ZoneRules.bounded(instant) * 1000)
    case .cron(let expression): return expression.text
    case .every(let seconds):
      let unit = Self.units.last { seconds % $0.seconds == 0 } ?? Self.units[0]
      return "every \(seconds / unit.seconds)\(unit.letter)"
    case .event(let name): return "on " + name
    }
  }

  /// The first time strictly after `instant`; nil where there is none within 28 years.
  ///
  /// - Parameter anchor: Where `every` counts from; its first time is one period later.
  package func next(after instant: Int64, anchor: Int64, zone: ZoneRules) -> Int64? {
    // Rows of a damaged database may hold any number.
    guard instant == ZoneRules.bounded(instant) else { return nil }
    let anchor = ZoneRules.bounded(anchor)
    switch kind {
    case .once(let time): return time > instant ? time : nil
    case .cron(let expression): return expression.next(after: instant, zone: zone)
    case .every(let seconds):
      guard Self.periods.contains(seconds) else { return nil }
      let passed = max(0, instant - anchor) / seconds
      guard seconds % 86_400 == 0 else { return anchor + (passed + 1) * seconds }
      let start = zone.civil(anchor)
      // The clock may have been changed by hours in between.
      for count in max(1, passed)...(passed + 2) {
        let date = start.date.adding(days: Int(count * seconds / 86_400))
        let due = zone.instants(of: date, secondOfDay: start.secondOfDay).first
        if due > instant { return due }
      }
      return nil
    case .event: return nil
    }
  }

  /// From a second to ten years.
  static let periods: ClosedRange<Int64> = 1...(3660 * 86_400)
  private static let units: [(letter: String, seconds: Int64)] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)]

  private static func isEventName(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count) && text.utf8.allSatisfy { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
  }

  private static func noForm(_ text: String) -> SaraiError {
    let shown = String(text.prefix(64))
    return SaraiError(
      .invalidRequest,
      es: "«\(shown)» no es un horario: escribe «at 2026-11-24T07:00:00Z», cinco campos de cron como «0 9 * * 2», "
        + "«every 45m» u «on memory_high».",
      en: "\"\(shown)\" is no schedule: write \"at 2026-11-24T07:00:00Z\", five fields of cron such as \"0 9 * * 2\", "
        + "\"every 45m\" or \"on memory_high\".", subject: "schedule")
  }
}
