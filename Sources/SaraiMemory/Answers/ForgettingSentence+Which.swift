package import SaraiCore

// The answer to «¿Cuál olvido?».
extension Forgetting {
  /// Which of some facts an answer to «¿Cuál olvido?» names: «dónde vivo», «lo de mi hermana». None for a sentence that
  /// tells something.
  ///
  /// - Throws: What the lookup throws.
  package func named(
    in answer: String, among options: [FactID], language: Language, now: CivilDateTime
  ) throws -> [FactID] {
    let sentences = Tokenizer.sentences(of: answer, in: language)
    guard sentences.count == 1, let sentence = sentences.first else { return [] }
    let (objects, goesOn) = ForgetWords.objects(in: sentence.words[...])
    guard !goesOn else { return [] }
    var found: Set<FactID> = []
    for object in objects {
      let next = try pointed(Telling.pointed(object), language, now).filter(options.contains)
      // What names all of them tells none from another.
      guard !next.isEmpty, next.count < options.count else { return [] }
      found.formUnion(next)
    }
    return found.sorted()
  }

  private func pointed(_ words: [Word], _ language: Language, _ now: CivilDateTime) throws -> [FactID] {
    guard let first = words.first else { return [] }
    let text = words.map(\.text).joined(separator: " ")
    for language in [language] + Language.allCases.filter({ $0 != language })
    where FunctionWords.of(language).interrogatives.contains(first.folded) {
      guard let question = QuestionReader.question(in: text + "?", language: language, today: now.date) else {
        continue
      }
      return try closure(answerer.facts(for: question))
    }
    let corrected = SpellingCorrector.of(language).corrected(words)
    let reader = ChunkReader(Rewriting.kin(corrected, language), language: language, today: now.date)
    guard let (phrase, end) = reader.phrase(at: 0), end == reader.words.count else { return [] }
    return switch try thing(phrase, isDeletion: false) {
    case .facts(let ids)?, .several(let ids)?: ids
    default: []
    }
  }
}

extension Telling {
  /// Without «la de», "the one about".
  static func pointed(_ answer: [Word]) -> [Word] {
    let words = stripped(answer)
    let folded = words.map(\.folded)
    for lead in pointers where folded.count > lead.count && folded.starts(with: lead) {
      return Array(words.dropFirst(lead.count))
    }
    return words
  }

  private static let pointers = """
    la de|el de|las de|los de|la que dice|lo de que|the one about|the one with|the one of|the ones about|that of|that one about
    that about|the thing about|la del|el del
    """.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
}
