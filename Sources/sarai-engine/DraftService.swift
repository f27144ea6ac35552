import GRPCCore
import Logging
import SaraiCore
import SaraiInference
import SkillProtocol

/// The calls of an engine in its draft role.
struct DraftService: Sarai_Draft_V1_Draft.SimpleServiceProtocol {
  let server: DraftServer
  let logger: Logger

  func check(
    request: Sarai_Draft_V1_CheckRequest, context: ServerContext
  ) async throws -> Sarai_Draft_V1_CheckReply {
    try await answer {
      let tokens = try server.check(
        VocabularyIdentity(
          modelName: String(request.modelName.prefix(200)), size: Int(request.vocabularySize),
          sha256: Array(request.vocabularySha256)))
      var reply = Sarai_Draft_V1_CheckReply()
      reply.contextTokens = UInt32(clamping: tokens)
      return reply
    }
  }

  func propose(
    request: Sarai_Draft_V1_ProposeRequest, context: ServerContext
  ) async throws -> Sarai_Draft_V1_ProposeReply {
    try await answer {
      var reply = Sarai_Draft_V1_ProposeReply()
      switch try await server.propose(DraftRequest(request)) {
      case .guesses(let tokens): reply.tokens = tokens
      case .unknownText: reply.isUnknown = true
      }
      return reply
    }
  }

  /// Runs a call so that it is cancelled when the caller leaves, and its errors travel whole.
  private func answer<Reply: Sendable>(_ body: @escaping @Sendable () async throws -> Reply) async throws -> Reply {
    do { return try await untilCallerLeaves(body) } catch {
      let error = SaraiError(error)
      logger.debug("no draft", metadata: ["error": "\(SaraiError.logged(error))"])
      throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
    }
  }
}

extension DraftRequest {
  fileprivate init(_ request: Sarai_Draft_V1_ProposeRequest) {
    var sampling = SamplingParameters()
    sampling.temperature = request.temperature
    sampling.topK = Int(request.topK)
    // What proto3 sends for a field that was not set.
    sampling.topP = request.topP == 0 ? 1 : request.topP
    sampling.minP = request.minP
    sampling.seed = request.seed
    self.init(
      textID: request.textID, keep: Int(request.keep), tokens: request.tokens, count: Int(request.count),
      sampling: sampling)
  }
}
