/// Which facts a new one takes the place of.
package enum Replacement: Sendable, Hashable {
  /// None: the verb may hold of several objects at once.
  case nothing
  /// Every current fact with the same subject and verb and another object or polarity: one lives in one place.
  case sameSubjectAndVerb
  /// Every current fact with the same subject, verb and object and the other polarity: "ya no me gusta el café".
  case oppositePolarity
  /// These, whatever they say.
  case facts([FactID])
}

/// One thing that a batch does.
package enum FactChange: Sendable, Hashable {
  /// Adds a fact. Where the same one is current already, that one is confirmed instead: it keeps its number, takes the
  /// higher confidence and the more trusted source, and no second one appears.
  case add(NewFact, replacing: Replacement)
  /// Ends current facts without anything in their place: "ya no trabajo en Renfe". An absent object means any; at most
  /// those with the polarity given, both where it is nil.
  case end(subject: Term, verb: Term, object: Term?, isNegated: Bool?, at: Timestamp?)
  /// Trusts a fact more or less: a contradiction without a signal.
  case setConfidence(FactID, Double)
}

/// What one turn taught: stored whole or not at all.
package struct Batch: Sendable, Hashable {
  package var owner: Owner
  /// Names this batch for ever: storing it again changes nothing and gives the first receipt. A retry after a crash
  /// must use the same key. Nil where nobody will retry.
  package var key: String?
  /// What was said; nil for facts that no turn told.
  package var turn: NewTurn?
  /// What was answered to the turn; no fact comes from it.
  package var reply: NewTurn?
  /// The turn, where it was stored before its facts were known.
  package var storedTurn: TurnID?
  package var changes: [FactChange]
  /// When the facts were told, where there is no turn; the turn's time otherwise.
  package var saidAt: Timestamp

  package init(
    owner: Owner, key: String? = nil, turn: NewTurn? = nil, storedTurn: TurnID? = nil, changes: [FactChange] = [],
    saidAt: Timestamp? = nil, reply: NewTurn? = nil
  ) {
    self.owner = owner
    self.key = key
    self.turn = turn
    self.reply = reply
    self.storedTurn = storedTurn
    self.changes = changes
    self.saidAt = saidAt ?? turn?.saidAt ?? .now()
  }
}

/// What became of one change of a batch.
package enum ChangeOutcome: Sendable, Hashable {
  case added(FactID, replaced: [FactID])
  /// The fact was there already.
  case confirmed(FactID, replaced: [FactID])
  case ended([FactID])
  case confidenceSet(FactID)
}

/// The answer to a stored batch. Once it is given, the batch survives a crash and a power cut.
package struct Receipt: Sendable, Hashable {
  /// What `undo` takes back; nil where nothing but a turn was stored.
  package var operation: OperationID?
  package var turn: TurnID?
  /// The turn of the answer; nil where there was none, and in a replay.
  package var reply: TurnID?
  /// One for each change, in their order.
  package var outcomes: [ChangeOutcome]
  /// True where the key was known, so that this call changed nothing.
  package var isReplay: Bool

  package init(operation: OperationID?, turn: TurnID?, outcomes: [ChangeOutcome], isReplay: Bool) {
    self.operation = operation
    self.turn = turn
    self.outcomes = outcomes
    self.isReplay = isReplay
  }
}
