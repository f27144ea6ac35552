import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Turns are found by their words")
struct TurnIndexTests {
  /// Each text a turn of the person at the keyboard, an hour after the one before.
  static func turns(_ texts: [String], conversation: String = "c", speaker: String = "") -> [Turn] {
    texts.enumerated().map { index, text in
      Turn(
        id: TurnID(rawValue: Int64(index + 1)), conversation: conversation, role: .user, speaker: speaker,
        saidAt: Timestamp(secondsSince1970: 1_700_000_000 + index * 3600), text: text)
    }
  }

  static func index(_ turns: [Turn]) throws -> TurnIndex {
    var index = TurnIndex()
    for turn in turns { try index.insert(turn) }
    return index
  }

  private static let told = [
    "Mi hermana Lucía vive en Bilbao desde marzo.", "Hoy he comido lentejas con chorizo.",
    "El coche está en el taller, me lo devuelven el jueves.", "Trabajo en Renfe como maquinista.",
    "My neighbour adopted two greyhounds from a shelter.", "Ayer vimos una película de trenes.",
  ]

  @Test(
    "A question finds the turn that has its words, in any form and either language",
    arguments: [
      ("¿Dónde viven mis hermanas?", 1), ("¿Qué comí con el chorizo?", 2), ("¿Cuándo me devuelven los coches?", 3),
      ("¿En qué trabajaba yo?", 4), ("Who was adopting a greyhound?", 5), ("¿Qué películas hemos visto?", 6),
      ("Where does Lucía live?", 1),
    ])
  func words(question: String, expected: Int64) throws {
    let found = try Self.index(Self.turns(Self.told)).search(question, vector: nil, limit: 1)
    #expect(found.map(\.id.rawValue) == [expected])
  }

  @Test("The answer to a question stands beside its words, and is found there")
  func neighbours() throws {
    let texts = ["Did you finally sell the caravan?", "Yes, to a couple from Oslo, last Friday!"]
    let other = (0..<20).map { "Talk number \($0) about weather, food and rain in the mountains." }
    var turns = Self.turns(other.dropLast(10) + texts + other.suffix(10))
    for place in turns.indices { turns[place].conversation = "session \(place / 4)" }
    let found = try Self.index(turns).search("Who bought the caravan?", vector: nil, limit: 1)
    #expect(found.map(\.id.rawValue) == [12])
  }

  @Test("Of two who say the same, the one is found whom the question names")
  func speakers() throws {
    var turns = Self.turns(["I love climbing in the Alps.", "I love climbing in the Alps."])
    turns[0].speaker = "Ana Pérez"
    turns[1].speaker = "Jon"
    let index = try Self.index(turns)
    #expect(index.search("Where does Jon love climbing?", vector: nil, limit: 1).first?.id.rawValue == 2)
    #expect(index.search("Where does Ana's love of climbing lie?", vector: nil, limit: 1).first?.id.rawValue == 1)
  }

  @Test("What the assistant said is found when it is asked for, and what the person said otherwise")
  func roles() throws {
    var turns = Self.turns(["Quiero leer algo de Borges.", "Lee Ficciones, de Borges.", "Borges murió en Ginebra."])
    turns[1].role = .assistant
    let index = try Self.index(turns)
    #expect(index.search("¿Qué me recomendaste de Borges?", vector: nil, limit: 1).first?.id.rawValue == 2)
    #expect(index.search("¿Qué quiero de Borges?", vector: nil, limit: 1).first?.id.rawValue == 1)
  }

  @Test("A turn of the time that a question names comes before the same words of another time")
  func time() throws {
    var turns = Self.turns(["Fui a Lisboa con Marta.", "Fui a Lisboa con Pedro."])
    turns[0].saidAt = Timestamp(secondsSince1970: 1_680_000_000)
    turns[1].saidAt = Timestamp(secondsSince1970: 1_690_000_000)
    let index = try Self.index(turns)
    let question = "¿Con quién fui a Lisboa en julio de 2023?"
    #expect(index.search(question, vector: nil, limit: 1).first?.id.rawValue == 2)
    #expect(
      index.search("¿Con quién fui a Lisboa en marzo de 2023?", vector: nil, limit: 1).first?.id.rawValue == 1)
    let within = turns[0].saidAt...turns[0].saidAt
    #expect(index.search(question, vector: nil, within: within, limit: 5).map(\.id.rawValue) == [1])
  }

  @Test("The same question gives the same order, equal turns by their number")
  func stable() throws {
    let texts = (0..<200).map { _ in "La misma frase sobre el jardín." }
    var turns = Self.turns(texts)
    for place in turns.indices { turns[place].conversation = "\(place)" }
    let index = try Self.index(turns)
    let found = index.search("¿Qué hay del jardín?", vector: nil, limit: 10).map(\.id.rawValue)
    #expect(found == Array(1...10))
    #expect(index.search("¿Qué hay del jardín?", vector: nil, limit: 10).map(\.id.rawValue) == found)
    let all = index.search("¿Qué hay del jardín?", vector: nil, limit: 1000)
    #expect(all.map(\.id.rawValue) == Array(1...200))
  }

  @Test("A question without any known word still gives turns, and an empty memory gives none")
  func unknown() throws {
    let index = try Self.index(Self.turns(Self.told))
    #expect(index.search("xyzzy", vector: nil, limit: 3).count == 3)
    #expect(index.search("", vector: nil, limit: 3).count == 3)
    #expect(index.search("xyzzy", vector: nil, limit: 0).isEmpty)
    #expect(TurnIndex().search("Lucía", vector: [1, 2], limit: 3).isEmpty)
  }

  @Test(
    "Whatever is said or asked is taken: megabytes, emoji, right to left, control characters",
    arguments: [
      String(repeating: "jardín ", count: 150_000), String(repeating: "ñ", count: 500_000), "🧑‍🌾🌻👩‍👩‍👧", "שלום עולם مرحبا",
      "\0\u{1}\u{7F}\u{202E}'", "'; DROP TABLE turn; --", "31 de febrero de 9999999999999999999999", "",
    ])
  func anything(text: String) throws {
    var index = try Self.index(Self.turns(Self.told))
    let turn = Turn(
      id: TurnID(rawValue: .max), conversation: text, role: .tool, speaker: text, saidAt: Timestamp.storable.upperBound,
      text: text)
    try index.insert(turn, vector: StoredVector([.nan, .infinity]))
    let found = index.search(text, vector: [.nan, 1], now: Timestamp.storable.lowerBound, limit: 10)
    #expect(Set(found.map(\.id.rawValue)) == [1, 2, 3, 4, 5, 6, .max])
    #expect(found.allSatisfy { $0.score.isFinite })
    index.remove(turn.id)
    #expect(index.search("¿Dónde vive mi hermana?", vector: nil, limit: 1).map(\.id.rawValue) == [1])
  }

  @Test("An index from which turns were taken out answers as one that never had them")
  func removal() throws {
    let clutter = (0..<40).map { "Charla \($0) sobre trenes, coches y \(["lentejas", "películas"][$0 % 2])." }
    let mixed = Self.turns(Self.told + clutter + Self.told.map { $0 + " Otra vez." })
    let isKept = { (turn: Turn) in turn.id.rawValue % 3 != 0 }
    var index = TurnIndex()
    for turn in mixed {
      try index.insert(turn, vector: Self.vector(turn.id.rawValue))
    }
    for turn in mixed where !isKept(turn) { index.remove(turn.id) }
    var expected = TurnIndex()
    for turn in mixed.filter(isKept) { try expected.insert(turn, vector: Self.vector(turn.id.rawValue)) }

    #expect(index.count == expected.count)
    for question in ["¿Qué comí?", "trenes y coches", "Where does Lucía live?", "¿Qué dijiste ayer?"] {
      let query = Self.vector(7).floats
      let found = index.search(question, vector: query, limit: 100)
      let wanted = expected.search(question, vector: query, limit: 100)
      #expect(found.map(\.id) == wanted.map(\.id), "\(question)")
      #expect(zip(found, wanted).allSatisfy { abs($0.score - $1.score) < 0.01 })
    }
    for turn in mixed { index.remove(turn.id) }
    #expect(index.count == 0)
    #expect(index.search("trenes", vector: Self.vector(1).floats, limit: 3).isEmpty)
    try index.insert(mixed[0])
    #expect(index.search("Lucía", vector: nil, limit: 3).map(\.id) == [mixed[0].id])
  }

  /// A vector of eight dimensions that depends on the number alone.
  private static func vector(_ number: Int64) -> StoredVector {
    StoredVector((0..<8).map { Float((number &* 31 &+ Int64($0) &* 17) % 23) - 11 })
  }
}

@Suite("Vectors in one table")
struct VectorTableTests {
  @Test("Products are those of the numbers, for any count of rows and dimensions", arguments: [1, 7, 16, 33, 384])
  func products(dimensions: Int) throws {
    var table = VectorTable()
    var generator = SystemRandomNumberGenerator()
    let rows = (0..<50).map { _ in (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) } }
    for (place, row) in rows.enumerated() {
      table.appendRow()
      let isTaken = table.set(StoredVector(row), row: place)
      #expect(isTaken)
    }
    let query = (0..<dimensions).map { _ in Float.random(in: -1...1, using: &generator) }
    let found = try #require(table.similarities(to: query))
    let mean = (0..<dimensions).map { place in rows.reduce(Float(0)) { $0 + $1[place] } / 50 }
    let exact = rows.map { row in zip(row, zip(query, mean)).reduce(Float(0)) { $0 + $1.0 * ($1.1.0 - 0.8 * $1.1.1) } }
    let exactMean = exact.reduce(0, +) / 50
    for (place, value) in found.enumerated() {
      #expect(abs(value - (exact[place] - exactMean)) < 0.01 * Float(dimensions).squareRoot() + 0.01)
    }
  }

  @Test("A vector of other dimensions is refused, and a question of other dimensions compares with nothing")
  func dimensions() {
    var table = VectorTable()
    table.appendRow()
    table.appendRow()
    let first = table.set(StoredVector([1, 0, 0]), row: 0)
    let shorter = table.set(StoredVector([1, 0]), row: 1)
    #expect(first && !shorter)
    #expect(table.similarities(to: [1, 0]) == nil)
    #expect(table.similarities(to: [.nan, 0, 0]) == nil)
    table.set(nil, row: 0)
    #expect(table.similarities(to: [1, 0, 0]) == nil)
    // Empty again, it takes vectors of a new model.
    let other = table.set(StoredVector([1, 0]), row: 1)
    #expect(other)
    #expect(table.similarities(to: [1, 0])?.count == 2)
  }
}
