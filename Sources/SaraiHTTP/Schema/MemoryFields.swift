import SaraiCore

/// The tables of fields of `/api/memory`.
enum MemoryFields {
  private static let term = Shape.string(1...(64 << 10))
  /// A body holds no more.
  private static let mostText = 2 << 20
  private static let text = Shape.string(1...mostText)
  private static let time = Shape.string(1...64)
  private static let timeOrNull = Shape.oneOf([time, .null])
  private static let name = Shape.string(0...1024)
  /// A part of a query: one, or several of which any will do.
  private static let terms = Shape.oneOf([term, .list(term, count: 1...100)])

  static let user = Field.optional(
    "user", .string(1...256), default: .string(API.localOwner),
    es: "De quién es la memoria. Sin él, de quien usa esta máquina.",
    en: "Whose memory it is. Without it, that of who uses this machine.")

  private static let language = Field.optional(
    "language", .choice(Language.allCases.map(\.rawValue)),
    es: "El idioma de un texto que no deja ver cuál es. Sin él, el de Accept-Language.",
    en: "The language of a text that does not show its own. Without it, that of Accept-Language.")

  static func limit(_ most: Int64, default usual: Int64) -> Field {
    .optional(
      "limit", .integer(1...most), default: .integer(usual), es: "Cuántos se devuelven como mucho.",
      en: "How many are given back at most.")
  }

  // MARK: - POST /api/memory/learn

  static let learn: [Field] = [
    .required("text", text, es: "Las palabras de la persona.", en: "The person's own words."),
    .optional(
      "reply", .string(0...mostText), default: "",
      es: "Lo que se le respondió: se guarda, y nunca se toman hechos de ello.",
      en: "What was answered: it is kept, and no facts are ever taken from it."),
    .optional("conversation", name, default: "api", es: "A qué conversación pertenece.", en: "Its conversation."),
    .optional(
      "source", .choice(MemoryFact.sources), default: .string(MemoryFact.userInput),
      es: "De dónde viene: lo que no dice la persona queda propuesto hasta que lo confirma.",
      en: "Where it comes from: what the person did not say is proposed until they confirm it."),
    .optional(
      "source_name", name, default: "", es: "El nombre de esa fuente, por si la persona se fía de ella.",
      en: "That source's name, in case the person trusts it."),
    .optional(
      "key", name, default: "", es: "Un nombre para esta lección: dada dos veces, se aprende una.",
      en: "A name for this lesson: given twice, it is learnt once."),
    language, user,
  ]

  // MARK: - POST /api/memory/ask and /recall

  static let ask: [Field] = [
    .required("question", text, es: "La pregunta.", en: "The question."), language, user,
  ]

  private static let parts: [Field] = [
    .optional(
      "subject", terms, es: "De quién o de qué: vale cualquiera de estos.", en: "Of whom or what: any of these."),
    .optional("verb", terms, es: "El verbo: vale cualquiera de estos.", en: "The verb: any of these."),
    .optional("object", terms, es: "El objeto: vale cualquiera de estos.", en: "The object: any of these."),
    .optional(
      "text", term, es: "Palabras con las que empiezan palabras del hecho.",
      en: "Words with which words of the fact begin."),
    .optional("since", time, es: "Dicho desde esta fecha (ISO 8601).", en: "Told from this time on (ISO 8601)."),
    .optional("until", time, es: "Dicho antes de esta fecha (ISO 8601).", en: "Told before this time (ISO 8601)."),
    .optional(
      "validity", .choice(["now", "ever", "proposed"]), default: "now",
      es: "Lo que vale ahora, también lo que valió, o lo que espera un sí.",
      en: "What holds now, what held as well, or what waits for a yes."),
    .optional("at", time, es: "Lo que valía en esta fecha (ISO 8601).", en: "What held at this time (ISO 8601)."),
    .optional(
      "order", .choice(MemoryQuery.Order.allCases.map(\.rawValue)), default: "stable",
      es: "Siempre igual, lo último primero o lo menos seguro primero.",
      en: "Always the same, the newest first, or the least sure first."),
  ]

  static let recall: [Field] =
    [
      .optional(
        "question", text, es: "Una pregunta: se devuelve lo que viene al caso. No va con las partes de un hecho.",
        en: "A question: what bears on it is given back. It does not go with parts of a fact.")
    ] + parts + [limit(1000, default: 20), language, user]

  // MARK: - /api/memory/facts

  static let facts: [Field] =
    parts + [
      limit(10_000, default: 100),
      .optional(
        "offset", .integer(0...1_000_000_000), default: 0, es: "Cuántos se saltan: los de las páginas anteriores.",
        en: "How many are left out: those of the pages before."),
      user,
    ]

  private static let fact: [Field] = [
    .required("subject", term, es: "De quién o de qué.", en: "Of whom or what."),
    .required("verb", term, es: "El verbo, con su preposición.", en: "The verb, with its preposition."),
    .optional("object", .string(0...(64 << 10)), default: "", es: "El objeto.", en: "The object."),
    .optional("negated", .boolean, default: false, es: "El hecho es que no.", en: "The fact is that it is not so."),
    .optional("confidence", .number(0...1), default: 1, es: "Cuán seguro es.", en: "How sure it is."),
    .optional(
      "source", .choice(MemoryFact.sources), default: .string(MemoryFact.userInput), es: "De dónde viene.",
      en: "Where it comes from."),
    .optional(
      "private", .boolean, default: false, es: "No sale de esta máquina.", en: "It does not leave this machine."),
    .optional("valid_from", timeOrNull, es: "Desde cuándo vale (ISO 8601).", en: "Since when it holds (ISO 8601)."),
    .optional(
      "valid_to", timeOrNull, es: "Hasta cuándo, sin incluirlo (ISO 8601).",
      en: "Until when, exclusive (ISO 8601)."),
  ]

  static let add: [Field] = [
    .required("facts", .list(.object(fact), count: 1...1000), es: "Los hechos.", en: "The facts."),
    .optional(
      "replaces", .boolean, default: false,
      es: "Ocupan el lugar de lo que se sabe del mismo sujeto y verbo.",
      en: "They take the place of what is known of the same subject and verb."),
    user,
  ]

  // MARK: - /api/memory/facts/{id}

  static let why: [Field] = [user]

  static let edit: [Field] =
    fact.filter { !["source"].contains($0.name) }.map { field in
      var field = field
      // What is absent stays as it is.
      field.isRequired = false
      field.defaultValue = nil
      return field
    } + [
      .optional(
        "standing", .choice(["current"]), es: "Dice que sí a un hecho propuesto.", en: "Says yes to a proposed fact."),
      user,
    ]

  static let forget: [Field] = [
    .optional(
      "mentions", .boolean, default: false,
      es: "Se olvida también todo lo que diga lo mismo: bien para una clave, mal para una ciudad.",
      en: "All that says the same object is forgotten too: right for a password, wrong for a town."),
    user,
  ]

  // MARK: - DELETE /api/memory/turns/{id} and POST /api/memory/forget

  static let forgetTurn: [Field] = [user]

  static let forgetAny: [Field] = [
    .optional(
      "text", .string(1...2000),
      es: "Qué, con palabras: lo que olvidaría «olvida …»; si no es ningún hecho, las frases que lo dicen tal cual.",
      en: "What, in words: what \"forget …\" would; where that is no fact, the turns that say it word by word."),
    .optional(
      "facts", .list(.integer(1...Int64.max), count: 0...1000), es: "Hechos, por número.", en: "Facts, by number."),
    .optional(
      "turns", .list(.integer(1...Int64.max), count: 0...1000), es: "Frases, por número.", en: "Turns, by number."),
    .optional(
      "mentions", .boolean, default: false,
      es: "Se olvida también todo lo que diga lo mismo: bien para una clave, mal para una ciudad.",
      en: "All that says the same object is forgotten too: right for a password, wrong for a town."),
    .optional(
      "dry_run", .boolean, default: false, es: "Solo dice qué se olvidaría.", en: "Only tells what would be forgotten."),
    .optional(
      "everything", .boolean, default: false,
      es: "Se olvida todo, y de quien usa esta máquina también las conversaciones guardadas; va solo.",
      en: "All of it is forgotten, and with it the kept conversations of who uses this machine; goes alone."),
    language, user,
  ]

  // MARK: - POST /api/memory/undo

  static let undo: [Field] = [
    .optional(
      "operation", .integer(1...Int64.max), es: "Qué se deshace; sin él, lo último.",
      en: "What to take back; without it, the last thing done."),
    user,
  ]
}
