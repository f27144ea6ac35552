import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// The calls of a real engine with the real model.
@Suite(.serialized) struct EngineClientTests {
  private func withEngine(
    contextTokens: Int = 256, endsWith expected: ChildExit = .exited(code: 0),
    _ body: (EngineClient, EngineProcess) async throws -> Void
  ) async throws {
    try await withTemporaryFolder { folder in
      var specification = Processes.specification(TestParts.executable("sarai-engine").path, in: folder)
      specification.modelFile = TestParts.smolLM2.path
      specification.contextTokens = contextTokens
      specification.isTrusted = true
      specification.threads = 1
      specification.sha256 = String(repeating: "a", count: 64)
      let process = try await EngineProcess.start(
        specification, launcher: DirectLauncher(), environment: ProcessInfo.processInfo.environment,
        startTimeoutSeconds: 60, logger: Processes.logger)
      let client = try EngineClient(name: "smollm2", socket: specification.socket) {
        await process.failure(within: 2)
      }
      do {
        try await body(client, process)
      } catch {
        client.abandon()
        await process.stop()
        throw error
      }
      client.abandon()
      #expect(await process.stop() == expected)
    }
  }

  @Test func `an engine describes itself and is healthy`() async throws {
    try await withEngine { client, _ in
      let description = try await client.describe()
      #expect(description.contextTokens == 256)
      #expect(description.trainedContextTokens == 8_192)
      #expect(description.vocabularySize == 49_152)
      #expect(description.generates)
      #expect(description.contextBytes > 0)
      #expect(description.counters.requests == 0)
      #expect(await client.isHealthy())
    }
  }

  @Test func `text becomes tokens and comes back`() async throws {
    try await withEngine { client, _ in
      let text = "El niño comió ñandú, 3.14 €."
      let tokens = try await client.tokenize(text)
      #expect(try await client.detokenize(tokens) == text)
      let asText = try await client.tokenize("<|im_end|>")
      let asToken = try await client.tokenize("<|im_end|>", parseSpecial: true)
      #expect(asText.count > asToken.count)
      let template = try await client.applyTemplate([Message(.user, "Hi")])
      #expect(template.text.contains("<|im_start|>user"))
      #expect(!template.tokens.isEmpty)
    }
  }

  @Test func `a prompt beyond the context is refused with both lengths`() async throws {
    try await withEngine { client, _ in
      let long = String(repeating: "word ", count: 500)
      let request = PoolHarness.request(long)
      let error = try await saraiError { try await client.generate(request) { _ in } }
      #expect(error.code == .contextOverflow)
      #expect(error.message.en.contains("501") && error.message.en.contains("255"))
      #expect(error.message.es != error.message.en)
    }
  }

  @Test func `a state that was saved is restored, and a missing one is named`() async throws {
    try await withEngine { client, _ in
      let saved = try await client.saveState(.text("The quick brown fox jumps over the lazy dog"), name: "fox")
      #expect(saved.tokens > 5)
      #expect(saved.bytes > 0)
      let restored = try await client.restoreState(name: "fox")
      #expect(restored == saved.tokens)
      #expect(try await saraiError { try await client.restoreState(name: "none") }.code == .notFound)
      #expect(try await saraiError { try await client.restoreState(name: "../x") }.code == .invalidRequest)
    }
  }

  @Test func `every call to an engine that is gone says so`() async throws {
    try await withEngine(endsWith: .killed(signal: SIGKILL)) { client, process in
      kill(process.pid, SIGKILL)
      _ = await process.waitForExit()
      let error = try await saraiError { try await client.tokenize("x") }
      #expect(error.code == .engineFailed)
      #expect(error.message.en.contains("signal 9"))
      #expect(await !client.isHealthy())
    }
  }
}
