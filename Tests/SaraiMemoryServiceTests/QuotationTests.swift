import MemoryProtocol
import SaraiCore
import Testing

/// What is told in a way that the rules read only in part is answered in the person's own words.
@Suite struct QuotationTests {
  static let told: [(told: String, asked: String, word: String)] = [
    ("mi hijo Hugo hace la comunión el 18 de mayo", "¿Qué día hace la comunión Hugo?", "18 de mayo"),
    ("entro a trabajar a las siete y media y salgo a las tres", "¿A qué hora salgo de trabajar?", "a las tres"),
    ("mi vecina del tercero se llama Asun y la del quinto Marisa", "¿Cómo se llama mi vecina del quinto?", "Marisa"),
    ("La mayor de mis hijas, Carlota, estudia enfermería en Salamanca.", "¿Qué estudia Carlota?", "enfermería"),
    ("mi móvil es un Pixel 8, me lo regaló mi novia por Reyes", "¿Quién me regaló el móvil?", "mi novia"),
    ("I lent my tent to Gareth last summer", "Who did I lend my tent to?", "Gareth"),
  ]

  @Test("A question whose words were all told is answered, if need be with what was said", arguments: told)
  func quoted(_ item: (told: String, asked: String, word: String)) async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell(item.told)
      let answer = try #require(try await fixture.ask(item.asked))
      #expect(answer.outcome == .known && answer.text.contains(item.word), "\(answer)")
    }
  }

  static let other: [(told: String, asked: String)] = [
    // Another person, another kind of answer, another verb, somebody else's.
    ("Mi hermana trabaja en Renfe desde mayo", "¿Dónde trabaja mi hermano?"),
    ("Mi hijo colecciona trenes de madera", "¿Cómo se llama mi hijo?"),
    ("Mi madre sale del hospital a las tres", "¿A qué hora salgo del hospital?"),
    ("El primo de Luis vive en un barco en Cádiz", "¿Dónde vive mi primo?"),
    ("Ayer comí con Marcos en Lugo", "¿Dónde vive Marcos?"),
    ("My sister plays the cello in an orchestra", "Where do I play the cello?"),
    ("My brother is mad about trains", "How old is my brother?"),
  ]

  @Test("Nobody hears of one what was told of another, or of a matter that was not asked for", arguments: other)
  func notQuoted(_ item: (told: String, asked: String)) async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell(item.told)
      let answer = try await fixture.ask(item.asked)
      #expect(answer.map { $0.outcome == .unknown } ?? true, "\(String(describing: answer))")
    }
  }

  @Test("What is over, forgotten, or about the world is not quoted")
  func over() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("mi hijo Hugo hace la comunión el 18 de mayo")
      #expect(try await fixture.ask("¿Qué es la comunión?") == nil)
      try await fixture.tell("trabajo en el Banco Santander")
      try await fixture.tell("me despidieron del Santander la semana pasada")
      #expect(try await fixture.ask("¿dónde trabajo?")?.outcome == .unknown)
      #expect(try await fixture.ask("Olvida lo de la comunión de Hugo")?.outcome == .forgotten)
      let answer = try await fixture.ask("¿Qué día hace la comunión Hugo?")
      #expect(answer?.text.contains("18") != true, "\(String(describing: answer))")
    }
  }

  @Test("What was said on another day says when, for «mañana» is another day now")
  func dated() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("mi hijo Hugo hace la comunión el 18 de mayo")
      let later = try await fixture.memory.respond(
        to: MemoryQuestion(
          owner: "ana", text: "¿Qué día hace la comunión Hugo?", language: .spanish,
          now: MemoryFixture.now.adding(seconds: 40 * 86_400), mayChange: false))
      let date = MemoryFixture.now.date
      #expect(later?.text.contains("de \(date.year) me dijiste: «") == true, "\(String(describing: later))")
    }
  }
}
