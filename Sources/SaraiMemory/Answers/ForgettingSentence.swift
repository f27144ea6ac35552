package import SaraiCore

/// Requests to forget, in the words of a chat: «olvida mi clave del trastero».
package struct Forgetting {
  private let answerer: Answerer
  private let view: FactView

  package init(lookup: any FactLookup, owner: Owner) {
    answerer = Answerer(lookup: lookup, owner: owner)
    view = FactView(lookup, owner: owner)
  }

  /// The facts that a turn asks to forget; nil for a turn that asks for nothing of the kind.
  ///
  /// - Throws: What the lookup throws.
  package func facts(askedFor text: String, language: Language, now: CivilDateTime) throws -> [FactID]? {
    let language = LanguageGuess.language(of: text, fallback: language)
    var found: [FactID]?
    for sentence in Tokenizer.sentences(of: text, in: language) {
      guard var words = ForgetWords.object(of: sentence, language) else { continue }
      while let first = words.first, Self.fillers.contains(first.folded) { words.removeFirst() }
      while let last = words.last, Self.closers.contains(last.folded) { words.removeLast() }
      found = try (found ?? []) + facts(words, language, now)
    }
    return found
  }

  private static let fillers = Vocabulary.set(
    "lo que te dije conte sobre acerca todo sabes de about what i told you everything know por favor please all")
  private static let closers = Vocabulary.set("por favor please gracias thanks sarai ya now")

  private func facts(_ words: [Word], _ language: Language, _ now: CivilDateTime) throws -> [FactID] {
    guard !words.isEmpty else { return [] }
    if words.count == 1, ["eso", "esto", "that", "it", "this", "lo"].contains(words[0].folded) {
      return try lastTold()
    }
    let text = words.map(\.text).joined(separator: " ")
    // «Olvida dónde vivo» asks for what the question would be answered with.
    let isClause =
      FunctionWords.of(language).interrogatives.contains(words[0].folded)
      || (words.count > 1 && FunctionWords.of(language).interrogatives.contains(words[1].folded))
    if isClause, let question = QuestionReader.question(in: text + "?", language: language, today: now.date) {
      return try closure(answerer.facts(for: question))
    }
    let corrected = SpellingCorrector.of(language).corrected(words)
    let reader = ChunkReader(corrected, language: language, today: now.date)
    guard let (phrase, _) = reader.phrase(at: 0) else { return [] }
    if EntityName.nouns(of: phrase) == ["nombre"] {
      let owners = try phrase.possessor.first.map { try answerer.resolver.names(of: $0) } ?? [EntityName.user]
      return try closure(view.facts(subjects: owners, verbs: ["llamarse"], ever: true).map(\.id))
    }
    var names = try answerer.resolver.names(of: phrase)
    if phrase.isName, let name = phrase.name { names.append(name) }
    var ids = try view.facts(subjects: names, ever: true).map(\.id)
    ids += try view.facts(objects: names, ever: true).map(\.id)
    if ids.isEmpty { ids = try measured(phrase) }
    if ids.isEmpty {
      let stems = Set(Content.stems(of: phrase.text))
      ids = try view.facts(ever: true).filter { fact in
        !stems.isEmpty
          && Set(Content.stems(of: fact.subject.text + " " + fact.verb.text + " " + fact.object.text)).isSuperset(
            of: stems)
      }.map(\.id)
    }
    return try closure(ids)
  }

  /// What the last turn that taught anything has told.
  private func lastTold() throws -> [FactID] {
    let facts = try view.facts(ever: true)
    guard let newest = facts.max(by: { ($0.saidAt, $0.id) < ($1.saidAt, $1.id) }) else { return [] }
    return facts.filter { $0.saidAt == newest.saidAt && $0.turn == newest.turn }.map(\.id)
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
    let all = try view.facts(ever: true)
    let chosen = all.filter { wanted.contains($0.id) }
    let others = all.filter { other in
      chosen.contains {
        other.subject == $0.subject && other.verb.folded.hasPrefix($0.verb.folded + " " + Fold.text($0.object.text))
      }
    }
    return Array(wanted.union(others.map(\.id))).sorted()
  }
}
