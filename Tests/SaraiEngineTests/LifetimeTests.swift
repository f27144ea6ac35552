import Foundation
import GRPCCore
import SkillProtocol
import Testing
import TestSupport

@Suite(.serialized) struct LifetimeTests {
  @Test func `it ends cleanly on SIGTERM and takes its socket away`() async throws {
    try await withEngine(arguments: ["--context", "256"]) { engine in
      #expect(FileManager.default.fileExists(atPath: engine.socket.path))
      kill(engine.process.processIdentifier, SIGTERM)
      #expect(engine.waitForExit() == 0)
      #expect(engine.process.terminationReason == .exit)
      #expect(!FileManager.default.fileExists(atPath: engine.socket.path))
    }
  }

  @Test func `it ends when its parent is gone, also in the middle of an answer`() async throws {
    try await withEngine(arguments: ["--context", "2048"]) { engine in
      try await engine.withClient { calls, _ in
        let (started, begin) = AsyncStream<Void>.makeStream()
        let talking = Task {
          try await calls.generate(
            .chat("Tell me a long story.") {
              $0.maxTokens = 2_000
              $0.temperature = 1
              $0.logitBias = [0: -100, 2: -100]
            }
          ) { response in
            for try await reply in response.messages where !reply.text.isEmpty { begin.yield() }
          }
        }
        for await _ in started { break }
        try engine.closeInput()
        await #expect(throws: (any Error).self) { try await talking.value }
      }
      #expect(engine.waitForExit() == 0)
      #expect(engine.process.terminationReason == .exit)
    }
  }

  @Test func `Ctrl-C in the terminal of its parent does not end it`() async throws {
    try await withEngine(arguments: ["--context", "256"]) { engine in
      kill(engine.process.processIdentifier, SIGINT)
      try await engine.withClient { calls, _ in _ = try await calls.describe(.init()) }
      #expect(engine.process.isRunning)
    }
  }

  @Test func `only its owner may connect, and a stale socket is replaced`() async throws {
    try await withTemporaryFolder { folder in
      let first = try RunningEngine(in: folder, arguments: ["--context", "256"])
      let mode = try FileManager.default.attributesOfItem(atPath: first.socket.path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      kill(first.process.processIdentifier, SIGKILL)
      _ = first.waitForExit()
      #expect(FileManager.default.fileExists(atPath: first.socket.path))
      let second = try RunningEngine(in: folder, arguments: ["--context", "256"])
      #expect(second.isReady)
      try await second.withClient { calls, _ in _ = try await calls.describe(.init()) }
      try second.closeInput()
      #expect(second.waitForExit() == 0)
    }
  }

  @Test func `a file in the socket's place is not deleted`() async throws {
    try await withTemporaryFolder { folder in
      let place = folder.appending(path: "engine.sock")
      try Data("mine".utf8).write(to: place)
      let engine = try RunningEngine(in: folder, arguments: ["--context", "256"])
      #expect(!engine.isReady)
      #expect(engine.waitForExit() == 65)
      #expect(try Data(contentsOf: place) == Data("mine".utf8))
    }
  }
}
