import Foundation
import MemoryProtocol
import SaraiCore
import SaraiMemoryService
import Synchronization
import Testing

@Suite struct MemoryServiceTests {
  @Test("What was told is answered, corrected, explained and taken back over the socket")
  func toldAndCorrected() async throws {
    try await MemoryFixture.with { fixture in
      let first = try await fixture.tell("Mi hermana vive en Madrid", reply: "Qué bien.")
      #expect(first.facts.map(\.words) == ["hermana del usuario|vivir en|Madrid"])
      #expect(try await fixture.ask("¿Dónde vive mi hermana?")?.text == "Tu hermana vive en Madrid.")
      let second = try await fixture.tell("Mi hermana se ha mudado a Bilbao")
      #expect(second.ended.map(\.words) == ["hermana del usuario|vivir en|Madrid"])
      #expect(try await fixture.ask("Where does my sister live?")?.text == "Your sister lives in Bilbao.")
      let id = try #require(second.facts.first?.id)
      let why = try await fixture.memory.why(id, owner: "ana")
      #expect(why.turn?.text == "Mi hermana se ha mudado a Bilbao")
      #expect(why.replaced.map(\.object) == ["Madrid"])
      #expect(try await fixture.memory.undo(nil, owner: "ana").isUndone)
      #expect(try await fixture.ask("¿Dónde vive mi hermana?")?.text == "Tu hermana vive en Madrid.")
      var edit = MemoryEdit()
      edit.object = "Getafe"
      #expect(try await fixture.memory.edit(first.facts[0].id, edit, owner: "ana").object == "Getafe")
      #expect(try await fixture.ask("¿Dónde vive mi hermana?")?.text == "Tu hermana vive en Getafe.")
      #expect(try await fixture.ask("¿Cómo se llama mi perro?")?.outcome == .unknown)
      #expect(try await fixture.ask("¿Cuál es la capital de Francia?") == nil)
    }
  }

  @Test("Who tells and asks in one breath is not answered from what held before")
  func toldInOneBreath() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Vivo en Madrid")
      #expect(try await fixture.ask("Me he mudado a Lugo. ¿Dónde vivo?") == nil)
    }
  }

  @Test("What was just learnt is told, and learning stops and goes on by a word")
  func learningInWords() async throws {
    try await MemoryFixture.with { fixture in
      #expect(try await fixture.ask("¿Qué acabas de aprender?")?.text == "Aún no he aprendido nada.")
      try await fixture.tell("Tengo un perro que se llama Toby")
      let learnt = try await fixture.ask("¿Y qué acabas de aprender?")
      #expect(learnt?.outcome == .reported)
      #expect(learnt?.text.contains("Toby") == true)
      #expect(try await fixture.ask("Deja de aprender")?.outcome == .reported)
      #expect(try await fixture.tell("Mi gato se llama Miau").isPaused)
      #expect(try await fixture.facts().allSatisfy { $0.object != "Miau" })
      #expect(try await fixture.ask("Vuelve a aprender, por favor")?.outcome == .reported)
      #expect(try await fixture.tell("Mi gato se llama Miau").isPaused == false)
      // A question alone changes nothing.
      #expect(try await fixture.ask("Deja de aprender", mayChange: false) == nil)
    }
  }

  @Test("A request to forget a secret leaves no byte of it, and its answer does not repeat it")
  func forgetting() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("La clave del trastero es 48213377", reply: "Apuntada: 48213377.")
      _ = try await fixture.memory.backup(content: nil)
      #expect(try fixture.files(holding: "48213377").isEmpty == false)
      let reply = try await fixture.ask("Olvida la clave del trastero")
      #expect(reply?.outcome == .forgotten)
      #expect(reply?.text.contains("48213377") == false)
      #expect(try fixture.files(holding: "48213377") == [])
      #expect(try await fixture.ask("¿Cuál es la clave del trastero?")?.outcome == .unknown)
    }
  }

  @Test("Words of others wait for a yes, unless their source is trusted")
  func sources() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Vivo en Madrid")
      let told = try await fixture.tell("Vivo en Marte", source: "skill", sourceName: "web")
      #expect(told.facts.map(\.standing) == ["proposed"])
      #expect(try await fixture.ask("¿Dónde vivo?")?.text == "Vives en Madrid.")
      #expect(try await fixture.facts("ana") { $0.validity = .proposed }.map(\.object) == ["Marte"])
      #expect(try await fixture.memory.confirm(told.facts[0].id, owner: "ana").standing == "current")
      let settings = try await fixture.memory.configure(isPaused: nil, trusted: ["agenda"], owner: "ana")
      #expect(settings.trusted == ["agenda"])
      let trusted = try await fixture.tell("Mi dentista se llama Marga", source: "rag", sourceName: "agenda")
      #expect(trusted.facts.allSatisfy { $0.standing == "current" && $0.source == "rag" })
      await #expect(throws: SaraiError.self) { try await fixture.tell("Vivo en Lugo", source: "nobody") }
    }
  }

  @Test("A lesson with a key is learnt once, however often it is given")
  func replay() async throws {
    try await MemoryFixture.with { fixture in
      let first = try await fixture.tell("Mi coche es rojo", key: "k1")
      let second = try await fixture.tell("Mi coche es rojo", key: "k1")
      #expect(second.isReplay && second.turn == first.turn)
      #expect(try await fixture.memory.statistics().turns == 1)
    }
  }

  @Test("32 who tell and 32 who ask at once are all heard, and none hears of another")
  func manyAtOnce() async throws {
    try await MemoryFixture.with { fixture in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<32 {
          group.addTask {
            for round in 0..<4 {
              try await fixture.tell("Mi perro número \(round) se llama Can\(number)x\(round)", owner: "o\(number)")
              try await fixture.tell("Vivo en Pueblo\(number)", owner: "o\(number)")
            }
          }
          group.addTask {
            for _ in 0..<4 {
              for fact in try await fixture.facts("o\(number)") {
                #expect(!fact.object.hasPrefix("Pueblo") || fact.object == "Pueblo\(number)")
              }
              let reply = try await fixture.ask("¿Dónde vivo?", owner: "o\(number)")
              #expect(
                reply?.outcome == .unknown || reply?.text == "Vives en Pueblo\(number).", "\(reply?.text ?? "nil")")
            }
          }
        }
        try await group.waitForAll()
      }
      for number in 0..<32 {
        #expect(try await fixture.ask("¿Dónde vivo?", owner: "o\(number)")?.text == "Vives en Pueblo\(number).")
      }
      #expect(try await fixture.memory.statistics().owners == 32)
    }
  }

  @Test(
    "What nobody should send is kept as text or refused clearly",
    arguments: [
      "'; DROP TABLE fact; --", "\u{202E}etnedicca nu évut", "👩‍👩‍👧 vive en 🏠", "我住在北京", "\u{1}\u{2}\u{7F} vivo en \u{8}",
      String(repeating: "vivo en Madrid y ", count: 60_000), "Vivo en " + String(repeating: "a", count: 1 << 20),
      "Nací el 31 de febrero de 999999999", "¿¿¿???", "Me llamo Robert'); DELETE FROM turn;--",
    ])
  func badInput(text: String) async throws {
    try await MemoryFixture.with { fixture in
      _ = try await fixture.tell(text)
      _ = try await fixture.ask(text)
      _ = try await fixture.memory.recall(
        MemoryQuestion(owner: "ana", text: text, language: .spanish, now: MemoryFixture.now),
        limits: RecallLimits(facts: 10, turns: 3))
      #expect(try await fixture.memory.statistics().turns == 1)
      try await fixture.tell("Mi hermana vive en Madrid")
      #expect(try await fixture.ask("¿Dónde vive mi hermana?")?.text == "Tu hermana vive en Madrid.")
    }
  }

  @Test("Empty words, empty owners and null characters are refused by name")
  func refused() async throws {
    try await MemoryFixture.with { fixture in
      for (text, owner) in [(" \n", "ana"), ("Vivo en Lugo", ""), ("Vivo\u{0}en", "ana")] {
        let error = await #expect(throws: SaraiError.self) { try await fixture.tell(text, owner: owner) }
        #expect(error?.code == .invalidRequest)
      }
      let error = await #expect(throws: SaraiError.self) {
        try await fixture.memory.add(
          [MemoryFact(subject: " ", verb: "ser", object: "x")], owner: "ana", replaces: false)
      }
      #expect(error?.code == .invalidRequest && error?.subject == "subject")
      let missing = await #expect(throws: SaraiError.self) { try await fixture.memory.why(99, owner: "ana") }
      #expect(missing?.code == .notFound)
    }
  }
}
