import MemoryProtocol
import SaraiCore
import Testing

@Suite struct TrustTests {
  @Test("A source without a name is never trusted, whatever somebody asks for")
  func nameless() async throws {
    try await MemoryFixture.with { fixture in
      _ = try await fixture.memory.configure(isPaused: nil, trusted: ["agenda"], owner: "ana")
      let long = String(repeating: "x", count: 5000)
      for name in ["", "  ", "\u{200B}", "a\nb", "a\u{1B}[31m", " agenda", "rag", "user_input", "Skill", long] {
        let error = await #expect(throws: SaraiError.self) {
          _ = try await fixture.memory.configure(isPaused: nil, trusted: ["agenda", name], owner: "ana")
        }
        #expect([.invalidRequest, .tooLarge].contains(error?.code), "\(name.debugDescription)")
      }
      #expect(try await fixture.memory.configure(isPaused: nil, trusted: nil, owner: "ana").trusted == ["agenda"])
      let told = try await fixture.tell("Mi jefe se llama Evil", source: "rag")
      #expect(told.facts.allSatisfy { $0.standing == "proposed" } && !told.facts.isEmpty)
    }
  }

  @Test("The person's own words count beside a trusted source, whichever came first")
  func precedence() async throws {
    try await MemoryFixture.with { fixture in
      _ = try await fixture.memory.configure(isPaused: nil, trusted: ["web"], owner: "ana")
      try await fixture.tell("Vivo en Vigo")
      let told = try await fixture.tell("Vivo en Miami", source: "rag", sourceName: "web")
      #expect(told.facts.map(\.standing) == ["proposed"])
      #expect(try await fixture.ask("¿Dónde vivo?")?.text == "Vives en Vigo.")

      try await fixture.tell("Mi dentista se llama Marga", source: "rag", sourceName: "web")
      try await fixture.tell("Trabajo en Renfe", source: "rag", sourceName: "web")
      #expect(try await fixture.ask("¿Dónde trabajo?")?.text == "Trabajas en Renfe.")
      try await fixture.tell("Mi color favorito es el rojo", source: "rag", sourceName: "web")
      try await fixture.tell("Mi color favorito es el azul", source: "rag", sourceName: "web")
      #expect(try await fixture.ask("¿Cuál es mi color favorito?")?.text.contains("azul") == true)
      #expect(try await fixture.ask("¿Cuál es mi color favorito?")?.text.contains("rojo") == false)
      try await fixture.tell("Mi color favorito es el verde")
      let answer = try await fixture.ask("¿Cuál es mi color favorito?")?.text
      #expect(answer?.contains("verde") == true && answer?.contains("azul") == false, "\(answer ?? "")")
    }
  }

  @Test("What a source said waits for a yes again once it is trusted no longer, but for what the person said yes to")
  func withdrawal() async throws {
    try await MemoryFixture.with { fixture in
      let yes = try await fixture.tell("Tengo un barco", source: "skill", sourceName: "web")
      for fact in yes.facts { _ = try await fixture.memory.confirm(fact.id, owner: "ana") }
      _ = try await fixture.memory.configure(isPaused: nil, trusted: ["agenda", "web"], owner: "ana")
      try await fixture.tell("Mi dentista se llama Marga", source: "rag", sourceName: "web")
      try await fixture.tell("Mi jefe se llama Luis", source: "rag", sourceName: "agenda")
      try await fixture.tell("Mi perro se llama Toby", source: "rag", sourceName: "web")
      try await fixture.tell("Mi perro se llama Toby")
      let before = try await fixture.facts().filter { $0.source != "user_input" }.count
      let settings = try await fixture.memory.configure(isPaused: nil, trusted: ["agenda"], owner: "ana")
      let left = try await fixture.facts()
      #expect(settings.proposed > 0 && settings.proposed == before - left.count { $0.source != "user_input" })
      #expect(left.contains { $0.object == "Luis" } && left.contains { $0.object == "Toby" })
      #expect(left.contains { $0.object.contains("barco") } && !left.contains { $0.object == "Marga" })
      #expect(try await fixture.facts("ana") { $0.validity = .proposed }.contains { $0.object == "Marga" })
      #expect(try await fixture.memory.configure(isPaused: nil, trusted: ["agenda"], owner: "ana").proposed == 0)
    }
  }
}
