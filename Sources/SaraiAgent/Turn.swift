package import SaraiCore

/// One turn of a conversation: intents → route → prompt → generate.
///
/// This is the path that every reply takes, whether it was asked for over the API or in the terminal. Each step is a
/// function below, in the order in which it runs.
package struct Turn: Sendable {
  /// The model name that means SARAi herself: persona and routing included.
  package static let sarai = "sarai"

  package struct Request: Sendable {
    /// What happens to a conversation that has outgrown the context.
    package enum Overflow: Sendable {
      /// The turn fails with `contextOverflow`: the caller owns the history.
      case fail
      /// The oldest exchanges are left out, whole, until the rest fits.
      case dropOldest
    }

    package var messages: [Message]
    /// A catalogue id, a role, or `Turn.sarai`.
    package var model: String
    /// Nil takes `defaultSampling(for:)`.
    package var sampling: SamplingParameters?
    package var overflow: Overflow
    /// The person's, for what SARAi answers without a model.
    package var language: Language
    package var client: String
    package var requestID: String

    package init(
      messages: [Message], model: String = Turn.sarai, sampling: SamplingParameters? = nil,
      overflow: Overflow = .fail, language: Language = .spanish, client: String, requestID: String
    ) {
      self.messages = messages
      self.model = model
      self.sampling = sampling
      self.overflow = overflow
      self.language = language
      self.client = client
      self.requestID = requestID
    }
  }

  /// A turn under way: which role answers, what was left out, and the words as they come.
  package struct Reply: Sendable {
    /// The role or model; the name of the skill where one answered in its place.
    package let role: String
    /// Nil where a model answers.
    package var intent: IntentAnswer?
    /// Messages of the history that did not fit and were left out.
    package let droppedMessages: Int
    package let events: AsyncThrowingStream<GenerationEvent, any Error>
  }

  package let persona: Persona
  private let models: any ModelGateway
  private let intents: TurnIntents?

  package init(models: any ModelGateway, persona: Persona = .standard, intents: TurnIntents? = nil) {
    self.models = models
    self.persona = persona
    self.intents = intents
  }

  /// Runs one turn.
  ///
  /// - Throws: `SaraiError`: `invalidRequest` for a conversation with nothing to answer, `contextOverflow`, and what
  ///   the models throw.
  package func run(_ request: Request) async throws -> Reply {
    try check(request.messages)
    if let answer = try await intents?.answer(request) { return reply(answer, to: request) }
    let (messages, staticCount) = prompt(for: request)
    let route = try await route(messages, staticCount: staticCount, request: request)
    let generation = GenerationRequest(
      model: route.model, prompt: .chat(route.messages), sampling: sampling(for: request),
      staticMessageCount: staticCount, client: request.client, requestID: request.requestID)
    return Reply(
      role: route.model, droppedMessages: messages.count - route.messages.count,
      events: try await models.generate(generation))
  }

  // MARK: - The steps

  private func check(_ messages: [Message]) throws {
    guard messages.contains(where: { $0.role == .user || $0.role == .tool }) else {
      throw SaraiError(
        .invalidRequest,
        es: "La conversación no tiene ningún mensaje del usuario: añade al menos uno con el papel «user».",
        en: "The conversation has no user message: add at least one with the role \"user\".", subject: "messages")
    }
  }

  /// An exact answer comes as any other does, of no tokens and in no time.
  private func reply(_ answer: IntentAnswer, to request: Request) -> Reply {
    let summary = GenerationSummary(
      finishReason: .stop, usage: Usage(promptTokens: 0, cachedTokens: 0, completionTokens: 0),
      timings: Timings(queueSeconds: 0, promptSeconds: 0, decodeSeconds: 0), seed: request.sampling?.seed ?? 0)
    let events: [GenerationEvent] = [
      .started(promptTokens: 0, cachedTokens: 0), .text(answer.text), .finished(summary),
    ]
    return Reply(
      role: answer.skill, intent: answer, droppedMessages: 0,
      events: AsyncThrowingStream { stream in
        for event in events { stream.yield(event) }
        stream.finish()
      })
  }

  /// The persona's head goes before a conversation with SARAi that brings no system prompt of its own.
  private func prompt(for request: Request) -> (messages: [Message], staticCount: Int) {
    let ownHead = request.messages.prefix { $0.role == .system }.count
    if request.model == Self.sarai, ownHead == 0 {
      return (persona.messages + request.messages, persona.messages.count)
    }
    return (request.messages, ownHead)
  }

  /// SARAi answers with the short context where the conversation fits it and the long one where it does not.
  private func route(
    _ messages: [Message], staticCount: Int, request: Request
  ) async throws -> (model: String, messages: [Message]) {
    guard request.model == Self.sarai || request.overflow == .dropOldest else { return (request.model, messages) }
    let known = await models.models()
    let candidates =
      request.model == Self.sarai
      ? ["expert_short", "expert_long"].filter { role in known.contains { $0.roles.contains(role) } }
      : [request.model]
    guard let widest = candidates.last else { return ("expert_short", messages) }
    let answerTokens = sampling(for: request).maxTokens ?? Self.answerReserveTokens
    for model in candidates {
      let measure = try await models.measure(.chat(messages), model: model)
      if measure.promptTokens + answerTokens <= measure.contextTokens { return (model, messages) }
    }
    guard request.overflow == .dropOldest else { return (widest, messages) }
    let shortened = try await dropOldest(
      messages, staticCount: staticCount, model: widest, answerTokens: answerTokens)
    return (widest, shortened)
  }

  private func dropOldest(
    _ messages: [Message], staticCount: Int, model: String, answerTokens: Int
  ) async throws -> [Message] {
    let head = messages.prefix(staticCount)
    var history = messages.dropFirst(staticCount)
    while let nextQuestion = history.dropFirst().firstIndex(where: { $0.role == .user }) {
      history = history[nextQuestion...]
      let rest = Array(head + history)
      let measure = try await models.measure(.chat(rest), model: model)
      if measure.promptTokens + answerTokens <= measure.contextTokens { return rest }
    }
    return Array(head + history)
  }

  /// The sampling of a request that names none; a client's own fields are laid over it.
  package func defaultSampling(for model: String) -> SamplingParameters {
    model == Self.sarai ? persona.sampling : SamplingParameters()
  }

  private func sampling(for request: Request) -> SamplingParameters {
    request.sampling ?? defaultSampling(for: request.model)
  }

  /// Room kept for an answer of unknown length when choosing a context.
  private static let answerReserveTokens = 256
}
