import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import Logging
import MemoryProtocol
import SaraiCore
import SaraiMemoryService
import TestSupport

/// A memory that is served on a socket, and a client of it.
struct MemoryFixture {
  let folder: URL
  let memory: MemoryClient
  let server: MemoryServer

  /// Wednesday, 11 March 2026, 10:00 UTC.
  static let now = CivilDateTime(date: CivilDate(year: 2026, month: 3, day: 11)!, secondOfDay: 36_000)

  static func with(
    folder given: URL? = nil, helpers: MemoryHelpers = MemoryHelpers(), _ body: (MemoryFixture) async throws -> Void
  ) async throws {
    if let given { return try await serve(given, helpers, body) }
    try await withTemporaryFolder { try await serve($0, helpers, body) }
  }

  private static func serve(
    _ folder: URL, _ helpers: MemoryHelpers, _ body: (MemoryFixture) async throws -> Void
  ) async throws {
    let home = folder.appending(path: "memory")
    try FileManager.default.createDirectory(
      at: home, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    var log = Logger(label: "test")
    log.logLevel = .critical
    let server = try MemoryServer(
      folder: home.path, socket: folder.appending(path: "m.sock").path, allowedUsers: [geteuid()],
      admitsSandboxes: false, helpers: helpers, log: log)
    let ready = OneShot<Void>()
    let serving = Task { try await server.run { ready.set(()) } }
    await ready.wait()
    let client = GRPCClient(
      transport: try HTTP2ClientTransport.Posix(
        target: .unixDomainSocket(path: server.socket), transportSecurity: .plaintext))
    let connecting = Task { try? await client.runConnections() }
    // The first call may come before there is a connection.
    let health = MemoryClient(connection: { client }, lost: { _ in })
    let end = {
      client.beginGracefulShutdown()
      await connecting.value
      server.stop()
      try await serving.value
    }
    do {
      while (try? await health.describe()) == nil { await Task.yield() }
      try await body(MemoryFixture(folder: home, memory: health, server: server))
    } catch {
      try await end()
      throw error
    }
    try await end()
  }

  @discardableResult
  func tell(
    _ text: String, owner: String = "ana", reply: String = "", source: String = MemoryFact.userInput,
    sourceName: String = "", key: String = ""
  ) async throws -> MemoryLearnt {
    try await memory.learn(
      MemoryLesson(
        owner: owner, conversation: "c", text: text, reply: reply, language: .spanish, now: Self.now, source: source,
        sourceName: sourceName, key: key))
  }

  func ask(_ text: String, owner: String = "ana", mayChange: Bool = true) async throws -> MemoryReply? {
    try await memory.respond(
      to: MemoryQuestion(owner: owner, text: text, language: .spanish, now: Self.now, mayChange: mayChange))
  }

  func facts(_ owner: String = "ana", _ change: (inout MemoryQuery) -> Void = { _ in }) async throws -> [MemoryFact] {
    var query = MemoryQuery(owner: owner)
    change(&query)
    return try await memory.facts(query)
  }

  /// Files of the memory's folder that hold the bytes of a text.
  func files(holding text: String) throws -> [String] {
    (FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []).filter { name in
      (try? Data(contentsOf: folder.appending(path: name)))?.range(of: Data(text.utf8)) != nil
    }
  }
}

extension MemoryFact {
  var words: String { "\(subject)|\(verb)|\(object)" }
}
