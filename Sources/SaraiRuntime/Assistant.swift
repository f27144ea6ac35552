import Logging
package import MemoryProtocol
package import SaraiAgent
package import SaraiCore
package import SaraiSkills
import SkillProtocol

/// What answers a conversation, with or without a memory.
package protocol Conversing: ModelGateway {
  /// As `generate(_:)`, with somebody's memory; nil for none.
  func generate(
    _ request: GenerationRequest, memory: MemoryUse?
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error>
}

/// SARAi as every command has her, the server included: the turn, on what the supervisor of the state folder runs.
package final class Assistant: Conversing {
  package let turn: Turn
  /// The models themselves: no turn, so no memory, no skills and no routing.
  package let models: SupervisedModels
  package let skills: SupervisedSkills
  package let data: GrantedData
  package let memory: MemoryClient
  package let kept: KeptTexts
  /// What is done unasked: jobs, reminders, the inbox.
  package let loop: SupervisedLoop
  private let supervisedMemory: SupervisedMemory
  private let supervision: Supervision
  private let language: Language

  init(_ setup: Setup, supervision: Supervision, tell: @escaping @Sendable (Localized) -> Void) {
    self.supervision = supervision
    language = setup.language
    models = SupervisedModels(supervision: supervision, remote: RemoteModels(setup).model)
    skills = SupervisedSkills(supervision: supervision)
    data = GrantedData(skills: skills)
    kept = KeptTexts(folders: setup.folders)
    supervisedMemory = SupervisedMemory(supervision: supervision, kept: kept, tell: tell)
    memory = supervisedMemory.gateway
    loop = SupervisedLoop(supervision: supervision)
    let log = Logger(label: "sarai.turn")
    let intents = RegisteredIntents(registry: SkillRegistry(places: setup.skillPlaces), skills: skills, log: log)
    turn = Turn(
      models: models,
      intents: TurnIntents(
        source: IntentChain([intents, data]), now: { .current() },
        onFailure: { log.warning("no intent", metadata: ["error": "\(SaraiError.logged($0))"]) }),
      memory: TurnMemory(
        memory, now: { .current() },
        onFailure: { log.warning("no memory", metadata: ["error": "\(SaraiError.logged($0))"]) }),
      loop: TurnLoop(LoopAnswers(loop.client), zone: { .local() }, now: { .current() }),
      observer: TurnObserver { supervision.noteTurn() })
  }

  /// Runs `body` with her, on the supervisor that runs or one that is started.
  ///
  /// - Parameter tell: Called with what people should be told meanwhile.
  /// - Throws: what the start of a supervisor throws, and what `body` throws.
  package static func with<Result>(
    _ setup: Setup, tell: @escaping @Sendable (Localized) -> Void, isolation: isolated (any Actor)? = #isolation,
    _ body: (Assistant) async throws -> Result
  ) async throws -> Result {
    Log.bootstrap(role: "command", file: "sarai.log", standardError: false, setup)
    let supervision = Supervision(setup: setup)
    let assistant = Assistant(setup, supervision: supervision, tell: tell)
    try await supervision.begin()
    let attending = Task { await supervision.attend(tell: tell) }
    defer { attending.cancel() }
    do {
      let result = try await body(assistant)
      await assistant.close()
      return result
    } catch {
      await assistant.close()
      throw error
    }
  }

  func close() async {
    // What was said last is not lost with the command that heard it.
    await turn.memory?.settle(withinSeconds: 10)
    models.close()
    skills.close()
    supervisedMemory.close()
    loop.close()
    await supervision.close()
  }

  /// Starts the model that answers first, before the first question is there.
  package func prepare() async {
    // A model that cannot be had is an error for who asks for it.
    async let memory = try? memory.describe()
    try? await models.prepare("expert_short")
    _ = await memory
  }

  /// Answers as a skill of instructions alone says: a model follows them.
  package func follow(_ skill: InstalledSkill, _ call: SkillCall) async throws -> SkillAnswer {
    let question: String
    switch call.input {
    case .text(let text), .json(let text): question = text
    }
    var usage = SkillUsage()
    usage.modelCalls = 1
    var text = ""
    let events = try await generate(
      GenerationRequest(
        model: "expert_short", prompt: .chat([Message(.system, skill.instructions), Message(.user, question)]),
        sampling: turn.persona.sampling, client: "skill", requestID: "skill"))
    for try await event in events {
      switch event {
      case .started: break
      case .text(let piece): text += piece
      case .finished(let summary):
        usage.promptTokens = summary.usage.promptTokens
        usage.completionTokens = summary.usage.completionTokens
      }
    }
    return SkillAnswer(output: .text(text), usage: usage)
  }

  // MARK: - ModelGateway

  package func models() async -> [ModelSummary] { await models.models() }

  /// A conversation is a turn, whoever answers it; a text is continued by the model as it is.
  package func generate(
    _ request: GenerationRequest
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    try await generate(request, memory: nil)
  }

  package func generate(
    _ request: GenerationRequest, memory: MemoryUse?
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    var request = request
    request.requestID = RequestID.current ?? RequestID.new(request.client)
    return try await RequestID.$current.withValue(request.requestID) { [request] in
      guard case .chat(let messages) = request.prompt else { return try await models.generate(request) }
      return try await turn.run(Turn.Request(request, messages: messages, language: language, memory: memory)).events
    }
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult { try await models.embed(request) }

  package func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    try await models.measure(prompt, model: model)
  }
}
