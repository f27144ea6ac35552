import SaraiCore

// What a turn sets right of the turns before it
extension TurnReading {
  /// «Perdón, en Lugo»: of what was told last, the fact that this fits takes the place of.
  ///
  /// - Returns: Whether there was one.
  mutating func repairLast(_ part: Chunk) throws -> Bool {
    let facts = try resolver.view.facts()
    guard let newest = facts.max(by: { ($0.saidAt, $0.id) < ($1.saidAt, $1.id) }) else { return false }
    let told = facts.filter { $0.saidAt == newest.saidAt && $0.turn == newest.turn && !$0.isNegated }
    if case .phrase(let phrase) = part, phrase.isKin, phrase.isPossessedByUser {
      return try repairSubject(phrase, told)
    }
    guard let fact = told.first(where: { Self.fits(part, $0) }) else { return false }
    let object: String =
      switch part {
      case .time(let time, _): time.text
      default:
        // «No, 6»: of the same.
        if let phrase = part.phrase, phrase.head.isEmpty, let number = phrase.quantity,
          FrameTerms.counted(fact.object.text) != nil
        {
          (phrase.text.contains(" ") ? String(number) : phrase.text) + fact.object.text.drop { $0 != " " }
        } else {
          part.phrase?.text ?? ""
        }
      }
    guard !object.isEmpty, object.utf8.count <= 400 else { return false }
    let old = told.filter { $0.id == fact.id || hangs($0, on: fact) }
    old.forEach { resolver.view.ended.insert($0.id) }
    record(
      .add(
        NewFact(fact.subject, fact.verb, Term(object), isNegated: false, confidence: 0.9),
        replacing: .facts(old.map(\.id))))
    return true
  }

  /// «Perdón, quería decir mi prima»: it was somebody else.
  private mutating func repairSubject(_ phrase: NounPhrase, _ told: [Fact]) throws -> Bool {
    let wrong = told.filter { EntityName.parts($0.subject.text) != nil && $0.verb != "llamarse" }
    guard let name = try resolver.names(of: phrase).first, !wrong.isEmpty, Set(wrong.map(\.subject)).count == 1,
      wrong[0].subject != Term(name)
    else { return false }
    end(wrong)
    for fact in wrong { try add(name, fact.verb.text, fact.object.text, isFirst: false) }
    return true
  }

  private static func fits(_ part: Chunk, _ fact: Fact) -> Bool {
    let isName = fact.object.text.first?.isUppercase ?? false
    switch part {
    case .time: return fact.verb.text.hasSuffix(" " + Argument.when)
    case .prepositional(let preposition, let phrase, _):
      return fact.verb.text.hasSuffix(" " + preposition) && isName == (phrase.name != nil)
    case .phrase(let phrase):
      // «Bueno, en realidad vegetariana»
      if phrase.determiner == .none, Vocabulary.states.contains(phrase.head) {
        return ["ser", "estar"].contains(fact.verb.text)
          && Vocabulary.states.contains(String(fact.object.folded.prefix { $0 != " " }))
      }
      if phrase.isName { return isName && !fact.verb.text.hasSuffix(" " + Argument.when) }
      return phrase.quantity != nil
        && (fact.object.text.contains(where: \.isNumber) || FrameTerms.counted(fact.object.text) != nil)
    default: return false
    }
  }

  private func hangs(_ fact: Fact, on other: Fact) -> Bool {
    fact.subject == other.subject && fact.verb.folded.hasPrefix(other.verb.folded + " " + other.object.folded + " ")
  }

  /// «La correcta es Soria», "Rome is right", "Soria", «la segunda»: the answer to the question which of two facts holds.
  ///
  /// - Returns: Whether the sentence is taken in, or says nothing but that.
  mutating func settle(_ sentence: Sentence) throws -> Bool {
    let words = sentence.words.filter { $0.kind != .sign }
    guard !words.isEmpty, words.count <= 12 else { return false }
    let folded = words.map(\.folded)
    func lead(_ leads: [[String]]) -> Int? {
      leads.filter { folded.count > $0.count && Array(folded.prefix($0.count)) == $0 }.map(\.count).max()
    }
    let sure = lead(Self.choosing)
    let ending = Self.confirming.filter { folded.count > $0.count && Array(folded.suffix($0.count)) == $0 }
      .map(\.count).max()
    let isChosen = sure != nil || ending != nil
    guard isChosen || words.count <= 4 else { return false }
    var chosen = words.dropFirst(sure ?? lead(Self.weak) ?? 0).dropLast(sure == nil ? ending ?? 0 : 0)
    let facts = try resolver.view.facts().filter { !$0.isNegated && $0.confidence < 0.65 }
    func rivals(of fact: Fact) -> [Fact] {
      guard Predicates.isSingleValued(fact.subject.text, fact.verb.text) else { return [] }
      return facts.filter { $0.subject == fact.subject && $0.verb == fact.verb && $0.object != fact.object }
    }
    if let place = Self.places[chosen.map(\.folded).joined(separator: " ")],
      let newest = facts.filter({ !rivals(of: $0).isEmpty }).max(by: { $0.id < $1.id })
    {
      let told = ([newest] + rivals(of: newest)).sorted { $0.id < $1.id }
      let fact = place < 0 ? told[told.count - 1] : told[min(place, told.count - 1)]
      choose(fact, over: told.filter { $0.id != fact.id })
      return true
    }
    while let first = chosen.first, chosen.count > 1, ["en", "in", "at", "a", "el", "la"].contains(first.folded) {
      chosen = chosen.dropFirst()
    }
    let wanted = Content.stems(of: chosen.map(\.text).joined(separator: " "))
    guard !wanted.isEmpty else { return sure != nil }
    for fact in facts where Content.stems(of: fact.object.text) == wanted {
      let rivals = rivals(of: fact)
      guard !rivals.isEmpty else { continue }
      choose(fact, over: rivals)
      return true
    }
    return sure != nil
  }

  private mutating func choose(_ fact: Fact, over rivals: [Fact]) {
    rivals.forEach { resolver.view.ended.insert($0.id) }
    record(
      .add(
        NewFact(fact.subject, fact.verb, fact.object, isNegated: false, confidence: 0.9),
        replacing: .facts(rivals.map(\.id))))
    if fact.id.rawValue > 0 { record(.setConfidence(fact.id, 0.9)) }
  }

  private static let choosing = phrases(
    """
    la correcta es|lo correcto es|el correcto es|la buena es|el bueno es|la verdadera es|la respuesta correcta es
    es la correcta|the correct one is|the right one is|the correct answer is|the right answer is|correct is
    """)
  private static let confirming = phrases(
    """
    es la correcta|es lo correcto|es el correcto|es la buena|es el bueno|es la verdadera|es correcto|es correcta
    is right|is correct|is the right one|is the correct one|is the right answer
    """)
  private static let weak = phrases("es|es en|it is|it 's|it is in|it 's in|its")
  private static let places: [String: Int] = [
    "la primera": 0, "el primero": 0, "lo primero": 0, "the first": 0, "the first one": 0, "la segunda": 1,
    "el segundo": 1, "lo segundo": 1, "the second": 1, "the second one": 1, "la ultima": -1, "lo ultimo": -1,
    "el ultimo": -1, "the last": -1, "the last one": -1, "the latter": -1, "the former": 0,
  ]

  private static func phrases(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
  }
}
