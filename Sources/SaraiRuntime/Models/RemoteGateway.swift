package import SaraiCore
package import SaraiModels

/// A model of another server as the only one of a gateway.
package final class RemoteGateway: ModelGateway {
  private let model: RemoteModel

  package init(model: RemoteModel) {
    self.model = model
  }

  package func models() async -> [ModelSummary] {
    let entry = model.entry
    return [
      ModelSummary(
        id: entry.id, kind: entry.kind, roles: [], contextTokens: entry.contextTokens, languages: entry.languages,
        licence: entry.licence, isRemote: true, isLoaded: true, created: 0)
    ]
  }

  package func generate(
    _ request: GenerationRequest
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    try await model.generate(request)
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult { try await model.embed(request) }

  package func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure { self.model.measure(prompt) }
}
