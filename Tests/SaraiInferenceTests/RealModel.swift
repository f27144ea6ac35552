import Foundation
import SaraiCore
import SaraiInference
import Synchronization
import TestSupport

/// Engines on the real default model.
enum RealModel {
  static func load(
    model: URL = TestParts.smolLM2, cache: URL? = nil, contextTokens: Int = 1_024, sha256: String? = nil,
    maximumQueue: Int = 64
  ) async throws -> TextEngine {
    try await TextEngine.load(
      EngineOptions(
        modelPath: model.path, modelName: "test", modelSHA256: sha256, isTrusted: true, contextTokens: contextTokens,
        cacheFolder: cache?.path, threads: 2, maximumQueue: maximumQueue, log: { _, _ in }, onHang: { _ in }))
  }

  static func request(
    _ prompt: Prompt, staticMessageCount: Int = 0, client: String = "test",
    _ change: (inout SamplingParameters) -> Void = { _ in }
  ) -> GenerationRequest {
    var sampling = SamplingParameters()
    sampling.temperature = 0
    sampling.maxTokens = 24
    change(&sampling)
    return GenerationRequest(
      model: "test", prompt: prompt, sampling: sampling, staticMessageCount: staticMessageCount, client: client,
      requestID: "test")
  }

  /// A system prompt of a few hundred tokens.
  static let longSystem = Message(
    .system, (1...40).map { "Rule \($0): answer briefly, politely and truthfully." }.joined(separator: " "))
}

/// What one generation gave.
struct Outcome {
  var text: String
  var cachedTokens: Int
  var summary: GenerationSummary
}

extension TextEngine {
  func outcome(of request: GenerationRequest) async throws -> Outcome {
    let collected = Mutex((text: "", cached: -1))
    let summary = try await generate(request) { event in
      collected.withLock { state in
        switch event {
        case .started(_, let cachedTokens): state.cached = cachedTokens
        case .text(let text): state.text += text
        case .finished: break
        }
      }
    }
    return collected.withLock { Outcome(text: $0.text, cachedTokens: $0.cached, summary: summary) }
  }
}
