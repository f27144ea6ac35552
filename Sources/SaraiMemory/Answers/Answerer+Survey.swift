import SaraiCore

// Questions about all that is known of somebody
extension Answerer {
  /// So many sentences are read with pleasure; the rest stays in the list of facts.
  private static let maxSentences = 12

  /// «¿Qué sabes de mi hermana?», "What do you know about me?"
  ///
  /// - Returns: Nil for any other question.
  func survey(_ text: String, _ fallback: Language, _ now: CivilDateTime) throws -> MemoryAnswer? {
    let language = LanguageGuess.language(of: text, fallback: fallback)
    guard let sentence = Tokenizer.sentences(of: text, in: language).last else { return nil }
    var words = SpellingCorrector.of(language).corrected(sentence.words.filter { !$0.isSign(",:?") })
    guard let length = Self.leadLength(words, language) else { return nil }
    words = Rewriting.kin(Array(words.dropFirst(length)), language)
    guard !words.isEmpty, words.count <= 8 else { return nil }
    for place in words.indices { words[place].isFirst = false }
    guard
      let (phrase, end) = ChunkReader(words, language: language, today: now.date).phrase(at: 0, afterPreposition: true),
      end == words.count
    else { return nil }
    let names = try resolver.names(of: phrase)
    var facts = try names.flatMap { try view.facts(subjects: [$0]) }
    facts.sort { $0.id < $1.id }
    let isOwn =
      try phrase.isUser || phrase.isPossessedByUser || phrase.possessor.contains { $0.isPossessedByUser }
      || (phrase.isName && (!facts.isEmpty || GivenNames.contains(phrase.name ?? "") || isTold(phrase)))
    guard isOwn || !facts.isEmpty else { return nil }
    return answer(facts, phrase, language)
  }

  private func isTold(_ phrase: NounPhrase) throws -> Bool {
    try phrase.name.map { try !view.facts(objects: [$0]).isEmpty } ?? false
  }

  private func answer(_ facts: [Fact], _ phrase: NounPhrase, _ language: Language) -> MemoryAnswer {
    let writer = FrameSentence(language: language)
    var sentences: [String] = []
    var used: [FactID] = []
    for fact in facts where fact.standing == .current {
      guard let frame = frame(of: fact, in: facts), let text = writer.text(frame), !sentences.contains(text) else {
        continue
      }
      sentences.append(text)
      used.append(fact.id)
      if sentences.count == Self.maxSentences { break }
    }
    guard !sentences.isEmpty else {
      let words = phrase.isUser ? (language == .spanish ? "ti" : "yourself") : PersonSwap.text(phrase.text, language)
      let text = Localized(
        es: "No me has contado nada de \(words).", en: "You haven't told me anything about \(words).")
      return MemoryAnswer(outcome: .unknown, text: text[language], facts: [], language: language)
    }
    return MemoryAnswer(outcome: .known, text: sentences.joined(separator: " "), facts: used, language: language)
  }

  /// The clause that a fact is the first of; nil where it hangs on another fact.
  private func frame(of fact: Fact, in facts: [Fact]) -> Frame? {
    var words = fact.verb.text.split(separator: " ").map(String.init)
    let preposition = words.count > 1 && Frame.prepositions.contains(words.last ?? "") ? words.removeLast() : ""
    let isName = ["estar casado", "poder", "saber", "querer", "empezar"].contains { fact.verb.text.hasPrefix($0) }
    guard words.count == 1 || isName, preposition == "" || !fact.object.isEmpty else { return nil }
    let verb = words.joined(separator: " ")
    return Frame.frames(of: verb, in: facts).first { $0.main.id == fact.id }
  }

  private static func leadLength(_ words: [Word], _ language: Language) -> Int? {
    let folded = words.map(\.folded)
    let leads = language == .spanish ? spanishLeads : englishLeads
    return leads.filter { folded.count > $0.count && Array(folded.prefix($0.count)) == $0 }.map(\.count).max()
  }

  private static let spanishLeads = leads(
    """
    que sabes de|que sabes sobre|que sabes acerca de|que recuerdas de|que recuerdas sobre|que te he contado de
    que te he contado sobre|que te he dicho de|que te he dicho sobre|que te conte de|que te dije de|cuentame que sabes de
    dime que sabes de|dime lo que sabes de|cuentame lo que sabes de|cuentame todo lo que sabes de|dime todo lo que sabes de
    que has aprendido de|que has aprendido sobre|que mas sabes de|y que sabes de|oye que sabes de
    """)
  private static let englishLeads = leads(
    """
    what do you know about|what do you remember about|what have i told you about|what did i tell you about
    tell me what you know about|tell me everything you know about|tell me all you know about|what else do you know about
    what have you learned about|what have you learnt about|do you know anything about|so what do you know about
    """)

  private static func leads(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
  }
}
