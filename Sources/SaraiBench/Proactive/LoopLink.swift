import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import LoopProtocol
import SaraiCore
import SkillProtocol
import Synchronization

/// The supervisor of a home, and the loop that it keeps, over their sockets.
final class LoopLink: Sendable {
  typealias Connection = GRPCClient<HTTP2ClientTransport.Posix>

  private struct Open {
    let client: Connection
    let task: Task<Void, Never>
  }

  /// Whose jobs and inbox are used: the person's at the keyboard, who also looks after SARAi's own jobs.
  static let owner = "local"

  private let watch: ProcessWatch
  private let supervisorLink: Open
  private let loopLink = Mutex<Open?>(nil)

  init(_ watch: ProcessWatch) throws {
    self.watch = watch
    supervisorLink = try Self.open(watch.home + "/run/supervisor.sock")
  }

  func close() {
    supervisorLink.client.beginGracefulShutdown()
    supervisorLink.task.cancel()
    lose()
  }

  /// The loop's calls; each makes a connection anew where the process that it went to has ended.
  var loop: LoopClient {
    LoopClient(connection: { try await self.connection() }, lost: { _ in self.lose() })
  }

  func stopSkill(_ name: String) async throws {
    var request = Sarai_Supervisor_V1_StopSkillRequest()
    request.name = name
    _ = try await Sarai_Supervisor_V1_Supervisor.Client(wrapping: supervisorLink.client).stopSkill(request)
  }

  /// Kills the loop's process, and gives how long it took until another one answered in its place, in milliseconds.
  ///
  /// - Throws: `SaraiError` where there is no loop, or none comes back within ten seconds.
  func timedRestart() async throws -> Double {
    let old = try await loopSocket()
    guard let supervisor = ProcessSearch.supervisor(home: watch.home),
      let pid = ProcessSearch.descendant(of: supervisor, named: "sarai-loop")
    else { throw Self.gone }
    kill(pid, SIGKILL)
    let start = Monotonic.seconds()
    while Monotonic.seconds() - start < 10 {
      guard let socket = try? await loopSocket(), socket != old else {
        try await Task.sleep(for: .milliseconds(1))
        continue
      }
      let link = try Self.open(socket)
      defer {
        link.client.beginGracefulShutdown()
        link.task.cancel()
      }
      _ = try await Sarai_Loop_V1_Loop.Client(wrapping: link.client).describe(.init())
      return 1000 * (Monotonic.seconds() - start)
    }
    throw Self.gone
  }

  private func loopSocket() async throws -> String {
    try await Sarai_Supervisor_V1_Supervisor.Client(wrapping: supervisorLink.client).openLoop(.init()).socket
  }

  private func connection() async throws -> Connection {
    if let known = loopLink.withLock({ $0?.client }) { return known }
    let link = try Self.open(await loopSocket())
    loopLink.withLock { $0 = link }
    return link.client
  }

  private func lose() {
    let link = loopLink.withLock { link in
      defer { link = nil }
      return link
    }
    link?.client.beginGracefulShutdown()
    link?.task.cancel()
  }

  private static func open(_ socket: String) throws -> Open {
    var configuration = HTTP2ClientTransport.Posix.Config.defaults
    configuration.backoff = .init(initial: .milliseconds(1), max: .milliseconds(20), multiplier: 1.6, jitter: 0.2)
    configuration.connection.flushCoalescing = nil
    let client = Connection(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: socket), transportSecurity: .plaintext, config: configuration))
    return Open(client: client, task: Task { _ = try? await client.runConnections() })
  }

  private static var gone: SaraiError {
    SaraiError(
      .engineFailed, es: "El bucle medido no vuelve tras matarlo: mira «sarai logs --role supervisor».",
      en: "The measured loop does not come back once killed: see \"sarai logs --role supervisor\".", subject: "loop")
  }
}
