/// What a correction changes; what is absent stays.
package struct FactEdit: Sendable, Hashable {
  package var subject: Term?
  package var verb: Term?
  package var object: Term?
  package var isNegated: Bool?
  package var confidence: Double?
  package var isPrivate: Bool?
  /// `.some(nil)` takes the time away.
  package var validFrom: Timestamp??
  package var validTo: Timestamp??

  package init(
    subject: Term? = nil, verb: Term? = nil, object: Term? = nil, isNegated: Bool? = nil, confidence: Double? = nil,
    isPrivate: Bool? = nil, validFrom: Timestamp?? = nil, validTo: Timestamp?? = nil
  ) {
    self.subject = subject
    self.verb = verb
    self.object = object
    self.isNegated = isNegated
    self.confidence = confidence
    self.isPrivate = isPrivate
    self.validFrom = validFrom
    self.validTo = validTo
  }
}

/// What to forget.
package struct ForgetRequest: Sendable, Hashable {
  package var owner: Owner
  /// These facts, the facts that they had replaced, and the turns that told any of them.
  package var facts: [FactID]
  package var turns: [TurnID]
  /// Also every turn in which the object of one of the facts is said, and facts of other subjects with that object:
  /// right for a password, wrong for "Madrid".
  package var includesMentions: Bool
  /// Everything of the owner, and the owner.
  package var everything: Bool

  package init(
    owner: Owner, facts: [FactID] = [], turns: [TurnID] = [], includesMentions: Bool = false, everything: Bool = false
  ) {
    self.owner = owner
    self.facts = facts
    self.turns = turns
    self.includesMentions = includesMentions
    self.everything = everything
  }
}

package struct ForgetReceipt: Sendable, Hashable {
  package var facts: [FactID]
  package var turns: [TurnID]
  /// Backups that held the forgotten and are gone; a fresh one stands in their place.
  package var backupsPurged: Int
  /// What the facts and turns said, for looking for it elsewhere; the first of very many, none where all was forgotten.
  package var said: [Fact]
  package var saidTurns: [Turn]

  package init(
    facts: [FactID], turns: [TurnID], backupsPurged: Int, said: [Fact] = [], saidTurns: [Turn] = []
  ) {
    self.facts = facts
    self.turns = turns
    self.backupsPurged = backupsPurged
    self.said = said
    self.saidTurns = saidTurns
  }
}

package struct MemoryStatistics: Sendable, Hashable {
  package var owners: Int
  package var facts: Int
  package var pastFacts: Int
  package var proposedFacts: Int
  package var turns: Int
  package var terms: Int
  package var vectors: Int
  /// Bytes of the file, without its write-ahead log.
  package var databaseBytes: Int
  /// Of these, how many hold embeddings.
  package var vectorBytes: Int
  /// Of these, how many are free for new content.
  package var freeBytes: Int
  package var backups: Int
  package var backupBytes: Int

  package init(
    owners: Int, facts: Int, pastFacts: Int, proposedFacts: Int, turns: Int, terms: Int, vectors: Int,
    databaseBytes: Int, vectorBytes: Int, freeBytes: Int, backups: Int, backupBytes: Int
  ) {
    self.owners = owners
    self.facts = facts
    self.pastFacts = pastFacts
    self.proposedFacts = proposedFacts
    self.turns = turns
    self.terms = terms
    self.vectors = vectors
    self.databaseBytes = databaseBytes
    self.vectorBytes = vectorBytes
    self.freeBytes = freeBytes
    self.backups = backups
    self.backupBytes = backupBytes
  }
}

/// What compaction did.
package struct VacuumReport: Sendable, Hashable {
  package var bytesBefore: Int
  package var bytesAfter: Int
  package var duplicatesRemoved: Int
  package var termsRemoved: Int

  package init(bytesBefore: Int, bytesAfter: Int, duplicatesRemoved: Int, termsRemoved: Int) {
    self.bytesBefore = bytesBefore
    self.bytesAfter = bytesAfter
    self.duplicatesRemoved = duplicatesRemoved
    self.termsRemoved = termsRemoved
  }
}

/// What rotation removed.
package struct RotationReport: Sendable, Hashable {
  package var factsRemoved: Int
  package var turnsRemoved: Int

  package init(factsRemoved: Int, turnsRemoved: Int) {
    self.factsRemoved = factsRemoved
    self.turnsRemoved = turnsRemoved
  }
}

/// What an import of JSON Lines took in.
package struct ImportReport: Sendable, Hashable {
  package var factsAdded: Int
  /// Facts and turns that were there already.
  package var alreadyKnown: Int
  package var turnsAdded: Int

  package init(factsAdded: Int, alreadyKnown: Int, turnsAdded: Int) {
    self.factsAdded = factsAdded
    self.alreadyKnown = alreadyKnown
    self.turnsAdded = turnsAdded
  }
}
