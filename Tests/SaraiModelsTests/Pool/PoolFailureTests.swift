import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

/// What a request is told when an engine dies, and what the next one finds.
@Suite(.serialized) struct PoolFailureTests {
  @Test(arguments: [(SIGKILL, "signal 9", "señal 9"), (SIGABRT, "abort", "abort"), (SIGSEGV, "signal 11", "señal 11")])
  func `an engine that dies in the middle of a stream fails it clearly and the next request works`(
    signal: Int32, english: String, spanish: String
  ) async throws {
    try await PoolHarness.with { harness in
      var iterator = try await harness.pool.generate(PoolHarness.longRequest()).makeAsyncIterator()
      while let event = try await iterator.next() {
        if case .text = event { break }
      }
      let pid = try await harness.pid()
      kill(pid, signal)
      let error = try await saraiError { while try await iterator.next() != nil {} }
      #expect(error.code == .engineFailed)
      #expect(error.message.en.contains(english))
      #expect(error.message.es.contains(spanish))
      #expect(error.message.en.contains("restarted"))

      // The engine was started again before the failure was told.
      #expect(try await !harness.answer(PoolHarness.request()).text.isEmpty)
      #expect(try await harness.pid() != pid)
      #expect(await harness.metric("sarai_engine_restarts_total") == 1)
      #expect(await harness.metric("sarai_engine_requests_total", ["outcome": "error"]) == 1)
    }
  }

  @Test func `an engine that dies while nobody asks is back before somebody does`() async throws {
    try await PoolHarness.with { harness in
      try await harness.pool.prepare("expert_short")
      let pid = try await harness.pid()
      kill(pid, SIGKILL)
      try await eventually { await harness.engine("smollm2-135m").map { $0.state == .ready && $0.pid != pid } ?? false }
    }
  }

  @Test func `an engine that keeps dying is left alone for a while and users are told`() async throws {
    try await PoolHarness.with(configure: {
      $0.restart = .init(limit: 1, windowSeconds: 600, backoffSeconds: 0.01)
    }) { harness in
      try await harness.pool.prepare("expert_short")
      let first = try await harness.pid()
      kill(first, SIGKILL)
      try await eventually {
        await harness.engine("smollm2-135m").map { $0.state == .ready && $0.pid != first } ?? false
      }
      kill(try await harness.pid(), SIGKILL)
      try await eventually { await harness.engine("smollm2-135m")?.state == .resting }

      let error = try await saraiError { try await harness.pool.prepare("expert_short") }
      #expect(error.code == .engineFailed)
      #expect(error.message.en.contains("keeps dying"))
      #expect(error.message.es.contains("una y otra vez"))
      #expect(await harness.engine("smollm2-135m")?.pid == nil)
    }
  }

  @Test func `a rested engine may try again`() async throws {
    try await PoolHarness.with(configure: {
      $0.restart = .init(limit: 0, windowSeconds: 0.05, backoffSeconds: 0.01)
    }) { harness in
      try await harness.pool.prepare("expert_short")
      kill(try await harness.pid(), SIGKILL)
      try await eventually { (try? await harness.pool.prepare("expert_short")) != nil }
    }
  }

  @Test func `hanging up stops the engine's work`() async throws {
    try await PoolHarness.with { harness in
      for try await event in try await harness.pool.generate(PoolHarness.longRequest()) {
        if case .text = event { break }
      }
      let engine = try #require(
        await harness.pool.slots[EngineKey(model: "smollm2-135m", contextTokens: 512)]?.runningEngine)
      try await eventually { try await engine.client.describe().counters.cancelledRequests == 1 }
      try await eventually { await harness.engine("smollm2-135m")?.state == .ready }
      let tokens = try await engine.client.describe().counters.completionTokens
      #expect(try await !harness.answer(PoolHarness.request(maxTokens: 4)).text.isEmpty)
      #expect(try await engine.client.describe().counters.completionTokens == tokens + 4)
      #expect(await harness.metric("sarai_engine_requests_total", ["outcome": "cancelled"]) == 1)
    }
  }

  @Test func `a stream that nobody reads to its end holds nothing`() async throws {
    try await PoolHarness.with(configure: { $0.idleUnloadSeconds = 0.05 }) { harness in
      _ = try await harness.pool.generate(PoolHarness.longRequest())
      try await eventually { await harness.pool.ps().isEmpty }
    }
  }

  @Test func `twenty requests of several clients are all right and never mixed up`() async throws {
    try await PoolHarness.with { harness in
      let prompts = (0..<20).map { "The number \($0 + 3) is followed by the number" }
      var expected: [String] = []
      for prompt in prompts { expected.append(try await harness.answer(PoolHarness.request(prompt)).text) }
      #expect(Set(expected).count > 5)
      let answers = try await withThrowingTaskGroup(of: (Int, String).self) { group in
        for (index, prompt) in prompts.enumerated() {
          group.addTask {
            (index, try await harness.answer(PoolHarness.request(prompt, client: "client-\(index % 4)")).text)
          }
        }
        return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
      }
      for (index, text) in expected.enumerated() { #expect(answers[index] == text) }
    }
  }

  @Test func `an engine that cannot start fails every waiting request and is not started for each`() async throws {
    try await withTemporaryFolder { scripts in
      let count = scripts.appending(path: "count").path
      let script = try Processes.script("echo x >> '\(count)'; echo cannot >&2; exit 1", in: scripts)
      try await PoolHarness.with(executable: script) { harness in
        let errors = await withTaskGroup(of: SaraiError?.self) { group in
          for _ in 0..<5 {
            group.addTask { try? await saraiError { try await harness.pool.prepare("expert_short") } }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(errors.allSatisfy { $0?.code == .engineFailed && $0?.cause == "cannot" })
        let starts = try String(contentsOfFile: count, encoding: .utf8)
        #expect(starts == "x\n")
      }
    }
  }

  @Test func `an engine that is ready but speaks no protocol is stopped`() async throws {
    try await withTemporaryFolder { scripts in
      let script = try Processes.script(#"echo '{"ready":true}'; exec sleep 1000"#, in: scripts)
      try await PoolHarness.with(executable: script) { harness in
        let error = try await saraiError { try await harness.pool.prepare("expert_short") }
        #expect(error.code == .engineFailed || error.code == .timeout)
      }
    }
  }

  @Test func `engines end when SARAi is killed`() async throws {
    try await withTemporaryFolder { folder in
      let note = folder.appending(path: "pid").path
      let folderPath = folder.path
      await #expect(processExitsWith: .signal(SIGKILL)) { [note = note as String, folderPath = folderPath as String] in
        var settings = PoolHarness.settings(URL(filePath: folderPath))
        settings.threads = 1
        let models = TestParts.root.appending(path: ".build/test-models").path
        let store = ModelStore(
          catalogue: try Catalogue(entries: PoolHarness.catalogue), folder: models, stateFolder: models + "/state")
        let pool = ModelPool(
          settings: settings,
          parts: ModelPool.Parts(
            store: store, remote: { _ in throw CancellationError() }, environment: ProcessInfo.processInfo.environment,
            logger: Processes.logger))
        try await pool.prepare("expert_short")
        let pid = await pool.ps().compactMap(\.pid).first ?? 0
        try "\(pid)".write(toFile: note, atomically: true, encoding: .utf8)
        kill(getpid(), SIGKILL)
      }
      let pid = try #require(Int32(try String(contentsOfFile: note, encoding: .utf8)))
      #expect(pid > 0)
      try await eventually { !Processes.isRunning(pid) }
      try await eventually { PoolHarness.sockets(in: folder).isEmpty }
    }
  }
}
