import Foundation
import SaraiCore
import SaraiHTTP
import Testing

@Suite(.timeLimit(.minutes(2))) struct CompletionAndEmbeddingTests {
  // MARK: - Completions

  @Test func `a text is continued by sixteen tokens at most unless the client says`() async throws {
    try await withServer { server in
      let reply = try await server.post("/v1/completions", ["model": "sarai", "prompt": "uno dos"])
      #expect(reply.status == 200)
      #expect(reply.json["object"] == "text_completion")
      #expect(reply.json["id"]?.stringValue?.hasPrefix("cmpl-") == true)
      #expect(reply.json["choices"]?.arrayValue?.first?["text"] == "uno dos ")
      let request = try #require(server.model.lastRequest)
      #expect(request.prompt == .text("uno dos"))
      #expect(request.model == "expert_short")
      #expect(request.sampling.maxTokens == 16)
    }
  }

  @Test(
    arguments: [
      ("uno", [.text("uno")]), (["uno", "dos"], [.text("uno"), .text("dos")]), ([1, 2], [.tokens([1, 2])]),
      ([[1, 2], [3]], [.tokens([1, 2]), .tokens([3])]),
    ] as [(JSONValue, [Prompt])])
  func `prompts come as texts or tokens, one or several, each with its answers`(
    prompt: JSONValue, expected: [Prompt]
  ) async throws {
    try await withServer { server in
      let reply = try await server.post("/v1/completions", ["model": "parrot", "prompt": prompt, "n": 2])
      let choices = reply.json["choices"]?.arrayValue ?? []
      #expect(choices.map { $0["index"] } == (0..<(2 * expected.count)).map { .integer(Int64($0)) })
      #expect(server.model.seen.requests.map(\.prompt) == expected.flatMap { [$0, $0] })
      #expect(reply.json["usage"]?["prompt_tokens"] == .integer(Int64(10 * expected.count)))
    }
  }

  @Test func `echo repeats the prompt, whole and streamed`() async throws {
    try await withServer { server in
      let body: JSONValue = ["model": "parrot", "prompt": "uno", "echo": true]
      let whole = try await server.post("/v1/completions", body)
      #expect(whole.json["choices"]?.arrayValue?.first?["text"] == "unouno ")
      let streamed = try await server.post(
        "/v1/completions", ["model": "parrot", "prompt": "uno", "echo": true, "stream": true])
      let texts = try streamed.events.dropLast().compactMap {
        try JSONValue(parsing: $0)["choices"]?.arrayValue?.first?["text"]?.stringValue
      }
      #expect(texts.joined() == "unouno ")
      let tokens = try await server.post("/v1/completions", ["model": "parrot", "prompt": [1], "echo": true])
      #expect(tokens.error["code"] == "not_available")
    }
  }

  @Test(
    arguments: [
      (["prompt": []], 400, "invalid_request"), (["prompt": [1, "x"]], 400, "invalid_request"),
      (["prompt": [-1]], 400, "invalid_request"), (["prompt": [[]]], 400, "invalid_request"),
      (["prompt": ["a": 1]], 400, "invalid_request"), (["prompt": .null], 400, "invalid_request"),
      (["suffix": "x"], 400, "not_available"), (["best_of": 3], 400, "not_available"),
      (["logprobs": 1], 400, "not_available"), (["model": "nobody"], 404, "model_not_found"),
      (["messages": []], 400, "invalid_request"),
    ] as [(JSONValue, Int, String)])
  func `what a completion cannot be is refused`(fields: JSONValue, status: Int, code: String) async throws {
    try await withServer { server in
      var object: JSONObject = ["model": "parrot", "prompt": "x"]
      for member in fields.objectValue?.members ?? [] { object[member.key] = member.value }
      let reply = try await server.post("/v1/completions", .object(object))
      #expect(reply.status == status)
      #expect(reply.error["code"] == .string(code), "\(reply.message)")
    }
  }

  // MARK: - Embeddings

  @Test func `texts become vectors, as numbers or as bytes`() async throws {
    try await withServer { server in
      let plain = try await server.post("/v1/embeddings", ["model": "vectors", "input": ["uno", "cuatro"]])
      #expect(plain.status == 200)
      let data = plain.json["data"]?.arrayValue ?? []
      #expect(data.map { $0["index"] } == [0, 1])
      #expect(data[1]["embedding"] == [0.1, -0.5, 6.0])
      #expect(plain.json["usage"] == ["prompt_tokens": 6, "total_tokens": 6])

      let packed = try await server.post(
        "/v1/embeddings",
        ["model": "vectors", "input": "uno", "encoding_format": "base64", "dimensions": 3, "input_type": "passage"])
      let text = packed.json["data"]?.arrayValue?.first?["embedding"]?.stringValue ?? ""
      let bytes = Array(try #require(Data(base64Encoded: text)))
      let floats = stride(from: 0, to: bytes.count, by: 4).map { start in
        Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
      }
      #expect(floats == [0.1, -0.5, 3])
      #expect(server.model.seen.embeddings.map(\.purpose) == [.query, .passage])
    }
  }

  @Test(
    arguments: [
      (["input": ""], "input"), (["input": []], "input"), (["input": ["a", ""]], "input[1]"),
      (["input": [1, 2]], "input"), (["dimensions": 256], "dimensions"),
      (["encoding_format": "hex"], "encoding_format"),
      (["input_type": "x"], "input_type"), (["n": 1], "n"),
    ] as [(JSONValue, String)])
  func `what cannot be embedded is refused by name`(fields: JSONValue, param: String) async throws {
    try await withServer { server in
      var object: JSONObject = ["model": "vectors", "input": "x"]
      for member in fields.objectValue?.members ?? [] { object[member.key] = member.value }
      let reply = try await server.post("/v1/embeddings", .object(object))
      #expect(reply.status == 400)
      #expect(reply.error["param"] == .string(param), "\(reply.message)")
    }
  }
}
