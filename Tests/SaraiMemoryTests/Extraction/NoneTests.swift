import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Who has none has none, and who was told of last is meant by «she» in the next turn")
struct NoneTests {
  @Test("In English, «no» before a noun denies the verb")
  func english() throws {
    #expect(try Conversation(.english, "I have no kids").current == ["no usuario | tener | kids"])
    #expect(try Conversation(.english, "I have zero siblings").current == ["no usuario | tener | siblings"])
    #expect(try Conversation(.english, "I eat no meat").current == ["no usuario | comer | meat"])
    #expect(
      try Conversation(.english, "I've got no car and no bike").current == [
        "no usuario | tener | car", "no usuario | tener | bike",
      ])
    let sister = try Conversation(.english, "My sister has absolutely no allergies")
    #expect(try sister.ask("Does my sister have allergies?")?.text.hasPrefix("No") == true)
    #expect(try Conversation(.english, "No child of mine smokes").current == [])
    #expect(try Conversation(.english, "No, I have kids").current == ["usuario | tener | kids"])
  }

  @Test("In Spanish, so does zero")
  func spanish() throws {
    let told = try Conversation(.spanish, "Tengo cero hijos")
    #expect(told.current == ["no usuario | tener | hijos"])
    #expect(try told.ask("¿Tengo hijos?")?.text.hasPrefix("No") == true)
    #expect(
      try Conversation(.spanish, "Mi hermana tiene 0 mascotas").current == ["no hermana del usuario | tener | mascotas"]
    )
    #expect(try Conversation(.spanish, "Mi clave es cero cuatro").current.contains { $0.hasPrefix("no") } == false)
  }

  @Test("Whom one turn introduced, the next one names and speaks of")
  func laterTurns() throws {
    let niece = try Conversation(.english, "I've got a niece", "Her name is Poppy", "She lives in Dublin")
    #expect(try niece.ask("Where does Poppy live?")?.text.contains("Dublin") == true)
    #expect(try niece.ask("What's my niece's name?")?.text.contains("Poppy") == true)
    let brother = try Conversation(.english, "I have a brother", "His name is Rob", "He works at Ford")
    #expect(try brother.ask("Where does my brother work?")?.text.contains("Ford") == true)
    let partner = try Conversation(.spanish, "Tengo una novia", "Es alemana", "Trabaja en Siemens")
    #expect(try partner.ask("¿Dónde trabaja mi novia?")?.text == "Tu novia trabaja en Siemens.")
    #expect(try Conversation(.english, "I have a car", "She lives in Dublin").current.count == 1)
  }
}
