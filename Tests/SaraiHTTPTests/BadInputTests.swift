import SaraiCore
import SaraiHTTP
import Testing

@Suite(.timeLimit(.minutes(2))) struct BadInputTests {
  @Test(arguments: [
    ("", "empty"), ("   ", "Invalid JSON"), ("{", "Invalid JSON"), ("[]", "must be a JSON object; got an array"),
    ("\"x\"", "must be a JSON object; got a string"), ("{\"model\":NaN}", "Invalid JSON"), ("nul", "Invalid JSON"),
    (String(repeating: "[", count: 10_000), "more than 64 levels"),
    (String(repeating: "{\"a\":", count: 10_000), "more than 64 levels"),
    (#"{"model":"a","model":"b"}"#, #"the key "model" is repeated"#),
    (#"{"model":"\ud800"}"#, "lone surrogate"), ("{\"model\":\"\0\"}", "unescaped control character"),
    (#"{"model":1e999}"#, "does not fit 64 bits"), (#"{"model":"a"} x"#, "end of the text"),
    ("[" + String(repeating: "0,", count: 250_000) + "0]", "more than 200000 values"),
  ])
  func `a body that is no object of JSON is refused with a reason`(body: String, reason: String) async throws {
    try await withServer { server in
      for path in ["/v1/chat/completions", "/v1/completions", "/v1/embeddings"] {
        let reply = try await server.ask("POST", path, body: body)
        #expect(reply.status == 400 || (reply.status == 413 && reason.contains("values")))
        #expect(reply.message.contains(reason), "\(reply.message)")
        #expect(reply.error["type"] == "invalid_request_error")
      }
      try await server.expectHealthy()
    }
  }

  @Test(
    arguments: [
      (["temperature": -5], "temperature", #""temperature" must be a number from 0 to 2; got -5."#),
      (["temperature": "hot"], "temperature", #"got "hot"."#), (["temperature": 1e300], "temperature", "got 1e+300"),
      (["temperature": true], "temperature", "got true"), (["top_p": 0], "top_p", "above 0 and up to 1"),
      (["top_p": 1.01], "top_p", "got 1.01"), (["min_p": 1], "min_p", "below 1"), (["top_k": -1], "top_k", "got -1"),
      (["top_k": 1.5], "top_k", "whole number"), (["n": 1_000_000_000], "n", "from 1 to 8; got 1000000000"),
      (["n": 0], "n", "got 0"), (["n": -1], "n", "got -1"), (["max_tokens": 0], "max_tokens", "got 0"),
      (["max_tokens": 9_223_372_036_854_775_807], "max_tokens", "got 9223372036854775807"),
      (["max_tokens": 1e30], "max_tokens", "got 1e+30"), (["seed": 1e19], "seed", "whole number"),
      (["stop": [""]], "stop[0]", "non-empty"),
      (["stop": [1]], "stop", "non-empty string"), (["stream": "yes"], "stream", "true or false"),
      (["stream": 1], "stream", "true or false"), (["logit_bias": ["x": 1]], "logit_bias", "object"),
      (["logit_bias": ["5": 101]], "logit_bias", "object"), (["logit_bias": [1]], "logit_bias", "object"),
      (["presence_penalty": 2.1], "presence_penalty", "from -2 to 2"), (["user": 5], "user", "string"),
      (["messages": []], "messages", "1 to 2048"), (["messages": "hi"], "messages", "array"),
      (["messages": [5]], "messages[0]", "object"), (["messages": .null], "messages", "got null"),
      (["messages": [["role": "user"]]], "messages[0].content", "missing"),
      (["messages": [["role": "king", "content": "x"]]], "messages[0].role", #"got "king""#),
      (["messages": [["content": "x"]]], "messages[0].role", "missing"),
      (["messages": [["role": "user", "content": 5]]], "messages[0].content", "got 5"),
      (["messages": [["role": "user", "content": [["type": "text"]]]]], "messages[0].content[0].text", "missing"),
      (["messages": [["role": "user", "content": "x", "colour": 1]]], "messages[0].colour", "unknown"),
      (["messages": [["role": "system", "content": "x"]]], "messages", "no user message"),
      (["model": 5], "model", "string"),
      (["model": ""], "model", "non-empty"), (["model": .null], "model", "got null"),
      (["temprature": 1], "temprature", #"Did you mean "temperature"?"#),
      (["xyzzy": 1], "xyzzy", "The known fields are"),
      (["stream_options": ["include_usage": true]], "stream_options", "only goes with"),
      (["stream": true, "stream_options": ["include_use": true]], "stream_options.include_use", "include_usage"),
      (["max_tokens": 5, "max_completion_tokens": 6], "max_completion_tokens", "differ"),
    ] as [(JSONValue, String, String)])
  func `a field that cannot be is refused by name, with what is allowed`(
    fields: JSONValue, param: String, reason: String
  ) async throws {
    try await withServer { server in
      let reply = try await server.chat(fields)
      #expect(reply.status == 400)
      #expect(reply.error["code"] == "invalid_request")
      #expect(reply.error["type"] == "invalid_request_error")
      #expect(reply.error["param"] == .string(param), "\(reply.message)")
      #expect(reply.message.contains(reason), "\(reply.message)")
    }
  }

  @Test(
    arguments: [
      (["functions": [["name": "f"]]], "functions"), (["logprobs": true], "logprobs"),
      (["top_logprobs": 5], "top_logprobs"), (["modalities": ["audio"]], "modalities"), (["store": true], "store"),
      (["audio": ["voice": "x"]], "audio"), (["service_tier": "flex"], "service_tier"),
      (["messages": [["role": "function", "content": "x"]]], "messages[0].role"),
      (
        ["messages": [["role": "user", "content": [["type": "image_url", "image_url": ["url": "x"]]]]]],
        "messages[0].content[0].type"
      ),
    ] as [(JSONValue, String)])
  func `what OpenAI has and SARAi has not yet is refused by name`(fields: JSONValue, param: String) async throws {
    try await withServer { server in
      let reply = try await server.chat(fields)
      #expect(reply.status == 400)
      #expect(reply.error["code"] == "not_available")
      #expect(reply.error["param"] == .string(param))
    }
  }

  @Test func `values that ask for nothing are taken, and null is as good as absent`() async throws {
    try await withServer { server in
      let reply = try await server.chat([
        "tools": [], "tool_choice": "auto", "response_format": ["type": "text"], "logprobs": false, "store": false,
        "service_tier": "auto", "parallel_tool_calls": true, "metadata": ["a": "b"], "modalities": ["text"],
        "temperature": .null, "n": .null, "stop": [], "seed": .null, "audio": .null, "stream": .null,
        "stream_options": .null, "max_tokens": 2.0,
      ])
      #expect(reply.status == 200, "\(reply.message)")
      #expect(server.model.lastRequest?.sampling.maxTokens == 2)
    }
  }

  @Test func `a body over the limit is refused, announced or not, and the connection goes on`() async throws {
    var settings = TestServer.settings
    settings.maxBodyBytes = 10_000
    try await withServer(settings) { server in
      let wire = try await Wire.connect(port: server.port)
      try await wire.send(
        server.request("POST", "/v1/chat/completions", body: String(repeating: " ", count: 10 << 20)))
      let announced = try await wire.reply()
      #expect(announced.status == 413)
      #expect(announced.message.contains("over 10000 bytes"))
      try await wire.send(
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost:\(server.port)\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "4e20\r\n" + String(repeating: " ", count: 20_000) + "\r\n0\r\n\r\n")
      #expect(try await wire.reply().status == 413)
      try await wire.send(server.request("GET", "/healthz"))
      #expect(try await wire.reply().status == 200)
      try await server.expectHealthy()
    }
  }

  @Test func `a compressed body is refused before it is read as JSON`() async throws {
    try await withServer { server in
      let reply = try await server.ask(
        "POST", "/v1/embeddings", headers: ["Content-Encoding": "gzip"], body: "\u{1F}\u{8B}")
      #expect(reply.status == 400)
      #expect(reply.error["param"] == "Content-Encoding")
    }
  }

  @Test func `messages of the server are Spanish or English as the client likes, else as the server does`() async throws
  {
    try await withServer(language: .spanish) { server in
      let body = TestServer.chat(["temperature": -5]).description
      let spanish = try await server.ask("POST", "/v1/chat/completions", body: body)
      #expect(spanish.message == "«temperature» debe ser un número de 0 a 2; llegó -5.")
      #expect(spanish.headers["content-language"] == "es")
      let english = try await server.ask(
        "POST", "/v1/chat/completions", headers: ["Accept-Language": "en-GB,es;q=0.5"], body: body)
      #expect(english.message.contains("must be a number from 0 to 2"))
      #expect(english.headers["content-language"] == "en")
    }
  }
}
