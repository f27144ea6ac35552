import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import SaraiCore
import SkillProtocol
import Synchronization

/// A connection to a socket that was granted: a model's, a skill's. It is opened at the first call and kept.
final class GrantedSocket: Sendable {
  typealias Client = GRPCClient<HTTP2ClientTransport.Posix>

  private struct State {
    var client: Client?
    /// Where nobody could answer: until then nobody waits for it again.
    var restsUntil: ContinuousClock.Instant?
  }

  private static let restSeconds = 30.0

  private let path: String
  private let state = Mutex(State())

  init(_ path: String) { self.path = path }

  deinit { state.withLock { $0.client }?.beginGracefulShutdown() }

  /// Makes a call.
  ///
  /// - Throws: What the call throws; `Absent` where there is no socket, or who answers it failed a moment ago.
  func call<Reply: Sendable>(
    timeoutSeconds: Double, _ body: @Sendable (Client, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    guard access(path, F_OK) == 0, state.withLock({ $0.restsUntil.map { $0 < .now } ?? true }) else { throw Absent() }
    var options = CallOptions.defaults
    options.timeout = .seconds(timeoutSeconds)
    do {
      return try await body(try client(), options)
    } catch {
      // Who gave up waiting says nothing about the other end.
      if !Task.isCancelled, (error as? RPCError)?.code != .cancelled {
        state.withLock { $0.restsUntil = .now + .seconds(Self.restSeconds) }
      }
      throw error
    }
  }

  private func client() throws -> Client {
    if let known = state.withLock({ $0.client }) { return known }
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(10), max: .milliseconds(250), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let client = Client(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: path), transportSecurity: .plaintext, config: configuration),
      interceptors: [RequestTrail()])
    let (chosen, isNew) = state.withLock { state in
      if let known = state.client { return (known, false) }
      state.client = client
      return (client, true)
    }
    if isNew { Task { try? await client.runConnections() } }
    return chosen
  }

  struct Absent: Error {}
}
