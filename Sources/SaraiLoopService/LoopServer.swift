import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
import LoopProtocol
import SaraiCore
import SaraiLoop
import SkillProtocol

/// A loop served on a unix socket.
package struct LoopServer: Sendable {
  private let engine: LoopEngine
  private let hands = RemoteHands()
  private let listener: UnixListener
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let status = ServingStatus()
  private let log: Logger

  /// - Parameters:
  ///   - folder: Where loop.db is, or will be.
  ///   - socket: At most 107 bytes.
  ///   - allowedUsers: As whom callers may connect.
  /// - Throws: What opening the store and the socket throws.
  package init(folder: String, socket: String, allowedUsers: Set<UInt32>, log: Logger) throws {
    // Nothing is done before the companion has told the settings.
    var settings = LoopSettings()
    settings.isEnabled = false
    engine = try LoopEngine(folder: folder, hands: hands, settings: settings)
    listener = try UnixListener(path: socket)
    self.log = log
    server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: LoopClient.messageBytes, allowedUsers: allowedUsers, admitsSandboxes: true,
        maximumConnections: 256, log: log),
      services: [
        LoopService(engine: engine, hands: hands, events: LoopEvents(engine: engine, log: log)),
        HealthService(service: Sarai_Loop_V1_Loop.descriptor.fullyQualifiedService, status: status),
      ])
  }

  /// Serves until `stop`, and closes the store.
  ///
  /// - Parameter ready: Called once it answers.
  package func run(ready: @Sendable () -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      ready()
      let working = Task { await engine.run() }
      let items = try await engine.changes()
      let showing = Task { for await item in items { hands.show(item) } }
      defer {
        working.cancel()
        showing.cancel()
      }
      try await group.waitForAll()
    }
    listener.removeFile()
    try await engine.close()
  }

  package func stop() {
    status.stopServing()
    server.beginGracefulShutdown()
  }
}
