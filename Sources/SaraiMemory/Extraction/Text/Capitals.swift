import SaraiCore

/// Sentences typed in capitals: «MI HERMANA VIVE EN MADRID». What is no known word keeps them, as a password must.
enum Capitals {
  private static let fewestWords = 3

  static func lowered(_ words: [Word], _ language: Language) -> [Word] {
    let letters = words.filter { $0.kind == .word }
    guard letters.count >= fewestWords,
      letters.allSatisfy({ word in !word.text.contains(where: \.isLowercase) && word.text.contains(where: \.isLetter) })
    else { return words }
    var words = words
    let verb = words.firstIndex { isVerb($0, language) } ?? 0
    for place in words.indices where words[place].kind == .word {
      if place <= verb || isCommon(words[place], language) { words[place].text = words[place].lowercased }
    }
    return words
  }

  private static func isCommon(_ word: Word, _ language: Language) -> Bool {
    FunctionWords.of(language).isFunction(word.folded) || Kinship.isKin(word.folded) || isVerb(word, language)
      || AnimalNames.isAnimal(Inflection.singular(word.folded)) || Vocabulary.nouns[word.folded] != nil
      || FunctionWords.of(language).numbers[word.folded] != nil || Vocabulary.colours.contains(word.folded)
  }

  private static func isVerb(_ word: Word, _ language: Language) -> Bool {
    let plain = Tokenizer.word(word.lowercased)
    switch language {
    case .spanish: return SpanishConjugation.shared.readings(of: plain).contains { $0.tense.isFinite }
    case .english: return !EnglishConjugation.shared.readings(of: plain).isEmpty
    }
  }
}
