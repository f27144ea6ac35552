import SaraiCore

/// Puts the guesses of several drafters together: what the grammar forces, then each drafter in order of price, each
/// going on where the one before ended.
final class DraftComposer {
  struct Guess {
    var token: Int32
    var drafter: String
    var evidence: Int
    /// That it is right, given those before it.
    var probability: Double
    /// Of a guess that the grammar forces: the bytes that it begins to spell.
    var spells: [UInt8]?
  }

  /// What the grammar's own guesses are called.
  static let grammarName = "grammar"
  /// What a grammar forces is as sure as the longest match where the model has spelt it before. Elsewhere the model may
  /// well spell it in other tokens.
  private static let (knownEvidence, forcedEvidence) = (18, 6)
  /// Rounds after which a drafter that did not pay is asked again; each time in vain doubles them.
  private static let retryRounds = 64
  /// How much later than expected a costly drafter's guesses may come, and the least and the most that is waited for them,
  /// in steps of one token.
  private static let patience = 2.0
  private static let leastSteps = 0.25
  private static let mostSteps = 2.0
  /// Guesses less likely than this to be reached are not worth looking for.
  private static let leastReach = 0.1

  private let drafters: [any Drafter]
  private let economics: DraftEconomics
  private let bytes: (Int32) -> [UInt8]
  private let endsText: (Int32) -> Bool
  /// By drafter: rounds in a row in which it was not worth asking.
  private var skipped: [Int]
  private var retryAfter: [Int]

  /// - Parameters:
  ///   - drafters: In order of price.
  ///   - bytes: Of a token.
  ///   - endsText: Nothing follows a token that ends the text, so no guess goes that far.
  init(
    drafters: [any Drafter], economics: DraftEconomics, bytes: @escaping (Int32) -> [UInt8],
    endsText: @escaping (Int32) -> Bool
  ) {
    self.drafters = drafters
    self.economics = economics
    self.bytes = bytes
    self.endsText = endsText
    skipped = [Int](repeating: 0, count: drafters.count)
    retryAfter = [Int](repeating: Self.retryRounds, count: drafters.count)
  }

  func extend(_ tokens: ArraySlice<Int32>) {
    for drafter in drafters { drafter.extend(tokens) }
  }

  /// The constraint goes along, so that nothing is guessed that it refuses, and comes back.
  ///
  /// - Throws: what the constraint throws.
  func gather(
    into guesses: inout [Guess], limit: Int, constraint: (any TokenConstraint)?, report: inout SpeculationReport
  ) throws(SaraiError) {
    var before = -1
    while guesses.count > before, guesses.count < limit {
      before = guesses.count
      if let constraint { try addForced(to: &guesses, limit: limit, constraint: constraint) }
      for index in drafters.indices where guesses.count < limit && Self.reach(guesses) >= Self.leastReach {
        let draft = ask(index, after: guesses, limit: limit - guesses.count, report: &report)
        try add(draft, of: drafters[index].name, to: &guesses, limit: limit, constraint: constraint)
      }
      if constraint == nil { break }
    }
    if let constraint, !guesses.isEmpty { try constraint.rollback(guesses.count) }
  }

  /// Guesses what the grammar forces, in the tokens that the model spelt it with before.
  private func addForced(
    to guesses: inout [Guess], limit: Int, constraint: any TokenConstraint
  ) throws(SaraiError) {
    var isRespelt = true
    while isRespelt, guesses.count < limit {
      isRespelt = false
      let forced = constraint.forced(limit: limit - guesses.count)
      var rest = forced.flatMap(bytes)[...]
      for token in forced where !isRespelt {
        let spells = SpellingMemory.key(rest)
        let known = economics.use { $0.spellings[spells] }
        let guess = known ?? token
        let evidence = known == nil ? Self.forcedEvidence : Self.knownEvidence
        guard try append(guess, of: Self.grammarName, evidence: evidence, to: &guesses, limit: limit, constraint)
        else { return }
        guesses[guesses.count - 1].spells = spells
        rest = rest.dropFirst(bytes(guess).count)
        // What follows another token is spelt anew.
        isRespelt = guess != token
      }
    }
  }

  private func add(
    _ draft: Draft, of drafter: String, to guesses: inout [Guess], limit: Int, constraint: (any TokenConstraint)?
  ) throws(SaraiError) {
    for (offset, token) in draft.tokens.enumerated() {
      let evidence = draft.evidence + offset
      guard try append(token, of: drafter, evidence: evidence, to: &guesses, limit: limit, constraint) else { return }
    }
  }

  /// How likely it is that all of them are right.
  private static func reach(_ guesses: [Guess]) -> Double { guesses.reduce(1) { $0 * $1.probability } }

  /// False where the token can't be guessed, or is too unlikely to be reached.
  private func append(
    _ token: Int32, of drafter: String, evidence: Int, to guesses: inout [Guess], limit: Int,
    _ constraint: (any TokenConstraint)?
  ) throws(SaraiError) -> Bool {
    guard guesses.count < limit, Self.reach(guesses) >= Self.leastReach, !endsText(token) else { return false }
    if let constraint {
      guard constraint.allows(token) else { return false }
      try constraint.accept(token)
    }
    let probability = economics.use { $0.acceptance.probability(drafter: drafter, evidence: evidence) }
    guesses.append(Guess(token: token, drafter: drafter, evidence: evidence, probability: probability))
    return true
  }

  private func ask(_ index: Int, after guesses: [Guess], limit: Int, report: inout SpeculationReport) -> Draft {
    let drafter = drafters[index]
    let pending = guesses.map(\.token)
    guard let evidence = drafter.startingEvidence else {
      return drafter.propose(after: pending, limit: limit, deadline: .now)
    }
    // The dear ones only where the cheap ones know nothing.
    guard guesses.isEmpty, let plan = plan(index, evidence: evidence, limit: limit) else { return .none }
    let start = ContinuousClock.now
    let deadline = start + .seconds(plan.patienceSeconds)
    let draft = drafter.propose(after: [], limit: plan.length, deadline: deadline)
    let end = ContinuousClock.now
    // One that had nothing to say and kept nobody waiting has not shown what its guesses cost.
    guard !draft.tokens.isEmpty || end >= deadline else { return .none }
    let seconds = (end - start).seconds
    report.waited(for: drafter.name, seconds: seconds)
    economics.use {
      $0.totals.draftLatency.observe(seconds)
      // A late one has the price of what was waited for: soon it is not asked any more.
      $0.drafted(drafter.name, guesses: max(1, draft.tokens.count), seconds: seconds)
    }
    return draft
  }

  /// How many guesses a costly drafter is asked for and how long they are waited for; nil where that would not pay.
  private func plan(_ index: Int, evidence: Int, limit: Int) -> (length: Int, patienceSeconds: Double)? {
    let name = drafters[index].name
    return economics.use { state in
      guard let single = state.costs.singleSeconds else { return nil }
      let secondsPerGuess = state.guessSeconds[name] ?? single / 8
      let probabilities = (0..<limit).map { state.acceptance.probability(drafter: name, evidence: evidence + $0) }
      var length = state.costs.bestLength(probabilities, secondsPerGuess: secondsPerGuess)
      if length == 0 {
        skipped[index] += 1
        guard skipped[index] >= retryAfter[index] else { return nil }
        retryAfter[index] *= 2
        length = min(2, limit)
      } else {
        retryAfter[index] = Self.retryRounds
      }
      skipped[index] = 0
      // Guesses that were left over from a late answer cost nothing, and say nothing of how long the next one takes.
      let patience = max(secondsPerGuess * Double(length) * Self.patience, single * Self.leastSteps)
      return (length, min(patience, single * Self.mostSteps))
    }
  }
}
