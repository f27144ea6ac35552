package import SaraiCore

// SARAi's values as the messages of proto/memory.proto, and back.

extension Sarai_Memory_V1_Clock {
  package init(_ clock: CivilDateTime) {
    self.init()
    secondsSince1970 = Int64(clock.date.dayNumber * 86_400 + clock.secondOfDay - clock.utcOffsetSeconds)
    utcOffsetSeconds = Int32(clamping: clock.utcOffsetSeconds)
  }
}

extension CivilDateTime {
  /// A clock within what the calendar knows; anything else is the nearest that it does.
  package init(_ clock: Sarai_Memory_V1_Clock) {
    let bound: Int64 = 30_000_000_000_000
    self.init(
      secondsSince1970: Int(min(bound, max(-bound, clock.secondsSince1970))),
      utcOffsetSeconds: Int(min(86_400, max(-86_400, clock.utcOffsetSeconds))))
  }
}

extension Sarai_Memory_V1_Fact {
  package init(_ fact: MemoryFact) {
    self.init()
    id = fact.id
    subject = fact.subject
    verb = fact.verb
    object = fact.object
    isNegated = fact.isNegated
    confidence = fact.confidence
    source = fact.source
    extractor = fact.extractor
    standing = fact.standing
    isPrivate = fact.isPrivate
    if let turn = fact.turn { self.turn = turn }
    saidAt = fact.saidAt
    if let from = fact.validFrom { validFrom = from }
    if let to = fact.validTo { validTo = to }
    if let next = fact.supersededBy { supersededBy = next }
  }
}

extension MemoryFact {
  package init(_ fact: Sarai_Memory_V1_Fact) {
    self.init(
      id: fact.id, subject: fact.subject, verb: fact.verb, object: fact.object, isNegated: fact.isNegated,
      confidence: fact.confidence, source: fact.source, extractor: fact.extractor, standing: fact.standing,
      isPrivate: fact.isPrivate, turn: fact.hasTurn ? fact.turn : nil, saidAt: fact.saidAt,
      validFrom: fact.hasValidFrom ? fact.validFrom : nil, validTo: fact.hasValidTo ? fact.validTo : nil,
      supersededBy: fact.hasSupersededBy ? fact.supersededBy : nil)
  }
}

extension MemoryTurn {
  init(_ turn: Sarai_Memory_V1_Turn, score: Float = 0) {
    self.init(
      id: turn.id, conversation: turn.conversation, role: turn.role, speaker: turn.speaker, saidAt: turn.saidAt,
      text: turn.text, score: score)
  }
}

extension MemoryForgotten {
  init(_ reply: Sarai_Memory_V1_ForgetReply) {
    self.init(
      facts: reply.facts, turns: reply.turns, backupsPurged: Int(reply.backupsPurged),
      said: reply.said.map { MemoryFact($0) }, saidTurns: reply.saidTurns.map { MemoryTurn($0) },
      isEverything: reply.isEverything, includesMentions: reply.includesMentions)
  }
}

extension MemoryOperation {
  init(_ operation: Sarai_Memory_V1_Operation) {
    self.init(
      id: operation.id, kind: operation.kind, at: operation.at, isUndone: operation.isUndone, facts: operation.facts)
  }
}

extension MemoryLearnt {
  init(_ reply: Sarai_Memory_V1_LearnReply) {
    self.init(
      turn: reply.hasTurn ? reply.turn : nil, facts: reply.facts.map { MemoryFact($0) },
      ended: reply.ended.map { MemoryFact($0) }, operation: reply.hasOperation ? reply.operation : nil,
      isPaused: reply.isPaused, isReplay: reply.isReplay)
  }
}

extension Sarai_Memory_V1_LearnRequest {
  init(_ lesson: MemoryLesson) {
    self.init()
    owner = lesson.owner
    conversation = lesson.conversation
    text = lesson.text
    reply = lesson.reply
    language = lesson.language.rawValue
    now = Sarai_Memory_V1_Clock(lesson.now)
    source = lesson.source
    sourceName = lesson.sourceName
    // With a key of its own a lesson is given again where the process ended before it answered.
    key = lesson.key.isEmpty ? MemoryLesson.newKey() : lesson.key
  }
}

extension MemoryLesson {
  /// A key that nobody else has.
  static func newKey() -> String { "\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))" }
}

extension MemoryReply {
  /// Nil where memory alone cannot tell.
  init?(_ reply: Sarai_Memory_V1_RespondReply) {
    let outcome: Outcome
    switch reply.outcome {
    case .none, .UNRECOGNIZED: return nil
    case .known: outcome = .known
    case .unknown: outcome = .unknown
    case .contradictory: outcome = .contradictory
    case .forgotten: outcome = .forgotten
    case .reported: outcome = .reported
    case .acknowledged: outcome = .acknowledged
    }
    self.init(
      outcome: outcome, text: reply.text, facts: reply.facts, language: Language(rawValue: reply.language) ?? .spanish)
  }
}

extension Sarai_Memory_V1_ListFactsRequest {
  init(_ query: MemoryQuery) {
    self.init()
    owner = query.owner
    subjects = query.subjects
    verbs = query.verbs
    objects = query.objects
    text = query.text
    if let from = query.saidFrom { saidFrom = from }
    if let before = query.saidBefore { saidBefore = before }
    validity =
      switch query.validity {
      case .now: "now"
      case .ever: "ever"
      case .proposed: "proposed"
      case .at(let time): "\(time)"
      }
    order = query.order.rawValue
    limit = UInt32(clamping: query.limit)
    offset = UInt32(clamping: query.offset)
    includesPrivate = query.includesPrivate
  }
}

extension Sarai_Memory_V1_EditFactRequest {
  init(_ id: Int64, _ edit: MemoryEdit, owner: String) {
    self.init()
    self.owner = owner
    self.id = id
    if let subject = edit.subject { self.subject = subject }
    if let verb = edit.verb { self.verb = verb }
    if let object = edit.object { self.object = object }
    if let isNegated = edit.isNegated { self.isNegated = isNegated }
    if let confidence = edit.confidence { self.confidence = confidence }
    if let isPrivate = edit.isPrivate { self.isPrivate = isPrivate }
    if let from = edit.validFrom { validFrom = Sarai_Memory_V1_Moment(from) }
    if let to = edit.validTo { validTo = Sarai_Memory_V1_Moment(to) }
  }
}

extension Sarai_Memory_V1_Moment {
  fileprivate init(_ time: Int64?) {
    self.init()
    if let time { milliseconds = time }
  }
}

extension Sarai_Memory_V1_ForgetRequest {
  init(_ request: MemoryForgetting) {
    self.init()
    owner = request.owner
    facts = request.facts
    turns = request.turns
    text = request.text
    language = request.language.rawValue
    includesMentions = request.includesMentions
    everything = request.everything
    isRehearsal = request.isRehearsal
  }
}

extension MemoryBackup {
  init(_ file: Sarai_Memory_V1_BackupFile) {
    self.init(name: file.name, takenAt: file.takenAt, reason: file.reason, bytes: Int(clamping: file.bytes))
  }
}

extension MemoryStatistics {
  init(_ reply: Sarai_Memory_V1_Statistics) {
    self.init()
    owners = Int(clamping: reply.owners)
    facts = Int(clamping: reply.facts)
    pastFacts = Int(clamping: reply.pastFacts)
    proposedFacts = Int(clamping: reply.proposedFacts)
    turns = Int(clamping: reply.turns)
    terms = Int(clamping: reply.terms)
    vectors = Int(clamping: reply.vectors)
    databaseBytes = Int(clamping: reply.databaseBytes)
    vectorBytes = Int(clamping: reply.vectorBytes)
    freeBytes = Int(clamping: reply.freeBytes)
    backups = Int(reply.backups)
    backupBytes = Int(clamping: reply.backupBytes)
  }
}
