import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Questions are answered from what was told")
struct AnswererTests {
  @Test("An answer is a full sentence, said to the user, in the language of the question")
  func sentences() throws {
    let told = try Conversation(
      .spanish, "Mi hermana vive en Madrid", "Trabajo en Renfe", "Tengo un perro que se llama Toby")
    #expect(try told.ask("¿Dónde vive mi hermana?")?.text == "Tu hermana vive en Madrid.")
    #expect(try told.ask("¿Dónde trabajo?")?.text == "Trabajas en Renfe.")
    #expect(try told.ask("¿Cómo se llama mi perro?")?.text == "Tu perro se llama Toby.")
    #expect(try told.ask("Where does my sister live?")?.text == "Your sister lives in Madrid.")
    #expect(try told.ask("What is my dog's name?")?.text == "Your dog is called Toby.")
  }

  @Test("Whatever a clause said can be asked for")
  func gaps() throws {
    let told = try Conversation(.spanish, "Le presté cincuenta euros a Javi", "La guitarra me la regaló mi tío Julián")
    #expect(try told.ask("¿A quién le presté cincuenta euros?")?.text == "Le prestaste cincuenta euros a Javi.")
    #expect(try told.ask("¿Cuánto dinero le presté a Javi?")?.text == "Le prestaste cincuenta euros a Javi.")
    #expect(try told.ask("¿Quién me regaló la guitarra?")?.text.contains("Julián") == true)
  }

  @Test("Yes and no follow what was told, and what was denied")
  func polarity() throws {
    let told = try Conversation(.spanish, "No tengo coche", "Mi hermana vive en Málaga", "Soy celíaca")
    #expect(try told.ask("¿Tengo coche?")?.text == "No, no tienes coche.")
    #expect(try told.ask("¿Soy celíaca?")?.text == "Sí, eres celíaca.")
    #expect(try told.ask("¿Vive mi hermana en Madrid?")?.text == "No, tu hermana vive en Málaga.")
  }

  @Test("What was never told is not guessed, and questions about the world are left alone")
  func limits() throws {
    let told = try Conversation(.spanish, "Mi hermana vive en Madrid")
    #expect(try told.ask("¿Dónde vive mi hermano?")?.outcome == .unknown)
    #expect(try told.ask("¿Dónde vive mi hermano?")?.text == "No me lo has dicho.")
    #expect(try told.ask("When is my birthday?")?.text == "You haven't told me.")
    for question in [
      "¿Cuál es la capital de Francia?", "¿Qué puedo darle a mi hijo para la fiebre?", "How do I make an omelette?",
      "Escríbeme un poema", "¿Quién eres?", "¿Cuánto es 2 más 2?", "",
    ] {
      #expect(try told.ask(question) == nil, "\(question)")
    }
  }

  @Test("Contradicting facts are both told, and asked about")
  func contradiction() throws {
    let told = try Conversation(.spanish, "Mi hermana vive en Madrid", "Mi hermana vive en Sevilla")
    let answer = try #require(try told.ask("¿Dónde vive mi hermana?"))
    #expect(answer.outcome == .contradictory)
    #expect(answer.facts.count == 2)
    #expect(answer.text.contains("Madrid") && answer.text.contains("Sevilla"))
  }

  @Test("Several who are meant are answered for each")
  func several() throws {
    let told = try Conversation(.spanish, "Mi hermana Ana vive en León y mi hermana Sonia en Burgos")
    #expect(try told.ask("¿Dónde vive Ana?")?.text == "Ana vive en León.")
    let both = try #require(try told.ask("¿Dónde vive mi hermana?")?.text)
    #expect(both.contains("León") && both.contains("Burgos"))
  }

  @Test("What is to be forgotten is found by what it was told as")
  func forgetting() throws {
    var told = try Conversation(
      .spanish, "Mi clave del trastero es 7391", "Mi hermana vive en Madrid. Mi hermana se llama Ruth")
    try told.tell("Olvida mi clave del trastero")
    #expect(try told.ask("¿Cuál es mi clave del trastero?")?.outcome == .unknown)
    try told.tell("Olvida dónde vive mi hermana")
    #expect(try told.ask("¿Dónde vive mi hermana?")?.outcome == .unknown)
    #expect(try told.ask("¿Cómo se llama mi hermana?")?.text == "Tu hermana se llama Ruth.")
  }
}
