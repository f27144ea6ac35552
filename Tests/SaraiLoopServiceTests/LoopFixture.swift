import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
import LoopProtocol
import SaraiCore
import SaraiLoopService
import TestSupport

/// A loop that is served on a socket, and a client of it.
struct LoopFixture {
  typealias Connection = GRPCClient<HTTP2ClientTransport.Posix>

  let loop: LoopClient
  let connection: Connection

  static func with(_ body: (LoopFixture) async throws -> Void) async throws {
    try await withTemporaryFolder { folder in
      var log = Logger(label: "test")
      log.logLevel = .critical
      let server = try LoopServer(
        folder: folder.path, socket: folder.appending(path: "l.sock").path, allowedUsers: [geteuid()], log: log)
      let ready = OneShot<Void>()
      let serving = Task { try await server.run { ready.set(()) } }
      await ready.wait()
      let connection = Connection(
        transport: try HTTP2ClientTransport.Posix(
          target: .unixDomainSocket(path: folder.appending(path: "l.sock").path), transportSecurity: .plaintext))
      let connecting = Task { try? await connection.runConnections() }
      let end = {
        connection.beginGracefulShutdown()
        await connecting.value
        server.stop()
        try await serving.value
      }
      do {
        try await body(
          LoopFixture(loop: LoopClient(connection: { connection }, lost: { _ in }), connection: connection))
      } catch {
        try await end()
        throw error
      }
      try await end()
    }
  }

  /// Plays the supervisor until `body` is over: `say` reports, `commands` are what it is told.
  func accompany(
    enabled: Bool = true,
    _ body:
      @escaping @Sendable (
        _ say: @escaping @Sendable (Sarai_Loop_V1_Report) -> Void,
        _ commands: inout AsyncStream<Sarai_Loop_V1_Command>.AsyncIterator
      ) async throws -> Void
  ) async throws {
    let (reports, reporter) = AsyncStream.makeStream(of: Sarai_Loop_V1_Report.self)
    let (commands, commander) = AsyncStream.makeStream(of: Sarai_Loop_V1_Command.self)
    var settings = Sarai_Loop_V1_Report()
    settings.settings.isEnabled = enabled
    settings.settings.zone = "UTC"
    settings.settings.suggestionsADay = 3
    settings.settings.memoryHighBytes = 1_000
    settings.settings.memoryCriticalBytes = 2_000
    reporter.yield(settings)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        try await Sarai_Loop_V1_Loop.Client(wrapping: connection).accompany { writer in
          for await report in reports { try await writer.write(report) }
        } onResponse: { response in
          for try await command in response.messages { commander.yield(command) }
        }
        commander.finish()
      }
      group.addTask {
        defer { reporter.finish() }
        var iterator = commands.makeAsyncIterator()
        try await body({ reporter.yield($0) }, &iterator)
      }
      try await group.waitForAll()
    }
  }

  static func job(_ schedule: String, _ action: String, _ arguments: [String: String], owner: String = "ana")
    -> Sarai_Loop_V1_Job
  {
    var job = Sarai_Loop_V1_Job()
    job.name = "one"
    job.owner = owner
    job.schedule = schedule
    job.action = action
    job.arguments = arguments
    return job
  }
}

extension Sarai_Loop_V1_Report {
  static func event(_ kind: String, _ values: [String: String] = [:]) -> Self {
    var report = Self()
    report.event.kind = kind
    report.event.values = values
    return report
  }

  static func said(_ text: String, to order: Sarai_Loop_V1_Order) -> Self {
    var report = Self()
    report.outcome.key = order.key
    report.outcome.effect.unit = "messages"
    report.outcome.effect.after = 1
    report.outcome.text = text
    return report
  }
}

extension AsyncStream<Sarai_Loop_V1_Command>.AsyncIterator {
  /// The next order, whatever comes before it.
  mutating func nextOrder() async -> Sarai_Loop_V1_Order? {
    while let command = await next() {
      if case .order(let order) = command.kind { return order }
    }
    return nil
  }
}
