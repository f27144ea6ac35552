import SaraiCore

/// The phrases of one language by which something is asked of the loop.
struct RequestPhrases: Sendable {
  enum Kind: Sendable {
    /// «Recuérdame».
    case remind
    /// «Avísame»: without a time, or without an action, it waits for something else.
    case notify
    /// «Ponme un recordatorio».
    case noun
    /// An hour is one of the morning.
    case alarm
    case timer
  }

  /// Words before a request that mean nothing to it, and behind.
  let greetings: Phrases
  /// The same anywhere.
  let courtesies: Phrases
  let thanks: Phrases
  let triggers: [(kind: Kind, phrases: Phrases)]
  /// «Recuérdamelo»: behind what is to be remembered.
  let backwards: Phrases
  /// «También», "again": between request and time.
  let adverb: Phrases
  let list: Phrases
  let inbox: Phrases
  let cancelAll: Phrases
  let cancel: Phrases
  /// Between a cancelled reminder and what it is about.
  let topic: Phrases
  /// Words that make a question of it.
  let questions: Phrases
  /// «Para», "for": may stand before a time that follows the request at once.
  let towards: Set<String>
  /// Words that bind a time to what stands before them.
  let binding: Set<String>
  /// Words of the request itself that say how often: "a daily reminder".
  let cycles: [String: Cycle]
  let clauses: Phrases
  let infinitives: Phrases
  /// Beginnings of what is asked from memory: «lo que dije».
  let memories: Phrases
  let language: Language

  static func of(_ language: Language) -> RequestPhrases { language == .spanish ? spanish : english }

  func trigger(in tokens: SentenceTokens, at start: Int) -> (kind: Kind, end: Int)? {
    triggers.compactMap { trigger in trigger.phrases.end(in: tokens, at: start).map { (trigger.kind, $0) } }
      .max { $0.1 < $1.1 }
  }

  func joint(in tokens: SentenceTokens, at start: Int) -> (joint: SentenceReader.Joint, end: Int)? {
    if let end = clauses.end(in: tokens, at: start) { return (.clause, end) }
    if let end = infinitives.end(in: tokens, at: start) { return (.infinitive, end) }
    return nil
  }

  func isMemory(_ tokens: SentenceTokens, at start: Int) -> Bool { memories.end(in: tokens, at: start) != nil }

  /// What follows «que»: a verb, not somebody of whom something is told.
  func beginsClause(_ tokens: SentenceTokens, at start: Int) -> Bool {
    language == .spanish
      ? !Self.spanishSubjects.contains(tokens[start]) : ["i", "we", "i've", "i'm", "i'll"].contains(tokens[start])
  }

  /// An infinitive.
  func beginsAction(_ tokens: SentenceTokens, at start: Int, joined: Bool) -> Bool {
    // "About" and "of" may ask what is known.
    guard language == .spanish else { return joined && tokens[start - 1] == "to" }
    let verb = tokens[start] == "no" ? tokens[start + 1] : tokens[start]
    return SecondPerson.isInfinitive(verb)
  }

  private static let spanishSubjects: Set<String> = [
    "mi", "mis", "el", "la", "los", "las", "tu", "tus", "su", "sus", "un", "una", "me", "es", "esta", "este", "yo",
    "ella", "ellos", "ellas", "nosotros", "nuestro", "nuestra", "ayer", "soy", "estoy", "vivo", "naci",
  ]
}

extension RequestPhrases {
  static let spanish = RequestPhrases(
    greetings: [
      "oye", "hola", "sarai", "eh", "vale", "ok", "bueno", "mira", "buenas ?tardes|noches",
      "buenos dias", "pues", "entonces", "y", "anda", "venga",
    ],
    courtesies: ["por favor", "porfa", "porfavor"],
    thanks: [
      "gracias", "muchas gracias", "mil gracias", "vale", "ok", "sarai", "anda",
      "si puedes", "si eres tan amable", "cuando puedas", "eh", "venga",
    ],
    triggers: [
      (
        .remind,
        [
          "recuerdame|recordame|recuerdeme|acuerdame|acordame", "me recuerdas",
          "me recordarias|recordaras",
          "recordarme", "puedes|podrias|podes|quieres recordarme", "me puedes|podrias|podes|quieres recordar",
          "quiero|necesito|quisiera|gustaria que me recuerdes", "me gustaria que me recordaras",
          "acuerdate|acordate de recordarme", "no ?te olvides de recordarme", "no olvides recordarme",
          "tienes que recordarme", "te importa|importaria recordarme", "haz|haceme|hazme acordar ?de", "hazme recordar",
          "haz que me acuerde de", "haz que no se me olvide", "no dejes que se me olvide|pase",
          "que no se me olvide|pase",
          "no me dejes olvidar", "no dejes que me olvide ?de", "no dejes que olvide",
        ]
      ),
      (
        .notify,
        [
          "avisame|aviseme|notificame|alertame|avisanos", "me avisas", "avisarme", "puedes|podrias|podes avisarme",
          "me puedes|podrias|podes avisar", "quiero|necesito que me avises", "acuerdate|acordate de avisarme",
          "no ?te olvides de avisarme", "no olvides avisarme", "dame un toque|aviso",
        ]
      ),
      (
        .alarm,
        [
          "despiertame|despertame", "me despiertas", "puedes|podrias despertarme", "me puedes|podrias despertar",
          "quiero|necesito que me despiertes",
          "pon|ponme|poneme|crea|creame|programa|programame|activa|fija|quiero|necesito ?una|la|otra|un|el|otro alarma|despertador ?diaria",
          "me pones|puedes|podrias ?poner|programar una|un alarma|despertador",
          "puedes|podrias poner|ponerme una|un alarma|despertador",
          "alarma|despertador a|para|:",
        ]
      ),
      (
        .timer,
        [
          "pon|ponme|poneme|crea|creame|programa|inicia|activa|quiero|necesito ?un|otro|una temporizador|cronometro|cuenta ?atras",
          "me pones ?un temporizador", "puedes|podrias poner|ponerme un temporizador", "temporizador de",
        ]
      ),
      (
        .noun,
        [
          "pon|ponme|poneme|crea|creame|anade|anademe|haz|hazme|programa|programame|apunta|apuntame|anota|anotame|agrega|agregame|deja|dejame|agenda|agendame|establece|fija|configura|quiero|necesito|genera ?un|otro|una|el recordatorio|recordatorios|aviso|alerta|notificacion ?diario|diaria|semanal|mensual|anual",
          "me pones|creas|haces un recordatorio|aviso",
          "puedes|podrias poner|ponerme|crear|crearme|anadir|hacer|hacerme|programar un recordatorio|aviso",
          "recordatorio :|para|a|el|manana|de", "agendame|agenda",
        ]
      ),
    ],
    backwards: ["recuerdamelo|recordamelo|avisamelo", "me lo recuerdas"],
    adverb: ["tambien", "de nuevo", "otra vez"],
    list: [
      "?me ?puedes ?podrias ?dices|decir que|cuales|cuantos recordatorios|alarmas|avisos tengo ?puestos|puestas|pendientes|programados|programadas|activos|activas",
      "cuales|que son|hay mis|los recordatorios|alarmas ?pendientes",
      "que recordatorios|alarmas hay ?pendientes|activos",
      "ensename|muestrame|mostrame|dime|listame|lista|listar|ver|mostrar|repasa|leeme|dame|quiero ?ver ?todos|todas ?mis|los|las ?la ?lista ?de ?mis recordatorios|alarmas ?que ?tengo ?pendientes|activos|puestos",
      "tengo|hay ?algun|alguna|algunos|mas recordatorio|recordatorios|alarma|alarmas ?pendiente|pendientes|puesto|puesta|puestas|activo|activa",
      "mis recordatorios|alarmas", "recordatorios", "que me tienes que recordar", "que tienes que recordarme",
      "que ?cosas tengo pendiente|pendientes ?de ?recordar",
      "puedes|podrias ensenarme|mostrarme|decirme mis|los recordatorios",
      "que te he pedido|dicho que me recuerdes", "cual es mi proximo|siguiente recordatorio",
      "cuando es mi proximo|siguiente recordatorio",
    ],
    inbox: [
      "?sarai tienes|tenes algo|alguna ?cosa|novedad para mi",
      "tienes|tenes algo|algun ?aviso ?nuevo ?que ?para decirme|contarme|mi",
      "hay algo ?nuevo para mi",
      "que|cuales avisos|alertas|notificaciones|novedades|mensajes hay|tienes ?nuevos|nuevas|pendientes ?para ?mi",
      "hay|tengo|tienes ?algun|alguna|algunos|algunas aviso|avisos|alerta|alertas|notificacion|notificaciones|novedad|novedades ?nuevo|nueva|nuevos|nuevas|pendiente|pendientes|para ?mi",
      "?que hay|tengo ?algo ?nuevo en mi|la|el bandeja|buzon ?de ?entrada|avisos",
      "?que hay de nuevo en mi|la bandeja ?de ?entrada",
      "ensename|muestrame|mostrame|dime|abre|ver|mira|leeme|revisa mi|la|mis|los|las bandeja|buzon|avisos|alertas|notificaciones|novedades ?de ?entrada ?nuevos|nuevas|pendientes",
      "me has dejado|mandado ?algun|alguna|algo aviso|avisos|mensaje|mensajes|nota|nuevo",
      "mi|mis bandeja|avisos|notificaciones ?de ?entrada", "que tienes|tenes para mi", "bandeja de entrada",
    ],
    cancelAll: [
      "borra|borrame|elimina|cancela|quita|anula|olvida|borrar|eliminar|cancelar ?todos|todas ?los|las|mis recordatorios|alarmas ?que ?tengo",
      "puedes|podrias borrar|cancelar|eliminar|quitar todos|todas ?los|las|mis recordatorios|alarmas",
      "no me recuerdes nada ?mas", "deja de recordarme cosas|todo", "no quiero mas recordatorios",
    ],
    cancel: [
      "borra|borrame|elimina|cancela|cancelame|quita|quitame|anula|olvida|borrar|eliminar|cancelar el|la|mi|ese|este|esa recordatorio|alarma|aviso|temporizador",
      "puedes|podrias borrar|cancelar|eliminar|quitar|anular el|la|mi|ese|este recordatorio|alarma|aviso",
      "olvidate del recordatorio|aviso",
      "?ya no me recuerdes|avises ?ya ?mas", "deja de recordarme|avisarme", "?ya no hace falta que me recuerdes|avises",
      "?ya no quiero que me recuerdes|avises ?mas", "?ya no ?hace ?falta ?es ?necesario recordarme",
    ],
    topic: [
      "que te puse|pedi|dije ?de|para|del", "de lo de|del", "lo de|del", "de que", "de|del|sobre|para|que ?dice",
      "acerca de|del",
    ],
    questions: [
      "como|quien|quienes|donde|adonde|cuando|cual|cuales|cuanto|cuanta|cuantos|cuantas|si",
      "por|para|a|de|en|con que|quien|cual|donde",
    ],
    towards: ["para", "de", "a", "en"],
    binding: [
      "de", "del", "para", "hasta", "desde", "antes", "despues", "por", "que", "entre", "y", "o", "con", "sin", "a",
      "la", "el",
      "los", "las", "un", "una", "mi", "cada", "durante", "sobre",
    ],
    cycles: ["diario": .days(1), "diaria": .days(1), "semanal": .week, "mensual": .month, "anual": .year],
    clauses: ["de que", "que"], infinitives: ["de", "para", "lo de que"],
    memories: [
      "lo que", "los que", "las cosas que", "aquello que", "a mi|mis|tu|su|el|la|los|las|un|una|nadie|alguien",
      "como|quien|donde|cual|cuanto|cuantos|cuantas",
      "cuando es|fue|era|son", "que dia|hora|hice|dije|fue|es|significa|paso|numero|cosa|cosas",
    ],
    language: .spanish)
}
