import SaraiCore

/// The words of a fact that is given in parts, as facts are kept: «sister of the user» is «hermana del usuario», "live in"
/// is «vivir en». What is none of these stays as it is.
package enum GivenWords {
  // MARK: subjects

  package static func subject(_ text: String) -> String {
    let folded = Fold.text(text).split(separator: " ").joined(separator: " ")
    if users.contains(folded) { return EntityName.user }
    if folded.hasSuffix(EntityName.ofUser) {
      return ["la ", "el "].first { folded.hasPrefix($0) }.map { String(folded.dropFirst($0.count)) } ?? text
    }
    guard let (phrase, language) = possessive(folded, text), text.utf8.count <= mostBytes else { return text }
    let words = Tokenizer.sentences(of: phrase, in: language)
    guard words.count == 1, let sentence = words.first,
      let today = CivilDate(year: 2000, month: 1, day: 1)
    else { return text }
    let reader = ChunkReader(Rewriting.kin(sentence.words, language), language: language, today: today)
    guard let (found, end) = reader.phrase(at: 0), end == reader.words.count else { return text }
    return name(of: found) ?? text
  }

  private static let mostBytes = 200

  /// «mi hermana», "my sister", "the user's sister", "sister of the user".
  private static func possessive(_ folded: String, _ text: String) -> (String, Language)? {
    for (start, own, language) in [
      ("mi ", "mi ", Language.spanish), ("mis ", "mis ", .spanish), ("nuestro ", "mi ", .spanish),
      ("nuestra ", "mi ", .spanish), ("my ", "my ", .english), ("our ", "my ", .english),
      ("the user's ", "my ", .english), ("user's ", "my ", .english),
    ] where folded.hasPrefix(start) {
      return (own + text.dropFirst(start.count), language)
    }
    for end in [" of the user", " of user"] where folded.hasSuffix(end) {
      let noun = text.dropLast(end.count)
      return ("my " + (folded.hasPrefix("the ") ? noun.dropFirst(4) : noun), .english)
    }
    if folded.hasSuffix(" de usuario") { return ("mi " + text.dropLast(" de usuario".count), .spanish) }
    return nil
  }

  private static func name(of phrase: NounPhrase) -> String? {
    if phrase.isUser { return EntityName.user }
    let whose = phrase.isPossessedByUser ? EntityName.user : phrase.possessor.first.flatMap { name(of: $0) }
    guard let whose, let noun = EntityName.nouns(of: phrase).first, !noun.isEmpty, phrase.name == nil else {
      return nil
    }
    return EntityName.owned(noun, by: whose)
  }

  private static let users = Vocabulary.set("usuario usuaria yo user i me myself mi")
    .union(["el usuario", "la usuaria", "the user", "yo mismo", "yo misma"])

  // MARK: verbs

  package static func verb(_ text: String) -> String {
    guard text.utf8.count <= mostBytes else { return text }
    var words = text.split(separator: " ").map(String.init)
    if words.count > 1, words[0] == "to" { words.removeFirst() }
    guard let first = words.first else { return text }
    if let found = english(words) { return found }
    if let clitic = ["se", "me", "te", "le", "les", "nos"].first(where: { $0 == Fold.text(first) }), words.count > 1,
      let lemma = spanish(words[1])
    {
      return ([clitic == "se" ? lemma + "se" : lemma] + words.dropFirst(2)).joined(separator: " ")
    }
    return ([spanish(first) ?? first] + words.dropFirst()).joined(separator: " ")
  }

  /// The infinitive of a form; nil for an infinitive, and for what is none.
  private static func spanish(_ form: String) -> String? {
    let readings = SpanishConjugation.shared.readings(of: Tokenizer.word(form))
    guard !readings.isEmpty, !readings.contains(where: { $0.tense == .infinitive }),
      let found = readings.first(where: { $0.tense.isFinite && $0.person != 1 })
        ?? readings.first(where: \.tense.isFinite)
    else { return nil }
    return found.lemma
  }

  private static func english(_ words: [String]) -> String? {
    let word = Tokenizer.word(words[0])
    let rest = Array(words.dropFirst())
    guard let lemma = EnglishConjugation.shared.readings(of: word).first?.lemma else { return nil }
    let isAuxiliary = ["be", "have", "do"].contains(lemma)
    guard isAuxiliary || rest.contains(where: prepositions.contains) || !SpanishConjugation.shared.isKnown(word.folded)
    else { return nil }
    if lemma == "be", let next = rest.first, ["called", "named"].contains(next) {
      return (["llamarse"] + rest.dropFirst()).joined(separator: " ")
    }
    let known = Vocabulary.verb(lemma)
    // A verb that has no Spanish one here is kept in its base form, as it is read from a sentence.
    return ([known] + rest.map { prepositions.contains($0) ? Vocabulary.preposition($0) : $0 }).joined(separator: " ")
  }

  private static let prepositions = Vocabulary.set(
    "in at on with to from for of about by near into since until without as against")
}

extension NewFact {
  /// With its subject and verb in the words in which facts are kept.
  package var inKeptWords: NewFact {
    var fact = self
    fact.subject = Term(GivenWords.subject(subject.text))
    fact.verb = Term(GivenWords.verb(verb.text))
    return fact
  }
}
