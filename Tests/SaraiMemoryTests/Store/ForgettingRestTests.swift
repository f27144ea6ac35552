import Foundation
import SaraiCore
import SaraiMemory
import TestSupport
import Testing

/// What says the same as what is forgotten, or says it of the secret itself, goes with it.
@Suite struct ForgettingRestTests {
  private let ana = StoreFixture.ana

  @Test(
    "What others say of the same and waits for a yes goes too, with its turn; what they say of something else stays")
  func proposals() async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("usuario", "vivir en", "Vigo", said: "Vivo en Vigo")
      try memory.add("usuario", "gustar", "el cine")
      let fish = try memory.add("usuario", "gustar", "el pescado")
      func propose(_ verb: Term, _ object: Term, _ said: String) throws {
        try memory.add("usuario", verb, object, said: said) {
          $0.isProposed = true
          $0.source = .rag
        }
      }
      try propose("vivir en", "Qzxkiel", "Vivo en Qzxkiel, dice la web")
      try propose("gustar", "el pescado", "Le gusta el pescado, dice la web")
      try propose("gustar", "el queso", "Le gusta el queso, dice la web")
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(try memory.recall(FactQuery(owner: ana, validity: .proposed)).count == 2)
      #expect(try fixture.files(holding: "Qzxkiel").isEmpty)
      try memory.forget(ForgetRequest(owner: ana, facts: [fish]))
      #expect(try memory.say(FactQuery(owner: ana, validity: .proposed)) == ["usuario gustar el queso"])
      #expect(try memory.turns(of: ana).map(\.text) == ["Le gusta el queso, dice la web"])
      #expect(try memory.say(FactQuery(owner: ana)) == ["usuario gustar el cine"])
    }
  }

  @Test("A forgotten password is gone wherever its letters stand", arguments: ["Qzxpata", "Qzx2", "Qzxb2", "tR0mbon"])
  func secrets(value: String) async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("clave del usuario", "ser", Term(value), said: "Mi clave es \(value)")
      try memory.add(Term(value), "ser", "muy fácil de adivinar", said: "\(value) es muy fácil de adivinar")
      _ = try memory.store(NewTurn(conversation: "c", text: "¿Es \(value) una buena palabra?"), owner: ana)
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(try fixture.files(holding: value).isEmpty)
    }
  }

  @Test("A password that is a word like others takes no fact with that word along")
  func ordinaryWords() async throws {
    try await StoreFixture.with { _, memory in
      try memory.add("usuario", "vivir en", "Madrid", said: "Vivo en Madrid")
      try memory.add("sol", "ser", "amarillo", said: "El sol es amarillo")
      try memory.add("Sol", "ser", "mi gata", said: "Sol es mi gata")
      let town = try memory.add("clave del usuario", "ser", "Madrid")
      let short = try memory.add("clave del trastero", "ser", "Sol")
      try memory.forget(ForgetRequest(owner: ana, facts: [town, short]))
      #expect(
        try memory.say(FactQuery(owner: ana)).sorted() == [
          "Sol ser amarillo", "Sol ser mi gata", "usuario vivir en Madrid",
        ])
      #expect(try memory.turns(of: ana).count == 3)
    }
  }

  @Test("A fact comes from the turn that spells it as it stands, and is forgotten with all that told it")
  func spelling() async throws {
    try await StoreFixture.with { fixture, memory in
      let id = try memory.add("clave del usuario", "ser", "ABCdefgh", said: "Mi clave es ABCdefgh")
      #expect(try memory.add("clave del usuario", "ser", "abcDEFGH", said: "Mi clave es abcDEFGH") == id)
      #expect(try memory.why(id, owner: ana).turn?.text == "Mi clave es abcDEFGH")
      #expect(try memory.add("clave del usuario", "ser", "abcDEFGH", said: "Ya te dije: abcDEFGH") == id)
      #expect(try memory.why(id, owner: ana).turn?.text == "Mi clave es abcDEFGH")
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(try memory.turns(of: ana).isEmpty)
      #expect(try fixture.files(holding: "ABCdefgh").isEmpty && fixture.files(holding: "abcDEFGH").isEmpty)
    }
  }

  @Test("What the person says themselves is theirs from then on, whoever said it first")
  func ownWords() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("perro del usuario", "llamarse", "Toby", said: "Su perro es Toby") { $0.source = .rag }
      #expect(try memory.add("perro del usuario", "llamarse", "Toby", said: "Mi perro es Toby") == id)
      let why = try memory.why(id, owner: ana)
      #expect(why.fact.source == .userInput && why.turn?.text == "Mi perro es Toby")
    }
  }
}
