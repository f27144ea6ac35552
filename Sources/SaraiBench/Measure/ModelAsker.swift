import SaraiCore

/// Asks one model for whole answers.
struct ModelAsker: Sendable {
  let models: any ModelGateway
  /// A catalogue id or a role.
  let model: String

  struct Answer: Sendable {
    var text: String
    var summary: GenerationSummary

    /// Tokens a second, from the end of the prompt to the end of the text; nil for answers too short to say.
    var rate: Double? {
      let tokens = summary.usage.completionTokens
      guard tokens >= ModelAsker.fewestTokens, summary.timings.decodeSeconds > 0 else { return nil }
      return Double(tokens) / summary.timings.decodeSeconds
    }
  }

  /// Answers of fewer tokens are not timed.
  static let fewestTokens = 16

  func ask(
    _ messages: [Message], grammar: GenerationGrammar?, maxTokens: Int, temperature: Float = 0, seed: UInt64 = 0,
    mode: SpeculationMode? = nil
  ) async throws -> Answer {
    var sampling = SamplingParameters()
    sampling.temperature = temperature
    sampling.maxTokens = maxTokens
    sampling.seed = seed
    let request = GenerationRequest(
      model: model, prompt: .chat(messages), sampling: sampling, client: "bench", requestID: "bench",
      grammar: grammar, speculation: mode)
    var text = ""
    var summary: GenerationSummary?
    // To its very end: streams that are left are reset, and too many resets in a while end the connection.
    for try await event in try await models.generate(request) {
      switch event {
      case .text(let more): text += more
      case .finished(let end): summary = end
      case .started: break
      }
    }
    guard let summary else {
      throw SaraiError(
        .engineFailed, es: "El motor cortó la respuesta. Vuelve a intentarlo.",
        en: "The engine cut the answer off. Try again.")
    }
    return Answer(text: text, summary: summary)
  }

  /// The same with a limit that may be too small for the grammar: doubled as often as the engine refuses it.
  ///
  /// - Returns: The answer, and how often a limit was refused.
  func askWithin(
    _ maxTokens: Int, _ messages: [Message], grammar: GenerationGrammar, temperature: Float, seed: UInt64
  ) async throws -> (answer: Answer, refusals: Int) {
    var limit = maxTokens
    var refusals = 0
    while true {
      do {
        let answer = try await ask(
          messages, grammar: grammar, maxTokens: limit, temperature: temperature, seed: seed)
        return (answer, refusals)
      } catch let error as SaraiError where error.subject == "max_tokens" && limit < 100_000 {
        refusals += 1
        limit *= 2
      }
    }
  }
}
