package import SaraiCore

/// What is said to somebody who has told something: the same in other words where these are sure to make a correct
/// sentence, or only that it is noted.
package enum Acknowledgement {
  private static let most = 3
  private static let longestObject = 4

  /// - Returns: «De acuerdo: vives en Lugo.» or «Anotado.»
  package static func text(of changes: [FactChange], _ language: Language) -> String {
    let told = changes.compactMap { change -> NewFact? in
      if case .add(let fact, _) = change, fact.validTo == nil { fact } else { nil }
    }
    // What hangs on a fact needs no words of its own, but a denial without it may say too much.
    let hanging = told.map { fact in told.contains { hangs(fact, on: $0) } }
    let isDeniedInPart = told.contains { fact in fact.isNegated && told.contains { hangs($0, on: fact) } }
    // «Eres intolerante» is only half of what was told.
    let isHalf = told.contains { fact in
      ["ser", "estar"].contains(fact.verb.text)
        && told.contains { hangs($0, on: fact) && !$0.verb.text.hasSuffix(" " + Argument.when) }
    }
    let main = zip(told, hanging).filter { !$0.1 }.map(\.0)
    guard !main.isEmpty, main.count <= most, !isDeniedInPart, !isHalf, main.allSatisfy({ isPlain($0, language) }) else {
      return Localized(es: "Anotado.", en: "Noted.")[language]
    }
    let head = Localized(es: "De acuerdo", en: "All right")[language]
    let clauses = main.map { FactSentence.clause(of: $0, language) }
    return head + ": "
      + clauses.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }.joined(separator: "; ")
      + "."
  }

  private static func hangs(_ fact: NewFact, on other: NewFact) -> Bool {
    fact.subject == other.subject && fact.verb.folded.hasPrefix(other.verb.folded + " " + other.object.folded + " ")
  }

  // MARK: which sentences are sure to be correct

  private static func isPlain(_ fact: NewFact, _ language: Language) -> Bool {
    let object = fact.object.text
    let words = object.split(separator: " ").map(String.init)
    guard !words.isEmpty, words.count <= longestObject, !object.contains(where: { ",;:()".contains($0) }),
      isPlain(subject: fact.subject.text, language), !object.hasSuffix(EntityName.ofUser) || fact.verb == "ser"
    else { return false }
    let first = Fold.text(words[0])
    let lexicon = FunctionWords.of(language)
    let isArticle = lexicon.definite.contains(first) || indefinite.contains(first)
    let isName = words.allSatisfy { $0.first?.isUppercase ?? false }
    switch fact.verb.text {
    case "llamarse": return isName
    case "vivir en", "trabajar en", "estudiar en", "ser de": return !fact.isNegated && (isName || isArticle)
    case "ser cuando": return fact.subject.text != EntityName.user && object.contains(where: \.isNumber)
    case "pesar", "medir", "costar": return object.contains(where: \.isNumber)
    case "tener":
      if fact.isNegated { return words.count == 1 && language == .spanish }
      return indefinite.contains(first) || first.first?.isNumber == true || lexicon.numbers[first] != nil
    case "gustar", "encantar", "odiar":
      return language == .english
        ? words.count < 3 && !isAction(words) : lexicon.definite.contains(first) && first != "lo"
    case "ser", "estar": return isProperty(fact, words, isArticle: isArticle, isName: isName, language)
    default: return false
    }
  }

  /// «casado», «una doctora», «tu vecina», the value of something that has one.
  private static func isProperty(
    _ fact: NewFact, _ words: [String], isArticle: Bool, isName: Bool, _ language: Language
  ) -> Bool {
    if let (noun, owner) = EntityName.parts(fact.object.text) {
      return fact.verb == "ser" && owner == EntityName.user && !noun.contains(" ") && Kinship.isKin(noun)
        && fact.subject.text.first?.isUppercase == true
    }
    if FactTopic.isSecret(subject: fact.subject, verb: fact.verb) { return fact.verb == "ser" && !fact.isNegated }
    let folded = words.map { Fold.text($0) }
    let isState =
      words.count == 1 && Vocabulary.states.contains(folded[0]) || Vocabulary.nationalities.contains(folded[0])
    if isState || words.count == 1 && Vocabulary.colours.contains(folded[0]) { return true }
    guard fact.verb == "ser" else { return false }
    return isArticle && words.count <= 3 && !folded.contains("que")
  }

  private static func isPlain(subject: String, _ language: Language) -> Bool {
    if subject == EntityName.user { return true }
    if let (noun, owner) = EntityName.parts(subject) {
      guard owner == EntityName.user, !noun.hasSuffix("s") || noun == "cumpleanos" else { return false }
      // What has no English word is not said in English.
      if language == .english, EntityWords.text(subject, .english).hasSuffix(noun) { return false }
      return Kinship.isKin(noun) && !noun.contains(" ") || things.contains(noun)
    }
    return subject.split(separator: " ").count <= 2 && subject.allSatisfy { $0.isLetter || $0 == " " }
      && subject.split(separator: " ").allSatisfy { $0.first?.isUppercase ?? false }
  }

  private static func isAction(_ words: [String]) -> Bool { words[0].hasSuffix("ing") || Fold.text(words[0]) == "to" }

  private static let indefinite = Vocabulary.set("un una a an")
  private static let things = Vocabulary.set(
    """
    clave pin codigo telefono movil coche casa piso perro perra gato gata moto bici cumpleanos direccion correo boda cita matricula
    contrasena numero
    """)
}
