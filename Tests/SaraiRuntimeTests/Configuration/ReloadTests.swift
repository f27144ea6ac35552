import Foundation
import Logging
import SaraiCore
import SaraiRuntime
import Synchronization
import TestSupport
import Testing

@Suite struct ReloadTests {
  /// A reloader of a file, and what it applied.
  private final class Fixture: Sendable {
    let path: String
    let applied = Mutex<[[String]]>([])
    let reloader: ConfigurationReloader

    /// - Parameter mine: a file beside it that is read instead as soon as it exists.
    init(_ folder: URL, _ text: String, mine: String? = nil) throws {
      let shipped = folder.appending(path: "sarai.yaml").path
      path = shipped
      try text.write(toFile: shipped, atomically: true, encoding: .utf8)
      let sources = Configuration.Sources(
        asked: mine == nil ? shipped : nil, candidates: mine.map { [folder.appending(path: $0).path, shipped] } ?? [])
      let (stream, continuation) = AsyncStream.makeStream(of: [String].self)
      applications = stream
      reloader = ConfigurationReloader(
        running: try Configuration(sources), sources: sources, pollIntervalSeconds: 0.02,
        log: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
      ) { _, keys in continuation.yield(keys) }
    }

    let applications: AsyncStream<[String]>

    func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
  }

  @Test func `What can be reloaded is applied and the rest is named`() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try Fixture(folder, "server:\n  port: 8080\nlog:\n  level: info\n")
      try fixture.write("server:\n  port: 9090\nlog:\n  level: debug\nruntime:\n  threads: 2\n")
      let outcome = try await fixture.reloader.reload()
      #expect(outcome.applied == ["runtime.threads", "log.level"])
      #expect(outcome.needsRestart == ["server.port"])
      #expect(fixture.reloader.running.text("log.level") == "debug")
      #expect(fixture.reloader.running.integer("server.port") == 8080)
    }
  }

  @Test func `A change that needs a restart is named once, and again when it changes again`() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try Fixture(folder, "server:\n  port: 8080\n")
      try fixture.write("server:\n  port: 9090\n")
      #expect(try await fixture.reloader.reload().needsRestart == ["server.port"])
      #expect(try await fixture.reloader.reload().needsRestart.isEmpty)
      try fixture.write("server:\n  port: 8080\n")
      #expect(try await fixture.reloader.reload().needsRestart.isEmpty)
      try fixture.write("server:\n  port: 9090\n")
      #expect(try await fixture.reloader.reload().needsRestart == ["server.port"])
    }
  }

  @Test func `A file with a fault changes nothing`() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try Fixture(folder, "log:\n  level: info\n")
      try fixture.write("log:\n  level: debug\nserver:\n  port: no\n")
      await #expect(throws: ConfigurationError.self) { try await fixture.reloader.reload() }
      #expect(fixture.reloader.running.text("log.level") == "info")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `A file of the user's own is read as soon as it is made`() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try Fixture(folder, "log:\n  level: info\n", mine: "mine.yaml")
      let running = Task { try await fixture.reloader.run() }
      defer { running.cancel() }
      try "log:\n  level: error\n".write(
        toFile: folder.appending(path: "mine.yaml").path, atomically: true, encoding: .utf8)
      var applications = fixture.applications.makeAsyncIterator()
      #expect(await applications.next() == ["log.level"])
      #expect(fixture.reloader.running.text("log.level") == "error")
      // Without it the other file counts again.
      try FileManager.default.removeItem(at: folder.appending(path: "mine.yaml"))
      #expect(await applications.next() == ["log.level"])
      #expect(fixture.reloader.running.text("log.level") == "info")
    }
  }

  @Test func `A file that was asked for by name and is gone changes nothing`() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try Fixture(folder, "log:\n  level: debug\n")
      try FileManager.default.removeItem(atPath: fixture.path)
      await #expect(throws: ConfigurationError.self) { try await fixture.reloader.reload() }
      #expect(fixture.reloader.running.text("log.level") == "debug")
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func `A running reloader sees that its file was replaced`() async throws {
    try await withTemporaryFolder { folder in
      let fixture = try Fixture(folder, "log:\n  level: info\n")
      let running = Task { try await fixture.reloader.run() }
      defer { running.cancel() }
      // Written with another size each time, so that no clock is too coarse to tell the change.
      try fixture.write("log:\n  level: warning\n")
      var applications = fixture.applications.makeAsyncIterator()
      let first = await applications.next()
      #expect(first == ["log.level"])
      #expect(fixture.reloader.running.text("log.level") == "warning")
    }
  }
}
