import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite(.serialized) struct PoolStatusTests {
  @Test func `ps tells what each engine is and does`() async throws {
    try await PoolHarness.with { harness in
      _ = try await harness.answer(PoolHarness.request())
      let ready = try #require(await harness.engine("smollm2-135m"))
      #expect(ready.state == .ready)
      #expect(ready.roles == ["expert_short"])
      #expect(ready.contextTokens == 512)
      #expect(ready.requests == 1)
      #expect(ready.uptimeSeconds > 0)
      #expect(ready.idleSeconds > 0)
      #expect(try #require(ready.memoryBytes) > 10_000_000)

      var iterator = try await harness.pool.generate(PoolHarness.longRequest()).makeAsyncIterator()
      _ = try await iterator.next()
      let busy = try #require(await harness.engine("smollm2-135m"))
      #expect(busy.state == .busy)
      #expect(busy.idleSeconds == 0)
      #expect(busy.requests == 2)
    }
  }

  @Test func `metrics count tokens, requests, starts and memory by engine`() async throws {
    try await PoolHarness.with { harness in
      _ = try await harness.answer(PoolHarness.request(maxTokens: 8))
      _ = try await harness.embed(["hola"])
      let chat = ["model": "smollm2-135m", "context": "512"]
      #expect(await harness.metric("sarai_engine_completion_tokens_total", chat) == 8)
      #expect(await harness.metric("sarai_engine_prompt_tokens_total", chat) > 0)
      #expect(await harness.metric("sarai_engine_requests_total", chat.merging(["outcome": "ok"]) { $1 }) == 1)
      #expect(await harness.metric("sarai_engine_requests_total", ["model": "multilingual-e5-small"]) == 1)
      #expect(await harness.metric("sarai_engine_decode_seconds_total", chat) > 0)
      #expect(await harness.metric("sarai_engine_requests_in_flight", chat) == 0)
      #expect(await harness.metric("sarai_engine_loaded") == 2)
      #expect(await harness.metric("sarai_engine_memory_bytes") > 20_000_000)
      let samples = await harness.pool.samples()
      #expect(samples.allSatisfy { $0.name.hasPrefix("sarai_") && !$0.help.isEmpty })
      #expect(samples.contains { $0.name == "sarai_engine_prefix_cache_total" })
    }
  }

  @Test func `what changes in the settings takes effect, and what cannot is named`() async throws {
    try await PoolHarness.with { harness in
      try await harness.pool.prepare("expert_short")
      try await harness.pool.prepare("tiny")
      var settings = await harness.pool.settings
      settings.maxConcurrentLLMs = 1
      settings.roles[.tiny] = nil
      settings.idleUnloadSeconds = 600
      settings.cacheFolder += "-other"
      let change = await harness.pool.apply(settings)
      #expect(Set(change.applied) == ["roles", "maxConcurrentLLMs", "idleUnloadSeconds"])
      #expect(change.appliedAsEnginesStart.isEmpty)
      #expect(change.needsRestart == ["cacheFolder"])
      #expect(await !harness.pool.settings.cacheFolder.hasSuffix("-other"))
      try await eventually { await harness.pool.ps().count == 1 }
      #expect(try await saraiError { try await harness.pool.prepare("tiny") }.code == .modelNotFound)
    }
  }

  @Test func `new engine settings replace idle engines at once and busy ones when they are done`() async throws {
    try await PoolHarness.with { harness in
      try await harness.pool.prepare("tiny")
      var iterator = try await harness.pool.generate(PoolHarness.request(maxTokens: 100)).makeAsyncIterator()
      _ = try await iterator.next()
      let busy = try await harness.pid()
      var settings = await harness.pool.settings
      settings.threads = 2
      #expect(await harness.pool.apply(settings).appliedAsEnginesStart == ["threads"])
      try await eventually { await harness.engine("smollm2-copy") == nil }
      #expect(Processes.isRunning(busy))
      while try await iterator.next() != nil {}
      try await harness.pool.prepare("expert_short")
      #expect(try await harness.pid() != busy)
    }
  }

  @Test func `the same settings change nothing`() async throws {
    try await PoolHarness.with { harness in
      #expect(await harness.pool.apply(harness.pool.settings) == PoolSettings.Change())
    }
  }

  @Test func `a socket path beyond the system's limit is refused with what to do`() async throws {
    try await PoolHarness.with(configure: { $0.socketFolder += "/" + String(repeating: "x", count: 100) }) { harness in
      let error = try await saraiError { try await harness.pool.prepare("expert_short") }
      #expect(error.message.en.contains("SARAI_HOME"))
    }
  }
}
