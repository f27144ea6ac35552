import SaraiAgent
import SaraiCore
import Synchronization
import Testing

/// A model that counts one token per word and answers with what it was asked: the port in its smallest real form.
final class WordModel: ModelGateway {
  let contexts: [String: Int]
  private let requests = Mutex<[GenerationRequest]>([])

  init(contexts: [String: Int]) { self.contexts = contexts }

  var lastRequest: GenerationRequest? { requests.withLock { $0.last } }

  func models() async -> [ModelSummary] {
    [
      ModelSummary(
        id: "words", kind: .chat, roles: contexts.keys.sorted(), contextTokens: contexts.values.max() ?? 0,
        languages: ["es"], licence: "Apache-2.0", isRemote: false, isLoaded: true, created: 0)
    ]
  }

  func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    guard let context = contexts[model] else {
      throw SaraiError(.modelNotFound, es: "No existe \(model).", en: "There is no \(model).")
    }
    return PromptMeasure(promptTokens: words(prompt), contextTokens: context)
  }

  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    requests.withLock { $0.append(request) }
    let count = words(request.prompt)
    return AsyncThrowingStream { stream in
      stream.yield(.started(promptTokens: count, cachedTokens: 0))
      stream.yield(.text("sí"))
      stream.finish()
    }
  }

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    EmbeddingResult(vectors: [], promptTokens: 0)
  }

  private func words(_ prompt: Prompt) -> Int {
    switch prompt {
    case .chat(let messages): messages.reduce(0) { $0 + $1.content.split(separator: " ").count }
    case .text(let text): text.split(separator: " ").count
    case .tokens(let tokens): tokens.count
    }
  }
}

@Suite struct TurnTests {
  let persona = Persona(messages: [Message(.system, "uno dos")], sampling: SamplingParameters())

  private func run(_ request: Turn.Request, on model: WordModel) async throws -> Turn.Reply {
    try await Turn(models: model, persona: persona).run(request)
  }

  private func sentMessages(_ model: WordModel) -> [Message] {
    guard case .chat(let messages)? = model.lastRequest?.prompt else { return [] }
    return messages
  }

  private func answerLimit(_ tokens: Int) -> SamplingParameters {
    var sampling = SamplingParameters()
    sampling.maxTokens = tokens
    return sampling
  }

  @Test func `SARAi brings her persona where the client brings no system prompt`() async throws {
    let model = WordModel(contexts: ["expert_short": 1000])
    _ = try await run(Turn.Request(messages: [Message(.user, "hola")], client: "a", requestID: "1"), on: model)
    #expect(sentMessages(model) == [Message(.system, "uno dos"), Message(.user, "hola")])
    #expect(model.lastRequest?.staticMessageCount == 1)
  }

  @Test func `a client's own system prompt replaces the persona`() async throws {
    let model = WordModel(contexts: ["expert_short": 1000])
    let own = [Message(.system, "sé breve"), Message(.user, "hola")]
    _ = try await run(Turn.Request(messages: own, client: "a", requestID: "1"), on: model)
    #expect(sentMessages(model) == own)
    #expect(model.lastRequest?.staticMessageCount == 1)
  }

  @Test func `a model asked for by name is left alone`() async throws {
    let model = WordModel(contexts: ["words": 1000])
    let request = Turn.Request(messages: [Message(.user, "hola")], model: "words", client: "a", requestID: "1")
    let reply = try await run(request, on: model)
    #expect(reply.role == "words")
    #expect(sentMessages(model) == request.messages)
    #expect(model.lastRequest?.sampling == SamplingParameters())
  }

  @Test(arguments: [(3, "expert_short"), (9, "expert_long")])
  func `the conversation's length chooses the context`(words: Int, role: String) async throws {
    let model = WordModel(contexts: ["expert_short": 10, "expert_long": 100])
    let text = Array(repeating: "a", count: words).joined(separator: " ")
    let request = Turn.Request(
      messages: [Message(.user, text)], sampling: answerLimit(2), client: "a", requestID: "1")
    #expect(try await run(request, on: model).role == role)
  }

  @Test func `a terminal conversation that outgrew the context loses its oldest exchanges whole`() async throws {
    let model = WordModel(contexts: ["expert_short": 8])
    let request = Turn.Request(
      messages: [
        Message(.user, "a b c"), Message(.assistant, "d e f"), Message(.user, "g"), Message(.assistant, "h"),
        Message(.user, "i"),
      ],
      sampling: answerLimit(2), overflow: .dropOldest, client: "a", requestID: "1")
    let reply = try await run(request, on: model)
    #expect(reply.droppedMessages == 2)
    #expect(sentMessages(model).map(\.content) == ["uno dos", "g", "h", "i"])
  }

  @Test func `an API conversation that outgrew the context is passed on whole for the engine to refuse`() async throws {
    let model = WordModel(contexts: ["expert_short": 4, "expert_long": 5])
    let request = Turn.Request(
      messages: [Message(.user, "a b c d e f")], sampling: answerLimit(2), client: "a", requestID: "1")
    let reply = try await run(request, on: model)
    #expect(reply.role == "expert_long")
    #expect(reply.droppedMessages == 0)
  }

  @Test func `the form of the answer and how tokens are guessed reach the model`() async throws {
    let model = WordModel(contexts: ["words": 1000])
    let messages = [Message(.user, "hola")]
    var asked = GenerationRequest(
      model: "words", prompt: .chat(messages), sampling: answerLimit(7), client: "a", requestID: "1")
    asked.grammar = GenerationGrammar(gbnf: "root ::= \"a\"")
    asked.speculation = .off
    _ = try await run(Turn.Request(asked, messages: messages, language: .english), on: model)
    #expect(model.lastRequest?.grammar == asked.grammar && model.lastRequest?.speculation == .off)
    #expect(model.lastRequest?.sampling == asked.sampling)
    _ = try await run(Turn.Request(messages: messages, model: "words", client: "a", requestID: "1"), on: model)
    #expect(model.lastRequest?.grammar == nil && model.lastRequest?.speculation == nil)
  }

  @Test func `a conversation without a user message is refused by name`() async throws {
    let model = WordModel(contexts: ["expert_short": 10])
    await #expect(throws: SaraiError.self) {
      try await run(Turn.Request(messages: [Message(.system, "x")], client: "a", requestID: "1"), on: model)
    }
    #expect(model.lastRequest == nil)
  }
}
