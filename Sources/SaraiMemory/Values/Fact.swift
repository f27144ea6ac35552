/// Where a fact's words came from.
package enum FactSource: String, Sendable, CaseIterable {
  case userInput = "user_input"
  case rag = "rag"
  case skill = "skill"
}

/// What made a fact out of words.
package enum Extractor: String, Sendable, CaseIterable {
  /// The person, who gave subject, verb and object: an edit, an import, the API.
  case direct
  /// Rules over a parse.
  case rules
  /// A language model under a grammar.
  case model
}

/// Whether a fact is used in answers.
package enum Standing: String, Sendable, CaseIterable {
  case current
  /// Over, or replaced by another: kept as history, and in answers only where the past is asked for.
  case past
  /// Not from the person's own words: waits for their yes and is in no answer before.
  case proposed
}

/// What somebody told: a subject, a verb, an object, and everything that says how far to trust it.
package struct Fact: Sendable, Hashable, Identifiable {
  package let id: FactID
  package var subject: Term
  package var verb: Term
  /// Empty for a verb that needs none ("mi hermana fuma").
  package var object: Term
  /// "No me gusta el café" is the fact (usuario, gustar, el café), negated.
  package var isNegated: Bool
  /// 0...1, kept to four decimals.
  package var confidence: Double
  package var source: FactSource
  package var extractor: Extractor
  package var standing: Standing
  /// Kept from everything that leaves the machine: remote models, exports without their owner's wish.
  package var isPrivate: Bool
  /// The turn that it was told in; nil where it came otherwise or the turn is gone.
  package var turn: TurnID?
  /// When it was told.
  package var saidAt: Timestamp
  /// From when on it holds; nil where nobody said, and then it counts from when it was told.
  package var validFrom: Timestamp?
  /// When it ceased to hold (that moment excluded); nil where it still does.
  package var validTo: Timestamp?
  /// The fact that took its place.
  package var supersededBy: FactID?

  package init(
    id: FactID, subject: Term, verb: Term, object: Term, isNegated: Bool, confidence: Double, source: FactSource,
    extractor: Extractor, standing: Standing, isPrivate: Bool, turn: TurnID?, saidAt: Timestamp,
    validFrom: Timestamp?, validTo: Timestamp?, supersededBy: FactID?
  ) {
    self.id = id
    self.subject = subject
    self.verb = verb
    self.object = object
    self.isNegated = isNegated
    self.confidence = confidence
    self.source = source
    self.extractor = extractor
    self.standing = standing
    self.isPrivate = isPrivate
    self.turn = turn
    self.saidAt = saidAt
    self.validFrom = validFrom
    self.validTo = validTo
    self.supersededBy = supersededBy
  }

  /// Whether it holds at a time, by what is known today.
  package func isValid(at time: Timestamp) -> Bool {
    standing != .proposed && (validFrom ?? saidAt) <= time && validTo.map { time < $0 } ?? true
  }
}

/// A fact that is about to be stored.
package struct NewFact: Sendable, Hashable {
  package var subject: Term
  package var verb: Term
  package var object: Term
  package var isNegated: Bool
  package var confidence: Double
  package var source: FactSource
  package var extractor: Extractor
  /// True where the person has to say yes first.
  package var isProposed: Bool
  package var isPrivate: Bool
  package var validFrom: Timestamp?
  package var validTo: Timestamp?

  package init(
    _ subject: Term, _ verb: Term, _ object: Term, isNegated: Bool = false, confidence: Double = 1,
    source: FactSource = .userInput, extractor: Extractor = .rules, isProposed: Bool = false,
    isPrivate: Bool = false, validFrom: Timestamp? = nil, validTo: Timestamp? = nil
  ) {
    self.subject = subject
    self.verb = verb
    self.object = object
    self.isNegated = isNegated
    self.confidence = confidence
    self.source = source
    self.extractor = extractor
    self.isProposed = isProposed
    self.isPrivate = isPrivate
    self.validFrom = validFrom
    self.validTo = validTo
  }
}
