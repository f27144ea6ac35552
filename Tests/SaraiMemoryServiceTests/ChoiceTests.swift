import MemoryProtocol
import SaraiCore
import SaraiMemory
import Testing

@testable import SaraiMemoryService

/// What comes after «¿Cuál olvido?» and «¿Cuál es la correcta?».
@Suite struct ChoiceTests {
  @Test(
    "The question which of several things to forget is answered by what it named, by its place, by all or none",
    arguments: [
      ("dónde vivo", [1]), ("lo de dónde vivo", [1]), ("lo de mi hermana", [0]), ("la de mi hermana", [0]),
      ("mi hermana", [0]), ("olvida lo de mi hermana, por favor", [0]), ("la segunda", [1]), ("la 1", [0]),
      ("the first one", [0]), ("where I live", [1]), ("the one about my sister", [0]), ("todas", [0, 1]),
      ("las dos", [0, 1]), ("both", [0, 1]), ("all of them, please", [0, 1]), ("todas menos la primera", [1]),
      ("la primera y la segunda", [0, 1]), ("dónde vivo y lo de mi hermana", [0, 1]),
      ("ninguna", []), ("none", []), ("déjalo", []), ("never mind", []), ("no", []),
    ])
  func forgetting(answer: String, gone: [Int]) async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi hermana vive en Madrid")
      try await fixture.tell("Vivo en Madrid")
      let asked = try #require(try await fixture.ask("Olvida Madrid"))
      #expect(asked.text.contains("¿Cuál olvido?"), "\(asked.text)")
      let reply = try #require(try await fixture.ask(answer))
      #expect(reply.outcome == (gone.isEmpty ? .reported : .forgotten), "\(reply.text)")
      let facts = ["hermana del usuario|vivir en|Madrid", "usuario|vivir en|Madrid"]
      let left = try await fixture.facts().map(\.words)
      for (place, fact) in facts.enumerated() {
        #expect(left.contains(fact) == !gone.contains(place), "\(answer): \(left)")
      }
    }
  }

  @Test(
    "Anything else drops the question, and nothing is forgotten by it, then or later",
    arguments: [
      "Mi hermana vive en Madrid", "¿Dónde vivo?", "Vivo en Madrid", "la tercera", "las tres", "Madrid", "hola",
      "¿Todas?", "Todas las hermanas son buenas", "olvida todo", "Cuéntame un chiste de todas",
    ])
  func dropped(answer: String) async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi hermana vive en Madrid")
      try await fixture.tell("Vivo en Madrid")
      _ = try await fixture.ask("Olvida Madrid")
      #expect(try await fixture.ask(answer)?.outcome != .forgotten)
      #expect(try await fixture.ask("todas")?.outcome != .forgotten)
      #expect(try await fixture.facts().count == 2)
    }
  }

  @Test("A question that was asked in one conversation is not answered in another, nor by a question alone")
  func conversations() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi hermana vive en Madrid")
      try await fixture.tell("Vivo en Madrid")
      _ = try await fixture.ask("Olvida Madrid")
      var elsewhere = MemoryQuestion(
        owner: "ana", conversation: "otra", text: "todas", language: .spanish, now: MemoryFixture.now)
      #expect(try await fixture.memory.respond(to: elsewhere)?.outcome != .forgotten)
      elsewhere.mayChange = true
      #expect(try await fixture.memory.respond(to: elsewhere)?.outcome != .forgotten)
      #expect(try await fixture.facts().count == 2)
    }
  }

  @Test(
    "The question which of two facts is right is answered by either, both or none of them",
    arguments: [
      ("en Vigo", "Vives en Vigo."), ("Soria", "Vives en Soria."), ("La segunda", "Vives en Vigo."),
      ("no es Soria", "Vives en Vigo."), ("Soria no", "Vives en Vigo."), ("creo que Vigo", "Vives en Vigo."),
      ("it's not Vigo", "Vives en Soria."), ("ninguna", "No me lo has dicho."), ("neither", "No me lo has dicho."),
      ("las dos", "Vives en Soria y en Vigo."), ("both", "Vives en Soria y en Vigo."),
    ])
  func correcting(answer: String, then: String) async throws {
    try await MemoryFixture.with { fixture in
      for town in ["Soria", "Vigo"] {
        _ = try await fixture.memory.add(
          [MemoryFact(subject: "usuario", verb: "vivir en", object: town, confidence: 0.6)], owner: "ana",
          replaces: false)
      }
      let asked = try #require(try await fixture.ask("¿Dónde vivo?"))
      #expect(asked.outcome == .contradictory && asked.text.contains("Soria"), "\(asked.text)")
      let order = asked.text.contains("Soria y") ? ["Soria", "Vigo"] : ["Vigo", "Soria"]
      let reply = try await fixture.ask(answer)
      #expect(reply?.outcome == .reported, "\(answer): \(reply?.text ?? "-")")
      let known = try #require(try await fixture.ask("¿Dónde vivo?"))
      let expected =
        answer == "La segunda"
        ? "Vives en \(order[1])." : then.contains(" y ") ? "Vives en \(order[0]) y en \(order[1])." : then
      #expect(known.text == expected, "\(answer): \(known.text)")
      #expect(try await fixture.facts { $0.validity = .ever }.count == 2)
    }
  }

  @Test("Something else said after it settles nothing")
  func settledByNothing() async throws {
    try await MemoryFixture.with { fixture in
      for town in ["Soria", "Vigo"] {
        _ = try await fixture.memory.add(
          [MemoryFact(subject: "usuario", verb: "vivir en", object: town, confidence: 0.6)], owner: "ana",
          replaces: false)
      }
      for text in ["¿Soria?", "hola", "no es verdad", "Lugo", "Todas las mañanas corro"] {
        #expect(try await fixture.ask("¿Dónde vivo?")?.outcome == .contradictory)
        _ = try await fixture.ask(text)
        #expect(try await fixture.facts().count { $0.verb == "vivir en" } == 2, "\(text)")
      }
    }
  }
}
