import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Denials, corrections and changes leave only what holds")
struct WhatHoldsTests {
  @Test("«Ni» denies each part, whether it joins verbs, subjects or objects")
  func neitherInSpanish() throws {
    #expect(
      try Conversation(.spanish, "Ni fumo ni bebo").current == ["no usuario | fumar | ", "no usuario | beber | "])
    #expect(
      try Conversation(.spanish, "No fumo ni bebo").current == ["no usuario | fumar | ", "no usuario | beber | "])
    let parents = try Conversation(.spanish, "Ni mi padre ni mi madre fuman")
    #expect(parents.current == ["no padre del usuario | fumar | ", "no madre del usuario | fumar | "])
    #expect(try parents.ask("¿Fuma mi padre?")?.text.hasPrefix("No") == true)
    #expect(
      try Conversation(.spanish, "No tengo ni perro ni gato").current == [
        "no usuario | tener | perro", "no usuario | tener | gato",
      ])
  }

  @Test("So do neither and nor")
  func neitherInEnglish() throws {
    #expect(
      try Conversation(.english, "Neither my mother nor my father smokes").current == [
        "no madre del usuario | fumar | ", "no padre del usuario | fumar | ",
      ])
    let drinks = try Conversation(.english, "Neither me nor my wife drinks")
    #expect(try drinks.ask("Does my wife drink?")?.text.hasPrefix("No") == true)
    #expect(
      try Conversation(.english, "I neither smoke nor drink").current == [
        "no usuario | fumar | ", "no usuario | beber | ",
      ])
  }

  @Test("Who is only said to do the same, or not, does so or not")
  func shared() throws {
    #expect(
      try Conversation(.spanish, "Mi hermana vive en Madrid y mi hermano también").current == [
        "hermana del usuario | vivir en | Madrid", "hermano del usuario | vivir en | Madrid",
      ])
    #expect(
      try Conversation(.spanish, "Mi padre fuma, mi madre no").current == [
        "padre del usuario | fumar | ", "no madre del usuario | fumar | ",
      ])
    #expect(
      try Conversation(.english, "My sister lives in Rome and my brother does too").current == [
        "hermana del usuario | vivir en | Rome", "hermano del usuario | vivir en | Rome",
      ])
  }

  @Test(
    "What others say, what is quoted and what is made up is no fact of the person's",
    arguments: [
      "Mi padre dijo: \"vivo en Narnia\"", "Mi amigo dice que yo vivo en Narnia",
      "Me han dicho que mi hermana vive en Narnia", "Mi hermana dice que vive en Narnia",
      "En mi novela, mi hermano vive en Narnia", "Digamos que vivo en Narnia", "Dudo que mi hermano viva en Narnia",
      "He leído en un foro: «mi perro vive en Narnia»", "My friend says I live in Narnia",
      "My teacher told me that I live in Narnia", "> I live in Narnia", "x = f(y)  # my sister lives in Narnia",
      "```\nvivo en Narnia\n```",
    ])
  func others(text: String) throws {
    let language: Language = text.contains("My ") || text.contains("my ") ? .english : .spanish
    #expect(try !Conversation(language, text).current.contains { $0.contains("Narnia") })
  }

  @Test("What the person says stays theirs beside it")
  func own() throws {
    #expect(
      try Conversation(.spanish, "Creo que mi tía vive en Jaén").current.contains("tia del usuario | vivir en | Jaén"))
    #expect(
      try Conversation(.spanish, "Vivo en Lugo y mi madre dice que es bonito").current == ["usuario | vivir en | Lugo"])
    #expect(
      try Conversation(.spanish, "Mi perro se llama \"Toby\"").current == ["perro del usuario | llamarse | Toby"])
    #expect(try Conversation(.english, "I think my aunt lives in York").current.contains { $0.contains("York") })
  }

  @Test("What is corrected in the same breath was never said")
  func corrected() throws {
    #expect(
      try Conversation(.spanish, "Vivo en Madrid... no espera, en Móstoles").current == [
        "usuario | vivir en | Móstoles"
      ])
    #expect(
      try Conversation(.spanish, "Mi jefa se llama Pilar, bueno no, perdona, se llama Paula").current == [
        "jefa del usuario | llamarse | Paula"
      ])
    #expect(
      try Conversation(.english, "My boss is called Karen. Sorry, I meant Sharon.").ask("What's my boss's name?")?.text
        .contains("Sharon") == true)
  }

  @Test("What is corrected in the next turn takes the place of what was told")
  func correctedLater() throws {
    var told = try Conversation(.spanish, "Mi hermano vive en Vigo", "Perdón, en Lugo")
    #expect(told.current == ["hermano del usuario | vivir en | Lugo"])
    try told.tell("No, vive en Cádiz")
    #expect(told.current == ["hermano del usuario | vivir en | Cádiz"])
    try told.tell("No, gracias")
    #expect(told.current == ["hermano del usuario | vivir en | Cádiz"])
    let home = try Conversation(.spanish, "Vivo en Alicante", "Bueno, en realidad vivo en Santa Pola")
    #expect(home.current == ["usuario | vivir en | Santa Pola"])
  }

  @Test("Then and now are told apart in one sentence")
  func thenAndNow() throws {
    let told = try Conversation(.spanish, "Antes vivía en Londres y ahora en Bilbao")
    #expect(told.current == ["usuario | vivir en | Bilbao"])
    #expect(try told.ask("¿Dónde vivo?")?.text == "Vives en Bilbao.")
  }

  @Test("The question which of two facts holds can be answered")
  func settled() throws {
    for answer in ["La correcta es Soria", "Soria", "En Soria"] {
      let told = try Conversation(.spanish, "Vivo en Soria", "Vivo en Lugo", answer)
      #expect(told.current == ["usuario | vivir en | Soria"], "\(answer)")
    }
    #expect(
      try Conversation(.english, "I live in York", "I live in Leeds", "The right one is York").current == [
        "usuario | vivir en | York"
      ])
  }

  @Test("A divorce, a retirement and the loss of work end what they end")
  func lifeChanges() throws {
    let divorced = try Conversation(.spanish, "Estoy casado con Elena", "Me he divorciado de Elena")
    #expect(!divorced.current.contains { $0.contains("casad") })
    let retired = try Conversation(.spanish, "Trabajo en Correos", "Me he jubilado")
    #expect(!retired.current.contains { $0.contains("Correos") })
    for text in ["I'm unemployed now", "I quit my job", "I have retired"] {
      #expect(
        try !Conversation(.english, "I work at Google", text).current.contains { $0.contains("Google") }, "\(text)")
    }
  }

  @Test("Who died, was given away or was sold is had no longer")
  func hadNoLonger() throws {
    let dog = try Conversation(.spanish, "Tengo un perro, Rex", "Rex murió ayer")
    #expect(try dog.ask("¿Tengo perro?")?.text == "No, no tienes perro.")
    let car = try Conversation(.spanish, "Tengo un coche rojo", "He vendido el coche")
    #expect(try car.ask("¿Tengo coche?")?.text == "No, no tienes coche.")
    let cat = try Conversation(.english, "My cat is named Luna", "My cat died last month")
    #expect(try cat.ask("Do I have a cat?")?.text.hasPrefix("No") == true)
    let max = try Conversation(.english, "I have a dog called Max", "I gave Max away")
    #expect(try max.ask("Do I have a dog?")?.text.hasPrefix("No") == true)
    let two = try Conversation(.spanish, "Tengo dos perros", "Mi perro ha muerto")
    #expect(two.current.contains("usuario | tener | dos perros"))
  }

  @Test("A new value, hour or age takes the place of the old one")
  func newValues() throws {
    let code = try Conversation(
      .spanish, "El código de la alarma es 1234", "El código de la alarma ha cambiado a 9876")
    #expect(try code.ask("¿Cuál es el código de la alarma?")?.text.contains("9876") == true)
    let age = try Conversation(.spanish, "Tengo 40 años", "Hoy cumplo 41")
    #expect(try age.ask("¿Cuántos años tengo?")?.text == "Tienes 41 años.")
    let meeting = try Conversation(.spanish, "La reunión es el lunes", "La reunión se ha cancelado")
    #expect(!meeting.current.contains { $0.contains("lunes") })
  }

  @Test("What is told before a question is learnt, and the question is no longer taken for memory's")
  func toldAndAsked() throws {
    #expect(
      try Conversation(.spanish, "Tengo 37 años, ¿cuántos son 37 por 2?").current == ["usuario | tener | 37 años"])
    #expect(
      try Conversation(.spanish, "Mi hermana vive en Lugo, ¿qué le regalo?").current == [
        "hermana del usuario | vivir en | Lugo"
      ])
    #expect(try Conversation(.spanish, "Vivo en Soria y ¿qué día es hoy?").current == ["usuario | vivir en | Soria"])
    #expect(
      try Conversation(.english, "My sister lives in Rome, what should I get her?").current == [
        "hermana del usuario | vivir en | Rome"
      ])
    let told = try Conversation(.spanish, "Mi hermana vive en Lugo")
    #expect(try told.ask("Mi hermana, ¿dónde vive?")?.text == "Tu hermana vive en Lugo.")
    #expect(try told.ask("¿Cuántos son 37 por 2?") == nil)
  }

  @Test(
    "What nobody tells a memory is left to others",
    arguments: [
      "¿Tengo que pagar impuestos?", "¿Cuál es mi mejor opción para invertir?", "What is my best strategy in chess?",
      "¿Qué hora es en mi ciudad?", "¿Qué tiempo hace en mi ciudad?", "What's my IP?", "Do I have to pay taxes?",
      "What time is it in my city?", "What's the weather in my city?",
    ])
  func notTold(question: String) throws {
    let language: Language = question.hasPrefix("¿") ? .spanish : .english
    #expect(try Conversation(language, "Mi hermana vive en Lugo").ask(question) == nil)
  }

  @Test("Capitals are read like small letters")
  func capitals() throws {
    let told = try Conversation(.spanish, "MI HERMANA VIVE EN MADRID")
    #expect(try told.ask("¿Dónde vive mi hermana?")?.text.lowercased() == "tu hermana vive en madrid.")
    #expect(try told.ask("DONDE VIVE MI HERMANA")?.outcome == .known)
    let card = try Conversation(.spanish, "mi dni es 12345678Z")
    #expect(try card.ask("¿Cuál es mi DNI?")?.text.contains("12345678Z") == true)
  }
}
