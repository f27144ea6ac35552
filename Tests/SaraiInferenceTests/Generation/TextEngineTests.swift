import Foundation
import SaraiCore
import Synchronization
import Testing
import TestSupport

@testable import SaraiInference

@Suite(.serialized) struct TextEngineTests {
  private static let story = Prompt.chat([Message(.user, "Tell me a story about a lighthouse.")])

  @Test func `a seed gives the same text, whatever ran before`() async throws {
    let engine = try await RealModel.load()
    let request = RealModel.request(Self.story) {
      $0.temperature = 1
      $0.seed = 42
      $0.maxTokens = 40
    }
    let first = try await engine.outcome(of: request)
    _ = try await engine.outcome(of: RealModel.request(.text("Something else entirely")))
    let second = try await engine.outcome(of: request)
    #expect(first.text == second.text)
    #expect(first.summary.seed == 42)
    var other = request
    other.sampling.seed = 43
    #expect(try await engine.outcome(of: other).text != first.text)
  }

  @Test func `without a seed one is drawn and told, and gives the text again`() async throws {
    let engine = try await RealModel.load()
    var request = RealModel.request(Self.story) { $0.temperature = 1 }
    let first = try await engine.outcome(of: request)
    request.sampling.seed = first.summary.seed
    #expect(try await engine.outcome(of: request).text == first.text)
  }

  @Test func `the prefix cache changes nothing but the time`() async throws {
    let warm = try await RealModel.load()
    let conversation = [RealModel.longSystem, Message(.user, "What is the capital of Italy?")]
    let request = RealModel.request(.chat(conversation))
    let cold = try await warm.outcome(of: request)
    #expect(cold.cachedTokens == 0)
    let again = try await warm.outcome(of: request)
    #expect(again.cachedTokens == again.summary.usage.promptTokens - 1)
    #expect(again.text == cold.text)

    let turn = conversation + [Message(.assistant, cold.text), Message(.user, "And of France?")]
    let next = try await warm.outcome(of: RealModel.request(.chat(turn)))
    #expect(next.cachedTokens >= cold.summary.usage.promptTokens)
    let fresh = try await RealModel.load()
    #expect(try await fresh.outcome(of: RealModel.request(.chat(turn))).text == next.text)
  }

  @Test func `leaving stops the computation`() async throws {
    let engine = try await RealModel.load()
    let (events, continuation) = AsyncStream<GenerationEvent>.makeStream()
    let request = RealModel.request(.text("Once upon a time")) {
      $0.temperature = 1
      $0.maxTokens = 900
    }
    let generation = Task { try await engine.generate(request) { continuation.yield($0) } }
    for await event in events {
      guard case .text = event else { continue }
      generation.cancel()
      break
    }
    await #expect(throws: CancellationError.self) { try await generation.value }
    await engine.flush()
    let counters = engine.statistics.current
    #expect(counters.completionTokens < 900)
    #expect(counters.cancelledRequests == 1)
    // The engine is as good as before, and nothing goes on behind its back.
    #expect(try await !engine.outcome(of: RealModel.request(Self.story)).text.isEmpty)
    #expect(engine.statistics.current.completionTokens <= counters.completionTokens + 24)
  }

  @Test func `leaving during a long prompt stops it too`() async throws {
    let engine = try await RealModel.load(contextTokens: 8_192)
    let generation = Task {
      try await engine.generate(RealModel.request(.tokens([Int32](repeating: 42, count: 8_000)))) { _ in }
    }
    while engine.statistics.current.requests == 0 { await Task.yield() }
    generation.cancel()
    await #expect(throws: CancellationError.self) { try await generation.value }
    #expect(engine.statistics.current.completionTokens == 0)
    #expect(engine.statistics.current.cachedPromptTokens == 0)
  }

  @Test func `a stop string ends the text before itself`() async throws {
    let engine = try await RealModel.load()
    let counting = Prompt.text("one two three four five six seven eight nine ten one two three four")
    let whole = try await engine.outcome(of: RealModel.request(counting))
    let stop = String(whole.text.dropFirst(whole.text.count / 2).prefix(5))
    #expect(stop.count == 5)
    let stopped = try await engine.outcome(of: RealModel.request(counting) { $0.stop = [stop] })
    #expect(stopped.summary.finishReason == .stop)
    #expect(whole.text.hasPrefix(stopped.text))
    #expect(!stopped.text.contains(stop))
    #expect(stopped.text.count < whole.text.count)
  }

  @Test func `too long a prompt is refused with both lengths, before anything is computed`() async throws {
    let engine = try await RealModel.load(contextTokens: 512)
    for prompt in [Prompt.tokens([Int32](repeating: 42, count: 600)), .tokens([Int32](repeating: 42, count: 512))] {
      let error = await #expect(throws: SaraiError.self) { try await engine.outcome(of: RealModel.request(prompt)) }
      #expect(error?.code == .contextOverflow)
      guard case .tokens(let tokens) = prompt else { continue }
      for message in [error?.message.es, error?.message.en] {
        #expect(message?.contains("\(tokens.count) tokens") == true)
        #expect(message?.contains("511") == true)
      }
    }
    #expect(engine.statistics.current.promptTokens == 0)
    let huge = await #expect(throws: SaraiError.self) {
      try await engine.outcome(
        of: RealModel.request(.chat([Message(.user, String(repeating: "hola ", count: 400_000))])))
    }
    #expect(huge?.code == .contextOverflow)
  }

  @Test func `the answer ends where the context does`() async throws {
    let engine = try await RealModel.load(contextTokens: 256)
    let outcome = try await engine.outcome(
      of: RealModel.request(.tokens([Int32](repeating: 42, count: 255))) {
        $0.maxTokens = nil
        $0.temperature = 1
        $0.logitBias = [2: -100, 0: -100]
      })
    #expect(outcome.summary.finishReason == .length)
    #expect(outcome.summary.usage.completionTokens == 2)
  }

  @Test func `endless repetition is cut`() async throws {
    let engine = try await RealModel.load(contextTokens: 2_048)
    let outcome = try await engine.outcome(
      of: RealModel.request(.text("la la la la")) {
        $0.logitBias = [42: 100]
        $0.maxTokens = 1_500
      })
    #expect(outcome.summary.finishReason == .repetition)
  }

  @Test func `nothing, unknown tokens and wrong parameters are refused`() async throws {
    let engine = try await RealModel.load()
    let requests = [
      RealModel.request(.chat([])), RealModel.request(.tokens([])), RealModel.request(.tokens([-1])),
      RealModel.request(.tokens([1_000_000])), RealModel.request(Self.story) { $0.temperature = -5 },
      RealModel.request(Self.story) { $0.topP = .nan }, RealModel.request(Self.story) { $0.logitBias = [-1: 1] },
    ]
    for request in requests {
      let error = await #expect(throws: SaraiError.self) { try await engine.outcome(of: request) }
      #expect(error?.code == .invalidRequest)
    }
    await #expect(throws: SaraiError.self) {
      try await engine.embed(
        EmbeddingRequest(model: "", texts: ["x"], purpose: .query, client: "", requestID: ""))
    }
  }

  @Test func `a context beyond the model's training is cut down, with a warning`() async throws {
    let engine = try await RealModel.load(contextTokens: 9_000)
    #expect(engine.description.contextTokens == 8_192)
    #expect(engine.description.warnings.count == 1)
    #expect(engine.description.generates)
    #expect(engine.description.usesFallbackTemplate == false)
    #expect(engine.description.contextBytes > 0)
  }

  @Test func `prompts are measured while another request computes`() async throws {
    let engine = try await RealModel.load()
    let (events, continuation) = AsyncStream<GenerationEvent>.makeStream()
    let generation = Task {
      try await engine.generate(
        RealModel.request(Self.story) {
          $0.temperature = 1
          $0.maxTokens = 900
        }
      ) { continuation.yield($0) }
    }
    for await event in events {
      if case .text = event { break }
    }
    let measured = try await engine.applyTemplate([Message(.user, "Hola")], addGenerationPrompt: true)
    #expect(measured.tokens.count > 3)
    #expect(measured.text.contains("Hola"))
    #expect(
      try await engine.detokenize(engine.tokenize("¿Qué tal?", addSpecial: false, parseSpecial: false)) == "¿Qué tal?")
    generation.cancel()
    _ = try? await generation.value
  }
}
