import Foundation
import GRDB
import SaraiCore
import SaraiMemory
import SaraiStore
import TestSupport
import Testing

@Suite struct UpkeepTests {
  private let ana = StoreFixture.ana

  /// Ninety days of changed minds: every fact replaced again and again, and as many turns as facts.
  private func churn(_ memory: MemoryStore, facts: Int, changes: Int, from first: Timestamp) throws {
    for change in 0..<changes {
      for chunk in 0..<facts / 50 {
        let said = first.adding(days: change * 90 / changes)
        _ = try memory.store(
          Batch(
            owner: ana,
            turn: NewTurn(conversation: "c", saidAt: said, text: "Cambio \(change) del grupo \(chunk)"),
            changes: (0..<50).map { index in
              .add(
                NewFact(
                  Term("persona \(chunk * 50 + index)"), "vivir en", Term("ciudad \(change) de \(index)"),
                  validFrom: said), replacing: .sameSubjectAndVerb)
            }))
      }
    }
  }

  @Test("Rotation deletes what was over long ago and turns that nothing in force rests on, and no fact in force")
  func rotate() async throws {
    try await StoreFixture.with { _, memory in
      let old = Timestamp.now().adding(days: -400)
      func tell(_ object: Term, at time: Timestamp, _ text: String) throws {
        _ = try memory.store(
          Batch(
            owner: ana, turn: NewTurn(conversation: "c", saidAt: time, text: text),
            changes: [.add(NewFact("usuario", "vivir en", object), replacing: .sameSubjectAndVerb)]))
      }
      try tell("Lugo", at: old, "Vivo en Lugo")
      try tell("Soria", at: old.adding(days: 1), "Vivo en Soria")
      _ = try memory.store(
        Batch(
          owner: ana, turn: NewTurn(conversation: "c", saidAt: old, text: "Mi madre es Pilar"),
          changes: [.add(NewFact("madre", "llamarse", "Pilar"), replacing: .nothing)]))
      _ = try memory.store(NewTurn(conversation: "c", saidAt: old, text: "Hola"), owner: ana)
      try tell("Teruel", at: Timestamp.now().adding(days: -10), "Vivo en Teruel")
      try tell("Vigo", at: .now(), "Vivo en Vigo")
      let report = try memory.rotate(days: 90)
      #expect(report.factsRemoved == 1)
      #expect(report.turnsRemoved == 3)
      #expect(
        Set(try memory.say(FactQuery(owner: ana, validity: .ever))) == [
          "usuario vivir en Soria", "usuario vivir en Teruel", "usuario vivir en Vigo", "madre llamarse Pilar",
        ])
      #expect(
        Set(try memory.turns(of: ana).map(\.text)) == ["Mi madre es Pilar", "Vivo en Teruel", "Vivo en Vigo"])
      #expect(try memory.why(memory.recall(FactQuery(owner: ana, subjects: ["madre"]))[0].id, owner: ana).turn != nil)
      #expect(try memory.rotate(days: 0).factsRemoved == 2)
      #expect(try memory.say(FactQuery(owner: ana)).count == 2)
      #expect(fault { try memory.rotate(days: -1) } == .invalidRequest)
    }
  }

  @Test("Rotation keeps what was told as over, and what gave way lately to something that holds since long ago")
  func rotateKeeps() async throws {
    try await StoreFixture.with { _, memory in
      let year = Timestamp.now().adding(days: -5000)
      func tell(_ object: Term, _ change: (inout NewFact) -> Void, saidAt: Timestamp) throws -> FactID {
        var fact = NewFact("usuario", "vivir en", object)
        change(&fact)
        let batch = Batch(owner: ana, changes: [.add(fact, replacing: .sameSubjectAndVerb)], saidAt: saidAt)
        guard case .added(let id, _) = try memory.store(batch).outcomes[0] else { return FactID(rawValue: 0) }
        return id
      }
      let old = Timestamp.now().adding(days: -400)
      let paris = try tell("París", { ($0.validFrom, $0.validTo) = (year.adding(days: -900), year) }, saidAt: old)
      let lugo = try tell("Lugo", { _ in }, saidAt: old)
      // "Vivo en Soria desde…": Lugo was over long ago, as is known since yesterday.
      let soria = try tell("Soria", { $0.validFrom = old.adding(days: -30) }, saidAt: .now().adding(days: -1))
      #expect(try memory.rotate(days: 365).factsRemoved == 0)
      #expect(try memory.fact(paris, owner: ana).standing == .past)
      #expect(try memory.fact(lugo, owner: ana).supersededBy == soria)
      try memory.undo(ana)
      #expect(try memory.recall(FactQuery(owner: ana)).map(\.id) == [lugo])
      // A guess that waited for its yes in vain goes.
      _ = try tell("Vigo", { $0.isProposed = true }, saidAt: old)
      #expect(try memory.rotate(days: 365).factsRemoved == 1)
      #expect(try memory.recall(FactQuery(owner: ana)).map(\.id) == [lugo])
    }
  }

  @Test("What was replaced twice is still found from what is in force once the middle is gone")
  func chain() async throws {
    try await StoreFixture.with { _, memory in
      let first = try memory.add("usuario", "vivir en", "Lugo")
      let second = try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb)
      let third = try memory.add("usuario", "vivir en", "Vigo", replacing: .sameSubjectAndVerb)
      try memory.store.write { database in
        try database.execute(sql: "UPDATE fact SET said_at = 1, valid_to = 2; DELETE FROM operation")
        try database.execute(
          sql: "UPDATE fact SET said_at = ? WHERE id <> ?",
          arguments: [Timestamp.now().adding(days: -1).milliseconds, second.rawValue])
        try database.execute(sql: "UPDATE fact SET valid_to = NULL WHERE id = ?", arguments: [third.rawValue])
      }
      try memory.store.write { try $0.execute(sql: "UPDATE fact SET said_at = 1 WHERE id = \(third.rawValue)") }
      #expect(try memory.rotate(days: 10).factsRemoved == 1)
      #expect(try memory.why(third, owner: ana).replaced.map(\.id) == [first])
      #expect(try memory.forget(ForgetRequest(owner: ana, facts: [third])).facts == [first, third])
    }
  }

  @Test("Vacuum after rotation frees a third and more of a store with ninety days of churn, and loses nothing in force")
  func vacuumFrees() async throws {
    try await StoreFixture.with { fixture, memory in
      try churn(memory, facts: 500, changes: 12, from: Timestamp.now().adding(days: -200))
      let query = FactQuery(owner: ana, limit: 10_000)
      let before = try memory.recall(query)
      #expect(before.count == 500)
      try memory.store.truncateLog()
      let full = try Data(contentsOf: URL(filePath: fixture.path)).count
      try memory.rotate(days: 90)
      let report = try memory.vacuum()
      let after = try Data(contentsOf: URL(filePath: fixture.path)).count
      #expect(report.bytesAfter == after)
      #expect(Double(after) < 0.7 * Double(full), "\(full) → \(after)")
      var expected = before
      for index in expected.indices { expected[index].turn = nil }
      var found = try memory.recall(query)
      for index in found.indices { found[index].turn = nil }
      #expect(found == expected)
      #expect(try memory.store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
      #expect(try memory.store.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }.isEmpty)
      try memory.store.write { database in
        try database.execute(sql: "INSERT INTO turn_text (turn_text, rank) VALUES ('integrity-check', 1)")
      }
    }
  }

  @Test("Vacuum removes duplicates that came in behind the rules, and terms that nothing uses")
  func duplicates() async throws {
    try await StoreFixture.with { _, memory in
      let first = try memory.add("usuario", "tener", "un gato") { $0.confidence = 0.4 }
      let other = try memory.add("usuario", "tener", "un perro")
      try memory.store.write { database in
        try database.execute(
          sql: """
            INSERT INTO fact (owner_id, subject_id, verb_id, object_id, standing, flags, confidence, said_at)
              SELECT owner_id, subject_id, verb_id, object_id, standing, flags, 9000, said_at FROM fact WHERE id = ?;
            INSERT INTO term (owner_id, hash, text) VALUES (1, 12345, 'nada');
            """, arguments: [first.rawValue])
      }
      #expect(try memory.recall(FactQuery(owner: ana)).count == 3)
      let report = try memory.vacuum()
      #expect(report.duplicatesRemoved == 1)
      #expect(report.termsRemoved == 1)
      #expect(try memory.recall(FactQuery(owner: ana)).map(\.id).sorted() == [first, other])
      #expect(try memory.fact(first, owner: ana).confidence == 0.9)
      #expect(try memory.vacuum().duplicatesRemoved == 0)
    }
  }

  @Test("What ended by its own date becomes history")
  func expiry() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("usuario", "tener", "gripe")
      try memory.store.write { database in
        try database.execute(sql: "UPDATE fact SET valid_to = 1000 WHERE id = ?", arguments: [id.rawValue])
      }
      #expect(try memory.recall(FactQuery(owner: ana)).isEmpty)
      try memory.vacuum()
      #expect(try memory.fact(id, owner: ana).standing == .past)
    }
  }

  @Test("Statistics count what there is")
  func statistics() async throws {
    try await StoreFixture.with { fixture, memory in
      try memory.add("usuario", "vivir en", "Lugo", said: "Vivo en Lugo")
      let id = try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb)
      try memory.add("usuario", "tener", "un yate") { $0.isProposed = true }
      try memory.setVectors([(id.rawValue, StoredVector([1, 2]))], .fact, model: "e5", owner: ana)
      try memory.backup()
      try memory.store.truncateLog()
      let found = try memory.statistics()
      #expect(found.owners == 1)
      #expect(found.facts == 3)
      #expect(found.pastFacts == 1)
      #expect(found.proposedFacts == 1)
      #expect(found.turns == 1)
      #expect(found.terms == 6)
      #expect(found.vectors == 1)
      #expect(found.databaseBytes == (try Data(contentsOf: URL(filePath: fixture.path)).count))
      #expect(found.vectorBytes > 0)
      #expect(found.backups == 1)
      #expect(found.backupBytes > 4096)
    }
  }

  @Test("Everything that an owner told goes out as lines and comes in elsewhere, once")
  func exchange() async throws {
    try await StoreFixture.with { _, memory in
      let old = try memory.add("usuario", "vivir en", "Lugo", said: "Vivo en \"Lugo\"\n¿sabes?")
      try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb)
      try memory.add("usuario", "gustar", "el café") {
        $0.isNegated = true
        $0.confidence = 0.25
        $0.extractor = .model
      }
      try memory.add("clave", "ser", "1234") { $0.isPrivate = true }
      try memory.add("usuario", "tener", "un yate") { $0.isProposed = true }
      var lines: [String] = []
      try memory.export(ana) { lines.append($0) }
      #expect(lines.count == 6)
      var open: [String] = []
      try memory.export(ana, includesPrivate: false) { open.append($0) }
      #expect(open.count == 4)
      #expect(!open.joined().contains("1234"))

      let eva = try Owner("eva")
      let report = try memory.importLines(lines + [""], owner: eva)
      #expect(report == ImportReport(factsAdded: 5, alreadyKnown: 0, turnsAdded: 1))
      #expect(
        try memory.importLines(lines, owner: eva) == ImportReport(factsAdded: 0, alreadyKnown: 6, turnsAdded: 0))
      for validity in [FactQuery.Validity.ever, .proposed] {
        let mine = try memory.recall(FactQuery(owner: ana, validity: validity, order: .newestFirst))
        let theirs = try memory.recall(FactQuery(owner: eva, validity: validity, order: .newestFirst))
        #expect(mine.count == theirs.count)
        for (a, b) in zip(mine, theirs) {
          #expect(a.subject == b.subject && a.verb == b.verb && a.object == b.object && a.isNegated == b.isNegated)
          #expect(a.confidence == b.confidence && a.saidAt == b.saidAt && a.standing == b.standing)
          #expect(a.extractor == b.extractor && a.isPrivate == b.isPrivate && a.validTo == b.validTo)
          #expect((a.turn == nil) == (b.turn == nil) && (a.supersededBy == nil) == (b.supersededBy == nil))
        }
      }
      let told = try memory.recall(FactQuery(owner: eva, objects: ["Lugo"], validity: .ever))[0]
      #expect(told.id != old)
      #expect(try memory.why(told.id, owner: eva).turn?.text == "Vivo en \"Lugo\"\n¿sabes?")
    }
  }

  @Test("A fact that gave way to one of an earlier time goes out and comes in again")
  func exchangeOfEarlierTimes() async throws {
    try await StoreFixture.with { _, memory in
      let now = Timestamp.now()
      try memory.add("usuario", "vivir en", "Lugo") { $0.validFrom = now.adding(days: -10) }
      try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb) {
        $0.validFrom = now.adding(days: -50)
      }
      // Told again with an end before the beginning that was told first.
      try memory.add("usuario", "tener", "fiebre") { $0.validFrom = now.adding(days: 9) }
      try memory.add("usuario", "tener", "fiebre") { $0.validTo = now.adding(days: 3) }
      let id = try #require(try memory.recall(FactQuery(owner: ana, objects: ["Soria"])).first?.id)
      #expect(
        fault { try memory.edit(id, FactEdit(validTo: .some(now.adding(days: -90))), owner: ana) } == .invalidRequest)
      var lines: [String] = []
      try memory.export(ana) { lines.append($0) }
      #expect(try memory.importLines(lines, owner: try Owner("eva")).factsAdded == 3)
    }
  }

  @Test("What took whose place is known after an import of a part, and of the whole")
  func interruptedImport() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "vivir en", "Lugo")
      try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb)
      var lines: [String] = []
      try memory.export(ana) { lines.append($0) }
      func chained(_ owner: Owner) throws -> Bool {
        let old = try memory.recall(FactQuery(owner: owner, objects: ["Lugo"], validity: .ever))
        return old.first?.supersededBy != nil
      }
      let leo = try Owner("leo")
      _ = try memory.importLines([lines[0]], owner: leo)
      #expect(try !chained(leo))
      _ = try memory.importLines(lines, owner: leo)
      #expect(try chained(leo))
      #expect(try memory.recall(FactQuery(owner: leo, validity: .ever)).count == 2)
    }
  }

  @Test(
    "A line that is wrong is named, and nothing is taken in, however many lines precede it",
    arguments: [
      "{", "[]", "{\"type\":\"fact\",\"id\":1}", "{\"type\":\"sql\",\"id\":1}",
      """
      {"type":"fact","id":1,"subject":"","verb":"v","object":"o","source":"rag","extractor":"rules",
      "standing":"current","said_at_ms":1}
      """,
      "{\"type\":\"turn\",\"id\":1,\"conversation\":\"c\",\"role\":\"god\",\"said_at_ms\":1,\"text\":\"x\"}",
      "{\"type\":\"turn\",\"id\":1,\"conversation\":\"c\",\"role\":\"user\",\"said_at_ms\":9e18,\"text\":\"x\"}",
    ])
  func wrongLines(line: String) async throws {
    try await StoreFixture.with { _, memory in
      let good = (1...1499).map {
        """
        {"type":"turn","id":\($0),"conversation":"c","role":"user","said_at_ms":1,"text":"hola \($0)"}
        """
      }
      do {
        _ = try memory.importLines(good + [line.replacing("\n", with: "")], owner: ana)
        Issue.record("taken: \(line)")
      } catch let fault as SaraiError {
        #expect(fault.subject == "1500")
        #expect(fault.message.es.hasPrefix("Línea 1500:"))
        #expect(fault.message.es.contains("No se ha importado nada"))
      }
      #expect(try memory.turns(of: ana).isEmpty)
      #expect(try memory.statistics().owners == 0)
    }
  }
}
