import Foundation
import GRDB
import SaraiCore
import SaraiMemory
import SaraiStore
import TestSupport
import Testing

@Suite struct ForgettingTests {
  private let ana = StoreFixture.ana

  @Test("A forgotten fact is in no byte of any file: database, log, index, vectors, undo, backups, damaged files")
  func bytes() async throws {
    try await StoreFixture.with { fixture, memory in
      // Enough around it that pages split and move, so that stale copies of cells come to be.
      for round in 0..<300 {
        try memory.add(
          Term("vecina \(round)"), "llamarse", Term("Nombre\(round) " + String(repeating: "ñ", count: round % 40)),
          said: "Mi vecina \(round) se llama Nombre\(round)")
      }
      let older = try memory.add(
        "clave del trastero", "ser", "Cocodrilo7319", said: "La clave del trastero es Cocodrilo7319")
      let id = try memory.add(
        "clave del trastero", "ser", "Hipopótamo4826", replacing: .sameSubjectAndVerb,
        said: "Ahora la clave del trastero es Hipopótamo4826, apúntalo")
      _ = try memory.store(
        NewTurn(conversation: "c", role: .assistant, text: "Apuntado: hipopotamo4826."), owner: ana)
      try memory.edit(id, FactEdit(confidence: 0.8), owner: ana)
      try memory.edit(id, FactEdit(subject: "clave del garaje Rinoceronte"), owner: ana)
      try memory.edit(id, FactEdit(subject: "clave del trastero"), owner: ana)
      let turn = try #require(try memory.fact(id, owner: ana).turn)
      try memory.setVectors([(turn.rawValue, StoredVector([1, 2, 3]))], .turn, model: "e5", owner: ana)
      try memory.setVectors([(id.rawValue, StoredVector([1, 2, 3]))], .fact, model: "e5", owner: ana)
      try memory.backup()
      try memory.backup(reason: "scheduled")
      try memory.store.export(to: fixture.path + ".damaged-1")
      for round in 300..<400 { try memory.add(Term("vecina \(round)"), "llamarse", Term("Nombre\(round)")) }
      let secrets = ["Cocodrilo7319", "cocodrilo7319", "Hipopótamo4826", "hipopotamo4826", "apúntalo", "Rinoceronte"]
      for secret in secrets { #expect(try !fixture.files(holding: secret).isEmpty, "\(secret)") }

      let receipt = try memory.forget(ForgetRequest(owner: ana, facts: [id], includesMentions: true))
      #expect(receipt.facts == [older, id])
      #expect(receipt.turns.count == 3)
      #expect(receipt.backupsPurged == 3)
      for secret in secrets {
        #expect(try fixture.files(holding: secret) == [], "\(secret), while open")
        #expect(try memory.recall(FactQuery(owner: ana, text: secret, validity: .ever)).isEmpty)
        #expect(try memory.searchTurns(secret, owner: ana).isEmpty)
      }
      #expect(try memory.vectors(.turn, model: "e5", owner: ana).isEmpty)
      #expect(try memory.vectors(.fact, model: "e5", owner: ana).isEmpty)
      #expect(fault { _ = try memory.fact(id, owner: ana) } == .notFound)
      #expect(try memory.recall(FactQuery(owner: ana, verbs: ["llamarse"], limit: 1000)).count == 400)
      #expect(memory.store.backups().map(\.reason) == ["after-forgetting"])
      try memory.close()
      for secret in secrets { #expect(try fixture.files(holding: secret) == [], "\(secret), once closed") }
      #expect(try !fixture.files(holding: "Nombre123").isEmpty)
    }
  }

  @Test("Without mentions, other facts and turns with the same word stay")
  func onlyTheFact() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("usuario", "vivir en", "Madrid", said: "Vivo en Madrid")
      try memory.add("mi hermana", "vivir en", "Madrid", said: "Mi hermana también vive en Madrid")
      let receipt = try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(receipt.facts == [id])
      #expect(receipt.turns.count == 1)
      #expect(try memory.say(FactQuery(owner: ana)) == ["mi hermana vivir en Madrid"])
      #expect(try memory.searchTurns("Madrid", owner: ana).map(\.turn.text) == ["Mi hermana también vive en Madrid"])
    }
  }

  @Test("A forgotten turn goes with the facts that it told")
  func turn() async throws {
    try await StoreFixture.with { _, memory in
      let receipt = try memory.store(
        Batch(
          owner: ana, turn: NewTurn(conversation: "c", text: "Tengo un gato y un perro"),
          changes: [
            .add(NewFact("usuario", "tener", "un gato"), replacing: .nothing),
            .add(NewFact("usuario", "tener", "un perro"), replacing: .nothing),
          ]))
      try memory.add("usuario", "tener", "un loro")
      let turn = try #require(receipt.turn)
      #expect(try memory.forget(ForgetRequest(owner: ana, turns: [turn])).facts.count == 2)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario tener un loro"])
      #expect(try memory.turns(of: ana).isEmpty)
    }
  }

  @Test("Forgetting cannot be undone, and says so; what came before it can")
  func noUndo() async throws {
    try await StoreFixture.with { _, memory in
      let cat = try memory.add("usuario", "tener", "un gato")
      let dog = try memory.add("usuario", "tener", "un perro")
      try memory.forget(ForgetRequest(owner: ana, facts: [dog]))
      #expect(fault { try memory.undo(ana) } == .invalidRequest)
      let operations = try memory.operations(of: ana)
      #expect(operations.map(\.kind) == [.forget, .store])
      #expect(operations[1].facts == [cat])
      try memory.undo(ana, operation: operations[1].id)
      #expect(try memory.recall(FactQuery(owner: ana)).isEmpty)
    }
  }

  @Test("An owner who is forgotten whole leaves nothing, and others lose nothing")
  func everything() async throws {
    try await StoreFixture.with { fixture, memory in
      let eva = try Owner("Evarista")
      for round in 0..<50 {
        try memory.add(Term("cosa \(round)"), "ser", Term("azul"), said: "La cosa \(round) es azul")
        try memory.add(
          Term("objeto \(round)"), "ser", Term("verde"), owner: eva, said: "El objeto \(round) es verdeesmeralda")
      }
      let receipt = try memory.forget(ForgetRequest(owner: eva, everything: true))
      #expect(receipt.facts.count == 50)
      #expect(receipt.turns.count == 50)
      #expect(try memory.knownOwners() == [ana])
      #expect(try memory.recall(FactQuery(owner: ana, objects: ["azul"])).count == 50)
      #expect(try memory.searchTurns("azul", owner: ana, limit: 100).count == 50)
      for trace in ["Evarista", "objeto 7", "verdeesmeralda"] { #expect(try fixture.files(holding: trace) == []) }
      let again = try memory.add("objeto 7", "ser", "rojo", owner: eva)
      #expect(try memory.recall(FactQuery(owner: eva)).map(\.id) == [again])
    }
  }

  @Test("A forgetting that a crash cut short after its rows were gone is finished at the next opening")
  func interrupted() async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("clave", "ser", "Ornitorrinco", said: "La clave es Ornitorrinco")
      try memory.add("usuario", "tener", "un gato")
      try memory.backup()
      // What `forget` does first, and no more: the rows and the note of what is left to do.
      try memory.store.write { database in
        try database.execute(
          sql: """
            INSERT INTO duty (name) VALUES ('purge'); DELETE FROM change; DELETE FROM fact WHERE id = \(id.rawValue);
            INSERT INTO turn_text (turn_text) VALUES ('delete-all'); DELETE FROM turn;
            """)
      }
      _ = try memory.vacuum()
      #expect(try !fixture.files(holding: "Ornitorrinco").isEmpty)
      try memory.close()
      let again = try fixture.open()
      #expect(try fixture.files(holding: "Ornitorrinco") == [])
      #expect(again.store.backups().map(\.reason) == ["after-forgetting"])
      #expect(try again.recall(FactQuery(owner: ana)).count == 1)
      try again.close()
    }
  }

  @Test("A password that other facts say among other words, or are about, goes from those too")
  func mentionsInTerms() async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("clave del trastero", "ser", "Cocodrilo Azul 7319")
      try memory.add("usuario", "decir", "que la clave es cocodrilo azul 7319, creo")
      try memory.add("Cocodrilo azul 7319", "ser", "secreto")
      let other = try memory.add("usuario", "ver", "un cocodrilo y un azul de 7319")
      let eva = try Owner("eva")
      try memory.add("clave", "ser", "cocodrilo azul 7319", owner: eva)
      #expect(try memory.forget(ForgetRequest(owner: ana, facts: [id], includesMentions: true)).facts.count == 3)
      #expect(try memory.recall(FactQuery(owner: ana)).map(\.id) == [other])
      #expect(try memory.recall(FactQuery(owner: eva)).count == 1)
      #expect(try fixture.files(holding: "Cocodrilo Azul") == [])
    }
  }

  @Test("What an edit took away is forgotten with its fact, also where undo no longer reaches that far")
  func trimmedEdits() async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("clave", "ser", "Salamandra55")
      try memory.edit(id, FactEdit(object: "Tritón66"), owner: ana)
      for round in 0..<1100 { try memory.add("lista", "tener", Term("cosa \(round % 7) de \(round)")) }
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      for secret in ["Salamandra55", "salamandra55", "Tritón66"] { #expect(try fixture.files(holding: secret) == []) }
    }
  }

  @Test("Whoever goes back to the backup after a forgetting loses no copy that came later")
  func laterCopies() async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("clave", "ser", "Ornitorrinco")
      try memory.add("usuario", "tener", "un gato")
      try memory.backup()
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      let fresh = try #require(memory.backups().first)
      try memory.add("usuario", "tener", "un perro")
      try memory.restore(fresh.path)
      try memory.close()
      let again = try fixture.open()
      #expect(again.backups().map(\.reason) == ["before-restore", "after-forgetting"])
      try again.close()
      // Damage brings back the newest one; the damaged file stays, as the message says.
      let file = try FileHandle(forUpdating: URL(filePath: fixture.path))
      try file.seek(toOffset: 5000)
      try file.write(contentsOf: Data([1, 2, 3]))
      try file.close()
      let restored = try fixture.open()
      guard case .restored(_, let damaged) = restored.opening.store.recovery else {
        Issue.record("not restored")
        return
      }
      #expect(FileManager.default.fileExists(atPath: damaged))
      #expect(restored.backups().count == 2)
      try restored.close()
    }
  }

  @Test("A forgetting of nothing leaves the backups alone")
  func nothing() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "tener", "un gato")
      try memory.backup()
      #expect(try memory.forget(ForgetRequest(owner: ana)) == ForgetReceipt(facts: [], turns: [], backupsPurged: 0))
      let nobody = try Owner("nadie")
      _ = try memory.forget(ForgetRequest(owner: nobody, everything: true))
      #expect(memory.backups().map(\.reason) == ["manual"])
      #expect(try memory.operations(of: ana).map(\.kind) == [.store])
    }
  }
}
