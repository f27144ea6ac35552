import Foundation
import FoundationNetworking
import SaraiCore
import TestSupport
import Testing

/// `/api/memory` of the real `sarai serve`, on the real memory.
@Suite(.serialized, .timeLimit(.minutes(10))) struct MemoryServingTests {
  private struct Reply {
    let status: Int
    let json: JSONValue
    var facts: [JSONValue] { json["facts"]?.arrayValue ?? [] }
  }

  /// A server in a home, asked over HTTP.
  private struct Client {
    let address: String

    func ask(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> Reply {
      var request = URLRequest(url: try #require(URL(string: address + "/api/memory" + path)))
      request.httpMethod = method
      request.httpBody = body.map { Data($0.serialized()) }
      request.setValue("es", forHTTPHeaderField: "Accept-Language")
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
      let (data, response) = try await URLSession.shared.data(for: request)
      return Reply(
        status: (response as? HTTPURLResponse)?.statusCode ?? 0,
        json: (try? JSONValue(parsing: String(decoding: data, as: UTF8.self))) ?? .null)
    }

    func answer(_ question: String, user: String? = nil) async throws -> String {
      var body: JSONObject = ["question": .string(question)]
      body["user"] = user.map { .string($0) }
      return try await ask("POST", "/ask", .object(body)).json["answer"]?.stringValue ?? ""
    }
  }

  private func withServer(_ home: CommandLineHome, _ body: (Client) async throws -> Void) async throws {
    let server = try WatchedProcess(home.process(["serve", "--port", "0"]))
    defer { server.stop() }
    try await server.wait(for: "SARAi listens on ")
    let address = try await server.wait(for: "\n").trimmingCharacters(in: .whitespacesAndNewlines)
    try await body(Client(address: address))
    server.signal(SIGTERM)
    #expect(await server.end() == 0)
  }

  @Test func `What is told over HTTP is answered, explained, corrected and forgotten`() async throws {
    try await CommandLineHome.with { home in
      try await withServer(home) { client in
        let told = try await client.ask("POST", "/learn", ["text": "Mi hermana vive en Madrid", "key": "uno"])
        #expect(told.status == 200 && told.facts.first?["object"] == "Madrid", "\(told)")
        #expect(told.json["replay"] == false)
        let again = try await client.ask("POST", "/learn", ["text": "Mi hermana vive en Madrid", "key": "uno"])
        #expect(again.json["replay"] == true, "\(again)")
        let asked = try await client.ask("POST", "/ask", ["question": "¿Dónde vive mi hermana?"])
        #expect(asked.json["outcome"] == "known" && asked.json["language"] == "es", "\(asked)")
        #expect(asked.json["answer"]?.stringValue?.contains("Madrid") == true)
        let id = try #require(asked.facts.first?.integerValue)
        #expect(
          try await client.ask("POST", "/ask", ["question": "¿Cuál es la capital de Francia?"]).json
            == ["outcome": "none", "answer": .null, "facts": [], "language": "es"])

        let recalled = try await client.ask("POST", "/recall", ["question": "¿Qué sabes de mi hermana?"])
        #expect(recalled.facts.first?["id"] == .integer(id), "\(recalled)")
        #expect(try await client.ask("POST", "/recall", ["object": "madrid"]).facts.first?["id"] == .integer(id))
        #expect(try await client.ask("GET", "/facts?object=Madrid&object=Lugo&limit=5").facts.count == 1)
        #expect(try await client.ask("GET", "/facts?text=mad").facts.count == 1)
        #expect(try await client.ask("GET", "/facts?text=mad&offset=1").facts == [])
        #expect(try await client.ask("GET", "/facts?since=2999").facts == [])
        let why = try await client.ask("GET", "/facts/\(id)")
        #expect(why.json["turn"]?["text"] == "Mi hermana vive en Madrid", "\(why)")

        let edited = try await client.ask("PATCH", "/facts/\(id)", ["object": "Bilbao", "valid_from": "2024-02-01"])
        #expect(edited.json["object"] == "Bilbao" && edited.json["valid_from"] == "2024-02-01T00:00:00Z", "\(edited)")
        #expect(try await client.ask("PATCH", "/facts/\(id)", ["valid_from": .null]).json["valid_from"] == .null)
        #expect(try await client.answer("¿Dónde vive mi hermana?").contains("Bilbao"))
        for _ in 1...2 { #expect(try await client.ask("POST", "/undo", [:]).json["kind"] == "edit") }
        #expect(try await client.answer("¿Dónde vive mi hermana?").contains("Madrid"))

        let gone = try await client.ask("DELETE", "/facts/\(id)")
        #expect(gone.status == 200 && gone.json["facts"] == [.integer(id)], "\(gone)")
        for method in ["GET", "DELETE"] {
          let reply = try await client.ask(method, "/facts/\(id)")
          #expect(reply.status == 404 && reply.json["error"]?["code"] == "not_found", "\(reply)")
        }
        #expect(try await client.ask("PATCH", "/facts/\(id)", ["object": "x"]).status == 404)
        #expect(try await client.answer("¿Dónde vive mi hermana?") == "No me lo has dicho.")
      }
    }
  }

  @Test func `Facts of others wait for a yes, and facts given whole are stored as they are`() async throws {
    try await CommandLineHome.with { home in
      try await withServer(home) { client in
        let read = try await client.ask(
          "POST", "/learn",
          ["text": "Mi hermana vive en Madrid", "source": "rag", "source_name": "carta.pdf", "user": "ana"])
        let id = try #require(read.facts.first?["id"]?.integerValue, "\(read)")
        #expect(read.facts.first?["standing"] == "proposed")
        #expect(try await client.ask("GET", "/facts?user=ana").facts == [])
        #expect(try await client.ask("GET", "/facts?user=ana&validity=proposed").facts.count == 1)
        #expect(try await client.ask("PATCH", "/facts/\(id)", ["standing": "current"]).status == 404)
        let confirmed = try await client.ask("PATCH", "/facts/\(id)", ["standing": "current", "user": "ana"])
        #expect(confirmed.json["standing"] == "current", "\(confirmed)")
        #expect(try await client.answer("¿Dónde vive mi hermana?", user: "ana").contains("Madrid"))

        let stored = try await client.ask(
          "POST", "/facts",
          [
            "facts": [
              ["subject": "coche del usuario", "verb": "ser", "object": "Seat Ibiza", "private": true],
              ["subject": "usuario", "verb": "fumar", "negated": true, "confidence": 0.8],
            ]
          ])
        #expect(stored.facts.count == 2 && stored.facts.first?["private"] == true, "\(stored)")
        let replaced = try await client.ask(
          "POST", "/facts",
          ["facts": [["subject": "coche del usuario", "verb": "ser", "object": "Dacia"]], "replaces": true])
        #expect(replaced.json["ended"]?.arrayValue?.first?["object"] == "Seat Ibiza", "\(replaced)")
      }
    }
  }

  @Test func `Each user has a memory of their own, which a restart and the commands find again`() async throws {
    try await CommandLineHome.with { home in
      var hers: Int64 = 0
      try await withServer(home) { client in
        let told = try await client.ask("POST", "/learn", ["text": "Mi hermana vive en Madrid", "user": "ana"])
        hers = try #require(told.facts.first?["id"]?.integerValue)
        _ = try await client.ask("POST", "/learn", ["text": "Mi hermana vive en Lugo"])
        #expect(try await client.ask("GET", "/facts/\(hers)?user=benito").status == 404)
        #expect(try await client.ask("DELETE", "/facts/\(hers)").status == 404)
      }
      #expect(try await home.answer(to: "¿Dónde vive mi hermana?").contains("Lugo"))
      #expect(try await home.run("stop").status == 0)
      try await withServer(home) { client in
        for (user, answer) in [("ana", "Madrid"), (nil, "Lugo"), ("benito", "No me lo has dicho.")] {
          let found = try await client.answer("¿Dónde vive mi hermana?", user: user)
          #expect(found.contains(answer), "\(user ?? "local"): \(found)")
        }
        #expect(try await client.ask("GET", "/facts/\(hers)?user=ana").status == 200)
      }
    }
  }
}
