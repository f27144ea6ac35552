import SaraiCore

extension RequestPhrases {
  static let spanish = RequestPhrases(
    greetings: [
      "oye", "hola", "sarai", "eh", "vale", "ok", "bueno", "mira", "buenas ?tardes|noches", "buenos dias", "si puedes",
      "cuando puedas", "pues", "entonces", "y", "anda", "venga",
    ],
    courtesies: ["por favor", "porfa", "porfavor", "sin falta"],
    thanks: [
      "gracias", "muchas gracias", "mil gracias", "vale", "ok", "sarai", "anda", "si puedes", "si eres tan amable",
      "cuando puedas", "eh", "venga",
    ],
    triggers: [
      (.remind, remind), (.notify, notify), (.alarm, alarm), (.timer, timer), (.noun, noun),
    ],
    bareNouns: [(.noun, ["recordatorio|aviso"]), (.alarm, ["alarma|despertador"]), (.timer, ["temporizador"])],
    moments: [
      "despues|antes de comer|cenar|desayunar|almorzar|dormir|trabajar|salir|clase|acostarme|irme|merendar",
      "al llegar|volver|salir ?a|de|del ?casa|trabajo|oficina",
      "cuando llegue|vuelva|salga ?a|de|del ?casa|trabajo|comer",
      "en verano|invierno|otono|primavera",
    ],
    around: ["antes|despues de|del", "a partir de|del"],
    further: ["y|o|hasta|desde|menos|excepto|salvo|de|entre"], through: ["a", "y", "hasta", "o", "-"],
    backwards: ["recuerdamelo|recordamelo|avisamelo", "me lo recuerdas"],
    adverb: ["tambien", "de nuevo", "otra vez"],
    list: list, inbox: inbox,
    cancelAll: group([
      "<drop> ?todos|todas ?los|las|mis <reminders> ?que ?tengo",
      "<can> <drop> todos|todas|mis ?los|las|mis <reminders>",
      "no me recuerdes nada ?mas", "deja de recordarme cosas|todo", "no quiero mas recordatorios",
    ]),
    cancelEach: group([
      "<drop> todos|todas ?los|las|mis <reminders>", "<can> <drop> todos|todas ?los|las|mis <reminders>",
    ]),
    cancel: group([
      "<drop> el|la|mi|ese|esa|este|esta <reminder>", "<can> <drop> el|la|mi|ese|esa|este|esta <reminder>",
      "olvidate del <reminder>", "?ya no me recuerdes|avises ?ya ?mas", "deja de recordarme|avisarme",
      "?ya no hace falta que me recuerdes|avises", "?ya no quiero que me recuerdes|avises ?mas",
      "?ya no ?hace ?falta ?es ?necesario recordarme",
    ]),
    cancelTimed: [], timed: [],
    topic: [
      "que te puse|pedi|dije ?de|para|del", "de lo de|del", "lo de|del", "de que", "de|del|sobre|para|que ?dice",
      "acerca de|del",
    ],
    questions: [
      "como|quien|quienes|donde|adonde|cuando|cual|cuales|cuanto|cuanta|cuantos|cuantas|si",
      "por|para|a|de|en|con que|quien|cual|donde",
    ],
    relatives: ["que", "donde", "cuando", "quien"],
    setting: ["pon|ponme un"], timers: ["temporizador"], towards: ["para", "de", "a", "en"],
    binding: [
      "de", "del", "para", "hasta", "desde", "antes", "despues", "por", "que", "entre", "y", "o", "con", "sin", "a",
      "la", "el", "los", "las", "un", "una", "mi", "cada", "durante", "sobre",
    ],
    cycles: ["diario": .days(1), "diaria": .days(1), "semanal": .week, "mensual": .month, "anual": .year],
    clauses: ["de que", "que"], infinitives: ["de", "para", "lo de que"],
    memories: [
      "lo que", "los que", "las cosas que", "aquello que",
      "el|la|los|las|mi nombre|titulo|apellido|direccion|telefono|contrasena|clave|pin|edad|significado",
      "el|la|mi codigo|matricula|formula|receta|historia|capital",
      "a mi|mis|tu|su|el|la|los|las|un|una|nadie|alguien", "como|quien|donde|cual|cuanto|cuantos|cuantas",
      "cuando es|fue|era|son", "que dia|hora|hice|dije|fue|es|significa|paso|numero|cosa|cosas",
    ],
    language: .spanish)

  private static let remind = group([
    "recuerdame|recordame|recuerdeme|acuerdame|acordame", "me recuerdas|recordarias|recordaras", "recordarme",
    "<can> recordarme", "me <can> recordar", "<want> que me recuerdes", "me gustaria que me recordaras|recordases",
    "acuerdate|acordate de recordarme", "no ?te olvides de recordarme", "no olvides recordarme",
    "tienes|tenes que recordarme", "te importa|importaria recordarme", "haz|haceme|hazme acordar ?de", "hazme recordar",
    "haz que me acuerde de", "haz que no se me olvide|pase", "no dejes que se me olvide|pase",
    "que no se me olvide|pase",
    "no me dejes olvidar", "no dejes que me olvide ?de", "no dejes que olvide",
  ])

  private static let notify = group([
    "avisame|aviseme|notificame|alertame|avisanos", "me avisas", "avisarme", "<can> avisarme", "me <can> avisar",
    "<want> que me avises", "acuerdate|acordate de avisarme", "no ?te olvides de avisarme", "no olvides avisarme",
    "dame un toque|aviso",
  ])

  private static let alarm = group([
    "despiertame|despertame", "me despiertas", "<can> despertarme", "me <can> despertar", "<want> que me despiertes",
    "<make> ?un|una|el|la|otro|otra <clock> ?diaria", "me pones|<can> ?poner|programar un|una|el|la <clock>",
    "<can> poner|ponerme|programar un|una|el|la <clock>",
  ])

  private static let timer = group([
    "<make> ?un|una|otro <timer> ?atras", "me pones ?un|una <timer> ?atras",
    "<can> poner|ponerme un|una <timer> ?atras",
  ])

  private static let noun = group([
    "<make> ?un|una|otro|el <note> ?diario|diaria|semanal|mensual|anual", "me pones|creas|haces un|una <note>",
    "<can> poner|ponerme|crear|crearme|anadir|hacer|hacerme|programar un|una <note>",
    "<make> en|a ?mis|los|la ?lista ?de recordatorios", "agendame",
  ])

  private static let list = group([
    "?me ?puedes ?podrias ?dices|decir que|cuales|cuantos|cuantas <reminders> tengo|hay ?<set>",
    "cuales|que son mis|los|las <reminders> ?<set>", "?<show> ?todos|todas mis|los|las <reminders> ?que ?tengo ?<set>",
    "<show> ?todos|todas ?mis|los|las <reminders> ?que ?tengo ?<set>",
    "me ensenas|muestras|listas|lees ?todos|todas mis|los|las <reminders> ?<set>",
    "quiero|puedo ver mis|los|las <reminders> ?<set>", "<show> la lista de ?mis|los recordatorios",
    "tengo|hay ?algun|alguna|algunos|algunas|mas <reminder>|<reminders> ?<set>", "mis <reminders>", "recordatorios",
    "que me tienes|tenes que recordar", "que tienes|tenes que recordarme",
    "que ?cosas tengo pendiente|pendientes ?de ?recordar",
    "<can> ensenarme|mostrarme|decirme mis|los <reminders>", "que te he pedido|dicho que me recuerdes",
    "cual|cuando es mi proximo|siguiente recordatorio",
  ])

  private static let inbox = group([
    "tienes|tenes algo|alguna ?cosa|novedad para mi",
    "tienes|tenes ?algo ?algun ?aviso ?nuevo ?que para decirme|contarme|mi",
    "tienes|tenes algo que decirme|contarme", "hay algo ?nuevo para mi", "?y que hay ?de nuevo", "hay algo nuevo",
    "que|cuales <news> hay|tienes|tengo ?<new> ?para ?mi",
    "hay|tengo|tienes ?algun|alguna|algunos|algunas <news> ?<new> ?para ?mi", "algun|alguna <news> ?<new> ?para ?mi",
    "?que hay|tengo ?algo ?nuevo|nueva en mi|la|el bandeja|buzon ?de ?entrada",
    "que hay de nuevo en mi|la bandeja ?de ?entrada",
    "<show> mi|la|mis|los|las bandeja|buzon|<news> ?de ?entrada ?<new>",
    "me has dejado|mandado ?algun|alguna|algo aviso|avisos|mensaje|mensajes|nota|nuevo",
    "mi|mis bandeja|avisos|notificaciones ?de ?entrada", "que tienes|tenes para mi", "bandeja de entrada",
  ])

  private static func group(_ phrases: [String]) -> Phrases {
    Phrases(
      phrases,
      groups: [
        "can": "puedes|podrias|podes|quieres",
        "want": "quiero|necesito|quisiera|querria",
        "make":
          "pon|ponme|poneme|crea|creame|anade|anademe|haz|hazme|programa|programame|apunta|apuntame|anota|anotame|"
          + "agrega|agregame|deja|dejame|agenda|agendame|establece|fija|configura|activa|inicia|genera|quiero|necesito",
        "note": "recordatorio|recordatorios|aviso|alerta|notificacion",
        "clock": "alarma|despertador",
        "timer": "temporizador|cronometro|cuenta",
        "drop":
          "borra|borrame|elimina|cancela|cancelame|quita|quitame|anula|olvida|borrar|eliminar|cancelar|quitar|anular",
        "reminder": "recordatorio|alarma|aviso|temporizador",
        "reminders": "recordatorios|alarmas",
        "show": "ensename|muestrame|mostrame|dime|listame|lista|listar|ver|mostrar|repasa|leeme|dame|abre|mira|revisa",
        "set":
          "puesto|puesta|puestos|puestas|pendiente|pendientes|programados|programadas|activo|activa|activos|activas",
        "news": "aviso|avisos|alerta|alertas|notificacion|notificaciones|novedad|novedades|mensaje|mensajes",
        "new": "nuevo|nueva|nuevos|nuevas|pendiente|pendientes",
      ])
  }
}
