import Glibc
package import Logging
package import SaraiCore

/// The models of this machine, as roles and ids: starts an engine when one is asked for, keeps it warm, shares it
/// between requests, stops it when it is idle or when another needs the room, and starts it again when it dies.
///
/// The parts: `ModelPool+Choice` turns a name into models, `ModelPool+Leases` and `ModelPool+Engines` turn a model into
/// an engine, `ModelPool+Status` tells what there is.
package actor ModelPool: ModelGateway {
  /// What the pool takes from outside.
  package struct Parts: Sendable {
    package var store: ModelStore
    package var launcher: any ProcessLauncher
    /// The client of a catalogue entry that another server runs. Asked once for each.
    package var remote: @Sendable (CatalogueEntry) throws -> any ModelGateway
    package var environment: [String: String]
    /// Bytes of memory to be had; nil where the system does not say.
    package var availableBytes: @Sendable () -> Int?
    package var logger: Logger

    package init(
      store: ModelStore, launcher: any ProcessLauncher = DirectLauncher(),
      remote: @escaping @Sendable (CatalogueEntry) throws -> any ModelGateway, environment: [String: String],
      availableBytes: @escaping @Sendable () -> Int? = MachineMemory.availableBytes, logger: Logger
    ) {
      self.store = store
      self.launcher = launcher
      self.remote = remote
      self.environment = environment
      self.availableBytes = availableBytes
      self.logger = logger
    }
  }

  /// An engine that a request holds on to: it is not stopped meanwhile.
  struct Lease: Sendable {
    let key: EngineKey
    let engine: RunningEngine
  }

  /// Who answers a request: an engine that is now held for it, or a server that has answered already.
  enum Answer<Reply: Sendable>: Sendable {
    case engine(Lease)
    case remote(Reply)
  }

  nonisolated let parts: Parts
  var settings: PoolSettings
  var slots: [EngineKey: EngineSlot] = [:]
  var remoteModels: [String: any ModelGateway] = [:]
  var isShutDown = false
  /// Set, and replaced, whenever an engine starts, ends, or has a request less.
  var change = OneShot<Void>()
  /// What engines really took, for the next time.
  var knownFootprints: [EngineKey: MemoryFootprint] = [:]
  var startCount = 0
  /// Where engines find the draft model; nil while nobody serves it.
  var draftSocket: String?
  var counters = PoolCounters()
  var pendingNotices: [Localized] = []
  var toldNotices: Set<Localized> = []

  package init(settings: PoolSettings, parts: Parts) {
    self.settings = settings
    self.parts = parts
    Self.removeAbandonedSockets(in: settings.socketFolder)
  }

  // MARK: - ModelGateway

  package func models() -> [ModelSummary] { summaries() }

  package func generate(
    _ request: GenerationRequest
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    switch try await answer(request.model, kind: .chat, remote: { try await self.remoteModel($0).generate(request) }) {
    case .remote(let events): return events
    case .engine(let lease):
      return AsyncThrowingStream { continuation in
        let task = Task {
          do {
            try await self.run(request, on: lease) { continuation.yield($0) }
            continuation.finish()
          } catch {
            continuation.finish(throwing: error)
          }
        }
        continuation.onTermination = { reason in
          if case .cancelled = reason { task.cancel() }
        }
      }
    }
  }

  package func embed(_ request: EmbeddingRequest) async throws -> EmbeddingResult {
    switch try await answer(request.model, kind: .embeddings, remote: { try await self.remoteModel($0).embed(request) })
    {
    case .remote(let result): return result
    case .engine(let lease):
      let result = try await using(lease) { try await $0.embed(request) }
      counters.embedded(lease.key, result)
      return result
    }
  }

  package func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    switch try await answer(model, kind: nil, remote: { try await self.remoteModel($0).measure(prompt, model: model) })
    {
    case .remote(let measure): return measure
    case .engine(let lease):
      let promptTokens = try await using(lease) { client in
        switch prompt {
        case .chat(let messages): try await client.applyTemplate(messages).tokens.count
        case .text(let text): try await client.tokenize(text).count
        case .tokens(let ids): ids.count
        }
      }
      return PromptMeasure(promptTokens: promptTokens, contextTokens: lease.engine.description.contextTokens)
    }
  }

  // MARK: - Beside the gateway

  /// Starts the engine of a model or role, so that the first request finds it warm.
  package func prepare(_ model: String) async throws {
    if case .engine(let lease) = try await answer(model, kind: nil, remote: { _ in }) { release(lease) }
  }

  /// Stops every engine and refuses further requests. Nothing is left behind when it returns.
  package func shutDown() async {
    isShutDown = true
    await withTaskGroup { group in
      for key in slots.keys { group.addTask { await self.stopNow(key) } }
    }
    signalChange()
  }

  // MARK: - Requests on an engine

  /// Runs a generation. Not on the actor: no token waits for it.
  nonisolated private func run(
    _ request: GenerationRequest, on lease: Lease, observe: @escaping @Sendable (GenerationEvent) -> Void
  ) async throws {
    let summary = OneShot<GenerationSummary>()
    let error: (any Error)?
    do {
      try await lease.engine.client.generate(request) { event in
        if case .finished(let finished) = event { summary.set(finished) }
        observe(event)
      }
      error = nil
    } catch let caught {
      error = caught
    }
    await ended(lease, summary: summary.value, error: error)
    if let error { throw error }
  }

  private func using<Result: Sendable>(
    _ lease: Lease, _ body: @Sendable (EngineClient) async throws -> Result
  ) async throws -> Result {
    defer { release(lease) }
    do {
      return try await body(lease.engine.client)
    } catch {
      noteDeath(of: lease.engine)
      throw error
    }
  }

  /// Before the caller hears of an error, the pool has: its next request finds the engine's successor.
  func ended(_ lease: Lease, summary: GenerationSummary?, error: (any Error)?) {
    counters.generated(lease.key, summary: summary, error: error)
    if error != nil { noteDeath(of: lease.engine) }
    release(lease)
  }

  private func noteDeath(of engine: RunningEngine) {
    if let exit = engine.process.exit { engineDied(engine, exit) }
  }

  /// Sockets of a SARAi that was killed together with its engines. They are named after its process.
  private static func removeAbandonedSockets(in folder: String) {
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasSuffix(".sock"), let owner = name.split(separator: "-").first.flatMap({ Int32($0) }),
        owner > 0, owner != getpid(), kill(owner, 0) != 0, errno == ESRCH
      else { continue }
      unlink(folder + "/" + name)
    }
  }
}
