package import SaraiCore

/// What a fact is about, without what it says of it: for telling that it was forgotten.
package enum FactTopic {
  package static func text(_ fact: Fact, _ language: Language) -> String {
    let subject = EntityWords.text(fact.subject.text, language)
    guard fact.subject.text == EntityName.user else { return subject }
    // Of the person themselves the verb tells it: "vivir en".
    let verb = fact.verb.text.split(separator: " ").prefix(2).joined(separator: " ")
    return language == .spanish ? "lo de «\(verb)»" : "about \"\(verb)\""
  }

  /// Whether it tells a password or the like, which must be gone wherever it was said.
  package static func isSecret(_ fact: Fact) -> Bool {
    let words = Set((fact.subject.folded + " " + fact.verb.folded).split(separator: " ").map(String.init))
    return !words.isDisjoint(with: secrets)
  }

  private static let secrets = Vocabulary.set(
    "clave codigo pin contrasena combinacion password passcode code puk cvv iban tarjeta cuenta")
}
