import SaraiCore

/// The verbs and objects under which a clause is kept: (prestar, 50 euros), (prestar 50 euros a, Javi).
///
/// The first argument makes the fact. The verbs of all others name it, so that what belongs together is found together.
struct FrameTerms {
  struct Entry: Hashable {
    var verb: String
    var object: String
  }

  private(set) var entries: [Entry] = []

  init(_ clause: Clause, resolver: EntityResolver) throws {
    let verb = clause.verb.verb
    let ordered = Self.ordered(clause)
    guard let first = ordered.first else {
      entries = [Entry(verb: verb, object: "")]
      return
    }
    for object in try Self.objects(first, resolver) {
      entries.append(Entry(verb: Self.joined(verb, first.preposition), object: object))
    }
    guard let head = entries.first else { return }
    let base = Self.joined(head.verb, Fold.text(head.object))
    for argument in ordered.dropFirst() {
      for object in try Self.objects(argument, resolver) {
        entries.append(
          Entry(verb: Self.joined(base, argument.preposition.isEmpty ? "como" : argument.preposition), object: object))
      }
    }
  }

  /// The object first, then places and persons, then times.
  private static func ordered(_ clause: Clause) -> [Argument] {
    let arguments = clause.arguments.filter { !($0.phrase.pronoun == 2 && $0.text.isEmpty) }
    func rank(_ argument: Argument) -> Int {
      if argument.preposition.isEmpty { return argument.phrase.pronoun == nil ? 0 : 3 }
      if argument.time != nil { return argument.time?.kind == .duration ? 5 : 4 }
      return argument.phrase.isUser ? 3 : ["en", "a", "de"].contains(argument.preposition) ? 1 : 2
    }
    return arguments.enumerated().sorted { (rank($0.element), $0.offset) < (rank($1.element), $1.offset) }.map(
      \.element)
  }

  private static func objects(_ argument: Argument, _ resolver: EntityResolver) throws -> [String] {
    if argument.time != nil { return [argument.text] }
    return try argument.phrase.members.map { try object($0, resolver) }
  }

  /// People by their names in the memory, everything else in the words of the one who told it.
  private static func object(_ phrase: NounPhrase, _ resolver: EntityResolver) throws -> String {
    if phrase.isUser { return EntityName.user }
    if phrase.pronoun == 2 || phrase.pronoun == 5, let last = resolver.last { return last }
    if phrase.isKin, phrase.isPossessedByUser || !phrase.possessor.isEmpty, phrase.determiner != .indefinite,
      !phrase.isPlural || ["padres", "abuelos", "suegros"].contains(phrase.head),
      let name = try resolver.names(of: phrase).first
    {
      return EntityName.parts(name) == nil ? phrase.text : name
    }
    return phrase.text
  }

  private static func joined(_ first: String, _ second: String) -> String {
    second.isEmpty ? first : first + " " + second
  }

  static func isAge(_ object: String) -> Bool {
    let stems = Content.stems(of: object)
    return stems.count == 2 && Int(stems[0]) != nil && ["an", "ano", "year"].contains(stems[1])
  }

  /// Whether it is an hour of the day: «a las nueve», "at 9am".
  static func isClock(_ object: String) -> Bool { ["a la", "sobre la", "at "].contains(where: object.hasPrefix) }

  /// What is counted in «tres hijos»; nil for objects without a number.
  static func counted(_ object: String) -> [String]? {
    let stems = Content.stems(of: object)
    let nouns = stems.filter { Int($0) == nil }
    return nouns.isEmpty || nouns.count == stems.count ? nil : nouns.map { $0 == "ano" || $0 == "year" ? "an" : $0 }
  }

  /// Whether two objects say the same, apart from articles, gender and number.
  static func isSame(_ first: String, _ second: String) -> Bool {
    let (a, b) = (Set(Content.stems(of: first)), Set(Content.stems(of: second)))
    return !a.isEmpty && !b.isEmpty && (a.isSubset(of: b) || b.isSubset(of: a))
  }
}

/// «el doctor Salgado», "Mrs Brown".
enum Titles {
  private static let words = Vocabulary.set(
    "doctor doctora dr dr. dra dra. don doña señor señora sr sr. sra sra. mr mr. mrs mrs. ms ms. miss")

  static func isTitled(_ phrase: NounPhrase) -> Bool {
    phrase.name != nil && words.contains(phrase.head) && !phrase.isPossessedByUser
  }

  /// «señor Pombo».
  static func isTitledName(_ name: String) -> Bool {
    name.contains(" ") && words.contains(Fold.text(name.prefix { $0 != " " }))
  }

  static func name(of phrase: NounPhrase) -> String {
    let words = phrase.text.split(separator: " ")
    return (["el", "la"].contains(words.first.map { Fold.text($0) } ?? "") ? words.dropFirst() : words[...]).joined(
      separator: " ")
  }
}

/// «Soy Nacho», "I'm Dana".
enum Introductions {
  /// Whether a name is that of a person rather than a faith, a people or a sign of the zodiac.
  static func isOwnName(_ phrase: NounPhrase) -> Bool {
    guard let name = phrase.name, phrase.determiner == .none else { return false }
    let first = Fold.text(name.prefix { $0 != " " })
    return name.split(separator: " ").count <= 3 && first.count > 1 && !others.contains(first)
      && !Vocabulary.nationalities.contains(first) && !Vocabulary.states.contains(first)
      && name.allSatisfy { $0.isLetter || $0 == " " || $0 == "-" || $0 == "." }
  }

  /// "My boss is Scottish" tells no name.
  static func isOrigin(_ phrase: NounPhrase) -> Bool {
    phrase.name.map { Vocabulary.nationalities.contains(Fold.text($0)) } ?? false
  }

  private static let others = Vocabulary.set(
    """
    aries tauro geminis cancer leo virgo libra escorpio sagitario capricornio acuario piscis taurus gemini scorpio
    sagittarius capricorn aquarius pisces testigo cristiano catolico ateo christian catholic protestant hindu mormon ok
    """)
}

/// Animals that are called by a name.
enum AnimalNames {
  private static let words = Vocabulary.set(
    """
    perro perra gato gata loro canario pajaro tortuga conejo coneja hamster pez caballo yegua burro cabra gallina hurón cobaya
    periquito iguana serpiente cachorro perrito gatito dog cat parrot canary bird turtle tortoise rabbit hamster fish horse pony
    puppy kitten snake iguana goat hen ferret cockatiel budgie parakeet lizard gecko galgo podenco caniche chihuahua
    beagle mastin husky bulldog carlino labrador labradoodle poodle spaniel retriever corgi dachshund terrier dalmata collie
    whippet greyhound mascota pet pup bunny
    """)

  static func isAnimal(_ head: String) -> Bool { words.contains(head) }
}
