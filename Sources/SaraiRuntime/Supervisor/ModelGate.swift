import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
import SaraiCore
import SaraiModels
import SkillProtocol
import Synchronization

/// The sockets behind skills' `models` grants: each answers as an engine does, for one role and nothing else.
actor ModelGates {
  private struct Gate {
    let listener: UnixListener
    let server: GRPCServer<HTTP2ServerTransport.Posix>
    let serving: Task<Void, Never>
  }

  private let pool: ModelPool
  private let folder: String
  private let allowedUsers: Set<UInt32>
  private let logger: Logger
  private var gates: [ModelRole: Gate] = [:]
  private var drafts: Gate?

  /// - Parameters:
  ///   - folder: An existing folder of a short path, for the sockets.
  ///   - allowedUsers: As whom skills connect.
  init(pool: ModelPool, folder: String, allowedUsers: Set<UInt32>, logger: Logger) {
    self.pool = pool
    self.folder = folder
    self.allowedUsers = allowedUsers
    self.logger = logger
  }

  /// The socket for a role, opened when it is first asked for.
  ///
  /// - Throws: `invalidRequest` for what is no role.
  func socket(_ name: String) throws -> String {
    guard let role = ModelRole(rawValue: name) else {
      throw SaraiError(
        .invalidRequest, es: "«\(name)» no es un papel de un modelo; lo son: \(Self.roles).",
        en: "\"\(name)\" is no role of a model; these are: \(Self.roles).", subject: "grants.models")
    }
    if let gate = gates[role] { return gate.listener.path }
    let gate = try open("m-\(role.rawValue)", ModelGateService(role: role, pool: pool))
    gates[role] = gate
    return gate.listener.path
  }

  /// The socket at which engines ask the draft model, whichever process that is and however often it was started.
  func draftSocket() throws -> String {
    if let drafts { return drafts.listener.path }
    let gate = try open("drafts", DraftGateService(pool: pool))
    drafts = gate
    return gate.listener.path
  }

  private func open(_ name: String, _ service: any RegistrableRPCService) throws -> Gate {
    let listener = try UnixListener(path: "\(folder)/\(name).sock")
    let server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: 4 << 20, allowedUsers: allowedUsers, maximumConnections: 64, log: logger),
      services: [service], interceptors: [RequestTrail(log: logger)])
    let serving = Task { [logger] in
      do { try await server.serve() } catch {
        if !Task.isCancelled { logger.error("the gate \(name) ended: \(error)") }
      }
    }
    return Gate(listener: listener, server: server, serving: serving)
  }

  func close() async {
    let all = Array(gates.values) + (drafts.map { [$0] } ?? [])
    gates = [:]
    drafts = nil
    for gate in all {
      gate.listener.removeFile()
      gate.serving.cancel()
    }
    for gate in all { await gate.serving.value }
  }

  private static var roles: String { ModelRole.allCases.map(\.rawValue).joined(separator: ", ") }
}

/// The engine contract over whichever model fills a role.
private struct ModelGateService: Sarai_Engine_V1_Engine.SimpleServiceProtocol {
  private typealias Engine = Sarai_Engine_V1_Engine.Client<HTTP2ClientTransport.Posix>

  let role: ModelRole
  let pool: ModelPool

  func describe(
    request: Sarai_Engine_V1_DescribeRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_DescribeReply {
    try await asking { try await $0.describe(request) }
  }

  func tokenize(
    request: Sarai_Engine_V1_TokenizeRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_TokenizeReply {
    try await asking { try await $0.tokenize(request) }
  }

  func detokenize(
    request: Sarai_Engine_V1_DetokenizeRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_DetokenizeReply {
    try await asking { try await $0.detokenize(request) }
  }

  func applyTemplate(
    request: Sarai_Engine_V1_ApplyTemplateRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_ApplyTemplateReply {
    try await asking { try await $0.applyTemplate(request) }
  }

  func generate(
    request: Sarai_Engine_V1_GenerateRequest, response: RPCWriter<Sarai_Engine_V1_GenerateReply>,
    context: ServerContext
  ) async throws {
    var request = request
    // Skills share one turn among them, beside that of each client of the API.
    request.client = "skills"
    // What is kept on disk belongs to SARAi's own prompts.
    request.staticMessageCount = 0
    try await asking { [request] engine in
      try await engine.generate(request) { reply in
        for try await message in reply.messages { try await response.write(message) }
      }
    }
  }

  func embed(
    request: Sarai_Engine_V1_EmbedRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_EmbedReply {
    try await asking { try await $0.embed(request) }
  }

  func saveState(
    request: Sarai_Engine_V1_SaveStateRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_SaveStateReply { throw notGranted }

  func restoreState(
    request: Sarai_Engine_V1_RestoreStateRequest, context: ServerContext
  ) async throws -> Sarai_Engine_V1_RestoreStateReply { throw notGranted }

  /// Runs a call on the engine, which is held meanwhile; the caller's leaving cancels it.
  private func asking<Reply: Sendable>(_ body: @escaping @Sendable (Engine) async throws -> Reply) async throws -> Reply
  {
    do {
      return try await untilCallerLeaves {
        guard case .engine(let engine) = try await pool.hold(role.rawValue, kind: nil) else { throw isRemote }
        do {
          let reply = try await engine.client.forward(body)
          await engine.release()
          return reply
        } catch {
          await engine.release()
          throw error
        }
      }
    } catch {
      throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
    }
  }

  private var notGranted: any Error {
    Sarai_Skills_V1_ErrorDetail.rpcError(
      SaraiError(
        .forbidden, es: "Una habilidad no guarda ni recupera estados de un modelo.",
        en: "A skill does not save or restore states of a model."))
  }

  private var isRemote: SaraiError {
    SaraiError(
      .notAvailable,
      es: "El papel «\(role.rawValue)» lo cumple un modelo de otro servidor, y las habilidades solo preguntan a los de "
        + "esta máquina: pon uno local en models.\(role.rawValue).",
      en: "The role \"\(role.rawValue)\" is filled by a model on another server, and skills ask only those of this "
        + "machine: set a local one in models.\(role.rawValue).", subject: role.rawValue)
  }
}
