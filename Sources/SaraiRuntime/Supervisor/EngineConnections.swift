import SaraiCore
import SaraiModels
import SkillProtocol
import Synchronization

/// An engine for the time of a request.
struct LentEngine: Sendable {
  let client: EngineClient
  let contextTokens: Int
  fileprivate let hold: EngineHold
  fileprivate let socket: String
  fileprivate let owner: EngineConnections

  /// To be called once, whatever came of the request.
  func giveBack(_ result: Sarai_Supervisor_V1_HoldEngineRequest.Result? = nil) {
    hold.release(result)
    owner.end(hold, on: socket)
  }
}

/// Connections to engines, by their sockets; one that nobody has used for a while is closed.
final class EngineConnections: Sendable {
  private struct Connection {
    let client: EngineClient
    let holds: Holds
    var idleTimer: Task<Void, Never>?
  }

  /// The requests on one engine: the hold of each hears of the engine's end.
  private final class Holds: Sendable {
    private let all = Mutex<[ObjectIdentifier: EngineHold]>([:])

    var isEmpty: Bool { all.withLock { $0.isEmpty } }
    func insert(_ hold: EngineHold) { all.withLock { $0[ObjectIdentifier(hold)] = hold } }
    func remove(_ hold: EngineHold) { all.withLock { $0[ObjectIdentifier(hold)] = nil } }

    /// Why the engine is gone, where it is gone or goes within so many seconds.
    func failure(withinSeconds seconds: Double) async -> SaraiError? {
      guard let hold = all.withLock({ $0.values.first }) else { return nil }
      return try? await withDeadline(
        seconds: seconds,
        expired: { SaraiError(.timeout, es: "el motor no ha terminado", en: "the engine has not ended") },
        { try await hold.ended.waitOrCancel() })
    }
  }

  /// An engine that goes away while nobody uses it is connected to in vain for no longer than this.
  private static let idleSeconds = 30.0

  private let open = Mutex<[String: Connection]>([:])

  func lend(_ held: Sarai_Supervisor_V1_HoldEngineReply.Held, _ hold: EngineHold) throws -> LentEngine {
    let client = try open.withLock { open in
      var connection: Connection
      if let known = open[held.socket] {
        connection = known
      } else {
        let holds = Holds()
        let client = try EngineClient(name: held.model, socket: held.socket) {
          await holds.failure(withinSeconds: 2)
        }
        connection = Connection(client: client, holds: holds)
      }
      connection.idleTimer?.cancel()
      connection.idleTimer = nil
      connection.holds.insert(hold)
      open[held.socket] = connection
      return connection.client
    }
    return LentEngine(
      client: client, contextTokens: Int(held.contextTokens), hold: hold, socket: held.socket, owner: self)
  }

  fileprivate func end(_ hold: EngineHold, on socket: String) {
    let gone = open.withLock { open -> EngineClient? in
      guard let connection = open[socket] else { return nil }
      connection.holds.remove(hold)
      if hold.ended.value != nil {
        open[socket] = nil
        return connection.client
      }
      guard connection.holds.isEmpty else { return nil }
      open[socket]?.idleTimer = Task { [weak self] in
        guard (try? await Task.sleep(for: .seconds(Self.idleSeconds))) != nil else { return }
        self?.closeIdle(socket)
      }
      return nil
    }
    gone?.abandon()
  }

  private func closeIdle(_ socket: String) {
    let idle = open.withLock { open -> EngineClient? in
      // The timer may have run out while a request came in.
      guard !Task.isCancelled, let connection = open[socket], connection.holds.isEmpty else { return nil }
      open[socket] = nil
      return connection.client
    }
    idle?.close()
  }

  func close() {
    let all = open.withLock { open in
      defer { open = [:] }
      return Array(open.values)
    }
    for connection in all {
      connection.idleTimer?.cancel()
      connection.client.close()
    }
  }
}
