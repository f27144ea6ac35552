import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// `sarai serve` and `sarai chat` as processes: signals, locks, terminals.
@Suite(.serialized, .timeLimit(.minutes(10))) struct ServingTests {
  private func serve(_ home: CommandLineHome, _ more: String...) throws -> WatchedProcess {
    try WatchedProcess(home.process(["serve", "--port", "0"] + more))
  }

  private func address(_ server: WatchedProcess) async throws -> String {
    try await server.wait(for: "SARAi listens on ")
    return try await server.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test func `A server takes its folder and its port for itself, and ends on SIGTERM with code 0`() async throws {
    try await CommandLineHome.with { home in
      let server = try serve(home)
      defer { server.stop() }
      let address = try await address(server)
      let (_, response) = try await URLSession.shared.data(from: URL(string: address + "/healthz")!)
      #expect((response as? HTTPURLResponse)?.statusCode == 200)

      let second = try await home.run("serve", "--port", "0")
      #expect(second.status == 75)
      #expect(second.errors.contains(address))
      try await CommandLineHome.with { other in
        let port = String(address.split(separator: ":").last ?? "")
        let taken = try await other.run("serve", "--port", port)
        #expect(taken.status == 75)
        #expect(taken.errors.contains("SARAI_PORT"))
      }
      server.signal(SIGTERM)
      #expect(await server.end() == 0)
      let state = try FileManager.default.contentsOfDirectory(
        atPath: home.folder.appending(path: "state").path)
      #expect(!state.contains("server.json"))
    }
  }

  @Test func `A changed file is read again on SIGHUP, and what needs a restart is named`() async throws {
    try await CommandLineHome.with { home in
      let file = home.folder.appending(path: "sarai.yaml")
      try "log:\n  level: notice\n".write(to: file, atomically: true, encoding: .utf8)
      let server = try serve(home, "--config", file.path)
      defer { server.stop() }
      _ = try await address(server)
      try "log:\n  level: info\nserver:\n  max_connections: 7\n".write(to: file, atomically: true, encoding: .utf8)
      server.signal(SIGHUP)
      try await server.wait(for: "log.level is now info")
      try await server.wait(for: "needs a restart: server.max_connections")
      try "log:\n  level: deafening\n".write(to: file, atomically: true, encoding: .utf8)
      server.signal(SIGHUP)
      try await server.wait(for: "the old one stays")
    }
  }

  @Test func `An engine killed in the middle of an answer is an error, and the next answer comes`() async throws {
    try await CommandLineHome.with { home in
      let server = try serve(home)
      defer { server.stop() }
      _ = try await address(server)
      let chat = try WatchedProcess(inTerminal: ["chat"], home: home, language: "en_US.UTF-8")
      defer { chat.stop() }
      try await chat.wait(for: "› ")
      try chat.type("Write a very long story about a castle.\r")
      try await chat.wait(for: "…")
      try await chat.wait(for: "\u{1B}[K")
      let listing = try await home.run("ps", "--json")
      let object = try #require(try JSONSerialization.jsonObject(with: Data(listing.output.utf8)) as? [String: Any])
      let models = try #require(object["models"] as? [[String: Any]])
      let engine = try #require(models.first { $0["model"] as? String == "smollm2-135m" }?["pid"] as? Int32)
      kill(engine, SIGKILL)
      try await chat.wait(for: "error: ")
      try await chat.wait(for: "› ")
      try chat.type("Hello\r")
      try await chat.wait(for: "tokens/s")
      try chat.type("\u{4}")
      #expect(await chat.end() == 0)
    }
  }

  @Test func `In the chat Ctrl-C stops an answer, and a conversation goes on another day`() async throws {
    try await CommandLineHome.with { home in
      let chat = try WatchedProcess(inTerminal: ["chat"], home: home, language: "es_ES.UTF-8")
      defer { chat.stop() }
      try await chat.wait(for: "sarai pull")
      try await chat.wait(for: "› ")
      try chat.type("Write a very long story about a castle.\r")
      try await chat.wait(for: "…")
      try await chat.wait(for: "\u{1B}[K")
      try chat.type("\u{3}")
      try await chat.wait(for: "(cortada)")
      try await chat.wait(for: "› ")
      try chat.type("/nada\r")
      try await chat.wait(for: "No hay ninguna orden /nada")
      try await chat.wait(for: "/salir")
      try await chat.wait(for: "› ")
      try chat.type("\u{3}")
      try await chat.wait(for: "Ctrl-C otra vez para salir")
      try chat.type("\u{3}")
      try await chat.wait(for: "sarai chat --continue ")
      #expect(await chat.end() == 0)

      let list = try await home.run("chat", "list", "--json")
      #expect(list.output.contains("Write a very long story about a castle."))
      #expect(try await home.run("chat", "search", "CASTLE").status == 0)
      let next = try await home.run("chat", "--continue", input: "Hello\n")
      #expect(next.status == 0, "\(next.errors)")
      #expect(!next.errors.contains("sarai pull") || next.output.count > 1)
      let shown = try await home.run("chat", "show")
      #expect(shown.output.contains("› Hello"))
      #expect(try await home.run("chat", "delete", "").status == 64)
      // The server that the chat had started has ended with it.
      #expect(try await home.run("ps", "--json").output.contains("\"server\":null"))
    }
  }
}
