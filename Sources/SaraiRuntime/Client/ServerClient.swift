import Glibc
package import SaraiCore
import SaraiModels
import Synchronization

/// The server of a state folder, as commands use it: one that runs, or one started for as long as it is needed.
package final class ServerClient: ModelGateway {
  package let record: ServerRecord
  private let setup: Setup
  private let remotes = Mutex<[String: RemoteModel]>([:])

  private init(record: ServerRecord, setup: Setup) {
    self.record = record
    self.setup = setup
  }

  /// Runs `body` with a server; one that was started for it is stopped at the end.
  ///
  /// - Throws: what the start of a server throws, and what `body` throws.
  package static func withServer<Result>(
    _ setup: Setup, isolation: isolated (any Actor)? = #isolation, _ body: (ServerClient) async throws -> Result
  ) async throws -> Result {
    if let record = try await running(setup) {
      let client = ServerClient(record: record, setup: setup)
      return try await client.closing(body)
    }
    let child = try await ServerChild.start(setup)
    do {
      guard let record = try ServerRecord.current(setup.folders) else {
        throw SaraiError(
          .internalFault, es: "El servidor arrancó y no dejó su dirección: mira \(setup.folders.logs)/serve.log.",
          en: "The server started and did not leave its address: see \(setup.folders.logs)/serve.log.")
      }
      let result = try await ServerClient(record: record, setup: setup).closing(body)
      await child.stop()
      return result
    } catch {
      await child.stop()
      throw error
    }
  }

  /// A server that holds the folder's lock and has no record yet is starting: it is waited for.
  private static func running(_ setup: Setup) async throws -> ServerRecord? {
    let deadline = ContinuousClock.now + .seconds(20)
    while StateLock.isHeld(setup.folders) {
      if let record = try ServerRecord.current(setup.folders) { return record }
      guard ContinuousClock.now < deadline else {
        throw SaraiError(
          .timeout, es: "Hay un servidor de SARAi que no termina de arrancar: deténlo y prueba otra vez.",
          en: "There is a SARAi server that does not finish starting: stop it and try again.")
      }
      try await Task.sleep(for: .milliseconds(50))
    }
    return nil
  }

  private func closing<Result>(
    isolation: isolated (any Actor)? = #isolation, _ body: (ServerClient) async throws -> Result
  ) async throws -> Result {
    do {
      let result = try await body(self)
      await close()
      return result
    } catch {
      await close()
      throw error
    }
  }

  private func close() async {
    let all = remotes.withLock { remotes in
      defer { remotes = [:] }
      return Array(remotes.values)
    }
    for remote in all { await remote.shutdown() }
  }

  // MARK: - ModelGateway

  package func models() async -> [ModelSummary] {
    let rows = (try? ModelListing(setup).rows(all: false)) ?? []
    return rows.map { row in
      ModelSummary(
        id: row.entry.id, kind: row.entry.kind, roles: row.roles, contextTokens: row.entry.contextTokens,
        languages: row.entry.languages, licence: row.entry.licence, isRemote: row.entry.backend == .openai,
        isLoaded: false, created: 0)
    }
  }

  package func generate(
    _ request: GenerationRequest
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    try await remote(request.model).generate(request)
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    try await remote(request.model).embed(request)
  }

  package func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    try remote(model).measure(prompt)
  }

  private func remote(_ model: String) throws -> RemoteModel {
    try remotes.withLock { remotes in
      if let known = remotes[model] { return known }
      let variable = "SARAI_CLIENT_TOKEN"
      let entry = CatalogueEntry(
        id: model, name: model, kind: .chat, backend: .openai, file: nil, sizeBytes: nil, sha256: nil, licence: "",
        languages: [], contextTokens: 0, parameterCount: nil, roles: [], draft: nil,
        source: .remote(
          RemoteEndpoint(
            baseURL: record.address + "/v1", model: model, apiKeyVariable: record.token == nil ? nil : variable)),
        notes: nil)
      let made = try RemoteModel(entry: entry, environment: [variable: record.token ?? ""], ownLanguage: setup.language)
      remotes[model] = made
      return made
    }
  }
}
