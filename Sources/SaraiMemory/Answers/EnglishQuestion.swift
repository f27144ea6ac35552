import SaraiCore

/// English questions, whose words are put into the order of a statement first: "where does my sister live" becomes
/// "my sister does live".
enum EnglishQuestion {
  static func read(_ words: [Word], today: CivilDate, isAsked: Bool) -> Question? {
    var place = 0
    var gap: Gap?
    var preposition = ""
    let lexicon = FunctionWords.english
    if words.count > 1, lexicon.prepositions.contains(words[0].folded), lexicon.interrogatives.contains(words[1].folded)
    {
      preposition = Vocabulary.preposition(words[0].folded)
      place = 1
    }
    if let (found, end) = interrogative(words, place, preposition, today) {
      gap = found
      place = end
    } else if !isAsked {
      return nil
    }
    guard place < words.count else { return nil }
    var rest = Array(words[place...])
    // A preposition at the end: "who does he work for".
    if let last = rest.last, lexicon.prepositions.contains(last.folded), gap != nil, rest.count > 1,
      last.folded != "like"
    {
      gap?.preposition = Vocabulary.preposition(last.folded)
      rest.removeLast()
    }
    if Array(rest.suffix(3)).map(\.folded) == ["for", "a", "living"] { rest.removeLast(3) }
    rest[0].isFirst = true
    guard let statement = declarative(rest, gap, today) else { return nil }
    let chunks = ListReader.joined(
      ListReader.joined(ChunkReader.chunks(of: statement.words, language: .english, today: today)))
    return assembled(chunks, gap: gap, asksForSubject: statement.asksForSubject)
  }

  private static func interrogative(_ words: [Word], _ place: Int, _ preposition: String, _ today: CivilDate) -> (
    Gap, end: Int
  )? {
    guard place < words.count else { return nil }
    let next = place + 1
    func at(_ index: Int) -> String { index < words.count ? words[index].folded : "" }
    switch at(place) {
    case "who", "whom", "whose": return (Gap(kind: .person, preposition: preposition), next)
    case "where": return (Gap(kind: .place, preposition: preposition), next)
    case "when": return (Gap(kind: .time, preposition: preposition), next)
    case "why": return (Gap(kind: .reason), next)
    case "how":
      if ["much", "many"].contains(at(next)) {
        let noun = noun(words, next + 1, today)
        return (Gap(kind: .quantity, noun: noun?.0), noun?.end ?? next + 1)
      }
      if ["old", "tall", "heavy", "big", "long", "far", "often"].contains(at(next)) {
        var noun = NounPhrase(text: words[next].text)
        noun.head = at(next)
        return (Gap(kind: .quantity, noun: noun), next + 1)
      }
      return (Gap(kind: .manner), next)
    case "what", "which":
      if ["kind", "type", "sort"].contains(at(next)), at(next + 1) == "of",
        let (noun, end) = noun(words, next + 2, today)
      {
        return (Gap(kind: .thing, preposition: preposition, noun: noun), end)
      }
      guard let (noun, end) = noun(words, next, today) else {
        return (Gap(kind: .thing, preposition: preposition), next)
      }
      let kind: Gap.Kind = ["day", "year", "month", "time", "date"].contains(noun.head) ? .time : .thing
      return (Gap(kind: kind, preposition: preposition, noun: noun), end)
    default: return nil
    }
  }

  private static func noun(_ words: [Word], _ start: Int, _ today: CivilDate) -> (NounPhrase, end: Int)? {
    var end = start
    while end < words.count, words[end].kind != .sign, !isAuxiliary(words[end].folded),
      !FunctionWords.english.isDeterminer(words[end].folded),
      FunctionWords.english.subjects[words[end].folded] == nil,
      end == start || EnglishConjugation.shared.readings(of: words[end]).isEmpty
        || EnglishVerbs.nounLike.contains(words[end].folded) && !words[end].folded.hasSuffix("s")
    { end += 1 }
    guard end > start, end < words.count else { return nil }
    let part = Array(words[start..<end])
    if EnglishConjugation.shared.isKnown(part[0].folded), !EnglishVerbs.nounLike.contains(part[0].folded) { return nil }
    guard let (phrase, length) = ChunkReader(part, language: .english, today: today).phrase(at: 0), !phrase.head.isEmpty
    else { return nil }
    return (phrase, start + length)
  }

  private static func isAuxiliary(_ word: String) -> Bool {
    auxiliaries.contains(word) || ChunkReader.englishModals.contains(word)
  }

  private static let auxiliaries: Set<String> = [
    "am", "is", "are", "was", "were", "'s", "do", "does", "did", "have", "has", "had", "'re", "will",
  ]

  /// The words in the order of a statement.
  private static func declarative(_ words: [Word], _ gap: Gap?, _ today: CivilDate) -> (
    words: [Word], asksForSubject: Bool
  )? {
    guard isAuxiliary(words[0].folded) else {
      let reader = ChunkReader(words, language: .english, today: today)
      // "what my dog's name is": the order of a statement already.
      if let (phrase, end) = reader.phrase(at: 0), phrase.isDefinite, end < words.count, reader.isVerb(end) {
        return (words, false)
      }
      return gap == nil ? nil : (words, true)
    }
    var auxiliary = [words[0]]
    var start = 1
    if start < words.count, words[start].folded == "not" {
      auxiliary.append(words[start])
      start += 1
    }
    var rest = Array(words[start...])
    guard !rest.isEmpty else { return nil }
    rest[0].isFirst = true
    let reader = ChunkReader(rest, language: .english, today: today)
    let isBeing = ["am", "is", "are", "was", "were", "'s"].contains(words[0].folded)
    guard let (phrase, end) = reader.phrase(at: 0),
      phrase.isDefinite || !isBeing && !["have", "has", "had"].contains(words[0].folded)
    else {
      return gap == nil ? nil : (words, true)
    }
    // "How much did the piano cost": the last word is the verb, whatever else it can be.
    var subjectEnd = end
    if ["do", "does", "did"].contains(Fold.text(auxiliary[0].text)), end == rest.count, end > 1,
      !EnglishConjugation.shared.readings(of: rest[end - 1]).isEmpty
    {
      subjectEnd -= 1
    }
    auxiliary[0].isFirst = false
    auxiliary[0] = Tokenizer.word(auxiliary[0].text == "'s" ? "is" : auxiliary[0].text.lowercased())
    return (Array(rest[..<subjectEnd]) + auxiliary + Array(rest[subjectEnd...]), false)
  }

  private static func assembled(_ chunks: [Chunk], gap: Gap?, asksForSubject: Bool) -> Question? {
    var builder = ClauseReader.Builder()
    if asksForSubject { builder.before = [.phrase(Gap.subject)] }
    for chunk in chunks {
      if case .verb(let verb) = chunk {
        if builder.verb != nil { break }
        builder.verb = verb
      } else if !(asksForSubject && builder.verb == nil) {
        builder.append(chunk)
      }
    }
    guard let verb = builder.verb else { return nil }
    if let subject = builder.before.last?.phrase, subject.pronoun == 1 { return nil }
    var isAdvisory = gap?.kind == .reason || gap?.kind == .manner || verb.modal != nil
    if let word = verb.words.first(where: { ChunkReader.englishModals.contains(Fold.text($0)) }),
      Fold.text(word) != "can" || gap != nil
    {
      isAdvisory = true
    }
    if gap == nil,
      builder.after.contains(where: { chunk in
        if case .adverb(let word) = chunk { return Vocabulary.judgements.contains(word) }
        return chunk.phrase.map {
          Vocabulary.judgements.contains($0.head) || !Vocabulary.judgements.isDisjoint(with: $0.modifiers)
        } ?? false
      })
    {
      isAdvisory = true
    }
    return QuestionReader.assembled(builder, gap: gap, language: .english, isAdvisory: isAdvisory)
  }
}
