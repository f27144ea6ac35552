import Foundation
import MemoryProtocol
import SaraiCore
import Testing

@Suite struct RespondingTests {
  @Test("While learning is paused nothing is acknowledged as noted")
  func paused() async throws {
    try await MemoryFixture.with { fixture in
      var told = MemoryQuestion(
        owner: "ana", text: "Vivo en Soria", language: .spanish, now: MemoryFixture.now, mayChange: true)
      told.acknowledges = [.spanish]
      #expect(try await fixture.memory.respond(to: told)?.outcome == .acknowledged)
      #expect(try await fixture.ask("Mi abuelo nunca para de aprender") == nil)
      #expect(try await fixture.memory.respond(to: told)?.outcome == .acknowledged)
      _ = try await fixture.ask("Deja de aprender")
      let paused = try #require(try await fixture.memory.respond(to: told))
      #expect(paused.outcome == .reported)
      #expect(paused.text.contains("pausa"))
      #expect(try await fixture.facts().isEmpty)
    }
  }

  @Test("Answers are counted by what was known, and compacting by what it saved")
  func counts() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Vivo en Soria")
      #expect(try await fixture.memory.describe().knownAnswers == 0)
      for _ in 1...2 { #expect(try await fixture.ask("¿Dónde vivo?")?.outcome == .known) }
      #expect(try await fixture.ask("¿Cómo se llama mi dentista?")?.outcome == .unknown)
      #expect(try await fixture.ask("¿Cuál es la capital de Francia?") == nil)
      #expect(try await fixture.ask("¿Qué acabas de aprender?")?.outcome == .reported)
      let vacuum = try await fixture.memory.vacuum()
      let known = try await fixture.memory.describe()
      #expect(known.answers == 4)
      #expect((known.knownAnswers, known.unknownAnswers, known.contradictoryAnswers) == (2, 1, 0))
      #expect(known.vacuums == 1 && known.vacuumSavedBytes == UInt64(max(0, vacuum.bytesBefore - vacuum.bytesAfter)))
    }
  }

  @Test("Who asks not to forget, or has forgotten, loses nothing")
  func nothingLost() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi clave del trastero es 8812")
      for text in ["No olvides mi clave del trastero", "Olvidé mi clave del trastero", "No te olvides de mi clave"] {
        #expect(try await fixture.ask(text)?.outcome != .forgotten, "\(text)")
      }
      #expect(try await fixture.ask("¿Cuál es mi clave del trastero?")?.text.contains("8812") == true)
    }
  }

  @Test("«Olvida eso» is said of the last turn alone")
  func lastTurn() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Trabajo en Renfe")
      try await fixture.tell("Cuéntame un chiste")
      #expect(try await fixture.ask("Olvida eso")?.text == "No tengo nada guardado sobre eso.")
      #expect(try await fixture.facts().count == 1)
    }
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Trabajo en Renfe")
      _ = try await fixture.ask("Vivo en Soria")
      try await fixture.tell("Vivo en Soria")
      #expect(try await fixture.ask("no, olvida eso")?.outcome == .forgotten)
      // Asked again, it is not the turn before that goes.
      #expect(try await fixture.ask("Olvida eso")?.text == "No tengo nada guardado sobre eso.")
      #expect(try await fixture.facts().map(\.object) == ["Renfe"])
    }
  }

  @Test("Who errs in a request to forget hears what is known, and what is not to be kept is not")
  func saidOtherwise() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi PIN es 4471")
      let otherwise = try await fixture.ask("olvida que mi PIN es 9999")
      #expect(otherwise?.outcome == .reported && otherwise?.text.contains("4471") == true)
      let unsure = try await fixture.ask("Olvida mi PIN y cuéntame un chiste")
      #expect(unsure?.outcome == .reported && unsure?.text.contains("mi PIN".lowercased()) == true)
      #expect(try await fixture.ask("Esto no lo apuntes: vivo en Lugo")?.outcome == .reported)
      #expect(try await fixture.tell("Esto no lo apuntes: vivo en Lugo").turn == nil)
      #expect(try await fixture.facts().count == 1)
    }
  }

  @Test("A secret takes nothing with it that only shares a common value")
  func commonValue() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi PIN es 2019")
      try await fixture.tell("Mi hermana nació en 2019")
      try await fixture.tell("La contraseña del portátil es luna")
      try await fixture.tell("Mi perra se llama Luna")
      #expect(try await fixture.ask("Olvida mi PIN")?.outcome == .forgotten)
      #expect(try await fixture.ask("Olvida la contraseña del portátil")?.outcome == .forgotten)
      let left = try await fixture.facts()
      #expect(left.contains { $0.object.contains("2019") && $0.verb.hasPrefix("nacer") })
      #expect(left.contains { $0.verb == "llamarse" && $0.object.lowercased() == "luna" })
    }
  }

  @Test("What else goes with a rare secret is said, and all of it at once is not forgotten by a word")
  func told() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("La clave del trastero es 48213377")
      try await fixture.tell("Le presté 48213377 a Luis")
      let reply = try await fixture.ask("Olvida la clave del trastero")
      #expect(reply?.outcome == .forgotten)
      #expect(reply?.text.contains("otro") == true)
      try await fixture.tell("Vivo en Madrid")
      let all = try await fixture.ask("Borra todo")
      #expect(all?.outcome == .reported)
      #expect(all?.text.contains("sarai memory forget --all") == true)
      try await fixture.tell("Trabajo en Madrid")
      #expect(try await fixture.ask("Olvida Madrid")?.outcome == .reported)
      #expect(try await fixture.facts().filter { $0.object == "Madrid" }.count == 2)
    }
  }
}
