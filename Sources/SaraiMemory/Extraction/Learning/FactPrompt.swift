import SaraiCore

/// What a language model is asked for facts with, and what of its answer is believed.
enum FactPrompt {
  /// A fact as the model claims it.
  struct Claim: Sendable, Hashable {
    var subject: String
    var verb: String
    var object: String
    var isNegated: Bool
  }

  static let maxClaims = 8
  private static let limits = JSONLimits(depth: 4, bytes: 16_384, values: 64)
  private static let maxWordsEach = 12

  /// An array of at most `maxClaims` objects with their keys in this order.
  static let grammar = #"""
    root ::= "[" ( fact ( ", " fact ){0,7} )? "]"
    fact ::= "{\"subject\": " text ", \"verb\": " text ", \"object\": " text ", \"negated\": " ( "true" | "false" ) "}"
    text ::= "\"" char{0,80} "\""
    char ::= [^"\\\x00-\x1F]
    """#

  /// Short, for small models: what to do, three examples, and the sentences.
  static func prompt(for text: String, language: Language) -> String {
    let clean = String(text.unicodeScalars.filter { $0 == "\n" || $0.value >= 32 && $0.value != 127 })
    switch language {
    case .spanish:
      return """
        Saca de cada frase los hechos que la persona cuenta de sí misma o de los suyos, en JSON. Quien habla es \
        "usuario". El verbo va en infinitivo, con su preposición. Usa solo palabras de la frase. Si no hay ninguno: [].

        Frase: Regento una mercería en Cuenca.
        Hechos: [{"subject": "usuario", "verb": "regentar", "object": "una mercería en Cuenca", "negated": false}]
        Frase: A mi cuñada le chirría el cilantro.
        Hechos: [{"subject": "mi cuñada", "verb": "chirriar", "object": "el cilantro", "negated": false}]
        Frase: Ojalá lloviera mañana.
        Hechos: []
        Frase: \(clean.replacing("\n", with: " "))
        Hechos:
        """
    case .english:
      return """
        From each sentence take the facts that the person tells of themselves or their people, as JSON. Who speaks is \
        "usuario". The verb is in its base form, with its preposition. Use words of the sentence only. If none: [].

        Sentence: I run a haberdashery in York.
        Facts: [{"subject": "usuario", "verb": "run", "object": "a haberdashery in York", "negated": false}]
        Sentence: My aunt can't stand coriander.
        Facts: [{"subject": "my aunt", "verb": "stand", "object": "coriander", "negated": true}]
        Sentence: I wish it would rain tomorrow.
        Facts: []
        Sentence: \(clean.replacing("\n", with: " "))
        Facts:
        """
    }
  }

  /// What of an answer may be kept: claims whose subject and object are words of the turn.
  ///
  /// An answer that is no such JSON says nothing. So does a claim with a word that was not said, or with a verb of
  /// which the turn has no form: a model that invents is not heard.
  static func facts(in answer: String, saidIn text: String, language: Language) -> [Claim] {
    guard let value = try? JSONValue(parsing: answer, limits: limits), let items = value.arrayValue else { return [] }
    let words = Tokenizer.sentences(of: text, in: language).flatMap(\.words).filter { $0.kind != .sign }
    let said = Set(words.map(\.folded))
    let verbs = Set(words.flatMap { lemmas(of: $0, language) })
    var claims: [Claim] = []
    for item in items.prefix(maxClaims) {
      guard let claim = Claim(item), isSaid(claim.object, said, language), !claims.contains(claim),
        Fold.text(claim.subject) == EntityName.user
          || (!claim.subject.isEmpty && isSaid(claim.subject, said, language)),
        let verb = claim.verb.split(separator: " ").first.map({ Fold.text($0) }),
        verbs.contains(verb) || isForm(verb, said),
        claim.verb.split(separator: " ").dropFirst().allSatisfy({ said.contains(Fold.text($0)) })
      else { continue }
      claims.append(claim)
    }
    return claims
  }

  private static func isSaid(_ text: String, _ said: Set<String>, _ language: Language) -> Bool {
    let words = Tokenizer.sentences(of: text, in: language).flatMap(\.words).filter { $0.kind != .sign }
    return words.count <= maxWordsEach && words.allSatisfy { said.contains($0.folded) }
  }

  private static func lemmas(of word: Word, _ language: Language) -> [String] {
    switch language {
    case .spanish:
      SpanishConjugation.shared.readings(of: word).map { Fold.text($0.lemma) }
        + (SpanishConjugation.shared.guess(word).map { [Fold.text($0.lemma)] } ?? [])
    case .english: EnglishConjugation.shared.readings(of: word).map(\.lemma)
    }
  }

  /// Whether a word of the turn can be a form of a verb that no list has: it begins as the verb does.
  private static func isForm(_ verb: String, _ said: Set<String>) -> Bool {
    guard verb.count >= 5 else { return said.contains(verb) }
    let stem = verb.dropLast(["ar", "er", "ir"].contains(where: verb.hasSuffix) ? 2 : 1)
    return said.contains { $0.hasPrefix(stem) }
  }
}

extension FactPrompt.Claim {
  /// Nil for anything but the four keys with their types.
  fileprivate init?(_ value: JSONValue) {
    guard let object = value.objectValue, object.count == 4, let subject = value["subject"]?.stringValue,
      let verb = value["verb"]?.stringValue, let thing = value["object"]?.stringValue,
      let isNegated = value["negated"]?.boolValue, !verb.isEmpty
    else { return nil }
    self.init(subject: subject, verb: verb, object: thing, isNegated: isNegated)
  }

  /// The claim as what a sentence would have told.
  func clause(language: Language, today: CivilDate) -> Clause? {
    var verb = VerbGroup()
    let parts = self.verb.split(separator: " ").map(String.init)
    guard let lemma = parts.first else { return nil }
    verb.lemma = lemma
    verb.verb = Vocabulary.verb(lemma)
    verb.isNegated = isNegated
    verb.person = 2
    verb.words = [lemma]
    var clause = Clause(subject: nil, verb: verb)
    if Fold.text(subject) == EntityName.user {
      clause.subject = Clause.user
    } else {
      guard let phrase = TreeClauses.phrase(subject, language: language, today: today) else { return nil }
      clause.subject = phrase
    }
    guard !object.isEmpty else { return clause }
    let preposition = parts.count > 1 ? Vocabulary.preposition(Fold.text(parts[1])) : ""
    guard let phrase = TreeClauses.phrase(object, language: language, today: today) else { return nil }
    clause.arguments = [Argument(preposition: preposition, phrase: phrase, text: object)]
    return clause
  }
}
