package import SaraiCore

/// What a turn asks to forget.
package enum ForgettingRequest: Sendable, Hashable {
  /// These; at least one.
  case facts([FactID])
  /// Nothing that was told.
  case nothing
  /// A word of so many different things that the person is asked which of them they mean.
  case several([FactID])
  /// All that is remembered.
  case everything
}

/// Requests to forget, in the words of a chat: «olvida mi clave del trastero».
package struct Forgetting {
  private let answerer: Answerer
  private let view: FactView

  package init(lookup: any FactLookup, owner: Owner) {
    answerer = Answerer(lookup: lookup, owner: owner)
    view = FactView(lookup, owner: owner)
  }

  /// The facts that a turn asks to forget; nil for a turn that asks for nothing of the kind, none for all of them at
  /// once, which a word in passing is not enough for.
  ///
  /// - Throws: What the lookup throws.
  package func facts(askedFor text: String, language: Language, now: CivilDateTime) throws -> [FactID]? {
    switch try request(in: text, language: language, now: now) {
    case nil: nil
    case .facts(let ids), .several(let ids): ids
    case .nothing, .everything: []
    }
  }

  /// What a turn asks to forget; nil for a turn that asks for nothing of the kind.
  ///
  /// - Parameters:
  ///   - text: As it was typed.
  ///   - language: The person's, for words that do not show theirs.
  ///   - now: What the clock on the wall showed.
  /// - Throws: What the lookup throws.
  package func request(in text: String, language: Language, now: CivilDateTime) throws -> ForgettingRequest? {
    let guessed = LanguageGuess.language(of: text, fallback: language)
    var found: ForgettingRequest?
    for sentence in Tokenizer.sentences(of: OwnWords.text(text), in: guessed) {
      guard let asked = ForgetWords.request(in: sentence) else { continue }
      // «olvida my dog»: the verb says nothing of the language of what follows.
      let object = asked.object.map(\.text).joined(separator: " ")
      let words = words(of: asked, LanguageGuess.language(of: object, fallback: language))
      guard let next = try request(words.words, words.language, now, isDeletion: asked.isDeletion) else { continue }
      found = Self.joined(found, next)
    }
    return found
  }

  private func words(of asked: ForgetWords.Request, _ language: Language) -> (words: [Word], language: Language) {
    var words = asked.object
    while let last = words.last, Self.closers.contains(last.folded) { words.removeLast() }
    let folded = words.map(\.folded)
    for ending in Self.endings where folded.count > ending.count && Array(folded.suffix(ending.count)) == ending {
      words.removeLast(ending.count)
    }
    return (words, language)
  }

  private static func joined(_ first: ForgettingRequest?, _ second: ForgettingRequest) -> ForgettingRequest {
    switch (first, second) {
    case (.facts(let a)?, .facts(let b)): .facts(a + b.filter { !a.contains($0) })
    case (nil, _), (.nothing?, _): second
    case (let first?, .nothing): first
    default: second
    }
  }

  /// So many of the newest facts are looked through for what hangs on another.
  private static let mostFacts = 10_000

  private static let fillers = Vocabulary.set(
    "lo que te dije conte sobre acerca todo sabes de a about what i told you everything know por favor please all")
  private static let closers = Vocabulary.set("por favor please gracias thanks sarai ya now")
  private static let endings = [
    ["de", "tu", "memoria"], ["de", "la", "memoria"], ["from", "your", "memory"], ["from", "memory"],
  ]

  private func request(
    _ asked: [Word], _ language: Language, _ now: CivilDateTime, isDeletion: Bool
  ) throws -> ForgettingRequest? {
    let said = asked.map(\.folded).joined(separator: " ")
    if WholeMemory.isAll(said) { return .everything }
    if WholeMemory.isLast(said) { return Self.request(try lastTold(), isDeletion: false) }
    var words = asked
    if let first = words.first, first.lowercased == "que" || first.folded == "that", words.count > 2 {
      let ids = try told(Array(words.dropFirst()), language, now)
      if !ids.isEmpty { return .facts(ids) }
    }
    while let first = words.first, Self.fillers.contains(first.folded) { words.removeFirst() }
    if words.first?.folded == "al" { words[0] = Tokenizer.word("el") }
    guard !words.isEmpty else { return isDeletion ? nil : .nothing }
    let text = words.map(\.text).joined(separator: " ")
    // «Olvida dónde vivo» asks for what the question would be answered with.
    let isClause =
      FunctionWords.of(language).interrogatives.contains(words[0].folded)
      || (words.count > 1 && FunctionWords.of(language).interrogatives.contains(words[1].folded))
    if isClause, let question = QuestionReader.question(in: text + "?", language: language, today: now.date) {
      return Self.request(try closure(answerer.facts(for: question)), isDeletion: isDeletion)
    }
    return try thing(words, language, now, isDeletion: isDeletion)
  }

  private static func request(_ ids: [FactID], isDeletion: Bool) -> ForgettingRequest? {
    ids.isEmpty ? (isDeletion ? nil : .nothing) : .facts(ids)
  }

  /// «mi clave», «a mi perro», «Madrid».
  private func thing(
    _ words: [Word], _ language: Language, _ now: CivilDateTime, isDeletion: Bool
  ) throws -> ForgettingRequest? {
    let corrected = SpellingCorrector.of(language).corrected(words)
    let reader = ChunkReader(Rewriting.kin(corrected, language), language: language, today: now.date)
    guard let (phrase, end) = reader.phrase(at: 0) else { return isDeletion ? nil : .nothing }
    // "Remove my wife from the guest list" speaks of a list.
    if isDeletion, end < words.count { return nil }
    let resolver = isDeletion ? EntityResolver(view) : answerer.resolver
    if EntityName.nouns(of: phrase) == ["nombre"] {
      let owners = try phrase.possessor.first.map { try resolver.names(of: $0) } ?? [EntityName.user]
      return Self.request(
        try closure(view.facts(subjects: owners, verbs: ["llamarse"], ever: true).map(\.id)), isDeletion: isDeletion)
    }
    var names = try resolver.names(of: phrase)
    if phrase.isName, let name = phrase.name { names.append(name) }
    var ids = try view.facts(subjects: names, ever: true, limit: Self.mostFacts).map(\.id)
    let isNamed = !ids.isEmpty
    ids += try view.facts(objects: names, ever: true).map(\.id)
    if phrase.isPossessedByUser { ids += try had(phrase) }
    if ids.isEmpty { ids = try measured(phrase) }
    if ids.isEmpty {
      let stems = Set(Content.stems(of: phrase.text))
      ids = try view.facts(ever: true, limit: Self.mostFacts).filter { fact in
        !stems.isEmpty
          && Set(Content.stems(of: fact.subject.text + " " + fact.verb.text + " " + fact.object.text)).isSuperset(
            of: stems)
      }.map(\.id)
    }
    let all = try closure(ids)
    if !isNamed, !phrase.isPossessedByUser, !phrase.isPlural, try roots(all) > 1 { return .several(all) }
    return Self.request(all, isDeletion: isDeletion)
  }

  /// «Olvida que vivo en Madrid»: what telling it would have told.
  private func told(_ words: [Word], _ language: Language, _ now: CivilDateTime) throws -> [FactID] {
    var sentence = Sentence(words: words, isQuestion: false)
    sentence.words[0].isFirst = true
    var reading = TurnReading(view, language: language, now: now, isCorrection: false)
    for clause in ClauseReader.clauses(of: sentence, language: language, today: now.date) {
      try reading.learn(Canonical.rewritten(reading.completed(clause), today: now.date))
    }
    var ids: [FactID] = []
    for change in reading.changes {
      guard case .add(let fact, _) = change else { continue }
      let wanted = Set(Content.stems(of: fact.object.text))
      ids += try view.facts(subjects: [fact.subject.text], verbs: [fact.verb.text], ever: true).filter {
        $0.isNegated == fact.isNegated
          && ($0.object == fact.object
            || !wanted.isEmpty && Set(Content.stems(of: $0.object.text)).isSuperset(of: wanted))
      }.map(\.id)
    }
    return try closure(ids)
  }

  /// What the last turn that taught anything has told.
  private func lastTold() throws -> [FactID] {
    let facts = try view.facts(ever: true, limit: Self.mostFacts)
    guard let newest = facts.max(by: { ($0.saidAt, $0.id) < ($1.saidAt, $1.id) }) else { return [] }
    return facts.filter { $0.saidAt == newest.saidAt && $0.turn == newest.turn }.map(\.id)
  }

  /// «Olvida a mi perro»: that there is one, too.
  private func had(_ phrase: NounPhrase) throws -> [FactID] {
    let wanted = Set(Content.stems(of: phrase.text))
    guard !wanted.isEmpty, !phrase.isKin else { return [] }
    return try view.facts(subjects: [EntityName.user], verbs: ["tener"], ever: true).filter {
      Set(Content.stems(of: $0.object.text)).isSuperset(of: wanted)
    }.map(\.id)
  }

  /// «mi peso» was told as «peso 92 kilos».
  private func measured(_ phrase: NounPhrase) throws -> [FactID] {
    let verbs = [
      "peso": "pesar", "weight": "pesar", "estatura": "medir", "altura": "medir", "edad": "tener", "nombre": "llamarse",
      "direccion": "vivir en", "trabajo": "trabajar en", "casa": "vivir en",
    ]
    guard let noun = EntityName.nouns(of: phrase).first, let verb = verbs[noun] else { return [] }
    let facts = try view.facts(subjects: [EntityName.user], verbs: [verb], ever: true)
    return facts.filter { noun != "edad" || FrameTerms.isAge($0.object.text) }.map(\.id)
  }

  /// With the facts that hang on them: what was said in the same clause.
  private func closure(_ ids: [FactID]) throws -> [FactID] {
    guard !ids.isEmpty else { return [] }
    let wanted = Set(ids)
    let all = try view.facts(ever: true, limit: Self.mostFacts)
    let chosen = all.filter { wanted.contains($0.id) }
    let others = all.filter { other in chosen.contains { Self.hangs(other, on: $0) } }
    return Array(wanted.union(others.map(\.id))).sorted()
  }

  /// How many things were told apart from each other.
  private func roots(_ ids: [FactID]) throws -> Int {
    let facts = try view.facts(ever: true, limit: Self.mostFacts).filter { ids.contains($0.id) }
    return facts.filter { fact in !facts.contains { $0.id != fact.id && Self.hangs(fact, on: $0) } }.count
  }

  private static func hangs(_ fact: Fact, on other: Fact) -> Bool {
    fact.subject == other.subject && fact.verb.folded.hasPrefix(other.verb.folded + " " + Fold.text(other.object.text))
  }
}

/// The words for all of the memory, and for the last of it.
private enum WholeMemory {
  static func isAll(_ said: String) -> Bool { all.contains(said) }
  static func isLast(_ said: String) -> Bool { last.contains(said) }

  private static let all = phrases(
    """
    todo|todo lo que sabes|todo lo que sabes de mi|todo lo que sabes sobre mi|todo lo que te he dicho|todo lo que te dije
    todo lo que te he contado|todo lo que te conte|todo lo que has aprendido|todo lo que has aprendido de mi|lo que sabes de mi
    lo que sabes sobre mi|todo lo que recuerdas|todo lo que recuerdas de mi|todo sobre mi|todo de mi|tu memoria|la memoria
    toda tu memoria|toda la memoria|mis datos|todos mis datos|todo lo mio|todo lo anterior
    everything|everything you know|everything you know about me|everything about me|everything i told you
    everything i have told you|everything i ever told you|all you know|all you know about me|all that you know about me
    what you know about me|all my data|my data|your memory|all your memory|your whole memory|all|all about me|it all
    everything you have learned|everything you have learnt|everything you learned about me|everything you remember
    """)
  private static let last = phrases(
    """
    eso|esto|eso ultimo|esto ultimo|lo ultimo|lo ultimo que te dije|lo ultimo que te he dicho|lo ultimo que te conte
    lo ultimo que dije|lo ultimo que he dicho|lo que te acabo de decir|lo que acabo de decir|lo que acabo de decirte
    lo que te acabo de contar|lo que te dije|lo que te he dicho|lo ultimo que te he contado|lo ultimo que has aprendido
    that|this|what i just said|what i just told you|the last thing i told you|the last thing i said|what i said
    what i told you|the last thing|the last thing you learned
    """)

  private static func phrases(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map(String.init))
  }
}
