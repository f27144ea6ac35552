import SaraiCore
import SaraiMemory
import Testing

/// Subjects, verbs and objects that are asked for, and the answer.
private let mixCases: [([String], [String], [String], [String])] = [
  (["mi hermana"], [], [], ["mi hermana vivir en Madrid", "mi hermana llamarse Lucía Pérez"]),
  ([], ["vivir en"], [], ["mi hermana vivir en Madrid", "mi primo vivir en Bilbao"]),
  ([], [], ["madrid"], ["mi hermana vivir en Madrid"]),
  (["mi hermana"], ["vivir en"], [], ["mi hermana vivir en Madrid"]),
  (["mi hermana"], [], ["Lucia Perez"], ["mi hermana llamarse Lucía Pérez"]),
  ([], ["vivir en"], ["Bilbao"], ["mi primo vivir en Bilbao"]),
  (["mi primo"], ["vivir en"], ["bilbao"], ["mi primo vivir en Bilbao"]),
  (["mi primo"], ["vivir en"], ["Madrid"], []),
  (
    ["mi hermana", "mi primo", "nadie"], ["vivir en", "morar en"], [],
    ["mi hermana vivir en Madrid", "mi primo vivir en Bilbao"]
  ),
  (["nadie"], [], [], []),
]

@Suite struct RecallingTests {
  private let ana = StoreFixture.ana

  private func fill(_ memory: MemoryStore) throws {
    try memory.add("mi hermana", "vivir en", "Madrid") { $0.confidence = 0.9 }
    try memory.add("mi hermana", "llamarse", "Lucía Pérez") { $0.confidence = 0.7 }
    try memory.add("mi primo", "vivir en", "Bilbao") { $0.confidence = 0.5 }
    try memory.add("mi primo", "tener", "un piso en Madrid") { $0.isPrivate = true }
    try memory.add("mi prima", "odiar", "el piso de arriba")
  }

  @Test("Any mix of subject, verb and object finds what matches all of them", arguments: mixCases)
  func mixes(subjects: [String], verbs: [String], objects: [String], expected: [String]) async throws {
    try await StoreFixture.with { _, memory in
      try fill(memory)
      let query = FactQuery(
        owner: ana, subjects: subjects.map { Term($0) }, verbs: verbs.map { Term($0) },
        objects: objects.map { Term($0) })
      #expect(try Set(memory.say(query)) == Set(expected))
    }
  }

  @Test(
    "Free text finds facts of which each word begins a word, wherever in the fact",
    arguments: [
      ("piso", ["mi primo tener un piso en Madrid", "mi prima odiar el piso de arriba"]),
      ("madri primo", ["mi primo tener un piso en Madrid"]), ("LUCIA", ["mi hermana llamarse Lucía Pérez"]),
      ("pisos", []), ("…", []), ("\" OR *", []),
      (
        "prim",
        [
          "mi primo vivir en Bilbao", "mi primo tener un piso en Madrid", "mi prima odiar el piso de arriba",
        ]
      ),
    ])
  func freeText(text: String, expected: [String]) async throws {
    try await StoreFixture.with { _, memory in
      try fill(memory)
      #expect(try Set(memory.say(FactQuery(owner: ana, text: text))) == Set(expected))
    }
  }

  @Test("Free text narrows a subject too")
  func textWithSubject() async throws {
    try await StoreFixture.with { _, memory in
      try fill(memory)
      #expect(
        try memory.say(FactQuery(owner: ana, subjects: ["mi primo"], text: "piso"))
          == ["mi primo tener un piso en Madrid"])
    }
  }

  @Test("Pages follow each other without a gap or a repetition, in every order", arguments: [0, 1, 2, 3])
  func pages(kind: Int) async throws {
    try await StoreFixture.with { _, memory in
      for number in 0..<57 { try memory.add(Term("amigo \(number % 7)"), "tener", Term("cosa \(number)")) }
      var query = FactQuery(owner: ana, limit: 1000)
      switch kind {
      case 0: break
      case 1: query.order = .newestFirst
      case 2: query.text = "cosa"
      default: query.subjects = ["amigo 1", "amigo 2", "amigo 3"]
      }
      let all = try memory.recall(query).map(\.id)
      query.limit = 10
      var read: [FactID] = []
      while case let page = try memory.recall(query), !page.isEmpty {
        #expect(page.count == min(10, all.count - read.count))
        read += page.map(\.id)
        query.offset = read.count
      }
      #expect(read == all && !all.isEmpty)
    }
  }

  @Test("Time, confidence, privacy and the limit narrow an answer; orders are as asked")
  func filters() async throws {
    try await StoreFixture.with { _, memory in
      for (index, name) in ["uno", "dos", "tres", "cuatro"].enumerated() {
        _ = try memory.store(
          Batch(
            owner: ana,
            changes: [
              .add(
                NewFact(
                  "lista", "tener", Term(name), confidence: Double(4 - index) / 10, isPrivate: index == 3),
                replacing: .nothing)
            ], saidAt: Timestamp(secondsSince1970: 1000 + index)))
      }
      func objects(_ change: (inout FactQuery) -> Void) throws -> [String] {
        var query = FactQuery(owner: ana, subjects: ["lista"])
        change(&query)
        return try memory.recall(query).map(\.object.text)
      }
      #expect(try objects { $0.order = .newestFirst } == ["cuatro", "tres", "dos", "uno"])
      #expect(try objects { $0.order = .leastConfidentFirst } == ["cuatro", "tres", "dos", "uno"])
      #expect(
        try objects {
          $0.order = .newestFirst
          $0.limit = 2
        } == ["cuatro", "tres"])
      #expect(try objects { $0.saidFrom = Timestamp(secondsSince1970: 1002) } == ["tres", "cuatro"])
      #expect(try objects { $0.saidBefore = Timestamp(secondsSince1970: 1001) } == ["uno"])
      #expect(try objects { $0.confidence = 0.15...0.3 } == ["dos", "tres"])
      #expect(try objects { $0.includesPrivate = false } == ["uno", "dos", "tres"])
      #expect(
        try memory.recall(FactQuery(owner: ana, order: .leastConfidentFirst)).map(\.object.text)
          == ["cuatro", "tres", "dos", "uno"])
    }
  }

  @Test("A question about a past time gets what held then")
  func pastTimes() async throws {
    try await StoreFixture.with { _, memory in
      let years = [Timestamp(secondsSince1970: 1_500_000_000), Timestamp(secondsSince1970: 1_600_000_000)]
      for (time, city) in zip(years, ["Madrid", "Bilbao"]) {
        _ = try memory.store(
          Batch(
            owner: ana, changes: [.add(NewFact("usuario", "vivir en", Term(city)), replacing: .sameSubjectAndVerb)],
            saidAt: time))
      }
      func city(at time: Timestamp) throws -> [String] {
        try memory.recall(FactQuery(owner: ana, verbs: ["vivir en"], validity: .at(time))).map(\.object.text)
      }
      #expect(try city(at: years[0].adding(days: -1)) == [])
      #expect(try city(at: years[0]) == ["Madrid"])
      #expect(try city(at: years[1].adding(days: -1)) == ["Madrid"])
      #expect(try city(at: years[1]) == ["Bilbao"])
      #expect(try memory.recall(FactQuery(owner: ana, verbs: ["vivir en"])).map(\.object.text) == ["Bilbao"])
    }
  }

  @Test("Two owners never see each other's facts, turns, words or numbers")
  func owners() async throws {
    try await StoreFixture.with { _, memory in
      let eva = try Owner("eva")
      let secret = try memory.add("clave", "ser", "tulipán", said: "La clave es tulipán")
      try memory.add("clave", "ser", "narciso", owner: eva, said: "La clave es narciso")
      let turn = try #require(try memory.turns(of: ana).first?.id)
      for query in [
        FactQuery(owner: eva), FactQuery(owner: eva, subjects: ["clave"]), FactQuery(owner: eva, verbs: ["ser"]),
        FactQuery(owner: eva, text: "clave"), FactQuery(owner: eva, validity: .ever),
      ] { #expect(try memory.say(query) == ["clave ser narciso"]) }
      #expect(try memory.recall(FactQuery(owner: eva, objects: ["tulipán"])).isEmpty)
      #expect(try memory.recall(FactQuery(owner: eva, text: "tulip")).isEmpty)
      #expect(try memory.searchTurns("clave tulipán", owner: eva).map(\.turn.text) == ["La clave es narciso"])
      #expect(try memory.turn(turn, owner: eva) == nil)
      #expect(try memory.turns(around: turn, owner: eva, before: 5, after: 5).isEmpty)
      #expect(fault { _ = try memory.fact(secret, owner: eva) } == .notFound)
      #expect(fault { _ = try memory.why(secret, owner: eva) } == .notFound)
      #expect(fault { try memory.edit(secret, FactEdit(confidence: 0), owner: eva) } == .notFound)
      #expect(fault { try memory.forget(ForgetRequest(owner: eva, facts: [secret])) } == .notFound)
      #expect(fault { try memory.forget(ForgetRequest(owner: eva, turns: [turn])) } == .notFound)
      #expect(
        fault { _ = try memory.store(Batch(owner: eva, changes: [.setConfidence(secret, 0)])) } == .notFound)
      let vector = StoredVector([Float](repeating: 1, count: 384))
      #expect(try memory.setVectors([(turn.rawValue, vector)], .turn, model: "e5", owner: eva) == 0)
      try memory.undo(eva)
      #expect(try memory.say(FactQuery(owner: ana)) == ["clave ser tulipán"])
      #expect(try memory.operations(of: eva).count == 1)
      var lines: [String] = []
      try memory.export(eva) { lines.append($0) }
      #expect(lines.allSatisfy { !$0.contains("tulipán") })
    }
  }

  @Test("What others said changes neither the order of found turns nor their scores")
  func scores() async throws {
    try await StoreFixture.with { _, memory in
      for text in ["El tren llega tarde", "El gato duerme", "El gato ve el tren y otro tren"] {
        _ = try memory.store(NewTurn(conversation: "c", text: text), owner: ana)
      }
      let before = try memory.searchTurns("gato tren", owner: ana)
      #expect(before.first?.turn.text == "El gato ve el tren y otro tren")
      #expect(before.allSatisfy { $0.score > 0 })
      let eva = try Owner("eva")
      for round in 0..<50 {
        _ = try memory.store(NewTurn(conversation: "c", text: "gato gato gato \(round)"), owner: eva)
      }
      let after = try memory.searchTurns("gato tren", owner: ana)
      #expect(after.map(\.turn) == before.map(\.turn))
      #expect(after.map(\.score) == before.map(\.score))
    }
  }

  @Test("Turns are found by their words, with or without accents, the best first")
  func turns() async throws {
    try await StoreFixture.with { _, memory in
      let texts = ["El médico de Lucía está en Málaga", "Mañana llueve", "Lucía llama al médico", "Nada más"]
      for text in texts { _ = try memory.store(NewTurn(conversation: "c", text: text), owner: ana) }
      #expect(
        try Set(memory.searchTurns("medico lucia", owner: ana).map(\.turn.text)) == [texts[0], texts[2]])
      #expect(
        try memory.searchTurns("MALAGA médico", owner: ana, matchingAll: true).map(\.turn.text) == [texts[0]])
      #expect(try memory.searchTurns("", owner: ana).isEmpty)
      #expect(try memory.searchTurns("NEAR( \"x", owner: ana).isEmpty)
      let second = try memory.turns(of: ana)[1]
      #expect(second.text == texts[1])
      #expect(
        try memory.turns(around: second.id, owner: ana, before: 1, after: 1).map(\.text) == Array(texts.prefix(3)))
      #expect(try memory.turns(of: ana, conversation: "c", limit: 2).map(\.text) == Array(texts.suffix(2)))
      #expect(try memory.turns(of: ana, conversation: "otra").isEmpty)
    }
  }

  @Test("Vectors come back as they were given, by model, and lose nothing that matters")
  func vectors() async throws {
    try await StoreFixture.with { _, memory in
      let turn = try memory.store(NewTurn(conversation: "c", text: "hola"), owner: ana)
      let fact = try memory.add("usuario", "tener", "un gato")
      let floats = (0..<384).map { Float($0 - 190) / 190 * 0.1 }
      let vector = StoredVector(floats)
      #expect(zip(vector.floats, floats).allSatisfy { abs($0 - $1) < 0.0005 })
      #expect(try memory.turnsWithoutVector(model: "e5", owner: ana).turns.map(\.id) == [turn])
      for kind in VectorKind.allCases {
        let id = kind == .fact ? fact.rawValue : turn.rawValue
        #expect(try memory.setVectors([(id, vector), (id + 1000, vector)], kind, model: "e5", owner: ana) == 1)
        let found = try memory.vectors(kind, model: "e5", owner: ana)
        #expect(found.map(\.id) == [id])
        #expect(found.first?.vector == vector)
        #expect(try memory.vectors(kind, model: "otro", owner: ana).isEmpty)
        #expect(try memory.vectors(kind, model: "e5", owner: ana, after: id).isEmpty)
      }
      #expect(try memory.turnsWithoutVector(model: "e5", owner: ana).turns.isEmpty)
      let all = try memory.turnsWithoutVector(model: "e5", owner: ana).last
      let later = try memory.store(NewTurn(conversation: "c", text: "después"), owner: ana)
      let rest = try memory.turnsWithoutVector(model: "e6", owner: ana, after: all)
      #expect(rest.turns.map(\.id) == [later] && rest.last == later)
      #expect(StoredVector([]).floats.isEmpty)
      #expect(StoredVector([.nan, .infinity, 0]).floats == [0, 0, 0])
    }
  }
}
