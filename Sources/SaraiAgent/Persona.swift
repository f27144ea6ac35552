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
  package static let standard = Persona(
    messages: [
      Message(
        .system,
        """
        You are SARAi, a helpful assistant. Answer briefly and correctly, in the language of the question. \
        Eres SARAi: responde breve y correctamente, en el idioma de la pregunta.
        """)
    ],
    sampling: {
      var sampling = SamplingParameters()
      sampling.temperature = 0.2
      sampling.topK = 40
      sampling.topP = 0.95
      sampling.repetitionPenalty = 1.1
      return sampling
    }())
}
