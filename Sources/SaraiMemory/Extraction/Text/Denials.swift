import SaraiCore

/// Spells out who or what is denied or joined in few words: «ni fumo ni bebo», «mi vecina no», "neither … nor".
enum Denials {
  /// One statement as the clauses that it stands for.
  static func spelledOut(_ words: [Word], _ language: Language) -> [[Word]] {
    if language == .english, let both = neither(words) { return both }
    let denied = noneSpelledOut(words, language)
    let plain = language == .spanish ? spanish(denied) : english(denied)
    return shared(plain, language).map { [$0.0, $0.1] } ?? [plain]
  }

  // MARK: "no kids", «cero hijos»

  /// "I have no kids", «tengo cero hijos»: the verb is denied.
  private static func noneSpelledOut(_ words: [Word], _ language: Language) -> [Word] {
    let lexicon = FunctionWords.of(language)
    func isNone(_ place: Int) -> Bool {
      guard place + 1 < words.count, words[place + 1].kind == .word else { return false }
      let next = words[place + 1].folded
      guard !lexicon.isFunction(next), !compared.contains(next) else { return false }
      return language == .spanish
        ? ["cero", "0"].contains(words[place].folded) : ["no", "zero", "0"].contains(words[place].folded)
    }
    guard let place = words.indices.first(where: isNone) else { return words }
    if place == 0 { return noneAtAll(words, language) }
    var verb = place - 1
    while verb > 0, lexicon.adverbs.contains(words[verb].folded) { verb -= 1 }
    var result = words
    // "No cats and no dogs"
    for other in words.indices.reversed() where other > place && isNone(other) {
      guard words[other - 1].isSign(",") || ["and", "or", "nor", "y", "ni"].contains(words[other - 1].folded) else {
        continue
      }
      result.remove(at: other)
      result[other - 1] = Tokenizer.word(language == .spanish ? "ni" : "or")
    }
    result.remove(at: place)
    switch language {
    case .spanish:
      guard isSpanishVerb(words[verb]),
        !SpanishConjugation.shared.readings(of: words[verb]).contains(where: { ["ser", "medir"].contains($0.lemma) })
      else { return words }
      while verb > 0, Clitics.all.contains(words[verb - 1].folded) { verb -= 1 }
      guard verb == 0 || !lexicon.negations.contains(words[verb - 1].folded) else { return words }
      result.insert(Tokenizer.word("no"), at: verb)
    case .english:
      guard verb > 0, isEnglishVerb(words[verb]), !lexicon.negations.contains(words[verb - 1].folded) else {
        return words
      }
      if isBeing(words[verb]) {
        result.insert(Tokenizer.word("not"), at: verb + 1)
      } else {
        result.insert(Tokenizer.word("never"), at: verb)
      }
    }
    return result
  }

  /// "No child of mine smokes" tells of nobody.
  private static func noneAtAll(_ words: [Word], _ language: Language) -> [Word] {
    guard language == .english, words[0].folded == "no", !words[1].isCapitalized,
      let verb = words.indices.first(where: { $0 > 1 && isEnglishVerb(words[$0]) }),
      !words[..<verb].contains(where: { $0.kind == .sign || FunctionWords.english.subjects[$0.folded] != nil })
    else { return words }
    return [Tokenizer.word("nobody")] + words.dropFirst()
  }

  /// "No more than two", "no idea".
  private static let compared = Vocabulary.set(
    "more less fewer longer one idea doubt matter wonder problem sooner later way mas menos")

  // MARK: «ni»

  private static func spanish(_ words: [Word]) -> [Word] {
    let words = words.indices.filter { words[$0].folded != "siquiera" }.map { words[$0] }
    let denials = words.indices.filter { words[$0].folded == "ni" }
    guard let first = denials.first, let last = denials.last else { return words }
    let startsClause = first == 0 || words[first - 1].kind == .sign || words[first - 1].folded == "y"
    // «Ni mi padre ni mi madre fuman»
    if startsClause, denials.count > 1, !startsSpanishVerb(words, first + 1),
      let verb = words.indices.first(where: { $0 > last + 1 && startsSpanishVerb(words, $0) })
    {
      var result: [Word] = []
      for place in words.indices where place != first && !(place < verb && words[place].isSign(",")) {
        if place == verb { result.append(Tokenizer.word("no")) }
        result.append(denials.contains(place) ? Tokenizer.word("y") : words[place])
      }
      return result
    }
    var result: [Word] = []
    for place in words.indices {
      guard denials.contains(place) else {
        result.append(words[place])
        continue
      }
      if startsSpanishVerb(words, place + 1) {
        let begins = place == 0 || words[place - 1].kind == .sign || words[place - 1].folded == "y"
        result += begins ? [Tokenizer.word("no")] : [Tokenizer.word("y"), Tokenizer.word("no")]
      } else if place == first, place == 0 || startsSpanishVerb(words, place - 1) {
        // «No tengo ni perro ni gato»
        continue
      } else {
        // «Ni carne ni pescado ni huevos»
        result.append(place == last ? words[place] : Tokenizer.word(","))
        if place != last { result[result.count - 1].kind = .sign }
      }
    }
    return result
  }

  /// Whether a finite verb with its pronouns begins here.
  private static func startsSpanishVerb(_ words: [Word], _ start: Int) -> Bool {
    var place = start
    while place + 1 < words.count, Clitics.all.contains(words[place].folded) { place += 1 }
    guard place < words.count else { return false }
    return isSpanishVerb(words[place])
  }

  private static func isSpanishVerb(_ word: Word) -> Bool {
    guard word.kind == .word, !word.isCapitalized || word.isFirst, !SpanishVerbs.nounLike.contains(word.folded),
      !FunctionWords.spanish.prepositions.contains(word.folded)
    else { return false }
    return SpanishConjugation.shared.readings(of: word).contains { $0.tense.isFinite }
  }

  // MARK: "neither … nor"

  /// "Neither my mother nor my father smokes": a sentence of each.
  private static func neither(_ words: [Word]) -> [[Word]]? {
    guard let neither = words.firstIndex(where: { $0.folded == "neither" }),
      neither == 0 || words[neither - 1].kind == .sign,
      let nor = words.indices.first(where: { $0 > neither + 1 && words[$0].folded == "nor" }),
      let verb = words.indices.first(where: { $0 > nor + 1 && isEnglishVerb(words[$0]) })
    else { return nil }
    let rest = denied(Array(words[verb...]))
    return [(neither + 1)..<nor, (nor + 1)..<verb].map { range in
      var subject = words[range].map { $0.folded == "me" ? Tokenizer.word("I") : $0 }
      subject[0].isFirst = true
      return subject + rest
    }
  }

  private static func english(_ words: [Word]) -> [Word] {
    guard let neither = words.firstIndex(where: { $0.folded == "neither" }),
      let nor = words.indices.first(where: { $0 > neither + 1 && words[$0].folded == "nor" }), nor + 1 < words.count
    else { return alternatives(words) }
    let first = words[neither + 1]
    guard neither > 0 else { return words }
    let before = Array(words[..<neither])
    if isEnglishVerb(first), !isBeing(before.last) {
      return before + [Tokenizer.word("never")] + Array(words[(neither + 1)..<nor])
        + [Tokenizer.word("and"), Tokenizer.word("never")] + Array(words[(nor + 1)...])
    }
    guard let verb = before.lastIndex(where: { isEnglishVerb($0) || isBeing($0) }) else { return words }
    let kept = Array(before[..<verb]) + denied(Array(before[verb...]))
    return kept + Array(words[(neither + 1)..<nor]) + [Tokenizer.word("or")] + Array(words[(nor + 1)...])
  }

  /// "I don't smoke or drink": neither.
  private static func alternatives(_ words: [Word]) -> [Word] {
    guard
      let place = words.indices.first(where: { place in
        place > 2 && place + 1 < words.count && words[place].folded == "or" && words[place - 2].folded == "not"
          && isEnglishVerb(words[place - 1]) && isEnglishVerb(words[place + 1])
      })
    else { return words }
    return Array(words[..<place]) + [Tokenizer.word("and"), Tokenizer.word("never")] + Array(words[(place + 1)...])
  }

  private static func denied(_ words: [Word]) -> [Word] {
    guard isBeing(words.first) else { return [Tokenizer.word("never")] + words }
    return [words[0], Tokenizer.word("not")] + Array(words.dropFirst())
  }

  private static func isBeing(_ word: Word?) -> Bool {
    ["am", "is", "are", "was", "were", "'s", "can", "could", "will", "would"].contains(word?.folded)
  }

  private static func isEnglishVerb(_ word: Word) -> Bool {
    word.kind == .word && (isBeing(word) || !EnglishConjugation.shared.readings(of: word).isEmpty)
      && !FunctionWords.english.prepositions.contains(word.folded) && (!word.isCapitalized || word.isFirst)
  }

  // MARK: «mi vecina no», «mi hermano también»

  /// The clause and the one that takes its words from it; nil where none does.
  private static func shared(_ words: [Word], _ language: Language) -> ([Word], [Word])? {
    var end = words.count
    while end > 0, words[end - 1].kind == .sign || words[end - 1].folded == "either" { end -= 1 }
    let ending = words[..<end].suffix(2).map(\.folded)
    guard let last = ending.last, end > 3 else { return nil }
    let isDenied: Bool
    var length = 1
    switch (language, last) {
    case (.spanish, "no"), (.spanish, "tampoco"): isDenied = true
    case (.spanish, "tambien"): isDenied = false
    // «No tengo coche, pero mi hermano sí»
    case (.spanish, "si") where words[end - 1].lowercased == "sí" && words.contains { $0.folded == "no" }:
      isDenied = false
    case (.english, "not"):
      isDenied = true
      length = auxiliaries.contains(ending.first ?? "") ? 2 : 1
    case (.english, let word) where auxiliaries.contains(word) && words.dropLast(2).contains { $0.folded == "not" }:
      isDenied = false
    case (.english, "too"), (.english, "well"):
      isDenied = false
      if last == "well", ending.first != "as" { return nil }
      length = last == "well" || auxiliaries.contains(ending.first ?? "") ? 2 : 1
    default: return nil
    }
    let stop = end - length
    guard
      let mark = words[..<stop].lastIndex(where: {
        $0.kind == .sign || ["y", "e", "pero", "and", "but"].contains($0.folded)
      }), mark + 1 < stop, stop - mark <= 7
    else { return nil }
    let subject = Array(words[(mark + 1)..<stop])
    var head = Array(words[..<mark])
    while let sign = head.last, sign.kind == .sign { head.removeLast() }
    guard !subject.isEmpty,
      !subject.contains(where: { language == .spanish ? isSpanishVerb($0) || $0.folded == "no" : isBeing($0) }),
      let verb = head.indices.first(where: {
        language == .spanish ? startsSpanishVerb(head, $0) : $0 > 0 && isEnglishVerb(head[$0])
      })
    else { return nil }
    var rest = Array(head[verb...])
    if language == .spanish {
      // «A mí me gusta el té y a mi madre también» takes another pronoun.
      guard !rest.prefix(2).contains(where: { ["me", "te", "nos"].contains($0.folded) }) else { return nil }
      // «Soy celíaca y mi hijo también»: what I am, he is.
      let isOther = !subject.contains { ["yo", "nosotros", "nosotras"].contains($0.folded) }
      if isOther, let first = rest.first,
        let form = SpanishConjugation.shared.readings(of: first).first(where: { $0.tense.isFinite && $0.person == 0 })
      {
        let person = ["mis", "los", "las", "nuestros", "nuestras"].contains(subject[0].folded) ? 5 : 2
        rest[0] = Tokenizer.word(SpanishConjugation.shared.form(of: form.lemma, form.tense, person: person))
      }
      return (head, subject + (isDenied ? [Tokenizer.word("no")] : []) + rest)
    }
    if let denial = rest.firstIndex(where: { $0.folded == "not" }) {
      rest.remove(at: denial)
      if denial == 1, ["do", "does", "did"].contains(rest[0].folded) { rest.removeFirst() }
    }
    return (head, subject + (isDenied ? denied(rest) : rest))
  }

  private static let auxiliaries = Vocabulary.set("do does did is are am was were has have can")
}
