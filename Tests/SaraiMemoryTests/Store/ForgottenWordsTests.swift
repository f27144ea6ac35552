import SaraiCore
import Testing

@testable import SaraiMemory

@Suite struct ForgottenWordsTests {
  private func words(
    _ subject: String, _ verb: String, _ object: String, mentions: Bool = false, turns: [MemoryTurn] = []
  ) -> ForgottenWords {
    ForgottenWords(
      MemoryForgotten(
        facts: [1], turns: [], said: [MemoryFact(id: 1, subject: subject, verb: verb, object: object)],
        saidTurns: turns, includesMentions: mentions))
  }

  @Test("A text tells a fact where it names its object beside whom it is about, in both languages")
  func facts() {
    let sister = words("hermana del usuario", "vivir en", "Madrid")
    for text in ["Mi hermana vive en Madrid", "Tu hermana vive en MADRID.", "my sister? Madrid, I think"] {
      #expect(sister.areSaid(in: text), "\(text)")
    }
    for text in ["Madrid es una ciudad", "Mi hermana vive en Soria", "Mi hermano vive en Madrid", ""] {
      #expect(!sister.areSaid(in: text), "\(text)")
    }
    let own = words("usuario", "vivir en", "San Juan")
    #expect(own.areSaid(in: "Vives en San Juan.") && own.areSaid(in: "I live in san juán"))
    #expect(!own.areSaid(in: "San Juan es el 24 de junio") && !own.areSaid(in: "Vivo en Juan de San"))
  }

  @Test("A password is found wherever it is spelt, a common word only where it is spelt alike")
  func secrets() {
    let odd = words("clave del trastero del usuario", "ser", "Qzxb2")
    #expect(odd.areSaid(in: "Qzxb2 es muy fácil") && odd.areSaid(in: "qzxb2"))
    let word = words("contraseña del usuario", "ser", "Mariposa")
    #expect(word.areSaid(in: "He puesto Mariposa, ¿vale?"))
    #expect(!word.areSaid(in: "Vi una mariposa azul"))
    #expect(words("usuario", "vivir en", "Lugo", mentions: true).areSaid(in: "Lugo es bonita"))
  }

  @Test("A turn is known word by word in its own conversation, a typed line in any")
  func turns() {
    let turn = MemoryTurn(
      id: 1, conversation: "c1", role: "user", speaker: "", saidAt: 0, text: "Lo de ayer, ¡qué corte!")
    let forgotten = ForgottenWords(MemoryForgotten(facts: [], turns: [1], saidTurns: [turn]))
    #expect(forgotten.areSaid(in: "lo de ayer, que corte", conversation: "c1"))
    #expect(!forgotten.areSaid(in: "lo de ayer, que corte", conversation: "c2"))
    #expect(forgotten.areSaid(in: "Lo de ayer, ¡qué corte!"))
    #expect(!forgotten.areSaid(in: "Lo de ayer"))
    let all = ForgottenWords(MemoryForgotten(facts: [], turns: [], isEverything: true))
    #expect(all.areSaid(in: "hola") && !all.isEmpty)
    #expect(ForgottenWords(MemoryForgotten(facts: [], turns: [])).isEmpty)
  }

  @Test("The receipt of a forgetting tells what the facts and turns said")
  func receipt() async throws {
    try await StoreFixture.with { _, memory in
      let ana = StoreFixture.ana
      let id = try memory.add("usuario", "vivir en", "Lugo", said: "Vivo en Lugo")
      try memory.add("usuario", "vivir en", "Soria", replacing: .sameSubjectAndVerb)
      let receipt = try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(receipt.said.map(\.object.text) == ["Lugo"])
      #expect(receipt.saidTurns.map(\.text) == ["Vivo en Lugo"])
      #expect(try memory.forget(ForgetRequest(owner: ana, everything: true)).said.isEmpty)
    }
  }
}
