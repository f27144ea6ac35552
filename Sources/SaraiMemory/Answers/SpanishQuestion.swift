import SaraiCore

/// Spanish questions: the verb comes first and the subject after it.
enum SpanishQuestion {
  static func read(_ words: [Word], today: CivilDate, isAsked: Bool) -> Question? {
    var place = 0
    var gap: Gap?
    let lexicon = FunctionWords.spanish
    var preposition = ""
    if words.count > 1, lexicon.prepositions.contains(words[0].folded), lexicon.interrogatives.contains(words[1].folded)
    {
      preposition = words[0].folded == "al" ? "a" : words[0].folded
      place = 1
    }
    if let (found, end) = interrogative(words, place, preposition, today) {
      // «Como carne»: a question word only where something is asked.
      gap = found
      place = end
    } else if !isAsked {
      return nil
    } else {
      place = 0
    }
    if words[0].folded == "como", words[0].lowercased == "como", gap?.kind == .manner, place < words.count,
      !SpanishConjugation.shared.readings(of: words[place]).contains(where: { $0.tense.isFinite }),
      !Clitics.all.contains(words[place].folded)
    {
      gap = nil
      place = 0
    }
    if gap?.kind == .time, words[0].folded == "cuando", !isAsked, words.count > 8 { return nil }
    var rest = Array(words[place...])
    guard !rest.isEmpty else { return nil }
    rest[0].isFirst = true
    let chunks = ListReader.joined(
      Apposition.joined(ListReader.joined(ChunkReader.chunks(of: rest, language: .spanish, today: today))))
    return assembled(chunks, gap: gap)
  }

  private static func interrogative(_ words: [Word], _ place: Int, _ preposition: String, _ today: CivilDate) -> (
    Gap, end: Int
  )? {
    guard place < words.count else { return nil }
    let next = place + 1
    switch words[place].folded {
    case "quien", "quienes": return (Gap(kind: .person, preposition: preposition), next)
    case "donde": return (Gap(kind: .place, preposition: preposition), next)
    case "adonde": return (Gap(kind: .place, preposition: "a"), next)
    case "cuando": return (Gap(kind: .time, preposition: preposition), next)
    case "como": return (Gap(kind: .manner), next)
    case "por" where next < words.count && words[next].folded == "que": return (Gap(kind: .reason), next + 1)
    case "que", "q", "cual", "cuales":
      if preposition == "por" { return (Gap(kind: .reason), next) }
      guard let (noun, end) = noun(words, next, today) else {
        return (Gap(kind: .thing, preposition: preposition), next)
      }
      let kind: Gap.Kind = ["dia", "ano", "mes", "hora", "fecha"].contains(noun.head) ? .time : .thing
      return (Gap(kind: kind, preposition: preposition, noun: noun), end)
    case "cuanto", "cuanta", "cuantos", "cuantas":
      let noun = noun(words, next, today)
      return (Gap(kind: .quantity, preposition: preposition, noun: noun?.0), noun?.end ?? next)
    default: return nil
    }
  }

  /// The noun after «qué», up to the verb.
  private static func noun(_ words: [Word], _ start: Int, _ today: CivilDate) -> (NounPhrase, end: Int)? {
    guard start < words.count, words[start].kind == .word, !Clitics.all.contains(words[start].folded),
      words[start].folded != "no"
    else { return nil }
    func isVerb(_ place: Int) -> Bool {
      SpanishConjugation.shared.readings(of: words[place]).contains { $0.tense.isFinite }
    }
    if isVerb(start),
      !(start + 1 < words.count && isVerb(start + 1))
        || FunctionWords.spanish.prepositions.contains(words[start].folded)
    {
      return nil
    }
    let isPreposed = FunctionWords.spanish.isDeterminer(words[start].folded)
    guard !isPreposed else { return nil }
    var end = start + 1
    while end < words.count, !isVerb(end) || words[end].folded == "de", !Clitics.all.contains(words[end].folded),
      words[end].folded != "no",
      !FunctionWords.spanish.isDeterminer(words[end].folded)
    { end += 1 }
    let part = Array(words[start..<end])
    guard let (phrase, length) = ChunkReader(part, language: .spanish, today: today).phrase(at: 0) else { return nil }
    return (phrase, start + length)
  }

  /// Puts the subject before the verb and leaves the rest to what reads statements.
  private static func assembled(_ chunks: [Chunk], gap: Gap?) -> Question? {
    var builder = ClauseReader.Builder()
    var hasVerb = false
    var isAdvisory = gap?.kind == .reason
    for chunk in chunks {
      if case .verb(let verb) = chunk {
        // A second verb belongs to a clause of its own: «cuando era pequeño».
        if hasVerb { break }
        builder.verb = verb
        hasVerb = true
      } else {
        builder.append(chunk)
      }
    }
    guard var verb = builder.verb else {
      guard gap == nil, builder.before.count == 1, case .phrase(let phrase) = builder.before[0], phrase.isDefinite
      else { return nil }
      builder.verb = VerbGroup(
        verb: "ser", lemma: "ser", person: phrase.isPlural ? 5 : 2, words: [phrase.isPlural ? "son" : "es"])
      return QuestionReader.assembled(builder, gap: Gap(kind: .thing), language: .spanish, isAdvisory: true)
    }
    if verb.modal == "poder" || verb.modal == "deber" || verb.lemma == "poder" {
      isAdvisory = true
    }
    if gap?.kind == .manner, verb.lemma != "llamar", verb.lemma != "apellidar" { isAdvisory = true }
    if verb.clitics.contains("se"), gap?.kind == .manner, verb.lemma != "llamar" { isAdvisory = true }
    if gap?.noun == nil, gap?.kind == .thing, verb.lemma == "significar" { return nil }
    // «¿Qué le regalo a mi madre?», «¿es normal que…?»
    if gap?.kind == .thing, verb.person == 0, !verb.isPast, !verb.isPerfect, Self.choices.contains(verb.lemma) {
      isAdvisory = true
    }
    if gap == nil, builder.after.contains(.adverb("que")) || isOpinion(builder.after) { isAdvisory = true }
    if verb.person == 1 || verb.person == 4 { return nil }
    placeSubject(&builder, &verb, gap)
    builder.verb = verb
    return QuestionReader.assembled(builder, gap: gap, language: .spanish, isAdvisory: isAdvisory)
  }

  private static let choices: Set<String> = [
    "regalar", "comprar", "decir", "hacer", "cocinar", "preparar", "poner", "dar", "llevar", "ver", "pedir",
  ]

  private static func isOpinion(_ chunks: [Chunk]) -> Bool {
    chunks.contains { Vocabulary.judgements.contains($0.phrase?.head ?? "") }
  }

  private static func placeSubject(_ builder: inout ClauseReader.Builder, _ verb: inout VerbGroup, _ gap: Gap?) {
    // «¿Dónde vivía mi hermano?»: the form alone could be mine.
    if verb.isImperfect, verb.person == 0,
      builder.after.contains(where: { chunk in
        if case .phrase(let phrase) = chunk { return phrase.isKin || phrase.isName || phrase.isPossessedByUser }
        return false
      })
    {
      verb.person = 2
    }
    let isFirst = verb.person == 0 || verb.person == 3
    let isFeeling =
      verb.lemma == "dar" && builder.after.contains { VerbClasses.feelings.contains($0.phrase?.head ?? "") }
    let isPleasing = (VerbClasses.experiencer.contains(verb.lemma) && verb.lemma != "costar") || isFeeling
    // «¿Dónde nos conocimos mi novio y yo?»
    if isFirst, let place = builder.after.firstIndex(where: { $0.phrase?.conjuncts.contains(where: \.isUser) ?? false })
    {
      builder.before = [builder.after.remove(at: place)]
    }
    guard !isFirst, !isPleasing else { return }
    let hasSubject = builder.before.contains { if case .phrase = $0 { true } else { false } }
    guard !hasSubject else { return }
    let bare = builder.after.indices.filter { index in
      if case .phrase(let phrase) = builder.after[index] { return !phrase.isAction } else { return false }
    }
    let isCopula = verb.lemma == "ser" || verb.lemma == "estar" || verb.lemma == "llamar"
    if let gap, gap.kind == .person, gap.preposition.isEmpty,
      !isCopula || bare.isEmpty || !isDefinite(builder.after[bare.last!])
    {
      builder.before = [.phrase(Gap.subject)]
      return
    }
    if gap?.kind == .thing, gap?.preposition == "", bare.isEmpty, !verb.clitics.isEmpty, !isCopula, verb.person != 5 {
      builder.before = [.phrase(Gap.subject)]
      return
    }
    // «¿Cuándo cambiaron la cita?»: nobody in particular did.
    if verb.person == 5, bare.count == 1, case .phrase(let phrase) = builder.after[bare[0]], !phrase.isPlural { return }
    // «¿Cuándo empieza Alba el cole?»: of two it is a person who does it.
    let definite = bare.filter { isDefinite(builder.after[$0]) }
    let person =
      definite.count > 1
      ? definite.first { builder.after[$0].phrase.map { $0.isNameable || $0.isName } ?? false } : nil
    guard let place = person ?? definite.last ?? (gap == nil ? nil : bare.last) else {
      return
    }
    builder.before = [builder.after.remove(at: place)]
  }

  private static func isDefinite(_ chunk: Chunk) -> Bool { chunk.phrase?.isDefinite ?? false }
}
