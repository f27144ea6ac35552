import SaraiCore

// Verbs that end or move what was told before
extension TurnReading {
  /// Verbs that end or move what was told before.
  mutating func learnChange(_ subject: String, _ clause: Clause) throws -> Bool {
    let lemma = clause.verb.verb
    if [
      "cambiar", "mover", "pasar", "aplazar", "adelantar", "change", "retrasar", "reschedule", "ser cambiado",
      "ser movido", "ser aplazado", "ser move", "ser mudado",
    ].contains(lemma) {
      return try learnPostponement(subject, clause)
    }
    if ["dejar", "abandonar", "vender", "quit", "leave", "perder"].contains(lemma), clause.modal == nil,
      clause.verb.isPast || clause.verb.isPerfect
    {
      if let object = clause.object, clause.argument("en") == nil {
        try end(subject, like: object.text, except: [lemma])
        return lemma == "dejar" && !object.isDefinite
      }
      if clause.verb.clitics.contains("lo"), subject != EntityName.user {
        try endBond(subject)
        return true
      }
    }
    if ["ser despedido", "ser fire", "ser lay", "ser echado"].contains(lemma),
      let place = clause.argument("de")?.phrase ?? clause.argument("en")?.phrase
    {
      try end(subject, like: place.text, except: [lemma])
    }
    if ["romper", "cortar", "divorciarse", "break", "separar"].contains(lemma),
      let partner = clause.argument("con")?.phrase ?? clause.subject,
      let name = try resolver.names(of: partner).first
    {
      try endBond(name)
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
    if lemma == "switch" || lemma == "cambiar", let object = clause.argument("a")?.phrase {
      return try replaceLast(subject, object.text)
    }
    return false
  }

  /// «Han cambiado la cita al jueves», "the meeting has been moved to Thursday".
  private mutating func learnPostponement(_ subject: String, _ clause: Clause) throws -> Bool {
    let times = clause.arguments.filter { $0.time != nil }
    guard !times.isEmpty else {
      if let object = clause.argument("a")?.phrase, clause.object == nil, subject == EntityName.user {
        return try replaceLast(subject, object.text)
      }
      return false
    }
    let thing = clause.object.flatMap { try? resolver.names(of: $0).first } ?? subject
    guard thing != EntityName.user else { return false }
    let old = try resolver.view.facts(subjects: [thing]).filter { $0.verb.text.hasPrefix("ser") }
    end(old)
    for (index, time) in times.enumerated() {
      try add(thing, "ser cuando", time.text, isSignalled: index == 0)
    }
    return true
  }

  /// "I switched to chemistry": what was studied before is over.
  private mutating func replaceLast(_ subject: String, _ object: String) throws -> Bool {
    for verb in ["estudiar", "jugar", "conducir", "usar", "trabajar en"] {
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

  private mutating func endBond(_ person: String) throws {
    end(
      try resolver.view.facts(subjects: [person], verbs: ["ser"]).filter {
        $0.object.text.hasPrefix("novi") || $0.object.text.hasPrefix("pareja")
      })
    if ["novi", "pareja", "mujer", "marido"].contains(where: person.hasPrefix) {
      end(try resolver.view.facts(subjects: [person], verbs: ["llamarse"]))
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
    if clause.verb.verb == "estar" || clause.verb.lemma == "be", clause.isNow, let place = clause.argument("en"),
      old.argument("en") != nil
    {
      clause.verb.verb = old.verb.verb
      clause.arguments = [place] + clause.arguments.filter { $0 != place }
    } else if clause.verb.verb == old.verb.verb {
      // What is not said again stays: «juego los viernes».
      let given = Set(clause.arguments.map(\.preposition))
      clause.arguments = old.arguments.filter { !given.contains($0.preposition) } + clause.arguments
      clause.isNow = true
    }
  }
}

extension Clause {
  fileprivate var modal: String? { verb.modal }
}
