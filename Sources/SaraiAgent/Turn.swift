package import SaraiCore

/// One turn of a conversation: reminders → memory → intents → prompt → route → generate → learn.
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
    /// Whose memory it uses; nil for none.
    package var memory: MemoryUse?
    /// What the answer has to obey. With it a model answers, whatever memory or a skill would say.
    package var grammar: GenerationGrammar?
    /// What the model is told about functions that it may call; goes to the end of the system prompt.
    package var tools: String?
    /// How many tokens are guessed; nil for the engine's own setting.
    package var speculation: SpeculationMode?
    package var client: String
    package var requestID: String

    package init(
      messages: [Message], model: String = Turn.sarai, sampling: SamplingParameters? = nil,
      overflow: Overflow = .fail, language: Language = .spanish, memory: MemoryUse? = nil,
      grammar: GenerationGrammar? = nil, tools: String? = nil, speculation: SpeculationMode? = nil, client: String,
      requestID: String
    ) {
      self.messages = messages
      self.model = model
      self.sampling = sampling
      self.overflow = overflow
      self.language = language
      self.memory = memory
      self.grammar = grammar
      self.tools = tools
      self.speculation = speculation
      self.client = client
      self.requestID = requestID
    }

    /// The turn that a request to a model becomes.
    package init(
      _ generation: GenerationRequest, messages: [Message], language: Language, memory: MemoryUse? = nil
    ) {
      self.init(
        messages: messages, model: generation.model, sampling: generation.sampling, language: language,
        memory: memory, grammar: generation.grammar, speculation: generation.speculation, client: generation.client,
        requestID: generation.requestID)
    }
  }

  /// A turn under way: which role answers, what was left out, and the words as they come.
  package struct Reply: Sendable {
    /// The role or model; `memory`, or the name of the skill, where one of these answered in its place.
    package let role: String
    /// Nil where a model answers.
    package var intent: IntentAnswer?
    /// Messages of the history that did not fit and were left out.
    package let droppedMessages: Int
    package var events: AsyncThrowingStream<GenerationEvent, any Error>
  }

  package let persona: Persona
  private let models: any ModelGateway
  private let intents: TurnIntents?
  package let memory: TurnMemory?
  private let loop: TurnLoop?
  private let observer: TurnObserver?

  package init(
    models: any ModelGateway, persona: Persona = .standard, intents: TurnIntents? = nil, memory: TurnMemory? = nil,
    loop: TurnLoop? = nil, observer: TurnObserver? = nil
  ) {
    self.loop = loop
    self.observer = observer
    self.models = models
    self.persona = persona
    self.intents = intents
    self.memory = memory
  }

  /// Runs one turn.
  ///
  /// - Throws: `SaraiError`: `invalidRequest` for a conversation with nothing to answer, `contextOverflow`, and what
  ///   the models throw.
  package func run(_ request: Request) async throws -> Reply {
    try check(request.messages)
    let ended = observer?.begin()
    do {
      var reply = try await answer(request)
      let answeredBy = reply.intent?.skill ?? TurnObserver.model
      reply.events = finishing(request, reply.events, isModel: reply.intent == nil) { ended?(answeredBy) }
      return reply
    } catch {
      ended?(TurnObserver.nobody)
      throw error
    }
  }

  private func answer(_ request: Request) async throws -> Reply {
    if let answer = try await loop?.answer(request) { return reply(answer, to: request) }
    let known = await models.models()
    let told = try await recalled(request, known)
    if let told, told.isCertain { return reply(told, to: request) }
    if request.grammar == nil, let answer = try await intents?.answer(request) { return reply(answer, to: request) }
    // A question about what was never said, which no skill can answer either: a model would guess.
    if let told { return reply(told, to: request) }
    let notes = try await memory?.notes(for: request, staysHere: !Self.leavesMachine(request, known)) ?? ""
    let (messages, staticCount) = prompt(for: request, notes: notes)
    let route = try await route(
      messages, staticCount: staticCount, request: request, known: known, hasNotes: !notes.isEmpty)
    let generation = GenerationRequest(
      model: route.model, prompt: .chat(route.messages), sampling: sampling(for: request),
      staticMessageCount: staticCount, client: request.client, requestID: request.requestID,
      grammar: request.grammar, speculation: request.speculation)
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

  /// What memory says by itself, once the last turn is learnt.
  private func recalled(_ request: Request, _ known: [ModelSummary]) async throws -> MemoryReply? {
    guard let memory, let use = TurnMemory.use(in: request) else { return nil }
    await memory.settle(owner: use.owner, withinSeconds: Self.settleSeconds)
    guard request.grammar == nil else { return nil }
    let spoken = known.first { $0.roles.contains(Self.experts[0]) }?.languages ?? []
    return try await memory.reply(to: request, spoken: spoken.compactMap { Language(tag: $0) })
  }

  private func reply(_ answer: MemoryReply, to request: Request) -> Reply {
    if answer.outcome == .acknowledged { memory?.learn(from: request, reply: answer.text) }
    return Reply(
      role: "memory", intent: IntentAnswer(text: answer.text, skill: "memory"), droppedMessages: 0,
      events: Self.events(answer.text, request))
  }

  /// The person's words become facts once they have their answer, or have left without it; then the turn is over.
  private func finishing(
    _ request: Request, _ events: AsyncThrowingStream<GenerationEvent, any Error>, isModel: Bool,
    over: @escaping @Sendable () -> Void
  ) -> AsyncThrowingStream<GenerationEvent, any Error> {
    guard isModel else {
      // All of the answer is there.
      over()
      return events
    }
    let learning = TurnMemory.use(in: request)?.learns == true ? memory : nil
    guard learning != nil || observer != nil else { return events }
    return AsyncThrowingStream { continuation in
      let task = Task {
        defer { over() }
        var text = ""
        do {
          for try await event in events {
            if case .text(let piece) = event { text += piece }
            // Noted before the last event is out: the next turn may come at once.
            if case .finished = event { learning?.learn(from: request, reply: text) }
            continuation.yield(event)
          }
          if Task.isCancelled { learning?.learn(from: request, reply: "") }
          continuation.finish()
        } catch {
          if error is CancellationError || Task.isCancelled { learning?.learn(from: request, reply: "") }
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { reason in
        if case .cancelled = reason { task.cancel() }
      }
    }
  }

  /// What a skill has read as its own says nothing about the person.
  private func reply(_ answer: IntentAnswer, to request: Request) -> Reply {
    Reply(role: answer.skill, intent: answer, droppedMessages: 0, events: Self.events(answer.text, request))
  }

  /// An exact answer comes as any other does, of no tokens and in no time.
  private static func events(
    _ text: String, _ request: Request
  ) -> AsyncThrowingStream<GenerationEvent, any Error> {
    let summary = GenerationSummary(
      finishReason: .stop, usage: Usage(promptTokens: 0, cachedTokens: 0, completionTokens: 0),
      timings: Timings(queueSeconds: 0, promptSeconds: 0, decodeSeconds: 0), seed: request.sampling?.seed ?? 0)
    let events: [GenerationEvent] = [
      .started(promptTokens: 0, cachedTokens: 0), .text(text), .finished(summary),
    ]
    return AsyncThrowingStream { stream in
      for event in events { stream.yield(event) }
      stream.finish()
    }
  }

  /// Whether a model of another machine may come to see the prompt.
  private static func leavesMachine(_ request: Request, _ known: [ModelSummary]) -> Bool {
    known.contains { model in
      model.isRemote
        && (model.id == request.model || model.roles.contains { $0 == request.model || experts.contains($0) })
    }
  }

  /// The persona's head goes before a conversation with SARAi that brings no system prompt of its own; what memory
  /// recalls, which changes with every question, comes last, before the question itself.
  private func prompt(for request: Request, notes: String) -> (messages: [Message], staticCount: Int) {
    let ownHead = request.messages.prefix { $0.role == .system }.count
    var messages = request.messages
    if !notes.isEmpty, let last = messages.last { messages[messages.count - 1].content = notes + last.content }
    var head = request.model == Self.sarai && ownHead == 0 ? persona.messages : Array(messages.prefix(ownHead))
    if let tools = request.tools {
      if let last = head.lastIndex(where: { $0.role == .system }) {
        head[last].content += "\n\n" + tools
      } else {
        head.append(Message(.system, tools))
      }
    }
    return (head + messages.dropFirst(ownHead), head.count)
  }

  /// SARAi answers with the short context where the conversation fits it and the long one where it does not.
  private func route(
    _ messages: [Message], staticCount: Int, request: Request, known: [ModelSummary], hasNotes: Bool
  ) async throws -> (model: String, messages: [Message]) {
    guard request.model == Self.sarai || request.overflow == .dropOldest else { return (request.model, messages) }
    let candidates =
      request.model == Self.sarai
      ? Self.experts.filter { role in known.contains { $0.roles.contains(role) } }
      : [request.model]
    guard let widest = candidates.last else { return ("expert_short", messages) }
    let answerTokens = sampling(for: request).maxTokens ?? Self.answerReserveTokens
    for model in candidates {
      let measure = try await models.measure(.chat(messages), model: model)
      if measure.promptTokens + answerTokens <= measure.contextTokens { return (model, messages) }
    }
    // What was said now goes before what was said once.
    if hasNotes {
      let (bare, _) = prompt(for: request, notes: "")
      return try await route(bare, staticCount: staticCount, request: request, known: known, hasNotes: false)
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

  private static let experts = ["expert_short", "expert_long"]
  /// A turn waits no longer than this for what its person said before to be learnt.
  private static let settleSeconds = 3.0
  /// Room kept for an answer of unknown length when choosing a context.
  private static let answerReserveTokens = 256
}
