import GRPCCore
import Logging
import SaraiCore
import SaraiInference
import SkillProtocol
import Synchronization

/// The engine's calls as gRPC carries them: requests to SARAi's values, results and errors back.
struct EngineService: Sarai_Engine_V1_Engine.SimpleServiceProtocol {
  let engine: any InferenceEngine
  let modelSHA256: String
  let logger: Logger
  private let firstAnswer = FirstAnswer()

  init(engine: any InferenceEngine, modelSHA256: String, logger: Logger) {
    self.engine = engine
    self.modelSHA256 = modelSHA256
    self.logger = logger
  }

  func describe(
    request: Sarai_Engine_V1_DescribeRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_DescribeReply {
    var reply = Sarai_Engine_V1_DescribeReply(engine.description)
    reply.modelSha256 = modelSHA256
    reply.libraryBuild = LlamaLibrary.build
    reply.counters = Sarai_Engine_V1_EngineCounters(engine.statistics.current)
    reply.counters.queuedRequests = UInt64(engine.waiting)
    if let totals = engine.speculation, totals.requests.verifyCalls > 0 {
      reply.counters.speculation = Sarai_Engine_V1_SpeculationTotals(totals)
    }
    return reply
  }

  func tokenize(
    request: Sarai_Engine_V1_TokenizeRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_TokenizeReply {
    try await answer("tokenize") {
      var reply = Sarai_Engine_V1_TokenizeReply()
      reply.tokens = try await engine.tokenize(
        request.text, addSpecial: request.addSpecial, parseSpecial: request.parseSpecial)
      return reply
    }
  }

  func detokenize(
    request: Sarai_Engine_V1_DetokenizeRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_DetokenizeReply {
    try await answer("detokenize") {
      var reply = Sarai_Engine_V1_DetokenizeReply()
      reply.text = try await engine.detokenize(request.tokens)
      return reply
    }
  }

  func applyTemplate(
    request: Sarai_Engine_V1_ApplyTemplateRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_ApplyTemplateReply {
    try await answer("template") {
      let result = try await engine.applyTemplate(
        [Message](request.messages), addGenerationPrompt: request.addGenerationPrompt)
      var reply = Sarai_Engine_V1_ApplyTemplateReply()
      reply.text = result.text
      reply.tokens = result.tokens
      return reply
    }
  }

  func generate(
    request: Sarai_Engine_V1_GenerateRequest, response: RPCWriter<Sarai_Engine_V1_GenerateReply>,
    context: ServerContext
  ) async throws {
    try await answer(request.requestID) {
      let request = try GenerationRequest(request)
      let (events, continuation) = AsyncThrowingStream<Sarai_Engine_V1_GenerateReply, any Error>.makeStream()
      let generation = Task {
        do {
          let summary = try await engine.generate(request) { continuation.yield(.init($0)) }
          continuation.yield(.init(.finished(summary)))
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      // A writer that fails, or a caller that left, ends the computation.
      defer { generation.cancel() }
      try await withTaskCancellationHandler {
        for try await event in events { try await response.write(event) }
        firstAnswer.given()
        try Task.checkCancellation()
      } onCancel: {
        generation.cancel()
      }
    }
  }

  func embed(
    request: Sarai_Engine_V1_EmbedRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_EmbedReply {
    try await answer(request.requestID) {
      let result = try await engine.embed(EmbeddingRequest(request))
      var reply = Sarai_Engine_V1_EmbedReply()
      reply.vectors = result.vectors.map { values in
        var vector = Sarai_Engine_V1_Vector()
        vector.values = values
        return vector
      }
      reply.promptTokens = UInt32(clamping: result.promptTokens)
      return reply
    }
  }

  func saveState(
    request: Sarai_Engine_V1_SaveStateRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_SaveStateReply {
    try await answer("save state") {
      let prompt = try Prompt(request)
      let saved = try await engine.saveState(name: request.name, prompt: prompt)
      var reply = Sarai_Engine_V1_SaveStateReply()
      reply.tokens = UInt32(clamping: saved.tokens)
      reply.bytes = UInt64(saved.bytes)
      return reply
    }
  }

  func restoreState(
    request: Sarai_Engine_V1_RestoreStateRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_RestoreStateReply {
    try await answer("restore state") {
      var reply = Sarai_Engine_V1_RestoreStateReply()
      reply.tokens = UInt32(clamping: try await engine.restoreState(name: request.name))
      return reply
    }
  }

  /// Runs a call so that it is cancelled when the caller leaves, and its errors travel whole.
  private func answer<Reply: Sendable>(
    _ label: String, _ body: @escaping @Sendable () async throws -> Reply
  ) async throws -> Reply {
    do { return try await untilCallerLeaves(body) } catch {
      let error = SaraiError(error)
      logger.debug("failed", metadata: ["call": "\(label)", "error": "\(SaraiError.logged(error))"])
      throw Sarai_Skills_V1_ErrorDetail(
        code: error.code.rawValue, messageEs: error.message.es, messageEn: error.message.en, subject: error.subject,
        cause: error.cause
      ).rpcError
    }
  }
}

/// The first answer of an engine sets as much up as its start did; what only that needed is given back after it.
private final class FirstAnswer: Sendable {
  private let isPending = Atomic(true)

  func given() {
    if isPending.exchange(false, ordering: .relaxed) { StartPages.giveBack() }
  }
}
