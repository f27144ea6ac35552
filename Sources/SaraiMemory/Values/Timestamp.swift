import Glibc

/// A point in time: milliseconds since 1970 in UTC, without leap seconds.
package struct Timestamp: Sendable, Hashable, Comparable {
  package let milliseconds: Int64

  package init(milliseconds: Int64) { self.milliseconds = milliseconds }

  package init(secondsSince1970 seconds: Int) {
    // Saturates: what lies beyond is refused where it is stored.
    let (product, overflows) = Int64(seconds).multipliedReportingOverflow(by: 1000)
    milliseconds = overflows ? (seconds < 0 ? .min : .max) : product
  }

  package static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  /// Seconds since 1970, rounded down.
  package var secondsSince1970: Int {
    Int(milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000)
  }

  /// The time so many days later; saturates.
  package func adding(days: Int) -> Timestamp {
    let (span, isFar) = Int64(days).multipliedReportingOverflow(by: 86_400_000)
    let (sum, overflows) = milliseconds.addingReportingOverflow(span)
    return Timestamp(milliseconds: isFar || overflows ? (days < 0 ? .min : .max) : sum)
  }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }

  /// What can be stored: the years -1,000,000 to 1,000,000, which `CivilDate` knows too.
  package static let storable =
    Timestamp(milliseconds: -31_556_952_000_000_000)...Timestamp(milliseconds: 31_556_952_000_000_000)
}
