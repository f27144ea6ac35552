import SaraiCore

// Noun phrases of English
extension ChunkReader {
  private static let pronouns: Set<String> = ["me", "him", "them", "us", "everyone", "nobody", "nothing"]

  private static let visits: Set<String> = ["appointment", "visit", "checkup", "bill", "session", "meeting", "party"]

  /// All words up to the last noun: "wifi password", "older brother", "red Mazda".
  func englishHead(_ phrase: inout NounPhrase, _ place: inout Int, hasDeterminer: Bool) -> Bool {
    var nouns: [String] = []
    let start = place
    while isWord(place), isNoun(place, afterDeterminer: hasDeterminer || place > start),
      !Self.pronouns.contains(folded(place))
    {
      let word = words[place]
      if place > start, isVerb(place), !isNounHere(place, nouns) { break }
      if place > start, times.read(words, at: place) != nil { break }
      if place > start, lexicon.isDeterminer(word.folded) { break }
      if ["ago", "named", "called"].contains(word.folded) { break }
      if phrase.name != nil, !hasDeterminer, nouns.isEmpty, !word.isCapitalized,
        !Vocabulary.nationalities.contains(Fold.text(phrase.name ?? ""))
      {
        break
      }
      if let last = nouns.last, word.kind == .word, !word.isCapitalized, endsNoun(last, before: word.folded) { break }
      // "Is my boss Scottish?"
      if let last = nouns.last, Kinship.isKin(last), Vocabulary.nationalities.contains(word.folded) { break }
      if word.kind == .word, isNameWord(place, hasDeterminer: hasDeterminer) {
        let name = properName(&place)
        if phrase.name == nil { phrase.name = name }
        continue
      }
      if Kinship.isKin(word.folded), nouns.isEmpty || !hasDeterminer {
        nouns.append(word.folded)
      } else {
        nouns.append(word.folded)
      }
      place += 1
      // A typed name in small letters after kin.
      if Kinship.isKin(word.folded), phrase.name == nil, isWord(place), words[place].kind == .word,
        !words[place].isCapitalized,
        !isVerb(place), isNoun(place, afterDeterminer: false), folded(place) != "'s",
        lexicon.numbers[folded(place)] == nil,
        Vocabulary.nouns[folded(place)] == nil, !Kinship.isKin(folded(place)), hasDeterminer,
        times.read(words, at: place) == nil,
        !lexicon.isDeterminer(folded(place)),
        !(folded(place).hasSuffix("s") && Vocabulary.nouns[String(folded(place).dropLast())] != nil), isVerb(place + 1)
      {
        phrase.name = words[place].text
        place += 1
      }
    }
    guard let last = nouns.last else { return phrase.name != nil }
    phrase.head = Inflection.singular(last)
    if phrase.head != last { phrase.isPlural = true }
    phrase.modifiers += nouns.dropLast()
    return true
  }

  /// "is my son allergic", "is my car red": the noun is whole before these.
  private func endsNoun(_ noun: String, before word: String) -> Bool {
    // "my dentist appointment"
    if Kinship.isKin(noun) { return !Kinship.isKin(word) && !Self.visits.contains(word) }
    return Vocabulary.colours.contains(word) || Vocabulary.states.contains(word)
      || Vocabulary.nationalities.contains(word)
      || Vocabulary.judgements.contains(word)
  }

  /// Whether a word that could be a verb is part of the noun: "my work address is".
  private func isNounHere(_ place: Int, _ nouns: [String]) -> Bool {
    let word = folded(place)
    guard EnglishVerbs.nounLike.contains(word), let last = nouns.last else { return false }
    let next = words.indices.contains(place + 1) ? words[place + 1] : nil
    // "My dog can swim"
    if Self.englishModals.contains(word),
      next.map({ EnglishConjugation.shared.readings(of: $0).contains { $0.tense == .base } }) ?? false
    {
      return false
    }
    let isBeforeBe =
      next.map { EnglishConjugation.shared.readings(of: $0).contains { $0.lemma == "be" || $0.lemma == "have" } }
      ?? true
    if word.hasSuffix("s") { return isBeforeBe || Inflection.singular(last) != last }
    return isBeforeBe || (Inflection.singular(last) == last && !Kinship.isKin(last))
  }

  /// "my cousin's husband", "my dogs name" when typed without the sign.
  func genitive(_ phrase: inout NounPhrase, _ place: inout Int) {
    while isWord(place), folded(place) == "'s", isNoun(place + 1, afterDeterminer: true), !isPredicate(place + 1) {
      var owned = NounPhrase()
      var next = place + 1
      determiners(&owned, &next)
      guard englishHead(&owned, &next, hasDeterminer: true) else { return }
      tail(&owned, &next)
      owned.possessor = [phrase]
      phrase.text = ""
      owned.possessor[0].text = text(ownerStart(place)..<place)
      phrase = owned
      place = next
    }
    if folded(place) == "of", let (owner, end) = self.phrase(at: place + 1, afterPreposition: true),
      phrase.possessor.isEmpty, phrase.determiner != .none
    {
      if owner.isDefinite { phrase.possessor = [owner] } else { phrase.complements.append(owner.head) }
      place = end
    }
  }

  private func ownerStart(_ place: Int) -> Int {
    var start = place
    while start > 0, isWord(start - 1), !isVerb(start - 1) || folded(start - 1) == "'s",
      !lexicon.prepositions.contains(folded(start - 1)),
      !lexicon.conjunctions.contains(folded(start - 1)), !lexicon.interrogatives.contains(folded(start - 1))
    { start -= 1 }
    return start
  }

  /// "'s" before these is "is": "my sister's a nurse", "she's moving".
  func isPredicate(_ place: Int) -> Bool {
    let word = folded(place)
    if lexicon.isDeterminer(word) || lexicon.negations.contains(word) || lexicon.adverbs.contains(word)
      || lexicon.prepositions.contains(word)
    {
      return true
    }
    if isWord(place), times.read(words, at: place) != nil { return true }
    if lexicon.numbers[word] != nil || (isWord(place) && words[place].kind == .number) { return true }
    if Vocabulary.states.contains(word) || Vocabulary.nationalities.contains(word) { return true }
    return EnglishConjugation.shared.readings(of: words[min(place, words.count - 1)]).contains {
      $0.tense == .gerund || $0.tense == .participle
    }
      && !EnglishVerbs.nounLike.contains(word)
  }
}
