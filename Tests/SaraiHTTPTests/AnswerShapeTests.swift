import SaraiCore
import SaraiHTTP
import Testing

/// What clients say about the form of an answer.
@Suite(.timeLimit(.minutes(2))) struct AnswerShapeTests {
  private static let tool: JSONValue = [
    "type": "function",
    "function": [
      "name": "add", "description": "Adds.",
      "parameters": ["type": "object", "properties": ["a": ["type": "integer"]], "required": ["a"]],
    ],
  ]
  private static let call = "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 3}}\n</tool_call>"

  @Test func `a format reaches the model as a grammar`() async throws {
    try await withServer { server in
      _ = try await server.chat(["response_format": ["type": "text"]])
      #expect(server.model.lastRequest?.grammar == nil)
      let object = try await server.chat(["response_format": ["type": "json_object"]])
      #expect(object.status == 200)
      #expect(server.model.lastRequest?.grammar?.gbnf.hasPrefix("root ::= ") == true)
      let schema: JSONValue = ["type": "object", "properties": ["colour": ["enum": ["red", "blue"]]]]
      _ = try await server.chat([
        "response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": schema]]
      ])
      #expect(server.model.lastRequest?.grammar?.gbnf.contains("colour") == true)
    }
  }

  @Test func `what is wrong is refused with its field and place`() async throws {
    try await withServer { server in
      let bad: [(JSONValue, String)] = [
        (["response_format": ["type": "json_schema"]], "response_format.json_schema"),
        (["response_format": ["type": "xml"]], "response_format.type"),
        (
          ["response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": ["type": "thing"]]]],
          "response_format.json_schema.schema"
        ),
        (
          ["response_format": ["type": "json_schema", "json_schema": ["name": "x", "schema": ["not": [:]]]]],
          "response_format.json_schema.schema#/not"
        ),
        (["tools": [["type": "function", "function": ["name": "a b"]]]], "tools[0].function.name"),
        (["tools": [Self.tool, Self.tool]], "tools[1].function.name"),
        (["tool_choice": "required"], "tool_choice"),
        (
          ["tools": [Self.tool], "tool_choice": ["type": "function", "function": ["name": "other"]]], "tool_choice"
        ),
        (["tools": [Self.tool], "response_format": ["type": "json_object"]], "response_format"),
      ]
      for (fields, place) in bad {
        let reply = try await server.chat(fields)
        #expect(reply.status == 400)
        #expect(reply.error["param"]?.stringValue == place, "\(reply.body)")
      }
      try await server.expectHealthy()
    }
  }

  @Test func `a call that the model writes is a call for the client, whole and streamed`() async throws {
    try await withServer { server in
      let fields: JSONValue = [
        "messages": [["role": "system", "content": "S"], ["role": "user", "content": .string(Self.call)]],
        "tools": [Self.tool], "tool_choice": "required",
      ]
      let whole = try await server.chat(fields)
      let choice = whole.json["choices"]?.arrayValue?.first
      #expect(choice?["finish_reason"] == "tool_calls", "\(whole.body)")
      let call = choice?["message"]?["tool_calls"]?.arrayValue?.first
      #expect(call?["type"] == "function" && call?["id"]?.stringValue?.hasPrefix("call_") == true)
      #expect(call?["function"] == ["name": "add", "arguments": "{\"a\": 3}"])

      // The model is told about the function, where the system prompt ends.
      let prompt = try #require(server.model.lastRequest?.prompt)
      let messages = if case .chat(let messages) = prompt { messages } else { [Message]() }
      #expect(messages.first?.content.hasPrefix("S\n\n# Tools") == true)
      #expect(server.model.lastRequest?.grammar?.gbnf.contains("add") == true)

      var streamed = fields.objectValue ?? JSONObject()
      streamed["stream"] = true
      let reply = try await server.chat(.object(streamed))
      let deltas = try reply.events.dropLast().compactMap {
        try JSONValue(parsing: $0)["choices"]?.arrayValue?.first
      }
      let calls = deltas.compactMap { $0["delta"]?["tool_calls"]?.arrayValue?.first }
      #expect(calls.count == 1 && calls.first?["index"] == 0)
      #expect(calls.first?["function"] == ["name": "add", "arguments": "{\"a\": 3}"])
      #expect(deltas.last?["finish_reason"] == "tool_calls")
    }
  }

  @Test func `what a limit cuts and the grammar closes ends as if it were whole, and says so`() async throws {
    try await withServer { server in
      func ends(_ fields: JSONObject) async throws -> [JSONValue?] {
        var fields = fields
        fields["model"] = "cutter"
        let whole = try await server.chat(.object(fields)).json["choices"]?.arrayValue?.first
        fields["stream"] = true
        let last = try await server.chat(.object(fields)).events.dropLast().last.map { try JSONValue(parsing: $0) }
        let streamed = last?["choices"]?.arrayValue?.first
        return [whole?["finish_reason"], whole?["sarai"], streamed?["finish_reason"], streamed?["sarai"]]
      }
      let cut: JSONValue = ["cut": "length"]
      let called: JSONValue = [["role": "user", "content": .string(Self.call)]]
      let halves: JSONValue = [["role": "user", "content": .string(Self.call + "\n<tool_call>")]]
      let words: JSONValue = [["role": "user", "content": "Uno dos"]]
      let cases: [(fields: JSONObject, reason: JSONValue, isTold: Bool)] = [
        (["response_format": ["type": "json_object"]], "stop", true),
        (["messages": called, "tools": [Self.tool]], "tool_calls", true),
        // Words and calls that were cut off end where they were cut.
        (["messages": words], "length", false), (["messages": words, "tools": [Self.tool]], "length", false),
        (["messages": halves, "tools": [Self.tool]], "length", false),
      ]
      for one in cases {
        let found = try await ends(one.fields)
        let told: JSONValue? = one.isTold ? cut : Optional.none
        #expect(found == [one.reason, told, one.reason, told], "\(one.fields)")
      }
    }
  }

  @Test func `calls of the history are shown to the model as it writes them`() async throws {
    try await withServer { server in
      _ = try await server.chat([
        "messages": [
          ["role": "user", "content": "3?"],
          [
            "role": "assistant", "content": nil,
            "tool_calls": [
              ["id": "c", "type": "function", "function": ["name": "add", "arguments": "{\"a\": 3}"]]
            ],
          ], ["role": "tool", "tool_call_id": "c", "content": "4"],
        ]
      ])
      let prompt = try #require(server.model.lastRequest?.prompt)
      let messages = if case .chat(let messages) = prompt { messages } else { [Message]() }
      #expect(messages.map(\.content) == ["3?", Self.call, "4"])
    }
  }

  @Test func `where grammars are switched off, what needs one is refused`() async throws {
    var settings = TestServer.settings
    settings.allowsGrammars = false
    try await withServer(settings) { server in
      let reply = try await server.chat(["response_format": ["type": "json_object"]])
      #expect(reply.status == 400 && reply.error["code"] == "not_available", "\(reply.body)")
      let tools = try await server.chat(["tools": [Self.tool]])
      #expect(tools.error["param"] == "tools")
      #expect(try await server.chat(["tools": [Self.tool], "tool_choice": "none"]).status == 200)
    }
  }
}
