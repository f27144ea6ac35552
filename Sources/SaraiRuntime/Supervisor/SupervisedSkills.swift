import FoundationEssentials
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import SaraiCore
package import SaraiSkills
import SkillProtocol
import Synchronization

/// Skills as a client of the supervisor calls them: it asks for a skill's socket once, and talks to the skill through
/// it from then on.
package final class SupervisedSkills: SkillCalling {
  private typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

  private struct Key: Hashable {
    var name: String
    var files: [String]
  }

  private struct Gate: Sendable {
    let client: Client
    let connecting: Task<Void, Never>
    /// The supervisor that gave it: another one has other sockets.
    let owner: ObjectIdentifier
    let socket: String

    /// A gate with grants is closed when nobody has used it for a while.
    var isOpen: Bool { access(socket, F_OK) == 0 }
  }

  private let supervision: Supervision
  private let gates = Mutex<[Key: Gate]>([:])

  package init(supervision: Supervision) { self.supervision = supervision }

  package func close() {
    let all = gates.withLock { gates in
      defer { gates = [:] }
      return Array(gates.values)
    }
    for gate in all { Self.close(gate) }
  }

  // MARK: - SkillCalling

  package func infer(_ name: String, _ call: SkillCall, grants: SkillGrants) async throws -> SkillAnswer {
    let message = call.message
    let reply = try await calling(name, grants) { try await $0.infer(message, options: .atOnce) }
    return try SkillAnswer(reply, skill: name)
  }

  package func inferStream(
    _ name: String, _ call: SkillCall, grants: SkillGrants, part: @escaping @Sendable (String) -> Void
  ) async throws -> SkillAnswer {
    let message = call.message
    let reply = try await calling(name, grants) { skill in
      try await skill.inferStream(message, options: .atOnce) { response in
        var last = Sarai_Skills_V1_InferReply()
        for try await event in response.messages {
          switch event.event {
          case .part(let bytes): part(String(decoding: bytes, as: UTF8.self))
          case .reply(let reply): last = reply
          case nil: break
          }
        }
        return last
      }
    }
    return try SkillAnswer(reply, skill: name)
  }

  /// Starts the skill where it has to be, and asks what it is.
  package func check(_ name: String) async throws {
    _ = try await calling(name, SkillGrants()) { try await $0.describe(Sarai_Skills_V1_DescribeRequest()) }
  }

  /// Has a supervisor that runs take a skill from its folder anew, or end it where its folder is gone.
  package static func refresh(_ name: String, _ setup: Setup) async throws {
    guard let client = try SupervisorClient.running(setup.folders) else { return }
    defer { client.close() }
    do {
      var request = Sarai_Supervisor_V1_ReloadSkillRequest()
      request.name = name
      _ = try await client.call { [request] in try await $0.reloadSkill(request, options: .atOnce) }
    } catch is SaraiError {
      var request = Sarai_Supervisor_V1_StopSkillRequest()
      request.name = name
      _ = try await client.call { [request] in try await $0.stopSkill(request, options: .atOnce) }
    }
  }

  /// Ends a skill that was removed, wherever it runs, and takes what it left: its log and its configuration.
  package static func forget(_ name: String, _ setup: Setup) async {
    try? await refresh(name, setup)
    for path in ["\(setup.folders.skillLogs)/\(name).log", "\(setup.folders.skillConfigurations)/\(name)"] {
      try? FileManager.default.removeItem(atPath: path)
    }
  }

  // MARK: - Gates

  private func calling<Reply: Sendable>(
    _ name: String, _ grants: SkillGrants,
    _ body: @Sendable (Sarai_Skills_V1_Skill.Client<HTTP2ClientTransport.Posix>) async throws -> Reply
  ) async throws -> Reply {
    let gate = try await gate(name, grants)
    do {
      return try await body(Sarai_Skills_V1_Skill.Client(wrapping: gate.client))
    } catch let error as RPCError {
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { throw SaraiError(detail, fallback: .skillFailed) }
      if Task.isCancelled || error.code == .cancelled { throw CancellationError() }
      throw SaraiError(
        .skillFailed,
        es: "El supervisor de SARAi, que lleva las habilidades, se detuvo mientras «\(name)» respondía. Vuelve a "
          + "intentarlo.",
        en: "SARAi's supervisor, which runs the skills, stopped while \"\(name)\" answered. Try again.", subject: name,
        cause: error)
    }
  }

  private func gate(_ name: String, _ grants: SkillGrants) async throws -> Gate {
    let key = Key(name: name, files: grants.files.map(\.path).sorted())
    let owner = ObjectIdentifier(try await supervision.client())
    if let known = gates.withLock({ $0[key] }), known.owner == owner, known.isOpen { return known }
    var request = Sarai_Supervisor_V1_OpenSkillRequest()
    request.name = name
    request.readOnlyFiles = key.files
    let reply = try await supervision.call { [request] in try await $0.openSkill(request, options: .atOnce) }
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let client = Client(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: reply.socket), transportSecurity: .plaintext, config: configuration))
    let connecting = Task { _ = try? await client.runConnections() }
    let gate = Gate(
      client: client, connecting: connecting, owner: ObjectIdentifier(try await supervision.client()),
      socket: reply.socket)
    // Several first calls at once may each have opened one: all use the first, for closing it would cut calls short.
    let (kept, spare) = gates.withLock { gates in
      if let known = gates[key], known.owner == gate.owner, known.isOpen { return (known, gate as Gate?) }
      let old = gates[key]
      gates[key] = gate
      return (gate, old)
    }
    if let spare { Self.close(spare) }
    return kept
  }

  private static func close(_ gate: Gate) {
    gate.client.beginGracefulShutdown()
    gate.connecting.cancel()
  }
}
