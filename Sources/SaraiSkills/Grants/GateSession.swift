import GRPCCore
import SaraiCore
import SkillProtocol
import Synchronization

/// A caller's kept stream through a gate: each request goes its own way through the pool.
final class GateSession: Sendable {
  private struct State {
    var calls: [String: Task<Void, Never>] = [:]
    /// Begun, and the answer not yet written.
    var underWay = 0
    var isCancelled = false
    var isReading = true
  }

  private let pool: SkillPool
  private let key: SkillKey
  private let response: RPCWriter<Sarai_Skills_V1_InferReply>
  private let maximumCalls: Int
  private let state = Mutex(State())
  private let over = OneShot<Void>()

  init(
    pool: SkillPool, key: SkillKey, response: RPCWriter<Sarai_Skills_V1_InferReply>, maximumCalls: Int
  ) {
    self.pool = pool
    self.key = key
    self.response = response
    self.maximumCalls = maximumCalls
  }

  /// Answers until the caller ends the stream, and then what is under way; a caller who leaves gives all of it up.
  func run(_ messages: RPCAsyncSequence<Sarai_Skills_V1_SessionRequest, any Error>) async throws {
    try await withTaskCancellationHandler {
      try await withRPCCancellationHandler {
        defer { endReading() }
        for try await message in messages {
          switch message.kind {
          case .infer(let request): await begin(request)
          case .cancelRequestID(let id): state.withLock { $0.calls[id] }?.cancel()
          // A kind that a later version has: nothing that this one could answer.
          case nil: continue
          }
        }
      } onCancelRPC: {
        self.giveUp()
      }
      await over.wait()
    } onCancel: {
      giveUp()
    }
  }

  private func begin(_ request: Sarai_Skills_V1_InferRequest) async {
    let id = request.requestID
    let refusal: SkillError? = state.withLock { state in
      if id.isEmpty || state.calls[id] != nil {
        return SkillError(
          .invalidRequest,
          es: "En una sesión cada petición lleva un identificador propio, distinto de las que siguen "
            + "en curso.",
          en: "In a session each request has an id of its own, other than those under way.", subject: "request_id")
      }
      guard state.underWay < maximumCalls else { return SkillError(SkillFaults.tooManyCalls(maximumCalls)) }
      state.underWay += 1
      // Made under the lock, so that it is known before it ends.
      state.calls[id] = RequestID.$current.withValue(RequestID.isValid(id) ? id : nil) {
        Task { await self.answer(request) }
      }
      if state.isCancelled { state.calls[id]?.cancel() }
      return nil
    }
    if let refusal { try? await response.write(Self.reply(id, refusal)) }
  }

  private func answer(_ request: Sarai_Skills_V1_InferRequest) async {
    let id = request.requestID
    var reply: Sarai_Skills_V1_InferReply
    do {
      reply = try await pool.infer(key, request)
    } catch {
      reply = Self.reply(id, SkillError(thrown: error))
    }
    // The id is free before the answer is out, so that who asks again at once finds it so.
    state.withLock { state in _ = state.calls.removeValue(forKey: id) }
    // A caller who is gone needs no answer.
    try? await response.write(reply)
    let isOver = state.withLock { state in
      state.underWay -= 1
      return !state.isReading && state.underWay == 0
    }
    if isOver { over.set(()) }
  }

  private func endReading() {
    let isOver = state.withLock { state in
      state.isReading = false
      return state.underWay == 0
    }
    if isOver { over.set(()) }
  }

  private func giveUp() {
    let calls = state.withLock { state in
      state.isCancelled = true
      return Array(state.calls.values)
    }
    for call in calls { call.cancel() }
  }

  private static func reply(_ id: String, _ error: SkillError) -> Sarai_Skills_V1_InferReply {
    var reply = Sarai_Skills_V1_InferReply()
    reply.requestID = id
    reply.error = error.detail
    return reply
  }
}
