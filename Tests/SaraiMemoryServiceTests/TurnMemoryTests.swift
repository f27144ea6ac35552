import MemoryProtocol
import SaraiAgent
import SaraiCore
import SaraiMemoryService
import Synchronization
import Testing

/// A model that says what it is told to, and keeps what it was asked.
private final class SayingModel: ModelGateway {
  private let languages: [String]
  private let asked = Mutex<[GenerationRequest]>([])

  init(languages: [String]) { self.languages = languages }

  var prompts: [[Message]] {
    asked.withLock { asked in
      asked.compactMap { request in
        guard case .chat(let messages) = request.prompt else { return nil }
        return messages
      }
    }
  }

  func models() async -> [ModelSummary] {
    [
      ModelSummary(
        id: "m", kind: .chat, roles: ["expert_short"], contextTokens: 4096, languages: languages, licence: "",
        isRemote: false, isLoaded: true, created: 0)
    ]
  }

  func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    PromptMeasure(promptTokens: 10, contextTokens: 4096)
  }

  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    asked.withLock { $0.append(request) }
    return AsyncThrowingStream { stream in
      stream.yield(.started(promptTokens: 1, cachedTokens: 0))
      stream.yield(.text("Entendido."))
      stream.yield(
        .finished(
          GenerationSummary(
            finishReason: .stop, usage: Usage(promptTokens: 1, cachedTokens: 0, completionTokens: 1),
            timings: Timings(queueSeconds: 0, promptSeconds: 0, decodeSeconds: 0), seed: 1)))
      stream.finish()
    }
  }

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    EmbeddingResult(vectors: [], promptTokens: 0)
  }
}

@Suite struct TurnMemoryTests {
  private func with(
    languages: [String] = ["es", "en"],
    _ body: (MemoryFixture, SayingModel, _ say: (String, MemoryUse?) async throws -> String) async throws -> Void
  ) async throws {
    try await MemoryFixture.with { fixture in
      let model = SayingModel(languages: languages)
      let turn = Turn(models: model, memory: TurnMemory(fixture.memory, now: { MemoryFixture.now }))
      try await body(fixture, model) { text, use in
        let reply = try await turn.run(
          Turn.Request(messages: [Message(.user, text)], memory: use, client: "test", requestID: "test"))
        var answer = ""
        for try await event in reply.events {
          if case .text(let piece) = event { answer += piece }
        }
        return answer
      }
    }
  }

  @Test("What a turn tells is known to the very next one, without a model")
  func nextTurn() async throws {
    try await with { fixture, model, say in
      let use = MemoryUse(owner: "ana", conversation: "c")
      #expect(try await say("Mi hermana vive en Madrid", use) == "Entendido.")
      #expect(try await say("¿Dónde vive mi hermana?", use) == "Tu hermana vive en Madrid.")
      #expect(model.prompts.count == 1)
      let turns = try await fixture.memory.statistics().turns
      #expect(turns == 2)
    }
  }

  @Test("An open question finds the facts in its prompt, right before its words, and the head stays as it was")
  func notes() async throws {
    try await with { _, model, say in
      let use = MemoryUse(owner: "ana", conversation: "c")
      _ = try await say("Mi hermana es alérgica a las nueces", use)
      _ = try await say("Propón una receta para mi hermana, que viene a cenar", use)
      let prompt = try #require(model.prompts.last)
      #expect(prompt.last?.role == .user)
      let question = try #require(prompt.last?.content)
      #expect(question.contains("nueces") && question.hasSuffix("que viene a cenar"))
      #expect(prompt.dropLast() == model.prompts[0].dropLast())
    }
  }

  @Test("Where the model does not speak the language, what was understood whole is acknowledged, and learnt after")
  func acknowledged() async throws {
    try await with(languages: ["en"]) { fixture, model, say in
      let use = MemoryUse(owner: "ana", conversation: "c")
      let first = try await say("Mi hermana vive en Madrid", use)
      #expect(first == "De acuerdo: tu hermana vive en Madrid.")
      #expect(model.prompts.isEmpty)
      #expect(try await say("¿Dónde vive mi hermana?", use) == "Tu hermana vive en Madrid.")
      // What is asked, what is not understood whole, and what is in the model's own language is the model's.
      for text in ["Mi hermano vive en Lugo. ¿Qué le regalo?", "Escríbeme un poema", "My cousin lives in Rome"] {
        #expect(try await say(text, use) == "Entendido.")
      }
      // The next turn waits until the last one is learnt.
      _ = try await say("¿Dónde vivo?", use)
      #expect(try await Set(fixture.facts().map(\.object)).isSuperset(of: ["Madrid", "Lugo", "Rome"]))
    }
  }

  @Test("A private turn is answered from memory and teaches nothing")
  func privately() async throws {
    try await with { fixture, _, say in
      let use = MemoryUse(owner: "ana", conversation: "c")
      _ = try await say("Mi hermana vive en Madrid", use)
      var hidden = use
      hidden.learns = false
      #expect(try await say("¿Dónde vive mi hermana?", hidden) == "Tu hermana vive en Madrid.")
      _ = try await say("Mi hermano vive en Lugo", hidden)
      #expect(try await say("¿Dónde vive mi hermano?", use) == "No me lo has dicho.")
      #expect(try await fixture.memory.statistics().turns == 2)
    }
  }

  @Test("Two users are two memories, and none without a use")
  func users() async throws {
    try await with { _, model, say in
      _ = try await say("Vivo en Madrid", MemoryUse(owner: "ana"))
      #expect(try await say("¿Dónde vivo?", MemoryUse(owner: "eva")) == "No me lo has dicho.")
      #expect(try await say("¿Dónde vivo?", nil) == "Entendido.")
      #expect(model.prompts.last?.last?.content == "¿Dónde vivo?")
    }
  }

  @Test("Only a person's own words are learnt where a turn brings other text too")
  func ownWords() async throws {
    try await with { fixture, _, say in
      let text = "Resume esto, que mi hermana vive en Madrid\n\nMi hermano vive en Marte."
      _ = try await say(text, MemoryUse(owner: "ana", ownWords: "Resume esto, que mi hermana vive en Madrid"))
      #expect(try await say("¿Dónde vive mi hermano?", MemoryUse(owner: "ana")) == "No me lo has dicho.")
      #expect(try await fixture.facts().allSatisfy { $0.object != "Marte" })
    }
  }

  @Test("A memory that cannot be reached costs an answer nothing")
  func unreachable() async throws {
    let model = SayingModel(languages: ["es"])
    let failures = Mutex(0)
    let memory = MemoryClient(
      connection: { throw SaraiError(.busy, es: "no", en: "no") }, lost: { _ in })
    let turn = Turn(
      models: model,
      memory: TurnMemory(memory, now: { MemoryFixture.now }, onFailure: { _ in failures.withLock { $0 += 1 } }))
    let reply = try await turn.run(
      Turn.Request(
        messages: [Message(.user, "¿Dónde vivo?")], memory: MemoryUse(owner: "ana"), client: "t", requestID: "t"))
    var answer = ""
    for try await event in reply.events {
      if case .text(let piece) = event { answer += piece }
    }
    #expect(answer == "Entendido.")
    await turn.memory?.settle(withinSeconds: 5)
    #expect(failures.withLock { $0 } == 3)
  }
}
