import SaraiCore

// New values of what has one: a rent, a number, a car
extension TurnReading {
  /// «Me han subido el alquiler a 700 euros», "I changed my number to 555", «he cambiado el coche por un Toyota».
  ///
  /// - Returns: Whether a value told before has given way.
  mutating func learnValue(_ subject: String, _ clause: Clause) throws -> Bool {
    let lemma = clause.verb.lemma
    guard clause.verb.isPast || clause.verb.isPerfect, !clause.verb.isNegated else { return false }
    if ["cambiar", "change", "swap", "trade", "exchange", "sustituir"].contains(lemma),
      let old = clause.object, let new = clause.argument("por")?.phrase ?? clause.argument("para")?.phrase
    {
      return try exchange(subject, old, for: new)
    }
    let isRising =
      Self.rising.contains(lemma)
      || lemma == "go" && clause.arguments.contains { ["up", "down"].contains($0.phrase.text) }
    guard isRising || ["cambiar", "change"].contains(lemma), let value = clause.argument("a")?.phrase,
      value.text.contains(where: \.isNumber), !value.isUser,
      let thing = clause.object.flatMap({ ["up", "down"].contains($0.text) ? nil : $0 }) ?? clause.subject,
      !thing.isUser
    else { return false }
    // «Me han subido el sueldo a 1.800»
    if Self.pay.contains(thing.head) {
      let owner =
        try clause.verb.clitics.contains("le")
        ? thing.possessor.first.flatMap { try resolver.names(of: $0).first } : nil
      return try setPay(of: owner ?? EntityName.user, to: value.text)
    }
    return try setValue(of: thing, to: value.text)
  }

  /// What somebody earns, in the money in which it was told before.
  private mutating func setPay(of owner: String, to value: String) throws -> Bool {
    let told = try resolver.view.facts(subjects: [owner]).filter { fact in
      !fact.isNegated
        && ["cobrar", "ganar", "earn"].contains { fact.verb.text == $0 || fact.verb.text.hasPrefix($0 + " ") }
    }
    let amount = told.first {
      ["cobrar", "ganar", "earn"].contains($0.verb.text) && $0.object.text.contains(where: \.isNumber)
    }
    end(told)
    let unit = amount.map { String($0.object.text.drop { $0 != " " }) } ?? ""
    let verb = amount?.verb.text ?? (language == .spanish ? "cobrar" : "ganar")
    try add(owner, verb, value.contains(" ") ? value : value + unit)
    return true
  }

  private static let pay = Vocabulary.set("sueldo salario nomina paga salary wage wages pay")

  private mutating func setValue(of thing: NounPhrase, to value: String) throws -> Bool {
    var names = try resolver.names(of: thing)
    let wanted = Set(Content.stems(of: thing.text))
    if let word = wanted.max(by: { $0.count < $1.count }) {
      // «El precio del alquiler» is what the rent is.
      names += try resolver.view.facts(text: word).map(\.subject.text).filter {
        wanted.isSubset(of: Content.stems(of: $0)) && !names.contains($0)
      }
    }
    for name in names where name != EntityName.user {
      for verb in ["ser", "costar"] {
        guard
          try resolver.view.facts(subjects: [name], verbs: [verb]).contains(where: {
            !$0.isNegated && $0.object.text.contains(where: \.isNumber)
          })
        else { continue }
        try add(name, verb, value, isSignalled: true)
        return true
      }
    }
    let paid = try resolver.view.facts(subjects: [EntityName.user], verbs: ["pagar"]).first { fact in
      !fact.isNegated && wanted.isSubset(of: Content.stems(of: fact.object.text))
    }
    guard !wanted.isEmpty else { return false }
    guard let paid else {
      // «Pago 600 de alquiler»: what for hangs on how much.
      let facts = try resolver.view.facts(subjects: [EntityName.user]).filter { $0.verb.text.hasPrefix("pagar") }
      let uses = facts.filter {
        $0.verb.text.hasPrefix("pagar ") && wanted.isSubset(of: Content.stems(of: $0.object.text))
      }
      let amounts = facts.filter { fact in
        fact.verb == "pagar" && !fact.isNegated
          && uses.contains { $0.verb.folded.hasPrefix("pagar " + fact.object.folded + " ") }
      }
      guard !amounts.isEmpty else { return false }
      end(amounts + uses)
      try add(EntityName.user, "pagar", value + " de " + thing.head)
      return true
    }
    end([paid])
    try add(EntityName.user, "pagar", value + " de " + thing.head)
    return true
  }

  /// «Trabajo allí desde 2019», «me mudé en mayo».
  func beginning(of clause: Clause) -> Timestamp? {
    let date =
      clause.since
      ?? clause.arguments.lazy.compactMap { $0.time?.kind == .duration ? $0.time?.beginning(today: now.date) : nil }
      .first
    return date.map { Timestamp(secondsSince1970: $0.dayNumber * 86_400 - now.utcOffsetSeconds) }
  }

  /// «Desde ayer trabajo en Adif»: no longer where it was before.
  func isRecent(_ since: Timestamp?, _ subject: String, _ frame: FrameTerms) -> Bool {
    guard let since, Predicates.isSingleValued(subject, frame.entries[0].verb) else { return false }
    return since.milliseconds > saidAt.milliseconds - 31 * 86_400_000
  }

  /// «Ahora pago 650»: for what was paid for before.
  func completedAmount(_ subject: String, _ clause: Clause) throws -> Clause {
    guard isCorrection || clause.isNow, !clause.verb.isNegated,
      clause.arguments.filter({ $0.time == nil && !$0.phrase.isUser }).count == 1,
      let place = clause.arguments.firstIndex(where: { $0.preposition.isEmpty && $0.time == nil })
    else { return clause }
    let phrase = clause.arguments[place].phrase
    guard phrase.head.isEmpty, phrase.quantity != nil, phrase.name == nil, !phrase.text.contains(" ") else {
      return clause
    }
    let verb = Term(clause.verb.verb)
    let told = try resolver.view.facts(subjects: [subject]).filter { fact in
      !fact.isNegated && !isToldNow(fact) && (fact.verb == verb || fact.verb.folded.hasPrefix(verb.folded + " "))
    }
    let amounts = told.filter { $0.verb == verb && $0.object.text.first?.isNumber == true }
    guard amounts.count == 1, let amount = amounts.first else { return clause }
    let purpose = told.first { $0.verb.folded == "\(verb.folded) \(amount.object.folded) de" }
    let rest = amount.object.text.drop { $0 != " " } + (purpose.map { " de " + $0.object.text } ?? "")
    var clause = clause
    clause.arguments[place].phrase.text += rest
    clause.arguments[place].text += rest
    return clause
  }

  private mutating func exchange(_ owner: String, _ old: NounPhrase, for new: NounPhrase) throws -> Bool {
    if old.isName, let name = old.name { return try exchange(owner, named: name, for: new) }
    guard old.isDefinite, let noun = EntityName.nouns(of: old).first, !noun.isEmpty else { return false }
    let entity = EntityName.owned(noun, by: owner)
    let facts = try resolver.view.facts(subjects: [entity], verbs: ["ser"])
    let driven = noun == "coche" ? try resolver.view.facts(subjects: [owner], verbs: ["conducir"]) : []
    end(facts + driven)
    try add(entity, "ser", new.text)
    return true
  }

  /// "I traded my Ford for a Kia": whatever was told of having or driving the one is told of the other.
  private mutating func exchange(_ owner: String, named name: String, for new: NounPhrase) throws -> Bool {
    let wanted = Set(Content.stems(of: name))
    guard !wanted.isEmpty else { return false }
    let own = try resolver.view.facts(subjects: [owner]).filter {
      ["tener", "conducir", "usar", "llevar"].contains($0.verb.text)
    }
    let owned = try resolver.view.facts(verbs: ["ser"]).filter { EntityName.parts($0.subject.text)?.owner == owner }
    let old = (own + owned).filter { !$0.isNegated && wanted.isSubset(of: Content.stems(of: $0.object.text)) }
    end(old)
    for fact in old { try add(fact.subject.text, fact.verb.text, new.text) }
    if old.isEmpty { try add(owner, "tener", new.text) }
    return true
  }

  private static let rising = Vocabulary.set(
    "subir bajar aumentar reducir rebajar raise increase lower reduce rise drop")
}
