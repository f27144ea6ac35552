import Glibc
package import SaraiCore
import SaraiModels
import SkillProtocol

/// The models as a client of the supervisor has them: it asks for an engine, and talks to that engine itself, so that
/// no token makes a detour.
package final class SupervisedModels: ModelGateway, MetricsSource {
  private let supervision: Supervision
  private let remote: @Sendable (String) throws -> any ModelGateway
  private let engines = EngineConnections()

  /// - Parameter remote: The client of a model on another server, by its id.
  package init(supervision: Supervision, remote: @escaping @Sendable (String) throws -> any ModelGateway) {
    self.supervision = supervision
    self.remote = remote
  }

  /// Closes what is open; the engines stay.
  package func close() { engines.close() }

  // MARK: - ModelGateway

  package func models() async -> [ModelSummary] {
    let reply = try? await supervision.call {
      try await $0.listModels(Sarai_Supervisor_V1_ListModelsRequest(), options: .atOnce)
    }
    return (reply?.models ?? []).compactMap(ModelSummary.init)
  }

  package func generate(
    _ request: GenerationRequest
  ) async throws -> AsyncThrowingStream<GenerationEvent, any Error> {
    switch try await answer(request.model, kind: .chat, remote: { try await $0.generate(request) }) {
    case .remote(let events): return events
    case .engine(let lent):
      return AsyncThrowingStream { continuation in
        let task = Task {
          do {
            try await Self.run(request, on: lent) { continuation.yield($0) }
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
    switch try await answer(request.model, kind: .embeddings, remote: { try await $0.embed(request) }) {
    case .remote(let result): return result
    case .engine(let lent):
      defer { lent.giveBack() }
      return try await lent.client.embed(request)
    }
  }

  package func measure(_ prompt: Prompt, model: String) async throws -> PromptMeasure {
    switch try await answer(model, kind: nil, remote: { try await $0.measure(prompt, model: model) }) {
    case .remote(let measure): return measure
    case .engine(let lent):
      defer { lent.giveBack() }
      let promptTokens =
        switch prompt {
        case .chat(let messages): try await lent.client.applyTemplate(messages).tokens.count
        case .text(let text): try await lent.client.tokenize(text).count
        case .tokens(let ids): ids.count
        }
      return PromptMeasure(promptTokens: promptTokens, contextTokens: lent.contextTokens)
    }
  }

  /// Starts the engine of a model or role, so that the first request finds it warm.
  package func prepare(_ model: String) async throws {
    if case .engine(let lent) = try await answer(model, kind: nil, remote: { _ in }) { lent.giveBack() }
  }

  // MARK: - Asking

  private enum Answer<Reply: Sendable>: Sendable {
    case engine(LentEngine)
    case remote(Reply)
  }

  private func answer<Reply: Sendable>(
    _ model: String, kind: ModelSummary.Kind?, remote ask: @Sendable (any ModelGateway) async throws -> Reply
  ) async throws -> Answer<Reply> {
    var failures: [ModelPool.CandidateFailure] = []
    while true {
      let (hold, granted) = try await hold(model, kind: kind, after: failures)
      switch granted {
      case .engine(let held):
        return .engine(try engines.lend(held, hold))
      case .remote(let id):
        do {
          return .remote(try await ask(try remote(id)))
        } catch let error as SaraiError where id != model && ModelPool.lets(nextAnswer: error) {
          // Another candidate of the role; the supervisor runs out of them, and then says why.
          failures.append(ModelPool.CandidateFailure(id: id, error: error))
        }
      }
    }
  }

  /// A supervisor that ended since the last request is started again.
  private func hold(
    _ model: String, kind: ModelSummary.Kind?, after failures: [ModelPool.CandidateFailure]
  ) async throws -> (EngineHold, EngineHold.Granted) {
    do {
      return try await EngineHold.hold(model, kind: kind, after: failures, with: try await supervision.client())
    } catch is SupervisorClient.Gone {
      return try await EngineHold.hold(model, kind: kind, after: failures, with: try await supervision.client())
    }
  }

  private static func run(
    _ request: GenerationRequest, on lent: LentEngine, observe: @escaping @Sendable (GenerationEvent) -> Void
  ) async throws {
    let summary = OneShot<GenerationSummary>()
    do {
      try await lent.client.generate(request) { event in
        if case .finished(let finished) = event { summary.set(finished) }
        observe(event)
      }
      lent.giveBack(.init(summary: summary.value, error: nil))
    } catch {
      lent.giveBack(.init(summary: summary.value, error: error))
      throw error
    }
  }

  // MARK: - Metrics

  package func samples() async -> [MetricSample] {
    let reply = try? await supervision.call {
      try await $0.listMetrics(Sarai_Supervisor_V1_ListMetricsRequest(), options: .atOnce)
    }
    return (reply?.samples ?? []).compactMap(MetricSample.init).map { sample in
      guard sample.name == "sarai_ram_gb" else { return sample }
      // The supervisor counts itself and its children, and this process is none of them.
      var sample = sample
      sample.value += Double(ProcessMemory.proportionalBytes(pid: getpid()) ?? 0) / 1e9
      return sample
    }
  }
}
