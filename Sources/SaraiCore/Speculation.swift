/// How tokens that were guessed are verified beside those that are drawn. Never changes a text.
package enum SpeculationMode: String, Sendable, Hashable, CaseIterable {
  /// One token after the other.
  case off
  /// As many guesses as bring tokens fastest, from what batches cost and how often guesses were right.
  case cost
  /// By acceptance alone: five guesses where more than 0.8 of them were right in the last ten rounds, four above 0.6,
  /// else two, and none for a while where ten rounds stay below 0.6.
  case acceptance
}

/// What the drafting of one generation came to.
package struct SpeculationReport: Sendable, Hashable {
  package struct Drafter: Sendable, Hashable {
    package var name: String
    /// Guesses that were verified.
    package var proposed: UInt64
    /// Guesses that were right, each after right ones.
    package var accepted: UInt64
    /// Batches that held at least one of its guesses.
    package var verifyCalls: UInt64
    /// Time spent waiting for its guesses; 0 for those that need none worth measuring.
    package var draftSeconds: Double

    package init(
      name: String, proposed: UInt64 = 0, accepted: UInt64 = 0, verifyCalls: UInt64 = 0, draftSeconds: Double = 0
    ) {
      self.name = name
      self.proposed = proposed
      self.accepted = accepted
      self.verifyCalls = verifyCalls
      self.draftSeconds = draftSeconds
    }

    package mutating func add(_ other: Drafter) {
      proposed &+= other.proposed
      accepted &+= other.accepted
      verifyCalls &+= other.verifyCalls
      draftSeconds += other.draftSeconds
    }
  }

  /// Those that guessed, in the order in which they first did.
  package var drafters: [Drafter]
  /// Batches that verified at least one guess.
  package var verifyCalls: UInt64
  /// Times that it went back to plain decoding because drafting no longer paid.
  package var fallbacks: UInt64
  /// Tokens that were drawn while it guessed.
  package var tokens: UInt64
  /// What plain decoding would have taken for the same tokens: their number times the time of a step of one token, as
  /// measured beside, and the time that drawing them took.
  package var plainSeconds: Double
  /// What they took.
  package var decodeSeconds: Double
  /// The most that any guesses can give, as the engine has measured it so far: the largest tokens a second of a batch,
  /// over that of steps of one token.
  package var ceiling: Double?

  package init(
    drafters: [Drafter] = [], verifyCalls: UInt64 = 0, fallbacks: UInt64 = 0, tokens: UInt64 = 0,
    plainSeconds: Double = 0, decodeSeconds: Double = 0
  ) {
    self.drafters = drafters
    self.verifyCalls = verifyCalls
    self.fallbacks = fallbacks
    self.tokens = tokens
    self.plainSeconds = plainSeconds
    self.decodeSeconds = decodeSeconds
  }

  package var proposed: UInt64 { drafters.reduce(0) { $0 + $1.proposed } }
  package var accepted: UInt64 { drafters.reduce(0) { $0 + $1.accepted } }

  /// Accepted guesses of those verified; nil where none was.
  package var acceptanceRate: Double? { proposed > 0 ? Double(accepted) / Double(proposed) : nil }

  /// Accepted guesses of the tokens drawn: the share that cost no step of its own.
  package var acceptedPerToken: Double? { tokens > 0 ? Double(accepted) / Double(tokens) : nil }

  /// How many times faster than plain decoding; nil where that was not measured.
  package var speedup: Double? {
    plainSeconds > 0 && decodeSeconds > 0 ? plainSeconds / decodeSeconds : nil
  }

  package mutating func add(_ other: SpeculationReport) {
    for drafter in other.drafters {
      if let index = drafters.firstIndex(where: { $0.name == drafter.name }) {
        drafters[index].add(drafter)
      } else {
        drafters.append(drafter)
      }
    }
    verifyCalls &+= other.verifyCalls
    fallbacks &+= other.fallbacks
    tokens &+= other.tokens
    plainSeconds += other.plainSeconds
    decodeSeconds += other.decodeSeconds
    if let measured = other.ceiling { ceiling = measured }
  }
}
