import Glibc
package import SaraiCore

/// An engine on multilingual-e5: it embeds and does nothing else.
package final class EmbeddingEngine: InferenceEngine {
  package let statistics = EngineStatistics()
  package let description: EngineDescription
  private let model: ThreadConfined<E5Model>
  private let turns: FairTurns

  /// - Throws: `SaraiError.corruptFile`.
  package static func load(_ options: EngineOptions) async throws -> EmbeddingEngine {
    let model = try await ThreadConfined(threadName: "sarai-compute") { try E5Model(path: options.modelPath) }
    let description = try await model.withValue { model in
      EngineDescription(
        modelName: options.modelName, architecture: "e5", contextTokens: E5Model.maximumTokens,
        trainedContextTokens: model.windowTokens, vocabularySize: model.vocabularySize,
        embeddingDimensions: model.dimensions, generates: false, usesFallbackTemplate: nil,
        decodeThreads: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
        weightBytes: UInt64(model.weightBytes), contextBytes: 0, warnings: [])
    }
    return EmbeddingEngine(model: model, description: description, maximumQueue: options.maximumQueue)
  }

  private init(model: ThreadConfined<E5Model>, description: EngineDescription, maximumQueue: Int) {
    self.model = model
    self.description = description
    turns = FairTurns(capacity: maximumQueue)
  }

  package var waiting: Int { turns.waiting }

  /// Text after text, each in its own turn, so that a long list holds nobody up and is dropped when its caller leaves.
  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    statistics.update { $0.requests += 1 }
    var result = EmbeddingResult(vectors: [], promptTokens: 0)
    do {
      for text in request.texts {
        let (vector, tokens) = try await turns.withTurn(client: request.client) {
          try await model.withValue { try $0.embed(text, purpose: request.purpose) }
        }
        result.vectors.append(vector)
        result.promptTokens += tokens
      }
    } catch let error as CancellationError {
      statistics.update { $0.cancelledRequests += 1 }
      throw error
    }
    statistics.update { [result] in $0.promptTokens += UInt64(result.promptTokens) }
    return result
  }

  package func tokenize(_ text: String, addSpecial: Bool, parseSpecial: Bool) async throws -> [Int32] { try refuse() }
  package func detokenize(_ tokens: [Int32]) async throws -> String { try refuse() }
  package func applyTemplate(
    _ messages: [Message], addGenerationPrompt: Bool
  ) async throws -> (text: String, tokens: [Int32]) { try refuse() }
  package func generate(
    _ request: GenerationRequest, emit: @escaping @Sendable (GenerationEvent) -> Void
  ) async throws -> GenerationSummary { try refuse() }
  package func saveState(name: String, prompt: Prompt) async throws -> (tokens: Int, bytes: Int) { try refuse() }
  package func restoreState(name: String) async throws -> Int { try refuse() }
  package func flush() async {}
}
