import Foundation
import SaraiCore
import Testing
import TestSupport

@testable import SaraiInference

@Suite(.serialized) struct PrefixCacheTests {
  private static let question = Prompt.chat([RealModel.longSystem, Message(.user, "What is the capital of Spain?")])

  private func prefixFiles(_ folder: URL) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.lastPathComponent.hasPrefix("prefix-") }
  }

  @Test func `the static prefix outlives the engine and gives the same answer`() async throws {
    try await withTemporaryFolder { folder in
      let request = RealModel.request(Self.question, staticMessageCount: 1)
      let first = try await RealModel.load(cache: folder, sha256: "abc")
      let cold = try await first.outcome(of: request)
      #expect(cold.cachedTokens == 0)
      await first.flush()
      #expect(try prefixFiles(folder).count == 1)

      let second = try await RealModel.load(cache: folder, sha256: "abc")
      let restored = try await second.outcome(of: request)
      #expect(restored.cachedTokens > 300)
      #expect(restored.cachedTokens < restored.summary.usage.promptTokens)
      #expect(restored.text == cold.text)
      #expect(second.statistics.current.prefixCacheHits == 1)
      await second.flush()
      #expect(try prefixFiles(folder).count == 1)

      // Another question after the same static messages begins where they end.
      // What was brought back at the start has given way by then: it comes from the disk.
      let third = try await RealModel.load(cache: folder, sha256: "abc")
      _ = try await third.outcome(of: RealModel.request(.text("Once upon a time")))
      let other = Prompt.chat([RealModel.longSystem, Message(.user, "Name a colour.")])
      #expect(
        try await third.outcome(of: RealModel.request(other, staticMessageCount: 1)).cachedTokens
          == restored.cachedTokens)
    }
  }

  @Test func `the prefix that was used last is there before anyone asks`() async throws {
    try await withTemporaryFolder { folder in
      let first = try await RealModel.load(cache: folder, sha256: "abc")
      let cold = try await first.outcome(of: RealModel.request(Self.question, staticMessageCount: 1))
      await first.flush()

      // No message is called static now, so nothing but what was recalled can be in the context.
      let second = try await RealModel.load(cache: folder, sha256: "abc")
      await second.flush()
      let outcome = try await second.outcome(of: RealModel.request(Self.question))
      #expect(outcome.cachedTokens > 300)
      #expect(outcome.text == cold.text)

      // Another beginning is computed as if nothing had been recalled.
      let third = try await RealModel.load(cache: folder, sha256: "abc")
      await third.flush()
      #expect(try await third.outcome(of: RealModel.request(.text("Once"))).cachedTokens == 0)
    }
  }

  @Test func `a torn, flipped or random file is ignored, counted and replaced`() async throws {
    try await withTemporaryFolder { folder in
      let request = RealModel.request(Self.question, staticMessageCount: 1)
      let first = try await RealModel.load(cache: folder, sha256: "abc")
      let cold = try await first.outcome(of: request)
      await first.flush()
      let file = try #require(prefixFiles(folder).first)
      let good = try Data(contentsOf: file)
      var flipped = good
      flipped[good.count / 2] ^= 4
      let spoiled = [good.prefix(good.count / 2), flipped, Data((0..<5_000).map { _ in UInt8.random(in: 0...255) })]
      for bytes in spoiled {
        try bytes.write(to: file)
        let engine = try await RealModel.load(cache: folder, sha256: "abc")
        let outcome = try await engine.outcome(of: request)
        #expect(outcome.cachedTokens == 0)
        #expect(outcome.text == cold.text)
        #expect(engine.statistics.current.prefixCacheRejectedFiles == 1)
        await engine.flush()
        #expect(try Data(contentsOf: file) == good)
      }
    }
  }

  @Test func `a state of another model is not touched`() async throws {
    try await withTemporaryFolder { folder in
      let request = RealModel.request(Self.question, staticMessageCount: 1)
      let first = try await RealModel.load(cache: folder, sha256: "abc")
      _ = try await first.outcome(of: request)
      await first.flush()
      let other = try await RealModel.load(cache: folder, sha256: "def")
      #expect(try await other.outcome(of: request).cachedTokens == 0)
      await other.flush()
      #expect(try prefixFiles(folder).count == 2)
      #expect(other.statistics.current.prefixCacheRejectedFiles == 0)
    }
  }

  @Test func `a named state is saved and brought back by another engine`() async throws {
    try await withTemporaryFolder { folder in
      let prompt = Prompt.text((1...50).map { "item \($0)" }.joined(separator: ", "))
      let first = try await RealModel.load(cache: folder, sha256: "abc")
      let expected = try await first.outcome(of: RealModel.request(prompt)).text
      let saved = try await first.saveState(name: "my-State_1", prompt: prompt)
      #expect(saved.bytes > saved.tokens)

      let second = try await RealModel.load(cache: folder, sha256: "abc")
      #expect(try await second.restoreState(name: "my-State_1") == saved.tokens)
      let outcome = try await second.outcome(of: RealModel.request(prompt))
      #expect(outcome.cachedTokens == saved.tokens - 1)
      #expect(outcome.text == expected)
    }
  }

  @Test func `a state is found by its name only, and a damaged one says so`() async throws {
    try await withTemporaryFolder { folder in
      let engine = try await RealModel.load(cache: folder, sha256: "abc")
      for name in ["", "..", "a/b", "a.b", "ñ", String(repeating: "x", count: 65), "a\0b"] {
        let error = await #expect(throws: SaraiError.self) { try await engine.restoreState(name: name) }
        #expect(error?.code == .invalidRequest)
        await #expect(throws: SaraiError.self) { try await engine.saveState(name: name, prompt: .text("x")) }
      }
      let missing = await #expect(throws: SaraiError.self) { try await engine.restoreState(name: "none") }
      #expect(missing?.code == .notFound)
      _ = try await engine.saveState(name: "bad", prompt: .text("hello there"))
      let file = folder.appending(path: "state-bad.bin")
      try Data(contentsOf: file).dropLast(1).write(to: file)
      let damaged = await #expect(throws: SaraiError.self) { try await engine.restoreState(name: "bad") }
      #expect(damaged?.code == .corruptFile)
      #expect(engine.statistics.current.prefixCacheRejectedFiles == 1)
      #expect(try await !engine.outcome(of: RealModel.request(.text("hello"))).text.isEmpty)
    }
  }
}
