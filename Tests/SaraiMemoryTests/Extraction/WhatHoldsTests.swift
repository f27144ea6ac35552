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
    for answer in ["La correcta es Soria", "Soria", "En Soria", "Soria es la correcta", "La primera", "Es Soria"] {
      let told = try Conversation(.spanish, "Vivo en Soria", "Vivo en Lugo", answer)
      #expect(told.current == ["usuario | vivir en | Soria"], "\(answer)")
    }
    #expect(
      try Conversation(.english, "I live in York", "I live in Leeds", "The right one is York").current == [
        "usuario | vivir en | York"
      ])
    for answer in ["Leeds is right", "The second one", "It's Leeds", "Leeds"] {
      let told = try Conversation(.english, "I live in York", "I live in Leeds", answer)
      #expect(told.current == ["usuario | vivir en | Leeds"], "\(answer)")
    }
    #expect(try Conversation(.spanish, "Mi perro es grande", "Es negro").current.count == 2)
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
    #expect(two.current.contains("usuario | tener | un perro"))
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

  @Test("Who leaves a place, finds work or has her child is no longer there, idle or expecting")
  func outcomes() throws {
    let out = try Conversation(.spanish, "Mi madre está en el hospital", "Mi madre ya ha salido del hospital")
    #expect(try out.ask("¿Está mi madre en el hospital?")?.text.hasPrefix("Sí") == false)
    let discharged = try Conversation(.english, "My mother is in hospital", "My mother is out of hospital")
    #expect(try discharged.ask("Is my mother in hospital?")?.text.hasPrefix("Yes") == false)
    let hired = try Conversation(.spanish, "Mi hermano está en paro", "Mi hermano ha encontrado trabajo")
    #expect(!hired.current.contains { $0.contains("paro") })
    let born = try Conversation(.english, "My sister is pregnant", "My sister had her baby")
    #expect(!born.current.contains { $0.contains("pregnant") })
    let graduate = try Conversation(.spanish, "Mi primo estudia en Granada", "Mi primo ha terminado la carrera")
    #expect(!graduate.current.contains { $0.contains("Granada") })
  }

  @Test("A debt that is paid, a fever that is over and a plan that is off are no more")
  func settledMatters() throws {
    let debt = try Conversation(.english, "I owe Pete 50 dollars", "I paid Pete back")
    #expect(!debt.current.contains { $0.contains("deber") })
    let lent = try Conversation(.spanish, "Luis me debe 50 euros", "Luis ya me ha devuelto los 50 euros")
    #expect(!lent.current.contains { $0.contains("| deber") })
    let fever = try Conversation(.spanish, "Mi hijo tiene fiebre", "A mi hijo se le ha pasado la fiebre")
    #expect(try fever.ask("¿Tiene fiebre mi hijo?")?.text.hasPrefix("Sí") == false)
    let plan = try Conversation(
      .spanish, "Tengo una reunión el jueves a las 10", "La reunión del jueves se ha cancelado")
    #expect(try plan.ask("¿Tengo una reunión el jueves?")?.text.hasPrefix("Sí") == false)
    let off = try Conversation(.english, "I have a meeting on Thursday", "The meeting on Thursday is off")
    #expect(try off.ask("Do I have a meeting on Thursday?")?.text.hasPrefix("Yes") == false)
    let door = try Conversation(
      .spanish, "La clave del portal es 1234", "Han cambiado la clave del portal, ahora es 4321")
    #expect(try door.ask("¿Cuál es la clave del portal?")?.text == "La clave del portal es 4321.")
    let tennis = try Conversation(.english, "I play tennis on Mondays", "I gave up tennis")
    #expect(try tennis.ask("Do I play tennis?")?.text.hasPrefix("Yes") == false)
  }

  @Test("A broken bond ends with its name, and a wedding ends being single")
  func bonds() throws {
    let apart = try Conversation(.spanish, "Tengo novia", "He roto con mi novia")
    #expect(try apart.ask("¿Tengo novia?")?.text == "No, no tienes novia.")
    let over = try Conversation(.english, "My girlfriend is called Eva", "I broke up with Eva")
    #expect(try over.ask("What's my girlfriend's name?")?.outcome == .unknown)
    let married = try Conversation(.english, "My brother is single", "My brother got married")
    #expect(try married.ask("Is my brother married?")?.text == "Yes, your brother is married.")
    #expect(try married.ask("Is my brother single?")?.text.hasPrefix("Yes") == false)
  }

  @Test("One more is counted, and what grows has its last measure")
  func counted() throws {
    #expect(
      try Conversation(.spanish, "Tengo dos hijos", "Ha nacido mi tercer hijo").current == [
        "usuario | tener | tres hijos"
      ])
    #expect(
      try Conversation(.english, "I have two cats", "I got a third cat").current == ["usuario | tener | three cats"])
    #expect(try Conversation(.english, "I have a cat", "I got a second cat").current == ["usuario | tener | two cats"])
    let girl = try Conversation(.spanish, "Mi hija mide 1,20", "Mi hija ya mide 1,25")
    #expect(try girl.ask("¿Cuánto mide mi hija?")?.text == "Tu hija mide 1,25.")
  }

  @Test("A day or an hour that is moved takes the place of the one before, and of nothing else")
  func moved() throws {
    let met = try Conversation(
      .spanish, "Quedamos el martes a las 5 con Luis", "Al final quedamos el jueves a las 6 con Luis")
    #expect(met.current.filter { $0.contains("cuando") }.count == 2)
    #expect(try met.ask("¿Cuándo he quedado con Luis?")?.text.contains("martes") == false)
    let meeting = try Conversation(
      .spanish, "La reunión es el lunes a las 10", "La reunión se ha movido al martes a las 12")
    #expect(try meeting.ask("¿Cuándo es la reunión?")?.text == "La reunión es el martes 17 de marzo de 2026 a las 12.")
    let flight = try Conversation(.english, "My flight is at 9am", "My flight got moved to 11am")
    #expect(try flight.ask("When is my flight?")?.text == "Your flight is at 11am.")
    let hour = try Conversation(
      .spanish, "La reunión es el lunes a las 10", "La reunión se ha movido a las 12")
    #expect(try hour.ask("¿Cuándo es la reunión?")?.text == "La reunión es el lunes 16 de marzo de 2026 a las 12.")
  }

  @Test(
    "What would be, might be or is only said by somebody is not told",
    arguments: [
      "Viviría en Narnia", "A lo mejor mi hermana vive en Narnia", "Según mi hermano, mi tía vive en Narnia",
      "If my sister lived in Narnia, I'd visit her", "My brother might move to Narnia",
      "According to my brother, my sister lives in Narnia", "My neighbour says the moon is made of Narnia",
      "Dudo que mi hermano viva en Narnia", "def f(x):\n    return x  # my sister lives in Narnia",
    ])
  func hypothetical(text: String) throws {
    let language: Language = text.lowercased().contains("my ") ? .english : .spanish
    #expect(try !Conversation(language, text).current.contains { $0.contains("Narnia") })
  }

  @Test("A verb that is left out is that of the clause before")
  func gapped() throws {
    let wifi = try Conversation(.spanish, "El wifi de casa es MOVISTAR_23F y la clave 9dkK2")
    #expect(try wifi.ask("¿Cuál es la clave del wifi?")?.text.contains("9dkK2") == true)
    let favourites = try Conversation(
      .spanish, "Mi color favorito es el verde y mi película favorita El Padrino")
    #expect(try favourites.ask("¿Cuál es mi película favorita?")?.text == "Tu película favorita es El Padrino.")
    #expect(try favourites.ask("¿Cuál es mi color favorito?")?.text == "Tu color favorito es el verde.")
    let ages = try Conversation(.spanish, "Mi perro tiene 3 años y mi gato 5")
    #expect(ages.current == ["perro del usuario | tener | 3 años", "gato del usuario | tener | 5 años"])
    let parents = try Conversation(.spanish, "El padre de Lucía es policía y la madre maestra")
    #expect(parents.current == ["padre de Lucía | ser | policía", "madre de Lucía | ser | maestra"])
    let allergies = try Conversation(.spanish, "Soy alérgico a los cacahuetes y mi hijo a la lactosa")
    #expect(try allergies.ask("¿A qué es alérgico mi hijo?")?.text == "Tu hijo es alérgico a la lactosa.")
    let homes = try Conversation(.english, "Mike lives in Ohio and Dave in Texas")
    #expect(homes.current == ["Mike | vivir en | Ohio", "Dave | vivir en | Texas"])
    let siblings = try Conversation(.english, "My brother is 30 and my sister 25")
    #expect(try siblings.ask("How old is my sister?")?.text == "Your sister is 25 years old.")
    #expect(
      try Conversation(.spanish, "Me gusta el té pero no el café").current == [
        "usuario | gustar | el té", "no usuario | gustar | el café",
      ])
    #expect(
      try Conversation(.english, "I don't have a car but my brother does").current == [
        "no usuario | tener | a car", "hermano del usuario | tener | a car",
      ])
  }

  @Test("Two of one name or one role are kept apart")
  func apart() throws {
    let friends = try Conversation(.spanish, "Mi amiga Laura es médica", "Mi otra amiga Laura es pintora")
    #expect(try friends.ask("¿A qué se dedica Laura?")?.text.contains("pintora") == true)
    #expect(try friends.ask("¿A qué se dedica Laura?")?.text.contains("médica") == true)
    let vegans = try Conversation(.spanish, "Mi compañera Ana es vegana, mi vecina Ana no")
    #expect(try vegans.ask("¿Es vegana mi vecina Ana?")?.text.hasPrefix("No") == true)
    #expect(try vegans.ask("¿Es vegana mi compañera Ana?")?.text.hasPrefix("Sí") == true)
    let sisters = try Conversation(.spanish, "Mis hermanas se llaman Ana y Eva", "Mi hermana se ha casado")
    #expect(try sisters.ask("¿Se ha casado Ana?")?.outcome == .unknown)
    let pets = try Conversation(.spanish, "Tengo 2 perros (Luna y Sol) y 1 gata (Mia)")
    #expect(try pets.ask("¿Cómo se llaman mis perros?")?.text == "Tus perros se llaman Luna y Sol.")
    #expect(
      try Conversation(.spanish, "Mi hermana Ana vive en León", "Mi hermana mayor Ana es médica").current.count(
        where: { $0.contains("llamarse") || $0.contains("hermana del usuario") }) == 1)
  }
}
