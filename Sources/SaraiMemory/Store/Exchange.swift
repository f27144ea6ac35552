import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Gives everything of an owner as JSON Lines: turns, then facts. Later changes do not show.
  ///
  /// - Parameters:
  ///   - includesPrivate: False leaves out facts that must not leave the machine, and all turns, which may tell them.
  ///   - line: Gets one JSON object at a time, without a line break.
  package func export(
    _ owner: Owner, includesPrivate: Bool = true, line: (String) throws -> Void
  ) throws {
    try store.read { database in
      guard let number = try find(owner, database) else { return }
      if includesPrivate {
        try database.rows(
          "SELECT \(Turns.columns) FROM turn t JOIN conversation c ON c.id = t.conversation_id WHERE t.owner_id = ? ORDER BY t.id",
          [number]
        ) { try line(Exchange.line(Turns.turn($0))) }
      }
      let reader = FactRows(database)
      try database.scan(FactRows.select(index: "NOT INDEXED") + " f.owner_id = ? ORDER BY f.id", [number]) { row in
        let fact = try reader.fact(row)
        if includesPrivate || !fact.isPrivate { try line(Exchange.line(fact)) }
        return true
      }
    }
  }

  /// Takes in JSON Lines that `export` gave. What is there already is left alone, so a second import changes nothing.
  ///
  /// All lines are read before the first one is stored, some 500 at a time: a long import in one transaction would keep
  /// everybody else from writing.
  ///
  /// - Parameter lines: Asked for twice, for the same lines each time.
  /// - Throws: `invalidRequest` with the number of the first line that is wrong: then nothing is stored.
  ///   `insufficientResources` where the disk is full: then what was stored so far stays, and the same import goes on.
  package func importLines<Lines: Sequence<String>>(
    _ lines: @autoclosure () throws -> Lines, owner: Owner
  ) throws -> ImportReport {
    for (number, line) in try lines().enumerated() where !line.allSatisfy(\.isWhitespace) {
      do {
        _ = try Exchange.record(line)
      } catch {
        throw Self.wrong(line: number + 1, error)
      }
    }
    defer { try? lookAtMarks() }
    var importer = Importer(owner: owner)
    var chunk: [Exchange.Record] = []
    func take() throws {
      try store.write { try importer.take(chunk, $0, owner: create(owner, $0)) }
      chunk = []
    }
    do {
      for line in try lines() where !line.allSatisfy(\.isWhitespace) {
        chunk.append(try Exchange.record(line))
        if chunk.count == 500 { try take() }
      }
      try take()
      try store.write { try importer.link($0) }
    } catch let fault as SaraiError {
      throw Self.interrupted(importer.report, fault)
    }
    return importer.report
  }

  private static func wrong(line: Int, _ fault: SaraiError) -> SaraiError {
    SaraiError(
      fault.code,
      Localized(
        es: "Línea \(line): \(fault.message.es) No se ha importado nada: corrígela y repite.",
        en: "Line \(line): \(fault.message.en) Nothing was imported: correct it and repeat."),
      subject: "\(line)", cause: fault.cause)
  }

  private static func interrupted(_ report: ImportReport, _ fault: SaraiError) -> SaraiError {
    let stored = report.factsAdded + report.turnsAdded
    guard stored > 0 else { return fault }
    return SaraiError(
      fault.code,
      Localized(
        es: "\(fault.message.es) Se quedó a medias, con \(stored) líneas guardadas: repite la misma importación, que "
          + "sigue donde estaba.",
        en: "\(fault.message.en) It stopped halfway, with \(stored) lines stored: give the same import again, which "
          + "goes on from there."),
      subject: fault.subject, cause: fault.cause)
  }
}

private struct Importer {
  let owner: Owner
  var report = ImportReport(factsAdded: 0, alreadyKnown: 0, turnsAdded: 0)
  private var turns: [Int64: Int64] = [:]
  private var facts: [Int64: Int64] = [:]
  private var successors: [(fact: Int64, successor: Int64)] = []

  init(owner: Owner) { self.owner = owner }

  mutating func take(
    _ records: [Exchange.Record], _ database: Database, owner: Int64
  ) throws {
    for record in records {
      switch record {
      case .turn(let id, let turn): try take(id, turn, database, owner: owner)
      case .fact(let id, let fact): try take(id, fact, database, owner: owner)
      }
    }
  }

  private mutating func take(_ id: Int64, _ turn: NewTurn, _ database: Database, owner: Int64) throws {
    let known = try database.number(
      """
      SELECT t.id FROM turn t JOIN conversation c ON c.id = t.conversation_id
        WHERE t.owner_id = ? AND t.said_at = ? AND c.name = ? AND t.role = ? AND t.speaker = ? AND t.text = ?
      """, [owner, turn.saidAt.milliseconds, turn.conversation, turn.role.code, turn.speaker, turn.text])
    if let known {
      turns[id] = known
      report.alreadyKnown += 1
    } else {
      turns[id] = try Turns.insert(database, turn, owner: owner).rawValue
      report.turnsAdded += 1
    }
  }

  private mutating func take(_ id: Int64, _ fact: Fact, _ database: Database, owner: Int64) throws {
    let terms = Terms(database: database, owner: owner)
    let new = NewFact(
      fact.subject, fact.verb, fact.object, isNegated: fact.isNegated, confidence: fact.confidence,
      source: fact.source, extractor: fact.extractor, isPrivate: fact.isPrivate, validFrom: fact.validFrom,
      validTo: fact.validTo)
    var record = FactRecord(
      owner: owner, subject: try terms.name(fact.subject), verb: try terms.name(fact.verb),
      object: try terms.value(fact.object), new, turn: fact.turn.flatMap { turns[$0.rawValue] },
      saidAt: fact.saidAt)
    record.standing = fact.standing
    let known = try record.kin(database, record.standing, sameObject: true).first {
      $0.isNegated == record.isNegated
        && (record.standing == .current || $0.validFrom == record.validFrom && $0.validTo == record.validTo)
    }
    if let known {
      facts[id] = known.id
      report.alreadyKnown += 1
    } else {
      try record.insert(database)
      facts[id] = record.id
      report.factsAdded += 1
    }
    // An import that was cut short may have left it without.
    if let successor = fact.supersededBy, let id = facts[id], known?.supersededBy == nil {
      successors.append((id, successor.rawValue))
    }
  }

  /// Numbers differ here: what took whose place is told once all facts have theirs.
  func link(_ database: Database) throws {
    for (fact, successor) in successors {
      guard let new = facts[successor], new != fact else { continue }
      try database.run("UPDATE fact SET superseded_by = ? WHERE id = ?", [new, fact])
    }
  }
}
