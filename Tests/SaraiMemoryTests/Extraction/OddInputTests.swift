import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("Odd input teaches nothing wrong")
struct OddInputTests {
  @Test("A picture is a name where one is called so, and nothing elsewhere")
  func pictures() throws {
    #expect(try Conversation(.spanish, "mi gato se llama 🐱").ask("¿cómo se llama mi gato?")?.text.contains("🐱") == true)
    let two = try Conversation(.spanish, "mis gatos se llaman Luna y 🌙").ask("¿cómo se llaman mis gatos?")?.text ?? ""
    #expect(two.contains("Luna") && two.contains("🌙"), "\(two)")
    #expect(try Conversation(.english, "my cat is called 🐱").ask("what is my cat called?")?.text.contains("🐱") == true)
    #expect(try Conversation(.spanish, "mi jefe se llama Paco 😂").current == ["jefe del usuario | llamarse | Paco"])
    #expect(try Conversation(.spanish, "mi jefe se llama").current.allSatisfy { !$0.hasSuffix("llamarse | ") })
  }

  @Test(
    "What is not seen is in no fact, and keeps none from being found",
    arguments: ["\u{200B}", "\u{1B}[31m", "\u{7}", "\u{202E}", "\u{FEFF}", "\u{AD}"])
  func invisible(mark: String) throws {
    let memory = try Conversation(.spanish, "mi her\(mark)mana vive en Lu\(mark)go\(mark)")
    #expect(memory.current == ["hermana del usuario | vivir en | Lugo"])
    #expect(try memory.ask("¿dónde vive mi hermana?")?.text == "Tu hermana vive en Lugo.")
    #expect(try memory.ask("¿dónde\(mark) vive mi her\(mark)mana?")?.text == "Tu hermana vive en Lugo.")
    #expect(Term("Lu\(mark)go") == Term("lugo") && Term("Lu\(mark)go").text == "Lugo")
  }

  @Test("What joins a family of pictures stays in the text of a term")
  func joined() {
    #expect(Term("👨\u{200D}👩\u{200D}👧").text == "👨\u{200D}👩\u{200D}👧")
    #expect(Term("\u{1B}\u{7}").isEmpty)
  }

  @Test(
    "A command of the chat, sent as a message, teaches nothing",
    arguments: [
      "/private mi clave es 888", "  /privado mi clave es 888. Vivo en Lugo", "hola\n/private mi clave es 888",
    ])
  func commands(text: String) throws {
    #expect(try Conversation(.spanish, text).current == [])
  }

  @Test("A path is no command")
  func paths() throws {
    #expect(try !Conversation(.spanish, "mi carpeta favorita es /home/ana").current.isEmpty)
  }

  @Test("A day of the week with a number is a day that is both, and stays as told where there is none")
  func days() throws {
    #expect(
      try Conversation(.spanish, "la reunión es el jueves 14").current
        == ["reunion | ser cuando | el jueves 14 de mayo de 2026"])
    #expect(
      try Conversation(.english, "The meeting is on Thursday 14th").current
        == ["reunion | ser cuando | on Thursday, May 14, 2026"])
    #expect(
      try Conversation(.english, "The meeting is on Thursday the 14th").current
        == ["reunion | ser cuando | on Thursday, May 14, 2026"])
    let never = (29...31).flatMap { day in (0...6).map { (day, $0) } }
      .first { TimeReader(language: .spanish, today: Conversation.now.date).nearest(day: $0.0, weekday: $0.1) == nil }
    let (day, weekday) = try #require(never)
    let name = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"][weekday]
    #expect(
      try Conversation(.spanish, "la reunión es el \(name) \(day)").current
        == ["reunion | ser cuando | el \(name) \(day)"])
  }

  @Test(
    "What one was going to do is not taken for done",
    arguments: [
      "iba a llamarme Luis pero no", "iba a mudarme a Roma pero al final no", "íbamos a vivir en Roma",
      "mi hermana iba a casarse con Luis",
    ])
  func undone(text: String) throws {
    #expect(try Conversation(.spanish, text).current == [])
  }

  @Test(
    "What one was going to do in English is not taken for done",
    arguments: [
      "I was going to be called Rose", "I was going to move to Rome but in the end I didn't",
      "We were going to buy a boat",
    ])
  func undoneEnglish(text: String) throws {
    #expect(try Conversation(.english, text).current == [])
  }

  @Test(
    "Questions typed as short as can be teach nothing, and are answered",
    arguments: [
      ("mi coche es un Seat blanco", "de q color es mi coche", "blanco"),
      ("mi hermana vive en Lugo", "dnd vive mi hermana", "Lugo"),
      ("mi jefe se llama Paco", "kien es mi jefe", "Paco"), ("mi jefe se llama Paco", "nombre de mi jefe", "Paco"),
      ("mi jefe se llama Paco", "cm se llama mi jefe", "Paco"),
      ("mi jefe se llama Paco", "komo se llama mi jefe", "Paco"),
    ])
  func sloppy(told: String, question: String, word: String) throws {
    #expect(try Conversation(.spanish, question).current == [])
    let answer = try Conversation(.spanish, told).ask(question)?.text ?? ""
    #expect(answer.contains(word), "\(answer)")
  }

  @Test(
    "Other languages teach nothing",
    arguments: [
      "Ma sœur habite à Lyon", "J'habite à Paris et je travaille à la banque", "Je m'appelle Luc",
      "Mia sorella vive a Milano e suona il violino", "Il mio gatto si chiama Micio", "Io sono di Milano",
      "Nire arreba Bilbon bizi da", "Nire izena Ane da", "Meine Schwester wohnt in Berlin", "Ich heiße Karl",
      "A minha irmã mora em Lisboa", "La meva germana viu a Girona",
    ])
  func foreign(text: String) throws {
    #expect(try Conversation(.spanish, text).current == [])
    #expect(try Conversation(.english, text).current == [])
  }

  @Test("A lent word or two leave a sentence its own")
  func lent() throws {
    let film = try Conversation(.spanish, "mi película favorita es La vita è bella")
    #expect(film.current.contains { $0.contains("| ser |") }, "\(film.current)")
    #expect(try !Conversation(.spanish, "mi hermana vive en São Paulo con João").current.isEmpty)
    #expect(try !Conversation(.english, "my favorite song is Je ne regrette rien").current.isEmpty)
  }

  @Test("Of a text that is too long to be read the beginning is learnt, and no half of a sentence")
  func tooLong() throws {
    let filler = String(repeating: "sol ", count: 17_000) + ". "
    let memory = try Conversation(.spanish, "Mi hermana vive en Lugo. " + filler + "Mi jefe se llama Paco.")
    #expect(memory.current.contains("hermana del usuario | vivir en | Lugo"))
    #expect(!memory.current.contains { $0.contains("Paco") })
    #expect(Tokenizer.readable("Vivo en Lugo. " + String(repeating: "a", count: 70_000)) == "Vivo en Lugo.")
  }
}
