import Glibc
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import NIOPosix
import SaraiCore
import SkillProtocol

/// One connection to a unix socket that speaks the contract of skills. It is not made again once it is broken.
final class SkillConnection: Sendable {
  typealias Transport = HTTP2ClientTransport.WrappedChannel

  /// `struct ucred` of socket(7): who listens at the other end.
  struct Peer: Sendable {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }

  struct WrongPeer: Error, CustomStringConvertible {
    var peer: Peer
    var description: String { "process \(peer.process), user \(peer.user)" }
  }

  private let client: GRPCClient<Transport>
  private let channel: any Channel

  var calls: Sarai_Skills_V1_Skill.Client<Transport> { .init(wrapping: client) }
  var health: Grpc_Health_V1_Health.Client<Transport> { .init(wrapping: client) }

  /// Connects to a socket that is there already.
  ///
  /// - Parameter accepts: Whether whoever listens is who should. The kernel says who that is.
  /// - Throws: `WrongPeer`, or what the system said.
  init(socket: String, accepts: @escaping @Sendable (Peer) -> Bool) async throws {
    var config = Transport.Config.defaults
    config.http2.authority = "skill"
    // Text is held back where that pays; what is sent then should go.
    config.connection.flushCoalescing = nil
    config.connection.maxIdleTime = nil
    let opened = OneShot<any Channel>()
    let transport = try await Transport.wrapping(config: config) { configure in
      let configured = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connectTimeout(.seconds(2))
        .connect(unixDomainSocketPath: socket) { channel in configure(channel) }
      do {
        let peer = try await Self.peer(of: configured.channel)
        guard accepts(peer) else { throw WrongPeer(peer: peer) }
      } catch {
        try? await configured.channel.close()
        throw error
      }
      opened.set(configured.channel)
      return configured
    }
    let client = GRPCClient(transport: transport, interceptors: [RequestTrail()])
    self.client = client
    channel = await opened.wait()
    Task {
      // Its errors are those of the calls, which report them better. It ends with the channel.
      try? await client.runConnections()
    }
  }

  deinit { abandon() }

  /// Closes the connection whatever is under way.
  ///
  /// The channel and not the client: a client that is told to end before it has begun leaves its channel open, and
  /// calls that wait for the connection would wait for ever.
  func abandon() { channel.close(promise: nil) }

  private static func peer(of channel: any Channel) async throws -> Peer {
    guard let socket = channel as? any SocketOptionProvider else { throw ChannelError.operationUnsupported }
    return try await socket.unsafeGetSocketOption(level: .socket, name: .init(rawValue: SO_PEERCRED)).get()
  }
}

extension CallOptions {
  /// - Parameter replyBytes: The longest message that is read.
  static func limits(replyBytes: Int, timeoutSeconds: Double? = nil) -> CallOptions {
    var options = CallOptions.defaults
    // The transport bounds what comes in by the first of these.
    options.maxRequestMessageBytes = replyBytes
    options.maxResponseMessageBytes = replyBytes
    options.timeout = timeoutSeconds.map { .seconds($0) }
    return options
  }
}
