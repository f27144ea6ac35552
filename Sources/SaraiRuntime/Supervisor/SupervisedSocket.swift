import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SkillProtocol
import Synchronization

/// A connection to what the supervisor serves beside itself: its socket is asked for once, and again where nobody
/// answers at it any more.
final class SupervisedSocket: Sendable {
  typealias Connection = GRPCClient<HTTP2ClientTransport.Posix>

  private struct Open: Sendable {
    let client: Connection
    let connecting: Task<Void, Never>
  }

  private let socket: @Sendable () async throws -> String
  private let open = Mutex<Open?>(nil)

  /// - Parameter socket: Asks where it serves now.
  init(socket: @escaping @Sendable () async throws -> String) { self.socket = socket }

  func close() { if let open = take() { Self.close(open) } }

  func connection() async throws -> Connection {
    if let known = open.withLock({ $0?.client }) { return known }
    let client = try Self.client(socket: await socket())
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

  /// Forgets a connection that found nobody at the other end.
  func lose(_ client: Connection) {
    if let gone = take(if: { $0 === client }) { Self.close(gone) }
  }

  /// A client that tries again soon: what it talks to starts in milliseconds.
  static func client(socket: String) throws -> Connection {
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    return Connection(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: configuration),
      interceptors: [RequestTrail()])
  }

  private func take(if holds: (Connection) -> Bool = { _ in true }) -> Open? {
    open.withLock { open in
      guard let known = open, holds(known.client) else { return nil }
      open = nil
      return known
    }
  }

  private static func close(_ open: Open) {
    open.client.beginGracefulShutdown()
    open.connecting.cancel()
  }
}
