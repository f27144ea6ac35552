import Glibc

/// Order statistics of a sample: what is typical, and how far it spreads.
package struct Summary: Sendable, Hashable {
  package let count: Int
  package let median: Double
  package let lowerQuartile: Double
  package let upperQuartile: Double
  /// The median distance from the median.
  package let medianAbsoluteDeviation: Double
  package let minimum: Double
  package let maximum: Double

  /// Nil for an empty sample and for one that holds a value that is no number.
  package init?(_ values: [Double]) {
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else { return nil }
    let sorted = values.sorted()
    count = sorted.count
    let median = Self.quantile(0.5, ofSorted: sorted)
    self.median = median
    lowerQuartile = Self.quantile(0.25, ofSorted: sorted)
    upperQuartile = Self.quantile(0.75, ofSorted: sorted)
    medianAbsoluteDeviation = Self.quantile(0.5, ofSorted: sorted.map { abs($0 - median) }.sorted())
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
  }

  /// The quantile by linear interpolation between the two nearest ranks (Hyndman and Fan, 1996, definition 7).
  package static func quantile(_ share: Double, ofSorted sorted: [Double]) -> Double {
    let position = min(max(share, 0), 1) * Double(sorted.count - 1)
    let below = Int(position)
    let above = min(below + 1, sorted.count - 1)
    return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
  }
}

/// Two systems measured in turn on the same work: pair *i* of one stands beside pair *i* of the other, so that what the
/// machine did meanwhile meets both, and the ratio of a pair says more than the ratio of two averages.
package struct PairedSample: Sendable, Hashable {
  package private(set) var ours: [Double] = []
  package private(set) var reference: [Double] = []

  package init() {}

  package mutating func add(ours: Double, reference: Double) {
    self.ours.append(ours)
    self.reference.append(reference)
  }

  /// Ours divided by the reference, pair by pair.
  package var ratios: [Double] {
    zip(ours, reference).compactMap { ours, reference in reference > 0 ? ours / reference : nil }
  }
}

/// A share of successes, and the interval that holds the true share with 95 % confidence.
package struct Proportion: Sendable, Hashable {
  package var successes: Int
  package var trials: Int

  package init(successes: Int = 0, trials: Int = 0) {
    self.successes = successes
    self.trials = trials
  }

  package mutating func add(_ isSuccess: Bool) {
    trials += 1
    if isSuccess { successes += 1 }
  }

  package var share: Double { trials == 0 ? 0 : Double(successes) / Double(trials) }

  /// The score interval (Wilson, 1927); all of [0, 1] where nothing was tried.
  package var wilsonInterval: ClosedRange<Double> {
    guard trials > 0 else { return 0...1 }
    let z = 1.959963984540054
    let n = Double(trials)
    let denominator = 1 + z * z / n
    let centre = (share + z * z / (2 * n)) / denominator
    let half = z / denominator * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0, centre - half)...min(1, centre + half)
  }

  package static func + (a: Proportion, b: Proportion) -> Proportion {
    Proportion(successes: a.successes + b.successes, trials: a.trials + b.trials)
  }
}
