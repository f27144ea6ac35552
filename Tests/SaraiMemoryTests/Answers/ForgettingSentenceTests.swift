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
