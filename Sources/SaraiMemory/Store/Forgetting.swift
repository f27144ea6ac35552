import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Forgets for good: gone from every table, every index, the write-ahead log, free pages, the store's own backups and
  /// damaged files put aside. Nothing brings it back, undo neither. Copies that the person made elsewhere stay.
  ///
  /// Facts go with the facts that they had replaced and with the turns that told any of these; turns that are named go
  /// with the facts that they told. Takes as long as a compact copy of the database; others read meanwhile.
  ///
  /// - Throws: `notFound` where a fact or a turn is not the owner's; then nothing is forgotten. `insufficientResources`
  ///   where the disk is too full to make the new file: then it is gone from the memory, but copies still hold it, which
  ///   upkeep and the next opening delete.
  @discardableResult
  package func forget(_ request: ForgetRequest) throws -> ForgetReceipt {
    let (found, isGone) = try store.write { database -> (ForgetReceipt, Bool) in
      guard let owner = try find(request.owner, database) else {
        if let fact = request.facts.first { throw Self.unknown(fact) }
        if let turn = request.turns.first { throw Self.unknown(turn) }
        return (ForgetReceipt(facts: [], turns: [], backupsPurged: 0), false)
      }
      var forgetting = try ForgettingWork(database: database, owner: owner, request)
      let receipt = ForgetReceipt(
        facts: forgetting.facts.sorted().map(FactID.init(rawValue:)),
        turns: forgetting.turns.sorted().map(TurnID.init(rawValue:)), backupsPurged: 0)
      let isAnything = request.everything || !receipt.facts.isEmpty || !receipt.turns.isEmpty
      guard isAnything else { return (receipt, false) }
      try forgetting.run()
      try owePurge(database)
      return (receipt, true)
    }
    guard isGone else { return found }
    var receipt = found
    do { receipt.backupsPurged = try finishForgetting() } catch let fault as SaraiError {
      let isFull = fault.code == .insufficientResources
      throw SaraiError(
        fault.code,
        Localized(
          es: "Ya no está en la memoria, pero aún queda en copias que no se han podido borrar; se volverá a intentar. "
            + (isFull ? "Libera espacio en el disco." : fault.message.es),
          en: "It is gone from the memory, but still in copies that could not be deleted; this will be tried again. "
            + (isFull ? "Free some space on the disk." : fault.message.en)),
        subject: fault.subject, cause: fault.cause)
    }
    return receipt
  }

  /// Within the transaction in which the rows go: no backup is being made then, so that all that hold them are known.
  private func owePurge(_ database: Database) throws {
    let owed = try database.number("SELECT copies_before FROM duty WHERE name = ?", [Duty.purge])
    // Later than what another forgetting owes, which must not take this one for its own.
    let time = max(store.copiesTaken(), (owed ?? 0) + 1)
    try database.run("INSERT OR REPLACE INTO duty (name, copies_before) VALUES (?, ?)", [Duty.purge, time])
  }

  /// What comes after the rows are gone; a crash in between leaves it to the next opening.
  ///
  /// - Returns: How many old copies are gone.
  func finishForgetting() throws -> Int {
    let before = try store.read { try $0.number("SELECT copies_before FROM duty WHERE name = ?", [Duty.purge]) }
    // Deleted cells are overwritten where they lie, but copies of cells that SQLite moved between pages earlier may be
    // left in the gaps of pages: only a new file has none.
    try store.compact()
    // The fresh backup holds this duty too; whoever goes back to it must not lose the copies that came after.
    let purged = try store.purgeCopies(takenBefore: before)
    try store.write { try $0.run("DELETE FROM duty WHERE name = ? AND copies_before IS ?", [Duty.purge, before]) }
    return purged
  }
}

/// Deletes the rows of what is forgotten, and everything derived of them, in one transaction.
private struct ForgettingWork {
  let database: Database
  let owner: Int64
  let request: ForgetRequest
  private(set) var facts: Set<Int64> = []
  private(set) var turns: Set<Int64> = []

  init(database: Database, owner: Int64, _ request: ForgetRequest) throws {
    self.database = database
    self.owner = owner
    self.request = request
    if request.everything {
      facts = Set(try database.numbers("SELECT id FROM fact WHERE owner_id = ?", [owner]))
      turns = Set(try database.numbers("SELECT id FROM turn WHERE owner_id = ?", [owner]))
    } else {
      try collect()
    }
  }

  private mutating func collect() throws {
    for id in request.facts {
      guard let record = try FactRecord.load(database, id.rawValue), record.owner == owner else {
        throw MemoryStore.unknown(id)
      }
      try addFact(id.rawValue)
    }
    for id in request.turns {
      guard try Turns.load(database, id, owner: owner) != nil else { throw MemoryStore.unknown(id) }
      turns.insert(id.rawValue)
      for fact in try database.numbers("SELECT id FROM fact WHERE turn_id = ?", [id.rawValue]) { try addFact(fact) }
    }
    if request.includesMentions { try addMentions() }
    for fact in facts {
      if let turn = try database.number("SELECT turn_id FROM fact WHERE id = ? AND turn_id IS NOT NULL", [fact]) {
        turns.insert(turn)
      }
    }
  }

  /// A fact and all that it had replaced, however long ago.
  private mutating func addFact(_ id: Int64) throws {
    var open = [id]
    while let next = open.popLast() {
      guard facts.insert(next).inserted else { continue }
      open += try database.numbers("SELECT id FROM fact WHERE superseded_by = ?", [next])
    }
  }

  /// What says the object of one of the facts: facts about it or with it among other words, and turns.
  private mutating func addMentions() throws {
    var objects: Set<Int64> = []
    for fact in facts {
      if let object = try database.number("SELECT object_id FROM fact WHERE id = ?", [fact]) { objects.insert(object) }
    }
    for object in objects {
      var folded = ""
      try database.rows("SELECT coalesce(folded, text) FROM term WHERE id = ?", [object]) { folded = $0[0] }
      let words = Terms.words(folded).map(String.init)
      guard !words.isEmpty else { continue }
      for term in try Terms(database: database, owner: owner).saying(words) {
        for column in ["object_id", "subject_id"] {
          for fact in try database.numbers("SELECT id FROM fact WHERE \(column) = ?", [term]) { try addFact(fact) }
        }
      }
      // A phrase: the words one after the other.
      turns.formUnion(
        try database.numbers(
          """
          SELECT t.id FROM turn_text CROSS JOIN turn t ON t.id = turn_text.rowid
            WHERE turn_text MATCH ? AND t.owner_id = ?
          """, [words.map { "\"\($0)\"" }.joined(separator: " + "), owner]))
    }
  }

  mutating func run() throws {
    var loose: Set<Int64> = []
    if request.everything {
      try database.run("DELETE FROM operation WHERE owner_id = ?", [owner])
      try database.run("DELETE FROM batch WHERE owner_id = ?", [owner])
    } else {
      loose = try deleteHistory()
      var log = OperationLog(database: database, owner: owner, kind: .forget, at: .now())
      try log.begin()
    }
    for fact in facts {
      guard let record = try FactRecord.load(database, fact) else { continue }
      loose.formUnion([record.subject, record.verb, record.object])
      try database.run("DELETE FROM fact WHERE id = ?", [fact])
    }
    try Turns.delete(database, turns)
    if request.everything {
      loose.formUnion(try database.numbers("SELECT id FROM term WHERE owner_id = ?", [owner]))
    }
    _ = try Terms.sweep(database, loose)
    if request.everything { try database.run("DELETE FROM owner WHERE id = ?", [owner]) }
    // A deletion only marks words in a full-text index; merging all of it drops them.
    try database.run("INSERT INTO turn_text (turn_text) VALUES ('optimize')")
  }

  /// Deletes what undo knew of the facts. Operations that touched other facts too keep what they know of those.
  ///
  /// - Returns: Terms that undo may have been the last to need.
  private func deleteHistory() throws -> Set<Int64> {
    var loose: Set<Int64> = []
    for fact in facts {
      for operation in try database.numbers("SELECT DISTINCT operation_id FROM change WHERE fact_id = ?", [fact]) {
        loose.formUnion(try database.numbers("SELECT term_id FROM held_term WHERE operation_id = ?", [operation]))
        try database.run("DELETE FROM change WHERE operation_id = ? AND fact_id = ?", [operation, fact])
        try database.run("DELETE FROM held_term WHERE operation_id = ?", [operation])
        for column in ["subject_id", "verb_id", "object_id"] {
          try database.run(
            """
            INSERT OR IGNORE INTO held_term (term_id, operation_id)
              SELECT \(column), operation_id FROM change WHERE operation_id = ? AND \(column) IS NOT NULL
            """, [operation])
        }
        if try database.number("SELECT 1 FROM change WHERE operation_id = ?", [operation]) == nil {
          try database.run("DELETE FROM batch WHERE operation_id = ?", [operation])
          try database.run("DELETE FROM operation WHERE id = ?", [operation])
        }
      }
    }
    return loose
  }
}
