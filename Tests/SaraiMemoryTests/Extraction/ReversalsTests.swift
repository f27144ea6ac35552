import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("What happens later ends what was told before")
struct ReversalsTests {
  @Test(
    "Who has been left, or has broken up, has no partner",
    arguments: [
      ["Tengo novia", "Mi novia me ha dejado"], ["Tengo novia, se llama Ana", "Hemos roto"],
      ["Tengo novia, se llama Ana", "Ana y yo hemos roto"], ["Tengo novia", "Lo hemos dejado"],
      ["Mi novia se llama Ana", "Ana me ha dejado"], ["Mi novia se llama Ana", "He dejado a Ana"],
    ])
  func partners(turns: [String]) throws {
    let told = try Conversation(.spanish, turns[0], turns[1])
    #expect(try told.ask("¿Tengo novia?")?.text == "No, no tienes novia.")
    #expect(try told.ask("¿Cómo se llama mi novia?")?.outcome == .unknown)
  }

  @Test("So it is in English, and what is broken otherwise breaks no bond")
  func englishPartners() throws {
    let told = try Conversation(.english, "I have a girlfriend", "My girlfriend dumped me")
    #expect(try told.ask("Do I have a girlfriend?")?.text.hasPrefix("No") == true)
    let split = try Conversation(.english, "I have a boyfriend", "We split up last week")
    #expect(try split.ask("Do I have a boyfriend?")?.text.hasPrefix("No") == true)
    let phone = try Conversation(.spanish, "Tengo novia", "Hemos roto la tele", "Lo he dejado en casa")
    #expect(try phone.ask("¿Tengo novia?")?.text == "Sí, tienes novia.")
  }

  @Test("Of several animals there is one less, and one that ran away is no longer had")
  func animals() throws {
    for turn in ["Se ha muerto uno de mis gatos", "Uno de mis gatos ha muerto"] {
      #expect(
        try Conversation(.spanish, "Tengo tres gatos", turn).ask("¿Cuántos gatos tengo?")?.text == "Tienes dos gatos.")
    }
    let cats = try Conversation(.english, "I have three cats", "One of my cats died")
    #expect(try cats.ask("How many cats do I have?")?.text == "You have two cats.")
    let rex = try Conversation(.english, "My dog is called Rex", "Rex ran away")
    #expect(try rex.ask("Do I have a dog?")?.text.hasPrefix("No") == true)
    let more = try Conversation(.spanish, "Tengo dos gatos", "Perdón, tres")
    #expect(try more.ask("¿Cuántos gatos tengo?")?.text == "Tienes tres gatos.")
  }

  @Test("Who eats meat again is no vegetarian, and who eats cheese no vegan")
  func diets() throws {
    let told = try Conversation(.spanish, "Soy vegetariano", "He vuelto a comer carne")
    #expect(try told.ask("¿Soy vegetariano?")?.text == "No, no eres vegetariano.")
    #expect(
      try Conversation(.english, "I'm vegan", "I eat cheese again").ask("Am I vegan?")?.text.hasPrefix("No") == true)
    let fish = try Conversation(.spanish, "Soy vegetariana", "Como queso", "No como carne")
    #expect(try fish.ask("¿Soy vegetariana?")?.text == "Sí, eres vegetariana.")
  }

  @Test(
    "What was painted has the new colour; what one weighed before one lost kilos is not said; a new car, rent or job holds"
  )
  func values() throws {
    let car = try Conversation(.spanish, "Mi coche es rojo", "He pintado el coche de negro")
    #expect(try car.ask("¿De qué color es mi coche?")?.text == "Tu coche es negro.")
    #expect(
      try Conversation(.english, "I weigh 80 kilos", "I've lost 5 kilos").ask("How much do I weigh?")?.outcome
        == .unknown)
    let ford = try Conversation(.english, "I drive a Ford", "I traded my Ford for a Kia")
    #expect(try ford.ask("What car do I drive?")?.text == "You drive a Kia.")
    let rent = try Conversation(.spanish, "Pago 600 euros de alquiler", "Ahora pago 650")
    #expect(try rent.ask("¿Cuánto pago de alquiler?")?.text == "Pagas 650 euros de alquiler.")
    let job = try Conversation(.spanish, "Trabajo en Renfe", "Desde ayer trabajo en Adif")
    #expect(try job.ask("¿Dónde trabajo?")?.text == "Trabajas en Adif.")
    let jorge = try Conversation(.spanish, "Mi hermano Jorge trabaja en Iberdrola", "Jorge se ha cambiado a Endesa")
    #expect(try jorge.ask("¿Dónde trabaja mi hermano?")?.text == "Tu hermano trabaja en Endesa.")
    let phone = try Conversation(.spanish, "Trabajo en Renfe", "Me he pasado a Vodafone")
    #expect(try phone.ask("¿Dónde trabajo?")?.text == "Trabajas en Renfe.")
  }

  @Test(
    "What is hardly ever done is neither denied nor told",
    arguments: [
      ("Casi no fumo", "¿Fumo?"), ("Apenas bebo", "¿Bebo?"), ("No bebo mucho", "¿Bebo?"),
      ("Antes de que mi hermana se case quiero verla", "¿Está casada mi hermana?"),
      ("Casi me compro un Tesla", "¿Tengo un Tesla?"),
      ("Ejemplo: mi PIN es 1234", "¿Cuál es mi PIN?"), ("Odio que me llamen tarde", "¿Qué odio?"),
    ])
  func seldom(turn: String, question: String) throws {
    #expect(try Conversation(.spanish, turn).ask(question)?.outcome == .unknown)
  }

  @Test("So it is in English")
  func seldomInEnglish() throws {
    for turn in ["I hardly ever drink", "I rarely drink", "I don't drink much", "I have rarely drunk"] {
      #expect(try Conversation(.english, turn).ask("Do I drink?")?.outcome == .unknown, "\(turn)")
    }
    #expect(try Conversation(.english, "I almost bought a Tesla").current == [])
  }

  @Test("«Not only» tells both")
  func notOnly() throws {
    for turn in ["No solo hablo inglés, también francés", "No solo hablo inglés, sino también francés"] {
      #expect(try Conversation(.spanish, turn).current == ["usuario | hablar | inglés", "usuario | hablar | francés"])
    }
    let english = try Conversation(.english, "I not only speak English but also French")
    #expect(try english.ask("Do I speak French?")?.text.hasPrefix("Yes") == true)
    #expect(try english.ask("Do I speak English?")?.text.hasPrefix("Yes") == true)
  }

  @Test("The other password stands beside the first")
  func others() throws {
    for turn in ["Mi otra clave es abcDEF", "La otra clave es abcDEF"] {
      let told = try Conversation(.spanish, "Mi clave es ABCdef", turn)
      #expect(try told.ask("¿Cuál es mi clave?")?.text == "Tu clave es ABCdef.")
      #expect(try told.ask("¿Cuál es mi otra clave?")?.text == "Tu otra clave es abcDEF.")
    }
  }

  @Test("What several are, each of them is; what is short for a word is read as it")
  func several() throws {
    let cousins = try Conversation(.spanish, "Mi prima Elena y mi prima Sara son enfermeras")
    #expect(try cousins.ask("¿Qué es Sara?")?.text == "Sara es enfermera.")
    let kids = try Conversation(.spanish, "Tengo dos hijos: Lucas tiene 6 años y Martina 3")
    #expect(try kids.ask("¿Cuántos años tiene Martina?")?.text == "Martina tiene 3 años.")
    #expect(try Conversation(.spanish, "m gusta la musica clasica").current == ["usuario | gustar | la musica clasica"])
    #expect(
      try Conversation(.spanish, "Vivo en la calle Mayor 5, 3ºB, 28013 Madrid").ask("¿Dónde vivo?")?.text.contains(
        "Madrid")
        == true)
  }

  @Test("What somebody is like, and what an animal is, can be asked")
  func like() throws {
    let boss = try Conversation(.spanish, "Mi jefa se llama Remedios y es muy estricta")
    #expect(try boss.ask("¿Cómo es mi jefa?")?.text == "Tu jefa es muy estricta.")
    let frida = try Conversation(.spanish, "Tengo una iguana llamada Frida")
    #expect(try frida.ask("¿Qué animal es Frida?")?.text == "Frida es una iguana.")
  }
}

@Suite("What was told is confirmed in a correct sentence, or only noted")
struct AcknowledgementTests {
  private func text(_ turn: String, _ language: Language = .spanish) throws -> String {
    Acknowledgement.text(
      of: try Learner(lookup: FactArray(), owner: .local).changes(
        from: turn, language: language, now: Conversation.now),
      language)
  }

  @Test(
    "In words where they are sure",
    arguments: [
      ("Mi hermana vive en Madrid", "De acuerdo: tu hermana vive en Madrid."),
      ("Tengo tres gatos", "De acuerdo: tienes tres gatos."),
      ("Mi madre se llama Pilar", "De acuerdo: tu madre se llama Pilar."),
      ("Odio el cilantro", "De acuerdo: odias el cilantro."),
      ("Mi clave del wifi es Luna", "Anotado."), ("Trabajo en Renfe desde 2019", "De acuerdo: trabajas en Renfe."),
    ])
  func plain(turn: String, answer: String) throws { #expect(try text(turn) == answer) }

  @Test(
    "Otherwise it is noted",
    arguments: [
      "Mis abuelos maternos son de un pueblo de Teruel", "Me han subido el alquiler", "No como carne los viernes",
      "Soy intolerante a la lactosa", "El hijo pequeño de Charo se llama Izan", "Me gustaría tener un perro",
      "Odio que me llamen tarde",
    ])
  func noted(turn: String) throws { #expect(try text(turn) == "Anotado.") }

  @Test("In English as well")
  func english() throws {
    #expect(try text("My sister lives in Leeds", .english) == "All right: your sister lives in Leeds.")
    #expect(try text("I take blood pressure pills every morning", .english) == "Noted.")
  }
}
