package import SaraiCore

/// Where a parse of sentences comes from: the skill `nlp`, through whoever may call it.
package protocol SentenceParsing: Sendable {
  /// The trees of the sentences of a text; nil where nothing parses that language.
  ///
  /// - Throws: What the call of a skill throws. A turn is learnt without the parse then.
  func parse(_ text: String, language: Language) async throws -> [DependencyTree]?
}

/// A language model that writes facts under a grammar.
package protocol FactModel: Sendable {
  /// What the model writes after a prompt; nil where no model that is good enough is loaded.
  ///
  /// - Parameter grammar: GBNF that every answer obeys: an array of facts in JSON.
  /// - Throws: What generation throws. A turn is learnt without the model then.
  func extract(prompt: String, grammar: String) async throws -> String?
}

/// What one turn taught, and who read it.
package struct LearntTurn: Sendable {
  /// In the order in which they are to be stored; each new fact says by its `extractor` and `confidence` who read it.
  package var changes: [FactChange]
  /// The language that the turn is in.
  package var language: Language
  /// Everybody who has contributed a change.
  package var extractors: Set<Extractor>
  /// Sentences about the person of which, after all opinions, most is unread.
  package var doubts: [String]
  /// Second opinions that failed. The turn is learnt without them.
  package var failures: [SaraiError]
}
