/// What a person told, wherever it is kept: what the turn, the API and the commands need of it and nothing more.
///
/// Every call is for one owner, by name; nothing of one owner reaches a call for another. What a call acknowledges is on
/// disk.
package protocol MemoryGateway: Sendable {
  /// Keeps what was said in a turn and takes facts from the person's own words.
  ///
  /// - Throws: `SaraiError`: `invalidRequest`, `tooLarge`, `insufficientResources` where the disk is full, …
  func learn(_ lesson: MemoryLesson) async throws -> MemoryLearnt

  /// Answers a turn where memory alone can; nil where it cannot.
  func respond(to question: MemoryQuestion) async throws -> MemoryReply?

  /// What bears on a question, for a prompt.
  func recall(_ question: MemoryQuestion, limits: RecallLimits) async throws -> MemoryRecall

  /// Facts that match every part of a query.
  func facts(_ query: MemoryQuery) async throws -> [MemoryFact]

  /// Stores facts that are given whole.
  ///
  /// - Parameter replaces: Whether they take the place of what is known of the same subject and verb.
  func add(_ facts: [MemoryFact], owner: String, replaces: Bool) async throws -> MemoryLearnt

  /// - Throws: `notFound`, as all calls that name a fact.
  func why(_ id: Int64, owner: String) async throws -> MemoryWhy
  func edit(_ id: Int64, _ edit: MemoryEdit, owner: String) async throws -> MemoryFact
  func confirm(_ id: Int64, owner: String) async throws -> MemoryFact
  func forget(_ request: MemoryForgetting) async throws -> MemoryForgotten
  /// - Parameter operation: What to take back; nil for the last thing done.
  func undo(_ operation: Int64?, owner: String) async throws -> MemoryOperation
  func operations(owner: String, limit: Int) async throws -> [MemoryOperation]
  /// - Returns: The settings that hold then; nil changes nothing.
  func configure(isPaused: Bool?, trusted: [String]?, owner: String) async throws -> MemorySettings
}

/// What the keeper of all memories can be asked for, beside what it does for one owner.
package protocol MemoryKeeping: MemoryGateway {
  /// - Parameter lines: Called with JSON Lines: turns, then facts.
  func export(owner: String, includesPrivate: Bool, lines: @escaping @Sendable ([String]) throws -> Void) async throws
  /// - Parameter next: Gives the next lines, an empty array at the end.
  func importLines(
    owner: String, next: @escaping @Sendable () throws -> [String]
  ) async throws -> MemoryImport
  func backups() async throws -> [MemoryBackup]
  /// - Parameter content: Called with the bytes of the backup; nil where it is to be kept only.
  func backup(content: (@Sendable ([UInt8]) throws -> Void)?) async throws -> MemoryBackup
  func restore(_ source: MemoryRestoration) async throws -> MemoryStatistics
  func vacuum() async throws -> MemoryVacuum
  func rotate(days: Int) async throws -> MemoryRotation
  func statistics() async throws -> MemoryStatistics
}

/// What a turn teaches.
package struct MemoryLesson: Sendable, Hashable {
  package var owner: String
  package var conversation: String
  /// The person's own words.
  package var text: String
  /// What was answered; kept, and never a source of facts.
  package var reply: String
  package var language: Language
  package var now: CivilDateTime
  package var source: String
  /// For sources that the person may trust: a skill's name, a site.
  package var sourceName: String
  /// Names this lesson for ever, so that it can be given twice; empty where nobody will.
  package var key: String

  package init(
    owner: String, conversation: String, text: String, reply: String = "", language: Language, now: CivilDateTime,
    source: String = MemoryFact.userInput, sourceName: String = "", key: String = ""
  ) {
    self.owner = owner
    self.conversation = conversation
    self.text = text
    self.reply = reply
    self.language = language
    self.now = now
    self.source = source
    self.sourceName = sourceName
    self.key = key
  }
}

package struct MemoryQuestion: Sendable, Hashable {
  package var owner: String
  package var conversation: String
  package var text: String
  package var language: Language
  package var now: CivilDateTime
  /// Whether a request to forget is carried out; false for a question alone.
  package var mayChange: Bool
  /// Languages in which a turn that only tells something is acknowledged.
  package var acknowledges: [Language]

  package init(
    owner: String, conversation: String = "", text: String, language: Language, now: CivilDateTime,
    mayChange: Bool = false, acknowledges: [Language] = []
  ) {
    self.owner = owner
    self.conversation = conversation
    self.text = text
    self.language = language
    self.now = now
    self.mayChange = mayChange
    self.acknowledges = acknowledges
  }
}

/// What memory alone says to a turn.
package struct MemoryReply: Sendable, Hashable {
  package enum Outcome: String, Sendable, CaseIterable {
    /// The facts tell.
    case known
    /// A matter of the person's own that was never told.
    case unknown
    /// The facts contradict each other: the answer asks which one holds.
    case contradictory
    /// What was asked for is forgotten.
    case forgotten
    /// What was learnt last, or whether learning is on.
    case reported
    /// What the person told was understood, every word of it; it is still to be learnt.
    case acknowledged
  }

  package var outcome: Outcome
  /// A full sentence in the language of the question.
  package var text: String
  /// The facts it rests on, by number.
  package var facts: [Int64]
  package var language: Language

  package init(outcome: Outcome, text: String, facts: [Int64], language: Language) {
    self.outcome = outcome
    self.text = text
    self.facts = facts
    self.language = language
  }
}

/// How much of a memory a prompt has room for.
package struct RecallLimits: Sendable, Hashable {
  package var facts: Int
  package var turns: Int
  /// False leaves out what must not leave the machine, and turns, which may tell it.
  package var includesPrivate: Bool

  package init(facts: Int, turns: Int, includesPrivate: Bool = true) {
    self.facts = facts
    self.turns = turns
    self.includesPrivate = includesPrivate
  }
}

package struct MemoryRecall: Sendable, Hashable {
  /// In a stable order: the same facts come in the same order, whatever else is stored.
  package var facts: [MemoryFact]
  /// The most telling one first.
  package var turns: [MemoryTurn]
  /// The facts as the person would say them, in the language of the question.
  package var notes: [String]
  package var language: Language

  package init(
    facts: [MemoryFact] = [], turns: [MemoryTurn] = [], notes: [String] = [], language: Language = .spanish
  ) {
    self.facts = facts
    self.turns = turns
    self.notes = notes
    self.language = language
  }
}
