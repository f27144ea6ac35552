package import SaraiCore

/// Answers with the person's own words, where facts do not answer: what they told last that has every word of the
/// question, is told of the same people, and has something of the kind that is asked for.
///
/// A sentence that holds more than the rules understood of it still says what it says. Only turns of which facts were
/// kept, none of them over by now, are quoted: what was refused as a story, a wish or hearsay has none.
package struct Quotation {
  private let view: FactView
  private let answerer: Answerer
  private let turn: (TurnID) throws -> Turn?

  private static let longestQuote = 240
  private static let mostTurns = 40
  /// A word that more facts have leads to none of them: another word of the question is rarer.
  private static let mostFacts = 200

  /// - Parameter turn: One of the owner's turns.
  package init(lookup: any FactLookup, owner: Owner, turn: @escaping (TurnID) throws -> Turn?) {
    view = FactView(lookup, owner: owner)
    answerer = Answerer(lookup: lookup, owner: owner)
    self.turn = turn
  }

  /// - Returns: Nil where nothing told has to do with the question, or where it asks for more than what was told.
  /// - Throws: What the lookup throws.
  package func answer(_ text: String, language: Language, now: CivilDateTime) throws -> MemoryAnswer? {
    guard let question = QuestionReader.question(in: text, language: language, today: now.date),
      !question.isAdvisory, question.gap?.kind != .reason, !NotTold.matches(question)
    else { return nil }
    let wanted = Wanted(question, text)
    let isOwn = try answerer.isOwnMatter(question)
    guard wanted.words.count > (isOwn ? 0 : 1) else { return nil }
    for (turn, facts) in try candidates(wanted) {
      guard let quote = wanted.quote(from: turn.text, facts: facts, isOwn: isOwn) else { continue }
      return MemoryAnswer(
        outcome: .known, text: Self.sentence(quote, turn, question.language, now), facts: facts.map(\.id),
        language: question.language)
    }
    return nil
  }

  /// Turns that told of one of the words, the latest first, with the facts that were found by it.
  private func candidates(_ wanted: Wanted) throws -> [(Turn, [Fact])] {
    var found: [TurnID: [FactID: Fact]] = [:]
    var over: Set<TurnID> = []
    for word in wanted.cues {
      let told = try view.facts(text: word, mostWithText: Self.mostFacts, ever: true, limit: Self.mostFacts)
      for fact in told where fact.source == .userInput {
        guard let turn = fact.turn else { continue }
        if fact.standing == .current, !FactTopic.isSecret(fact), !fact.isPrivate {
          found[turn, default: [:]][fact.id] = fact
        } else {
          over.insert(turn)
        }
      }
    }
    let turns = found.keys.filter { !over.contains($0) }.sorted { $0.rawValue > $1.rawValue }.prefix(Self.mostTurns)
    return try turns.compactMap { id in
      guard let turn = try turn(id), turn.role == .user, turn.text.utf8.count <= Self.longestQuote else { return nil }
      return (turn, found[id].map { $0.values.sorted { $0.id.rawValue < $1.id.rawValue } } ?? [])
    }
  }

  private static func sentence(_ quote: String, _ turn: Turn, _ language: Language, _ now: CivilDateTime) -> String {
    let day = CivilDateTime(
      secondsSince1970: turn.saidAt.secondsSince1970, utcOffsetSeconds: now.utcOffsetSeconds
    ).date
    switch language {
    case .spanish:
      let when = day == now.date ? "Me dijiste" : "El \(TimeReader.spanishDate(day)) me dijiste"
      return "\(when): «\(quote)»."
    case .english:
      let when = day == now.date ? "You told me" : "On \(TimeReader.englishDate(day)) you told me"
      return "\(when): \"\(quote)\"."
    }
  }
}

/// What a sentence has to have to be an answer.
private struct Wanted {
  /// Each as what it may be: its singular and, of verbs, the infinitive with the person.
  struct Part: Hashable {
    var folded: String
    var readings: Set<String>
    /// «Mi hermana»: nobody else's.
    var isOwned: Bool
  }

  let words: [Part]
  /// What facts are found by: beginnings of words.
  let cues: [String]
  private let question: Question
  private let asked: Set<String>

  init(_ question: Question, _ text: String) {
    self.question = question
    let sentences = Tokenizer.sentences(of: text, in: question.language)
    let typed = (sentences.last(where: \.isQuestion) ?? sentences.last)?.words ?? []
    asked = Set(typed.map(\.folded))
    let measure = question.gap?.kind == .time ? Set(["hora", "dia", "fecha", "mes", "ano", "time", "day", "date"]) : []
    words = Self.parts(typed, question.language).filter { part in
      !part.readings.isSubset(of: Self.generic) && !Self.generic.contains(part.folded) && !measure.contains(part.folded)
    }
    cues = words.map { String($0.folded.prefix(max(4, $0.folded.count - 2))) }
  }

  /// Say nothing of what is asked for, which the kind of the answer does.
  private static let generic = Vocabulary.set(
    """
    ser estar tener haber llamar llamarse hacer ir nombre be have get do go name call named called sabes recuerdas dime
    know remember tell q
    """)

  /// Content words with what they may be.
  static func parts(_ words: [Word], _ language: Language) -> [Part] {
    let lexicon = FunctionWords.of(language)
    var parts: [Part] = []
    for (place, word) in words.enumerated() where word.kind != .sign {
      guard !UnindexedWords.of(language).contains(word.folded), !lexicon.interrogatives.contains(word.folded),
        lexicon.possessives[word.folded] == nil, word.folded.count > 1 || word.kind == .number
      else { continue }
      var readings: Set<String> = [Inflection.singular(word.folded)]
      switch language {
      case .spanish:
        for form in SpanishConjugation.shared.readings(of: word) {
          // «¿A qué hora salgo?» asks for nobody else's hours.
          readings.insert(Fold.text(form.lemma) + (form.tense.isFinite && [0, 3].contains(form.person) ? "+yo" : ""))
        }
      case .english:
        for form in EnglishConjugation.shared.readings(of: word) { readings.insert(form.lemma) }
      }
      let owner = place > 0 ? lexicon.possessives[words[place - 1].folded] : nil
      parts.append(Part(folded: word.folded, readings: readings, isOwned: owner == 0 || owner == 3))
    }
    return parts
  }

  /// The sentence as told; nil where it is no answer.
  func quote(from told: String, facts: [Fact], isOwn: Bool) -> String? {
    let sentences = Tokenizer.sentences(of: told, in: question.language)
    guard sentences.count <= 3, !sentences.contains(where: \.isQuestion) else { return nil }
    let typed = sentences.flatMap(\.words)
    let parts = Self.parts(typed, question.language)
    for word in words {
      guard parts.contains(where: { !$0.readings.isDisjoint(with: word.readings) && (!word.isOwned || $0.isOwned) })
      else { return nil }
    }
    // Of what is not the person's own, a name has to lead to it.
    guard
      isOwn
        || typed.contains(where: { word in
          !word.isFirst && word.isCapitalized && words.contains { $0.folded == word.folded }
        })
    else { return nil }
    if question.language == .english, question.asked.subject?.isUser ?? false,
      !typed.contains(where: { ["i", "we"].contains($0.folded) })
    {
      return nil
    }
    let left = parts.filter { part in !words.contains { !$0.readings.isDisjoint(with: part.readings) } }
    guard hasAnswer(typed, left, facts) else { return nil }
    var quote = told.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    while let last = quote.last, ".,;!".contains(last) { quote.removeLast() }
    return quote
  }

  /// Whether a sentence has something of the kind that is asked for, besides what the question says.
  private func hasAnswer(_ typed: [Word], _ left: [Part], _ facts: [Fact]) -> Bool {
    guard !left.isEmpty else { return false }
    let isNamed = asked.contains { Self.naming.contains($0) }
    if question.gap?.kind == .person || isNamed {
      return typed.contains { !$0.isFirst && $0.isCapitalized && !asked.contains($0.folded) && $0.folded.count > 1 }
        || !isNamed && typed.contains { Kinship.isKin($0.folded) && !asked.contains($0.folded) }
    }
    let numbers = FunctionWords.of(question.language).numbers
    let hasNumber = typed.contains { word in
      (word.text.contains(where: \.isNumber) || (numbers[word.folded] ?? 0) > 1 || Self.parts.contains(word.folded))
        && !asked.contains(word.folded)
    }
    switch question.gap?.kind {
    case .time: return hasNumber || facts.contains { $0.verb.folded.hasSuffix("cuando") }
    case .quantity: return hasNumber
    case .place: return facts.contains { fact in Self.places.contains { fact.verb.folded.hasSuffix(" " + $0) } }
    // One word in common says too little of what is asked for.
    case .thing, .manner: return words.count > 1
    case .person, .reason, nil: return false
    }
  }

  private static let naming = Vocabulary.set("llama llaman llamo llamaba llamas nombre name names called named")
  private static let parts = Vocabulary.set("medio media mitad cuarto tercio half quarter third docena dozen")
  private static let places = [
    "en", "a", "de", "desde", "hacia", "por", "cerca de", "junto a", "sobre", "tras", "bajo",
  ]
}
