import SaraiCore
import Synchronization

/// A tiny deterministic model behind the port that real ones stand behind. Each id behaves in a way of its own.
final class TestModel: ModelGateway {
  struct State {
    var requests: [GenerationRequest] = []
    var embeddings: [EmbeddingRequest] = []
    var started = 0
    var ended = 0
  }

  let state = Mutex(State())
  let summaries: [ModelSummary]

  /// Behaviours, by model id.
  static let ids = [
    "parrot", "endless", "stuck", "mute", "broken", "torn", "repeating", "full", "tired", "poor", "cutter",
  ]

  init(hasChatModels: Bool = true) {
    let chat = Self.ids.map { Self.summary($0, .chat, roles: $0 == "parrot" ? ["expert_short"] : []) }
    summaries = (hasChatModels ? chat : []) + [Self.summary("vectors", .embeddings, roles: ["embeddings"])]
  }

  private static func summary(_ id: String, _ kind: ModelSummary.Kind, roles: [String]) -> ModelSummary {
    ModelSummary(
      id: id, kind: kind, roles: roles, contextTokens: 1000, languages: ["es", "en"], licence: "Apache-2.0",
      isRemote: false, isLoaded: true, created: 1_700_000_000)
  }

  var seen: State { state.withLock { $0 } }
  var lastRequest: GenerationRequest? { state.withLock { $0.requests.last } }
  var running: Int { state.withLock { $0.started - $0.ended } }

  func models() async -> [ModelSummary] { summaries }

  func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    PromptMeasure(promptTokens: 10, contextTokens: 1000)
  }

  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    state.withLock { $0.requests.append(request) }
    let id = summaries.first { $0.id == request.model || $0.roles.contains(request.model) }?.id
    switch id {
    case "parrot": return Self.finite(words(of: request), .stop, request)
    case "cutter": return Self.finite([said(in: request)], .length, request)
    case "repeating": return Self.finite(["la ", "la "], .repetition, request)
    case "endless": return endless()
    case "stuck": return stalling(after: [])
    case "mute": return stalling(after: [.started(promptTokens: 10, cachedTokens: 0), .text("Empiezo")])
    case "broken":
      return Self.events([.started(promptTokens: 10, cachedTokens: 0), .text("Empiezo")], then: Self.engineDied)
    case "torn": return Self.events([.started(promptTokens: 10, cachedTokens: 0), .text("Empiezo")], then: nil)
    case "full":
      throw SaraiError(.contextOverflow, es: "No cabe: 1200 de 1000.", en: "Does not fit: 1200 of 1000.")
    case "tired": throw SaraiError(.busy, es: "Hay cola.", en: "There is a queue.")
    case "poor": throw SaraiError(.insufficientResources, es: "No hay memoria.", en: "No memory left.")
    default:
      throw SaraiError(.modelNotFound, es: "No hay ese modelo.", en: "There is no such model.", subject: "model")
    }
  }

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    state.withLock { $0.embeddings.append(request) }
    guard request.model == "vectors" || request.model == "embeddings" else {
      throw SaraiError(.modelNotFound, es: "No hay ese modelo.", en: "There is no such model.", subject: "model")
    }
    let vectors = request.texts.map { text in [Float(0.1), -0.5, Float(text.utf8.count)] }
    return EmbeddingResult(vectors: vectors, promptTokens: 3 * request.texts.count)
  }

  // MARK: - Behaviours

  static let engineDied = SaraiError(.engineFailed, es: "El motor murió.", en: "The engine died.")

  private func said(in request: GenerationRequest) -> String {
    switch request.prompt {
    case .chat(let messages): messages.last?.content ?? ""
    case .text(let text): text
    case .tokens(let tokens): tokens.map(String.init).joined(separator: " ")
    }
  }

  /// The last words that were said to it, one event each, and the seed where there is one.
  private func words(of request: GenerationRequest) -> [String] {
    let words =
      said(in: request).split(separator: " ").map { "\($0) " } + (request.sampling.seed.map { ["#\($0)"] } ?? [])
    return request.sampling.maxTokens.map { Array(words.prefix($0)) } ?? words
  }

  private static func finite(
    _ words: [String], _ reason: GenerationSummary.FinishReason, _ request: GenerationRequest
  ) -> AsyncThrowingStream<GenerationEvent, any Error> {
    let summary = GenerationSummary(
      finishReason: reason, usage: Usage(promptTokens: 10, cachedTokens: 4, completionTokens: words.count),
      timings: Timings(queueSeconds: 0.5, promptSeconds: 0.25, decodeSeconds: 0.125),
      seed: request.sampling.seed ?? 1)
    return events(
      [.started(promptTokens: 10, cachedTokens: 4)] + words.map { .text($0) } + [.finished(summary)], then: nil)
  }

  private static func events(
    _ events: [GenerationEvent], then error: (any Error)?
  ) -> AsyncThrowingStream<GenerationEvent, any Error> {
    AsyncThrowingStream { continuation in
      for event in events { continuation.yield(event) }
      continuation.finish(throwing: error)
    }
  }

  /// Says something whenever it is asked for more, and never ends by itself.
  private func endless() -> AsyncThrowingStream<GenerationEvent, any Error> {
    let life = Life(self)
    let isFirst = Mutex(true)
    // Much at a time: what fills the buffers of a connection that nobody reads is then few events, and not many.
    let chatter = String(repeating: "bla ", count: 2_000)
    return AsyncThrowingStream {
      _ = life
      if Task.isCancelled { return nil }
      await Task.yield()
      let opens = isFirst.withLock { isFirst in
        defer { isFirst = false }
        return isFirst
      }
      return opens ? .started(promptTokens: 10, cachedTokens: 0) : .text(chatter)
    }
  }

  /// Says these events and then nothing, until it is cancelled.
  private func stalling(after events: [GenerationEvent]) -> AsyncThrowingStream<GenerationEvent, any Error> {
    state.withLock { $0.started += 1 }
    return AsyncThrowingStream { continuation in
      continuation.onTermination = { [weak self] _ in self?.state.withLock { $0.ended += 1 } }
      for event in events { continuation.yield(event) }
    }
  }

  /// Counts a stream as running for as long as somebody holds it.
  private final class Life: Sendable {
    let model: TestModel

    init(_ model: TestModel) {
      self.model = model
      model.state.withLock { $0.started += 1 }
    }

    deinit {
      model.state.withLock { $0.ended += 1 }
    }
  }
}

struct TestMetrics: MetricsSource {
  func samples() async -> [MetricSample] {
    [MetricSample("sarai_test_things", .gauge, help: "Things.", labels: [("kind", "a\"b\\c\nd")], value: 1.5)]
  }
}
