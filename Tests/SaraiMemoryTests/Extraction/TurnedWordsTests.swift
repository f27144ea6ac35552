import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Sentences in another order, and what ends what")
struct TurnedWordsTests {
  @Test(
    "A question is answered from a sentence that says it another way",
    arguments: [
      (["El hijo pequeño de mi vecina Charo se llama Izan"], "¿Cómo se llama el hijo de Charo?", "Izan"),
      (["Tengo dos tortugas, se llaman Zipi y Zape"], "¿Cómo se llaman mis tortugas?", "Zipi y Zape"),
      (["El examen de conducir lo tengo el jueves"], "¿Cuándo tengo el examen de conducir?", "el jueves"),
      (["La ITV del coche me caduca en abril"], "¿Cuándo caduca la ITV?", "abril"),
      (["Me debe Toni 30 euros"], "¿Cuánto me debe Toni?", "30"),
      (["50 euros me debe Luis"], "¿Cuánto me debe Luis?", "50"),
      (["Pago 600 de alquiler", "Me han subido el alquiler a 680"], "¿Cuánto pago de alquiler?", "680"),
      (["Mi hermano está soltero", "Mi hermano se ha echado novia"], "¿Está soltero mi hermano?", "No,"),
      (["Soy celíaca y mi hijo también"], "¿Es celíaco mi hijo?", "Sí,"),
      (["Ninguno de mis hermanos fuma"], "¿Fuman mis hermanos?", "No,"),
      (["Me chifla el chocolate con churros"], "¿Qué me gusta?", "chocolate"),
    ])
  func spanish(turns: [String], question: String, answer: String) throws {
    var told = try Conversation(.spanish)
    for turn in turns { try told.tell(turn) }
    #expect(try told.ask(question)?.text.contains(answer) == true, "\(told.current)")
  }

  @Test(
    "In English too",
    arguments: [
      (["Dan owes me $40"], "How much does Dan owe me?", "$40"),
      (["I'm single", "I got engaged to Hannah last night"], "Am I single?", "No,"),
      (["Neither of my brothers smokes"], "Do my brothers smoke?", "No,"),
      (["I've got a niece", "Her name is Poppy", "She lives in Dublin"], "Where does Poppy live?", "Dublin"),
      (["I have no kids"], "Do I have kids?", "No,"), (["I eat no meat"], "Do I eat meat?", "No,"),
      (["My sister has no kids"], "Does my sister have kids?", "No,"),
      (["My parents are divorced"], "Are my parents married?", "No,"),
    ])
  func english(turns: [String], question: String, answer: String) throws {
    var told = try Conversation(.english)
    for turn in turns { try told.tell(turn) }
    #expect(try told.ask(question)?.text.contains(answer) == true, "\(told.current)")
  }

  @Test("What is not done on some days is not denied of all, and what others say leaves no doubts to a parse")
  func restricted() throws {
    let told = try Conversation(.spanish, "No como carne los viernes")
    #expect(try told.ask("¿Como carne?")?.outcome != .known)
    #expect(try told.ask("¿Como carne los viernes?")?.text.hasPrefix("No") == true)
    for text in ["Es mentira que yo fume", "En mi novela, mi hermano es asesino", "No quiero que mi hija fume"] {
      var pass = LearningPass(
        text, lookup: FactArray(), owner: .local, fallback: .spanish, now: Conversation.now)
      try pass.readByRules()
      #expect(pass.changes.isEmpty && pass.doubts.isEmpty, "\(text)")
    }
  }
}
