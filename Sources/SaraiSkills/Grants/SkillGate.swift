import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import SaraiCore
import SkillProtocol

/// A socket that answers for a skill as the skill itself would: clients of SARAi ask it, and skills that were granted
/// another skill. What it is asked goes to the pool.
final class SkillGate: Sendable {
  let socket: String
  private let connections: ConnectionCount
  private let opened = ContinuousClock.now
  private let listener: UnixListener
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let serving: Task<Void, Never>

  /// What a request may have besides its input.
  private static let envelopeBytes = 1 << 20
  private static let maximumInputBytes = 16 << 20
  private static let maximumConnections = 64

  private init(
    listener: UnixListener, connections: ConnectionCount, server: GRPCServer<HTTP2ServerTransport.Posix>,
    serving: Task<Void, Never>
  ) {
    self.connections = connections
    socket = listener.path
    self.listener = listener
    self.server = server
    self.serving = serving
  }

  /// Returns once it answers.
  ///
  /// - Throws: `invalidRequest` where nobody can listen on that path.
  static func open(
    socket: String, allowedUsers: Set<UInt32>, pool: SkillPool, key: SkillKey, logger: Logger
  ) async throws -> SkillGate {
    let listener = try UnixListener(path: socket)
    let connections = ConnectionCount()
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: maximumInputBytes + envelopeBytes, allowedUsers: allowedUsers,
        maximumConnections: maximumConnections, connections: connections, log: logger),
      services: [
        GateService(pool: pool, key: key),
        HealthService(service: Sarai_Skills_V1_Skill.descriptor.fullyQualifiedService),
      ], interceptors: [RequestTrail(log: logger)])
    let serving = Task {
      do {
        try await server.serve()
      } catch {
        guard !Task.isCancelled else { return }
        logger.error("gate ended", metadata: ["skill": "\(key.name)", "error": "\(error)"])
      }
    }
    // Only a server that listens can be stopped.
    _ = try await server.listeningAddress
    return SkillGate(listener: listener, connections: connections, server: server, serving: serving)
  }

  /// Whether nobody is connected, and it has been open long enough for whoever asked for it to come.
  func isUnused(forSeconds seconds: Double) -> Bool { connections.now == 0 && opened.secondsAgo > seconds }

  /// Closes the socket and gives up what came through it.
  func close() async {
    listener.removeFile()
    server.beginGracefulShutdown()
    // A caller who keeps a session open would keep it up for ever.
    serving.cancel()
    await serving.value
  }
}

/// The contract of skills, answered by the pool.
private struct GateService: Sarai_Skills_V1_Skill.ServiceProtocol {
  /// Requests of one session that are under way at a time.
  private static let maximumCalls = 512

  let pool: SkillPool
  let key: SkillKey

  func describe(
    request: ServerRequest<Sarai_Skills_V1_DescribeRequest>, context: ServerContext
  ) async throws -> ServerResponse<Sarai_Skills_V1_DescribeReply> {
    let message = request.message
    return ServerResponse(message: try await passOn { try await pool.describe(key, message) })
  }

  func infer(
    request: ServerRequest<Sarai_Skills_V1_InferRequest>, context: ServerContext
  ) async throws -> ServerResponse<Sarai_Skills_V1_InferReply> {
    let message = request.message
    return ServerResponse(message: try await passOn { try await pool.infer(key, message) })
  }

  func inferStream(
    request: ServerRequest<Sarai_Skills_V1_InferRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Sarai_Skills_V1_InferEvent> {
    let message = request.message
    return StreamingServerResponse { response in
      try await passOn { try await pool.inferStream(key, message) { try await response.write($0) } }
      return [:]
    }
  }

  func session(
    request: StreamingServerRequest<Sarai_Skills_V1_SessionRequest>, context: ServerContext
  ) async throws -> StreamingServerResponse<Sarai_Skills_V1_InferReply> {
    StreamingServerResponse { response in
      let session = GateSession(pool: pool, key: key, response: response, maximumCalls: Self.maximumCalls)
      try await session.run(request.messages)
      return [:]
    }
  }

  func reload(
    request: ServerRequest<Sarai_Skills_V1_ReloadRequest>, context: ServerContext
  ) async throws -> ServerResponse<Sarai_Skills_V1_ReloadReply> {
    // A grant is to ask a skill, not to interrupt it for everyone.
    let error = SaraiError(
      .forbidden, es: "«\(key.name)» se pregunta por aquí, pero no se recarga: lo hace «sarai skill install».",
      en: "\"\(key.name)\" can be asked here and not reloaded: \"sarai skill install\" does that.", subject: key.name)
    throw SkillError(thrown: error).detail.rpcError
  }

  /// Runs a call; the caller's leaving gives it up.
  private func passOn<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
    do { return try await untilCallerLeaves(body) } catch { throw SkillError(thrown: error).detail.rpcError }
  }
}
