package import SaraiCore
import Synchronization

/// What an engine has learnt about drafting, across its requests: what batches cost and how often guesses are right.
///
/// The compute thread learns; anyone may read the totals.
package final class DraftEconomics: Sendable {
  struct State {
    var costs: VerifyCosts
    var acceptance = AcceptanceEstimates()
    var spellings = SpellingMemory()
    var totals = SpeculationTotals()
    /// By costly drafter: seconds that a guess of its takes.
    var guessSeconds: [String: Double] = [:]

    mutating func drafted(_ drafter: String, guesses: Int, seconds: Double) {
      let value = seconds / Double(guesses)
      guessSeconds[drafter] = guessSeconds[drafter].map { $0 + 0.1 * (min(value, 4 * $0) - $0) } ?? value
    }
  }

  /// Tokens of one batch that can be verified, the last drawn one included.
  package let maximumTokens: Int
  private let state: Mutex<State>

  package init(maximumTokens: Int) {
    self.maximumTokens = maximumTokens
    state = Mutex(State(costs: VerifyCosts(maximumTokens: maximumTokens)))
  }

  package var totals: SpeculationTotals { state.withLock { $0.totals } }

  func use<Result: Sendable>(_ body: (inout State) -> Result) -> Result { state.withLock { body(&$0) } }
}

/// How drafting went since an engine's start.
package struct SpeculationTotals: Sendable, Equatable {
  /// Of all requests that guessed.
  package var requests = SpeculationReport()
  package var draftLatency = LatencyHistogram()
  package var verifyLatency = LatencyHistogram()
}

/// How long something took, counted by bounds.
package struct LatencyHistogram: Sendable, Equatable {
  /// Seconds; what takes longer than the last is counted after it.
  package static let bounds = [
    0.000_01, 0.000_1, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
  ]

  package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
  package private(set) var sumSeconds = 0.0

  package init() {}

  mutating func observe(_ seconds: Double) {
    counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    sumSeconds += seconds
  }
}
