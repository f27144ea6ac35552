import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Secrets are kept as they were typed")
struct SecretsTests {
  @Test(
    "Whatever a password looks like, it comes back letter by letter",
    arguments: [
      "24-8-31", "tom y jerry", "a,b,c", "Hola!?.", "qwerty ahora", "no", "nada", "mi perro Toby", "rock and roll",
      "1-2-3", "20-10-2030", "Perrazo33", "8812", "ABC def", "¡Olé!",
    ])
  func literal(value: String) throws {
    let spanish = try Conversation(.spanish, "Mi clave del trastero es \(value)")
    #expect(spanish.current == ["clave de trastero | ser | \(value)"])
    #expect(try spanish.ask("¿Cuál es mi clave del trastero?")?.text.contains(" es \(value)") == true)
    let english = try Conversation(.english, "My locker password is \(value)")
    #expect(english.current.count == 1 && english.current[0].hasSuffix(" | ser | \(value)"))
    #expect(try english.ask("What is my locker password?")?.text.contains(" is \(value)") == true)
  }

  @Test("A value ends where its sentence or the next clause does")
  func ends() throws {
    #expect(try Conversation(.spanish, "Mi PIN es 4471.").current == ["pin del usuario | ser | 4471"])
    #expect(
      try Conversation(.spanish, "Mi PIN es 44-71, y vivo en Lugo").current == [
        "pin del usuario | ser | 44-71", "usuario | vivir en | Lugo",
      ])
    #expect(
      try Conversation(.english, "My PIN is 1-2-3. I live in Rome.").current == [
        "pin del usuario | ser | 1-2-3", "usuario | vivir en | Rome",
      ])
    #expect(
      try Conversation(.spanish, "¿Mi PIN es 4471?", "Mi PIN ya no es 4471").current.allSatisfy { $0.hasPrefix("no ") })
  }

  @Test("A secret that changes gives way, and what is told twice is told once")
  func changes() throws {
    let told = try Conversation(
      .spanish, "Mi clave del trastero es 24-8-31", "Mi clave del trastero es 24-8-31",
      "La clave del wifi es sol y mar",
      "He cambiado la clave del wifi, ahora es Luna-7")
    let secrets = told.current.filter { $0.hasPrefix("clave") }
    #expect(secrets == ["clave de trastero | ser | 24-8-31", "clave de wifi | ser | Luna-7"])
    #expect(told.facts.all.allSatisfy { $0.standing != .current || $0.confidence == 0.9 })
    var forgotten = told
    try forgotten.tell("Olvida que mi clave del trastero es 24-8-31")
    #expect(forgotten.current.filter { $0.hasPrefix("clave") } == ["clave de wifi | ser | Luna-7"])
  }

  @Test("What is said of a secret is no value")
  func said() throws {
    #expect(
      try Conversation(.english, "My locker code is 4411", "My locker code is in the drawer").ask(
        "What is my locker code?")?.text.contains("4411") == true)
  }
}

@Suite("Two denials make a statement")
struct DoubleNegationTests {
  @Test(
    "Who never stops goes on",
    arguments: [
      ("I will never stop loving my wife", "Do I love my wife?", "Yes"),
      ("I can't stop eating chocolate", "Do I eat chocolate?", "Yes"),
      ("I have never stopped smoking", "Do I smoke?", "Yes"),
      ("Nunca dejaré de querer a mi madre", "¿Quiero a mi madre?", "Sí"),
      ("No dejo de fumar", "¿Fumo?", "Sí"), ("No he dejado de fumar", "¿Fumo?", "Sí"),
      ("He dejado de fumar", "¿Fumo?", "No"), ("I stopped smoking", "Do I smoke?", "No"),
    ])
  func goesOn(told: String, question: String, answer: String) throws {
    let language = LanguageGuess.language(of: told, fallback: .spanish)
    #expect(try Conversation(language, told).ask(question)?.text.hasPrefix(answer) == true, "\(told)")
  }
}
