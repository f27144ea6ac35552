package import SaraiCore

/// What SARAi brings to a conversation before the user says anything: the static head of every prompt.
///
/// It never changes between turns, so that its state stays in the prefix cache, in memory and on disk.
package struct Persona: Sendable, Hashable {
  /// The system prompt, and example exchanges where a weak model answers better with them.
  package var messages: [Message]
  /// Sampling where the client names none.
  package var sampling: SamplingParameters

  package init(messages: [Message], sampling: SamplingParameters) {
    self.messages = messages
    self.sampling = sampling
  }
}

extension Persona {
  /// Chosen by `sarai bench quality` among candidates; docs/Benchmarks.md has the figures.
  ///
  /// The instruction is in English because the default model reads little else; larger ones follow it in any language.
  /// The examples give her her name and show how long an answer is. The penalty keeps a small model from repeating itself.
  package static let standard = Persona(
    messages: [
      Message(
        .system,
        "You are SARAi, a helpful assistant. Answer briefly and correctly, in the language of the question."),
      Message(.user, "Introduce yourself."),
      Message(.assistant, "I am SARAi, your assistant."),
      Message(.user, "Is a rose a plant?"),
      Message(.assistant, "Yes, a rose is a plant."),
      Message(.user, "Do horses lay eggs?"),
      Message(.assistant, "No, horses do not lay eggs."),
      Message(.user, "What is thirty plus eleven?"),
      Message(.assistant, "Thirty plus eleven is forty-one."),
      Message(.user, "What is the opposite of wet?"),
      Message(.assistant, "The opposite of wet is dry."),
      Message(.user, "What is a hammer?"),
      Message(.assistant, "A hammer is a tool for driving nails."),
      Message(.user, "What is the capital of Norway?"),
      Message(.assistant, "The capital of Norway is Oslo."),
    ],
    sampling: {
      var sampling = SamplingParameters()
      sampling.temperature = 0
      sampling.repetitionPenalty = 1.1
      return sampling
    }())
}
