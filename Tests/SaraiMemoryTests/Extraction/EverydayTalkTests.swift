import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("What people say in passing is read as they mean it")
struct EverydayTalkTests {
  @Test(
    "In Spanish",
    arguments: [
      (["Luis, mi jefe, vive en Lugo"], "¿Dónde vive mi jefe?", "Tu jefe vive en Lugo."),
      (
        ["Mi hermana mayor es jueza y la pequeña estudia Medicina"], "¿Qué estudia mi hermana pequeña?",
        "Tu hermana pequeña estudia Medicina."
      ),
      (
        ["Mis hermanos Iván y Óscar viven en Murcia"], "¿Cómo se llaman mis hermanos?",
        "Tus hermanos se llaman Iván y Óscar."
      ),
      (["Mi gata se llama Lía y mi perro Otto"], "¿Cómo se llama mi perro?", "Tu perro se llama Otto."),
      (["Cobro 1.500 euros", "Me han subido el sueldo a 1.800"], "¿Cuánto cobro?", "Cobras 1.800 euros."),
      (
        ["Vivo con mi novio", "Ya no vivo con mi novio, ahora vivo sola"], "¿Vivo con mi novio?",
        "No, no vives con tu novio."
      ),
      (
        ["Tengo que renovar el DNI antes del 20 de mayo"], "¿Cuándo tengo que renovar el DNI?",
        "Tienes que renovar el DNI antes del 20 de mayo."
      ),
      (["Vale, pues resulta que soy alérgica a los gatos"], "¿A qué soy alérgica?", "Eres alérgica a los gatos."),
      (["Mi grupo sanguíneo es A negativo"], "¿Cuál es mi grupo sanguíneo?", "Tu grupo sanguíneo es A negativo."),
      (["mi novio trabaja d electricista"], "¿De qué trabaja mi novio?", "Tu novio trabaja de electricista."),
      (["Mi suegro se ha jubilado"], "¿Está jubilado mi suegro?", "Sí, tu suegro está jubilado."),
      (["Tengo un Ford Focus", "He vendido el Focus y me he comprado un Kia"], "¿Qué coche tengo?", "Tienes un Kia."),
      (["Mi hija ya ha pasado a cuarto"], "¿A qué curso va mi hija?", "Tu hija va a cuarto."),
      (
        ["Mis abuelos maternos son de un pueblo de Teruel"], "¿De dónde son mis abuelos maternos?",
        "Tus abuelos maternos son de un pueblo de Teruel."
      ),
      (["Mi ex vive en Canarias"], "¿Dónde vive mi ex?", "Tu ex vive en Canarias."),
      (["Ahora soy vegana", "Bueno, en realidad vegetariana"], "¿Qué soy?", "Eres vegetariana."),
      (
        ["El apellido de mi mujer es Larrea"], "¿Cuál es el apellido de mi mujer?", "El apellido de tu mujer es Larrea."
      ),
      (["No he comido nunca caracoles"], "¿He comido caracoles?", "No, no has comido caracoles."),
      (["Nací el 12 de junio de 1990 en Elche"], "¿Cuándo es mi cumpleaños?", "Tu cumpleaños es el 12 de junio."),
      (["He adoptado un galgo", "Se llama Rayo"], "¿Cómo se llama mi galgo?", "Tu galgo se llama Rayo."),
    ])
  func spanish(turns: [String], question: String, answer: String) throws {
    var told = try Conversation(.spanish)
    for turn in turns { try told.tell(turn) }
    #expect(try told.ask(question)?.text == answer)
  }

  @Test(
    "What is over, not yet so or only half said is not told",
    arguments: [
      (["Vivo con mis padres", "Me he ido de casa de mis padres"], "¿Con quién vivo?"),
      (["Mi primo Raúl se casa en septiembre con Noemí"], "¿Está casado Raúl?"),
      (["Mi suegra está ingresada en el Reina Sofía", "Ya le han dado el alta"], "¿Está ingresada mi suegra?"),
    ])
  func notSo(turns: [String], question: String) throws {
    var told = try Conversation(.spanish)
    for turn in turns { try told.tell(turn) }
    #expect(try told.ask(question)?.outcome == .unknown)
  }

  @Test("A people is no name, and who of several is how old is not guessed")
  func notGuessed() throws {
    let boss = try Conversation(.english, "My boss is Scottish")
    #expect(try boss.ask("What's my boss called?")?.outcome == .unknown)
    #expect(try boss.ask("Is my boss Scottish?")?.text == "Yes, your boss is Scottish.")
    #expect(try boss.ask("Is my boss Welsh?")?.outcome == .unknown)
    #expect(try boss.ask("Is my boss Trevor?")?.outcome == .unknown)
    let former = try Conversation(.english, "My old boss was called Trevor")
    #expect(try former.ask("What's my boss called?")?.outcome == .unknown)
    #expect(try Conversation(.spanish, "El lunes no trabajo").ask("¿Trabajo?")?.outcome == .unknown)
    #expect(try Conversation(.english, "My kids are 7 and 9").current == [])
    let wife = try Conversation(.spanish, "Mi mujer trabaja de noche")
    #expect(try wife.ask("¿Trabaja mi mujer de noche?")?.text.hasPrefix("Sí") == true)
  }

  @Test(
    "In English",
    arguments: [
      (["I can speak Welsh"], "Do I speak Welsh?", "Yes, you speak Welsh."),
      (["My gran's 88"], "How old is my gran?", "Your grandma is 88 years old."),
      (["My dad passed away in 2020"], "When did my dad pass away?", "Your dad died in 2020."),
      (["My appointment is at half past three"], "When is my appointment?", "Your appointment is at half past three."),
      (["Dan owes me $40"], "How much does Dan owe me?", "Dan owes you $40."),
      (
        ["I go to the gym on Mondays and Thursdays"], "When do I go to the gym?",
        "You go on Mondays and on Thursdays to the gym."
      ),
    ])
  func english(turns: [String], question: String, answer: String) throws {
    var told = try Conversation(.english)
    for turn in turns { try told.tell(turn) }
    #expect(try told.ask(question)?.text == answer)
  }
}
