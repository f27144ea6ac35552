import SaraiCore

/// From words to what the index compares: stems of content words, each marked with the language that they were
/// brought to a stem in.
enum RecallTerms {
  /// The language that most function words are of; nil where there are none, or as many of one as of the other.
  static func language(of words: [String]) -> Language? {
    var spanish = 0
    var english = 0
    for word in words {
      if UnindexedWords.spanish.contains(word) { spanish += 1 }
      if UnindexedWords.english.contains(word) { english += 1 }
    }
    return spanish == english ? nil : spanish > english ? .spanish : .english
  }

  /// A document's terms, in the order of its words.
  static func terms(_ words: [String], language: Language) -> [String] {
    let functionWords = UnindexedWords.of(language)
    return words.compactMap { functionWords.contains($0) ? nil : term($0, language) }
  }

  /// A question's content words, each as the terms by which documents of either language may have it.
  static func groups(_ words: [String], language: Language?, without names: Set<String>) -> [[String]] {
    var seen: Set<String> = []
    return words.compactMap { word in
      guard !names.contains(word), !UnindexedWords.isFunctionWord(word, in: language) else { return nil }
      let group = Language.allCases.map { term(word, $0) }
      let mark = group[language == .spanish ? 0 : 1]
      return seen.insert(mark).inserted ? group : nil
    }
  }

  /// Stems of the two languages never meet by accident: "comes" and "comer" have nothing to do with each other.
  private static func term(_ word: String, _ language: Language) -> String {
    switch language {
    case .spanish: SpanishStemmer.stem(word) + "\u{1}"
    case .english: EnglishStemmer.stem(word)
    }
  }
}
