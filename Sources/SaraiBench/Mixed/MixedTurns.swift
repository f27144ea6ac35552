import SaraiCore

/// A day's questions in both languages, the same each time: what is asked, in which share, and what a right answer holds.
struct MixedTurns {
  enum Kind: String, CaseIterable, Sendable {
    /// Something about the person's life that is to be kept.
    case told
    /// A question whose answer was told.
    case memory
    /// A sum for the skill `calc`.
    case sum
    /// A question about a table, for the skill `sql`.
    case data
    /// For the loop.
    case reminder
    /// For the model.
    case chat

    /// In hundredths.
    var share: Int {
      switch self {
      case .told: 10
      case .memory: 20
      case .sum: 30
      case .data: 15
      case .reminder: 5
      case .chat: 20
      }
    }
  }

  struct Turn: Sendable, Hashable {
    var kind: Kind
    var language: Language
    var text: String
    /// What the answer has to hold; nil where nobody can tell.
    var accepted: String?
  }

  private struct Fact {
    var told: String
    var asked: String
    var answer: String
  }

  /// Rows of the table that is asked: a city and an amount.
  typealias Sale = (city: String, amount: Int)

  static let sales: [Sale] = {
    var random = SeededGenerator(seed: 11)
    return (0..<200).map { _ in (cities[random.below(4)], 5 + random.below(495)) }
  }()

  static var salesTable: String {
    (["venta,ciudad,importe"] + sales.enumerated().map { "\($0 + 1),\($1.city),\($1.amount)" }).joined(separator: "\n")
      + "\n"
  }

  private var random: SeededGenerator
  /// What nobody asks for again.
  private var stories: [Language: [String]] = [:]
  /// Each language has an owner of its own, or what is told in one would contradict the other.
  private var untold: [Language: [Fact]] = [:]
  private var known: [Language: [Fact]] = [:]
  /// The shares, laid out and shuffled anew each hundred turns, so that any run has them.
  private var kinds: [Kind] = []
  private var count = 0

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    for language in Language.allCases {
      untold[language] = Self.facts(language).map { (random.next(), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// Facts that are told before anything is measured, so that there is something to ask.
  mutating func preparation() -> [Turn] {
    Language.allCases.flatMap { language in (0..<8).map { _ in fact(language) } + [story(language)] }
  }

  mutating func next() -> Turn {
    if kinds.isEmpty {
      kinds = Kind.allCases.flatMap { Array(repeating: $0, count: $0.share) }.map { (random.next(), $0) }
        .sorted { $0.0 < $1.0 }.map(\.1)
    }
    let kind = kinds.removeLast()
    return turn(kind, random.chance(0.5) ? .spanish : .english)
  }

  mutating func turn(_ kind: Kind, _ language: Language) -> Turn {
    count += 1
    return switch kind {
    case .told: told(language)
    case .memory: memory(language)
    case .sum: sum(language)
    case .data: data(language)
    case .reminder: reminder(language)
    case .chat: chat(language)
    }
  }

  // MARK: - The kinds

  /// A third is more than rules read: in Spanish the skill nlp looks at it as well.
  private mutating func told(_ language: Language) -> Turn {
    random.below(3) == 0 ? story(language) : fact(language)
  }

  private mutating func story(_ language: Language) -> Turn {
    if stories[language, default: []].isEmpty {
      stories[language] = Self.stories.map { language == .spanish ? $0.es : $0.en }
    }
    return Turn(kind: .told, language: language, text: stories[language]?.popLast() ?? "")
  }

  private mutating func fact(_ language: Language) -> Turn {
    let all = known[language] ?? []
    // Who has told everything says it again.
    let fact = untold[language]?.popLast() ?? all[random.below(all.count)]
    known[language, default: []].append(fact)
    return Turn(kind: .told, language: language, text: fact.told)
  }

  private mutating func memory(_ language: Language) -> Turn {
    guard let facts = known[language], !facts.isEmpty else { return fact(language) }
    let fact = facts[random.below(facts.count)]
    return Turn(kind: .memory, language: language, text: fact.asked, accepted: fact.answer)
  }

  private mutating func sum(_ language: Language) -> Turn {
    let isSpanish = language == .spanish
    let (a, b) = (11 + random.below(20), 11 + random.below(20))
    let (text, result) =
      switch random.below(3) {
      case 0: (isSpanish ? "¿Cuánto es \(a) por \(b)?" : "What is \(a) times \(b)?", a * b)
      case 1: (isSpanish ? "¿Cuánto es \(a) más \(b)?" : "What is \(a) plus \(b)?", a + b)
      default: (isSpanish ? "¿Cuánto es el \(a) % de \(b)00?" : "What is \(a)% of \(b)00?", a * b)
      }
    return Turn(kind: .sum, language: language, text: text, accepted: "\(result)")
  }

  private mutating func data(_ language: Language) -> Turn {
    let city = Self.cities[random.below(4)]
    let amounts = Self.sales.filter { $0.city == city }.map(\.amount)
    let isSpanish = language == .spanish
    let (text, result) =
      random.chance(0.5)
      ? (isSpanish ? "¿Cuántas ventas hay en \(city)?" : "How many sales are there in \(city)?", amounts.count)
      : (
        isSpanish
          ? "¿Cuál es el importe total de las ventas en \(city)?" : "What is the total importe of sales in \(city)?",
        amounts.reduce(0, +)
      )
    return Turn(kind: .data, language: language, text: text, accepted: "\(result)")
  }

  private mutating func reminder(_ language: Language) -> Turn {
    let isSpanish = language == .spanish
    let what = Self.chores[random.below(Self.chores.count)]
    let hour = 7 + random.below(5)
    return Turn(
      kind: .reminder, language: language,
      text: isSpanish ? "Recuérdame mañana a las \(hour) \(what.es)" : "Remind me tomorrow at \(hour) to \(what.en)",
      accepted: isSpanish ? what.es : what.en)
  }

  /// Each is new, so that none finds the one before it in a cache.
  private mutating func chat(_ language: Language) -> Turn {
    let topic = Self.topics[random.below(Self.topics.count)]
    return Turn(
      kind: .chat, language: language,
      text: language == .spanish
        ? "Cuéntame en dos frases algo de \(topic.es), parte \(count)."
        : "Tell me something about \(topic.en) in two sentences, part \(count).")
  }

  // MARK: - The world

  private static func facts(_ language: Language) -> [Fact] {
    let isSpanish = language == .spanish
    return relatives.enumerated().flatMap { index, relative -> [Fact] in
      let who = isSpanish ? relative.es : relative.en
      let city = cities[index % cities.count]
      let firm = firms[(index * 5 + 1) % firms.count]
      let birthplace = cities[(index * 3 + 2) % cities.count]
      return isSpanish
        ? [
          Fact(told: "Mi \(who) vive en \(city).", asked: "¿Dónde vive mi \(who)?", answer: city),
          Fact(told: "Mi \(who) trabaja en \(firm).", asked: "¿Dónde trabaja mi \(who)?", answer: firm),
          Fact(told: "Mi \(who) nació en \(birthplace).", asked: "¿Dónde nació mi \(who)?", answer: birthplace),
        ]
        : [
          Fact(told: "My \(who) lives in \(city).", asked: "Where does my \(who) live?", answer: city),
          Fact(told: "My \(who) works at \(firm).", asked: "Where does my \(who) work?", answer: firm),
          Fact(told: "My \(who) was born in \(birthplace).", asked: "Where was my \(who) born?", answer: birthplace),
        ]
    }
  }

  private static let relatives = [
    Localized(es: "hermana", en: "sister"), Localized(es: "hermano", en: "brother"),
    Localized(es: "madre", en: "mother"), Localized(es: "padre", en: "father"), Localized(es: "prima", en: "cousin"),
    Localized(es: "tía", en: "aunt"), Localized(es: "tío", en: "uncle"), Localized(es: "abuela", en: "grandmother"),
    Localized(es: "abuelo", en: "grandfather"), Localized(es: "vecina", en: "neighbour"),
    Localized(es: "jefa", en: "boss"), Localized(es: "suegra", en: "nephew"),
  ]
  private static let stories = [
    Localized(
      es: "A mi vecina le operaron de la rodilla y desde entonces apenas sale de casa.",
      en: "My neighbour had her knee operated on and hardly leaves home since."),
    Localized(
      es: "Al final lo de la mudanza quedó en nada por culpa de los papeles.",
      en: "In the end nothing came of moving house, for want of papers."),
    Localized(
      es: "Tras mucho pensarlo, a mi hermano le ha dado por coleccionar sellos antiguos.",
      en: "After long thought my brother has taken to collecting old stamps."),
  ]
  private static let cities = ["Madrid", "Bilbao", "Sevilla", "Lugo", "Soria", "Leeds", "York", "Cork", "Teruel"]
  private static let firms = ["Renfe", "Correos", "Tesco", "Iberia", "Lidl", "Barclays", "Telefónica"]
  private static let chores = [
    Localized(es: "comprar pan", en: "buy bread"), Localized(es: "regar las plantas", en: "water the plants"),
    Localized(es: "pagar el alquiler", en: "pay the rent"),
    Localized(es: "sacar la basura", en: "take out the rubbish"),
  ]
  private static let topics = [
    Localized(es: "el mar", en: "the sea"), Localized(es: "los trenes", en: "trains"),
    Localized(es: "la lluvia", en: "rain"), Localized(es: "las abejas", en: "bees"),
    Localized(es: "el pan", en: "bread"), Localized(es: "la luna", en: "the moon"),
  ]
}
