import SaraiCore

/// What people note without a verb: «contraseña del router: Merluza77», «talla: M», "Wifi: turnip-99".
enum Verbless {
  private static let maxValueWords = 12

  /// The clause that a note stands for; nil for anything else.
  static func clause(_ words: [Word], language: Language, today: CivilDate) -> Clause? {
    var words = words[...]
    while let first = words.first, leads.contains(first.folded) || first.isSign(",:") { words = words.dropFirst() }
    guard words.count > 2,
      let (phrase, end) = ChunkReader(Array(words), language: language, today: today).phrase(at: 0),
      !phrase.head.isEmpty || phrase.isName
    else { return nil }
    let rest = words.dropFirst(end)
    guard let sign = rest.first, sign.isSign(":,") || ["=", "->", "→"].contains(sign.text) else { return nil }
    let value = Array(rest.dropFirst().filter { $0.kind != .sign || $0.text == "," })
    guard !value.isEmpty, value.count <= maxValueWords else { return nil }
    return clause(phrase, value, isLoose: sign.isSign(","), language, today)
  }

  private static func clause(
    _ phrase: NounPhrase, _ value: [Word], isLoose: Bool, _ language: Language, _ today: CivilDate
  ) -> Clause? {
    let reader = ChunkReader(value, language: language, today: today)
    var text = ""
    for word in value { text += (text.isEmpty || word.kind == .sign ? "" : " ") + word.text }
    let noun = EntityName.nouns(of: phrase).first ?? phrase.head
    let head = String(noun.prefix { $0 != " " })
    var object = NounPhrase(text: text)
    var owner = phrase
    if case .none = owner.determiner, owner.possessor.isEmpty, !places.contains(head) {
      owner.determiner = .possessive(0)
    }
    func told(_ verb: String, _ subject: NounPhrase, _ arguments: [Argument]) -> Clause {
      var group = VerbGroup()
      group.verb = verb
      group.lemma = verb
      group.person = 2
      return Clause(subject: subject, verb: group, arguments: arguments)
    }
    func plain(_ preposition: String = "") -> [Argument] {
      [Argument(preposition: preposition, phrase: object, text: text)]
    }
    if phrase.isKin {
      guard let (name, end) = reader.phrase(at: 0), name.isName, end == value.count else { return nil }
      return told("llamarse", owner, [Argument(preposition: "", phrase: name, text: name.text)])
    }
    let isOfUser = owner.isPossessedByUser
    switch head {
    case "alergia" where isOfUser:
      var allergic = NounPhrase(text: "alérgico")
      allergic.head = "alergico"
      return told("ser", Clause.user, [Argument(preposition: "", phrase: allergic, text: "alérgico")] + plain("a"))
    case "nombre" where isOfUser:
      object.name = text
      return told("llamarse", Clause.user, plain())
    case "ciudad" where isOfUser: return told("vivir", Clause.user, plain("en"))
    case "profesion",
      "trabajo" where isOfUser:
      return told("ser", Clause.user, plain())
    case "edad" where isOfUser:
      guard let years = value.first.flatMap({ Int($0.folded) }) else { return nil }
      object = QuestionReader.years
      object.quantity = years
      object.text = "\(years) años"
      return told("tener", Clause.user, [Argument(preposition: "", phrase: object, text: object.text)])
    default: break
    }
    guard attributes.contains(head) || (!isLoose && phrase.isPossessedByUser) else { return nil }
    if let (time, end) = TimeReader(language: language, today: today).read(value, at: 0), end == value.count {
      return told(
        "ser", owner,
        [Argument(preposition: Argument.when, phrase: NounPhrase(text: time.text), time: time, text: time.text)])
    }
    return told("ser", owner, plain())
  }

  private static let leads = Vocabulary.set(
    "apunta apuntate anota nota recuerda memoriza guarda toma ojo dato note remember save memo esto this")
  /// Of which a note gives one value.
  private static let attributes = Vocabulary.set(
    """
    clave codigo pin telefono numero correo direccion matricula talla cumpleanos aniversario cita reunion grupo usuario
    contrasena iban cuenta dni pasaporte wifi alergia nombre edad ciudad profesion trabajo combinacion vuelo
    """)
  /// These belong to a place rather than to the person.
  private static let places = Vocabulary.set("clave codigo contrasena wifi combinacion")
}
