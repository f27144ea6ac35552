import GRPCCore
import Glibc
import SaraiCore
package import SkillProtocol

/// A client of a gate, and so of a skill: one connection and one kept stream, made when they are needed and again when
/// they broke.
package actor SkillClient {
  private struct Line: Sendable {
    let connection: SkillConnection
    let session: KeptSession
  }

  private let skill: String
  private let socket: String
  private var line: Line?
  private var opening: OneShot<Result<Line, any Error>>?
  private var isClosed = false

  /// What answers may be as long as at most; the gate's pool keeps each skill to its own limit.
  private static let replyBytes = 256 << 20
  /// For a call that says nothing of its time: the pool's own deadlines come long before.
  private static let longestSeconds = 86_400.0

  /// - Parameters:
  ///   - skill: For messages.
  ///   - socket: Where the gate listens; the process behind it has to be this user's.
  package init(skill: String, socket: String) {
    self.skill = skill
    self.socket = socket
  }

  /// Ends the connection; calls under way fail.
  package func close() {
    isClosed = true
    line?.session.abandon()
    line?.connection.abandon()
    line = nil
  }

  // MARK: - Calls

  /// - Throws: `SaraiError`: what the gate says, or `busy` where nobody listens; `CancellationError`.
  package func infer(_ call: SkillCall) async throws -> SkillAnswer {
    var reply = try await infer(call.message)
    reply.requestID = call.requestID
    return try SkillAnswer(reply, skill: skill)
  }

  package func infer(_ request: Sarai_Skills_V1_InferRequest) async throws -> Sarai_Skills_V1_InferReply {
    // Once more where a connection was found broken that had been good: nothing was begun then.
    for isLastTry in [false, true] {
      let line = try await connected()
      let seconds = request.timeoutMilliseconds > 0 ? Double(request.timeoutMilliseconds) / 1_000 : Self.longestSeconds
      // The pool keeps the deadline; this is for a pool that does not answer at all.
      let deadline = ContinuousClock.now + .seconds(seconds + 2)
      switch await line.session.infer(request, deadline: deadline) {
      case .reply(let reply):
        if reply.hasError { throw SaraiError(reply.error, skill: skill) }
        return reply
      case .notBegun where !isLastTry: continue
      case .notBegun, .lost: throw gone("the connection broke")
      case .late: throw SkillFaults.late(skill, seconds: seconds)
      case .cancelled: throw CancellationError()
      }
    }
    throw gone("the connection broke")
  }

  /// The output as it arises.
  ///
  /// - Parameter part: Gets the output's parts in order; the whole output is these and then the answer's text.
  package func inferStream(
    _ call: SkillCall, part: @escaping @Sendable (String) -> Void
  ) async throws -> SkillAnswer {
    let last = OneShot<Sarai_Skills_V1_InferReply>()
    let skill = skill
    try await unary { calls, options in
      try await calls.inferStream(call.message, options: options) { response in
        for try await event in response.messages {
          switch event.event {
          case .part(let bytes): part(String(decoding: bytes, as: UTF8.self))
          case .reply(let reply): last.set(reply)
          case nil: break
          }
        }
      }
    }
    guard let reply = last.value else { throw SkillFaults.nonsense(skill, "a stream without a reply") }
    return try SkillAnswer(reply, skill: skill)
  }

  package func describe() async throws -> Sarai_Skills_V1_DescribeReply {
    try await unary { calls, options in try await calls.describe(.init(), options: options) }
  }

  package func reload() async throws -> Sarai_Skills_V1_ReloadReply {
    try await unary { calls, options in try await calls.reload(.init(), options: options) }
  }

  private func unary<Reply: Sendable>(
    _ body: @Sendable (Sarai_Skills_V1_Skill.Client<SkillConnection.Transport>, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    let line = try await connected()
    do {
      return try await body(line.connection.calls, .limits(replyBytes: Self.replyBytes))
    } catch let error as RPCError {
      if Task.isCancelled { throw CancellationError() }
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { throw SaraiError(detail, skill: skill) }
      throw gone("\(error)")
    }
  }

  // MARK: - The connection

  private func connected() async throws -> Line {
    if isClosed { throw gone("closed") }
    if let line, line.session.ended.value == nil { return line }
    if let opening { return try await opening.wait().get() }
    let opening = OneShot<Result<Line, any Error>>()
    self.opening = opening
    line?.connection.abandon()
    do {
      let user = geteuid()
      let connection = try await SkillConnection(socket: socket) { $0.user == user }
      let line = Line(connection: connection, session: KeptSession(connection, replyBytes: Self.replyBytes))
      self.line = line
      self.opening = nil
      opening.set(.success(line))
      return line
    } catch {
      let error = gone("\(error)")
      self.opening = nil
      opening.set(.failure(error))
      throw error
    }
  }

  private func gone(_ cause: String) -> SaraiError {
    SaraiError(
      .busy,
      Localized(
        es: "El proceso que atiende las habilidades no contesta. Vuelve a intentarlo; «sarai doctor» dice qué falta.",
        en: "The process that runs the skills does not answer. Try again; \"sarai doctor\" says what is missing."),
      subject: skill, cause: cause)
  }
}
