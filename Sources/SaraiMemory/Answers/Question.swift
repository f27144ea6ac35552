import SaraiCore

/// What a question asks for.
struct Gap: Sendable, Hashable {
  enum Kind: Sendable { case person, thing, place, time, quantity, manner, reason }

  var kind: Kind
  /// «con quién», "who … for"; Spanish, empty where there is none.
  var preposition = ""
  /// «qué coche», "how many rabbits".
  var noun: NounPhrase?

  /// Stands where the subject would stand, when that is what is asked for.
  static let subject: NounPhrase = {
    var phrase = NounPhrase(text: "\u{FFFC}")
    phrase.name = "\u{FFFC}"
    return phrase
  }()
}

/// A question as far as memory can answer it: a clause with at most one gap.
struct Question: Sendable {
  var language: Language
  /// Nil where it asks for yes or no.
  var gap: Gap?
  var clause: Clause
  /// The clause before `Canonical` rewrote it, for the wording of the answer.
  var asked: Clause
  /// What stands after the verb, in order, as typed.
  struct Remainder: Sendable, Hashable {
    var text: String
    /// Whether it is an object or a property, which stay next to the verb.
    var isBare: Bool
  }
  var rest: [Remainder] = []
  /// Whether it could as well be meant for a person who gives advice or knows the world.
  var isAdvisory = false

  var asksForSubject: Bool { clause.subject?.text == Gap.subject.text }
  var isPast: Bool { asked.verb.isPast || asked.verb.isImperfect }
}

/// Reads a question.
enum QuestionReader {
  static let maxWords = 30

  /// The question in what a person typed; nil for text that asks for nothing that memory could hold.
  static func question(in text: String, language fallback: Language, today: CivilDate) -> Question? {
    guard text.utf8.count <= Tokenizer.maxTextBytes else { return nil }
    let text = Folding.visible(text)
    let language = LanguageGuess.language(of: text, fallback: fallback)
    let sentences = Tokenizer.sentences(of: text, in: language)
    guard var sentence = sentences.last(where: \.isQuestion) ?? sentences.last else { return nil }
    if let asked = ToldAndAsked.divided(sentence, language, today: today)?.asked {
      sentence = asked
    } else if let start = sentence.questionStart, start < sentence.words.count {
      // «Mi hermana, ¿dónde vive?»
      let topic = sentence.words[..<start].filter { $0.kind != .sign }
      var asked = Array(sentence.words[start...])
      while let last = asked.last, last.kind == .sign { asked.removeLast() }
      if topic.first.map({ FunctionWords.of(language).possessives[$0.folded] != nil }) ?? false {
        sentence.words = asked + topic
      }
    }
    guard sentence.words.count <= maxWords else { return nil }
    var words = SpellingCorrector.of(language).corrected(
      sentence.words.filter { !$0.isSign(",:") || sentence.words.count > 3 })
    let (lead, isAsked) = Leads.length(words, language)
    words.removeFirst(lead)
    while let last = words.last, last.kind == .sign || last.isPicture || ["please", "sarai"].contains(last.folded) {
      words.removeLast()
    }
    words = BareAttribute.question(words, language) ?? words
    words = Rewriting.kin(withoutExclusion(words), language)
    guard !words.isEmpty else { return nil }
    words[0].isFirst = true
    let reader =
      language == .spanish
      ? SpanishQuestion.read(words, today: today, isAsked: isAsked || sentence.isQuestion)
      : EnglishQuestion.read(words, today: today, isAsked: isAsked || sentence.isQuestion)
    return reader
  }

  /// «además del español»: what is known already.
  private static func withoutExclusion(_ words: [Word]) -> [Word] {
    let place = words.indices.dropFirst(2).first {
      ["ademas", "aparte", "besides", "apart"].contains(words[$0].folded)
    }
    return place.map { Array(words[..<$0]) } ?? words
  }

  /// The question of a clause and what it asks for.
  static func assembled(
    _ builder: ClauseReader.Builder, gap: Gap?, language: Language, isAdvisory: Bool
  ) -> Question? {
    guard let verb = builder.verb, let clause = RoleAssignment(builder, verb: verb, language: language).clause else {
      return nil
    }
    var canonical = Canonical.rewritten(clause)
    var gap = gap
    // «¿Qué edad tiene…?», "How old is…?"
    if let noun = gap?.noun, ["edad", "age", "old"].contains(noun.head) {
      canonical.verb.verb = "tener"
      gap = Gap(kind: .quantity, noun: years)
    }
    if gap?.kind == .quantity, canonical.verb.verb == "cumplir" { canonical.verb.verb = "tener" }
    if canonical.verb.verb == "trabajar", gap?.preposition == "para" { gap?.preposition = "en" }
    let isMarriage =
      canonical.verb.verb == "casarse"
      || canonical.arguments.contains { Content.stems(of: $0.phrase.text) == ["casad"] }
    if isMarriage, gap?.preposition == "a" || gap?.kind == .person { gap?.preposition = "con" }
    if canonical.verb.lemma == "date", gap?.kind == .person { gap?.preposition = "con" }
    // «¿Qué prefiero, el té o el café?»
    if gap?.kind == .thing, gap?.noun == nil, canonical.arguments.contains(where: \.phrase.isAlternative) { gap = nil }
    let rest = builder.after.compactMap { remainder($0, language) }
    return Question(language: language, gap: gap, clause: canonical, asked: clause, rest: rest, isAdvisory: isAdvisory)
  }

  private static func remainder(_ chunk: Chunk, _ language: Language) -> Question.Remainder? {
    let joint = language == .spanish ? " y " : " and "
    switch chunk {
    case .phrase(let phrase): return .init(text: phrase.members.map(\.text).joined(separator: joint), isBare: true)
    case .prepositional(_, let phrase, let text):
      return .init(text: ([text] + phrase.members.dropFirst().map(\.text)).joined(separator: joint), isBare: false)
    case .time(_, let text): return .init(text: text, isBare: false)
    default: return nil
    }
  }

  static let years: NounPhrase = {
    var phrase = NounPhrase(text: "años")
    phrase.head = "ano"
    return phrase
  }()
}

/// What people say before a question.
enum Leads {
  /// How many words it takes, and whether it makes a question of what follows.
  static func length(_ words: [Word], _ language: Language) -> (Int, isAsked: Bool) {
    var place = 0
    var isAsked = false
    scan: while place < words.count {
      let rest = words[place...].map(\.folded)
      for lead in language == .spanish ? spanish : english {
        let parts = lead.phrase.split(separator: " ").map(String.init)
        if rest.count > parts.count, Array(rest.prefix(parts.count)) == parts,
          !(lead.asks && telling.contains(rest[parts.count])),
          !["olvide", "he olvidado", "se me olvido"].contains(lead.phrase) || isAskedFor(rest[parts.count], language)
        {
          place += parts.count
          isAsked = isAsked || lead.asks
          continue scan
        }
      }
      if words[place].kind == .sign {
        place += 1
        continue
      }
      if isAsked, place > 0, ["si", "if", "whether"].contains(words[place].folded) { place += 1 }
      break
    }
    return (min(place, max(0, words.count - 1)), isAsked)
  }

  /// «Olvidé mi clave», «he olvidado cómo se llama»; «olvidé el paraguas en el bar» tells something.
  private static func isAskedFor(_ word: String, _ language: Language) -> Bool {
    let lexicon = FunctionWords.of(language)
    return lexicon.possessives[word] != nil || lexicon.interrogatives.contains(word)
  }

  /// «Se me ha olvidado decirte que…» asks for nothing.
  private static let telling = Vocabulary.set("decir decirte contar contarte comentarte mencionar mencionarte to")
  private static let spanish: [(phrase: String, asks: Bool)] =
    list(
      "se me olvido|se me olvidaron|he olvidado|olvide|sabes|recuerdas|te acuerdas de|te acuerdas|dime|me puedes decir|puedes decirme|me podrias decir|podrias decirme|me dices|me recuerdas|recuerdame|puedes recordarme|quiero saber|quisiera saber|me gustaria saber|necesito saber|no recuerdo|no me acuerdo de|ya no me acuerdo de|se me ha olvidado|te he dicho|te dije|te conte",
      asks: true)
    + list(
      "oye|hola|perdona|y|a ver|por cierto|sarai|bueno|por favor|pues|entonces|una pregunta|eh|oye sarai|buenas|tu",
      asks: false)
  private static let english: [(phrase: String, asks: Bool)] =
    list(
      "do you know|do you remember|can you tell me|could you tell me|tell me|remind me|can you remind me|i forgot|i forget|i want to know|i would like to know|did i tell you|do you recall|have i told you",
      asks: true)
    + list("hey|hi|hello|so|and|please|sarai|ok|okay|by the way|quick question|well|sorry|also", asks: false)

  private static func list(_ text: String, asks: Bool) -> [(phrase: String, asks: Bool)] {
    text.split(separator: "|").map { (String($0), asks) }
  }
}
