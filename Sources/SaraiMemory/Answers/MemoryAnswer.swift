package import SaraiCore

/// What memory says to a question.
package struct MemoryAnswer: Sendable, Hashable {
  package enum Outcome: Sendable, Hashable {
    /// The facts tell.
    case known
    /// A matter of the user's own that was never told.
    case unknown
    /// The facts contradict each other: the answer asks which one holds.
    case contradictory
  }

  package var outcome: Outcome
  /// A full sentence in the language of the question.
  package var text: String
  /// The facts it rests on.
  package var facts: [FactID]
  package var language: Language

  package init(outcome: Outcome, text: String, facts: [FactID], language: Language) {
    self.outcome = outcome
    self.text = text
    self.facts = facts
    self.language = language
  }
}
