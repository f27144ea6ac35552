import Foundation
import GRPCCore
import SkillProtocol
import Testing
import TestSupport

@Suite(.serialized) struct ServeTests {
  @Test func `it says that it is ready, describes itself and answers`() async throws {
    try await withEngine(arguments: ["--context", "1024", "--name", "smol", "--model-sha256", "abc"]) { engine in
      #expect(engine.isReady)
      try await engine.withClient { calls, client in
        let description = try await calls.describe(.init())
        #expect(description.modelName == "smol")
        #expect(description.modelSha256 == "abc")
        #expect(description.contextTokens == 1_024)
        #expect(description.generates)
        #expect(description.templateSource == .model)
        #expect(!description.libraryBuild.isEmpty)

        let health = Grpc_Health_V1_Health.Client(wrapping: client)
        #expect(try await health.check(.init()).status == .serving)
        var unknown = Grpc_Health_V1_HealthCheckRequest()
        unknown.service = "nobody"
        let request = unknown
        let refused = await #expect(throws: RPCError.self) { _ = try await health.check(request) }
        #expect(refused?.code == .notFound)

        let replies = try await calls.generate(.chat("Say hello.")) { response in
          try await response.messages.reduce(into: [Sarai_Engine_V1_GenerateReply]()) { $0.append($1) }
        }
        #expect(replies.first?.started.promptTokens ?? 0 > 10)
        #expect(!replies.dropFirst().dropLast().map(\.text).joined().isEmpty)
        let finished = try #require(replies.last?.finished)
        #expect(finished.completionTokens > 0)
        #expect(finished.promptSeconds > 0)
        #expect(try await calls.describe(.init()).counters.completionTokens == UInt64(finished.completionTokens))
      }
    }
  }

  @Test func `text, tokens, templates and states go both ways`() async throws {
    try await withEngine(arguments: ["--context", "512"]) { engine in
      try await engine.withClient { calls, _ in
        var text = Sarai_Engine_V1_TokenizeRequest()
        text.text = "¿Qué tal? <|im_end|>"
        let plain = try await calls.tokenize(text).tokens
        text.parseSpecial = true
        #expect(try await calls.tokenize(text).tokens.count < plain.count)
        var tokens = Sarai_Engine_V1_DetokenizeRequest()
        tokens.tokens = plain
        #expect(try await calls.detokenize(tokens).text == "¿Qué tal? <|im_end|>")

        var conversation = Sarai_Engine_V1_ApplyTemplateRequest()
        conversation.messages = Sarai_Engine_V1_GenerateRequest.chat("Hola").chat.messages
        conversation.addGenerationPrompt = true
        let laidOut = try await calls.applyTemplate(conversation)
        #expect(laidOut.text.hasSuffix("<|im_start|>assistant\n"))
        #expect(laidOut.tokens.count > 5)

        var save = Sarai_Engine_V1_SaveStateRequest()
        save.name = "one"
        save.text = "The quick brown fox jumps over the lazy dog"
        let saved = try await calls.saveState(save)
        #expect(saved.bytes > 1_000)
        var restore = Sarai_Engine_V1_RestoreStateRequest()
        restore.name = "one"
        #expect(try await calls.restoreState(restore).tokens == saved.tokens)
        var later = Sarai_Engine_V1_SaveStateRequest()
        later.name = "two"
        later.tokens.ids = plain
        #expect(try await calls.saveState(later).tokens == UInt32(plain.count))
      }
    }
  }

  @Test func `errors travel whole`() async throws {
    try await withEngine(arguments: ["--context", "256"]) { engine in
      try await engine.withClient { calls, _ in
        let tooLong = Sarai_Engine_V1_GenerateRequest.chat(String(repeating: "hola ", count: 400))
        let overflow = await #expect(throws: RPCError.self) {
          try await calls.generate(tooLong) { response in for try await _ in response.messages {} }
        }
        let detail = try #require(overflow.flatMap { Sarai_Skills_V1_ErrorDetail($0) })
        #expect(detail.code == "context_length_exceeded")
        #expect(detail.messageEs.contains("255"))
        #expect(detail.messageEn.contains("255"))
        #expect(overflow?.code == .outOfRange)

        var wrongRole = Sarai_Engine_V1_GenerateRequest.chat("x")
        wrongRole.chat.messages[0].role = "robot"
        let wrong: [Sarai_Engine_V1_GenerateRequest] = [
          .chat("x") { $0.temperature = -5 }, .chat("x") { $0.temperature = .nan }, wrongRole, .init(),
        ]
        for request in wrong {
          let error = await #expect(throws: RPCError.self) {
            try await calls.generate(request) { response in for try await _ in response.messages {} }
          }
          #expect(error.flatMap { Sarai_Skills_V1_ErrorDetail($0) }?.code == "invalid_request")
        }
        let embed = await #expect(throws: RPCError.self) { _ = try await calls.embed(.init()) }
        #expect(embed.flatMap { Sarai_Skills_V1_ErrorDetail($0) }?.code == "not_available")
        #expect(try await calls.describe(.init()).counters.completionTokens == 0)
      }
    }
  }

  @Test func `a caller that hangs up stops the computation, and those who wait leave the queue`() async throws {
    try await withEngine(arguments: ["--context", "2048"]) { engine in
      try await engine.withClient { calls, _ in
        let endless = Sarai_Engine_V1_GenerateRequest.chat("Tell me a long story.") {
          $0.temperature = 1
          $0.maxTokens = 2_000
          $0.logitBias = [0: -100, 2: -100]
        }
        let (started, begin) = AsyncStream<Void>.makeStream()
        let talking = Task {
          try await calls.generate(endless) { response in
            for try await reply in response.messages where !reply.text.isEmpty { begin.yield() }
          }
        }
        for await _ in started { break }
        let waiting = (0..<3).map { _ in
          Task { try await calls.generate(endless) { response in for try await _ in response.messages {} } }
        }
        while try await calls.describe(.init()).counters.queuedRequests < 3 {}
        for task in waiting { task.cancel() }
        talking.cancel()
        for task in waiting + [talking] { await #expect(throws: (any Error).self) { try await task.value } }
        while try await calls.describe(.init()).counters.cancelledRequests < 4 {}
        let counters = try await calls.describe(.init()).counters
        #expect(counters.queuedRequests == 0)
        #expect(counters.completionTokens < 2_000)
        // Had anything gone on, this answer would have had to wait for it.
        let text = try await calls.generate(.chat("Say hello.")) { response in
          try await response.messages.reduce(into: "") { $0 += $1.text }
        }
        #expect(!text.isEmpty)
        #expect(try await calls.describe(.init()).counters.completionTokens <= counters.completionTokens + 24)
      }
    }
  }

  @Test func `a full queue says so`() async throws {
    try await withEngine(arguments: ["--context", "2048", "--max-queue", "0"]) { engine in
      try await engine.withClient { calls, _ in
        let (started, begin) = AsyncStream<Void>.makeStream()
        let talking = Task {
          try await calls.generate(
            .chat("Tell me a long story.") {
              $0.maxTokens = 2_000
              $0.temperature = 1
              $0.logitBias = [0: -100, 2: -100]
            }
          ) { response in
            for try await reply in response.messages where !reply.text.isEmpty { begin.yield() }
          }
        }
        for await _ in started { break }
        let refused = await #expect(throws: RPCError.self) {
          try await calls.generate(.chat("x")) { response in for try await _ in response.messages {} }
        }
        #expect(refused.flatMap { Sarai_Skills_V1_ErrorDetail($0) }?.code == "busy")
        talking.cancel()
        _ = try? await talking.value
      }
    }
  }

  @Test func `killed in mid-stream, its client gets an error and not silence`() async throws {
    try await withEngine(arguments: ["--context", "2048"]) { engine in
      let pid = engine.process.processIdentifier
      try await engine.withClient { calls, _ in
        await #expect(throws: RPCError.self) {
          try await calls.generate(
            .chat("Tell me a long story.") {
              $0.maxTokens = 2_000
              $0.temperature = 1
              $0.logitBias = [0: -100, 2: -100]
            }
          ) { response in
            for try await reply in response.messages where !reply.text.isEmpty { kill(pid, SIGKILL) }
          }
        }
      }
      #expect(engine.waitForExit() == SIGKILL)
    }
  }

  @Test func `an embedding model embeds over the wire`() async throws {
    try await withEngine(model: TestParts.e5, arguments: ["--kind", "e5", "--name", "e5"]) { engine in
      try await engine.withClient { calls, _ in
        var request = Sarai_Engine_V1_EmbedRequest()
        request.texts = ["hola", "hello"]
        request.purpose = .query
        let reply = try await calls.embed(request)
        #expect(reply.vectors.map(\.values.count) == [384, 384])
        #expect(reply.promptTokens > 4)
        let description = try await calls.describe(.init())
        #expect(!description.generates)
        #expect(description.embeddingDimensions == 384)
      }
    }
  }
}
