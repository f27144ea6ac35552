import SaraiCore

// What is done or happens to somebody that makes untrue what was told of them
extension TurnReading {
  /// - Returns: Whether nothing else is to be learnt of the clause.
  mutating func learnReversal(_ subject: String, _ clause: Clause) throws -> Bool {
    if try learnParting(subject, clause) { return true }
    try endDiet(subject, clause)
    try learnPainting(subject, clause)
    try endWeight(subject, clause)
    let state = ["jubilarse": "jubilado", "divorciarse": "divorciado"][clause.verb.verb]
    if let state, language == .spanish, clause.verb.isPast || clause.verb.isPerfect, !clause.verb.isNegated {
      try add(subject, "estar", state)
    }
    return false
  }

  /// «Mi novia me ha dejado», «hemos roto», "Ana and I broke up".
  ///
  /// - Returns: Whether a bond that was told before is over.
  mutating func learnParting(_ subject: String, _ clause: Clause) throws -> Bool {
    guard !clause.verb.isNegated, clause.verb.isPast || clause.verb.isPerfect, clause.verb.modal == nil else {
      return false
    }
    let lemma = clause.verb.lemma
    let object = clause.object.flatMap { $0.text == "up" ? nil : $0 }
    let left = clause.argument("a")?.phrase ?? object
    if Self.leaving.contains(lemma), let left, object == nil || object == left {
      let abandoned = left.isUser ? subject : subject == EntityName.user ? try resolver.names(of: left).first : nil
      let own = try abandoned.map { try bonds(of: $0) } ?? []
      for bond in own { try endBond(bond) }
      if !own.isEmpty { return true }
    }
    let isSevered = Self.severing.contains(lemma) || lemma == "dejar" && clause.verb.clitics.contains("lo")
    guard isSevered, object == nil, clause.argument("con") == nil, clause.argument("de") == nil else { return false }
    let members = clause.subject?.members ?? []
    var partners = try members.filter { !$0.isUser }.flatMap { try resolver.names(of: $0) }.flatMap {
      try bonds(of: $0)
    }
    if partners.isEmpty, clause.verb.person == 3 || members.contains(where: { $0.pronoun == 3 }) {
      partners = try ownBonds()
      let dates = try resolver.view.facts(subjects: [EntityName.user], verbs: ["salir con", "estar con"])
      end(dates.filter { !$0.isNegated })
      if partners.isEmpty { return !dates.isEmpty }
    }
    for partner in partners { try endBond(partner) }
    return !partners.isEmpty
  }

  /// What somebody is to somebody whose partner they are.
  private func bonds(of name: String) throws -> [String] {
    let roles = try entities(of: name).filter { term in
      guard let (noun, _) = EntityName.parts(term) else { return false }
      return Self.partnerNouns.contains(where: noun.hasPrefix)
    }
    return roles.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  private func ownBonds() throws -> [String] {
    try Self.partnerRoles.map { EntityName.owned($0, by: EntityName.user) }.filter { role in
      let noun = EntityName.parts(role)?.noun ?? ""
      return try !resolver.view.facts(subjects: [role]).isEmpty
        || !resolver.view.facts(verbs: ["ser"], objects: [role]).isEmpty
        || resolver.view.facts(subjects: [EntityName.user], verbs: ["tener"]).contains {
          guard !$0.isNegated, let word = $0.object.folded.split(separator: " ").last.map(String.init) else {
            return false
          }
          return word == noun || Kinship.canonical(word).contains(noun)
        }
    }
  }

  /// «Uno de mis gatos ha muerto», "one of my cats died": there are fewer.
  mutating func learnLoss(_ clause: Clause) throws -> Bool {
    guard let some = clause.subject, some.head.isEmpty, let number = some.quantity, number > 0,
      let kind = clause.argument("de")?.phrase, kind.isPossessedByUser, AnimalNames.isAnimal(kind.head),
      clause.verb.isPast || clause.verb.isPerfect, !clause.verb.isNegated,
      Self.dying.contains(clause.verb.lemma) || Self.fleeing.contains(clause.verb.lemma),
      let noun = EntityName.nouns(of: kind).first
    else { return false }
    try endOwned(noun, by: EntityName.user, entity: nil, number: number)
    return true
  }

  /// «He vuelto a comer carne»: who eats it again is no vegetarian.
  mutating func endDiet(_ subject: String, _ clause: Clause) throws {
    guard ["comer", "eat", "beber", "drink", "tomar"].contains(clause.verb.lemma), !clause.verb.isNegated,
      !clause.verb.isPast || clause.verb.modal == "empezar", !clause.verb.isImperfect
    else { return }
    let eaten = Set(clause.arguments.filter { $0.preposition.isEmpty }.flatMap { Content.stems(of: $0.phrase.text) })
    let broken =
      !eaten.isDisjoint(with: Self.meats)
      ? Self.meatless.union(Self.plantBased) : !eaten.isDisjoint(with: Self.fromAnimals) ? Self.plantBased : []
    guard !broken.isEmpty else { return }
    let held = try resolver.view.facts(subjects: [subject], verbs: ["ser"]).filter { fact in
      let stems = Set(Content.stems(of: fact.object.text))
      return !fact.isNegated && !stems.isEmpty && stems.isSubset(of: broken) && !isToldNow(fact)
    }
    end(held)
    for fact in held { try add(subject, "ser", fact.object.text, isNegated: true) }
  }

  /// «He pintado el coche de negro», "I painted my car black", «me he teñido el pelo de azul».
  mutating func learnPainting(_ subject: String, _ clause: Clause) throws {
    guard Self.painting.contains(clause.verb.lemma), clause.verb.isPast || clause.verb.isPerfect,
      !clause.verb.isNegated
    else { return }
    let words = clause.arguments.filter { $0.time == nil }.flatMap { $0.text.split(separator: " ").map(String.init) }
    let colours = words.filter { Vocabulary.colours.contains(Fold.text($0)) }
    guard !colours.isEmpty, let entity = try painted(subject, clause) else { return }
    end(
      try resolver.view.facts(subjects: [entity], verbs: ["ser"]).filter { fact in
        !fact.isNegated
          && fact.object.text.split(separator: " ").allSatisfy { Vocabulary.colours.contains(Fold.text($0)) }
      })
    try add(entity, "ser", colours.joined(separator: " "))
  }

  /// What got another colour; nil where it cannot be told.
  private func painted(_ subject: String, _ clause: Clause) throws -> String? {
    guard var thing = clause.object, !thing.head.isEmpty, !Vocabulary.colours.contains(thing.head) else {
      return clause.verb.clitics.contains { ["lo", "la"].contains($0) } ? resolver.last : nil
    }
    guard thing.isDefinite else { return nil }
    thing.complements.removeAll(where: Vocabulary.colours.contains)
    thing.modifiers.removeAll(where: Vocabulary.colours.contains)
    guard thing.determiner == .definite, thing.possessor.isEmpty else { return try resolver.names(of: thing).first }
    let owned = EntityName.nouns(of: thing).map { EntityName.owned($0, by: subject) }
    return try owned.first { try !resolver.view.facts(subjects: [$0]).isEmpty } ?? owned.first
  }

  /// «He adelgazado 5 kilos»: what somebody weighed before, they no longer do.
  mutating func endWeight(_ subject: String, _ clause: Clause) throws {
    guard clause.verb.isPast || clause.verb.isPerfect, !clause.verb.isNegated else { return }
    let isChange =
      ["adelgazar", "engordar"].contains(clause.verb.lemma)
      || ["perder", "lose", "ganar", "gain", "coger", "put", "bajar", "subir"].contains(clause.verb.lemma)
        && clause.arguments.contains { argument in
          argument.phrase.text.contains(where: \.isNumber) || argument.phrase.quantity != nil
            || argument.phrase.isPlural
        }
        && clause.arguments.contains { !Set(Content.stems(of: $0.phrase.text)).isDisjoint(with: Self.weights) }
    guard isChange else { return }
    end(
      try resolver.view.facts(subjects: [subject], verbs: ["pesar"]).filter { !$0.isNegated && !isToldNow($0) })
  }

  /// «Elena y Sara son enfermeras»: each of them is one.
  func distributed(_ clause: Clause, _ subjects: [String]) -> Clause {
    guard subjects.count > 1, ["ser", "be"].contains(clause.verb.lemma),
      let place = clause.arguments.firstIndex(where: { $0.preposition.isEmpty && $0.time == nil })
    else { return clause }
    let phrase = clause.arguments[place].phrase
    guard phrase.determiner == .none, phrase.isPlural, phrase.conjuncts.isEmpty, phrase.name == nil, !phrase.isAction,
      !phrase.isKin, phrase.quantity == nil
    else { return clause }
    let words = phrase.text.split(separator: " ").map(String.init)
    let end = words.firstIndex { ["de", "del", "en", "of", "in"].contains($0) } ?? words.count
    var one = words[..<end].map(Inflection.singularAsTyped) + words[end...]
    if language == .english, !Vocabulary.states.contains(Fold.text(one[0])) {
      one.insert("aeiou".contains(Fold.text(one[0]).first ?? "x") ? "an" : "a", at: 0)
    }
    var clause = clause
    clause.arguments[place].phrase.text = one.joined(separator: " ")
    clause.arguments[place].text = clause.arguments[place].phrase.text
    return clause
  }

  static let fleeing = Vocabulary.set("escapar escape desaparecer disappear")
  private static let leaving = Vocabulary.set("dejar leave dump abandonar plantar")
  private static let severing = Vocabulary.set("romper cortar break split separar separate")
  private static let partnerNouns = ["novi", "pareja", "mujer", "marido", "prometid"]
  private static let partnerRoles = ["novia", "novio", "pareja", "prometida", "prometido"]
  private static let painting = Vocabulary.set("pintar repintar teñir paint repaint dye")
  private static let meats = stems(
    """
    carne pollo ternera cerdo jamon cordero pavo salchichas chorizo bacon pescado atun salmon marisco meat chicken beef pork
    ham lamb turkey sausages steak fish tuna salmon seafood hamburguesas burgers
    """)
  private static let fromAnimals = stems(
    "queso huevos leche yogur mantequilla miel cheese eggs milk yoghurt yogurt butter honey")
  private static let meatless = stems("vegetariano vegetariana vegetarian veggie")
  private static let plantBased = stems("vegano vegana vegan")
  private static let weights = stems("kilo kilos kg libras pounds lbs stone gramos grams peso")

  private static func stems(_ words: String) -> Set<String> { Set(Content.stems(of: words)) }
}
