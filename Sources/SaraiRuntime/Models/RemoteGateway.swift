package import SaraiCore
package import SaraiModels
import Synchronization

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

/// The models of other servers, by the ids of their catalogue entries.
final class RemoteModels: Sendable {
  private let setup: Setup
  private let made = Mutex<[String: RemoteGateway]>([:])

  init(_ setup: Setup) { self.setup = setup }

  /// - Throws: `SaraiError` where there is no such entry, or its key is missing.
  @Sendable func model(_ id: String) throws -> any ModelGateway {
    try made.withLock { made in
      if let known = made[id] { return known }
      guard let entry = try setup.store().catalogue[id] else {
        throw SaraiError(
          .modelNotFound, es: "«\(id)» no está en el catálogo: «sarai list --all» enseña lo que hay.",
          en: "\"\(id)\" is not in the catalogue: \"sarai list --all\" shows what there is.", subject: id)
      }
      let gateway = RemoteGateway(model: try RemoteModel(entry: entry, environment: setup.environment))
      made[id] = gateway
      return gateway
    }
  }
}
