/// How soon a process that ended unasked is started again: at once, later and later where it keeps ending young.
package struct RestartPacing: Sendable, Hashable {
  /// A process that lived longer was well.
  package static let youngSeconds = 2.0
  /// So many young deaths in a row are taken for accidents.
  package static let freeRestarts = 3
  package static let longestPauseSeconds = 30.0
  /// After so many in a row it is told as an error; it is still tried, at the longest pause.
  package static let toleratedDeaths = 10

  /// Young deaths in a row.
  package private(set) var youngDeaths = 0
  /// All deaths.
  package private(set) var restarts: UInt64 = 0

  package init() {}

  package var isFailing: Bool { youngDeaths >= Self.toleratedDeaths }

  /// Notes an end, and gives how long to wait before the next start, in seconds.
  package mutating func ended(afterSeconds seconds: Double) -> Double {
    restarts += 1
    youngDeaths = seconds >= Self.youngSeconds ? 1 : youngDeaths + 1
    guard youngDeaths > Self.freeRestarts else { return 0 }
    var pause = 0.25
    for _ in (Self.freeRestarts + 1)..<youngDeaths {
      pause *= 2
      if pause >= Self.longestPauseSeconds { return Self.longestPauseSeconds }
    }
    return pause
  }
}
