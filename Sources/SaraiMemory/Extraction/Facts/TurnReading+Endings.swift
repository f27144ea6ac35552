import SaraiCore

// Events after which something told before no longer holds
extension TurnReading {
  /// Ends what a clause makes untrue: a divorce, a retirement, the death or the sale of what one had.
  mutating func learnEnding(_ subject: String, _ clause: Clause) throws {
    if clause.verb.isNoLonger, ["estar", "salir", "be", "date"].contains(clause.verb.lemma),
      let partner = clause.argument("con")?.phrase, let name = try resolver.names(of: partner).first,
      ["novi", "pareja", "mujer", "marido"].contains(where: name.hasPrefix)
    {
      try endBond(name)
    }
    guard !clause.verb.isNegated, !clause.verb.isImperfect else { return }
    try learnOutcome(subject, clause)
    let verb = clause.verb.verb
    // "Quit" is its own past.
    let isDone = clause.verb.isPast || clause.verb.isPerfect || clause.verb.lemma == "quit"
    let properties = Set(
      clause.arguments.filter { $0.time == nil }.flatMap { Content.stems(of: $0.phrase.text) })
    let isState = ["ser", "estar", "be", "get", "become", "quedarse", "quedar"].contains(clause.verb.lemma)
    if isDone && Self.parting.contains(verb) || isState && !properties.isDisjoint(with: Self.parted) {
      try endMarriage(subject)
    }
    if isDone && Self.retiring.contains(verb) || isState && !properties.isDisjoint(with: Self.idle) {
      try endWork(subject)
    }
    if isDone, ["dejar", "quit", "leave", "lose", "perder", "abandonar"].contains(clause.verb.lemma),
      let object = clause.object, Self.isWork(object)
    {
      try endWork(subject)
    }
    if isDone, verb == "casarse" || isState && clause.verb.lemma == "get" && properties == ["casad"] {
      try end(subject, like: "soltero", except: [])
      try end(subject, like: "single", except: [])
      if clause.argument("con") == nil {
        try language == .spanish ? add(subject, "estar", "casado") : add(subject, "ser", "married")
      }
    }
    if clause.verb.lemma == "be", properties.contains("off") || properties.contains("cancelled") {
      try endPlan(clause.subject)
    }
    guard isDone else { return }
    if clause.object == nil, Self.dying.contains(clause.verb.lemma) || Self.dying.contains(verb) {
      try endLife(subject, clause)
    } else if clause.object == nil, Self.fleeing.contains(clause.verb.lemma), try isPet(subject) {
      try endLife(subject, clause)
    } else if Self.selling.contains(clause.verb.lemma), let object = clause.object, object.isDefinite,
      clause.argument("a")?.phrase.isUser != true
    {
      try endHaving(subject, object, isGift: ["regalar", "dar", "give"].contains(clause.verb.lemma), clause)
    }
    if Self.cancelling.contains(verb) || Self.cancelling.contains(clause.verb.lemma) {
      try endPlan(clause.object ?? clause.subject)
    }
  }

  private mutating func endMarriage(_ subject: String) throws {
    end(
      try resolver.view.facts(subjects: [subject]).filter { fact in
        !fact.isNegated
          && (fact.verb.text.hasPrefix("estar casado") || fact.verb.text.hasPrefix("casarse")
            || Content.stems(of: fact.object.text) == ["casad"])
      })
    for noun in ["marido", "mujer"] {
      let spouse = EntityName.owned(noun, by: subject)
      end(try resolver.view.facts(subjects: [spouse], verbs: ["llamarse"]))
      end(try resolver.view.facts(verbs: ["ser"], objects: [spouse]))
    }
  }

  static func isWork(_ phrase: NounPhrase) -> Bool {
    EntityName.nouns(of: phrase).first?.hasPrefix("trabajo") ?? false
      || ["curro", "empleo", "job"].contains(phrase.head)
  }

  mutating func endWork(_ subject: String) throws {
    end(try resolver.view.facts(subjects: [subject]).filter { !$0.isNegated && $0.verb.text.hasPrefix("trabajar") })
  }

  /// «Rex murió ayer», «se me ha muerto un gato», «mi abuela murió».
  private mutating func endLife(_ subject: String, _ clause: Clause) throws {
    if let phrase = clause.subject, AnimalNames.isAnimal(phrase.head), !phrase.isDefinite {
      let isOwn = clause.arguments.contains { $0.phrase.isUser } || phrase.text.contains(" mis ")
      if isOwn, let noun = EntityName.nouns(of: phrase).first {
        try endOwned(noun, by: EntityName.user, entity: nil)
      }
      return
    }
    for entity in try entities(of: subject) {
      guard let (noun, owner) = EntityName.parts(entity) else { continue }
      if AnimalNames.isAnimal(noun) { try endOwned(noun, by: owner, entity: nil) }
    }
    // Of the dead nothing holds that is told of the living.
    let living = ["vivir", "trabajar", "estar", "estudiar", "tener"]
    for name in Set(try entities(of: subject) + [subject]) where name != EntityName.user {
      end(
        try resolver.view.facts(subjects: [name]).filter { fact in
          !fact.isNegated && living.contains { fact.verb.text == $0 || fact.verb.text.hasPrefix($0 + " ") }
        })
    }
  }

  private func isPet(_ subject: String) throws -> Bool {
    try entities(of: subject).contains { EntityName.parts($0).map { AnimalNames.isAnimal($0.noun) } ?? false }
  }

  /// «He vendido el coche», "I gave Max away".
  private mutating func endHaving(_ subject: String, _ object: NounPhrase, isGift: Bool, _ clause: Clause) throws {
    var candidates = try resolver.names(of: object)
    if case .definite = object.determiner {
      candidates = EntityName.nouns(of: object).map { EntityName.owned($0, by: subject) }
      // «Coche», «carro» and «auto» are one car.
      let known = try candidates.first { try !resolver.view.facts(subjects: [$0]).isEmpty }
      candidates = Array([known ?? candidates.first].compactMap { $0 })
    }
    for candidate in candidates {
      for entity in try entities(of: candidate) {
        guard let (noun, owner) = EntityName.parts(entity), owner == subject else { continue }
        // «Le di el coche a mi hijo para el finde» may be a loan; an animal that is given away stays there.
        if isGift, !AnimalNames.isAnimal(noun), clause.verb.lemma != "regalar" { continue }
        try endOwned(noun, by: owner, entity: entity)
      }
    }
  }

  /// What somebody or something is kept as, whose it is included.
  func entities(of name: String) throws -> [String] {
    if EntityName.parts(name) != nil { return [name] }
    let roles = try resolver.view.facts(subjects: [name], verbs: ["ser"]).map(\.object.text)
    let called = try resolver.view.facts(verbs: ["llamarse"], objects: [name]).map(\.subject.text)
    return (roles + called).filter { EntityName.parts($0) != nil }
  }

  mutating func endOwned(_ noun: String, by owner: String, entity: String?, number lost: Int = 1) throws {
    let wanted = Set(Content.stems(of: noun))
    guard !wanted.isEmpty else { return }
    let had = try resolver.view.facts(subjects: [owner], verbs: ["tener"]).filter {
      !$0.isNegated && Set(Content.stems(of: $0.object.text)).isSuperset(of: wanted)
    }
    // Of several, there is one less.
    if had.count == 1, let number = Counting.number(had[0].object.text), number > lost {
      guard let fewer = Counting.changed(had[0].object.text, from: number, to: number - lost, wanted) else { return }
      end(had)
      try add(owner, "tener", fewer)
      return
    }
    guard had.count < 2 else { return }
    end(had)
    if let entity { end(try resolver.view.facts(subjects: [entity]).filter { !$0.isNegated && $0.verb != "llamarse" }) }
    try add(owner, "tener", noun, isNegated: true)
  }

  /// «Se ha cancelado la reunión»
  private mutating func endPlan(_ thing: NounPhrase?) throws {
    guard let thing, let name = try resolver.names(of: thing).first, name != EntityName.user else { return }
    end(
      try resolver.view.facts(subjects: [name]).filter {
        !$0.isNegated && ($0.verb.text.hasSuffix(" " + Argument.when) || $0.verb == "ser")
      })
    let days = Content.stems(
      of:
        "lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday sunday")
    let wanted = Set(Content.stems(of: thing.text)).subtracting(days)
    guard !wanted.isEmpty else { return }
    end(
      try resolver.view.facts(subjects: [EntityName.user]).filter { fact in
        guard fact.verb.text.hasPrefix("tener"), !fact.isNegated else { return false }
        if fact.verb == "tener" { return wanted.isSubset(of: Content.stems(of: fact.object.text)) }
        return wanted.isSubset(of: Content.stems(of: fact.verb.text))
      })
  }

  private static let parting = Vocabulary.set("divorciarse divorciar separarse separar divorce separate")
  private static let parted = Vocabulary.set("divorciad divorced separad separated viud widowed")
  private static let retiring = Vocabulary.set("jubilarse jubilar prejubilarse retirarse retire")
  private static let idle = Vocabulary.set("jubilad retired parad desemplead unemployed retirad jubil desempl par")
  static let dying = Vocabulary.set("morir morirse fallecer die pass perecer")
  private static let selling = Vocabulary.set("vender sell regalar donar dar give")
  private static let cancelling = Vocabulary.set("cancelar cancelarse anular anularse cancel suspender suspenderse")
    .union(["ser cancelado", "ser cancelada", "ser anulado", "ser cancel"])
}
