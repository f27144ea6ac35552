package import SaraiCore

/// Reads what a person tells with all that is at hand: rules first, a parse for sentences of which the rules leave
/// much unread, and a language model for those that are still doubtful.
package struct TurnLearning {
  private let lookup: any FactLookup
  private let owner: Owner
  private let parser: (any SentenceParsing)?
  private let model: (any FactModel)?

  /// How far each is trusted, 0…1; the rules alone have 0.9 (`TurnReading`).
  static let parseConfidence = 0.7
  static let modelConfidence = 0.6
  /// Of a longer turn only so much goes to a parser or a model, whose time grows with it.
  static let maxDoubtfulBytes = 2_000

  /// - Parameters:
  ///   - parser: Nil where none is installed.
  ///   - model: Nil where none may be asked.
  package init(
    lookup: any FactLookup, owner: Owner, parser: (any SentenceParsing)? = nil, model: (any FactModel)? = nil
  ) {
    self.lookup = lookup
    self.owner = owner
    self.parser = parser
    self.model = model
  }

  /// What a turn of the user teaches. Questions, requests and what holds only under a condition teach nothing.
  ///
  /// - Parameters:
  ///   - text: As it was typed.
  ///   - language: The person's, for turns that do not show theirs.
  ///   - now: What the clock on the wall showed.
  /// - Throws: What `lookup` throws; `CancellationError`. Failures of parser and model are in what is returned.
  package func learn(from text: String, language: Language, now: CivilDateTime) async throws -> LearntTurn {
    var reading = LearningPass(text, lookup: lookup, owner: owner, fallback: language, now: now)
    try reading.readByRules()
    var failures: [SaraiError] = []
    if let parser, let doubtful = reading.doubtfulText(limit: Self.maxDoubtfulBytes) {
      do {
        if let trees = try await parser.parse(doubtful, language: reading.language) {
          try reading.read(trees, confidence: Self.parseConfidence)
        }
      } catch let error as SaraiError { failures.append(error) }
    }
    if let model, let doubtful = reading.doubtfulText(limit: Self.maxDoubtfulBytes) {
      do {
        let prompt = FactPrompt.prompt(for: doubtful, language: reading.language)
        if let answer = try await model.extract(prompt: prompt, grammar: FactPrompt.grammar) {
          let facts = FactPrompt.facts(in: answer, saidIn: doubtful, language: reading.language)
          try reading.read(facts, confidence: Self.modelConfidence)
        }
      } catch let error as SaraiError { failures.append(error) }
    }
    return LearntTurn(
      changes: reading.changes, language: reading.language, extractors: reading.extractors,
      doubts: reading.doubts.map(\.text), failures: failures)
  }
}
