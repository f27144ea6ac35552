import Foundation
import FoundationNetworking
import SaraiCore
import TestSupport
import Testing

/// The logs of all processes, and `sarai logs`.
@Suite(.serialized, .timeLimit(.minutes(10))) struct LogTests {
  private struct Line {
    let role: String
    let value: JSONValue
  }

  private func lines(_ home: CommandLineHome, _ arguments: String...) async throws -> [Line] {
    let outcome = try await home.run(["logs", "--json"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    return try outcome.output.split(separator: "\n").map { text in
      let value = try JSONValue(parsing: String(text))
      return Line(role: value["role"]?.stringValue ?? "", value: value)
    }
  }

  @Test func `one id finds the lines of a request in all processes`() async throws {
    try await ServedHome.with("--set", "log.level=debug", "--set", "log.format=json") { served in
      // The first one warms what the others need: what starts may write more.
      try await served.say("Mi hermana vive en Madrid")
      let asked = try await served.say("Cuéntame algo de Madrid", model: "sarai", tokens: 4)
      #expect(asked.status == 200 && asked.requestID.hasPrefix("req-"), "\(asked)")
      let sum = try await served.say("¿Cuánto es 21 por 7?")
      #expect(sum.body.contains("147"))

      let answer = try await lines(served.home, "--request", asked.requestID)
      #expect(Set(answer.map(\.role)).isSuperset(of: ["serve", "supervisor", "engine", "memory"]), "\(answer)")
      let calculation = try await lines(served.home, "--request", sum.requestID)
      #expect(Set(calculation.map(\.role)).isSuperset(of: ["serve", "memory", "skill"]), "\(calculation)")
      #expect(calculation.contains { $0.value["skill"]?.stringValue == "calc" })
      #expect(try await lines(served.home, "--request", "req-0000000000000000").isEmpty)

      let request = try #require(answer.first { $0.value["message"] == "request" }?.value)
      #expect(request["route"] == "/v1/chat/completions" && request["status"] == "200")
      let times = answer.compactMap { $0.value["unix_seconds"]?.doubleValue }
      #expect(times.count == answer.count && times == times.sorted())
      #expect(try await lines(served.home, "--role", "engine").allSatisfy { $0.role == "engine" })
      #expect(try await lines(served.home, "--level", "error").isEmpty)
      #expect(try await lines(served.home, "--since", "2999-01-01").isEmpty)
      let text = try await served.home.run("logs", "--role", "calc", "-n", "1")
      #expect(text.output.contains(" skill calc: "), "\(text.output)")
      let wrong = try await served.home.run("logs", "--level", "loud")
      #expect(wrong.status == 64 && wrong.errors.contains("critical"))

      // Standard error has the same lines, in the shape that was asked for.
      served.server.signal(SIGTERM)
      #expect(await served.server.end() == 0)
      let own = served.server.text.split(separator: "\n").filter { $0.contains(asked.requestID) }
      #expect(!own.isEmpty && own.allSatisfy { (try? JSONValue(parsing: String($0)))?["role"] == "serve" })
    }
  }

  @Test func `new lines are followed as they come`() async throws {
    try await ServedHome.with("--set", "log.level=info") { served in
      let following = try WatchedProcess(served.home.process(["logs", "--follow", "--role", "serve", "-n", "0"]))
      defer { following.stop() }
      // When it begins to look is for it to say: asked until it has seen one.
      let models = try #require(URL(string: served.address + "/v1/models"))
      let asking = Task {
        while !Task.isCancelled { _ = try? await URLSession.shared.data(from: models) }
      }
      defer { asking.cancel() }
      try await following.wait(for: "info serve: request")
      try await following.wait(for: "route=/v1/models")
      following.signal(SIGINT)
    }
  }

  @Test func `nothing that a person says, and no secret, is in any log at any level`() async throws {
    let word = "zarzaparrilla\(UInt32.random(in: 1_000...9_999))"
    let token = "llave\(UInt64.random(in: .min ... .max))"
    let errors = try await ServedHome.with("--set", "log.level=trace", "--set", "log.format=json", token: token) {
      served in
      try await served.say("Mi perro se llama \(word)")
      try await served.say("¿Cómo se llama mi perro?")
      try await served.say("Háblame de \(word)", tokens: 4)
      try await served.say("Háblame de \(word)", model: word)
      try await served.say("¿Cuánto es 3 por \(word)?", tokens: 4)
      _ = try await served.ask("GET", "/v1/\(word)?\(word)=\(word)")
      _ = try await served.ask("POST", "/v1/chat/completions", ["model": .string(word), word: 1])
      _ = try await served.ask("POST", "/v1/embeddings", ["model": "embeddings", "input": .string(word)])
      _ = try await served.ask("POST", "/v1/completions", ["model": "expert_short", "prompt": .string(word)])
      _ = try await served.ask(
        "POST", "/v1/completions",
        [
          "model": "expert_short", "prompt": "a", "max_tokens": 2, "stop": .array([.string(word)]),
          "user": .string(word),
        ])
      _ = try await served.ask("POST", "/api/memory/ask", ["question": .string("¿Dónde vive \(word)?")])
      _ = try await served.ask("POST", "/api/memory/learn", ["text": .string("Vivo en \(word)"), "key": .string(word)])
      _ = try await served.home.run("run", "sarai", "Di \(word)")
      _ = try await served.home.run("skill", "run", "calc", "3 + \(word)")
      _ = try await served.home.run("memory", "forget", word)
      served.server.signal(SIGTERM)
      _ = await served.server.end()
      _ = try await served.home.run("stop")
      let logs = served.home.folder.appending(path: "state/logs")
      var text = served.server.text
      for name in try FileManager.default.subpathsOfDirectory(atPath: logs.path) where name.contains(".log") {
        text += try String(contentsOf: logs.appending(path: name), encoding: .utf8)
      }
      // There is a log at all, and it is of these processes.
      for role in ["serve", "supervisor", "engine", "memory"] { #expect(text.contains("\"role\":\"\(role)\"")) }
      return text.split(separator: "\n").filter { $0.lowercased().contains(word) || $0.contains(token) }
    }
    #expect(errors.isEmpty, "\(errors.joined(separator: "\n"))")
  }
}
