import GRDB
import SaraiCore
import SaraiMemory
import Testing

@Suite struct StoringTests {
  private let ana = StoreFixture.ana

  @Test("A fact comes back with everything that was told of it")
  func whole() async throws {
    try await StoreFixture.with { fixture, memory in
      let said = NewTurn(
        conversation: "lunes", speaker: "Ana", saidAt: Timestamp(milliseconds: 5000), text: "Mi hermana vive en Madrid")
      let fact = NewFact(
        "hermana del usuario", "vivir en", "Madrid", confidence: 0.8765, source: .rag, extractor: .model,
        isPrivate: true, validFrom: Timestamp(milliseconds: 1000), validTo: Timestamp(milliseconds: 9_999_999_999_999))
      let receipt = try memory.store(Batch(owner: ana, turn: said, changes: [.add(fact, replacing: .nothing)]))
      guard case .added(let id, []) = receipt.outcomes.first, let turn = receipt.turn else {
        Issue.record("\(receipt)")
        return
      }
      try memory.close()
      let again = try fixture.open()
      let found = try #require(try again.recall(FactQuery(owner: ana)).first)
      #expect(
        found
          == Fact(
            id: id, subject: "hermana del usuario", verb: "vivir en", object: "Madrid", isNegated: false,
            confidence: 0.8765, source: .rag, extractor: .model, standing: .current, isPrivate: true, turn: turn,
            saidAt: Timestamp(milliseconds: 5000), validFrom: Timestamp(milliseconds: 1000),
            validTo: Timestamp(milliseconds: 9_999_999_999_999), supersededBy: nil))
      #expect(found.object.text == "Madrid")
      let kept = try #require(try again.turn(turn, owner: ana))
      #expect(kept.text == "Mi hermana vive en Madrid")
      #expect(kept.speaker == "Ana")
      #expect(kept.conversation == "lunes")
      #expect(kept.role == .user)
      #expect(kept.saidAt == Timestamp(milliseconds: 5000))
      try again.close()
    }
  }

  @Test("The same fact again is confirmed: one fact, the higher confidence, the more trusted source")
  func confirmed() async throws {
    try await StoreFixture.with { _, memory in
      let first = try memory.add("usuario", "tener", "un perro") {
        $0.confidence = 0.5
        $0.source = .skill
      }
      let second = try memory.add("USUARIO", "tener", "  un   PERRO ") { $0.confidence = 0.9 }
      #expect(first == second)
      let facts = try memory.recall(FactQuery(owner: ana, validity: .ever))
      #expect(facts.count == 1)
      #expect(facts.first?.confidence == 0.9)
      #expect(facts.first?.source == .userInput)
    }
  }

  @Test("A negated fact is another fact, and takes the place of its opposite where that is asked")
  func negation() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "gustar", "el café")
      try memory.add("usuario", "gustar", "el té")
      try memory.add("usuario", "gustar", "el café", replacing: .oppositePolarity) { $0.isNegated = true }
      #expect(
        try memory.say(FactQuery(owner: ana, objects: ["el cafe"])) == ["usuario no gustar el café"])
      #expect(try memory.say(FactQuery(owner: ana, objects: ["el té"])) == ["usuario gustar el té"])
    }
  }

  @Test("A single-valued verb has one current object; the old one is history and in no answer")
  func superseding() async throws {
    try await StoreFixture.with { _, memory in
      let madrid = try memory.add("mi hermana", "vivir en", "Madrid", said: "Mi hermana vive en Madrid")
      try memory.add("mi hermano", "vivir en", "Vigo")
      let bilbao = try memory.add(
        "mi hermana", "vivir en", "Bilbao", replacing: .sameSubjectAndVerb, said: "Se ha mudado a Bilbao")
      let query = FactQuery(owner: ana, subjects: ["mi hermana"], verbs: ["vivir en"])
      #expect(try memory.recall(query).map(\.id) == [bilbao])
      var ever = query
      ever.validity = .ever
      #expect(try Set(memory.recall(ever).map(\.id)) == [madrid, bilbao])
      let old = try memory.fact(madrid, owner: ana)
      #expect(old.standing == .past)
      #expect(old.supersededBy == bilbao)
      #expect(old.validTo != nil)
      let why = try memory.why(bilbao, owner: ana)
      #expect(why.turn?.text == "Se ha mudado a Bilbao")
      #expect(why.replaced.map(\.id) == [madrid])
      #expect(why.operations.map(\.kind) == [.store])
      #expect(try memory.why(madrid, owner: ana).replacedBy?.id == bilbao)
      #expect(try memory.say(FactQuery(owner: ana, subjects: ["mi hermano"])) == ["mi hermano vivir en Vigo"])
    }
  }

  @Test("A fact that is ended is history, with nothing in its place")
  func ending() async throws {
    try await StoreFixture.with { _, memory in
      let renfe = try memory.add("usuario", "trabajar en", "Renfe")
      let receipt = try memory.store(
        Batch(
          owner: ana,
          changes: [
            .end(subject: "usuario", verb: "trabajar en", object: "renfe", isNegated: nil, at: nil),
            .end(subject: "usuario", verb: "trabajar en", object: "Correos", isNegated: nil, at: nil),
            .end(subject: "nadie", verb: "trabajar en", object: nil, isNegated: nil, at: nil),
          ]))
      #expect(receipt.outcomes == [.ended([renfe]), .ended([]), .ended([])])
      #expect(try memory.recall(FactQuery(owner: ana)).isEmpty)
      #expect(try memory.fact(renfe, owner: ana).standing == .past)
    }
  }

  @Test("A move that is announced holds from its day on, and the old address until then")
  func future() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "vivir en", "Lugo")
      let day = Timestamp.now().adding(days: 30)
      try memory.add("usuario", "vivir en", "Cádiz", replacing: .sameSubjectAndVerb) { $0.validFrom = day }
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Lugo"])
      #expect(
        try memory.say(FactQuery(owner: ana, validity: .at(day.adding(days: 1)))) == ["usuario vivir en Cádiz"])
    }
  }

  @Test("What is told as over is history from the start and replaces nothing")
  func pastWhenTold() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "vivir en", "Cádiz")
      let year = Timestamp(secondsSince1970: 1_000_000_000)
      try memory.add("usuario", "vivir en", "París", replacing: .sameSubjectAndVerb) {
        $0.validFrom = year.adding(days: -300)
        $0.validTo = year
      }
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Cádiz"])
      #expect(
        try memory.say(FactQuery(owner: ana, validity: .at(year.adding(days: -1)))) == ["usuario vivir en París"])
    }
  }

  @Test("A proposed fact is in no answer before its yes, which may replace what held")
  func proposed() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "vivir en", "Lugo")
      let id = try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb) {
        $0.isProposed = true
        $0.source = .rag
      }
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Lugo"])
      #expect(try memory.say(FactQuery(owner: ana, validity: .ever)) == ["usuario vivir en Lugo"])
      #expect(try memory.recall(FactQuery(owner: ana, validity: .proposed)).map(\.id) == [id])
      try memory.confirm(id, owner: ana, replacing: .sameSubjectAndVerb)
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario vivir en Soria"])
      #expect(fault { try memory.confirm(id, owner: ana) } == .invalidRequest)
    }
  }

  @Test("A batch with a key is stored once, however often it is sent, also after opening again")
  func idempotence() async throws {
    try await StoreFixture.with { fixture, memory in
      let batch = Batch(
        owner: ana, key: "turno-7", turn: NewTurn(conversation: "c", text: "Vivo en Lugo y tengo un gato"),
        changes: [
          .add(NewFact("usuario", "vivir en", "Lugo"), replacing: .sameSubjectAndVerb),
          .add(NewFact("usuario", "tener", "un gato"), replacing: .nothing),
          .end(subject: "usuario", verb: "tener", object: "un perro", isNegated: nil, at: nil),
        ])
      let first = try memory.store(batch)
      #expect(!first.isReplay)
      var expected = first
      expected.isReplay = true
      #expect(try memory.store(batch) == expected)
      try memory.close()
      let again = try fixture.open()
      #expect(try again.store(batch) == expected)
      #expect(try again.recall(FactQuery(owner: ana, validity: .ever)).count == 2)
      #expect(try again.turns(of: ana).count == 1)
      #expect(try !again.store(Batch(owner: Owner("otra"), key: "turno-7", changes: batch.changes)).isReplay)
      try again.close()
    }
  }

  @Test("A batch with one bad change stores nothing of itself")
  func atomic() async throws {
    try await StoreFixture.with { _, memory throws in
      let batch = Batch(
        owner: ana, turn: NewTurn(conversation: "c", text: "hola"),
        changes: [
          .add(NewFact("usuario", "tener", "un gato"), replacing: .nothing), .setConfidence(FactID(rawValue: 99), 0.5),
        ])
      #expect(fault { _ = try memory.store(batch) } == .notFound)
      #expect(try memory.recall(FactQuery(owner: ana)).isEmpty)
      #expect(try memory.turns(of: ana).isEmpty)
      #expect(try memory.statistics().terms == 0)
    }
  }

  @Test("A turn may be stored first and its facts later")
  func turnFirst() async throws {
    try await StoreFixture.with { _, memory in
      let turn = try memory.store(NewTurn(conversation: "c", text: "Tengo un gato"), owner: ana)
      let batch = Batch(
        owner: ana, storedTurn: turn, changes: [.add(NewFact("usuario", "tener", "un gato"), replacing: .nothing)])
      #expect(try memory.store(batch).turn == turn)
      #expect(try memory.recall(FactQuery(owner: ana)).first?.turn == turn)
      var other = batch
      other.owner = try Owner("otra")
      #expect(fault { _ = try memory.store(other) } == .notFound)
    }
  }

  @Test("The better spelling of a term is shown, and each spelling finds it")
  func spelling() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("andres", "vivir en", "cadiz")
      try memory.add("Andrés", "tener", "un gato")
      for spelling in ["andres", "Andrés", "ANDRÉS", "Andre\u{301}s", " andrés "] {
        #expect(
          try memory.say(FactQuery(owner: ana, subjects: [Term(spelling)], verbs: ["vivir en"]))
            == ["Andrés vivir en cadiz"], "\(spelling)")
      }
    }
  }
}
