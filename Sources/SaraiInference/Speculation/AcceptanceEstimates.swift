/// How often guesses are right, by drafter and evidence: what this request has shown, on top of what requests before it
/// have.
struct AcceptanceEstimates: Sendable {
  private struct Tally: Sendable {
    var right = 0.0
    var judged = 0.0

    mutating func add(_ isRight: Bool, window: Double) {
      if judged >= window {
        right *= 1 - 1 / window
        judged *= 1 - 1 / window
      }
      right += isRight ? 1 : 0
      judged += 1
    }
  }

  private struct Key: Hashable {
    var drafter: String
    var grade: Int
  }

  private var request: [Key: Tally] = [:]
  private var engine: [Key: Tally] = [:]

  /// What requests before this one count as, in guesses of this one.
  private static let engineWeight = 4.0
  /// What the assumptions below count as, in guesses of an engine.
  private static let assumedWeight = 8.0
  private static let assumed = [0.15, 0.3, 0.45, 0.6, 0.75, 0.85, 0.93]

  /// Evidence in grades that each hold enough guesses to count: matches of 1, 2, 3, 4–5, 6–9, 10–17 and more tokens.
  static func grade(evidence: Int) -> Int {
    switch evidence {
    case ...1: 0
    case 2: 1
    case 3: 2
    case 4...5: 3
    case 6...9: 4
    case 10...17: 5
    default: 6
    }
  }

  func probability(drafter: String, evidence: Int) -> Double {
    let key = Key(drafter: drafter, grade: Self.grade(evidence: evidence))
    let past = engine[key] ?? Tally()
    let prior =
      (past.right + Self.assumedWeight * Self.assumed[key.grade]) / (past.judged + Self.assumedWeight)
    let now = request[key] ?? Tally()
    return (now.right + Self.engineWeight * prior) / (now.judged + Self.engineWeight)
  }

  /// Takes a guess of which the token before it was right.
  mutating func judge(drafter: String, evidence: Int, isRight: Bool) {
    let key = Key(drafter: drafter, grade: Self.grade(evidence: evidence))
    request[key, default: Tally()].add(isRight, window: 64)
    engine[key, default: Tally()].add(isRight, window: 1_000)
  }

  mutating func beginRequest() { request.removeAll(keepingCapacity: true) }
}
