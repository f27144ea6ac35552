import Glibc
package import GRPCNIOTransportHTTP2Posix
package import Logging
import NIOCore
package import NIOPosix
import Synchronization

/// gRPC over a unix socket, for callers that the kernel vouches for.
package enum SocketTransport {
  /// A transport on a socket that listens already.
  ///
  /// - Parameters:
  ///   - maximumRequestBytes: A longer message ends its call before it is read.
  ///   - allowedUsers: User ids, as this process sees them, that may connect; everyone else is hung up on before a byte
  ///     is read.
  ///   - admitsSandboxes: Whether a process of another pid namespace may connect, as those in sandboxes are.
  ///   - maximumConnections: Further ones are hung up on.
  ///   - connections: Counts them.
  ///   - group: The threads to run on; nil takes those that all of the process shares.
  package static func serve(
    _ listener: UnixListener, maximumRequestBytes: Int, allowedUsers: Set<UInt32>, admitsSandboxes: Bool = true,
    maximumConnections: Int, connections: ConnectionCount = ConnectionCount(),
    group: MultiThreadedEventLoopGroup? = nil, log: Logger
  ) -> HTTP2ServerTransport.Posix {
    let door = Door(
      allowedUsers: allowedUsers, admitsSandboxes: admitsSandboxes, maximumConnections: maximumConnections,
      connections: connections,
      log: log)
    return HTTP2ServerTransport.Posix(
      listeningSocketDescriptor: Int(listener.descriptor), transportSecurity: .plaintext,
      config: .defaults { config in
        config.rpc.maxRequestPayloadSize = maximumRequestBytes
        // Text is held back where that pays; what is sent then should go.
        config.connection.flushCoalescing = nil
        config.channelDebuggingCallbacks.onAcceptTCPConnection = { door.admit($0) }
      }, eventLoopGroup: group ?? .singletonMultiThreadedEventLoopGroup)
  }
}

/// How many connections a socket has.
package final class ConnectionCount: Sendable {
  private let count = Atomic(0)

  package init() {}

  package var now: Int { count.load(ordering: .relaxed) }

  /// - Returns: How many there are then.
  fileprivate func add(_ number: Int) -> Int { count.add(number, ordering: .relaxed).newValue }
}

/// Lets in who may come, before anything is read from them.
private final class Door: Sendable {
  /// `struct ucred` of socket(7): who was at the other end when the connection was made.
  private struct PeerCredentials {
    var process: Int32 = 0
    var user: UInt32 = 0
    var group: UInt32 = 0
  }

  private struct Refused: Error {}

  private let allowedUsers: Set<UInt32>
  /// Of whom may connect; nil where it does not matter.
  private let namespace: String?
  private let maximumConnections: Int
  private let connections: ConnectionCount
  private let log: Logger

  init(
    allowedUsers: Set<UInt32>, admitsSandboxes: Bool, maximumConnections: Int, connections: ConnectionCount, log: Logger
  ) {
    self.connections = connections
    self.allowedUsers = allowedUsers
    namespace = admitsSandboxes ? nil : Self.namespace(of: "self")
    self.maximumConnections = maximumConnections
    self.log = log
  }

  /// Hangs up on who may not come; the connection has not begun to read.
  func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
    guard let socket = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(Refused())
    }
    let peer: EventLoopFuture<PeerCredentials> = socket.unsafeGetSocketOption(
      level: .socket, name: .init(rawValue: SO_PEERCRED))
    let admitted = peer.flatMapThrowing { peer in
      guard self.allowedUsers.contains(peer.user) else {
        self.log.warning("refused a connection of another user", metadata: ["uid": "\(peer.user)"])
        throw Refused()
      }
      if let namespace = self.namespace, Self.namespace(of: "\(peer.process)") != namespace {
        self.log.warning("refused a connection from inside a sandbox", metadata: ["pid": "\(peer.process)"])
        throw Refused()
      }
      guard self.connections.add(1) <= self.maximumConnections else {
        _ = self.connections.add(-1)
        self.log.warning("refused a connection: there are \(self.maximumConnections) already")
        throw Refused()
      }
      channel.closeFuture.whenComplete { _ in _ = self.connections.add(-1) }
    }
    // NIO drops a connection whose future fails, and leaves it open.
    admitted.whenFailure { _ in channel.close(promise: nil) }
    return admitted
  }

  /// The pid namespace of a process, as a name; nil where it is gone or hidden.
  private static func namespace(of process: String) -> String? {
    let name = [CChar](unsafeUninitializedCapacity: 64) { buffer, count in
      count = max(0, buffer.baseAddress.map { readlink("/proc/\(process)/ns/pid", $0, buffer.count) } ?? 0)
    }
    return name.isEmpty ? nil : String(decoding: name.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
