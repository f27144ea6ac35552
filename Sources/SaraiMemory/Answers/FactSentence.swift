package import SaraiCore

/// A fact as a sentence: «Tu hermana vive en Madrid», or «Mi hermana vive en Madrid».
package enum FactSentence {
  package enum Speaker: Sendable {
    /// Said to the person whose memory it is.
    case assistant
    /// As the person said it.
    case owner
  }

  package static func text(_ fact: Fact, _ language: Language, as speaker: Speaker = .assistant) -> String {
    SentenceWriter.sentence(
      language == .spanish ? spanish(fact, speaker) : english(fact, speaker), language)
  }

  /// What is about to be stored, as part of a sentence to the owner.
  package static func clause(of fact: NewFact, _ language: Language) -> String {
    let stored = Fact(
      id: FactID(rawValue: 0), subject: fact.subject, verb: fact.verb, object: fact.object, isNegated: fact.isNegated,
      confidence: fact.confidence, source: fact.source, extractor: fact.extractor, standing: .current,
      isPrivate: fact.isPrivate, turn: nil, saidAt: Timestamp(milliseconds: 0), validFrom: fact.validFrom, validTo: nil,
      supersededBy: nil)
    let clause = language == .spanish ? spanish(stored, .assistant) : english(stored, .assistant)
    // Without the full stop, and with a capital only where there was one.
    return String(clause.prefix(1) + SentenceWriter.sentence(clause, language).dropFirst().dropLast())
  }

  /// Somebody or something, in the words of the speaker.
  private static func entity(_ term: String, _ language: Language, _ speaker: Speaker) -> String {
    let text = EntityWords.text(term, language)
    guard speaker == .owner, text != term else { return text }
    let swaps =
      language == .spanish ? [(" tu ", " mi "), (" tú ", " mí ")] : [(" your ", " my "), (" you ", " me ")]
    return String(swaps.reduce(" \(text) ") { $0.replacing($1.0, with: $1.1) }.dropFirst().dropLast())
  }

  /// What the owner said of themselves, turned to them where the assistant speaks.
  private static func turned(_ text: String, _ language: Language, _ speaker: Speaker) -> String {
    speaker == .owner ? text : PersonSwap.text(text, language)
  }

  /// The object to the person spoken to; a secret stays as it was typed.
  private static func object(_ text: String, of fact: Fact, _ language: Language, _ speaker: Speaker) -> String {
    fact.verb == "ser" && FactTopic.isSecret(fact) ? text : turned(text, language, speaker)
  }

  private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  // MARK: Spanish

  private static func spanish(_ fact: Fact, _ speaker: Speaker) -> String {
    let isUser = fact.subject.text == EntityName.user
    var verb = words(fact.verb.text).filter { $0 != Argument.when }
    let object = entity(fact.object.text, .spanish, speaker)
    let isOwner = speaker == .owner
    guard let infinitive = verb.first else { return "" }
    verb.removeFirst()
    let isReflexive = infinitive.hasSuffix("se") && infinitive.count > 4
    let lemma = isReflexive ? String(infinitive.dropLast(2)) : infinitive
    let tense = fact.standing == .past ? SpanishTense.imperfect : .present
    let isExperiencer = VerbClasses.experiencer.contains(lemma) && lemma != "costar"
    // What pleases is the subject of the verb, and who is pleased its dative.
    let person =
      isExperiencer ? (isPlural(object) ? 5 : 2) : isUser ? (isOwner ? 0 : 1) : isPlural(fact.subject.text) ? 5 : 2
    let finite = SpanishConjugation.shared.form(of: lemma, tense, person: person)
    var clitic: [String] = []
    if isExperiencer { clitic = [isUser ? (isOwner ? "me" : "te") : isPlural(fact.subject.text) ? "les" : "le"] }
    if isReflexive { clitic = [isUser ? (isOwner ? "me" : "te") : "se"] }
    let subject = isUser ? "" : (isExperiencer ? "a " : "") + entity(fact.subject.text, .spanish, speaker)
    let parts =
      [subject] + (fact.isNegated ? ["no"] : []) + clitic + [finite] + verb.map { turned($0, .spanish, speaker) }
      + [self.object(object, of: fact, .spanish, speaker)]
    return parts.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func isPlural(_ text: String) -> Bool {
    let first = Fold.text(text.prefix { $0 != " " })
    return ["los", "las", "unos", "unas", "hijos", "padres", "abuelos", "hermanos"].contains(first)
  }

  // MARK: English

  private static func english(_ fact: Fact, _ speaker: Speaker) -> String {
    let isUser = fact.subject.text == EntityName.user
    let isPast = fact.standing == .past
    var verb = words(fact.verb.text).filter { $0 != Argument.when }
    guard let infinitive = verb.first else { return "" }
    verb.removeFirst()
    var object = entity(fact.object.text, .english, speaker)
    var lemma = verbs[Fold.text(infinitive)] ?? infinitive
    if infinitive == "llamarse" { lemma = "be called" }
    if lemma == "have", FrameTerms.isAge(object) {
      lemma = "be"
      object = object.hasSuffix("old") ? object : object + " old"
    }
    let told = object
    let rest = verb.enumerated().map { place, word in
      // "You work at Boots", "you live in Leeds"
      if place == verb.count - 1, word == "en" {
        return EnglishPreposition.of(word, verb: Fold.text(infinitive), object: told, .english)
      }
      return prepositions[Fold.text(word)] ?? turned(word, .english, speaker)
    }
    let words = words(lemma)
    let finite = finite(
      words[0], person: !isUser ? .other : speaker == .owner ? .first : .second, isPast: isPast,
      isNegated: fact.isNegated)
    let subject = isUser && speaker == .owner ? "I" : entity(fact.subject.text, .english, speaker)
    let parts = [subject, finite] + words.dropFirst() + rest + [self.object(object, of: fact, .english, speaker)]
    return parts.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private enum Person { case first, second, other }

  private static func finite(_ verb: String, person: Person, isPast: Bool, isNegated: Bool) -> String {
    if verb == "be" {
      let form =
        switch person {
        case .first: isPast ? "was" : "am"
        case .second: isPast ? "were" : "are"
        case .other: isPast ? "was" : "is"
        }
      return isNegated ? form + " not" : form
    }
    if isNegated { return (isPast ? "did" : person == .other ? "does" : "do") + " not " + verb }
    if isPast { return EnglishConjugation.shared.past(of: verb) }
    return person == .other ? EnglishConjugation.shared.third(of: verb) : verb
  }

  /// The first English word of those that the memory keeps under one Spanish name.
  private static let verbs = reversed(
    "live work like love hate prefer study learn play eat drink have be speak read drive teach smoke cost weigh pay lend owe "
      + "give buy sell use keep know want go travel swim run sing cook write sleep meet see visit help park win lose "
      + "start leave build make wear call need collect train", Vocabulary.verb)
  private static let prepositions = reversed(
    "in to with from for about under without since until near", Vocabulary.preposition)

  private static func reversed(_ english: String, _ stored: (String) -> String) -> [String: String] {
    Dictionary(
      words(english).compactMap { word in stored(word) == word ? nil : (Fold.text(stored(word)), word) },
      uniquingKeysWith: { first, _ in first })
  }
}
