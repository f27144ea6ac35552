import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// When engines start and when they stop.
@Suite(.serialized) struct PoolLifecycleTests {
  @Test func `a model answers by its role, by its id and as SARAi, with one engine`() async throws {
    try await PoolHarness.with { harness in
      let byRole = try await harness.answer(PoolHarness.request())
      let byID = try await harness.answer(PoolHarness.request(model: "smollm2-135m"))
      let asSarai = try await harness.answer(PoolHarness.request(model: "sarai"))
      #expect(!byRole.text.isEmpty)
      #expect(byRole.text == byID.text)
      #expect(byRole.text == asSarai.text)
      #expect(byRole.summary.usage.completionTokens == 8)
      #expect(byRole.summary.finishReason == .length)
      #expect(await harness.metric("sarai_engine_starts_total") == 1)
    }
  }

  @Test func `requests that come together share one start`() async throws {
    try await PoolHarness.with { harness in
      try await withThrowingTaskGroup { group in
        for _ in 0..<12 { group.addTask { try await harness.pool.prepare("expert_short") } }
        try await group.waitForAll()
      }
      #expect(await harness.metric("sarai_engine_starts_total") == 1)
      #expect(await harness.pool.ps().count == 1)
    }
  }

  @Test func `the first request may give up without taking the engine from the others`() async throws {
    try await PoolHarness.with { harness in
      let first = Task { try await harness.pool.prepare("expert_short") }
      try await eventually { await !harness.pool.ps().isEmpty }
      let second = Task { try await harness.pool.prepare("expert_short") }
      first.cancel()
      try await second.value
      #expect(await harness.metric("sarai_engine_starts_total") == 1)
    }
  }

  @Test func `an idle engine is unloaded and comes back when it is asked for`() async throws {
    try await PoolHarness.with(configure: { $0.idleUnloadSeconds = 0.05 }) { harness in
      let first = try await harness.answer(PoolHarness.request())
      try await eventually { await harness.pool.ps().isEmpty }
      #expect(harness.log.lines.contains { $0.contains("idle engine unloaded") })
      let second = try await harness.answer(PoolHarness.request())
      #expect(first.text == second.text)
      #expect(await harness.metric("sarai_engine_starts_total") == 2)
      #expect(await harness.metric("sarai_engine_restarts_total") == 0)
    }
  }

  @Test func `the least recently used engine makes room, and embeddings are no language model`() async throws {
    try await PoolHarness.with(configure: { $0.maxConcurrentLLMs = 2 }) { harness in
      _ = try await harness.embed(["hola"])
      _ = try await harness.answer(PoolHarness.request(model: "expert_short"))
      _ = try await harness.answer(PoolHarness.request(model: "tiny"))
      _ = try await harness.answer(PoolHarness.request(model: "expert_short"))
      let embeddings = try await harness.pid("multilingual-e5-small")
      let short = try await harness.pid("smollm2-135m", context: 512)

      _ = try await harness.answer(PoolHarness.request(model: "expert_long"))
      #expect(await harness.engine("smollm2-copy") == nil)
      #expect(try await harness.pid("smollm2-135m", context: 512) == short)
      #expect(try await harness.pid("multilingual-e5-small") == embeddings)
      #expect(await harness.pool.ps().count == 3)
    }
  }

  @Test func `an engine in use is waited for, never taken away`() async throws {
    try await PoolHarness.with(configure: { $0.maxConcurrentLLMs = 1 }) { harness in
      let stream = try await harness.pool.generate(PoolHarness.request(maxTokens: 200))
      let waiting = Task { try await harness.answer(PoolHarness.request(model: "tiny")) }
      var finished = false
      for try await event in stream {
        if case .text = event { #expect(await harness.engine("smollm2-copy") == nil) }
        if case .finished = event { finished = true }
      }
      #expect(finished)
      #expect(try await !waiting.value.text.isEmpty)
      #expect(await harness.pool.ps().map(\.model) == ["smollm2-copy"])
    }
  }

  @Test func `models in steady use cannot keep another out`() async throws {
    try await PoolHarness.with(configure: { $0.maxConcurrentLLMs = 1 }) { harness in
      try await withThrowingTaskGroup { group in
        for index in 0..<12 {
          let model = index % 2 == 0 ? "expert_short" : "tiny"
          group.addTask { _ = try await harness.answer(PoolHarness.request(model: model, client: "c\(index)")) }
        }
        try await group.waitForAll()
      }
      #expect(await harness.pool.ps().count <= 1)
    }
  }

  @Test func `a request that finds no room in time is told so`() async throws {
    try await PoolHarness.with(configure: {
      $0.maxConcurrentLLMs = 1
      $0.roomTimeoutSeconds = 0.05
    }) { harness in
      let stream = try await harness.pool.generate(PoolHarness.longRequest())
      var iterator = stream.makeAsyncIterator()
      _ = try await iterator.next()
      let error = try await saraiError { try await harness.pool.prepare("tiny") }
      #expect(error.code == .busy)
      #expect(error.message.en.contains("max_concurrent_llms"))
    }
  }

  @Test func `two context sizes of one model are two engines that share its weights`() async throws {
    let weights = try #require(try TestParts.smolLM2.resourceValues(forKeys: [.fileSizeKey]).fileSize)
    // Room for the weights once and for the own memory of two engines (at least 48 MiB each), not for the weights twice.
    let budget = weights + 160_000_000
    try await PoolHarness.with(configure: {
      $0.memoryBudgetBytes = budget
      $0.roles[.expertShort]?.contextTokens = 64
      $0.roles[.expertLong]?.contextTokens = 128
    }) { harness in
      try await harness.pool.prepare("expert_short")
      try await harness.pool.prepare("expert_long")
      #expect(await harness.pool.ps().map(\.contextTokens) == [64, 128])
      #expect(await harness.metric("sarai_engine_loaded") == 2)
    }
  }

  @Test func `shutting down ends streams, refuses requests and leaves nothing`() async throws {
    try await PoolHarness.with { harness in
      var iterator = try await harness.pool.generate(PoolHarness.longRequest()).makeAsyncIterator()
      _ = try await iterator.next()
      let starting = Task { try await harness.pool.prepare("tiny") }
      try await eventually { await harness.engine("smollm2-copy") != nil }
      await harness.pool.shutDown()
      _ = await starting.result
      let error = try await saraiError { while try await iterator.next() != nil {} }
      #expect(error.code == .busy)
      #expect(error.message.en.contains("shutting down"))
      #expect(try await saraiError { try await harness.pool.prepare("expert_short") }.code == .busy)
      #expect(await harness.pool.ps().isEmpty)
    }
  }

  @Test func `sockets of a SARAi that was killed are cleared away and others are kept`() async throws {
    try await withTemporaryFolder { folder in
      for name in ["2147483000-1.sock", "\(getppid())-1.sock", "note.txt", "x-1.sock"] {
        try Data().write(to: folder.appending(path: name))
      }
      try await PoolHarness.with(configure: { $0.socketFolder = folder.path }) { _ in }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      #expect(left == ["\(getppid())-1.sock", "note.txt", "x-1.sock"].sorted())
    }
  }
}
