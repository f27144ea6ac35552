import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Plain sentences in the forms that people type")
struct PlainFormsTests {
  @Test("Dates in figures, expiry and births are dates")
  func dates() throws {
    let born = try Conversation(.spanish, "Mi hija nació el 3/5/2015", "Nací el 3 de mayo de 1987")
    #expect(try born.ask("¿Cuándo nació mi hija?")?.text == "Tu hija nació el 3 de mayo de 2015.")
    #expect(try born.ask("¿Cuándo es mi cumpleaños?")?.text == "Tu cumpleaños es el 3 de mayo.")
    let expiry = try Conversation(.english, "my passport expires in 2029")
    #expect(try expiry.ask("When does my passport expire?")?.text == "Your passport expires in 2029.")
    let insurance = try Conversation(.spanish, "El seguro del coche caduca en marzo")
    #expect(try insurance.ask("¿Cuándo caduca el seguro del coche?")?.text.contains("marzo") == true)
  }

  @Test("A day of the week in what has happened is the last one")
  func pastDays() throws {
    #expect(
      try Conversation(.english, "The dog bit me on Sunday").current.contains { $0.contains("Sunday, March 8, 2026") })
    #expect(
      try Conversation(.spanish, "Me mordió el perro el domingo").current.contains { $0.contains("domingo 8 de marzo") }
    )
    #expect(
      try Conversation(.spanish, "Tengo cita el domingo").current.contains { $0.contains("domingo 15 de marzo") })
    #expect(
      try Conversation(.english, "My flight was moved to Sunday").current.allSatisfy { !$0.contains("March 8") })
  }

  @Test("Names in passing, and what belongs to a thing")
  func names() throws {
    let dave = try Conversation(.english, "I'm Dave, 40, from Ohio")
    #expect(try dave.ask("Where am I from?")?.text == "You are from Ohio.")
    let son = try Conversation(.spanish, "Mi hijo, el mayor, se llama Hugo")
    #expect(try son.ask("¿Cómo se llama mi hijo mayor?")?.text == "Tu hijo mayor se llama Hugo.")
    let girl = try Conversation(.spanish, "Tengo una hija de 4 años llamada Vera")
    #expect(try girl.ask("¿Cómo se llama mi hija?")?.text == "Tu hija se llama Vera.")
    let cats = try Conversation(.english, "My cats are Tom and Jerry")
    #expect(try cats.ask("What are my cats called?")?.text == "Your cats are called Tom and Jerry.")
    let disk = try Conversation(.english, "The password for the NAS is hunter2")
    #expect(try disk.ask("What's the password for the NAS?")?.text.contains("hunter2") == true)
  }

  @Test("A comparison tells nobody's age, and an amount is not part of a name")
  func amounts() throws {
    for text in ["I'm 5 years older than my brother", "I'm 5 years younger than her"] {
      #expect(try !Conversation(.english, text).current.contains { $0.contains("years") }, "\(text)")
    }
    #expect(try Conversation(.spanish, "Soy 5 años mayor que mi hermano").current == [])
    let debt = try Conversation(.english, "I owe Pete 50 bucks")
    #expect(try debt.ask("How much do I owe Pete?")?.text.contains("50 bucks") == true)
  }

  @Test("The verb agrees with what pleases, and laughs are no part of what is told")
  func agreement() throws {
    let told = try Conversation(.spanish, "Me encantan las croquetas jajaja")
    #expect(try told.ask("¿Qué me gusta?")?.text == "Te gustan las croquetas.")
    #expect(try Conversation(.english, "I hate Mondays lol 😂").current == ["usuario | odiar | Mondays"])
  }

  @Test("What each of two is or is called, and which of two a relative clause is about")
  func pairs() throws {
    #expect(
      try Conversation(.spanish, "Mi padre es médico y mi madre enfermera").current == [
        "padre del usuario | ser | médico", "madre del usuario | ser | enfermera",
      ])
    let sons = try Conversation(.spanish, "Mi hijo mayor se llama Hugo y el pequeño Leo")
    #expect(try sons.ask("¿Cómo se llama mi hijo pequeño?")?.text == "Tu hijo pequeño se llama Leo.")
    let siblings = try Conversation(.english, "My brother is called Tom and my sister Ann")
    #expect(try siblings.ask("What's my sister's name?")?.text == "Your sister is called Ann.")
    let sisters = try Conversation(
      .spanish, "Tengo dos hermanas: Ana, que es médica, y Eva, que es pintora")
    #expect(try sisters.ask("¿A qué se dedica Eva?")?.text == "Eva es pintora.")
    #expect(try sisters.ask("¿A qué se dedica Ana?")?.text == "Ana es médica.")
    let cat = try Conversation(.spanish, "Tengo un perro y una gata que se llama Mia")
    #expect(try cat.ask("¿Cómo se llama mi gata?")?.text == "Tu gata se llama Mia.")
    #expect(
      try Conversation(.spanish, "No como carne pero sí pescado").current == [
        "no usuario | comer | carne", "usuario | comer | pescado",
      ])
  }
}
