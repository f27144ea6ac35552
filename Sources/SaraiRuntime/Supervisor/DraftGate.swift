import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SaraiCore
import SaraiModels
import SkillProtocol

/// The draft contract over whichever engine is in that role now.
struct DraftGateService: Sarai_Draft_V1_Draft.SimpleServiceProtocol {
  private typealias Draft = Sarai_Draft_V1_Draft.Client<HTTP2ClientTransport.Posix>

  let pool: ModelPool

  func check(
    request: Sarai_Draft_V1_CheckRequest, context: ServerContext
  ) async throws -> Sarai_Draft_V1_CheckReply {
    do {
      return try await asking { try await $0.check(request) }
    } catch let error as SaraiError {
      if error.code == .notAvailable { await pool.draftRefused(error) }
      throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
    }
  }

  func propose(
    request: Sarai_Draft_V1_ProposeRequest, context: ServerContext
  ) async throws -> Sarai_Draft_V1_ProposeReply {
    do {
      return try await asking { try await $0.propose(request) }
    } catch {
      throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
    }
  }

  /// Runs a call on the engine, which is held meanwhile; the caller's leaving cancels it.
  private func asking<Reply: Sendable>(_ body: @escaping @Sendable (Draft) async throws -> Reply) async throws -> Reply
  {
    try await untilCallerLeaves {
      let engine = try await pool.holdDraft()
      do {
        let reply = try await engine.client.forwardDraft(body)
        await engine.release()
        return reply
      } catch {
        await engine.release()
        throw error
      }
    }
  }
}
