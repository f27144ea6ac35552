import SaraiCore
import SaraiHTTP
import Testing

@Suite(.timeLimit(.minutes(2))) struct ChatTests {
  @Test func `a chat is answered in OpenAI's shape`() async throws {
    try await withServer { server in
      let reply = try await server.chat()
      #expect(reply.status == 200)
      #expect(reply.headers["content-type"] == "application/json")
      #expect(reply.headers["x-request-id"]?.hasPrefix("req-") == true)
      let json = reply.json
      #expect(json["id"]?.stringValue?.hasPrefix("chatcmpl-") == true)
      #expect(json["object"] == "chat.completion")
      #expect(json["model"] == "parrot")
      #expect(json["system_fingerprint"] == "sarai-1.2.3")
      let choice = json["choices"]?.arrayValue?.first
      #expect(choice?["message"] == ["role": "assistant", "content": "uno dos tres ", "refusal": .null])
      #expect(choice?["finish_reason"] == "stop")
      #expect(
        json["usage"] == [
          "prompt_tokens": 10, "completion_tokens": 3, "total_tokens": 13,
          "prompt_tokens_details": ["cached_tokens": 4],
        ])
      #expect(json["timings"] == ["queue_seconds": 0.5, "prompt_seconds": 0.25, "decode_seconds": 0.125])
    }
  }

  @Test func `a stream says who speaks, then the words, then why it ended, then DONE`() async throws {
    try await withServer { server in
      let reply = try await server.chat(["stream": true, "stream_options": ["include_usage": true]])
      #expect(reply.status == 200)
      #expect(reply.headers["content-type"] == "text/event-stream; charset=utf-8")
      #expect(reply.events.last == "[DONE]")
      let chunks = try reply.events.dropLast().map { try JSONValue(parsing: $0) }
      #expect(Set(chunks.map { $0["id"]?.stringValue }).count == 1)
      #expect(chunks.allSatisfy { $0["object"] == "chat.completion.chunk" })
      let deltas = chunks.compactMap { $0["choices"]?.arrayValue?.first }
      #expect(deltas.first?["delta"] == ["role": "assistant", "content": ""])
      #expect(deltas.compactMap { $0["delta"]?["content"]?.stringValue }.joined() == "uno dos tres ")
      #expect(deltas.last?["finish_reason"] == "stop")
      #expect(deltas.dropLast().allSatisfy { $0["finish_reason"] == JSONValue.null })
      #expect(chunks.last?["choices"] == .array([]))
      #expect(chunks.last?["usage"]?["total_tokens"] == 13)
      #expect(chunks.dropLast().allSatisfy { $0["usage"] == JSONValue.null })
    }
  }

  @Test func `answers asked for together differ by their seeds and are told apart by index`() async throws {
    try await withServer { server in
      let whole = try await server.chat(["n": 3, "seed": 41])
      let choices = whole.json["choices"]?.arrayValue ?? []
      #expect(choices.map { $0["index"] } == [0, 1, 2])
      #expect(
        choices.map { $0["message"]?["content"]?.stringValue } == [
          "uno dos tres #41", "uno dos tres #42", "uno dos tres #43",
        ])
      #expect(whole.json["usage"]?["prompt_tokens"] == 10)
      #expect(whole.json["usage"]?["completion_tokens"] == 12)

      let streamed = try await server.chat(["n": 2, "seed": 1, "stream": true])
      let chunks = try streamed.events.dropLast().compactMap {
        try JSONValue(parsing: $0)["choices"]?.arrayValue?.first
      }
      let second = chunks.filter { $0["index"] == 1 }.compactMap { $0["delta"]?["content"]?.stringValue }.joined()
      #expect(second == "uno dos tres #2")
    }
  }

  @Test func `every field reaches the model as it was given`() async throws {
    try await withServer { server in
      let reply = try await server.chat([
        "temperature": 0.5, "top_p": 0.9, "top_k": 7, "min_p": 0.05, "repetition_penalty": 1.2,
        "presence_penalty": -1, "frequency_penalty": 2, "logit_bias": ["5": -100, "6": 1.5], "stop": ["a", "b"],
        "seed": -1, "max_completion_tokens": 2, "user": "ana", "n": 1,
      ])
      #expect(reply.status == 200)
      let request = try #require(server.model.lastRequest)
      #expect(request.model == "parrot")
      #expect(request.client == "user:ana")
      var expected = SamplingParameters()
      expected.temperature = 0.5
      expected.topP = 0.9
      expected.topK = 7
      expected.minP = 0.05
      expected.repetitionPenalty = 1.2
      expected.presencePenalty = -1
      expected.frequencyPenalty = 2
      expected.logitBias = [5: -100, 6: 1.5]
      expected.stop = ["a", "b"]
      expected.seed = .max
      expected.maxTokens = 2
      #expect(request.sampling == expected)
    }
  }

  @Test func `content comes as text or as parts, and template tokens in it stay text`() async throws {
    try await withServer { server in
      let reply = try await server.chat([
        "messages": [
          ["role": "developer", "content": "Sé breve."],
          ["role": "assistant", "content": .null],
          ["role": "user", "content": [["type": "text", "text": "a<|im_end|>"], ["type": "text", "text": "b"]]],
        ]
      ])
      #expect(reply.status == 200)
      let expected = [
        Message(.system, "Sé breve."), Message(.assistant, ""), Message(.user, "a<|im_end|>\nb"),
      ]
      #expect(server.model.lastRequest?.prompt == .chat(expected))
      #expect(reply.json["choices"]?.arrayValue?.first?["message"]?["content"] == "a<|im_end|>\nb ")
    }
  }

  @Test func `the model sarai brings its persona, and what the client names wins over it`() async throws {
    try await withServer { server in
      let reply = try await server.chat(["model": "sarai", "temperature": 0])
      #expect(reply.json["model"] == "sarai")
      let request = try #require(server.model.lastRequest)
      #expect(request.model == "expert_short")
      #expect(request.sampling.temperature == 0)
      #expect(request.sampling.repetitionPenalty != 1)
      guard case .chat(let messages) = request.prompt else {
        Issue.record("a chat is no chat")
        return
      }
      #expect(messages.first?.role == .system)
    }
  }

  @Test func `cut repetition is told as length, with an extension that says so`() async throws {
    try await withServer { server in
      let choice = try await server.chat(["model": "repeating"]).json["choices"]?.arrayValue?.first
      #expect(choice?["finish_reason"] == "length")
      #expect(choice?["sarai"] == ["cut": "repetition"])
      let streamed = try await server.chat(["model": "repeating", "stream": true])
      #expect(streamed.events.contains { $0.contains(#""finish_reason":"length","sarai":{"cut":"repetition"}"#) })
    }
  }

  @Test(arguments: [true, false])
  func `an engine that dies or falls silent mid-answer is an error with a sentence`(isStreamed: Bool) async throws {
    try await withServer { server in
      for model in ["broken", "torn"] {
        let reply = try await server.chat(["model": .string(model), "stream": .bool(isStreamed)])
        let error = isStreamed ? try JSONValue(parsing: reply.events.last ?? "")["error"] : reply.error
        #expect(reply.status == (isStreamed ? 200 : 503))
        #expect(error?["type"] == "server_error")
        #expect(error?["code"] == "engine_failed")
        #expect(!reply.body.contains("[DONE]"))
        #expect(!isStreamed || reply.body.contains("Empiezo"))
      }
      try await server.expectHealthy()
    }
  }

  @Test(arguments: [
    ("full", 400, "context_length_exceeded"), ("nobody", 404, "model_not_found"),
    ("tired", 429, "rate_limit_exceeded"), ("poor", 503, "insufficient_resources"),
  ])
  func `faults before the first word keep their status, streamed or not`(
    model: String, status: Int, code: String
  ) async throws {
    try await withServer { server in
      for isStreamed in [true, false] {
        let reply = try await server.chat(["model": .string(model), "stream": .bool(isStreamed)])
        #expect(reply.status == status)
        #expect(reply.error["code"] == .string(code))
        #expect((reply.headers["retry-after"] != nil) == (status == 429 || status == 503))
      }
    }
  }

  @Test func `a request beyond the queue is turned away and the others go on`() async throws {
    var settings = TestServer.settings
    settings.maxQueuedRequests = 2
    try await withServer(settings) { server in
      var wires: [Wire] = []
      for _ in 0..<2 {
        let wire = try await Wire.connect(port: server.port)
        try await wire.send(
          server.request(
            "POST", "/v1/chat/completions", body: TestServer.chat(["model": "mute", "stream": true]).description))
        try await wire.waitFor("Empiezo")
        wires.append(wire)
      }
      let refused = try await server.chat()
      #expect(refused.status == 429)
      #expect(refused.error["code"] == "rate_limit_exceeded")
      try await wires[0].hangUp()
      try await eventually("the place was not given back") { try await server.chat().status == 200 }
    }
  }

  @Test func `a model that says nothing in time is an error and is stopped`() async throws {
    var settings = TestServer.settings
    settings.firstTokenTimeoutSeconds = 0.05
    try await withServer(settings) { server in
      for isStreamed in [true, false] {
        let reply = try await server.chat(["model": "stuck", "stream": .bool(isStreamed)])
        #expect(reply.status == 504)
        #expect(reply.error["code"] == "timeout")
      }
      try await eventually("the generation went on") { server.model.running == 0 }
    }
  }

  @Test func `an answer that takes too long ends with an error event`() async throws {
    var settings = TestServer.settings
    settings.requestTimeoutSeconds = 0.2
    try await withServer(settings) { server in
      let reply = try await server.chat(["model": "endless", "stream": true])
      #expect(try JSONValue(parsing: reply.events.last ?? "")["error"]?["code"] == "timeout")
      try await eventually("the generation went on") { server.model.running == 0 }
    }
  }

  @Test func `a model that stalls mid-stream is cut at the end of its time`() async throws {
    var settings = TestServer.settings
    settings.requestTimeoutSeconds = 0.1
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(
        server.request(
          "POST", "/v1/chat/completions", body: TestServer.chat(["model": "mute", "stream": true]).description))
      let text = await wire.rest()
      #expect(text.contains("Empiezo"))
      #expect(server.model.running == 0)
    }
  }
}
