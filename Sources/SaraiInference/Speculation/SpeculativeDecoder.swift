import SaraiCore

/// The drafting of one request: what to compute beside the token that was drawn, and whether the token drawn next was
/// among it.
///
/// A round is one batch: the last drawn token and guesses after it. Then tokens are drawn from the rows of the batch, one
/// after the other, exactly as plain decoding draws them; as long as the token drawn is the one guessed, the next row is
/// what plain decoding would have computed. So no guess ever reaches sampler, grammar or text.
struct SpeculativeDecoder {
  /// Where the request ends, seen from the token that was drawn.
  struct Room {
    /// Tokens that may be drawn yet.
    var tokensLeft: Int
    /// Tokens that may be computed after this one.
    var contextLeft: Int
  }

  /// The row of the last batch that the next token is drawn from.
  private(set) var row = 0

  private let economics: DraftEconomics
  private let composer: DraftComposer
  private var policy: DraftPolicy
  private var guesses: [DraftComposer.Guess] = []
  /// How many of them are in the batch; the one after them is judged too, as the drawing shows it for nothing.
  private var submitted = 0
  private var report = SpeculationReport()
  private var declinedRounds = 0
  private var isDrafting = false
  private var drawn = 0
  private var roundStart: ContinuousClock.Instant?
  private var computed: ContinuousClock.Instant?

  /// So many rounds in a row with guesses that were not worth verifying are a return to plain decoding.
  private static let fallbackRounds = 16

  init(economics: DraftEconomics, composer: DraftComposer, mode: SpeculationMode, prompt: [Int32]) {
    self.economics = economics
    self.composer = composer
    policy = DraftPolicy(mode: mode)
    if mode != .off { composer.extend(prompt[...]) }
    economics.use { $0.acceptance.beginRequest() }
  }

  /// A token was drawn, of the text or one that ends it.
  mutating func drew() { drawn += 1 }

  /// Takes the token of text drawn from the current row; true where the next row follows it.
  mutating func confirm(_ token: Int32) -> Bool {
    guard policy.mode != .off else { return false }
    composer.extend([token][...])
    guard row < guesses.count else { return false }
    let guess = guesses[row]
    let isRight = guess.token == token
    economics.use {
      $0.acceptance.judge(drafter: guess.drafter, evidence: guess.evidence, isRight: isRight)
      if let bytes = guess.spells { $0.spellings.learn(bytes, token) }
    }
    guard row < submitted else { return false }
    policy.judged(isRight)
    guard isRight else { return false }
    report.accepted(guess.drafter)
    row += 1
    return true
  }

  /// Ends the round, and tells what to compute after the drawn token in the next one.
  ///
  /// - Throws: what the constraint throws.
  mutating func nextRound(room: Room, constraint: (any TokenConstraint)?) throws(SaraiError) -> [Int32] {
    let now = ContinuousClock.now
    endRound(at: now)
    roundStart = now
    guesses.removeAll(keepingCapacity: true)
    submitted = 0
    row = 0
    let limit = min(economics.maximumTokens - 1, room.tokensLeft - 1, room.contextLeft)
    guard limit > 0, policy.mode != .off else { return [] }
    try composer.gather(into: &guesses, limit: limit, constraint: constraint, report: &report)
    guard !guesses.isEmpty else { return [] }
    submitted = economics.use { state in
      let length = policy.length(guesses.map(\.probability), costs: state.costs)
      if length == 0 { state.costs.forgive(tokens: guesses.count + 1) }
      return length
    }
    count()
    return guesses[..<submitted].map(\.token)
  }

  private mutating func count() {
    if submitted > 0 {
      isDrafting = true
      declinedRounds = 0
      report.submitted(guesses[..<submitted].map(\.drafter))
    } else {
      declinedRounds += 1
      guard isDrafting, declinedRounds == Self.fallbackRounds else { return }
      isDrafting = false
      report.fallbacks += 1
    }
  }

  /// The batch is computed.
  mutating func didCompute(since start: ContinuousClock.Instant) {
    let now = ContinuousClock.now
    let seconds = (now - start).seconds
    computed = now
    let tokens = submitted + 1
    economics.use {
      $0.costs.computed(tokens: tokens, seconds: seconds)
      if tokens > 1 { $0.totals.verifyLatency.observe(seconds) }
    }
  }

  /// What the request's drafting came to; nil where nothing was verified.
  mutating func finish() -> SpeculationReport? {
    endRound(at: .now)
    guard report.verifyCalls > 0 else { return nil }
    return economics.use { [report] state in
      var report = report
      report.ceiling = state.costs.ceiling
      state.totals.requests.add(report)
      return report
    }
  }

  /// Counts the round that ends: its tokens, its time, and what plain decoding would have taken for them.
  private mutating func endRound(at now: ContinuousClock.Instant) {
    defer { drawn = 0 }
    guard let computed, let roundStart else { return }
    self.computed = nil
    let drawSeconds = (now - computed).seconds
    let single = economics.use { state in
      state.costs.drew(tokens: drawn, seconds: drawSeconds)
      return state.costs.singleSeconds
    }
    guard let single else { return }
    report.tokens += UInt64(drawn)
    report.plainSeconds += Double(drawn) * single + drawSeconds
    report.decodeSeconds += (now - roundStart).seconds
  }
}

extension SpeculationReport {
  fileprivate mutating func accepted(_ name: String) {
    guard let index = drafters.firstIndex(where: { $0.name == name }) else { return }
    drafters[index].accepted += 1
  }

  /// The drafters of the guesses in one batch, in order.
  fileprivate mutating func submitted(_ names: [String]) {
    verifyCalls += 1
    for (offset, name) in names.enumerated() {
      let index = index(of: name)
      drafters[index].proposed += 1
      if !names[..<offset].contains(name) { drafters[index].verifyCalls += 1 }
    }
  }

  mutating func waited(for name: String, seconds: Double) { drafters[index(of: name)].draftSeconds += seconds }

  private mutating func index(of name: String) -> Int {
    if let index = drafters.firstIndex(where: { $0.name == name }) { return index }
    drafters.append(Drafter(name: name))
    return drafters.count - 1
  }
}
