import SaraiCore

/// How many guesses of a round are verified.
struct DraftPolicy: Sendable {
  let mode: SpeculationMode
  /// Of the last rounds that verified some: the share that was right.
  private var recent: [Double] = []
  private var submitted = 0
  private var accepted = 0
  private var pause = 0

  private static let window = 10
  /// Rounds without guesses after ten rounds that were worth too little.
  private static let pauseRounds = 32

  init(mode: SpeculationMode) { self.mode = mode }

  /// A verified guess was drawn, or another token was.
  mutating func judged(_ isRight: Bool) { accepted += isRight ? 1 : 0 }

  /// How many of the guesses at hand the next batch verifies.
  ///
  /// - Parameter probabilities: that each is right, given those before it.
  mutating func length(_ probabilities: [Double], costs: VerifyCosts) -> Int {
    switch mode {
    case .off: return 0
    case .cost: return costs.bestLength(probabilities)
    case .acceptance:
      endRound()
      submitted = min(byAcceptance(), probabilities.count)
      return submitted
    }
  }

  private mutating func endRound() {
    guard submitted > 0 else { return }
    recent.append(Double(accepted) / Double(submitted))
    if recent.count > Self.window { recent.removeFirst() }
    submitted = 0
    accepted = 0
  }

  private mutating func byAcceptance() -> Int {
    if pause > 0 {
      pause -= 1
      return 0
    }
    guard !recent.isEmpty else { return 2 }
    let mean = recent.reduce(0, +) / Double(recent.count)
    if mean > 0.8 { return 5 }
    if mean > 0.6 { return 4 }
    guard recent.count == Self.window, mean < 0.6 else { return 2 }
    recent.removeAll()
    pause = Self.pauseRounds
    return 0
  }
}
