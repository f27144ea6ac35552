package import SaraiCore

/// What a turn asks to forget.
package enum ForgettingRequest: Sendable, Hashable {
  /// These; at least one.
  case facts([FactID])
  /// Nothing that was told.
  case nothing
  /// Something that was told otherwise: what is known of it.
  case otherwise([FactID])
  /// These perhaps, since the turn says more than that; `saying` is what would ask for them alone.
  case unsure([FactID], saying: String)
  /// A word of so many different things that the person is asked which of them they mean.
  case several([FactID])
  /// All that is remembered.
  case everything
}

/// What «olvida eso» is said of.
package enum LastTurn: Sendable, Hashable {
  /// What was told last, whenever that was.
  case newestTold
  /// The user's last turn; nil where it was not kept.
  case turn(TurnID?)
}

/// Requests to forget, in the words of a chat: «olvida mi clave del trastero».
///
/// What is forgotten is gone for good, so that only a sentence that is nothing but the request is one.
package struct Forgetting {
  let answerer: Answerer
  let view: FactView
  private let lastTurn: LastTurn
  private var secrets = SecretValues()

  package init(lookup: any FactLookup, owner: Owner, lastTurn: LastTurn = .newestTold) {
    answerer = Answerer(lookup: lookup, owner: owner)
    view = FactView(lookup, owner: owner)
    self.lastTurn = lastTurn
  }

  /// The facts that a turn asks to forget; nil for a turn that asks for nothing of the kind, none for all of them at
  /// once, which a word in passing is not enough for.
  ///
  /// - Throws: What the lookup throws.
  package func facts(askedFor text: String, language: Language, now: CivilDateTime) throws -> [FactID]? {
    switch try request(in: text, language: language, now: now) {
    case nil: nil
    case .facts(let ids), .several(let ids): ids
    case .nothing, .everything, .otherwise, .unsure: []
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
    var forgetting = self
    forgetting.secrets = SecretValues(in: OwnWords.text(text))
    return try forgetting.request(language: language, now: now)
  }

  private func request(language: Language, now: CivilDateTime) throws -> ForgettingRequest? {
    let guessed = LanguageGuess.language(of: secrets.text, fallback: language)
    var found: ForgettingRequest?
    var isAlone = true
    var said = ""
    for sentence in Tokenizer.sentences(of: secrets.text, in: guessed) {
      guard let asked = ForgetWords.request(in: sentence), asked.isMeant else {
        if !ForgetWords.isInPassing(sentence) { isAlone = false }
        continue
      }
      if asked.goesOn { isAlone = false }
      for object in asked.objects.isEmpty ? [[]] : asked.objects {
        // «olvida my dog»: the verb says nothing of the language of what follows.
        let words = object.map(\.text).joined(separator: " ")
        let language = LanguageGuess.language(of: words, fallback: language)
        guard let next = try request(object, language, now, isDeletion: asked.isDeletion) else {
          if asked.objects.count > 1 { isAlone = false }
          continue
        }
        found = Self.joined(found, next)
        if said.isEmpty { said = words }
      }
    }
    guard !isAlone else { return found }
    return switch found {
    case .facts(let ids)?: .unsure(ids, saying: said)
    case .unsure?, .several?: found
    case .nothing?, .otherwise?, .everything?, nil: nil
    }
  }

  private static func joined(_ first: ForgettingRequest?, _ second: ForgettingRequest) -> ForgettingRequest {
    switch (first, second) {
    case (.facts(let a)?, .facts(let b)): .facts(a + b.filter { !a.contains($0) })
    case (.unsure(let a, let said)?, .facts(let b)): .unsure(a + b.filter { !a.contains($0) }, saying: said)
    case (.facts(let a)?, .unsure(let b, let said)): .unsure(a + b.filter { !a.contains($0) }, saying: said)
    case (nil, _), (.nothing?, _): second
    case (let first?, .nothing): first
    default: second
    }
  }

  /// So many of the newest facts are looked through for what hangs on another.
  static let mostFacts = 10_000

  private func request(
    _ asked: [Word], _ language: Language, _ now: CivilDateTime, isDeletion: Bool
  ) throws -> ForgettingRequest? {
    let said = asked.map(\.folded).joined(separator: " ")
    if WholeMemory.isAll(said) { return .everything }
    if WholeMemory.isLast(said) { return Self.request(try lastTurnTold(), isDeletion: false) }
    if WholeMemory.isNewest(said) { return Self.request(try newestTold(), isDeletion: false) }
    var words = Telling.stripped(asked)
    guard !words.isEmpty else { return isDeletion ? nil : .nothing }
    if let first = words.first, first.lowercased == "que" || first.folded == "that", words.count > 2 {
      let found = try told(Array(words.dropFirst()), language, now)
      if found.isRead { return found.request }
      if first.lowercased == "que" { return isDeletion ? nil : .nothing }
    }
    words = Telling.asked(words)
    let text = words.map(\.text).joined(separator: " ")
    // «Olvida dónde vivo» asks for what the question would be answered with.
    let interrogatives = FunctionWords.of(language).interrogatives
    let isClause =
      interrogatives.contains(words[0].folded) || (words.count > 1 && interrogatives.contains(words[1].folded))
    if isClause, let question = QuestionReader.question(in: text + "?", language: language, today: now.date) {
      return Self.request(try closure(answerer.facts(for: question)), isDeletion: isDeletion)
    }
    return try thing(words, language, now, isDeletion: isDeletion)
  }

  static func request(_ ids: [FactID], isDeletion: Bool) -> ForgettingRequest? {
    ids.isEmpty ? (isDeletion ? nil : .nothing) : .facts(ids)
  }

  /// «mi clave», «a mi perro», «Madrid».
  private func thing(
    _ words: [Word], _ language: Language, _ now: CivilDateTime, isDeletion: Bool
  ) throws -> ForgettingRequest? {
    let corrected = SpellingCorrector.of(language).corrected(words)
    let reader = ChunkReader(Rewriting.kin(corrected, language), language: language, today: now.date)
    guard let (phrase, end) = reader.phrase(at: 0) else { return isDeletion ? nil : .nothing }
    guard end < reader.words.count else { return try thing(phrase, isDeletion: isDeletion) }
    // "Remove my wife from the guest list" speaks of a list.
    let rest = reader.words[end...]
    let isJoined = rest.first.map { ["y", "e", "and", "pero", "but"].contains($0.folded) } ?? false
    if isDeletion, !isJoined { return nil }
    // "Forget I have a dog", «olvida la calle Sol 3 de Vigo»
    if !isJoined {
      let found = try told(words, language, now)
      if case .facts? = found.request { return found.request }
      let ids = try closure(mentions(of: Set(Content.stems(of: words.map(\.text).joined(separator: " ")))))
      if !ids.isEmpty { return try roots(ids) > 1 ? .several(ids) : .facts(ids) }
      if found.isRead { return nil }
    }
    guard case .facts(let ids)? = try thing(phrase, isDeletion: isDeletion) else { return nil }
    return .unsure(ids, saying: phrase.text)
  }

  func thing(_ phrase: NounPhrase, isDeletion: Bool) throws -> ForgettingRequest? {
    let resolver = isDeletion ? EntityResolver(view) : answerer.resolver
    if EntityName.nouns(of: phrase) == ["nombre"] {
      let owners = try phrase.possessor.first.map { try resolver.names(of: $0) } ?? [EntityName.user]
      return Self.request(
        try closure(view.facts(subjects: owners, verbs: ["llamarse"], ever: true).map(\.id)), isDeletion: isDeletion)
    }
    var names = try resolver.names(of: phrase)
    if phrase.isName, let name = phrase.name { names.append(name) }
    var ids = try view.facts(subjects: names, ever: true, limit: Self.mostFacts).map(\.id)
    if phrase.isPlural { ids += try ofKind(phrase) }
    let isNamed = !ids.isEmpty
    ids += try view.facts(objects: names, ever: true).map(\.id)
    if phrase.isPossessedByUser { ids += try had(phrase) }
    if ids.isEmpty { ids = try measured(phrase) }
    if ids.isEmpty { ids = try mentions(of: Set(Content.stems(of: phrase.text))) }
    let all = try closure(ids)
    if !isNamed, !phrase.isPossessedByUser, !phrase.isPlural, try roots(all) > 1 { return .several(all) }
    return Self.request(all, isDeletion: isDeletion)
  }

  /// The facts that have all of the words.
  private func mentions(of stems: Set<String>) throws -> [FactID] {
    guard !stems.isEmpty else { return [] }
    return try view.facts(ever: true, limit: Self.mostFacts).filter { fact in
      Set(Content.stems(of: fact.subject.text + " " + fact.verb.text + " " + fact.object.text)).isSuperset(of: stems)
    }.map(\.id)
  }

  /// «mis claves»: that of the storage room, that of the wifi, but not my brother's.
  private func ofKind(_ phrase: NounPhrase) throws -> [FactID] {
    guard phrase.name == nil, phrase.quantity == nil, phrase.possessor.isEmpty, !phrase.isKin else { return [] }
    let kinds = EntityName.nouns(of: phrase)
    return try view.facts(ever: true, limit: Self.mostFacts).filter { fact in
      let subject = fact.subject.text
      return kinds.contains { subject == $0 || subject.hasPrefix($0 + " ") }
        && !subject.split(separator: " ").dropFirst().contains { word in
          Kinship.isKin(Fold.text(word)) || word.first?.isUppercase ?? false
        }
    }.map(\.id)
  }

  /// «Olvida que vivo en Madrid»: what telling it would have told.
  ///
  /// - Returns: What is to be forgotten, and whether it was read as a statement at all.
  private func told(
    _ words: [Word], _ language: Language, _ now: CivilDateTime
  ) throws -> (request: ForgettingRequest?, isRead: Bool) {
    var sentence = Sentence(words: words, isQuestion: false)
    sentence.words[0].isFirst = true
    var reading = TurnReading(view, language: language, now: now, isCorrection: false)
    reading.secrets = secrets
    for clause in ClauseReader.clauses(of: sentence, language: language, today: now.date) {
      try reading.learn(Canonical.rewritten(reading.completed(clause), today: now.date))
    }
    var ids: [FactID] = []
    var others: [FactID] = []
    var isRead = false
    for change in reading.changes {
      guard case .add(let fact, _) = change else { continue }
      isRead = true
      others += try view.facts(subjects: [fact.subject.text], verbs: [fact.verb.text]).map(\.id)
      let wanted = Set(Content.stems(of: fact.object.text))
      ids += try view.facts(subjects: [fact.subject.text], verbs: [fact.verb.text], ever: true).filter {
        $0.isNegated == fact.isNegated
          && ($0.object == fact.object
            || !wanted.isEmpty && Set(Content.stems(of: $0.object.text)).isSuperset(of: wanted))
      }.map(\.id)
    }
    guard ids.isEmpty else { return (.facts(try closure(ids)), true) }
    return (others.isEmpty ? .nothing : .otherwise(others), isRead)
  }

  /// What the last turn has told, if it told anything.
  private func lastTurnTold() throws -> [FactID] {
    guard case .turn(let turn) = lastTurn else { return try newestTold() }
    guard let turn else { return [] }
    return try view.facts(ever: true, limit: Self.mostFacts).filter { $0.turn == turn }.map(\.id)
  }

  /// What the last turn that taught anything has told.
  private func newestTold() throws -> [FactID] {
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
    guard phrase.modifiers.isEmpty, phrase.complements.isEmpty, phrase.possessor.isEmpty,
      let noun = EntityName.nouns(of: phrase).first, let verb = verbs[noun]
    else { return [] }
    let facts = try view.facts(subjects: [EntityName.user], verbs: [verb], ever: true)
    return facts.filter { noun != "edad" || FrameTerms.isAge($0.object.text) }.map(\.id)
  }

  /// With the facts that hang on them: what was said in the same clause.
  func closure(_ ids: [FactID]) throws -> [FactID] {
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

/// The words around what was told: «lo que te dije de mi peso», "everything you know about my dog".
enum Telling {
  /// Without them.
  static func stripped(_ asked: [Word]) -> [Word] {
    var words = asked
    scan: while !words.isEmpty {
      let folded = words.prefix(7).map(\.folded)
      for lead in leads where folded.starts(with: lead) {
        // «todo el dinero», «lo que me gusta»
        words.removeFirst(lead.count)
        continue scan
      }
      break
    }
    if let first = words.first, ["al", "del"].contains(first.folded) { words[0] = Tokenizer.word("el") }
    return words
  }

  /// «lo que me gusta» is what «qué me gusta» asks for.
  static func asked(_ words: [Word]) -> [Word] {
    guard words.count > 2, words[0].folded == "lo", words[1].folded == "que" else { return words }
    return [Tokenizer.word("qué")] + words.dropFirst(2)
  }

  private static let leads = """
    todo lo que te he contado|todo lo que te he dicho|todo lo que te dije|todo lo que te conte|todo lo que sabes
    todo lo que tienes|lo que te he contado|lo que te he dicho|lo que te dije|lo que te conte|lo que dije|lo que he dicho
    lo que sabes|lo que tienes guardado|lo que tienes apuntado|que te dije|que te conte|que te he dicho|que te he contado
    todo lo de|todo lo del|todo lo|lo de|todo sobre|todo|todas|todos|tambien|de|sobre|acerca de|acerca|a
    everything i told you|everything i have told you|everything i said|everything you know|everything you have
    what i told you|what i have told you|what i said|what i mentioned|what you know|what you have|all i told you
    all that you know|all you know|all of|that i told you|that i said|i told you|i said|everything|all|about|of|also
    """.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
    .sorted { $0.count > $1.count }
}

/// The words for all of the memory, and for the last of it.
private enum WholeMemory {
  static func isAll(_ said: String) -> Bool { all.contains(said) }
  static func isLast(_ said: String) -> Bool { last.contains(said) }
  static func isNewest(_ said: String) -> Bool { newest.contains(said) }

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
    eso|esto|eso ultimo|esto ultimo|lo ultimo|lo que te acabo de decir|lo que acabo de decir|lo que acabo de decirte
    lo que te acabo de contar|lo que te dije|lo que te he dicho|lo anterior
    that|this|what i just said|what i just told you|what i said|what i told you|the last thing
    """)
  private static let newest = phrases(
    """
    lo ultimo que te dije|lo ultimo que te he dicho|lo ultimo que te conte|lo ultimo que dije|lo ultimo que he dicho
    lo ultimo que te he contado|lo ultimo que has aprendido
    the last thing i told you|the last thing i said|the last thing you learned|the last thing you learnt
    """)

  private static func phrases(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map(String.init))
  }
}
