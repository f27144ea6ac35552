import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// A remote model whose server is scripted.
@Suite struct RemoteModelTests {
  static func model(
    _ url: String, key: String? = nil, environment: [String: String] = [:],
    limits: RemoteModel.Limits = .init(), ownLanguage: Language? = nil
  ) throws -> RemoteModel {
    let endpoint = RemoteEndpoint(baseURL: url + "/v1", model: "served", apiKeyVariable: key)
    return try RemoteModel(
      entry: sampleEntry("far", source: .remote(endpoint), backend: .openai), environment: environment,
      limits: limits, ownLanguage: ownLanguage)
  }

  static func request(
    _ prompt: Prompt = .chat([Message(.user, "Hola «tú»\n")]), _ change: (inout SamplingParameters) -> Void = { _ in }
  ) -> GenerationRequest {
    var sampling = SamplingParameters()
    change(&sampling)
    return GenerationRequest(model: "far", prompt: prompt, sampling: sampling, client: "c", requestID: "r")
  }

  static func events(_ model: RemoteModel, _ request: GenerationRequest) async throws -> [GenerationEvent] {
    var events: [GenerationEvent] = []
    for try await event in try await model.generate(request) { events.append(event) }
    return events
  }

  private static func sse(_ text: String, ending: ScriptedServer.Ending = .close) -> ScriptedServer.Reply {
    ScriptedServer.Reply(200, ["Content-Type": "text/event-stream"], raw: Array(text.utf8), ending: ending)
  }

  private static func chunk(_ text: String, reason: String? = nil) -> String {
    let reason = reason.map { "\"\($0)\"" } ?? "null"
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"\(text)\"},\"finish_reason\":\(reason)}]}\n\n"
  }

  private static let usage =
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2,"
    + "\"prompt_tokens_details\":{\"cached_tokens\":4}}}\n\n"

  private static func text(_ events: [GenerationEvent]) -> String {
    events.map { if case .text(let text) = $0 { text } else { "" } }.joined()
  }

  private static func run(
    _ reply: ScriptedServer.Reply, limits: RemoteModel.Limits = .init()
  ) async throws -> [GenerationEvent] {
    try await ScriptedServer.with({ _, _ in reply }) { server in
      let model = try Self.model(server.url, limits: limits)
      do {
        let events = try await Self.events(model, Self.request())
        await model.shutdown()
        return events
      } catch {
        await model.shutdown()
        throw error
      }
    }
  }

  @Test func `a stream becomes the events of an engine`() async throws {
    let events = try await Self.run(
      Self.sse(
        ": a comment\r\nevent: message\r\nid: 7\r\n" + Self.chunk("") + Self.chunk("Ho") + Self.chunk("la \\u00f1😀")
          + Self.chunk("", reason: "length") + Self.usage + "data: [DONE]\n\n"))
    #expect(events.first == .started(promptTokens: 0, cachedTokens: 0))
    #expect(Self.text(events) == "Hola ñ😀")
    guard case .finished(let summary) = events.last else { return #expect(Bool(false), "no end") }
    #expect(summary.finishReason == .length)
    #expect(summary.usage == Usage(promptTokens: 9, cachedTokens: 4, completionTokens: 2))
    #expect(events.count == 4)
  }

  @Test func `a server that neither counts nor says DONE is understood`() async throws {
    let events = try await Self.run(Self.sse(Self.chunk("a") + Self.chunk("b", reason: "stop")))
    guard case .finished(let summary) = events.last else { return #expect(Bool(false), "no end") }
    #expect(summary.usage.completionTokens == 2 && summary.finishReason == .stop)
  }

  @Test func `what is asked for is sent, and what is neutral is not`() async throws {
    try await ScriptedServer.with({ _, _ in Self.sse(Self.chunk("a", reason: "stop")) }) { server in
      let model = try Self.model(server.url, key: "FAR_KEY", environment: ["FAR_KEY": "secret"])
      _ = try await Self.events(model, Self.request())
      _ = try await Self.events(
        model,
        Self.request(.tokens([1, 2])) {
          $0.temperature = 0.5
          $0.topK = 7
          $0.repetitionPenalty = 1.25
          $0.maxTokens = 3
          $0.seed = .max
          $0.stop = ["\n", "«"]
          $0.logitBias = [5: -100, 2: 1]
        })
      _ = try await Self.events(model, Self.request(.text("once")))
      await model.shutdown()
      let bodies = try server.requests.map { try JSONValue(parsing: $0.body) }
      #expect(server.requests.map(\.target) == ["/v1/chat/completions", "/v1/completions", "/v1/completions"])
      #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer secret" })
      #expect(
        bodies[0]
          == [
            "model": "served", "messages": [["role": "user", "content": "Hola «tú»\n"]], "stream": true,
            "stream_options": ["include_usage": true],
          ])
      #expect(bodies[1]["prompt"] == [1, 2])
      #expect(bodies[1]["temperature"]?.doubleValue == 0.5)
      #expect(bodies[1]["top_k"] == 7)
      #expect(bodies[1]["repeat_penalty"]?.doubleValue == 1.25)
      #expect(bodies[1]["max_tokens"] == 3)
      #expect((bodies[1]["seed"]?.integerValue).map { (0..<0xffff_ffff).contains($0) } == true)
      #expect(bodies[1]["stop"] == ["\n", "«"])
      #expect(bodies[1]["logit_bias"]?["5"]?.doubleValue == -100)
      #expect(bodies[2]["prompt"] == "once")
    }
  }

  @Test func `SARAi's own server is told every value, neutral ones too`() async throws {
    try await ScriptedServer.with({ _, _ in Self.sse(Self.chunk("a", reason: "stop")) }) { server in
      let model = try Self.model(server.url, ownLanguage: .spanish)
      _ = try await Self.events(model, Self.request { $0.temperature = 1 })
      await model.shutdown()
      let body = try JSONValue(parsing: try #require(server.requests.first).body)
      #expect(body["temperature"]?.doubleValue == 1)
      #expect(body["repetition_penalty"]?.doubleValue == 1)
      #expect(body["top_k"] == 0)
      #expect(body["repeat_penalty"] == nil)
      #expect(server.requests.count == 1)
    }
  }

  @Test func `a server that refuses a second name for the penalty is asked with one`() async throws {
    try await ScriptedServer.with({ request, _ in
      String(decoding: request.body, as: UTF8.self).contains("repeat_penalty")
        ? .whole(400, text: "{\"error\":{\"message\":\"unknown field\"}}") : Self.sse(Self.chunk("a", reason: "stop"))
    }) { server in
      let model = try Self.model(server.url)
      let events = try await Self.events(model, Self.request { $0.repetitionPenalty = 1.5 })
      #expect(Self.text(events) == "a")
      let body = try JSONValue(parsing: try #require(server.requests.last).body)
      #expect(body["repetition_penalty"]?.doubleValue == 1.5)
      await model.shutdown()
    }
  }

  @Test(arguments: [
    (400, "{\"error\":{\"message\":\"no\",\"type\":\"invalid_request_error\"}}", SaraiError.Code.invalidRequest),
    (400, "{\"error\":{\"message\":\"long\",\"type\":\"exceed_context_size_error\",\"code\":400}}", .contextOverflow),
    (400, "{\"error\":{\"message\":\"long\",\"code\":\"context_length_exceeded\"}}", .contextOverflow),
    (401, "", .unauthorized), (403, "nonsense", .unauthorized), (404, "{}", .modelNotFound), (408, "", .timeout),
    (413, "", .tooLarge), (429, "{\"error\":\"slow down\"}", .busy), (503, "[]", .busy), (500, "\u{0}", .network),
    (302, "", .network),
  ])
  func `a refusal becomes the right error`(status: Int, body: String, code: SaraiError.Code) async throws {
    #expect(await fault { _ = try await Self.run(.whole(status, text: body)) }?.code == code)
  }

  @Test func `what a server says is shown short and without control characters`() async throws {
    let said = "\\u001b[31mred\\u0000\\u009b" + String(repeating: "x", count: 5000)
    let error = await fault { _ = try await Self.run(.whole(500, text: "{\"error\":{\"message\":\"\(said)\"}}")) }
    #expect(error?.message.en.contains("[31mred") == true)
    #expect((error?.message.en.count ?? 0) < 600)
    #expect(error?.message.en.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x9b } == false)
  }

  @Test func `a huge error page is not swallowed`() async throws {
    let page = ScriptedServer.Reply.whole(500, body: [UInt8](repeating: 0x61, count: 5 << 20))
    #expect(await fault { _ = try await Self.run(page) }?.code == .network)
  }

  private static let nasty: [String] = [
    "data: {\n\n", "data: nonsense\n\n", "data: [1,2]\n\ndata: [DONE]\n\n", "data: [DONE]\n\n", "",
    "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}", chunk("a"), chunk("a") + "data: [DONE]\n\n",
    chunk("a", reason: "stop") + chunk("b"), "garbage without end", "\u{0}\u{0}\n\n",
    "data: {\"error\":{\"message\":\"out of memory\",\"code\":500}}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"\\ud800\"}}]}\n\n",
    "data: " + String(repeating: "[", count: 100_000) + "\n\n",
  ]

  @Test(arguments: nasty.indices)
  func `a stream that makes no sense ends in an error, not in half an answer`(index: Int) async throws {
    #expect(await fault { _ = try await Self.run(Self.sse(Self.nasty[index])) }?.code == .network)
  }

  @Test func `an error in the stream keeps its kind`() async throws {
    let text = Self.chunk("a") + "data: {\"error\":{\"message\":\"full\",\"code\":503}}\n\n"
    #expect(await fault { _ = try await Self.run(Self.sse(text)) }?.code == .busy)
  }

  @Test func `a line or a stream without end is cut`() async throws {
    var limits = RemoteModel.Limits()
    limits.maximumLineBytes = 10_000
    limits.maximumStreamBytes = 50_000
    let line = Self.sse("data: " + String(repeating: "x", count: 20_000), ending: .hang)
    #expect(await fault { _ = try await Self.run(line, limits: limits) }?.message.en.contains("sends more") == true)
    let stream = Self.sse(String(repeating: Self.chunk("a"), count: 2000), ending: .hang)
    #expect(await fault { _ = try await Self.run(stream, limits: limits) }?.message.en.contains("sends more") == true)
  }

  @Test(arguments: ["text/html", "application/json", ""])
  func `an answer of another type is no stream`(type: String) async throws {
    let reply = ScriptedServer.Reply.whole(200, type.isEmpty ? [:] : ["Content-Type": type], text: Self.chunk("a"))
    #expect(await fault { _ = try await Self.run(reply) }?.message.en.contains("/v1") == true)
  }

  @Test func `a silent server is given up, and one that is not there is named`() async throws {
    var limits = RemoteModel.Limits()
    limits.idleTimeoutSeconds = 1
    let silent = Self.sse(Self.chunk("a"), ending: .hang)
    #expect(await fault { _ = try await Self.run(silent, limits: limits) }?.code == .network)
    let nobody = try Self.model("http://127.0.0.1:9")
    let error = await fault { _ = try await nobody.generate(Self.request()) }
    #expect(error?.code == .network && error?.message.es.contains("127.0.0.1") == true)
    await nobody.shutdown()
  }

  @Test func `ending the iteration closes the connection`() async throws {
    try await ScriptedServer.with({ _, _ in Self.sse(Self.chunk("a"), ending: .hang) }) { server in
      let model = try Self.model(server.url)
      for try await event in try await model.generate(Self.request()) {
        if case .text = event { break }
      }
      await server.waitForHangUp()
      // And so does cancelling the task that waits for the answer's head.
      await model.shutdown()
    }
    try await ScriptedServer.with({ _, _ in ScriptedServer.Reply(200).cut(after: 0, ending: .hang) }) { server in
      let model = try Self.model(server.url)
      let task = Task { try await Self.events(model, Self.request()) }
      task.cancel()
      await #expect(throws: (any Error).self) { try await task.value }
      await model.shutdown()
    }
  }

  @Test(arguments: [nil, "", "two words", "line\nbreak", "ñ"] as [String?])
  func `a key that is missing or cannot be one is told before anything is sent`(key: String?) async throws {
    try await ScriptedServer.with({ _, _ in .whole(200) }) { server in
      let model = try Self.model(server.url, key: "FAR_KEY", environment: key.map { ["FAR_KEY": $0] } ?? [:])
      let error = await fault { _ = try await model.generate(Self.request()) }
      #expect(error?.code == .unauthorized && error?.message.es.contains("FAR_KEY") == true)
      #expect(server.requests.isEmpty)
      await model.shutdown()
    }
  }

  private static func embed(_ body: String, texts: [String] = ["a", "b"]) async throws -> EmbeddingResult {
    try await ScriptedServer.with({ _, _ in .whole(200, text: body) }) { server in
      let model = try Self.model(server.url)
      defer { Task { await model.shutdown() } }
      return try await model.embed(
        EmbeddingRequest(model: "far", texts: texts, purpose: .query, client: "c", requestID: "r"))
    }
  }

  @Test func `embeddings come in order and of length one`() async throws {
    let result = try await Self.embed(
      "{\"data\":[{\"index\":1,\"embedding\":[0,2]},{\"index\":0,\"embedding\":[3,4]}],\"usage\":{\"prompt_tokens\":5}}"
    )
    #expect(result.vectors == [[0.6, 0.8], [0, 1]])
    #expect(result.promptTokens == 5)
  }

  @Test(arguments: [
    "", "{}", "{\"data\":[]}", "{\"data\":[{\"embedding\":[1]}]}",
    "{\"data\":[{\"embedding\":[1]},{\"embedding\":[1,2]}]}",
    "{\"data\":[{\"embedding\":[0]},{\"embedding\":[0]}]}", "{\"data\":[{\"embedding\":[\"x\"]},{\"embedding\":[1]}]}",
    "{\"data\":[{\"index\":0,\"embedding\":[1]},{\"index\":0,\"embedding\":[1]}]}",
    "{\"data\":[{\"index\":-1,\"embedding\":[1]},{\"index\":5,\"embedding\":[1]}]}",
    "{\"data\":[{\"embedding\":[1e300]},{\"embedding\":[1]}]}",
    "{\"data\":[{\"embedding\":\"AAAA\"},{\"embedding\":\"\"}]}",
  ])
  func `embeddings that make no sense are refused`(body: String) async throws {
    #expect(await fault { _ = try await Self.embed(body) }?.code == .network)
  }

  @Test func `a local server is reached past the proxy, and a prompt is measured on the safe side`() async throws {
    try await ScriptedServer.with({ _, _ in Self.sse(Self.chunk("a", reason: "stop")) }) { server in
      let model = try Self.model(server.url, environment: ["HTTP_PROXY": "http://127.0.0.1:9"])
      #expect(try await Self.text(Self.events(model, Self.request())) == "a")
      #expect(model.measure(.text("abcdef")) == PromptMeasure(promptTokens: 2, contextTokens: 512))
      #expect(model.measure(.tokens([1, 2, 3])).promptTokens == 3)
      #expect(model.measure(.chat([Message(.user, "abc")])).promptTokens == 9)
      await model.shutdown()
    }
  }
}
