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

    init(_ folder: URL, _ text: String) throws {
      path = folder.appending(path: "sarai.yaml").path
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      let sources = Configuration.Sources(path: path)
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
