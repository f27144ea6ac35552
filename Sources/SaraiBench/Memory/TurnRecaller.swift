import SaraiAgent
package import SaraiCore

/// What a chat says: every sentence is a turn, which asks the memory first and tells it after the answer. The model is
/// the only part that is not a chat's own: it says nothing, at once.
package struct TurnRecaller: Recaller {
  private let turn: Turn
  private let owner: String

  /// - Parameter owner: Nobody else's, so that each case has a memory of its own.
  package init(memory: any MemoryGateway, owner: String) {
    turn = Turn(models: SilentModel(), memory: TurnMemory(memory, now: { EntityRecall.now }))
    self.owner = owner
  }

  package func tell(_ text: String, language: Language) async throws {
    _ = try await say(text, language)
    await turn.memory?.settle(withinSeconds: 30)
  }

  package func ask(_ question: String, language: Language) async throws -> String? { try await say(question, language) }

  /// - Returns: What memory said; nil where the model was asked.
  private func say(_ text: String, _ language: Language) async throws -> String? {
    let reply = try await turn.run(
      Turn.Request(
        messages: [Message(.user, text)], language: language, memory: MemoryUse(owner: owner, conversation: owner),
        client: "bench", requestID: owner))
    var answer = ""
    for try await event in reply.events {
      if case .text(let piece) = event { answer += piece }
    }
    return reply.intent == nil ? nil : answer
  }
}

/// Stands where a model would be.
private struct SilentModel: ModelGateway {
  func models() async -> [ModelSummary] {
    [
      ModelSummary(
        id: "none", kind: .chat, roles: ["expert_short"], contextTokens: 4096,
        languages: Language.allCases.map(\.rawValue), licence: "", isRemote: false, isLoaded: true, created: 0)
    ]
  }

  func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    PromptMeasure(promptTokens: 0, contextTokens: 4096)
  }

  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { stream in
      stream.yield(
        .finished(
          GenerationSummary(
            finishReason: .stop, usage: Usage(promptTokens: 0, cachedTokens: 0, completionTokens: 0),
            timings: Timings(queueSeconds: 0, promptSeconds: 0, decodeSeconds: 0), seed: 0)))
      stream.finish()
    }
  }

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    EmbeddingResult(vectors: [], promptTokens: 0)
  }
}
