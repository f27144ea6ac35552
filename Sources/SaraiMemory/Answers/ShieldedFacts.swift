import SaraiCore

/// Facts as an answer is made of them, in which a word stands for every secret that the rules of a language would
/// change: «mi perro Toby», «24-8-31».
final class ShieldedFacts: FactLookup {
  private let lookup: any FactLookup
  private var values: [String: String] = [:]

  init(_ lookup: any FactLookup) { self.lookup = lookup }

  func facts(_ query: FactQuery) throws -> [Fact] {
    try lookup.facts(query).map { fact in
      guard fact.verb == "ser", FactTopic.isSecret(fact), Self.isChangeable(fact.object.text) else { return fact }
      let word = "zq1value\(abs(fact.id.rawValue))x"
      values[word] = fact.object.text
      return Fact(
        id: fact.id, subject: fact.subject, verb: fact.verb, object: Term(word), isNegated: fact.isNegated,
        confidence: fact.confidence, source: fact.source, extractor: fact.extractor, standing: fact.standing,
        isPrivate: fact.isPrivate, turn: fact.turn, saidAt: fact.saidAt, validFrom: fact.validFrom,
        validTo: fact.validTo, supersededBy: fact.supersededBy)
    }
  }

  /// A text with the secrets letter by letter.
  func restored(_ text: String) -> String {
    values.reduce(text) { text, entry in
      text.replacing(entry.key, with: entry.value).replacing(entry.key.capitalizedFirst, with: entry.value)
    }
  }

  private static func isChangeable(_ value: String) -> Bool {
    guard EntityName.parts(value) == nil || !value.hasSuffix(EntityName.ofUser) else { return false }
    return value.contains { !$0.isLetter && !$0.isNumber } || value.count < 4
  }
}
