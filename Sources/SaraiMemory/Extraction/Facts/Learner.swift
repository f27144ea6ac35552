package import SaraiCore

/// Reads what a person tells and says what to remember of it, by rules and without a model.
package struct Learner {
  private let lookup: any FactLookup
  private let owner: Owner

  package init(lookup: any FactLookup, owner: Owner) {
    self.lookup = lookup
    self.owner = owner
  }

  /// What a turn of the user teaches: facts, and facts that they end or take the place of.
  ///
  /// Questions and requests teach nothing.
  ///
  /// - Parameters:
  ///   - text: As it was typed; sentences longer than `Tokenizer.maxSentenceWords` are passed over.
  ///   - language: The person's, for turns that do not show theirs.
  ///   - now: What the clock on the wall showed: dates such as «mañana» count from it.
  /// - Throws: What `lookup` throws.
  package func changes(from text: String, language: Language, now: CivilDateTime) throws -> [FactChange] {
    var pass = LearningPass(text, lookup: lookup, owner: owner, fallback: language, now: now)
    try pass.readByRules()
    return pass.changes
  }
}
