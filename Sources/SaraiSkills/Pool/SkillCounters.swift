import SaraiCore
import Synchronization

/// What one skill did since the pool began; counted where calls end, without waiting for the pool.
final class SkillCounters: Sendable {
  enum Outcome: Sendable {
    case answered
    /// The skill's own error: it did its part.
    case refused
    case failed
    case timedOut
    case cancelled
  }

  private let state = Mutex(SkillTotals())

  var totals: SkillTotals { state.withLock { $0 } }

  func count(_ outcome: Outcome, seconds: Double) {
    state.withLock { totals in
      totals.calls += 1
      switch outcome {
      case .answered: totals.answered += 1
      case .refused: totals.refused += 1
      case .failed: totals.failed += 1
      case .timedOut: totals.timedOut += 1
      case .cancelled: totals.cancelled += 1
      }
      totals.latency.observe(seconds)
    }
  }

  func countRetry() { state.withLock { $0.retries += 1 } }
  func countDeath() { state.withLock { $0.deaths += 1 } }
  func countFailedStart() { state.withLock { $0.failedStarts += 1 } }
  func countRest() { state.withLock { $0.rests += 1 } }

  func countStart(seconds: Double) {
    state.withLock { totals in
      totals.starts += 1
      totals.lastStartSeconds = seconds
      totals.startSeconds.observe(seconds)
    }
  }
}

/// Totals of one skill.
package struct SkillTotals: Sendable, Hashable {
  package var calls = 0
  /// With an answer, "no answer" included.
  package var answered = 0
  /// With the skill's own error.
  package var refused = 0
  /// By a fault of the skill's process.
  package var failed = 0
  package var timedOut = 0
  package var cancelled = 0
  package var retries = 0
  package var starts = 0
  package var failedStarts = 0
  /// Ends that nobody asked for.
  package var deaths = 0
  /// How often it failed so often that it was left alone for a while.
  package var rests = 0
  package var lastStartSeconds: Double?
  /// From a call's arrival to its end, retries included.
  package var latency = LatencyHistogram()
  package var startSeconds = LatencyHistogram()

  /// Calls that the skill answered, of those that it could have: between 0 and 1; nil before the first.
  package var availability: Double? {
    let asked = calls - cancelled
    return asked > 0 ? Double(answered + refused) / Double(asked) : nil
  }
}

/// Counts of values up to each bound, without those up to the bound before; the last count is beyond all bounds.
package struct LatencyHistogram: Sendable, Hashable {
  package static let upperSeconds: [Double] = [
    0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60,
  ]

  package private(set) var counts = [Int](repeating: 0, count: LatencyHistogram.upperSeconds.count + 1)
  package private(set) var sumSeconds = 0.0

  package init() {}

  mutating func observe(_ seconds: Double) {
    counts[Self.upperSeconds.firstIndex { seconds <= $0 } ?? Self.upperSeconds.count] += 1
    sumSeconds += seconds
  }

  /// As Prometheus reads it.
  func samples(_ name: String, help: String, labels: [(name: String, value: String)]) -> [MetricSample] {
    var total = 0
    var samples: [MetricSample] = []
    for (index, count) in counts.enumerated() {
      total += count
      let bound = index < Self.upperSeconds.count ? "\(Self.upperSeconds[index])" : "+Inf"
      samples.append(
        MetricSample(
          name + "_bucket", .histogram, help: help, labels: labels + [("le", bound)], value: Double(total)))
    }
    samples.append(MetricSample(name + "_sum", .histogram, help: help, labels: labels, value: sumSeconds))
    samples.append(MetricSample(name + "_count", .histogram, help: help, labels: labels, value: Double(total)))
    return samples
  }
}
