import SaraiCore

// Whom the conversation was speaking of
extension TurnReading {
  /// Whom the turn before spoke of.
  static func lastMentioned(_ view: FactView) throws -> String? {
    let query = FactQuery(owner: view.owner, order: .newestFirst, limit: 3)
    for fact in try view.lookup.facts(query) {
      if fact.subject.text != EntityName.user, fact.subject.text != EntityName.somebody { return fact.subject.text }
      if EntityName.parts(fact.object.text) != nil { return fact.object.text }
      if let entity = had(fact) { return entity }
    }
    return nil
  }

  /// "I've got a niece": she is who is spoken of.
  private static func had(_ fact: Fact) -> String? {
    guard ["tener", "adoptar", "adopt", "comprar", "get"].contains(fact.verb.text), !fact.isNegated,
      fact.subject.text == EntityName.user
    else { return nil }
    let words = fact.object.text.split(separator: " ").map { Tokenizer.word(String($0)) }
    guard words.count <= 3, let last = words.last, ["un", "una", "a", "an"].contains(words[0].folded) else {
      return nil
    }
    var phrase = NounPhrase(text: fact.object.text)
    phrase.head = Inflection.singular(last.folded)
    guard phrase.isNameable, let noun = EntityName.nouns(of: phrase).first else { return nil }
    return EntityName.owned(noun, by: EntityName.user)
  }
}
