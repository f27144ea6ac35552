import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Stores what one turn taught, whole or not at all. When this returns, it survives a power cut.
  ///
  /// - Throws: `SaraiError`: `invalidRequest` for empty subjects or verbs, null characters, confidences outside of
  ///   0...1, times that nobody lives to see or that end before they begin; `tooLarge` for terms beyond 64 KiB and
  ///   turns beyond 8 MiB; `notFound` for facts or a turn that the owner does not have; `insufficientResources` where
  ///   the disk is full.
  package func store(_ batch: Batch) throws -> Receipt {
    try Limits.check(batch)
    let receipt = try store.write { database -> Receipt in
      let owner = try create(batch.owner, database)
      let key = batch.key.map { BatchKey($0) }
      if let key, let known = try key.receipt(database, owner: owner) { return known }
      var turn = batch.storedTurn
      if let turn,
        try database.number(
          "SELECT 1 FROM turn WHERE id = ? AND owner_id = ?", [turn.rawValue, owner]) == nil
      {
        throw Self.unknown(turn)
      }
      if let said = batch.turn { turn = try Turns.insert(database, said, owner: owner) }
      let reply = try batch.reply.map { try Turns.insert(database, $0, owner: owner) }
      var learning = Learning(database: database, owner: owner, turn: turn?.rawValue, saidAt: batch.saidAt)
      var outcomes: [ChangeOutcome] = []
      for change in batch.changes { outcomes.append(try learning.apply(change)) }
      var receipt = Receipt(operation: learning.log.operation, turn: turn, outcomes: outcomes, isReplay: false)
      receipt.reply = reply
      try key?.keep(receipt, database, owner: owner, at: batch.saidAt)
      return receipt
    }
    marks.note(receipt)
    return receipt
  }

  /// Stores a turn by itself; its facts may follow later in a batch with its number.
  package func store(_ turn: NewTurn, owner: Owner) throws -> TurnID {
    let receipt = try store(Batch(owner: owner, turn: turn))
    guard let id = receipt.turn else { throw StoredNothing() }
    return id
  }

  private struct StoredNothing: Error {}
}

/// Applies the changes of a batch to the facts, and writes down what undo needs.
struct Learning {
  let database: Database
  let owner: Int64
  let turn: Int64?
  let saidAt: Timestamp
  var log: OperationLog

  init(database: Database, owner: Int64, turn: Int64?, saidAt: Timestamp, kind: Operation.Kind = .store) {
    self.database = database
    self.owner = owner
    self.turn = turn
    self.saidAt = saidAt
    log = OperationLog(database: database, owner: owner, kind: kind, at: saidAt)
  }

  mutating func apply(_ change: FactChange) throws -> ChangeOutcome {
    switch change {
    case .add(let fact, let replacing): return try add(fact, replacing: replacing)
    case .end(let subject, let verb, let object, let isNegated, let at):
      return try end(subject: subject, verb: verb, object: object, isNegated: isNegated, at: at ?? saidAt)
    case .setConfidence(let id, let confidence):
      guard var record = try FactRecord.load(database, id.rawValue), record.owner == owner else {
        throw MemoryStore.unknown(id)
      }
      try log.note(record)
      record.confidence = FactRecord.confidence(confidence)
      try record.update(database)
      return .confidenceSet(id)
    }
  }

  private mutating func add(_ fact: NewFact, replacing: Replacement) throws -> ChangeOutcome {
    let terms = Terms(database: database, owner: owner)
    let (subject, verb) = (try terms.name(fact.subject), try terms.name(fact.verb))
    let object = try terms.value(fact.object)
    var record = FactRecord(
      owner: owner, subject: subject, verb: verb, object: object, fact, turn: turn, saidAt: saidAt)
    if fact.isProposed {
      record.standing = .proposed
    } else if let end = record.validTo, end <= saidAt.milliseconds {
      // Told as something that is over: history from the start, and no reason to doubt what holds.
      record.standing = .past
    }
    if let known = try sameFact(record) {
      let isExact = FactTopic.isSecret(subject: fact.subject, verb: fact.verb)
      return try confirm(known, by: record, isExact: isExact, replacing: replacing)
    }
    try record.insert(database)
    try log.noteAdded(record)
    let replaced = record.standing == .current ? try replace(by: record, replacing) : []
    return .added(FactID(rawValue: record.id), replaced: replaced)
  }

  private func sameFact(_ record: FactRecord) throws -> FactRecord? {
    try record.kin(database, record.standing, sameObject: true).first { known in
      known.isNegated == record.isNegated
        && (record.standing == .current || known.validFrom == record.validFrom && known.validTo == record.validTo)
    }
  }

  /// - Parameter isExact: Whether the object counts to the letter, as that of a password does.
  private mutating func confirm(
    _ known: FactRecord, by record: FactRecord, isExact: Bool, replacing: Replacement
  ) throws -> ChangeOutcome {
    var merged = known
    merged.confidence = max(known.confidence, record.confidence)
    if record.source.code < known.source.code { merged.source = record.source }
    merged.isPrivate = known.isPrivate || record.isPrivate
    merged.validFrom = record.validFrom ?? known.validFrom
    // Said again without an end: an end that was foreseen no longer counts.
    merged.validTo = record.validTo
    // "hasta marzo" of what was to begin in May: the beginning was of another time.
    if let from = merged.validFrom, let to = merged.validTo, to < from { merged.validFrom = record.validFrom }
    merged.object = isExact ? record.object : try spelling(of: known.object, toldAs: record.object)
    // Where it comes from is the turn that says it as it stands, in the person's own words where there are any.
    let isReworded = merged.object != known.object || merged.source != known.source
    if merged.turn == nil || isReworded { merged.turn = record.turn ?? merged.turn }
    if merged.state != known.state || merged.object != known.object {
      try log.note(known, keepsTerms: merged.object == known.object)
      try merged.update(database)
    }
    for turn in Set([known.turn, record.turn].compactMap(\.self)) where turn != merged.turn {
      try database.run("INSERT OR IGNORE INTO told (fact_id, turn_id) VALUES (?, ?)", [merged.id, turn])
    }
    let replaced = merged.standing == .current ? try replace(by: merged, replacing) : []
    return .confirmed(FactID(rawValue: merged.id), replaced: replaced)
  }

  /// What was told last counts, except that who types a word without its capitals and accents means the same word.
  private func spelling(of known: Int64, toldAs new: Int64) throws -> Int64 {
    guard known != new else { return known }
    let isPlain = try database.number("SELECT 1 FROM term WHERE id = ? AND folded IS NULL", [new]) != nil
    return isPlain ? known : new
  }

  /// Ends what a fact takes the place of.
  mutating func replace(by record: FactRecord, _ replacing: Replacement) throws -> [FactID] {
    let old: [FactRecord]
    switch replacing {
    case .nothing: return []
    case .sameSubjectAndVerb:
      old = try record.kin(database, .current, sameObject: false)
    case .oppositePolarity:
      old = try record.kin(database, .current, sameObject: true).filter { $0.isNegated != record.isNegated }
    case .facts(let ids):
      old = try ids.map { id in
        guard let known = try FactRecord.load(database, id.rawValue), known.owner == owner else {
          throw MemoryStore.unknown(id)
        }
        return known
      }
    }
    var replaced: [FactID] = []
    for var ended in old where ended.id != record.id && ended.standing == .current {
      try log.note(ended)
      end(&ended, at: record.validFrom ?? saidAt.milliseconds)
      ended.supersededBy = record.id
      try ended.updateEnd(database)
      replaced.append(FactID(rawValue: ended.id))
    }
    return replaced
  }

  private mutating func end(
    subject: Term, verb: Term, object: Term?, isNegated: Bool?, at: Timestamp
  ) throws -> ChangeOutcome {
    let terms = Terms(database: database, owner: owner)
    let old = try FactRecord.all(
      database, .current, subjects: terms.find(subject), verbs: terms.find(verb),
      objects: object.map { try terms.find($0) })
    var ended: [FactID] = []
    for var record in old
    where isNegated == nil || record.isNegated == isNegated {
      try log.note(record)
      end(&record, at: at.milliseconds)
      try record.updateEnd(database)
      ended.append(FactID(rawValue: record.id))
    }
    return .ended(ended)
  }

  private func end(_ record: inout FactRecord, at time: Int64) {
    // Not before it began: what never held has no time at all.
    record.validTo = max(min(record.validTo ?? .max, time), record.validFrom ?? .min)
    // What ends in the future holds until then; upkeep moves it to history.
    if time <= max(saidAt.milliseconds, Timestamp.now().milliseconds) { record.standing = .past }
  }
}

/// The receipts of batches with a key.
private struct BatchKey {
  let high: Int64
  let low: Int64

  init(_ key: String) {
    high = Int64(bitPattern: stableHash(1, key.utf8))
    low = Int64(bitPattern: stableHash(2, key.utf8))
  }

  func receipt(_ database: Database, owner: Int64) throws -> Receipt? {
    var found: Receipt?
    try database.rows(
      "SELECT operation_id, turn_id, outcomes FROM batch WHERE owner_id = ? AND key_high = ? AND key_low = ?",
      [owner, high, low]
    ) { row in
      found = Receipt(
        operation: (row[0] as Int64?).map(OperationID.init(rawValue:)),
        turn: (row[1] as Int64?).map(TurnID.init(rawValue:)),
        outcomes: (row[2] as String).split(separator: ";").compactMap(Self.outcome), isReplay: true)
    }
    return found
  }

  func keep(_ receipt: Receipt, _ database: Database, owner: Int64, at: Timestamp) throws {
    try database.run(
      "INSERT INTO batch (owner_id, key_high, key_low, at, operation_id, turn_id, outcomes) VALUES (?, ?, ?, ?, ?, ?, ?)",
      [
        owner, high, low, at.milliseconds, receipt.operation?.rawValue, receipt.turn?.rawValue,
        receipt.outcomes.map(Self.text).joined(separator: ";"),
      ])
  }

  /// A letter, the fact, and the facts that it replaced or that ended: `a12,3,4`.
  private static func text(_ outcome: ChangeOutcome) -> String {
    let (letter, numbers): (String, [FactID]) =
      switch outcome {
      case .added(let id, let replaced): ("a", [id] + replaced)
      case .confirmed(let id, let replaced): ("c", [id] + replaced)
      case .ended(let ids): ("e", ids)
      case .confidenceSet(let id): ("s", [id])
      }
    return letter + numbers.map { String($0.rawValue) }.joined(separator: ",")
  }

  private static func outcome(_ text: Substring) -> ChangeOutcome? {
    let ids = text.dropFirst().split(separator: ",").compactMap { Int64($0).map(FactID.init(rawValue:)) }
    switch (text.first, ids.first) {
    case ("e", _): return .ended(ids)
    case ("a", let id?): return .added(id, replaced: Array(ids.dropFirst()))
    case ("c", let id?): return .confirmed(id, replaced: Array(ids.dropFirst()))
    case ("s", let id?): return .confidenceSet(id)
    default: return nil
    }
  }
}
