package import SaraiCore

/// What a fact is about, without what it says of it: for telling that it was forgotten.
package enum FactTopic {
  package static func text(_ fact: Fact, _ language: Language) -> String {
    let subject = EntityWords.text(fact.subject.text, language)
    guard fact.subject.text == EntityName.user else { return subject }
    if let known = own.first(where: { fact.verb.text.hasPrefix($0.verb) }) { return known.words[language] }
    // Of the person themselves the verb tells it.
    let verb = fact.verb.text.split(separator: " ").prefix(2).joined(separator: " ")
    return language == .spanish ? "lo de «\(verb)»" : "about \"\(verb)\""
  }

  private static let own: [(verb: String, words: Localized)] = [
    ("vivir", Localized(es: "dónde vives", en: "where you live")),
    ("trabajar", Localized(es: "dónde trabajas", en: "where you work")),
    ("llamarse", Localized(es: "cómo te llamas", en: "your name")),
    ("nacer", Localized(es: "tu nacimiento", en: "your birth")),
    ("tener", Localized(es: "lo que tienes", en: "what you have")),
    ("gustar", Localized(es: "lo que te gusta", en: "what you like")),
    ("encantar", Localized(es: "lo que te encanta", en: "what you love")),
    ("ser", Localized(es: "lo que eres", en: "what you are")),
    ("estar", Localized(es: "cómo estás", en: "how you are")),
  ]

  /// Whether it tells a password or the like, which must be gone wherever it was said.
  package static func isSecret(_ fact: Fact) -> Bool { isSecret(subject: fact.subject, verb: fact.verb) }

  static func isSecret(subject: Term, verb: Term) -> Bool {
    let words = Set((subject.folded + " " + verb.folded).split(separator: " ").map(String.init))
    return !words.isDisjoint(with: secrets)
  }

  /// Whether the value alone gives a secret away, so that whatever mentions it must go with it. A year, a name or a
  /// single digit stands in much that has nothing to do with it.
  ///
  /// - Parameter others: How many other facts have the value among their words.
  package static func isTelling(_ value: String, others: Int) -> Bool {
    let digits = value.filter(\.isNumber).count
    if value.count >= 6, digits > 1 { return true }
    let isYear = value.count == 4 && digits == 4 && (value.hasPrefix("19") || value.hasPrefix("20"))
    return value.count >= 4 && others == 0 && !isYear
  }

  /// Whether a text is nothing that people say of anything else: letters with digits, capitals within.
  static func isNoWord(_ value: String) -> Bool {
    guard value.count >= 3, value.contains(where: \.isLetter) else { return value.count >= 6 }
    let hasCapital = value.dropFirst().contains(where: \.isUppercase) && value.contains(where: \.isLowercase)
    return !value.contains(" ") && (hasCapital || value.contains(where: \.isNumber))
  }

  private static let secrets = Vocabulary.set(
    "clave codigo pin contrasena combinacion password passcode code puk cvv iban tarjeta cuenta")
}
