import SaraiCore

// Events after which a stay, a state or a number is another one
extension TurnReading {
  /// «Mi madre ha salido del hospital», «ha encontrado trabajo», «ha dado a luz».
  mutating func learnOutcome(_ subject: String, _ clause: Clause) throws {
    let isDone = clause.verb.isPast || clause.verb.isPerfect
    let lemma = clause.verb.lemma
    let objects = Set(clause.arguments.filter { $0.preposition.isEmpty }.flatMap { Content.stems(of: $0.phrase.text) })
    // "My mother is out of hospital"
    if isDone && Self.leaving.contains(lemma) || lemma == "be" && objects == ["out"],
      let place = clause.argument("de")?.phrase ?? (lemma == "leave" ? clause.object : nil)
    {
      try endStay(subject, place)
    }
    let isHired = isDone && Self.finding.contains(lemma) && !objects.isDisjoint(with: Self.jobs)
    if isHired || clause.verb.verb == "trabajar" && !clause.verb.isPast {
      try endState(subject, Self.idle)
    }
    if isDone, Self.finishing.contains(lemma), !objects.isDisjoint(with: Self.studies) || lemma.hasPrefix("gradua") {
      end(try resolver.view.facts(subjects: [subject]).filter { !$0.isNegated && $0.verb.text.hasPrefix("estudiar") })
    }
    // «Ya le han dado el alta», "she was discharged"
    let isReleased = lemma == "dar" && (objects.contains("alta") || objects.contains("alt"))
    if isDone, isReleased || lemma == "discharge" {
      let patient =
        try clause.argument("a").flatMap { try resolver.names(of: $0.phrase).first } ?? resolver.last ?? subject
      try endAdmission(isReleased ? patient : subject)
    }
    // «Se ha echado novia»
    if isDone, !objects.isDisjoint(with: Self.partners), clause.object?.isDefinite == false {
      try end(subject, like: "soltero", except: [])
    }
    // «Me he ido de casa de mis padres», "I moved out"
    let isMovingOut =
      ["ir", "marchar", "mudar"].contains(lemma)
      && (clause.argument("de").map { Self.homes.contains($0.phrase.head) } ?? false)
      || lemma == "move" && objects == ["out"]
    if isDone, lemma == "independizar" || isMovingOut {
      end(
        try resolver.view.facts(
          subjects: [subject], verbs: ["vivir con"],
          objects: ["padres del usuario", "mis padres", "madre del usuario", "padre del usuario", "my parents"]))
    }
    let isWell = ["estar", "be", "feel", "sentir"].contains(lemma) && !objects.isDisjoint(with: Self.well)
    if isWell || isDone && Self.recovering.contains(lemma) { try endState(subject, Self.ill) }
    if isDone, Self.repairing.contains(lemma),
      let thing = clause.object ?? (clause.verb.isPassive ? clause.subject : nil)
    {
      for name in try resolver.names(of: thing) where name != EntityName.user { try endState(name, Self.broken) }
    }
    if isDone, Self.breaking.contains(lemma), !objects.isDisjoint(with: Self.engagement) {
      end(
        try resolver.view.facts(subjects: [subject]).filter {
          !$0.isNegated && !Set(Content.stems(of: $0.verb.text + " " + $0.object.text)).isDisjoint(with: Self.engaged)
        })
    }
    if isDone, ["pagar", "devolver", "pay", "repay", "return"].contains(lemma) { try endDebt(subject, clause) }
    if isDone, Self.finishing.contains(lemma), let thing = clause.object {
      end(
        try resolver.view.facts(subjects: [subject], verbs: ["leer"]).filter {
          !$0.isNegated && FrameTerms.isSame($0.object.text, thing.text)
        })
    }
    // «Se le ha pasado la fiebre»
    if isDone, lemma == "pasar", clause.verb.clitics.contains("se"), let thing = clause.object {
      end(
        try resolver.view.facts(subjects: [subject], verbs: ["tener"]).filter {
          !$0.isNegated && FrameTerms.isSame($0.object.text, thing.text)
        })
    }
    let hasBaby = ["tener", "have"].contains(lemma) && !objects.isDisjoint(with: Self.babies)
    let gaveBirth = lemma == "dar" && clause.argument("a")?.phrase.head == "luz"
    if isDone, hasBaby || gaveBirth || lemma == "parir" { try endState(subject, Self.expecting) }
  }

  /// «Ya le he pagado a Luis», "I paid Pete back", «Luis me ha devuelto los 50 euros».
  private mutating func endDebt(_ subject: String, _ clause: Clause) throws {
    let persons = clause.arguments.filter { $0.preposition == "a" || $0.preposition.isEmpty && $0.phrase.isName }
    for person in persons.map(\.phrase) {
      let names = person.isUser ? [EntityName.user] : try resolver.names(of: person) + [person.text]
      let facts = try resolver.view.facts(subjects: [subject]).filter { $0.verb.text.hasPrefix("deber") }
      let told = facts.filter { fact in
        fact.verb.text.hasSuffix(" a") && names.contains { fact.object == Term($0) }
      }
      let debts = facts.filter { fact in
        told.contains { $0.verb.folded == "\(fact.verb.folded) \(fact.object.folded) a" }
      }
      end(told + debts)
    }
  }

  private mutating func endStay(_ subject: String, _ place: NounPhrase) throws {
    let facts = try resolver.view.facts(subjects: [subject]).filter { !$0.isNegated }
    let stays = facts.filter {
      ["estar", "ser", "quedarse"].contains(where: $0.verb.text.hasPrefix) && $0.verb.text.hasSuffix(" en")
        && FrameTerms.isSame($0.object.text, place.text)
    }
    // «Estoy de vacaciones en Cádiz»: who is back has none either.
    let whole = facts.filter { fact in
      stays.contains { $0.verb.folded == "\(fact.verb.folded) \(fact.object.folded) en" }
    }
    end(stays + whole)
    // «Marta se ha ido del piso»
    if subject != EntityName.user, Self.homes.contains(place.head) {
      end(
        try resolver.view.facts(subjects: [EntityName.user], objects: [subject]).filter {
          ["vivir con", "compartir"].contains(where: $0.verb.text.hasPrefix)
        })
    }
  }

  /// Who may leave the hospital is not in it.
  private mutating func endAdmission(_ patient: String) throws {
    end(
      try resolver.view.facts(subjects: [patient]).filter { fact in
        let words = Set(Content.stems(of: fact.verb.text + " " + fact.object.text))
        return !fact.isNegated && ["ser", "estar"].contains(where: fact.verb.text.hasPrefix)
          && !words.isDisjoint(with: Self.admitted)
      })
  }

  /// What somebody is said to be, in so many words and no others.
  private mutating func endState(_ subject: String, _ stems: Set<String>) throws {
    end(
      try resolver.view.facts(subjects: [subject]).filter {
        let said = Content.stems(of: $0.object.text)
        return !$0.isNegated && ["ser", "estar", "quedar"].contains(where: $0.verb.text.hasPrefix) && !said.isEmpty
          && stems.isSuperset(of: said)
      })
  }

  /// «Ha nacido mi tercer hijo», "I got a third cat": there are so many now.
  ///
  /// - Returns: Whether a number told before has grown to this one.
  mutating func learnCount(_ subject: String, _ clause: Clause) throws -> Bool {
    let isBirth = clause.verb.verb == "nacer"
    let isGain = Self.gaining.contains(clause.verb.lemma)
    guard isBirth || isGain, !clause.verb.isNegated, let thing = isBirth ? clause.subject : clause.object,
      let number = thing.modifiers.lazy.compactMap({ Self.ordinals[$0] }).first
    else { return false }
    var owner: String? = subject
    if isBirth {
      owner =
        try thing.isPossessedByUser
        ? EntityName.user : thing.possessor.first.flatMap { try resolver.names(of: $0).first }
    }
    guard let owner else { return false }
    let wanted = Set(Content.stems(of: thing.head))
    for fact in try resolver.view.facts(subjects: [owner], verbs: ["tener"]) where !fact.isNegated {
      guard let grown = Counting.changed(fact.object.text, from: number - 1, to: number, wanted) else { continue }
      end([fact])
      try add(owner, "tener", grown)
      return true
    }
    return false
  }

  /// «Al final quedamos el jueves»: of the same plan another day.
  mutating func endTimes(_ subject: String, _ frame: FrameTerms) throws {
    guard let main = frame.entries.first,
      let time = frame.entries.dropFirst().first(where: { $0.verb.hasSuffix(" " + Argument.when) })
    else { return }
    let told = try resolver.view.facts(subjects: [subject], verbs: [main.verb], objects: [main.object])
    guard !told.isEmpty else { return }
    let isHour = frame.entries.dropFirst().allSatisfy { $0.verb != time.verb || FrameTerms.isClock($0.object) }
    end(
      try resolver.view.facts(subjects: [subject], verbs: [time.verb]).filter {
        !isToldNow($0) && (!isHour || FrameTerms.isClock($0.object.text))
      })
  }

  private static let leaving = Vocabulary.set("salir ir irse marchar marcharse volver regresar leave return come get")
  private static let finding = Vocabulary.set("encontrar conseguir find get land start empezar")
  private static let gaining = Vocabulary.set("tener comprar adoptar conseguir get have buy adopt")
  private static let finishing = Vocabulary.set("terminar acabar finish complete graduar graduarse graduate")
  private static let studies = stems(
    "carrera carreras estudios universidad grado master degree studies university uni college school instituto")
  private static let partners = stems("novio novia pareja boyfriend girlfriend partner")
  private static let well = stems("bien mejor fine well better recuperado recuperada curado curada healthy")
  private static let ill = stems("enfermo enferma malo mala malito malita pachucho pachucha mal sick ill unwell fatal")
  private static let recovering = Vocabulary.set("recuperar recuperarse curar curarse recover")
  private static let repairing = Vocabulary.set("arreglar reparar fix repair")
  private static let broken = stems("roto rota averiado averiada estropeado estropeada broken")
  private static let breaking = Vocabulary.set("romper cancelar break cancel anular")
  private static let engagement = stems("compromiso engagement")
  private static let engaged = stems("engaged prometido prometida comprometido comprometida")
  private static let homes = Vocabulary.set("piso casa apartamento flat house apartment home")
  private static let admitted = stems(
    "ingresado ingresada hospital hospitalizado hospitalizada uci clinica hospitalized ward")
  private static let jobs = stems("trabajo curro empleo job work")
  private static let babies = stems("bebe niño niña hijo hija baby babies boy girl twins gemelos mellizos son daughter")
  private static let expecting = stems("embarazada pregnant expecting")
  private static let idle = stems("paro parado parada desempleado desempleada unemployed")
  private static let ordinals = [
    "segundo": 2, "segunda": 2, "tercer": 3, "tercero": 3, "tercera": 3, "cuarto": 4, "cuarta": 4, "quinto": 5,
    "quinta": 5, "sexto": 6, "sexta": 6, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
  ]

  private static func stems(_ words: String) -> Set<String> { Set(Content.stems(of: words)) }
}

/// Numbers of things, as they are told.
enum Counting {
  /// «tres hijos» for «dos hijos» and three; nil where the object is not of that many of the same.
  static func changed(_ object: String, from before: Int, to after: Int, _ wanted: Set<String>) -> String? {
    var words = object.split(separator: " ").map(String.init)
    guard words.count == 2, let first = words.first.map({ Fold.text($0) }), (1..<spanish.count).contains(after),
      number(object) == before
    else { return nil }
    let noun = Inflection.singular(Fold.text(words[1]))
    guard Set(Content.stems(of: noun)) == wanted else { return nil }
    let isEnglish = ["a", "an", "one"].contains(first) || english.contains(first)
    words[0] = Int(first) != nil ? String(after) : (isEnglish ? english : spanish)[after]
    if after == 1, Int(first) == nil { words[0] = isEnglish ? "one" : noun.hasSuffix("a") ? "una" : "un" }
    if before == 1 {
      words[1] += words[1].last.map { "aeiouáéíóú".contains($0) || isEnglish } ?? true ? "s" : "es"
    } else if after == 1 {
      words[1] = noun == Fold.text(words[1]) ? words[1] : String(words[1].prefix(noun.count))
    }
    return words.joined(separator: " ")
  }

  /// How many an object speaks of; nil where it does not say.
  static func number(_ object: String) -> Int? {
    let first = Fold.text(object.prefix { $0 != " " })
    if ["un", "una", "a", "an", "one"].contains(first) { return 1 }
    return Int(first) ?? spanish.firstIndex(of: first) ?? english.firstIndex(of: first)
  }

  private static let spanish = [
    "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
  ]
  private static let english = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
}
