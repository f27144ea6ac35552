import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// Which model answers, and what is refused before anything is loaded.
@Suite(.serialized) struct PoolChoiceTests {
  @Test func `an unknown model is refused with the names of those there are`() async throws {
    try await PoolHarness.with { harness in
      for name in ["gpt-4o", "", "../../etc/passwd", String(repeating: "x", count: 100_000)] {
        let error = try await saraiError { try await harness.pool.generate(PoolHarness.request(model: name)) }
        #expect(error.code == .modelNotFound)
        #expect(error.message.en.contains("expert_short"))
        #expect(error.message.es.contains("smollm2-135m"))
        #expect(error.message.en.utf8.count < 2_000)
      }
      #expect(await harness.pool.ps().isEmpty)
    }
  }

  @Test func `a role that no model fills is refused`() async throws {
    try await PoolHarness.with { harness in
      let error = try await saraiError { try await harness.pool.prepare("draft") }
      #expect(error.code == .modelNotFound)
      #expect(error.subject == "draft")
    }
  }

  @Test func `a model of the wrong kind is refused before it is loaded`() async throws {
    try await PoolHarness.with { harness in
      let chat = try await saraiError {
        try await harness.pool.generate(PoolHarness.request(model: "embeddings"))
      }
      #expect(chat.code == .invalidRequest)
      let embeddings = try await saraiError { try await harness.embed(["a"], model: "expert_short") }
      #expect(embeddings.code == .invalidRequest)
      #expect(await harness.pool.ps().isEmpty)
    }
  }

  @Test func `embeddings have unit length and are near for texts that mean the same`() async throws {
    try await PoolHarness.with { harness in
      let result = try await harness.embed(["El gato duerme", "The cat sleeps", "Quarterly tax report"])
      #expect(result.vectors.map(\.count) == [384, 384, 384])
      for vector in result.vectors { #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-3) }
      func similarity(_ a: Int, _ b: Int) -> Float {
        zip(result.vectors[a], result.vectors[b]).reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(similarity(0, 1) > similarity(0, 2))
      #expect(result.promptTokens > 0)
    }
  }

  @Test func `a prompt is measured as the model will see it`() async throws {
    try await PoolHarness.with { harness in
      let chat = try await harness.pool.measure(.chat([Message(.user, "Hello")]), model: "expert_short")
      let text = try await harness.pool.measure(.text("Hello"), model: "expert_short")
      let tokens = try await harness.pool.measure(.tokens([1, 2, 3]), model: "expert_long")
      #expect(chat.promptTokens > text.promptTokens)
      #expect(text.promptTokens >= 1)
      #expect(chat.contextTokens == 512)
      #expect(tokens == PromptMeasure(promptTokens: 3, contextTokens: 1_024))
    }
  }

  @Test func `models are listed with the roles they fill and whether they are loaded`() async throws {
    try await PoolHarness.with { harness in
      try await harness.pool.prepare("tiny")
      let models = await harness.pool.models()
      #expect(models.map(\.id) == ["smollm2-135m", "smollm2-copy", "multilingual-e5-small"])
      #expect(models.map(\.roles) == [["expert_short", "expert_long"], ["tiny"], ["embeddings"]])
      #expect(models.map(\.isLoaded) == [false, true, false])
      #expect(models.map(\.contextTokens) == [512, 512, 512])
      #expect(models[2].kind == .embeddings)
    }
  }

  // MARK: - Fallback

  @Test func `a stand-in answers where the role's model is missing, and users are told once`() async throws {
    let missing = PoolHarness.entry("big", file: "big.gguf", kind: .chat, backend: .llama, contextTokens: 4_096)
    try await PoolHarness.with(
      extra: [missing],
      configure: {
        $0.roles[.expertShort] = .init(model: "big", contextTokens: 512, fallback: ["smollm2-135m"])
      }
    ) { harness in
      _ = try await harness.answer(PoolHarness.request())
      _ = try await harness.answer(PoolHarness.request())
      #expect(await harness.pool.ps().map(\.model) == ["smollm2-135m"])
      let notices = await harness.pool.notices()
      #expect(notices.count == 1)
      #expect(notices.first?.en.contains("sarai pull big") == true)
      #expect(notices.first?.es.contains("lo sustituye «smollm2-135m»") == true)
      #expect(await harness.pool.notices().isEmpty)
      #expect(harness.log.lines.contains { $0.contains("fallback model") && $0.contains("model_not_found") })
      let summary = await harness.pool.models().first { $0.id == "smollm2-135m" }
      #expect(summary?.roles.contains("expert_short") == true)
      // Asked for by its id, a model has no stand-in.
      #expect(try await saraiError { try await harness.pool.prepare("big") }.code == .modelNotFound)
    }
  }

  @Test func `a damaged model is not started and its stand-in answers`() async throws {
    try await withTemporaryFolder { models in
      try FileManager.default.createSymbolicLink(
        at: models.appending(path: "a.gguf"), withDestinationURL: TestParts.smolLM2)
      try Data(repeating: 7, count: 4_096).write(to: models.appending(path: "bad.gguf"))
      let bad = PoolHarness.entry(
        "bad", file: "bad.gguf", kind: .chat, backend: .llama, contextTokens: 2_048,
        sha256: String(repeating: "0", count: 64))
      try await PoolHarness.with(
        extra: [bad], modelsFolder: models,
        configure: { $0.roles[.expertShort] = .init(model: "bad", contextTokens: 512, fallback: ["smollm2-135m"]) }
      ) { harness in
        let error = try await saraiError { try await harness.pool.prepare("bad") }
        #expect(error.code == .corruptFile)
        #expect(error.message.en.contains("bad.gguf"))
        #expect(await harness.metric("sarai_engine_starts_total") == 0)
        #expect(try await !harness.answer(PoolHarness.request()).text.isEmpty)
        #expect(await harness.pool.notices().count == 1)
      }
    }
  }

  @Test func `a file that the engine refuses is told of with the engine's words`() async throws {
    try await withTemporaryFolder { models in
      try Data(repeating: 7, count: 4_096).write(to: models.appending(path: "junk.gguf"))
      let junk = PoolHarness.entry("junk", file: "junk.gguf", kind: .chat, backend: .llama, contextTokens: 2_048)
      try await PoolHarness.with(extra: [junk], modelsFolder: models) { harness in
        let error = try await saraiError { try await harness.pool.prepare("junk") }
        #expect(error.code == .corruptFile)
        #expect(error.message.en.contains("junk.gguf"))
        #expect(await harness.pool.ps().isEmpty)
      }
    }
  }

  @Test func `where no stand-in can answer, the first reason is told`() async throws {
    try await PoolHarness.with(configure: {
      $0.roles[.tiny] = .init(model: "none-a", contextTokens: 512, fallback: ["none-b"])
    }) { harness in
      let error = try await saraiError { try await harness.pool.prepare("tiny") }
      #expect(error.code == .modelNotFound)
      #expect(error.subject == "none-a")
    }
  }

  // MARK: - What does not fit

  @Test func `a model beyond the budget is refused unloaded, naming one that fits and both numbers`() async throws {
    let small = PoolHarness.entry("small", file: "s.gguf", kind: .chat, backend: .llama, contextTokens: 128)
    try await PoolHarness.with(
      extra: [with(small) { $0.sizeBytes = 1 << 20 }], configure: { $0.memoryBudgetBytes = 90_000_000 }
    ) { harness in
      let error = try await saraiError { try await harness.pool.prepare("expert_short") }
      #expect(error.code == .insufficientResources)
      #expect(error.message.en.contains("90 MB"))
      #expect(error.message.en.contains("sarai pull small"))
      #expect(error.message.es.contains("«small»"))
      #expect(await harness.metric("sarai_engine_starts_total") == 0)
      #expect(await harness.pool.ps().isEmpty)
    }
  }

  @Test func `a model that the machine cannot hold is refused unloaded`() async throws {
    try await PoolHarness.with(availableBytes: { 40_000_000 }) { harness in
      let error = try await saraiError { try await harness.pool.prepare("expert_short") }
      #expect(error.code == .insufficientResources)
      #expect(error.message.en.contains("40 MB"))
      #expect(await harness.pool.ps().isEmpty)
    }
  }

  @Test func `the budget makes idle engines go`() async throws {
    let weights = try #require(try TestParts.smolLM2.resourceValues(forKeys: [.fileSizeKey]).fileSize)
    try await PoolHarness.with(configure: { $0.memoryBudgetBytes = weights + (170 << 20) }) { harness in
      try await harness.pool.prepare("expert_short")
      try await harness.pool.prepare("tiny")
      #expect(await harness.pool.ps().map(\.model) == ["smollm2-copy"])
    }
  }

  @Test func `estimates grow with context and count repacked weights`() {
    func estimate(_ tokens: Int, repacked: Bool = false, parameters: Int64? = 4_000_000_000) -> MemoryFootprint {
      .estimate(
        fileBytes: 2_500_000_000, parameterCount: parameters, contextTokens: tokens, isRepacked: repacked,
        generates: true)
    }
    #expect(estimate(8_192).privateBytes > estimate(1_024).privateBytes)
    #expect(estimate(1_024, repacked: true).privateBytes > estimate(1_024).privateBytes + 1_000_000_000)
    #expect(estimate(1_024).weightBytes == 2_500_000_000)
    // The true value of a 4 B model with 36 layers and 1,024 wide keys is 147,456 bytes a token.
    let perToken = Double(estimate(2_000).privateBytes - estimate(1_000).privateBytes) / 1_000
    #expect((147_456 / 2...147_456 * 2).contains(perToken))
    #expect(estimate(1_024, parameters: nil).totalBytes > 2_500_000_000)
  }

  // MARK: - Remote

  @Test func `a remote model needs no engine, and a local one stands in while its server is away`() async throws {
    // Nothing listens on the discard port.
    let remote = PoolHarness.entry(
      "far", file: nil, kind: .chat, backend: .openai, contextTokens: 8_192,
      source: .remote(RemoteEndpoint(baseURL: "http://127.0.0.1:9/v1", model: "m", apiKeyVariable: nil)))
    try await PoolHarness.with(
      extra: [remote],
      configure: {
        $0.roles[.draft] = .init(model: "far", contextTokens: 8_192)
        $0.roles[.tiny] = .init(model: "far", contextTokens: 512, fallback: ["smollm2-copy"])
      }
    ) { harness in
      let models = await harness.pool.models()
      #expect(models.last?.isRemote == true)
      #expect(models.last?.roles == ["tiny", "draft"])
      let measure = try await harness.pool.measure(.text("some text"), model: "far")
      #expect(measure.contextTokens == 8_192)
      #expect(try await saraiError { try await harness.answer(PoolHarness.request(model: "draft")) }.code == .network)
      #expect(await harness.pool.ps().isEmpty)

      #expect(try await !harness.answer(PoolHarness.request(model: "tiny")).text.isEmpty)
      #expect(await harness.pool.ps().map(\.model) == ["smollm2-copy"])
      #expect(await harness.pool.notices().count == 1)
    }
  }

  private func with<Value>(_ value: Value, _ change: (inout Value) -> Void) -> Value {
    var value = value
    change(&value)
    return value
  }
}
