import GRPCCore
import GRPCNIOTransportHTTP2Posix
import MemoryProtocol
import SaraiCore
import SkillProtocol
import Synchronization

/// The memory as a client of the supervisor has it: it asks for the memory's socket once, and talks to it from then on.
final class SupervisedMemory: Sendable {
  private typealias Connection = GRPCClient<HTTP2ClientTransport.Posix>

  private struct Open: Sendable {
    let client: Connection
    let connecting: Task<Void, Never>
  }

  private let supervision: Supervision
  private let tell: @Sendable (Localized) -> Void
  private let kept: KeptTexts
  private let open = Mutex<Open?>(nil)

  /// - Parameters:
  ///   - kept: Where what is forgotten is looked for as well.
  ///   - tell: Called with what the person has to know of the memory's file.
  init(supervision: Supervision, kept: KeptTexts, tell: @escaping @Sendable (Localized) -> Void) {
    self.supervision = supervision
    self.kept = kept
    self.tell = tell
  }

  /// The memory behind it.
  var gateway: MemoryClient {
    MemoryClient(
      connection: { try await self.connection() }, lost: { self.lose($0) },
      forgotten: { [kept] in kept.leaveOut($0, of: $1) })
  }

  func close() {
    if let open = open.withLock({ open in
      defer { open = nil }
      return open
    }) {
      Self.close(open)
    }
  }

  private func connection() async throws -> GRPCClient<HTTP2ClientTransport.Posix> {
    if let known = open.withLock({ $0?.client }) { return known }
    let reply = try await supervision.call {
      try await $0.openMemory(Sarai_Supervisor_V1_OpenMemoryRequest(), options: .atOnce)
    }
    if !reply.noticeEs.isEmpty { tell(Localized(es: reply.noticeEs, en: reply.noticeEn)) }
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let client = Connection(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: reply.socket), transportSecurity: .plaintext, config: configuration),
      interceptors: [RequestTrail()])
    let connecting = Task { _ = try? await client.runConnections() }
    // Two who ask at once may both open one; the first to be kept is used.
    let (kept, spare) = open.withLock { open in
      if let known = open { return (known.client, Open(client: client, connecting: connecting) as Open?) }
      open = Open(client: client, connecting: connecting)
      return (client, nil)
    }
    if let spare { Self.close(spare) }
    return kept
  }

  private func lose(_ client: GRPCClient<HTTP2ClientTransport.Posix>) {
    let gone = open.withLock { open in
      guard let known = open, known.client === client else { return nil as Open? }
      open = nil
      return known
    }
    if let gone { Self.close(gone) }
  }

  private static func close(_ open: Open) {
    open.client.beginGracefulShutdown()
    open.connecting.cancel()
  }
}
