import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiBench

@Suite struct MeasureTests {
  @Test func `events are split wherever the stream is cut`() {
    let stream = Array("data: {\"a\":1}\n\n: note\ndata:{\"b\":2}\r\n\ndata: [DONE]\n\n".utf8)
    for cut in 0...stream.count {
      var events = ServerSentEvents()
      let found = events.add(Array(stream[..<cut])) + events.add(Array(stream[cut...]))
      let texts = found.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
      #expect(texts == ["{\"a\":1}", "{\"b\":2}"])
    }
  }

  @Test func `a child ends when it is told to, and its output is kept`() async throws {
    try await withTemporaryFolder { folder in
      let log = folder.appending(path: "log").path
      // Ignored here, as servers under test in this process leave it: the child must end by it all the same.
      let before = signal(SIGTERM, SIG_IGN)
      let child = try ChildProcess("/bin/sh", ["-c", "echo up; exec sleep 1000"], environment: [:], log: log)
      signal(SIGTERM, before)
      #expect(child.isRunning)
      kill(child.pid, SIGTERM)
      let deadline = Monotonic.seconds() + 30
      while child.isRunning, Monotonic.seconds() < deadline { usleep(2_000) }
      #expect(!child.isRunning)
      child.stop()
      #expect(!child.isRunning)
      #expect(kill(child.pid, 0) == -1)
    }
  }

  @Test func `a child's exit status is told`() async throws {
    try await withTemporaryFolder { folder in
      let log = folder.appending(path: "log").path
      let seven = try ChildProcess("/bin/sh", ["-c", "exit 7"], environment: [:], log: log)
      #expect(seven.wait() == 7)
      let killed = try ChildProcess("/bin/sh", ["-c", "kill -9 $$"], environment: [:], log: log)
      #expect(killed.wait() == 137)
      #expect(throws: SaraiError.self) { try ChildProcess("/nowhere", [], environment: [:], log: log) }
    }
  }

  @Test func `llama-server streams to the client that measures it`() async throws {
    try await withTemporaryFolder { folder in
      let client = StreamingClient(port: try Connection.freePort())
      let log = folder.appending(path: "log").path
      let server = try ChildProcess(
        TestParts.root.appending(path: ".deps/bin/llama-server").path,
        [
          "--model", TestParts.smolLM2.path, "--host", "127.0.0.1", "--port", "\(client.port)", "--parallel", "1",
          "--ctx-size", "512", "--threads", "1",
        ], environment: ProcessInfo.processInfo.environment, log: log)
      defer { server.stop() }
      let deadline = Monotonic.seconds() + 120
      while !client.isReady("/health"), server.isRunning, Monotonic.seconds() < deadline { usleep(20_000) }
      let stream = try client.stream(
        ChatServers.body(.reference, system: ChatPrompts.shortSystem, user: "Hi.", maxTokens: 12))
      #expect(!stream.text.isEmpty)
      #expect(stream.promptTokens > 10)
      #expect((1...12).contains(stream.completionTokens))
      #expect(stream.firstTokenSeconds > 0)
      let footprint = try #require(ProcessFootprint(pid: server.pid, modelFile: TestParts.smolLM2.path))
      #expect(footprint.weightBytes > 50_000_000)
      #expect(footprint.besidesWeightsBytes > 1_000_000)
      #expect(throws: SaraiError.self) { try client.stream(["messages": "none"]) }
    }
  }

  @Test func `nobody listening is an error, not a crash`() throws {
    let client = StreamingClient(port: try Connection.freePort())
    #expect(!client.isReady("/health"))
    #expect(throws: SaraiError.self) { try client.request("GET", "/") }
  }

  @Test func `no two prompts of a run begin alike, and the long ones are long`() {
    let openings = (-1..<20_000).map(ChatPrompts.fresh)
    #expect(Set(openings).count == openings.count)
    // With its numbers and names it takes about 3 bytes a token, and is to be 1,000 tokens long.
    #expect(ChatPrompts.longSystem(1).utf8.count > 3_000)
  }

  @Test func `a missing part is named before anything starts`() async throws {
    let scenario = ChatScenario(
      ChatScenario.Options(
        saraiExecutable: "/bin/true", llamaServerExecutable: "/nowhere/llama-server",
        modelFile: TestParts.smolLM2.path, modelID: "smollm2-135m", environment: [:], threads: 1,
        durationSeconds: 1))
    await #expect {
      try await scenario.run(progress: .silent)
    } throws: {
      ($0 as? SaraiError)?.subject == "/nowhere/llama-server"
    }
  }
}
