import Foundation
import TestSupport
import Testing

/// The process that owns the engines, as the commands that need it see it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SupervisorTests {
  private struct Engine: Decodable {
    var pid: Int32?
    var model: String
  }

  private struct Listing: Decodable {
    var models: [Engine]
  }

  private func engines(_ home: CommandLineHome) async throws -> [Engine] {
    // The memory may have asked for the model of embeddings too.
    try JSONDecoder().decode(Listing.self, from: Data(try await home.run("ps", "--json").output.utf8)).models
      .filter { $0.model.hasPrefix("smollm2") }
  }

  private func supervisor(_ home: CommandLineHome) throws -> Int32 {
    let pids = try Processes.mentioning(home.folder.path, in: "environ").filter { pid in
      Processes.arguments(of: pid).dropFirst().first == "supervise"
    }
    return try #require(pids.count == 1 ? pids.first : nil, "\(pids)")
  }

  @Test func `A second command finds the first one's engine, in a sandbox, and stop ends it`() async throws {
    try await CommandLineHome.with { home in
      let first = try await home.run("run", "sarai", "Say hello")
      #expect(first.status == 0, "\(first.errors)")
      let engine = try #require(try await engines(home).first?.pid)
      let second = try await home.run("run", "sarai", "Say hello")
      #expect(second.output == first.output)
      #expect(try await engines(home).first?.pid == engine)
      // Of the network it has nothing but its own loopback device, and that is down.
      let devices = try String(contentsOfFile: "/proc/\(engine)/net/dev", encoding: .utf8)
      #expect(
        devices.split(separator: "\n").dropFirst(2).map {
          $0.split(separator: ":")[0].trimmingCharacters(in: .whitespaces)
        } == ["lo"])
      #expect(try #require(Processes.status(of: engine)["NoNewPrivs"]) == "1")
      #expect(try #require(Processes.status(of: engine)["Seccomp"]) == "2")
      #expect(try await home.run("stop").output == "Stopped.\n")
      #expect(!Processes.isRunning(engine))
      #expect(try await home.run("stop").output == "Nothing was running.\n")
    }
  }

  @Test func `Nobody in a sandbox is let in, whatever was granted`() async throws {
    try await CommandLineHome.with { home in
      #expect(try await home.run("skill", "run", "calc", "1+1").status == 0)
      let socket = home.folder.appending(path: "run/supervisor.sock").path
      // Begins as a gRPC client does, and tells how much came back.
      let program = """
        import socket, sys
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(sys.argv[1])
            client.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
            print("received", len(client.recv(9)))
        except OSError as error:
            print("refused", error)
        """
      func answer(_ words: String...) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words + ["python3", "-c", program, socket]
        let watched = try WatchedProcess(process)
        _ = await watched.end()
        return watched.text
      }
      #expect(try await answer() == "received 9\n")
      let refused = try await answer("unshare", "--user", "--map-root-user", "--pid", "--fork")
      #expect(refused == "received 0\n" || refused.hasPrefix("refused"), "\(refused)")
    }
  }

  @Test func `A server that is killed takes no model from the next one`() async throws {
    try await CommandLineHome.with { home in
      let first = try WatchedProcess(home.process(["serve", "--port", "0"]))
      try await first.wait(for: "SARAi listens on ")
      #expect(try await home.run("run", "sarai", "Say hello").status == 0)
      let engine = try #require(try await engines(home).first?.pid)
      first.signal(SIGKILL)
      _ = await first.end()
      let second = try WatchedProcess(home.process(["serve", "--port", "0"]))
      defer { second.stop() }
      try await second.wait(for: "SARAi listens on ")
      #expect(try await home.run("run", "sarai", "Say hello").status == 0)
      #expect(try await engines(home).first?.pid == engine)
    }
  }

  @Test func `A supervisor that is killed takes its engines along, and the next request finds new ones`() async throws {
    try await CommandLineHome.with { home in
      let server = try WatchedProcess(home.process(["serve", "--port", "0"]))
      defer { server.stop() }
      try await server.wait(for: "SARAi listens on ")
      #expect(try await home.run("run", "sarai", "Say hello").status == 0)
      let engine = try #require(try await engines(home).first?.pid)
      let old = try supervisor(home)
      kill(old, SIGKILL)
      await Processes.awaitEnd(of: engine)
      let next = try await home.run("run", "sarai", "Say hello")
      #expect(next.status == 0, "\(next.errors)")
      #expect(try supervisor(home) != old)
    }
  }

  @Test func `Without a linger nothing stays once the last command is gone`() async throws {
    try await CommandLineHome.with { home in
      let answer = try await home.run("run", "--set", "runtime.linger_seconds=0", "sarai", "Say hello")
      #expect(answer.status == 0, "\(answer.errors)")
      await Processes.awaitNone(mentioning: home.folder.path)
    }
  }

  @Test func `Commands that begin at once share one supervisor`() async throws {
    try await CommandLineHome.with { home in
      try await withThrowingTaskGroup(of: CommandLineHome.Outcome.self) { group in
        for _ in 0..<6 { group.addTask { try await home.run("run", "sarai", "Say hello") } }
        for try await outcome in group { #expect(outcome.status == 0, "\(outcome.errors)") }
      }
      #expect(try await engines(home).count == 1)
      _ = try supervisor(home)
    }
  }
}
