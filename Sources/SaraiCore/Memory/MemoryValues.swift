/// A fact as those outside of the memory see it.
package struct MemoryFact: Sendable, Hashable {
  package static let userInput = "user_input"
  package static let sources = [userInput, "rag", "skill"]

  package var id: Int64
  package var subject: String
  package var verb: String
  /// Empty for a verb that needs none.
  package var object: String
  package var isNegated: Bool
  /// 0...1
  package var confidence: Double
  /// One of `sources`.
  package var source: String
  /// `direct`, `rules` or `model`: what made a fact of words.
  package var extractor: String
  /// `current`, `past` or `proposed`.
  package var standing: String
  /// Kept from everything that leaves the machine.
  package var isPrivate: Bool
  /// The turn that told it, where it is kept.
  package var turn: Int64?
  /// Milliseconds since 1970, as all times here.
  package var saidAt: Int64
  package var validFrom: Int64?
  /// Excluded.
  package var validTo: Int64?
  /// The fact that took its place.
  package var supersededBy: Int64?

  package init(
    id: Int64 = 0, subject: String, verb: String, object: String, isNegated: Bool = false, confidence: Double = 1,
    source: String = userInput, extractor: String = "direct", standing: String = "current", isPrivate: Bool = false,
    turn: Int64? = nil, saidAt: Int64 = 0, validFrom: Int64? = nil, validTo: Int64? = nil, supersededBy: Int64? = nil
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
}

package struct MemoryTurn: Sendable, Hashable {
  package var id: Int64
  package var conversation: String
  /// `user`, `assistant` or `tool`.
  package var role: String
  package var speaker: String
  package var saidAt: Int64
  package var text: String
  /// How well it matches what was asked; 0 where nothing was.
  package var score: Float

  package init(
    id: Int64, conversation: String, role: String, speaker: String, saidAt: Int64, text: String, score: Float = 0
  ) {
    self.id = id
    self.conversation = conversation
    self.role = role
    self.speaker = speaker
    self.saidAt = saidAt
    self.text = text
    self.score = score
  }
}

/// What a lesson left behind.
package struct MemoryLearnt: Sendable, Hashable {
  package var turn: Int64?
  /// Learnt or confirmed.
  package var facts: [MemoryFact]
  /// No longer in force because of it.
  package var ended: [MemoryFact]
  package var operation: Int64?
  /// Learning is paused: nothing was kept.
  package var isPaused: Bool
  /// The same lesson was given before.
  package var isReplay: Bool

  package init(
    turn: Int64? = nil, facts: [MemoryFact] = [], ended: [MemoryFact] = [], operation: Int64? = nil,
    isPaused: Bool = false, isReplay: Bool = false
  ) {
    self.turn = turn
    self.facts = facts
    self.ended = ended
    self.operation = operation
    self.isPaused = isPaused
    self.isReplay = isReplay
  }
}

package struct MemoryQuery: Sendable, Hashable {
  package enum Validity: Sendable, Hashable {
    case now, ever, proposed
    /// Milliseconds since 1970.
    case at(Int64)
  }

  package enum Order: String, Sendable, CaseIterable {
    case stable, newest
    case leastConfident = "least_confident"
  }

  package var owner: String
  package var subjects: [String] = []
  package var verbs: [String] = []
  package var objects: [String] = []
  /// Words of which each begins a word of the fact.
  package var text = ""
  package var saidFrom: Int64?
  package var saidBefore: Int64?
  package var validity = Validity.now
  package var order = Order.stable
  /// 1...10,000
  package var limit = 100
  /// So many of those that match are left out before the first one given.
  package var offset = 0
  package var includesPrivate = true

  package init(owner: String) { self.owner = owner }
}

package struct MemoryWhy: Sendable, Hashable {
  package var fact: MemoryFact
  package var turn: MemoryTurn?
  /// The latest first.
  package var replaced: [MemoryFact]
  package var replacedBy: MemoryFact?
  package var operations: [MemoryOperation]

  package init(
    fact: MemoryFact, turn: MemoryTurn?, replaced: [MemoryFact], replacedBy: MemoryFact?, operations: [MemoryOperation]
  ) {
    self.fact = fact
    self.turn = turn
    self.replaced = replaced
    self.replacedBy = replacedBy
    self.operations = operations
  }
}

package struct MemoryOperation: Sendable, Hashable {
  package var id: Int64
  /// `store`, `edit`, `confirm` or `forget`.
  package var kind: String
  package var at: Int64
  package var isUndone: Bool
  package var facts: [Int64]

  package init(id: Int64, kind: String, at: Int64, isUndone: Bool, facts: [Int64]) {
    self.id = id
    self.kind = kind
    self.at = at
    self.isUndone = isUndone
    self.facts = facts
  }
}

/// What a correction changes; what is absent stays.
package struct MemoryEdit: Sendable, Hashable {
  package var subject: String?
  package var verb: String?
  package var object: String?
  package var isNegated: Bool?
  package var confidence: Double?
  package var isPrivate: Bool?
  /// `.some(nil)` takes the time away.
  package var validFrom: Int64??
  package var validTo: Int64??

  package init() {}
}

package struct MemoryForgetting: Sendable, Hashable {
  package var owner: String
  package var facts: [Int64] = []
  package var turns: [Int64] = []
  /// What to forget in the words of a chat; empty where it is named by number.
  package var text = ""
  package var language = Language.spanish
  /// Also every turn and fact that says the same object: right for a password, wrong for a town.
  package var includesMentions = false
  package var everything = false
  /// Tells what would be forgotten, and forgets nothing.
  package var isRehearsal = false

  package init(owner: String) { self.owner = owner }
}

package struct MemoryForgotten: Sendable, Hashable {
  package var facts: [Int64]
  package var turns: [Int64]
  package var backupsPurged: Int
  /// What the facts say or said; none where everything is forgotten.
  package var said: [MemoryFact]

  /// What the turns say or said; long ones not whole, and of very many the first.
  package var saidTurns: [MemoryTurn]
  package var isEverything: Bool
  package var includesMentions: Bool
  /// What of it was found in conversations that a chat keeps; nil where nobody looked.
  package var elsewhere: ForgottenElsewhere?

  package init(
    facts: [Int64], turns: [Int64], backupsPurged: Int = 0, said: [MemoryFact] = [], saidTurns: [MemoryTurn] = [],
    isEverything: Bool = false, includesMentions: Bool = false, elsewhere: ForgottenElsewhere? = nil
  ) {
    self.facts = facts
    self.turns = turns
    self.backupsPurged = backupsPurged
    self.said = said
    self.saidTurns = saidTurns
    self.isEverything = isEverything
    self.includesMentions = includesMentions
    self.elsewhere = elsewhere
  }
}

/// What a forgetting took out of the texts that a chat keeps of its own.
package struct ForgottenElsewhere: Sendable, Hashable {
  /// Of kept conversations.
  package var messages: Int
  /// Of what was typed.
  package var lines: Int
  /// Why not all of it could be taken out.
  package var fault: SaraiError?

  package init(messages: Int = 0, lines: Int = 0, fault: SaraiError? = nil) {
    self.messages = messages
    self.lines = lines
    self.fault = fault
  }

  package static func == (a: Self, b: Self) -> Bool { a.messages == b.messages && a.lines == b.lines }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(messages)
    hasher.combine(lines)
  }

  /// A sentence for the person; nil where there was nothing.
  package var sentence: Localized? {
    if let fault {
      return Localized(
        es: "En tus conversaciones guardadas aún puede quedar: \(fault.message.es)",
        en: "It may still be in your kept conversations: \(fault.message.en)")
    }
    guard messages > 0 || lines > 0 else { return nil }
    guard messages > 0 else {
      return Localized(
        es: "Tampoco queda entre lo que tecleaste.", en: "It is gone from what you typed too.")
    }
    return Localized(
      es: messages == 1
        ? "También lo he quitado de un mensaje de tus conversaciones guardadas."
        : "También lo he quitado de \(messages) mensajes de tus conversaciones guardadas.",
      en: messages == 1
        ? "It is gone from a message of your kept conversations too."
        : "It is gone from \(messages) messages of your kept conversations too.")
  }
}

package struct MemorySettings: Sendable, Hashable {
  /// True where nothing is learnt.
  package var isPaused: Bool
  /// Sources beside the person whose words become facts at once.
  package var trusted: [String]
  /// Facts that wait for a yes since they were chosen, because their source is trusted no longer.
  package var proposed: Int

  package init(isPaused: Bool, trusted: [String], proposed: Int = 0) {
    self.isPaused = isPaused
    self.trusted = trusted
    self.proposed = proposed
  }
}

package struct MemoryImport: Sendable, Hashable {
  package var factsAdded: Int
  package var alreadyKnown: Int
  package var turnsAdded: Int

  package init(factsAdded: Int, alreadyKnown: Int, turnsAdded: Int) {
    self.factsAdded = factsAdded
    self.alreadyKnown = alreadyKnown
    self.turnsAdded = turnsAdded
  }
}

package struct MemoryBackup: Sendable, Hashable {
  package var name: String
  package var takenAt: Int64
  package var reason: String
  package var bytes: Int

  package init(name: String, takenAt: Int64, reason: String, bytes: Int) {
    self.name = name
    self.takenAt = takenAt
    self.reason = reason
    self.bytes = bytes
  }
}

package enum MemoryRestoration: Sendable {
  /// A backup that the memory keeps.
  case kept(name: String)
  /// A file; called for the next bytes, an empty array at the end.
  case file(next: @Sendable () throws -> [UInt8])
}

package struct MemoryVacuum: Sendable, Hashable {
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

package struct MemoryRotation: Sendable, Hashable {
  package var factsRemoved: Int
  package var turnsRemoved: Int

  package init(factsRemoved: Int, turnsRemoved: Int) {
    self.factsRemoved = factsRemoved
    self.turnsRemoved = turnsRemoved
  }
}

package struct MemoryStatistics: Sendable, Hashable {
  package var owners = 0
  package var facts = 0
  package var pastFacts = 0
  package var proposedFacts = 0
  package var turns = 0
  package var terms = 0
  package var vectors = 0
  /// Bytes of the file, without its write-ahead log.
  package var databaseBytes = 0
  /// Of these, how many hold embeddings.
  package var vectorBytes = 0
  package var freeBytes = 0
  package var backups = 0
  package var backupBytes = 0

  package init() {}
}
