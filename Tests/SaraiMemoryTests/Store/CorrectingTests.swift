import SaraiCore
import SaraiMemory
import Testing

@Suite struct CorrectingTests {
  private let ana = StoreFixture.ana

  @Test("An edited fact keeps its number, is found by what it says now and by nothing it said, and undo reverts it")
  func edit() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("hermana", "vivir en", "Madriz")
      let time = Timestamp(secondsSince1970: 100)
      let fact = try memory.edit(
        id, FactEdit(object: "Madrid", confidence: 0.5, isPrivate: true, validFrom: .some(time)), owner: ana)
      #expect(fact.id == id)
      #expect(fact.object.text == "Madrid")
      #expect(fact.confidence == 0.5)
      #expect(fact.isPrivate)
      #expect(fact.validFrom == time)
      #expect(try memory.recall(FactQuery(owner: ana, objects: ["Madrid"])).map(\.id) == [id])
      #expect(try memory.recall(FactQuery(owner: ana, objects: ["Madriz"])).isEmpty)
      #expect(try memory.why(id, owner: ana).operations.map(\.kind) == [.store, .edit])
      try memory.setVectors([(id.rawValue, StoredVector([1, 2]))], .fact, model: "e5", owner: ana)
      try memory.undo(ana)
      #expect(try memory.vectors(.fact, model: "e5", owner: ana).isEmpty)
      let old = try memory.fact(id, owner: ana)
      #expect(old.object.text == "Madriz")
      #expect(old.confidence == 1)
      #expect(!old.isPrivate)
      #expect(old.validFrom == nil)
      #expect(try memory.recall(FactQuery(owner: ana, objects: ["Madrid"])).isEmpty)
    }
  }

  @Test("What a person puts right by hand is sure, unless they say how sure")
  func sureEdit() async throws {
    try await StoreFixture.with { _, memory in
      let doubtful = NewFact("usuario", "vivir en", "Soria", confidence: 0.6)
      let outcome = try memory.store(Batch(owner: ana, changes: [.add(doubtful, replacing: .nothing)])).outcomes.first
      guard case .added(let id, _) = outcome else {
        Issue.record("\(String(describing: outcome))")
        return
      }
      #expect(try memory.edit(id, FactEdit(isPrivate: true), owner: ana).confidence == 0.6)
      #expect(try memory.edit(id, FactEdit(object: "Lugo"), owner: ana).confidence == 1)
      #expect(try memory.edit(id, FactEdit(object: "Vigo", confidence: 0.5), owner: ana).confidence == 0.5)
      _ = try memory.undo(ana)
      #expect(try memory.fact(id, owner: ana).confidence == 1)
    }
  }

  @Test("An edit that ends a fact makes it history; one that takes the end away makes it current again")
  func editTimes() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("usuario", "tener", "un gato")
      try memory.edit(id, FactEdit(validTo: .some(.now())), owner: ana)
      #expect(try memory.recall(FactQuery(owner: ana)).isEmpty)
      try memory.edit(id, FactEdit(validTo: .some(nil)), owner: ana)
      #expect(try memory.recall(FactQuery(owner: ana)).map(\.id) == [id])
    }
  }

  @Test("An edit that would say what another fact says is refused, and so is one of nothing")
  func refusedEdits() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("hermana", "vivir en", "Madrid")
      let id = try memory.add("hermana", "vivir en", "Bilbao")
      #expect(fault { try memory.edit(id, FactEdit(object: "MADRID"), owner: ana) } == .invalidRequest)
      #expect(fault { try memory.edit(id, FactEdit(subject: " "), owner: ana) } == .invalidRequest)
      #expect(fault { try memory.edit(id, FactEdit(confidence: 2), owner: ana) } == .invalidRequest)
      #expect(fault { try memory.edit(FactID(rawValue: 77), FactEdit(), owner: ana) } == .notFound)
      #expect(try memory.fact(id, owner: ana).object.text == "Bilbao")
    }
  }

  @Test("Undo takes a batch back whole: what it added is gone, what it replaced, ended or doubted is as before")
  func undoBatch() async throws {
    try await StoreFixture.with { _, memory in
      let lugo = try memory.add("usuario", "vivir en", "Lugo")
      let renfe = try memory.add("usuario", "trabajar en", "Renfe")
      let cat = try memory.add("usuario", "tener", "un gato")
      let before = try memory.recall(FactQuery(owner: ana, validity: .ever))
      let turnText = "Vivo en Soria, ya no trabajo en Renfe"
      _ = try memory.store(
        Batch(
          owner: ana, turn: NewTurn(conversation: "c", text: turnText),
          changes: [
            .add(NewFact("usuario", "vivir en", "Soria"), replacing: .sameSubjectAndVerb),
            .end(subject: "usuario", verb: "trabajar en", object: nil, isNegated: nil, at: nil),
            .setConfidence(cat, 0.3), .add(NewFact("usuario", "tener", "un perro"), replacing: .nothing),
            .add(NewFact("usuario", "vivir en", "Teruel"), replacing: .sameSubjectAndVerb),
          ]))
      #expect(try memory.say(FactQuery(owner: ana, verbs: ["vivir en"])) == ["usuario vivir en Teruel"])
      let undone = try memory.undo(ana)
      #expect(undone.kind == .store)
      #expect(try memory.recall(FactQuery(owner: ana, validity: .ever)) == before)
      #expect(Set(before.map(\.id)) == [lugo, renfe, cat])
      #expect(try memory.turns(of: ana).map(\.text) == [turnText])
      #expect(try memory.statistics().terms == 7)
    }
  }

  @Test("Undo goes back step by step until nothing is left, and each operation is undone once")
  func undoAll() async throws {
    try await StoreFixture.with { _, memory in
      for name in ["uno", "dos", "tres"] { try memory.add("lista", "tener", Term(name)) }
      for left in [["uno", "dos"], ["uno"], []] {
        try memory.undo(ana)
        #expect(try memory.recall(FactQuery(owner: ana)).map(\.object.text) == left)
      }
      #expect(fault { try memory.undo(ana) } == .notFound)
      let operations = try memory.operations(of: ana)
      #expect(operations.allSatisfy { $0.isUndone })
      #expect(fault { try memory.undo(ana, operation: operations[0].id) } == .invalidRequest)
    }
  }

  @Test("An operation is not undone under a later one on the same fact")
  func undoOrder() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("usuario", "tener", "un gato")
      try memory.add("usuario", "tener", "un perro")
      try memory.edit(id, FactEdit(object: "una gata"), owner: ana)
      let first = try #require(try memory.operations(of: ana).last)
      #expect(fault { try memory.undo(ana, operation: first.id) } == .invalidRequest)
      try memory.undo(ana)
      try memory.undo(ana, operation: first.id)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario tener un perro"])
    }
  }

  @Test("What was learnt last is listed first, with the facts that are left of it")
  func operations() async throws {
    try await StoreFixture.with { _, memory in
      let cat = try memory.add("usuario", "tener", "un gato")
      let dog = try memory.add("usuario", "tener", "un perro")
      let operations = try memory.operations(of: ana)
      #expect(operations.map(\.facts) == [[dog], [cat]])
      #expect(try memory.operations(of: ana, limit: 1).count == 1)
      #expect(try memory.operations(of: try Owner("nadie")).isEmpty)
    }
  }

  @Test("The log of operations does not grow without end")
  func trimmed() async throws {
    try await StoreFixture.with { _, memory in
      for round in 0..<1100 { try memory.add("lista", "tener", Term("cosa \(round)")) }
      #expect(try memory.operations(of: ana, limit: 1000).count == 1000)
      let oldest = try memory.fact(FactID(rawValue: 1), owner: ana)
      #expect(oldest.object.text == "cosa 0")
      #expect(try memory.why(oldest.id, owner: ana).operations.isEmpty)
    }
  }

  @Test("Undo does not say a second time what was told again since")
  func undoTwin() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "vivir en", "Lugo")
      try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb)
      let move = try #require(try memory.operations(of: ana).first)
      try memory.add("usuario", "vivir en", "Lugo")
      #expect(fault { try memory.undo(ana, operation: move.id) } == .invalidRequest)
      #expect(try memory.recall(FactQuery(owner: ana)).count == 2)
      try memory.undo(ana)
      try memory.undo(ana)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Lugo"])
    }
  }
}
