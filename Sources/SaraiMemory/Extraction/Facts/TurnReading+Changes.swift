import SaraiCore

// Verbs that end or move what was told before
extension TurnReading {
  /// Verbs that end or move what was told before.
  mutating func learnChange(_ subject: String, _ clause: Clause) throws -> Bool {
    let lemma = clause.verb.verb
    try learnEnding(subject, clause)
    try endGrade(subject, clause)
    if try learnReversal(subject, clause) { return true }
    if try learnMoving(subject, clause) { return true }
    if try learnCount(subject, clause) { return true }
    if try learnValue(subject, clause) { return true }
    if [
      "cambiar", "mover", "pasar", "aplazar", "adelantar", "change", "retrasar", "reschedule", "ser cambiado",
      "ser movido", "ser aplazado", "ser move", "ser mudado",
    ].contains(lemma) {
      return try learnPostponement(subject, clause)
    }
    if ["dejar", "abandonar", "vender", "quit", "leave", "perder"].contains(lemma), clause.modal == nil,
      clause.verb.isPast || clause.verb.isPerfect || lemma == "quit"
    {
      if let object = clause.object, clause.argument("en") == nil {
        // «He dejado las clases de alemán»
        if ["clase", "curso", "class", "lesson", "course"].contains(object.head) || object.complements.contains("class")
        {
          let words = Set(Content.stems(of: object.text)).subtracting(
            Content.stems(of: "clases curso cursos classes lessons course"))
          end(
            try resolver.view.facts(subjects: [subject]).filter {
              ["aprender", "estudiar"].contains($0.verb.text) && !words.isEmpty
                && words.isSubset(of: Content.stems(of: $0.object.text))
            })
        }
        try end(subject, like: object.text, except: [lemma])
        return lemma == "dejar" && !object.isDefinite
      }
      if clause.verb.clitics.contains("lo"), subject != EntityName.user {
        try endBond(subject)
        return true
      }
    }
    if ["ser despedido", "ser fire", "ser lay", "ser echado"].contains(lemma) {
      if let place = clause.argument("de")?.phrase ?? clause.argument("en")?.phrase, !Self.isWork(place) {
        try end(subject, like: place.text, except: [lemma])
      } else {
        try endWork(subject)
      }
    }
    if ["romper", "cortar", "divorciarse", "break", "separar"].contains(lemma),
      let partner = clause.argument("con")?.phrase ?? clause.argument("de")?.phrase ?? clause.subject, !partner.isUser,
      let name = try resolver.names(of: partner).first
    {
      try endBond(name)
      return lemma == "cortar" || lemma == "break"
    }
    // «Lo ha dejado con Juan»
    if lemma == "dejar", clause.verb.clitics.contains("lo"), let partner = clause.argument("con")?.phrase,
      let name = try resolver.names(of: partner).first
    {
      end(
        try resolver.view.facts(subjects: [subject], verbs: ["salir con", "estar con"]).filter {
          $0.object == Term(name) || $0.object == Term(partner.text)
        })
      try endBond(name)
      return true
    }
    if try learnNaming(clause) { return true }
    if lemma == "switch" || lemma == "cambiar", let object = clause.argument("a")?.phrase {
      return try replaceLast(subject, object.text)
    }
    return false
  }

  /// Who goes to the fourth form no longer goes to the third.
  private mutating func endGrade(_ subject: String, _ clause: Clause) throws {
    guard clause.verb.verb == "ir", !clause.verb.isNegated, !clause.verb.isImperfect,
      let place = clause.argument("a")?.phrase, Canonical.isGrade(place.text)
    else { return }
    end(
      try resolver.view.facts(subjects: [subject], verbs: ["ir a"]).filter {
        !$0.isNegated && Canonical.isGrade($0.object.text) && $0.object != Term(place.text)
      })
  }

  /// «La hemos llamado Luna», "we named our dog Luna".
  private mutating func learnNaming(_ clause: Clause) throws -> Bool {
    let lemma = clause.verb.verb
    if ["llamar", "name", "bautizar", "poner"].contains(lemma), let object = clause.object, object.isName,
      let name = object.name, let last = resolver.last,
      clause.verb.clitics.contains(where: { ["la", "lo", "le"].contains($0) })
        || clause.arguments.contains(where: { $0.phrase.pronoun == 2 })
    {
      try add(last, "llamarse", name)
      return true
    }
    if ["name", "llamar", "bautizar", "call"].contains(lemma), let object = clause.object, let name = object.name,
      !object.head.isEmpty
    {
      var bare = object
      bare.name = nil
      for entity in try resolver.roles(of: bare).prefix(1) { try add(entity, "llamarse", name) }
      return true
    }
    return false
  }

  /// «He cambiado de curro» ends the old one, «ya se ha mudado» carries out what was planned.
  private mutating func learnMoving(_ subject: String, _ clause: Clause) throws -> Bool {
    let isDone = clause.verb.isPast || clause.verb.isPerfect
    if clause.verb.verb == "cambiar", isDone, let thing = clause.argument("de")?.phrase,
      let verb = Self.changed[Inflection.singular(thing.head)]
    {
      end(try resolver.view.facts(subjects: [subject], verbs: [verb.verb + " " + verb.preposition]))
      var group = VerbGroup()
      group.verb = verb.verb
      group.lemma = verb.verb
      let place = NounPhrase(text: "")
      ended = (
        subject, Clause(verb: group, arguments: [Argument(preposition: verb.preposition, phrase: place, text: "")])
      )
      return true
    }
    guard ["mudar", "mudarse", "trasladarse", "trasladar"].contains(clause.verb.verb), isDone,
      clause.arguments.allSatisfy({ $0.time != nil })
    else { return false }
    let planned = try resolver.view.facts(subjects: [subject]).filter {
      ["mudarse a", "mudar a", "trasladarse a"].contains($0.verb.text) && !$0.isNegated
    }
    guard let plan = planned.first else { return false }
    try add(subject, "vivir en", plan.object.text, isSignalled: true)
    return true
  }

  private static let changed: [String: (verb: String, preposition: String)] = [
    "trabajo": ("trabajar", "en"), "curro": ("trabajar", "en"), "empleo": ("trabajar", "en"),
    "empresa": ("trabajar", "en"), "pega": ("trabajar", "en"), "chamba": ("trabajar", "en"),
    "casa": ("vivir", "en"), "piso": ("vivir", "en"), "ciudad": ("vivir", "en"), "barrio": ("vivir", "en"),
    "colegio": ("ir", "a"), "cole": ("ir", "a"), "instituto": ("ir", "a"),
  ]

  /// «Han cambiado la cita al jueves», "the meeting has been moved to Thursday".
  private mutating func learnPostponement(_ subject: String, _ clause: Clause) throws -> Bool {
    let times = clause.arguments.filter { $0.time != nil }
    guard !times.isEmpty else {
      // «El código ha cambiado a 9876»
      if let value = clause.argument("a")?.phrase, subject != EntityName.user, !isPerson(subject),
        try resolver.view.facts(subjects: [subject], verbs: ["ser"]).contains(where: { !$0.isNegated })
      {
        try add(subject, "ser", value.text, isSignalled: true)
        return true
      }
      // «Me he pasado a Vodafone» tells of no work.
      if let object = clause.argument("a")?.phrase, clause.object == nil, isPerson(subject) {
        return try replaceLast(subject, object.text, isWork: clause.verb.lemma != "pasar")
      }
      return false
    }
    let thing = clause.object.flatMap { try? resolver.names(of: $0).first } ?? subject
    guard thing != EntityName.user else { return false }
    // «Mi vuelo sale a las 9»: what is moved keeps its verb.
    let departure = try resolver.view.facts(subjects: [thing]).first {
      !$0.isNegated
        && ["salir cuando", "empezar cuando", "llegar cuando", "leave cuando", "start cuando"].contains(
          $0.verb.text)
    }
    var old = try resolver.view.facts(subjects: [thing]).filter {
      $0.verb.text.hasPrefix("ser") || $0.verb == departure?.verb
    }
    var verb = departure?.verb.text ?? "ser cuando"
    // At another hour of the same day.
    if times.allSatisfy({ $0.time?.kind == .clock }),
      let day = old.first(where: { $0.verb.text == verb && !FrameTerms.isClock($0.object.text) })
    {
      old.removeAll { $0.id == day.id }
      verb += " " + day.object.folded + " " + Argument.when
    }
    end(old)
    if old.isEmpty, let object = clause.object ?? clause.subject, try postponeOwned(object, times) { return true }
    for (index, time) in times.enumerated() {
      try add(thing, verb, time.text, isSignalled: index == 0)
      if index == 0, time.time?.kind != .clock { verb += " " + Fold.text(time.text) + " " + Argument.when }
    }
    return true
  }

  /// «Tengo cita con el cardiólogo el 2» is told of the person, and the new day as well.
  private mutating func postponeOwned(_ thing: NounPhrase, _ times: [Argument]) throws -> Bool {
    let wanted = Set(Content.stems(of: thing.text))
    guard !wanted.isEmpty else { return false }
    let facts = try resolver.view.facts(subjects: [EntityName.user], text: "tener")
    for frame in Frame.frames(of: "tener", in: facts) where wanted.isSubset(of: frame.stems) && !frame.isNegated {
      let base = Term(frame.main.verb.folded + " " + frame.main.object.folded + " " + Argument.when)
      let isHour = times.allSatisfy { $0.time?.kind == .clock }
      let days = facts.filter {
        $0.verb == base && $0.subject == frame.main.subject && (!isHour || FrameTerms.isClock($0.object.text))
      }
      guard !days.isEmpty else { continue }
      end(days)
      for time in times { try add(EntityName.user, base.text, time.text) }
      return true
    }
    return false
  }

  private func isPerson(_ subject: String) -> Bool {
    if subject == EntityName.user || subject.first?.isUppercase == true { return true }
    return EntityName.parts(subject).map { Kinship.isKin(String($0.noun.prefix { $0 != " " })) } ?? false
  }

  /// "I switched to chemistry": what was studied before is over.
  private mutating func replaceLast(_ subject: String, _ object: String, isWork: Bool = true) throws -> Bool {
    let isName = object.first?.isUppercase ?? false
    let others = ["estudiar", "jugar", "conducir", "usar"]
    for verb in isWork ? (isName ? ["trabajar en"] + others : others + ["trabajar en"]) : others {
      let old = try resolver.view.facts(subjects: [subject], verbs: [verb])
      guard !old.isEmpty else { continue }
      end(old)
      try add(subject, verb, object, isSignalled: true)
      return true
    }
    return false
  }

  /// Facts of a subject whose object holds these words are over.
  mutating func end(_ subject: String, like text: String, except: [String]) throws {
    let words = Set(Content.stems(of: text))
    guard !words.isEmpty else { return }
    let facts = try resolver.view.facts(subjects: [subject]).filter { fact in
      !except.contains(fact.verb.text) && !fact.isNegated && !["gustar", "encantar"].contains(fact.verb.text)
        && Set(Content.stems(of: fact.object.text)).isSuperset(of: words)
    }
    end(facts)
  }

  mutating func endBond(_ person: String) throws {
    end(
      try resolver.view.facts(subjects: [person], verbs: ["ser"]).filter {
        $0.object.text.hasPrefix("novi") || $0.object.text.hasPrefix("pareja")
      })
    if ["novi", "pareja", "mujer", "marido"].contains(where: person.hasPrefix) {
      end(try resolver.view.facts(subjects: [person], verbs: ["llamarse"]))
    }
    if let (noun, owner) = EntityName.parts(person),
      ["novi", "pareja", "mujer", "marido"].contains(where: noun.hasPrefix)
    {
      let stems = Content.stems(of: noun)
      end(
        try resolver.view.facts(subjects: [owner], verbs: ["tener"]).filter {
          Content.stems(of: $0.object.text) == stems
        })
      try add(owner, "tener", noun, isNegated: true)
    }
    let names =
      try resolver.view.facts(subjects: [person], verbs: ["llamarse"], ever: true).map(\.object.text) + [person]
    end(try resolver.view.facts(subjects: [EntityName.user], objects: names))
  }

  mutating func end(_ facts: [Fact]) {
    for fact in facts {
      resolver.view.ended.insert(fact.id)
      record(.end(subject: fact.subject, verb: fact.verb, object: fact.object, isNegated: fact.isNegated, at: saidAt))
    }
  }

  /// «Ya no trabajo en el Corte Inglés, ahora estoy en Ikea».
  mutating func continueEnded(_ clause: inout Clause, _ subjects: [String]) {
    guard let (subject, old) = ended, subjects == [subject], !clause.verb.isNoLonger, !clause.verb.isNegated else {
      return
    }
    if clause.verb.verb == "estar" || clause.verb.lemma == "be", clause.isNow || old.verb.verb == "trabajar",
      let place = clause.argument("en"),
      old.argument("en") != nil
    {
      clause.verb.verb = old.verb.verb
      clause.arguments = [place] + clause.arguments.filter { $0 != place }
    } else if clause.verb.verb == old.verb.verb {
      // What is not said again stays: «juego los viernes».
      // «Ahora vivo sola»: not with whom one lived either.
      let given = Set(clause.arguments.map(\.preposition))
      let isSameKind = old.arguments.contains { given.contains($0.preposition) }
      clause.arguments =
        old.arguments.filter { !given.contains($0.preposition) && (isSameKind || $0.time != nil) } + clause.arguments
      clause.isNow = true
    }
  }
}

extension Clause {
  fileprivate var modal: String? { verb.modal }
}
