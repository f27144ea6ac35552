import SaraiCore

/// Questions without a question mark, as people type them in chats: «donde vive mi hermana». They tell nothing.
enum UnmarkedQuestion {
  /// Longer sentences that begin so tell what happened «cuando» or «donde».
  private static let mostWords = 12

  static func matches(_ sentence: Sentence, _ language: Language) -> Bool {
    guard !sentence.words.contains(where: { $0.isSign(",") }) else { return false }
    let (lead, isAsked) = Leads.length(sentence.words, language)
    if isAsked { return true }
    let words = SpellingCorrector.of(language).corrected(sentence.words.dropFirst(lead).filter { $0.kind != .sign })
    guard let first = words.first, words.count > 1, words.count <= mostWords else { return false }
    if BareAttribute.question(words, language) != nil { return true }
    return language == .spanish ? isSpanish(words, first) : isEnglish(words, first)
  }

  private static func isSpanish(_ words: [Word], _ first: Word) -> Bool {
    var rest = words[...]
    // «de qué», «con quién»; «a ver» has no question word after it.
    if FunctionWords.spanish.prepositions.contains(first.folded), first.folded != "como" { rest = rest.dropFirst() }
    guard let word = rest.first, let next = rest.dropFirst().first else { return false }
    // Who types the accent means it.
    if accented.contains(word.lowercased) { return true }
    // «Como en casa», «como la tortilla sin cebolla» tell what one eats.
    if word.folded == "como" {
      return !FunctionWords.spanish.prepositions.contains(next.folded)
        && !FunctionWords.spanish.isDeterminer(next.folded)
    }
    return plain.contains(word.folded)
  }

  private static func isEnglish(_ words: [Word], _ first: Word) -> Bool {
    guard let next = words.dropFirst().first else { return false }
    // "Don't forget my cat is called Pau"
    if first.folded == "do", next.folded == "not" { return false }
    if asking.contains(first.folded) || auxiliaries.contains(first.folded) { return true }
    // "When I was young I lived in Rome" tells something.
    return first.folded == "when" && auxiliaries.contains(next.folded)
  }

  private static let accented: Set = [
    "qué", "quién", "quiénes", "dónde", "adónde", "cuándo", "cómo", "cuál", "cuáles", "cuánto", "cuánta", "cuántos",
    "cuántas",
  ]
  private static let plain = Vocabulary.set(
    "que quien quienes donde adonde cuando cual cuales cuanto cuanta cuantos cuantas")
  private static let asking = Vocabulary.set("what who whose whom which where why how")
  private static let auxiliaries = Vocabulary.set(
    "is are was were do does did have has can could will would 's should")
}
