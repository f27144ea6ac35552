import SaraiCore

/// Says the same thing in one way, so that a question finds what was told in other words.
enum Canonical {
  static func rewritten(_ clause: Clause, today: CivilDate? = nil) -> Clause {
    var clause = clause
    reached(&clause, today)
    if clause.verb.lemma == "pass", clause.verb.words.last.map({ Fold.text($0) }) == "passed",
      clause.arguments.allSatisfy({ $0.time != nil }), clause.subject?.isNameable ?? clause.subject?.isName ?? false
    {
      clause.verb.lemma = "die"
      clause.verb.verb = "morir"
    }
    engagement(&clause)
    grade(&clause)
    birthday(&clause)
    age(&clause)
    home(&clause, today)
    name(&clause)
    employer(&clause)
    partner(&clause)
    aversion(&clause)
    liking(&clause)
    speaking(&clause)
    falling(&clause)
    for index in clause.arguments.indices { clause.arguments[index].phrase = trimmed(clause.arguments[index].phrase) }
    return clause
  }

  /// "I got engaged to Hannah", «me he prometido con Ana».
  private static func engagement(_ clause: inout Clause) {
    let isGetting =
      ["get", "become"].contains(clause.verb.lemma)
      && clause.arguments.contains { $0.preposition.isEmpty && Fold.text($0.phrase.text) == "engaged" }
    guard isGetting || clause.verb.lemma == "engage" || ["prometerse", "comprometerse"].contains(clause.verb.verb)
    else {
      return
    }
    clause.verb.verb = "prometerse"
    clause.verb.isPassive = false
    clause.arguments.removeAll { $0.preposition.isEmpty && $0.time == nil }
    for place in clause.arguments.indices where clause.arguments[place].preposition == "a" {
      clause.arguments[place].preposition = "con"
    }
  }

  /// «Ya ha pasado a cuarto»: that is where one goes to now.
  private static func grade(_ clause: inout Clause) {
    guard clause.verb.verb == "pasar", clause.verb.isPast || clause.verb.isPerfect || clause.verb.isNow,
      let place = clause.argument("a")?.phrase, isGrade(place.text), clause.object == nil
    else { return }
    clause.verb.verb = "ir"
    clause.verb.isPast = false
    clause.verb.isPerfect = false
  }

  /// Where one goes to school.
  static func isGrade(_ place: String) -> Bool {
    place.split(separator: " ").first.map { grades.contains(Fold.text($0)) } ?? false
  }

  private static let grades = Vocabulary.set(
    "primero segundo tercero cuarto quinto sexto septimo octavo primaria secundaria bachillerato infantil eso")

  /// «Hoy cumplo 41»: they are had from today on.
  private static func reached(_ clause: inout Clause, _ today: CivilDate?) {
    guard clause.verb.verb == "cumplir", !clause.verb.isPast, let today,
      clause.arguments.contains(where: { $0.preposition.isEmpty && $0.phrase.quantity != nil }),
      let day = clause.arguments.firstIndex(where: { $0.time?.beginning(today: today) == today })
    else { return }
    clause.arguments.remove(at: day)
    clause.verb.isPerfect = true
  }

  /// «Mi madre cumple años el 2 de julio» is about the birthday of hers.
  private static func birthday(_ clause: inout Clause) {
    guard clause.verb.verb == "cumplir", let object = clause.object, object.head == "ano",
      !Fold.text(object.text).hasPrefix("cuant"), !Fold.text(object.text).hasPrefix("how"),
      object.quantity == nil
        || (!clause.verb.isPast && !clause.verb.isPerfect && clause.arguments.contains { $0.time != nil }),
      let subject = clause.subject
    else { return }
    var phrase = NounPhrase(text: "cumpleaños")
    phrase.head = "cumpleanos"
    phrase.possessor = [subject]
    clause.subject = phrase
    clause.verb.verb = "ser"
    clause.arguments.removeAll { $0.preposition == "" }
  }

  /// "I'm 41", «ayer cumplí 35»: so many years are had.
  private static func age(_ clause: inout Clause) {
    guard let place = clause.arguments.firstIndex(where: { $0.preposition == "" && $0.phrase.quantity != nil }) else {
      return
    }
    let phrase = clause.arguments[place].phrase
    let isYears = ["ano", "year", "yr", ""].contains(phrase.head) && phrase.name == nil && phrase.complements.isEmpty
    guard isYears, let quantity = phrase.quantity, (0...125).contains(quantity) else { return }
    let isReached =
      clause.verb.verb == "cumplir" && (clause.verb.isPast || clause.verb.isPerfect || clause.verb.lemma == "turn")
    let isLiving = clause.subject.map { $0.isNameable || $0.isName || $0.pronoun != nil } ?? true
    let isBeing = clause.verb.lemma == "be" && isLiving && !clause.arguments.contains { $0.phrase.head == "feet" }
    let isHaving = clause.verb.verb == "tener" && (phrase.head == "ano" || clause.subject?.pronoun == nil)
    guard isReached || isBeing || isHaving else { return }
    clause.verb.verb = "tener"
    if isReached { clause.verb.isPast = false }
    var years = phrase
    years.head = "ano"
    if !phrase.text.contains(" ") || clause.verb.lemma == "be" {
      years.text =
        "\(phrase.text.prefix { $0 != " " }) \(clause.verb.lemma == "be" || clause.verb.lemma == "turn" ? "years" : "años")"
    }
    clause.arguments[place] = Argument(preposition: "", phrase: years, text: years.text)
    clause.arguments.removeAll { $0.preposition == "" && $0.phrase.head == "old" }
  }

  /// Who has moved to a place lives in it.
  private static func home(_ clause: inout Clause, _ today: CivilDate?) {
    let isMoving = ["mudarse", "mudar"].contains(clause.verb.verb) && (clause.verb.isPast || clause.verb.isPerfect)
    let isSettling = clause.verb.verb == "vivir" && clause.argument("a") != nil
    guard isMoving || isSettling,
      let place = clause.arguments.firstIndex(where: { ["a", "en"].contains($0.preposition) && !$0.phrase.isUser })
    else { return }
    clause.verb.verb = "vivir"
    clause.verb.isPast = false
    clause.isNow = true
    clause.arguments[place].preposition = "en"
    let home = clause.arguments.remove(at: place)
    if isMoving, let today {
      clause.since = clause.arguments.lazy.compactMap { $0.time?.beginning(today: today) }.first
    }
    clause.arguments = [home] + clause.arguments.filter { $0.preposition == "con" }
  }

  /// "My wife's name is Priya", «mi nombre es Juan».
  private static func name(_ clause: inout Clause) {
    guard clause.verb.verb == "ser", let subject = clause.subject, EntityName.nouns(of: subject) == ["nombre"] else {
      return
    }
    clause.verb.verb = "llamarse"
    if let owner = subject.possessor.first {
      clause.subject = owner
    } else if subject.isPossessedByUser {
      clause.subject = Clause.user
    } else if case .possessive = subject.determiner {
      clause.subject = Clause.other
    }
  }

  /// Who works for somebody works there.
  private static func employer(_ clause: inout Clause) {
    guard clause.verb.verb == "trabajar" else { return }
    for index in clause.arguments.indices where clause.arguments[index].preposition == "para" {
      clause.arguments[index].preposition = "en"
    }
    // «En Mercadona de cajera»
    guard let place = clause.arguments.firstIndex(where: { $0.preposition == "en" }) else { return }
    let phrase = clause.arguments[place].phrase
    guard phrase.determiner == .none, !phrase.isName || !phrase.complements.isEmpty,
      let range = phrase.text.firstRange(of: " de ")
    else { return }
    var work = NounPhrase(text: String(phrase.text[range.upperBound...]))
    work.head = Inflection.singular(Fold.text(work.text.prefix { $0 != " " }))
    clause.arguments[place].phrase.text = String(phrase.text[..<range.lowerBound])
    clause.arguments.append(Argument(preposition: "de", phrase: work, text: "de " + work.text))
  }

  /// "I'm dating Julia", "married to Sarah": one goes out with, is married with somebody.
  private static func partner(_ clause: inout Clause) {
    let isMarriage =
      clause.verb.verb == "casarse" || clause.arguments.contains { Content.stems(of: $0.phrase.text) == ["casad"] }
    for index in clause.arguments.indices {
      if clause.verb.lemma == "date", clause.arguments[index].preposition.isEmpty {
        clause.arguments[index].preposition = "con"
      }
      if clause.verb.lemma == "marry", clause.arguments[index].preposition.isEmpty {
        clause.arguments[index].preposition = "con"
      }
      if isMarriage, clause.arguments[index].preposition == "a" { clause.arguments[index].preposition = "con" }
    }
  }

  /// «No soporto madrugar», "can't stand cilantro": what one hates.
  private static func aversion(_ clause: inout Clause) {
    guard clause.verb.isNegated,
      ["soportar", "aguantar", "tragar", "stand", "bear", "tolerar"].contains(clause.verb.lemma),
      clause.object != nil
    else { return }
    clause.verb.isNegated = false
    clause.verb.verb = "odiar"
    clause.verb.modal = nil
  }

  /// "I hate Mondays": the days are what is hated.
  private static func liking(_ clause: inout Clause) {
    guard ["odiar", "gustar", "encantar", "preferir"].contains(clause.verb.verb), clause.object == nil,
      clause.arguments.count == 1, let time = clause.arguments[0].time, time.kind == .recurring
    else { return }
    let text = time.text.hasPrefix("on ") ? String(time.text.dropFirst(3)) : time.text
    clause.arguments = [Argument(preposition: "", phrase: NounPhrase(text: text), text: text)]
  }

  /// «Mi cumple cae en martes», «me toca la ITV el lunes»: the day of something that has one.
  private static func falling(_ clause: inout Clause) {
    guard ["caer", "fall"].contains(clause.verb.lemma), clause.arguments.contains(where: { $0.time != nil }),
      let subject = clause.subject,
      ["cumpleanos", "aniversario", "boda", "santo"].contains(EntityName.nouns(of: subject).first?.prefix { $0 != " " })
    else { return }
    clause.verb.verb = "ser"
  }

  /// "I can speak Welsh", «sé hablar galés»: one speaks it.
  private static func speaking(_ clause: inout Clause) {
    guard ["poder", "saber"].contains(clause.verb.modal ?? ""), ["hablar", "speak"].contains(clause.verb.lemma),
      clause.object != nil
    else { return }
    clause.verb.modal = nil
    clause.verb.verb = "hablar"
  }

  /// «un poco de árabe» is «árabe».
  private static func trimmed(_ phrase: NounPhrase) -> NounPhrase {
    var phrase = phrase
    for end in [" más", " mas", " more"] where phrase.text.lowercased().hasSuffix(end) {
      phrase.text = String(phrase.text.dropLast(end.count))
    }
    for lead in ["un poco de ", "algo de ", "a little ", "a bit of ", "some "]
    where phrase.text.lowercased().hasPrefix(lead) {
      phrase.text = String(phrase.text.dropFirst(lead.count))
    }
    return phrase
  }
}

/// Which verbs hold of one object at a time, and which tell of states rather than of events.
enum Predicates {
  /// With these, a new object takes the place of the old one or contradicts it.
  static let singleValued: Set<String> = [
    "vivir en", "trabajar en", "llamarse", "nacer en", "nacer cuando", "conducir", "estudiar en", "apellidarse",
    "pesar", "medir",
    "salir con", "casarse con", "estar casado con",
  ]

  /// What says nothing without an object.
  static func needsObject(_ verb: String) -> Bool { ["llamarse", "apellidarse", "ser", "vivir en"].contains(verb) }

  /// A thing of which there is one answer to «¿cuál es…?».
  private static let attributes: Set<String> = [
    "clave", "codigo", "pin", "telefono", "numero", "correo", "direccion", "matricula", "talla", "cumpleanos",
    "aniversario",
    "cita", "reunion", "grupo", "nombre", "apellido", "edad", "peso", "estatura", "usuario", "contrasena", "iban",
    "cuenta",
    "color", "fecha", "examen", "boda", "entrevista", "vuelo", "dni", "pasaporte",
  ]

  static func isSingleValued(_ subject: String, _ verb: String) -> Bool {
    if singleValued.contains(verb) { return true }
    guard verb == "ser" || verb == "ser cuando" else { return false }
    let words = subject.split(separator: " ").map(String.init).drop { $0 == "otra" }
    guard let head = words.first else { return false }
    return subject != EntityName.user && (attributes.contains(head) || words.contains("favorito"))
  }

  /// In the past, these are over; events such as «comprar» stay true.
  static let states: Set<String> = [
    "ser", "estar", "vivir", "trabajar", "tener", "estudiar", "salir", "conducir", "gustar", "encantar", "jugar",
    "querer", "llamarse",
    "usar", "odiar", "preferir", "fumar", "beber", "hablar",
  ]

  /// «Creo que…», "I told you that…": what is said follows.
  static func isReporting(_ verb: String) -> Bool {
    [
      "creer", "decir", "pensar", "recordar", "contar", "saber", "think", "tell", "say", "guess", "believe", "know",
      "mean", "remember", "parecer", "hope", "esperar",
    ].contains(verb)
  }

  static func isState(_ verb: String) -> Bool { states.contains(String(verb.prefix { $0 != " " })) }
}

/// Words that say that what follows takes the place of what was told before.
enum UpdateSignals {
  private static let spanish = [
    "en realidad", "me equivoque", "me he equivocado", "perdona", "perdon", "corrijo", "rectifico", "me confundi",
    "mejor dicho",
    "ahora", "quise decir", "queria decir", "he cambiado", "ha cambiado", "hemos cambiado", "han cambiado", "al final",
    "actualmente",
    "ya no", "desde hoy", "ultimamente", "a partir de", "nuevo", "nueva", "correccion", "no es cierto", "no era",
    "lo dije mal", "cambie",
    "de hecho", "ahora mismo", "por fin", "fe de erratas",
  ]
  private static let english = [
    "actually", "i was wrong", "my mistake", "sorry", "correction", "i meant", "i mean", "now", "no longer", "anymore",
    "any more",
    "changed", "these days", "nowadays", "instead", "in fact", "new", "scratch that", "switched", "recently moved",
    "wait",
  ]

  static func isSignalled(_ text: String, _ language: Language) -> Bool {
    let folded =
      " " + Fold.text(text).split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "'" }).joined(separator: " ")
      + " "
    return (language == .spanish ? spanish : english).contains { folded.contains(" \($0) ") }
  }
}
