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

/// Requests to forget.
enum ForgetWords {
  static func isRequest(_ sentence: Sentence, _ language: Language) -> Bool { object(of: sentence, language) != nil }

  /// The words after «olvida», "forget"; nil for other sentences.
  static func object(of sentence: Sentence, _ language: Language) -> [Word]? {
    let words = sentence.words.filter { $0.kind != .sign }
    for (place, word) in words.prefix(7).enumerated() {
      let isVerb = language == .spanish ? spanish.contains(word.folded) : english.contains(word.folded)
      guard isVerb else { continue }
      let lead = words[..<place].map(\.folded)
      guard lead.allSatisfy(leads.contains) else { return nil }
      if let next = words.dropFirst(place + 1).first, ["to", "how"].contains(next.folded), language == .english {
        return nil
      }
      return Array(words[(place + 1)...])
    }
    return nil
  }

  private static let spanish = Vocabulary.set(
    """
    olvida olvidate olvidar olvides olvidalo olvide borra borrar borres borrame elimina eliminar elimines suprime
    """)
  private static let english = Vocabulary.set("forget delete erase remove")
  private static let leads = Vocabulary.set(
    """
    quiero que necesito puedes podrias por favor ahora oye sarai me gustaria te pido please can could you i want would like to
    hey now just ya y and de ok vale no
    """)
}
