import SaraiCore
import Testing

@testable import SaraiMemory

/// A memory without a store, for what the rules read and answer.
struct Conversation {
  private(set) var facts = FactArray()
  let language: Language
  /// Wednesday, 11 March 2026, 10:00 UTC.
  static let now = CivilDateTime(date: CivilDate(dayNumber: 20_523), secondOfDay: 36_000)

  init(_ language: Language = .spanish, _ turns: String...) throws {
    self.language = language
    for turn in turns { try tell(turn) }
  }

  mutating func tell(_ turn: String) throws {
    if let ids = try Forgetting(lookup: facts, owner: .local).facts(askedFor: turn, language: language, now: Self.now) {
      facts.remove(ids)
    } else {
      let changes = try Learner(lookup: facts, owner: .local).changes(from: turn, language: language, now: Self.now)
      facts.apply(Batch(owner: .local, changes: changes))
    }
  }

  func ask(_ question: String) throws -> MemoryAnswer? {
    try Answerer(lookup: facts, owner: .local).answer(question, language: language, now: Self.now)
  }

  /// What holds now, as «subject | verb | object», negated facts with a «no » before them.
  var current: [String] {
    facts.all.filter { $0.standing == .current }.map {
      "\($0.isNegated ? "no " : "")\($0.subject) | \($0.verb) | \($0.object)"
    }
  }
}

@Suite("What a person tells becomes facts")
struct LearnerTests {
  @Test(
    "A question without a question mark teaches nothing",
    arguments: [
      "donde vive mi hermana", "a que se dedica mi primo Andres", "como se llaman mis hijos", "cuantos años tengo yo",
      "de qué trabaja mi padre", "sabes que coche tengo",
    ])
  func unmarkedSpanish(question: String) throws {
    #expect(try Conversation(.spanish, question).current == [])
  }

  @Test(
    "An English question without a question mark teaches nothing",
    arguments: [
      "what is my locker number", "whats my dogs name", "where does my sister live", "is my dog called Rex",
      "when is my mom's birthday", "do you know who my boss is",
    ])
  func unmarkedEnglish(question: String) throws {
    #expect(try Conversation(.english, question).current == [])
  }

  @Test("What only begins as a question does tells something")
  func noQuestions() throws {
    #expect(try Conversation(.spanish, "Como en casa los lunes").current != [])
    #expect(try Conversation(.english, "When I was young, I lived in Rome. I live in Leeds").current != [])
  }

  @Test("The sister who lives in Madrid is a fact about the user's sister")
  func roadmap() throws {
    #expect(
      try Conversation(.spanish, "Mi hermana vive en Madrid").current == ["hermana del usuario | vivir en | Madrid"])
    #expect(
      try Conversation(.english, "My sister lives in Madrid").current == ["hermana del usuario | vivir en | Madrid"])
  }

  @Test("A dropped subject is the user, or the one of whom the sentence spoke before")
  func droppedSubject() throws {
    #expect(try Conversation(.spanish, "Trabajo en Renfe").current == ["usuario | trabajar en | Renfe"])
    #expect(
      try Conversation(.spanish, "Mi hermano es policía y vive en Huelva").current == [
        "hermano del usuario | ser | policía", "hermano del usuario | vivir en | Huelva",
      ])
  }

  @Test("Those whose names are told are found under them")
  func names() throws {
    let told = try Conversation(
      .spanish, "Mi primo trabaja en Iberia", "Mi primo se llama Andrés", "Andrés vive en Toledo")
    #expect(told.current.contains("primo del usuario | vivir en | Toledo"))
    let two = try Conversation(.spanish, "Mi hermana Ana vive en León y mi hermana Sonia en Burgos")
    #expect(two.current.contains("Ana | vivir en | León"))
    #expect(two.current.contains("Sonia | vivir en | Burgos"))
    #expect(two.current.contains("Sonia | ser | hermana del usuario"))
  }

  @Test("What pleases is the object, whoever it pleases")
  func pleasing() throws {
    #expect(try Conversation(.spanish, "Me encanta el sushi").current == ["usuario | encantar | el sushi"])
    #expect(
      try Conversation(.spanish, "A mi novio no le gustan las aceitunas").current == [
        "no novio del usuario | gustar | las aceitunas"
      ])
  }

  @Test("What is told of one clause is kept together under its first object")
  func arguments() throws {
    #expect(
      try Conversation(.spanish, "Le presté cincuenta euros a Javi").current == [
        "usuario | prestar | cincuenta euros", "usuario | prestar cincuenta euros a | Javi",
      ])
  }

  @Test("A new home takes the place of the old one, which stays as history")
  func updates() throws {
    let told = try Conversation(.spanish, "Mi hermana vive en Madrid", "Mi hermana se ha mudado a Bilbao")
    #expect(told.current == ["hermana del usuario | vivir en | Bilbao"])
    #expect(told.facts.all.contains { $0.standing == .past && $0.object == "Madrid" })
  }

  @Test("«Ya no» ends a fact, and what follows goes on from it")
  func noLonger() throws {
    let told = try Conversation(
      .spanish, "Trabajo en el Corte Inglés", "Ya no trabajo en el Corte Inglés, ahora estoy en Ikea")
    #expect(told.current.contains("usuario | trabajar en | Ikea"))
    #expect(!told.current.contains("usuario | trabajar en | el Corte Inglés"))
  }

  @Test("A contradiction without a signal keeps both and trusts neither")
  func contradiction() throws {
    let told = try Conversation(.spanish, "Mi hermana vive en Madrid", "Mi hermana vive en Sevilla")
    #expect(told.facts.all.map(\.confidence) == [0.6, 0.6])
    #expect(told.facts.all.allSatisfy { $0.standing == .current })
  }

  @Test("Days that count from today become dates")
  func dates() throws {
    let told = try Conversation(.spanish, "Mañana tengo cita con el dentista")
    #expect(told.current.contains("usuario | tener cita cuando | el jueves 12 de marzo de 2026"))
    let moved = try Conversation(.english, "I moved to Denver three years ago")
    #expect(moved.current == ["usuario | vivir en | Denver"])
  }

  @Test("Questions, conditions and what «nadie» does teach nothing")
  func nothing() throws {
    for text in [
      "¿Dónde vive mi hermana?", "En casa nadie ve la tele", "Do you like my sister?", "🙂🙂", "", "...", "\u{202E}\u{0}",
    ] {
      #expect(try Conversation(.spanish, text).current == [], "\(text)")
    }
  }

  @Test("Text of any length and content is read in bounded steps")
  func hostile() throws {
    let long = String(repeating: "mi hermana vive en madrid y ", count: 40_000)
    #expect(try Conversation(.spanish, long).current == [])
    let signs = String(repeating: "¿?()«»,,;:", count: 3000)
    #expect(try Conversation(.spanish, signs).current == [])
    let injection = try Conversation(.spanish, "Mi perro se llama Robert'); DROP TABLE facts;--")
    #expect(injection.current.count <= 1)
  }
}
