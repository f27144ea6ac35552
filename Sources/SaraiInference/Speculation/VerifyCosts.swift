/// What it costs to compute several tokens in one go, as measured while answers are written.
///
/// Kept as multiples of one token's time: load and longer contexts slow both alike.
struct VerifyCosts: Sendable {
  /// Seconds of a step of one token; nil before the first.
  private(set) var singleSeconds: Double?
  /// Seconds that drawing one token takes beside that.
  private(set) var drawSeconds = 0.0
  /// At n: how many times longer n tokens take than one; 0 where that was not measured.
  private var ratios: [Double]
  private var counts: [Int]
  private var singles = 0
  private var draws = 0

  /// What one more token of a batch costs before it is measured, as a share of a single one's time.
  private static let assumedSlope = 0.3

  init(maximumTokens: Int) {
    ratios = [Double](repeating: 0, count: maximumTokens + 1)
    counts = [Int](repeating: 0, count: maximumTokens + 1)
  }

  /// Means of the first values, then exponential ones. A value far off is a disturbance: it moves the mean a little.
  private static func moved(_ mean: Double, by value: Double, count: Int, slowest weight: Double) -> Double {
    guard count > 0 else { return value }
    return mean + max(weight, 1 / Double(count + 1)) * (min(value, 2 * mean) - mean)
  }

  mutating func computed(tokens: Int, seconds: Double) {
    guard seconds > 0, tokens > 0, tokens < ratios.count else { return }
    if tokens == 1 {
      singleSeconds = Self.moved(singleSeconds ?? seconds, by: seconds, count: singles, slowest: 0.05)
      singles += 1
    } else if let singleSeconds {
      ratios[tokens] = Self.moved(ratios[tokens], by: seconds / singleSeconds, count: counts[tokens], slowest: 0.1)
      counts[tokens] += 1
    }
  }

  mutating func drew(tokens: Int, seconds: Double) {
    guard tokens > 0, seconds >= 0 else { return }
    drawSeconds = Self.moved(drawSeconds, by: seconds / Double(tokens), count: draws, slowest: 0.05)
    draws += 1
  }

  /// How many times longer `tokens` take than one: measured, or between and beyond what was measured.
  func ratio(tokens: Int) -> Double {
    guard tokens > 1 else { return 1 }
    if tokens < ratios.count, counts[tokens] > 0 { return max(1, ratios[tokens]) }
    var low = min(tokens, ratios.count) - 1
    while low > 1, counts[low] == 0 { low -= 1 }
    let lowRatio = low <= 1 ? 1 : max(1, ratios[low])
    let assumed = lowRatio + Self.assumedSlope * Double(tokens - max(1, low))
    guard let high = (tokens + 1..<max(tokens + 1, ratios.count)).first(where: { counts[$0] > 0 }) else {
      return assumed
    }
    let share = Double(tokens - max(1, low)) / Double(high - max(1, low))
    return lowRatio + share * (max(lowRatio, ratios[high]) - lowRatio)
  }

  /// The largest speed of a batch that was measured, in tokens a second, over that of single tokens; nil before one was.
  var ceiling: Double? {
    ratios.indices.lazy.filter { counts[$0] > 0 && $0 > 1 }.map { Double($0) / max(1, ratios[$0]) }.max()
  }

  /// A size that looked dear once comes back into question: whatever slowed it may be gone.
  mutating func forgive(tokens: Int) {
    guard tokens > 1, tokens < ratios.count, counts[tokens] > 0 else { return }
    let assumed = 1 + Self.assumedSlope * Double(tokens - 1)
    if ratios[tokens] > assumed { ratios[tokens] += 0.002 * (assumed - ratios[tokens]) }
  }

  /// How many of the guesses to verify so that tokens come fastest; 0 where plain decoding is as fast.
  ///
  /// With guesses that are right with the probabilities p₁, p₂ … given those before, k of them bring
  /// 1 + Σ p₁⋯pᵢ tokens in the time of a batch of k + 1 and of drawing them.
  func bestLength(_ probabilities: [Double], secondsPerGuess: Double = 0) -> Int {
    guard let singleSeconds else { return 0 }
    // Less than this is within what estimates are worth.
    let margin = 1.03
    var best = 0
    var bestRate = margin / (singleSeconds + drawSeconds)
    var reached = 1.0
    var expected = 1.0
    for (index, probability) in probabilities.enumerated() {
      reached *= probability
      expected += reached
      let seconds = singleSeconds * ratio(tokens: index + 2) + drawSeconds * expected
      let rate = expected / (seconds + secondsPerGuess * Double(index + 1))
      if rate > bestRate {
        best = index + 1
        bestRate = rate
      }
    }
    return best
  }
}
