import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization

/// Takes connections from a listening socket and serves each in a task of its own.
///
/// The socket may have been opened by another process, which then holds what clients sent while this one was away.
final class SocketServer: Sendable {
  private typealias Listener = NIOAsyncChannel<GuardedChannel.Value, Never>

  private struct State {
    var isClosing = false
    var connections: [ObjectIdentifier: any Channel] = [:]
  }

  private let socket: ListeningSocket
  private let connections: GuardedChannel
  private let maxConnections: Int
  private let logger: Logger
  private let state = Mutex(State())

  init(_ socket: ListeningSocket, connections: GuardedChannel, maxConnections: Int, logger: Logger) {
    self.socket = socket
    self.connections = connections
    self.maxConnections = maxConnections
    self.logger = logger
  }

  /// Serves until a graceful shutdown: from then on no connection is taken, and one ends with its answer under way.
  ///
  /// - Parameter listening: Called once connections are taken.
  func run(listening: () async -> Void) async throws {
    let listener = try await listen()
    try await withGracefulShutdownHandler {
      await listening()
      try await listener.executeThenClose { incoming in
        try await withThrowingDiscardingTaskGroup { group in
          for try await connection in incoming { group.addTask { await self.serve(connection) } }
        }
      }
    } onGracefulShutdown: {
      listener.channel.close(promise: nil)
      self.quiesce()
    }
  }

  private func listen() async throws -> Listener {
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelOption(.allowRemoteHalfClosure, value: true)
      .serverChannelInitializer { [maxConnections, logger] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            AvailableConnectionsChannelHandler(
              delegate: MaximumAvailableConnections(maxConnections, logger: logger)))
        }
      }
    return try await bootstrap.bind(socket.giveAway()) { [connections, logger] in
      connections.setup(channel: $0, logger: logger)
    }
  }

  private func serve(_ connection: GuardedChannel.Value) async {
    let key = ObjectIdentifier(connection.channel)
    let isClosing = state.withLock { state in
      state.connections[key] = connection.channel
      return state.isClosing
    }
    if isClosing { Self.quiesce(connection.channel) }
    await connections.handle(value: connection, logger: logger)
    state.withLock { _ = $0.connections.removeValue(forKey: key) }
  }

  private func quiesce() {
    let open = state.withLock { state in
      state.isClosing = true
      return Array(state.connections.values)
    }
    for channel in open { Self.quiesce(channel) }
  }

  /// Ends a connection once nothing is being answered on it.
  private static func quiesce(_ channel: any Channel) {
    channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
  }
}
