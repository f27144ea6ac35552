import SaraiCore

/// What others say, believe or are said to have said: it is theirs, and no fact of the person who passes it on.
enum Hearsay {
  /// The chunks of a sentence without what somebody else is said to say.
  static func own(_ chunks: [Chunk], _ language: Language) -> (chunks: [Chunk], hasRefused: Bool) {
    for (place, chunk) in chunks.enumerated() {
      guard case .verb(let verb) = chunk,
        reporting.contains(verb.lemma) || wishing.contains(verb.lemma) || isFelt(verb, place, chunks),
        let start = content(after: place, chunks, language) ?? hoped(after: place, chunks)
      else { continue }
      guard isReport(verb, at: place, chunks, language) else {
        // "I think my sister lives in Leeds" is about her.
        if language == .english, !verb.isNegated { return own(told(after: place, chunks), language) }
        continue
      }
      let before = chunks[..<place].lastIndex(where: \.isMark).map { Array(chunks[..<$0]) } ?? []
      // «…, pero yo vivo en Lugo» is said by the person again.
      let after = chunks[start...].firstIndex { [.conjunction("pero"), .conjunction("but")].contains($0) }
      return (before + (after.map { own(Array(chunks[$0...]), language).chunks } ?? []), true)
    }
    return (chunks, false)
  }

  private static func isReport(_ verb: VerbGroup, at place: Int, _ chunks: [Chunk], _ language: Language) -> Bool {
    if wishing.contains(verb.lemma) || feeling.contains(verb.lemma) { return true }
    if verb.isPassive { return true }
    let subject = chunks[..<place].last { if case .phrase = $0 { true } else { false } }?.phrase
    let isOwn =
      language == .spanish ? verb.person == 0 || verb.person == 3 : subject.map(\.isUser) ?? true
    // «No creo que venga» tells nothing of whether he comes.
    return !isOwn || verb.isNegated && believing.contains(verb.lemma)
  }

  /// Where what is said begins; nil where the verb has an object instead: «mi abuelo cuenta chistes».
  private static func content(after place: Int, _ chunks: [Chunk], _ language: Language) -> Int? {
    var phrases = 0
    for next in chunks.indices.dropFirst(place + 1) {
      switch chunks[next] {
      case .relative(let word, nil), .adverb(let word):
        if ["que", "q", "k", "that"].contains(word) {
          return phrases == 0 || hasVerb(chunks, after: next) ? next : nil
        }
        if case .relative = chunks[next] { return nil }
      case .colon: return next
      case .phrase: phrases += 1
      case .prepositional, .time, .negation: break
      case .verb(let verb):
        // "says the moon is made of cheese"
        return language == .english && phrases > 0 && !verb.isAuxiliary && !isInfinitive(verb) ? next : nil
      default: return nil
      }
    }
    return nil
  }

  /// "I hope my sister …", "I doubt that my brother …": whatever follows, it is not about having them.
  private static func hoped(after place: Int, _ chunks: [Chunk]) -> Int? {
    guard case .verb(let verb) = chunks[place], ["doubt", "hope", "wish"].contains(verb.lemma),
      place + 1 < chunks.count,
      case .phrase = chunks[place + 1]
    else { return nil }
    return place + 1
  }

  /// What follows «I think (that)», "I told you".
  private static func told(after place: Int, _ chunks: [Chunk]) -> [Chunk] {
    Array(
      chunks[(place + 1)...].drop { chunk in
        switch chunk {
        case .relative, .comma, .colon: true
        case .adverb(let word): word == "that"
        default: chunk.phrase?.pronoun == 1
        }
      })
  }

  private static func isInfinitive(_ verb: VerbGroup) -> Bool { verb.words.first.map { Fold.text($0) } == "to" }

  private static func hasVerb(_ chunks: [Chunk], after place: Int) -> Bool {
    chunks[(place + 1)...].contains { if case .verb = $0 { true } else { false } }
  }

  /// «Odio que me llamen tarde»: of what is hated or liked, nothing else is told.
  private static func isFelt(_ verb: VerbGroup, _ place: Int, _ chunks: [Chunk]) -> Bool {
    guard feeling.contains(verb.lemma), place + 1 < chunks.count else { return false }
    switch chunks[place + 1] {
    case .relative("que", nil), .adverb("que"): return true
    default: return false
    }
  }

  private static let feeling = Vocabulary.set(
    "odiar gustar encantar molestar aburrir preocupar asustar alegrar fastidiar detestar soportar aguantar")
  private static let believing = Vocabulary.set("creer pensar think believe")
  /// Of what is doubted, wished, read or heard, whether it is so is not told.
  private static let wishing = Vocabulary.set(
    """
    dudar querer desear esperar preferir pedir leer oir escuchar temer necesitar sospechar negar
    soñar prohibir evitar impedir doubt hope wish hear read fear suspect deny dream forbid
    """)
  private static let reporting = Vocabulary.set(
    """
    decir contar asegurar afirmar jurar opinar creer pensar comentar explicar sostener insistir sugerir predecir imaginar
    say tell claim swear think believe insist reckon suggest guess joke pretend know
    """)
}
