/// A noun with what belongs to it: «mi hermana Ana», «la novia de mi primo», "a red Mazda".
struct NounPhrase: Sendable, Hashable {
  enum Determiner: Sendable, Hashable {
    case none, definite, indefinite, demonstrative
    /// By the person who has, as in `FunctionWords.possessives`.
    case possessive(Int)
  }

  /// As it was typed, whole.
  var text = ""
  var determiner = Determiner.none
  /// The noun, folded; empty in «el de mi mujer» and for names.
  var head = ""
  /// Nouns that make one with the head: «de cabecera», "wifi" in "wifi password".
  var complements: [String] = []
  /// Adjectives, folded, as they stand.
  var modifiers: [String] = []
  /// A proper name, as it was typed: all of the phrase, or what stands after the noun.
  var name: String?
  /// Names told of several: «dos hijos: Hugo y Martín».
  var names: [String] = []
  var isPlural = false
  var quantity: Int?
  /// Whose it is, where a phrase says so; one at most.
  var possessor: [NounPhrase] = []
  /// Phrases joined to this one: «Ana y Lucía».
  var conjuncts: [NounPhrase] = []
  /// Whether they are alternatives: «té o café».
  var isAlternative = false
  /// 0…5 where it is a pronoun.
  var pronoun: Int?
  /// A restricting clause as typed: «con la que salgo».
  var relative = ""
  /// Whether it is an infinitive or a gerund with its own objects.
  var isAction = false

  var isName: Bool { head.isEmpty && name != nil && possessor.isEmpty }
  var isUser: Bool { pronoun == 0 || pronoun == 3 }
  var isKin: Bool { Kinship.isKin(head) }
  /// Whether it may be called by a name: people and animals.
  var isNameable: Bool { isKin || AnimalNames.isAnimal(head) }
  var isPossessedByUser: Bool { determiner == .possessive(0) || determiner == .possessive(3) }
  /// A definite thing or person rather than a property or some amount.
  var isDefinite: Bool {
    switch determiner {
    case .definite, .possessive, .demonstrative: true
    case .none: isName || pronoun != nil || !possessor.isEmpty
    case .indefinite: isName || pronoun != nil
    }
  }
  /// The phrases that are joined here, this one first and without the others.
  var members: [NounPhrase] {
    var first = self
    first.conjuncts = []
    return conjuncts.isEmpty ? [self] : [first] + conjuncts
  }
  /// «mi gato 5», "my sister 25": the noun alone, and the number after it.
  var dividedNumber: (phrase: NounPhrase, number: Int)? {
    guard let last = text.split(separator: " ").last, let number = Int(last) else { return nil }
    var phrase = self
    // «Martina 3»
    if name != nil {
      guard head.isEmpty, modifiers == [String(last)], determiner == .none else { return nil }
      phrase.text = String(text.dropLast(last.count + 1))
      phrase.modifiers = []
      return (phrase, number)
    }
    phrase.text = String(text.dropLast(last.count + 1))
    if modifiers.last == String(last) {
      phrase.modifiers.removeLast()
    } else if head == String(last), let noun = modifiers.last {
      phrase.modifiers.removeLast()
      phrase.head = noun
    } else {
      return nil
    }
    return phrase.head.isEmpty ? nil : (phrase, number)
  }
  /// What of it tells it from others: stems of all words but determiners.
  var stems: Set<String> { Set(Content.stems(of: text)) }
}

/// When something is or was.
struct TimePhrase: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    /// A day, a month or a year.
    case date
    /// «los martes», «todos los domingos», "every day".
    case recurring
    /// «desde hace seis años», "for three years".
    case duration
    /// «a las nueve y media».
    case clock
  }
  var kind: Kind
  /// With relative days made absolute.
  var text: String
}

/// A verb with what stands around it: «no me lo ha comprado».
struct VerbGroup: Sendable, Hashable {
  /// The name of the verb in the memory, Spanish for all verbs that both languages have.
  var verb = ""
  /// The verb itself, in its language.
  var lemma = ""
  /// 0…5 where the form shows it.
  var person: Int?
  var isPast = false
  /// «trabajaba»: something that went on and may be over.
  var isImperfect = false
  /// «ha vivido», "have been".
  var isPerfect = false
  var isPassive = false
  var isNegated = false
  /// «ya no», "no longer".
  var isNoLonger = false
  /// «ahora», "now".
  var isNow = false
  /// «viviría», "would live", "might live": what is not so.
  var isHypothetical = false
  var clitics: [String] = []
  /// poder, saber, empezar a…
  var modal: String?
  /// All words as typed, and which of them carries the person.
  var words: [String] = []
  var finite = 0
  var isFinite = true
  /// The auxiliary alone, as in "does my sister".
  var isAuxiliary = false
}

/// What stands beside a verb.
struct Argument: Sendable, Hashable {
  /// As the memory has it: Spanish, empty for an object, `Argument.when` for a time.
  var preposition: String
  var phrase: NounPhrase
  var time: TimePhrase?
  /// Preposition and phrase as typed.
  var text: String

  static let when = "cuando"
}

/// A piece of a sentence.
enum Chunk: Sendable, Hashable {
  case phrase(NounPhrase)
  case prepositional(String, NounPhrase, text: String)
  case time(TimePhrase, text: String)
  case verb(VerbGroup)
  case conjunction(String)
  case comma
  case colon
  case subordinator(String)
  /// «que», "who"; `preposition` in «con la que».
  case relative(String, preposition: String?)
  case adverb(String)
  case negation(String)
}

/// The words of a text that carry meaning.
enum Content {
  /// Stems of all words but articles, possessives and prepositions, in order.
  static func stems(of text: String) -> [String] {
    text.split(whereSeparator: { $0.isWhitespace || ",:;()¿?¡!\"«»'’".contains($0) }).compactMap { word in
      let folded = Fold.text(word)
      guard !empty.contains(folded), !folded.isEmpty else { return nil }
      if let number = numbers[folded] { return String(number) }
      // "cats" is what "cat" is.
      let one = Vocabulary.nouns[folded] == nil ? Inflection.singular(folded) : folded
      return Fold.stem(Vocabulary.sense(Vocabulary.nouns[one] == nil ? folded : one))
    }
  }

  private static let empty: Set<String> = Vocabulary.set(
    """
    el la los las lo un una unos unas mi mis tu tus su sus de del al a en con y e o the an my your his her their our of in at on
    to and or some s nuestro nuestra nuestros nuestras i
    """)
  private static let numbers = FunctionWords.spanish.numbers.filter { $0.value > 1 }.merging(
    FunctionWords.english.numbers.filter { $0.value > 1 }, uniquingKeysWith: { first, _ in first })
}
