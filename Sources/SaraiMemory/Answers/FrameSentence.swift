import SaraiCore

/// A fact in a sentence to the person it is about: «Tu hermana vive en Madrid.»
struct FrameSentence {
  let language: Language

  /// Nil for facts that the rules have no words for in this language.
  func text(_ frame: Frame, subject: String? = nil) -> String? {
    let fact = frame.main
    let isUser = fact.subject.text == EntityName.user
    guard fact.subject.text != EntityName.somebody, let verb = verb(frame, isUser: isUser) else { return nil }
    let owner =
      subject ?? (isUser ? (language == .spanish ? "" : "you") : EntityWords.text(fact.subject.text, language))
    let parts = frame.parts.compactMap { part -> String? in
      guard !part.object.isEmpty else { return nil }
      let words = part.object == EntityName.user ? (language == .spanish ? "ti" : "you") : objectWords(part.object)
      if part.isTime || part.preposition.isEmpty { return words }
      if part.object == EntityName.user, part.preposition == "con", language == .spanish { return "contigo" }
      return EnglishPreposition.of(part.preposition, verb: frame.verb, object: words, language) + " " + words
    }
    let experiencer = language == .spanish && VerbClasses.experiencer.contains(frame.verb)
    let lead = experiencer && !isUser && !owner.isEmpty ? "a " + owner : owner
    let words = [lead, verb] + parts
    return SentenceWriter.sentence(words.filter { !$0.isEmpty }.joined(separator: " "), language)
  }

  private func objectWords(_ object: String) -> String {
    if EntityName.parts(object) != nil { return EntityWords.text(object, language) }
    return PersonSwap.text(object, LanguageGuess.language(of: object, fallback: language))
  }

  private func verb(_ frame: Frame, isUser: Bool) -> String? {
    let words = frame.verb.split(separator: " ").map(String.init)
    guard let first = words.first else { return nil }
    let rest = words.dropFirst().joined(separator: " ")
    return language == .spanish
      ? spanish(first, rest, frame, isUser: isUser) : english(first, rest, frame, isUser: isUser)
  }

  private func spanish(_ name: String, _ rest: String, _ frame: Frame, isUser: Bool) -> String? {
    let isReflexive = name.hasSuffix("se") && name.count > 4
    let lemma = isReflexive ? String(name.dropLast(2)) : name
    guard ["ar", "er", "ir", "ír"].contains(where: lemma.hasSuffix) else { return nil }
    let tense: SpanishTense = frame.main.standing == .past || Self.events.contains(lemma) ? .preterite : .present
    let isExperiencer = VerbClasses.experiencer.contains(lemma)
    let isPlural =
      isExperiencer
      && (frame.parts.first.map { Fold.text($0.object).hasPrefix("los ") || Fold.text($0.object).hasPrefix("las ") }
        ?? false)
    let person = isExperiencer ? (isPlural ? 5 : 2) : isUser ? 1 : 2
    let form = SpanishConjugation.shared.form(of: lemma, tense, person: person)
    let pronoun = isExperiencer ? (isUser ? "te" : "le") : isReflexive ? (isUser ? "te" : "se") : ""
    return ([frame.isNegated ? "no" : "", pronoun, form, rest]).filter { !$0.isEmpty }.joined(separator: " ")
  }

  private func english(_ name: String, _ rest: String, _ frame: Frame, isUser: Bool) -> String? {
    if name == "llamarse" { return (isUser ? "are" : "is") + " called" }
    let lemma = Self.englishVerbs[name] ?? (EnglishConjugation.shared.isKnown(name) ? name : nil)
    guard let lemma, rest.isEmpty else { return nil }
    let isPast = frame.main.standing == .past || Self.events.contains(name)
    if lemma == "be" {
      let form = isPast ? (isUser ? "were" : "was") : isUser ? "are" : "is"
      return frame.isNegated ? form + " not" : form
    }
    if frame.isNegated { return (isPast ? "did" : isUser ? "do" : "does") + " not " + lemma }
    if isPast { return EnglishConjugation.shared.past(of: lemma) }
    return isUser ? lemma : EnglishConjugation.shared.third(of: lemma)
  }

  /// What happens once is over once it is told.
  private static let events: Set<String> = [
    "nacer", "morir", "comprar", "casar", "vender", "casarse", "prestar", "regalar", "ganar", "conocer", "adoptar",
  ]

  private static let englishVerbs = [
    "vivir": "live", "trabajar": "work", "gustar": "like", "encantar": "love", "odiar": "hate", "preferir": "prefer",
    "estudiar": "study", "aprender": "learn", "jugar": "play", "comer": "eat", "beber": "drink", "tener": "have",
    "ser": "be", "estar": "be", "hablar": "speak", "leer": "read", "conducir": "drive", "enseñar": "teach",
    "fumar": "smoke", "costar": "cost", "pesar": "weigh", "usar": "use", "querer": "want", "ir": "go",
    "comprar": "buy", "vender": "sell", "necesitar": "need", "coleccionar": "collect", "cocinar": "cook",
  ]
}

/// English has several prepositions where the memory has one.
enum EnglishPreposition {
  static func of(_ stored: String, verb: String, object: String, _ language: Language) -> String {
    guard language == .english else { return stored == "como" && verb == "trabajar" ? "de" : stored }
    let words = Set(object.split(separator: " ").map { Fold.text($0) })
    switch stored {
    case "en":
      if !words.isDisjoint(with: surfaces) { return "on" }
      if ["trabajar", "estudiar"].contains(verb) || !words.isDisjoint(with: institutions) { return "at" }
      return "in"
    case "a": return "to"
    case "con": return "with"
    case "de": return verb == "trabajar" ? "as" : "from"
    case "para", "por": return "for"
    case "bajo": return "under"
    case "sobre": return "about"
    case "cerca": return "near"
    case "tras": return "behind"
    case "desde": return "since"
    case "hasta": return "until"
    case "sin": return "without"
    case "entre": return "between"
    default: return stored
    }
  }

  private static let surfaces = Vocabulary.set(
    "shift holiday vacation diet leave sabbatical floor street avenue road lane shelf table desk wall bus train team level row island farm counter balcony roof"
  )
  private static let institutions = Vocabulary.set(
    "school university college home work uni gym airport university hospital office station kindergarten nursery")
}
