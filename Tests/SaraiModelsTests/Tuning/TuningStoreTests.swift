import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct TuningStoreTests {
  private static let hash = String(repeating: "ab", count: 32)
  private static let other = String(repeating: "cd", count: 32)
  private static let mine = String(repeating: "01", count: 32)

  private static func tuning(batch: Int = 128, exact: Int = 32) -> ModelTuning {
    ModelTuning(
      libraryBuild: "b1-0.9-abc", extraBuffers: false, batchTokens: batch, maximumThreads: 3, exactBatchTokens: exact)
  }

  @Test func `a tuning is found again for its file on its processor alone`() async throws {
    try await withTemporaryFolder { folder in
      let state = folder.appending(path: "state").path
      let store = TuningStore(stateFolder: state) { Self.mine }
      #expect(store.tuning(sha256: Self.hash) == nil)
      try store.remember(Self.tuning(), sha256: Self.hash)
      try store.remember(Self.tuning(batch: 64), sha256: Self.other)
      #expect(store.tuning(sha256: Self.hash) == Self.tuning())
      try store.remember(Self.tuning(exact: 1), sha256: Self.hash)
      #expect(store.tuning(sha256: Self.hash) == Self.tuning(exact: 1))
      #expect(store.tuning(sha256: Self.other) == Self.tuning(batch: 64))

      let elsewhere = TuningStore(stateFolder: state) { Self.other }
      #expect(elsewhere.tuning(sha256: Self.hash) == nil)
      // One processor's settings do not push another's out.
      try elsewhere.remember(Self.tuning(batch: 256), sha256: Self.hash)
      #expect(store.tuning(sha256: Self.hash) == Self.tuning(exact: 1))
      let nobody = TuningStore(stateFolder: state) { nil }
      #expect(nobody.tuning(sha256: Self.hash) == nil)
      #expect(throws: SaraiError.self) { try nobody.remember(Self.tuning(), sha256: Self.hash) }
    }
  }

  @Test func `a file that is damaged, forged or too long is as good as none`() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "tuning.json")
      let store = TuningStore(stateFolder: folder.path) { Self.mine }
      try store.remember(Self.tuning(), sha256: Self.hash)
      let good = try String(contentsOf: file, encoding: .utf8)
      let changes = [
        ("\"batchTokens\" : 128", "\"batchTokens\" : 1000000000"), ("\"maximumThreads\" : 3", "\"maximumThreads\" : 0"),
        ("\"exactBatchTokens\" : 32", "\"exactBatchTokens\" : -1"), ("b1-0.9-abc", "--help"), ("b1-0.9-abc", "a b"),
        ("\"version\" : 1", "\"version\" : 2"), ("\"extraBuffers\" : false", "\"extraBuffers\" : \"no\""),
        ("\"batchTokens\" : 128,", ""), (Self.mine, "01"), ("}", ""),
      ]
      for (old, new) in changes {
        let changed = good.replacingOccurrences(of: old, with: new)
        #expect(changed != good)
        try Data(changed.utf8).write(to: file)
        #expect(store.tuning(sha256: Self.hash) == nil, "\(new)")
      }
      try Data((good + String(repeating: " ", count: 300 << 10)).utf8).write(to: file)
      #expect(store.tuning(sha256: Self.hash) == nil)
      // And it is mended by the next measurement.
      try store.remember(Self.tuning(), sha256: Self.hash)
      #expect(store.tuning(sha256: Self.hash) == Self.tuning())
      #expect(throws: SaraiError.self) { try store.remember(Self.tuning(exact: 1_000), sha256: Self.hash) }
    }
  }

  @Test func `a processor is known by its kind, its instructions and its number`() throws {
    let one = "processor\t: 0\nvendor_id\t: X\nmodel name\t: M\ncpu MHz\t\t: 2000.1\nflags\t\t: fpu avx2\n\n"
    let two = one + one.replacingOccurrences(of: ": 0", with: ": 1")
    let known = try #require(ProcessorIdentity.identity(processors: two))
    #expect(known.count == 64)
    #expect(ProcessorIdentity.identity(processors: two.replacingOccurrences(of: "2000.1", with: "999")) == known)
    #expect(ProcessorIdentity.identity(processors: one) != known)
    #expect(ProcessorIdentity.identity(processors: two.replacingOccurrences(of: "avx2", with: "avx512f")) != known)
    #expect(ProcessorIdentity.identity(processors: "") == nil)
    #expect(ProcessorIdentity.current() != nil)
  }

  @Test func `an engine is started with what was measured for its very file`() async throws {
    try await withTemporaryFolder { folder in
      try FileManager.default.createSymbolicLink(
        at: folder.appending(path: "a.gguf"), withDestinationURL: TestParts.smolLM2)
      try await PoolHarness.with(modelsFolder: folder) { harness in
        let store = harness.pool.parts.store
        let hash = try await store.verify(try store.find("smollm2-135m"))
        func arguments() async throws -> [String] {
          try await harness.pool.prepare("smollm2-135m")
          let pid = try #require(await harness.pool.slots.values.compactMap(\.runningEngine).first?.process.pid)
          let line = try #require(FileManager.default.contents(atPath: "/proc/\(pid)/cmdline"))
          return line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try await !arguments().contains("--tuned-for"))
        for key in await harness.pool.slots.keys { await harness.pool.stopNow(key) }
        try store.tunings.remember(Self.tuning(), sha256: hash)
        let told = try await arguments()
        let start = try #require(told.firstIndex(of: "--tuned-for"))
        #expect(
          told[start...] == [
            "--tuned-for", "b1-0.9-abc", "--batch", "128", "--max-threads", "3", "--exact-batch", "32",
            "--no-extra-buffers",
          ])
      }
    }
  }
}
