import SaraiCore

// Proper names
extension ChunkReader {
  /// Whether a proper name begins here.
  func isNameWord(_ place: Int, hasDeterminer: Bool) -> Bool {
    let word = words[place]
    if word.isPicture, place > 0 { return true }
    guard word.kind == .word, word.isCapitalized else { return false }
    if !word.isFirst { return true }
    return !Kinship.isKin(word.folded) && Vocabulary.nouns[word.folded] == nil && !hasDeterminer
  }

  func properName(_ place: inout Int) -> String {
    let start = place
    place += 1
    while isWord(place) {
      let word = words[place]
      if word.isCapitalized || word.kind == .number || word.isPicture,
        !lexicon.subjects.keys.contains(word.folded) || word.folded != "i"
      {
        if times.read(words, at: place) != nil { break }
        // «Martina 3»
        if word.kind == .number, place == start + 1, GivenNames.contains(words[start].text) { break }
        // "I owe Pete 50 bucks"
        if language == .english, word.kind == .number, isWord(place + 1), !words[place + 1].isCapitalized,
          isNoun(place + 1, afterDeterminer: false)
        {
          break
        }
        place += 1
      } else if ["de", "del", "la", "los", "las", "y", "of", "the", "van", "von"].contains(word.folded),
        language == .spanish ? word.folded != "y" : true,
        isWord(place + 1),
        words[place + 1].isCapitalized
          || (folded(place + 1) == "la" && isWord(place + 2) && words[place + 2].isCapitalized),
        !["of", "the"].contains(word.folded) || language == .english
      {
        place += 1
      } else {
        break
      }
    }
    return text(start..<place)
  }

  /// A name in small letters is one that people have, or stands in a text without any capital letter.
  func canBeSmallName(_ word: Word) -> Bool {
    if word.text.count < 3 { return false }
    if SpanishConjugation.shared.readings(of: word).contains(where: \.tense.isFinite), !GivenNames.contains(word.text) {
      return false
    }
    guard !["actual", "nuevo", "nueva", "peque", "querido", "querida", "tonto", "tonta"].contains(word.folded) else {
      return false
    }
    return GivenNames.contains(word.text)
      || !words.contains { $0.isCapitalized && !$0.isFirst && $0.kind == .word && $0.text.count > 1 }
  }
}
