import SaraiCore
import Testing

@testable import SaraiHTTP

/// What the routes of memory take and refuse, before any memory is asked.
@Suite(.timeLimit(.minutes(2))) struct MemoryRouteTests {
  @Test(
    arguments: [
      ("POST", "/api/memory/learn", [:], "text", "is missing"),
      ("POST", "/api/memory/learn", ["text": ""], "text", "non-empty"),
      ("POST", "/api/memory/learn", ["text": "x", "user": ""], "user", "non-empty"),
      ("POST", "/api/memory/learn", ["text": "x", "source": "web"], "source", #"got "web""#),
      ("POST", "/api/memory/learn", ["texto": "x"], "texto", #"Did you mean "text"?"#),
      ("POST", "/api/memory/ask", ["question": 5], "question", "got 5"),
      ("POST", "/api/memory/ask", ["question": "x", "language": "fr"], "language", #"got "fr""#),
      ("POST", "/api/memory/recall", [:], "question", "Say what to look for"),
      ("POST", "/api/memory/recall", ["user": "ana", "limit": 3], "question", "Say what to look for"),
      ("POST", "/api/memory/recall", ["question": "x", "verb": "y"], "verb", "keep one of them"),
      ("POST", "/api/memory/recall", ["question": "x", "limit": 0], "limit", "from 1 to 1000"),
      ("POST", "/api/memory/recall", ["subject": []], "subject", "array of 1 to 100"),
      ("POST", "/api/memory/recall", ["text": "x", "since": "yesterday"], "since", "2026-11-23"),
      ("POST", "/api/memory/recall", ["text": "x", "at": "2026", "validity": "ever"], "at", "keep one of them"),
      ("POST", "/api/memory/facts", ["facts": []], "facts", "1 to 1000"),
      ("POST", "/api/memory/facts", ["facts": [["subject": "a"]]], "facts[0].verb", "is missing"),
      ("POST", "/api/memory/facts", ["facts": [["subject": "", "verb": "b"]]], "facts[0].subject", "non-empty"),
      (
        "POST", "/api/memory/facts", ["facts": [["subject": "a", "verb": "b", "confidence": 2]]], "facts[0].confidence",
        "from 0 to 1"
      ),
      (
        "POST", "/api/memory/facts", ["facts": [["subject": "a", "verb": "b", "valid_to": "2026-02-30"]]],
        "facts[0].valid_to", "must be a time"
      ),
      ("PATCH", "/api/memory/facts/1", [:], "object", "Say what to correct"),
      ("PATCH", "/api/memory/facts/1", ["user": "ana"], "object", "Say what to correct"),
      ("PATCH", "/api/memory/facts/1", ["verb": ""], "verb", "non-empty"),
      ("PATCH", "/api/memory/facts/1", ["source": "rag"], "source", "unknown"),
      ("PATCH", "/api/memory/facts/1", ["standing": "past"], "standing", #"got "past""#),
      ("PATCH", "/api/memory/facts/1", ["valid_from": "x"], "valid_from", "must be a time"),
      ("POST", "/api/memory/undo", ["operation": 0], "operation", "got 0"),
      ("POST", "/api/memory/forget", [:], "text", "Say what to forget"),
      ("POST", "/api/memory/forget", ["turns": [0]], "turns[0]", "got 0"),
      ("POST", "/api/memory/forget", ["everything": true, "text": "x"], "everything", "goes alone"),
      ("POST", "/api/memory/forget", ["everything": true, "dry_run": true], "everything", "goes alone"),
      (
        "POST", "/v1/chat/completions",
        [
          "model": "sarai", "messages": [["role": "user", "content": "x"]],
          "user": .string(String(repeating: "u", count: 257)),
        ],
        "user", "256"
      ),
      (
        "POST", "/v1/chat/completions",
        ["model": "sarai", "messages": [["role": "user", "content": "x"]], "user": "a\u{0}b"], "user", "null character"
      ),
    ] as [(String, String, JSONValue, String, String)])
  func `a body that cannot be is refused by field`(
    method: String, path: String, body: JSONValue, param: String, reason: String
  ) async throws {
    try await withServer { server in
      let reply = try await server.ask(method, path, body: body.description)
      #expect(reply.status == 400, "\(reply.body)")
      #expect(reply.error["param"] == .string(param), "\(reply.message)")
      #expect(reply.message.contains(reason), "\(reply.message)")
    }
  }

  @Test(arguments: [
    ("GET", "/api/memory/facts?limit=x", "limit", #"got "x""#), ("GET", "/api/memory/facts?limit=0", "limit", "got 0"),
    ("GET", "/api/memory/facts?limt=3", "limt", #"Did you mean "limit"?"#),
    ("GET", "/api/memory/facts?user=a&user=b", "user", "only once"),
    ("GET", "/api/memory/facts?user=%FF", "query", "not encoded well"),
    ("GET", "/api/memory/facts?user=%4", "query", "not encoded well"),
    ("GET", "/api/memory/facts?user=", "user", "non-empty"),
    ("GET", "/api/memory/facts?subject=", "subject[0]", "non-empty"),
    ("GET", "/api/memory/facts?since=2026-11-23T10:00:00%2B1", "since", "must be a time"),
    ("GET", "/api/memory/facts?order=random", "order", #"got "random""#),
    ("DELETE", "/api/memory/facts/1?mentions=maybe", "mentions", "true or false"),
    ("GET", "/api/memory/facts/1?subject=a", "subject", "unknown"),
  ])
  func `a query that cannot be is refused by name`(
    method: String, path: String, param: String, reason: String
  ) async throws {
    try await withServer { server in
      let reply = try await server.ask(method, path)
      #expect(reply.status == 400, "\(reply.body)")
      #expect(reply.error["param"] == .string(param), "\(reply.message)")
      #expect(reply.message.contains(reason), "\(reply.message)")
    }
  }

  @Test func `names and values of a query get the types of its table`() throws {
    let given = try MemoryFields.facts.check(
      query: "user=Jos%C3%A9+Luis&subject=a%26b&subject=c&limit=7&&text=x%3Dy&validity=ever")
    #expect(given["user"] == "José Luis")
    #expect(given["subject"] == ["a&b", "c"])
    #expect(given["limit"] == 7)
    #expect(given["text"] == "x=y")
    #expect(try MemoryFields.forget.check(query: "mentions=true")["mentions"] == true)
    #expect(try MemoryFields.facts.check(query: nil).count == 0)
  }

  @Test func `a server without a memory says so, and what to do`() async throws {
    try await withServer { server in
      for (method, path, body) in [
        ("POST", "/api/memory/learn", #"{"text":"Vivo en Sevilla"}"#),
        ("POST", "/api/memory/ask", #"{"question":"x"}"#),
        ("POST", "/api/memory/recall", #"{"question":"x"}"#), ("POST", "/api/memory/recall", #"{"verb":"x"}"#),
        ("GET", "/api/memory/facts", nil), ("GET", "/api/memory/facts?subject=a&at=2026-11-23", nil),
        ("POST", "/api/memory/facts", #"{"facts":[{"subject":"a","verb":"b","valid_to":null}]}"#),
        ("GET", "/api/memory/facts/1", nil), ("PATCH", "/api/memory/facts/1", #"{"valid_to":null}"#),
        ("PATCH", "/api/memory/facts/1", #"{"standing":"current"}"#), ("DELETE", "/api/memory/facts/1", nil),
        ("POST", "/api/memory/undo", "{}"), ("DELETE", "/api/memory/turns/1", nil),
        ("POST", "/api/memory/forget", #"{"turns":[1]}"#),
      ] {
        let reply = try await server.ask(method, path, body: body)
        #expect(reply.status == 503, "\(method) \(path) \(reply.body)")
        #expect(reply.error["code"] == "not_available" && reply.error["param"] == "memory")
        #expect(reply.message.contains("sarai serve"))
      }
    }
  }

  @Test func `only numbers name facts`() async throws {
    try await withServer { server in
      for id in ["abc", "0", "-1", "1.0", "9223372036854775808", "1/2", "%00"] {
        let reply = try await server.ask("GET", "/api/memory/facts/\(id)")
        #expect(reply.status == 404, "\(id): \(reply.body)")
        #expect(reply.error["code"] == "not_found")
      }
      #expect(try await server.ask("GET", "/api/memory/facts/").status == 404)
    }
  }

  @Test func `one path has several methods, and says which`() async throws {
    try await withServer { server in
      for (method, path, allow) in [
        ("PUT", "/api/memory/facts", "GET, HEAD, POST"), ("POST", "/api/memory/facts/1", "GET, HEAD, PATCH, DELETE"),
        ("GET", "/api/memory/learn", "POST"),
      ] {
        let reply = try await server.ask(method, path)
        #expect(reply.status == 405)
        #expect(reply.headers["allow"] == allow)
      }
      let document = try await server.ask("GET", "/openapi.json").json
      let fact = document["paths"]?["/api/memory/facts/{id}"]
      #expect(fact?.objectValue.map { Array($0.keys) } == ["get", "patch", "delete"])
      let parameters = document["paths"]?["/api/memory/facts"]?["get"]?["parameters"]?.arrayValue ?? []
      #expect(parameters.compactMap { $0["name"]?.stringValue } == MemoryFields.facts.map(\.name))
      #expect(parameters.allSatisfy { $0["in"] == "query" && $0["required"] == false })
    }
  }

  @Test func `pages of a listed origin may use every method that a path has`() async throws {
    var settings = TestServer.settings
    settings.allowedOrigins = ["https://app.example"]
    try await withServer(settings) { server in
      for (path, methods) in [
        ("/api/memory/facts/1", "GET, HEAD, PATCH, DELETE"), ("/api/memory/ask", "POST"), ("/nowhere", "GET, POST"),
      ] {
        let reply = try await server.ask(
          "OPTIONS", path, headers: ["Origin": "https://app.example", "Access-Control-Request-Method": "PATCH"])
        #expect(reply.status == 204)
        #expect(reply.headers["access-control-allow-methods"] == methods)
      }
    }
  }

  @Test func `memory wants the token where there is one`() async throws {
    var settings = TestServer.settings
    settings.token = "s3cret"
    try await withServer(settings) { server in
      for (method, path) in [("GET", "facts"), ("DELETE", "facts/1"), ("POST", "learn")] {
        let reply = try await server.ask(method, "/api/memory/\(path)")
        #expect(reply.status == 401, "\(method) \(path)")
      }
    }
  }

  @Test func `a chat takes the request for a private turn`() async throws {
    try await withServer { server in
      #expect(try await server.chat(["private": true]).status == 200)
      let wrong = try await server.chat(["private": "yes"])
      #expect(wrong.status == 400 && wrong.error["param"] == "private")
    }
  }

  @Test func `every field of memory is described in both languages, and its default passes its own check`() throws {
    for fields in [
      MemoryFields.learn, MemoryFields.ask, MemoryFields.recall, MemoryFields.facts, MemoryFields.add,
      MemoryFields.why, MemoryFields.edit, MemoryFields.forget, MemoryFields.undo,
    ] {
      #expect(Set(fields.map(\.name)).count == fields.count)
      for field in fields {
        #expect(!field.doc.es.isEmpty && !field.doc.en.isEmpty)
        guard let value = field.defaultValue else { continue }
        var object = JSONObject()
        object[field.name] = value
        #expect(throws: Never.self) { try [field].check(object) }
      }
    }
    #expect(!MemoryFields.edit.contains { $0.isRequired || $0.defaultValue != nil && $0.name != "user" })
  }
}
