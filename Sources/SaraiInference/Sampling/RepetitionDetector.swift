/// Tells when a text has become an endless loop.
///
/// For every period up to 64 tokens it counts how long the text has been repeating itself with it. One token over and
/// over is cut at 128, two at 160, three at 192, four at 224, longer cycles at 256 tokens: more than a ruler of 80
/// dashes, a refrain sung three times or a small table of zeros needs, and soon enough for someone who waits.
package struct RepetitionDetector {
  static let longestPeriod = 64

  private var recent = [Int32](repeating: 0, count: longestPeriod)
  private var seen = 0
  /// At p - 1: how many tokens in a row were equal to the one p before.
  private var runs = [Int](repeating: 0, count: longestPeriod)

  package init() {}

  /// Tokens that a repetition of this period may cover.
  static func allowance(period: Int) -> Int { min(256, 96 + 32 * period) }

  /// True when the text, this token included, is endless repetition.
  package mutating func push(_ token: Int32) -> Bool {
    var isEndless = false
    for period in 1...min(max(seen, 1), Self.longestPeriod) where period <= seen {
      if recent[(seen - period) % Self.longestPeriod] == token {
        runs[period - 1] += 1
        isEndless = isEndless || runs[period - 1] + period >= Self.allowance(period: period)
      } else {
        runs[period - 1] = 0
      }
    }
    recent[seen % Self.longestPeriod] = token
    seen += 1
    return isEndless
  }
}
