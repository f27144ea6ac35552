import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Requests to forget are imperatives about what was told")
struct ForgettingSentenceTests {
  private func request(_ text: String, _ told: Conversation) throws -> ForgettingRequest? {
    try Forgetting(lookup: told.facts, owner: .local).request(in: text, language: told.language, now: Conversation.now)
  }

  @Test(
    "Who asks not to forget, or has forgotten, loses nothing",
    arguments: [
      "No olvides mi clave del trastero", "No te olvides de mi clave del trastero", "Olvidé mi clave del trastero",
      "Se me olvidó mi clave del trastero", "Olvide mi clave del trastero, cual era?", "No borres lo de mi perro",
      "Mi perro olvidó su pelota", "Quiero olvidar a mi perro", "Elimina a mi perro de la lista",
      "He olvidado mi clave del trastero", "Olvídalo, cuéntame un chiste",
    ])
  func notAsked(text: String) throws {
    let told = try Conversation(.spanish, "Mi clave del trastero es 8812", "Mi perro se llama Rex")
    #expect(try request(text, told) == nil)
  }

  @Test(
    "In English neither",
    arguments: [
      "Don't forget my locker code", "I forgot my locker code", "forget it, tell me a joke", "Forget it",
      "Remove my wife from the guest list", "Forget to call my wife", "Never forget my wife",
      "I want to forget my wife",
    ])
  func notAskedInEnglish(text: String) throws {
    let told = try Conversation(.english, "My locker code is 4411", "My wife is called Ana")
    #expect(try request(text, told) == nil)
  }

  @Test("What was told as a sentence is forgotten as one, and people with their preposition")
  func clauses() throws {
    var told = try Conversation(.spanish, "Vivo en Madrid", "Mi perro se llama Sultán", "Tengo una gata")
    try told.tell("Olvida que vivo en Madrid")
    try told.tell("Olvida a mi perro")
    #expect(told.current == ["usuario | tener | una gata"])
    try told.tell("Olvida lo último que te dije")
    #expect(told.current == [])
    var english = try Conversation(.english, "I live in Leeds", "My sister lives in Rome")
    try english.tell("Please forget that I live in Leeds")
    #expect(english.current == ["hermana del usuario | vivir en | Rome"])
  }

  @Test(
    "A sentence that goes on, asks, or is said of something else forgets nothing",
    arguments: [
      "Olvida mi trabajo por un momento y cuéntame un chiste", "Olvida a mi ex, ¿cómo lo supero?",
      "Quiero borrar mi cuenta de Instagram", "Elimina mi dirección del texto", "Olvida mi perro un segundo",
      "Olvida eso, mejor dime qué tiempo hace", "Olvida lo de mi madre, al final no viene",
      "Olvida mi PIN y cuéntame un chiste", "Olvida mi PIN. ¿Qué tiempo hace en Lugo?", "Olvida que mi PIN es 9999",
      "No recuerdes esto: mi PIN es 5555",
    ])
  func goesOn(text: String) throws {
    var told = try Conversation(
      .spanish, "Mi PIN es 4471", "Trabajo en Renfe", "Mi ex se llama Fernando", "Mi madre se llama Rosa",
      "Vivo en la calle Sol 3 de Vigo", "Tengo un perro que se llama Rex", "Mi cuenta de Instagram es @anita")
    let before = told.current
    #expect(!before.isEmpty)
    try told.tell(text)
    #expect(told.current == before)
  }

  @Test(
    "In English neither",
    arguments: [
      "Forget my job for a second and tell me a joke", "Forget my ex, how do I move on?",
      "I want to delete my Instagram account", "Forget my dog for a second", "Forget that, what's the weather like?",
      "Forget my mother said anything", "Forget that my PIN is 9999", "Forget what I said about my dog, he is fine",
      "Forget my PIN and tell me a joke", "Forget my PIN. How is the weather?", "Delete my name from the letter",
    ])
  func goesOnInEnglish(text: String) throws {
    var told = try Conversation(
      .english, "My PIN is 4471", "I work at Tesco", "My ex is called Fred", "My mother is called Rose",
      "My Instagram account is @annie", "I have a dog called Rex", "My name is Ann")
    let before = told.current
    #expect(!before.isEmpty)
    try told.tell(text)
    #expect(told.current == before)
  }

  @Test("Who says more than the request is told what to say, and who errs is told what is known")
  func asked() throws {
    let told = try Conversation(.spanish, "Mi PIN es 4471")
    guard case .unsure(let ids, let saying)? = try request("Olvida mi PIN y cuéntame un chiste", told) else {
      Issue.record("not asked")
      return
    }
    #expect(ids.count == 1 && Fold.text(saying) == "mi pin")
    #expect(try request("Olvida que mi PIN es 9999", told) == .otherwise(ids))
    #expect(try request("Olvida que mi PIN es 4471", told) == .facts(ids))
  }

  @Test(
    "However it is said, a request is understood",
    arguments: [
      "olvida mi pin porfa", "olvídate del PIN", "por favor, olvida mi PIN", "Ya no quiero que recuerdes mi PIN",
      "no recuerdes más mi PIN", "No guardes mi PIN", "olvia mi PIN", "Olvida mi PIN, ya no lo uso",
      "Hola. Olvida mi PIN.",
      "¿Puedes olvidar mi PIN?", "borra mi pin de tu memoria", "quiero borrar mi PIN de tu memoria", "Olvida mis pines",
      "No, olvida mi PIN", "Olvida lo que te dije del PIN", "Olvida mi PIN para siempre, gracias",
    ])
  func wordings(text: String) throws {
    var told = try Conversation(.spanish, "Trabajo en Renfe", "Mi PIN es 4471")
    try told.tell(text)
    #expect(told.current == ["usuario | trabajar en | Renfe"])
  }

  @Test(
    "In English too",
    arguments: [
      "forget my pin pls", "Don't remember my PIN anymore", "Could you please forget my PIN?",
      "Stop remembering my PIN",
      "I don't want you to remember my PIN anymore", "Forget my PIN, I don't need it anymore",
      "Hi. Forget my PIN. Thanks!",
      "I want to delete my PIN from your memory", "Forget what I told you about my PIN", "Forget my pins",
      "froget my PIN",
    ])
  func englishWordings(text: String) throws {
    var told = try Conversation(.english, "I work at Tesco", "My PIN is 4471")
    try told.tell(text)
    #expect(told.current == ["usuario | trabajar en | Tesco"])
  }

  @Test(
    "A verb with other senses is asked about before anything goes",
    arguments: ["drop my PIN", "Drop my pin please", "clear my PIN", "purge my PIN"])
  func vague(text: String) throws {
    let told = try Conversation(.english, "My PIN is 4471")
    guard case .unsure(let ids, _)? = try request(text, told) else {
      Issue.record("\(text): \(String(describing: try request(text, told)))")
      return
    }
    #expect(ids.count == 1)
    #expect(try request("Drop my kids at school", told) == nil)
    #expect(try request("clear my schedule", told) == nil)
  }

  @Test("Of several things all are forgotten, and of a kind every one")
  func several() throws {
    var told = try Conversation(
      .spanish, "Mi PIN es 4471", "Trabajo en Renfe", "Mi madre se llama Rosa", "Tengo una gata",
      "Mi clave del trastero es 8812", "La clave del wifi es gatito22", "La clave de mi hermano es 1234")
    try told.tell("Olvida mi PIN, mi trabajo y a mi madre")
    #expect(told.current.count == 4)
    try told.tell("Olvida mis claves")
    #expect(told.current.count == 2)
    #expect(told.current.contains("usuario | tener | una gata"))
    var english = try Conversation(
      .english, "My PIN is 4471", "I work at Tesco", "My wifi password is hunter2", "My email password is Tr0ub4dor",
      "I have a dog")
    try english.tell("Forget my PIN and my job")
    try english.tell("forget my passwords")
    #expect(english.current == ["usuario | tener | a dog"])
    try english.tell("Forget I have a dog")
    #expect(english.current == [])
  }

  @Test(
    "What is not to be kept teaches nothing",
    arguments: [
      "No lo recuerdes, pero mi amante se llama Julia", "Esto no lo apuntes: debo 3000 euros",
      "Mi PIN es 4471. No guardes esto.", "No hace falta que lo apuntes, pero vivo en Lugo", "no, olvida eso",
      "Don't remember this: my PIN is 4471", "My PIN is 4471, please don't write it down",
      "Off the record, my boss is called Ann",
    ])
  func unkept(text: String) throws {
    let told = try Conversation(.spanish, text)
    #expect(told.current == [])
  }

  @Test("Who does not remember something themselves is heard as before")
  func kept() throws {
    #expect(
      try Conversation(.spanish, "No lo recuerdo bien, pero mi jefe se llama Ramón").current.contains(
        "jefe del usuario | llamarse | Ramón"))
    #expect(
      try Conversation(.english, "I don't remember it well, but my boss is called Ann").current.contains(
        "jefe del usuario | llamarse | Ann"))
  }

  @Test("The verb may be of the other language")
  func mixed() throws {
    var told = try Conversation(
      .english, "My dog is called Toby", "My sister lives in Rome", "I live in Leeds",
      "The code of my storage room is 8812")
    try told.tell("olvida my dog")
    try told.tell("olvida my sister")
    try told.tell("olvida where I live")
    try told.tell("olvida the code of my storage room")
    #expect(told.current == [])
  }

  @Test("All of it is not forgotten by a word, and of several things one is asked for")
  func tooMuch() throws {
    let told = try Conversation(.spanish, "Vivo en Madrid", "Mi hermana vive en Madrid", "Trabajo en Madrid")
    for text in ["Borra todo", "Olvida todo lo que sabes de mí", "olvídalo todo", "forget everything"] {
      #expect(try request(text, told) == .everything, "\(text)")
    }
    guard case .several(let ids)? = try request("Olvida Madrid", told) else {
      Issue.record("not asked which")
      return
    }
    #expect(ids.count == 3)
    #expect(try request("Olvida mi barco", told) == .nothing)
    #expect(try request("Borra el último párrafo", told) == nil)
  }

  @Test("A value that stands in much else is no trace of a secret")
  func telling() {
    #expect(FactTopic.isTelling("48213377", others: 3))
    #expect(FactTopic.isTelling("hunter", others: 0))
    #expect(!FactTopic.isTelling("luna", others: 1))
    #expect(!FactTopic.isTelling("2019", others: 0))
    #expect(!FactTopic.isTelling("1", others: 0))
  }
}

@Suite("Learning stops and goes on only when asked to")
struct MemoryRequestTests {
  @Test(
    "A request is a sentence of its own",
    arguments: [
      ("Deja de aprender", MemoryRequest.pause), ("No aprendas nada más, por favor", .pause),
      ("Quiero que dejes de aprender", .pause), ("Stop learning", .pause), ("Please don't learn anything", .pause),
      ("Vuelve a aprender, por favor", .resume), ("You can start learning again", .resume),
      ("¿Qué acabas de aprender?", .lastLearnt), ("¿Qué has aprendido de mí?", .lastLearnt),
      ("What have you just learned?", .lastLearnt),
    ] as [(String, MemoryRequest)])
  func asked(text: String, request: MemoryRequest) {
    #expect(MemoryRequest(text) == request)
  }

  @Test(
    "What only has its words is none",
    arguments: [
      "Mi abuelo nunca para de aprender", "I will never stop learning French", "Mi profe dice: no aprendas nada",
      "Don't learn the hard way", "mi hijo dice que no aprendas", "I'm so happy that I can keep learning",
      "What have you learned from history?", "¿Qué has aprendido de la guerra civil?", "No apuntes esto",
    ])
  func notAsked(text: String) {
    #expect(MemoryRequest(text) == nil)
  }
}
