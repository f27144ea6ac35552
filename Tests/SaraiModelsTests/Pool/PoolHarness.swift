import Foundation
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiModels

/// A pool over the real models and the real engine, with folders of its own.
struct PoolHarness: Sendable {
  let pool: ModelPool
  let folder: URL
  let log: LogCollector

  /// The default chat model under two names, and the default embeddings model.
  static let catalogue: [CatalogueEntry] = [
    entry("smollm2-135m", file: "a.gguf", kind: .chat, backend: .llama, contextTokens: 2_048),
    entry("smollm2-copy", file: "b.gguf", kind: .chat, backend: .llama, contextTokens: 2_048),
    entry("multilingual-e5-small", file: "e5.bin", kind: .embeddings, backend: .e5, contextTokens: 512),
  ]

  static func entry(
    _ id: String, file: String?, kind: ModelSummary.Kind, backend: CatalogueEntry.Backend, contextTokens: Int,
    sha256: String? = nil, source: ModelSource = .urls(["http://127.0.0.1:9/none"])
  ) -> CatalogueEntry {
    CatalogueEntry(
      id: id, name: id, kind: kind, backend: backend, file: file, sizeBytes: nil, sha256: sha256, licence: "Apache-2.0",
      languages: ["en"], contextTokens: contextTokens, parameterCount: nil, roles: [], draft: nil, source: source,
      notes: nil)
  }

  /// Links to the models, kept between runs so that their hashes are computed once.
  private static let models: Result<URL, any Error> = Result {
    let folder = TestParts.root.appending(path: ".build/test-models")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, target) in [("a.gguf", TestParts.smolLM2), ("b.gguf", TestParts.smolLM2), ("e5.bin", TestParts.e5)] {
      symlink(target.path, folder.appending(path: name).path)
    }
    return folder
  }

  static func settings(_ folder: URL, executable: String? = nil) -> PoolSettings {
    PoolSettings(
      roles: [
        .expertShort: .init(model: "smollm2-135m", contextTokens: 512),
        .expertLong: .init(model: "smollm2-135m", contextTokens: 1_024),
        .tiny: .init(model: "smollm2-copy", contextTokens: 512),
        .embeddings: .init(model: "multilingual-e5-small", contextTokens: 512),
      ],
      maxConcurrentLLMs: 3, memoryBudgetBytes: nil, idleUnloadSeconds: nil,
      engineExecutable: executable ?? TestParts.executable("sarai-engine").path,
      cacheFolder: folder.appending(path: "cache").path, socketFolder: folder.appending(path: "run").path, threads: 1,
      maxQueue: 64)
  }

  /// Runs the body with a pool, stops the pool, and checks that nothing of it is left.
  static func with(
    executable: String? = nil, extra: [CatalogueEntry] = [], modelsFolder: URL? = nil,
    availableBytes: @escaping @Sendable () -> Int? = { nil }, configure: (inout PoolSettings) -> Void = { _ in },
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (PoolHarness) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      let models = try modelsFolder ?? models.get()
      var settings = settings(folder, executable: executable)
      configure(&settings)
      let log = LogCollector()
      let store = ModelStore(
        catalogue: try Catalogue(entries: catalogue + extra), folder: models.path,
        stateFolder: models.appending(path: "state").path)
      let pool = ModelPool(
        settings: settings,
        parts: ModelPool.Parts(
          store: store, launcher: DirectLauncher(graceSeconds: 5),
          remote: { RemoteAlone(model: try RemoteModel(entry: $0, environment: [:])) },
          environment: ProcessInfo.processInfo.environment, availableBytes: availableBytes, logger: log.logger))
      do {
        try await body(PoolHarness(pool: pool, folder: folder, log: log))
      } catch {
        await pool.shutDown()
        throw error
      }
      await pool.shutDown()
      #expect(Processes.mentioning(folder).isEmpty, sourceLocation: sourceLocation)
      #expect(sockets(in: folder).isEmpty, sourceLocation: sourceLocation)
    }
  }

  static func sockets(in folder: URL) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "run").path)) ?? []
  }

  // MARK: - Requests

  static func request(
    _ text: String = "Count: one, two, three,", model: String = "expert_short", maxTokens: Int? = 8,
    client: String = "test", seed: UInt64 = 1
  ) -> GenerationRequest {
    var sampling = SamplingParameters()
    sampling.temperature = 0
    sampling.maxTokens = maxTokens
    sampling.seed = seed
    return GenerationRequest(
      model: model, prompt: .text(text), sampling: sampling, client: client,
      requestID: "r-\(UInt32.random(in: 0 ... .max))")
  }

  /// A prompt with which the model goes on for long.
  static func longRequest(model: String = "expert_short") -> GenerationRequest {
    var request = request("Once upon a time", model: model, maxTokens: nil)
    request.sampling.temperature = 1
    return request
  }

  /// The whole answer.
  func answer(_ request: GenerationRequest) async throws -> (text: String, summary: GenerationSummary) {
    var text = ""
    var summary: GenerationSummary?
    for try await event in try await pool.generate(request) {
      switch event {
      case .started: break
      case .text(let piece): text += piece
      case .finished(let finished): summary = finished
      }
    }
    return (text, try #require(summary))
  }

  func embed(_ texts: [String], model: String = "embeddings") async throws -> EmbeddingResult {
    try await pool.embed(
      EmbeddingRequest(model: model, texts: texts, purpose: .query, client: "test", requestID: "e"))
  }

  func engine(_ model: String, context: Int? = nil) async -> EngineStatus? {
    await pool.ps().first { $0.model == model && (context == nil || $0.contextTokens == context) }
  }

  func pid(_ model: String = "smollm2-135m", context: Int? = nil) async throws -> Int32 {
    try #require(await engine(model, context: context)?.pid)
  }

  func metric(_ name: String, _ labels: [String: String] = [:]) async -> Double {
    await pool.samples().filter { sample in
      sample.name == name && labels.allSatisfy { label in sample.labels.contains { $0 == (label.key, label.value) } }
    }.reduce(0) { $0 + $1.value }
  }
}

/// A remote model as a gateway of its own.
struct RemoteAlone: ModelGateway {
  let model: RemoteModel

  func models() async -> [ModelSummary] { [] }

  func generate(_ request: GenerationRequest) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    try await model.generate(request)
  }

  func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult { try await model.embed(request) }

  func measure(_ prompt: Prompt, model name: String) async throws -> PromptMeasure { model.measure(prompt) }
}
