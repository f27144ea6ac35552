package import SaraiCore

/// What can answer some questions exactly, without a model: a skill, or several behind their gates.
package protocol IntentAnswering: Sendable {
  /// Answers `question`, or leaves it to the next source and at last to the model.
  ///
  /// It is asked on every turn that SARAi answers as herself, so it declines within milliseconds and takes a question
  /// only where it is certain.
  ///
  /// - Parameters:
  ///   - question: As the person typed it; of any size.
  ///   - language: The person's, for questions that do not show theirs.
  ///   - now: What the clock on the wall shows.
  /// - Returns: Nil for a question that is not its own.
  /// - Throws: `SaraiError` where it failed; the turn goes on without it.
  func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer?
}

/// An answer that no model worded.
package struct IntentAnswer: Sendable, Hashable {
  /// The sentence to say.
  package var text: String
  /// The skill that answered.
  package var skill: String
  /// What a display may show beside the sentence, such as the query that was run; nil where there is nothing.
  package var details: String?

  package init(text: String, skill: String, details: String? = nil) {
    self.text = text
    self.skill = skill
    self.details = details
  }
}

/// Sources that are asked one after the other.
package struct IntentChain: IntentAnswering {
  private let sources: [any IntentAnswering]

  package init(_ sources: [any IntentAnswering]) { self.sources = sources }

  package func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer? {
    for source in sources {
      if let answer = try await source.answer(question, language: language, now: now) { return answer }
    }
    return nil
  }
}

/// Skills in the order in which they are asked, each behind the gate of its declared intents.
package struct GatedIntents: IntentAnswering {
  private let skills: [(gate: IntentGate, source: any IntentAnswering)]
  private let onFailure: @Sendable (any Error) -> Void

  /// - Parameter onFailure: Told of a skill that failed; the next one is asked instead.
  package init(
    _ skills: [(gate: IntentGate, source: any IntentAnswering)],
    onFailure: @escaping @Sendable (any Error) -> Void = { _ in }
  ) {
    self.skills = skills
    self.onFailure = onFailure
  }

  package func answer(_ question: String, language: Language, now: CivilDateTime) async throws -> IntentAnswer? {
    var words: IntentGate.Words?
    for (gate, source) in skills where question.utf8.count <= gate.maxQuestionBytes {
      let read = words ?? IntentGate.Words(of: question)
      words = read
      guard gate.passes(read) else { continue }
      do {
        if let answer = try await source.answer(question, language: language, now: now) { return answer }
      } catch {
        try Task.checkCancellation()
        onFailure(error)
      }
    }
    return nil
  }
}
