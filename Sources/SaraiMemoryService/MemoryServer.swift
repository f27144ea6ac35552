import GRPCCore
import GRPCNIOTransportHTTP2Posix
package import Logging
import MemoryProtocol
package import SaraiCore
import SkillProtocol

/// A memory served on a unix socket, in a process of its own or in one that does other things too.
package struct MemoryServer: Sendable {
  package let host: MemoryHost
  private let listener: UnixListener
  private let server: GRPCServer<HTTP2ServerTransport.Posix>
  private let status = ServingStatus()

  /// - Parameters:
  ///   - folder: Where memory.db is, or will be.
  ///   - socket: At most 107 bytes.
  ///   - allowedUsers: As whom callers may connect.
  ///   - admitsSandboxes: Whether they may be in a sandbox.
  ///   - repaired: Called where the memory's file was damaged meanwhile and a backup took its place.
  /// - Throws: What opening the store and the socket throws.
  package init(
    folder: String, socket: String, allowedUsers: Set<UInt32>, admitsSandboxes: Bool,
    helpers: MemoryHelpers, log: Logger, repaired: @escaping @Sendable (Localized) -> Void = { _ in }
  ) throws {
    host = try MemoryHost(folder: folder, helpers: helpers, log: log, repaired: repaired)
    listener = try UnixListener(path: socket)
    server = GRPCServer(
      transport: SocketTransport.serve(
        listener, maximumRequestBytes: MemoryClient.messageBytes, allowedUsers: allowedUsers,
        admitsSandboxes: admitsSandboxes,
        maximumConnections: 256, log: log),
      services: [
        MemoryService(host: host),
        HealthService(service: Sarai_Memory_V1_Memory.descriptor.fullyQualifiedService, status: status),
      ], interceptors: [RequestTrail(log: log)])
  }

  package var socket: String { listener.path }

  /// Serves until `stop`, and closes the store.
  ///
  /// - Parameter ready: Called once it answers.
  package func run(ready: @Sendable () -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      _ = try await server.listeningAddress
      ready()
      let upkeep = Task(priority: .background) { await host.keepHouse() }
      defer { upkeep.cancel() }
      try await group.waitForAll()
    }
    listener.removeFile()
    try host.close()
  }

  package func stop() {
    status.stopServing()
    server.beginGracefulShutdown()
  }
}
