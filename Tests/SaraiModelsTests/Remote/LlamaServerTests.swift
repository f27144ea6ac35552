import Foundation
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiModels

/// The real thing at the other end: llama-server, built from the same source as the engine.
@Suite(.serialized) struct LlamaServerTests {
  /// Runs llama-server on a port that the kernel chooses.
  private static func with(
    _ arguments: [String] = [], _ body: (String) async throws -> Void
  ) async throws {
    let executable = TestParts.root.appending(path: ".deps/bin/llama-server")
    try #require(fileExists(executable.path), "make test puts llama-server into .deps/bin")
    let command = ChildCommand(
      executable: executable.path,
      arguments: [
        "--model", TestParts.smolLM2.path, "--host", "127.0.0.1", "--port", "0", "--ctx-size", "512", "--threads", "2",
        "--parallel", "1", "--no-webui", "--alias", "smol",
      ] + arguments,
      environment: ProcessInfo.processInfo.environment)
    let log = Mutex("")
    let (addresses, found) = AsyncStream.makeStream(of: String.self)
    let child = try await DirectLauncher().launch(command) { output in
      let bytes =
        switch output {
        case .standardOutput(let bytes), .standardError(let bytes): bytes
        }
      log.withLock { log in
        log += String(decoding: bytes, as: UTF8.self)
        // It says where it listens once the model is loaded.
        if let match = log.firstMatch(of: /listening on (http:\/\/127\.0\.0\.1:[0-9]+)\n/) {
          found.yield(String(match.1))
        }
      }
    }
    let end = Task {
      _ = await child.waitForExit()
      found.finish()
    }
    do {
      var iterator = addresses.makeAsyncIterator()
      let address = await iterator.next()
      try await body(try #require(address, "\(log.withLock { $0 })"))
      await child.stop()
      await end.value
    } catch {
      await child.stop()
      throw error
    }
  }

  private static func model(_ url: String, key: String? = nil) throws -> RemoteModel {
    let endpoint = RemoteEndpoint(baseURL: url + "/v1", model: "smol", apiKeyVariable: key.map { _ in "K" })
    return try RemoteModel(
      entry: sampleEntry("far", source: .remote(endpoint), backend: .openai), environment: ["K": key ?? ""])
  }

  @Test func `a conversation and a text stream from llama-server, counted and bounded`() async throws {
    try await Self.with { url in
      let model = try Self.model(url)
      let chat = RemoteModelTests.request(.chat([Message(.user, "Count from one to five.")])) {
        $0.temperature = 0
        $0.maxTokens = 12
      }
      let events = try await RemoteModelTests.events(model, chat)
      guard case .finished(let summary) = events.last else { return #expect(Bool(false), "no end") }
      #expect(summary.finishReason == .length)
      #expect(summary.usage.completionTokens == 12 && summary.usage.promptTokens > 5)
      #expect(summary.timings.decodeSeconds > 0)
      // Greedy, so the same again.
      let again = try await RemoteModelTests.events(model, chat)
      #expect(events.dropLast() == again.dropLast())

      let stopped = RemoteModelTests.request(.text("1 2 3 4 5 6 7")) {
        $0.temperature = 0
        $0.maxTokens = 30
        $0.stop = ["9"]
        $0.seed = .max
      }
      let text = try await RemoteModelTests.events(model, stopped)
      guard case .finished(let end) = text.last else { return #expect(Bool(false), "no end") }
      #expect(end.finishReason == .stop && end.seed == .max)

      // Hanging up in the middle leaves the server ready for the next.
      for try await event in try await model.generate(RemoteModelTests.request { $0.maxTokens = 400 }) {
        if case .text = event { break }
      }
      #expect(try await RemoteModelTests.events(model, chat).count > 2)

      let long = RemoteModelTests.request(.text(String(repeating: "word ", count: 2000)))
      #expect(await fault { _ = try await RemoteModelTests.events(model, long) }?.code == .contextOverflow)
      await model.shutdown()
    }
  }

  @Test func `llama-server's keys are asked for, and its embeddings have length one`() async throws {
    try await Self.with(["--embeddings", "--pooling", "mean", "--api-key", "right"]) { url in
      let model = try Self.model(url, key: "right")
      let request = EmbeddingRequest(
        model: "far", texts: ["hello", "a longer text about cats"], purpose: .query, client: "c", requestID: "r")
      let result = try await model.embed(request)
      #expect(result.vectors.map(\.count) == [576, 576])
      for vector in result.vectors {
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 0.001)
      }
      await model.shutdown()
      let wrong = try Self.model(url, key: "wrong")
      #expect(await fault { _ = try await wrong.embed(request) }?.code == .unauthorized)
      await wrong.shutdown()
    }
  }
}
