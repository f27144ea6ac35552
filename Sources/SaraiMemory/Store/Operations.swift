import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// What was done last, the latest first.
  package func operations(of owner: Owner, limit: Int = 20) throws -> [Operation] {
    try store.read { database in
      guard let owner = try find(owner, database) else { return [] }
      return try Operations.list(
        database, where: "o.owner_id = ? ORDER BY o.id DESC LIMIT ?", [owner, min(max(limit, 1), 1000)])
    }
  }

  /// What was learnt last and is still there: the answer to "what have you just learnt?".
  ///
  /// - Returns: The last batch or yes that was not undone, with its facts in the order in which they were told: those
  ///   added or made surer, and those that ended with nothing in their place. Nil where there is none.
  package func lastLearnt(owner: Owner) throws -> (operation: Operation, facts: [Fact])? {
    try readFacts(of: owner) { database, number, rows in
      let kinds: [Operation.Kind] = [.store, .confirm]
      let learnt = try Operations.list(
        database,
        where: """
          o.owner_id = ? AND o.is_undone = 0 AND o.kind IN (\(kinds.map { "\($0.code)" }.joined(separator: ","))) AND
            EXISTS (SELECT 1 FROM change c JOIN fact f ON f.id = c.fact_id WHERE c.operation_id = o.id)
            ORDER BY o.id DESC LIMIT 1
          """, [number]
      ).first
      guard let learnt else { return nil }
      let told = try database.numbers(
        "SELECT fact_id FROM change WHERE operation_id = ? GROUP BY fact_id ORDER BY min(number)", [learnt.id.rawValue])
      let facts = try told.compactMap { try rows.load(FactID(rawValue: $0), owner: number) }
      // What was replaced is told by what took its place.
      return (learnt, facts.filter { fact in fact.supersededBy.map { !learnt.facts.contains($0) } ?? true })
    } ?? nil
  }

  /// Takes back the last thing done that was not undone yet, or the one named: learnt facts are gone, replaced ones
  /// hold again, edited ones say what they said. What was said stays.
  ///
  /// - Throws: `invalidRequest` where it was a forgetting, which nothing brings back, where something done later to the
  ///   same facts has to be undone first, or where another fact says by now what would be said again; `notFound` where there is nothing to undo.
  @discardableResult
  package func undo(_ owner: Owner, operation: OperationID? = nil) throws -> Operation {
    try store.write { database in
      let condition =
        operation == nil
        ? "o.owner_id = ? AND o.is_undone = 0 ORDER BY o.id DESC LIMIT 1" : "o.owner_id = ? AND o.id = ?"
      guard let number = try find(owner, database),
        let target = try Operations.list(
          database, where: condition, operation.map { [number, $0.rawValue] } ?? [number]
        ).first
      else {
        throw SaraiError(
          .notFound, es: "No hay nada que deshacer en esta memoria.", en: "There is nothing to undo in this memory.")
      }
      try Operations.undo(database, target, owner: number)
      var undone = target
      undone.isUndone = true
      return undone
    }
  }
}

enum Operations {
  static func list(
    _ database: Database, where condition: String, _ arguments: StatementArguments
  ) throws -> [Operation] {
    var found: [Operation] = []
    try database.rows("SELECT o.id, o.kind, o.at, o.is_undone FROM operation o WHERE \(condition)", arguments) { row in
      found.append(
        Operation(
          id: OperationID(rawValue: row[0]), kind: .stored(row[1]), at: Timestamp(milliseconds: row[2]),
          isUndone: row[3] as Int64 != 0, facts: []))
    }
    for index in found.indices {
      found[index].facts = try database.numbers(
        "SELECT DISTINCT c.fact_id FROM change c JOIN fact f ON f.id = c.fact_id WHERE c.operation_id = ? ORDER BY 1",
        [found[index].id.rawValue]
      ).map(FactID.init(rawValue:))
    }
    return found
  }

  static func touching(_ database: Database, _ fact: FactID, owner: Int64) throws -> [Operation] {
    try list(
      database,
      where: """
        o.owner_id = ? AND o.id IN (SELECT operation_id FROM change WHERE fact_id = ?) ORDER BY o.id
        """, [owner, fact.rawValue])
  }

  static func undo(_ database: Database, _ operation: Operation, owner: Int64) throws {
    guard operation.kind != .forget else {
      throw SaraiError(
        .invalidRequest, es: "Lo olvidado ya no existe en ninguna parte: no se puede deshacer.",
        en: "What was forgotten no longer exists anywhere: it cannot be undone.")
    }
    guard !operation.isUndone else {
      throw SaraiError(.invalidRequest, es: "Eso ya está deshecho.", en: "That has been undone already.")
    }
    let later = try database.number(
      """
      SELECT min(o.id) FROM change mine JOIN change theirs ON theirs.fact_id = mine.fact_id
        JOIN operation o ON o.id = theirs.operation_id
        WHERE mine.operation_id = ?1 AND theirs.operation_id > ?1 AND o.is_undone = 0
      """, [operation.id.rawValue])
    if let later {
      throw SaraiError(
        .invalidRequest, es: "Después se cambió lo mismo: deshaz antes la operación \(later).",
        en: "The same was changed later: undo operation \(later) first.", subject: "\(later)")
    }
    try revert(database, operation.id.rawValue, owner: owner)
    try database.run("UPDATE operation SET is_undone = 1 WHERE id = ?", [operation.id.rawValue])
  }

  /// The last change first, so that a fact that changed twice ends as it began.
  private static func revert(_ database: Database, _ operation: Int64, owner: Int64) throws {
    var changes: [(fact: Int64, was: String?, terms: [Int64?])] = []
    try database.rows(
      "SELECT fact_id, was, subject_id, verb_id, object_id FROM change WHERE operation_id = ? ORDER BY number DESC",
      [operation]
    ) { row in changes.append((row[0], row[1], [row[2], row[3], row[4]])) }
    var loose: Set<Int64> = []
    for change in changes {
      guard var record = try FactRecord.load(database, change.fact), record.owner == owner else { continue }
      loose.formUnion([record.subject, record.verb, record.object])
      guard let was = change.was else {
        try database.run("DELETE FROM fact WHERE id = ?", [change.fact])
        continue
      }
      record.setState(was)
      record.subject = change.terms[0] ?? record.subject
      record.verb = change.terms[1] ?? record.verb
      record.object = change.terms[2] ?? record.object
      // What the state points to may be gone since.
      if let turn = record.turn, try database.number("SELECT 1 FROM turn WHERE id = ?", [turn]) == nil {
        record.turn = nil
      }
      if let next = record.supersededBy, try database.number("SELECT 1 FROM fact WHERE id = ?", [next]) == nil {
        record.supersededBy = nil
      }
      try record.refuseTwin(database)
      try record.update(database)
      // A vector is of the words that are taken back.
      if change.terms.contains(where: { $0 != nil }) {
        try database.run("DELETE FROM fact_vector WHERE id = ?", [record.id])
      }
    }
    try database.run("DELETE FROM held_term WHERE operation_id = ?", [operation])
    _ = try Terms.sweep(database, loose)
  }
}
