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
    return try setValue(of: thing, to: value.text)
  }

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

  private mutating func exchange(_ owner: String, _ old: NounPhrase, for new: NounPhrase) throws -> Bool {
    guard old.isDefinite, let noun = EntityName.nouns(of: old).first else { return false }
    let entity = EntityName.owned(noun, by: owner)
    let facts = try resolver.view.facts(subjects: [entity], verbs: ["ser"])
    let driven = noun == "coche" ? try resolver.view.facts(subjects: [owner], verbs: ["conducir"]) : []
    end(facts + driven)
    try add(entity, "ser", new.text)
    return true
  }

  private static let rising = Vocabulary.set(
    "subir bajar aumentar reducir rebajar raise increase lower reduce rise drop")
}
