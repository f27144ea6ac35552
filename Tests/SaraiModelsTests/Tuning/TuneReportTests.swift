import Foundation
import SaraiCore
import TestSupport
import Testing

@testable import SaraiModels

@Suite struct TuneReportTests {
  private static let good = """
    {"report":{"library_build":"b1","processors":2,"chosen":0,"perplexity_tokens":9,"mean_loss":2.0,"candidates":[\
    {"extra_buffers":true,"threads":[{"threads":2,"decode":10,"loaded_decode":5,"prompt":90}],"batches":[{"tokens":128,\
    "prompt":91}],"verification":[{"tokens":1,"seconds":0.1},{"tokens":5,"seconds":0.2}],"max_threads":2,\
    "batch_tokens":128,"exact_batch":33,"turn_seconds":3.5,"ceiling":2.5}]}}
    """

  private static func tune(_ lines: String) async throws -> TuneReport {
    try await withTemporaryFolder { folder in
      let engine = folder.appending(path: "engine").path
      try write(Array("#!/bin/sh\ncat <<'END'\n\(lines)\nEND\n".utf8), to: engine)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: engine)
      try write([1], to: folder.appending(path: "m.gguf").path)
      let tool = EngineTool(executable: engine, environment: ProcessInfo.processInfo.environment)
      return try await tool.tune(folder.appending(path: "m.gguf").path, text: engine) { _, _ in }
    }
  }

  @Test func `a report that makes sense is taken, and says what to keep`() async throws {
    let report = try await Self.tune("{\"progress\":0.5,\"step\":\"threads\"}\n" + Self.good)
    #expect(
      report.tuning
        == ModelTuning(
          libraryBuild: "b1", extraBuffers: true, batchTokens: 128, maximumThreads: 2, exactBatchTokens: 33))
    #expect(report.best.relativeCost(of: 5) == 2 && report.best.relativeCost(of: 33) == nil)
    #expect(report.best.decode == 10 && report.best.prompt == 91)
    #expect(report.perplexity.map { abs($0 - 7.389) < 0.001 } == true)
  }

  @Test(arguments: [
    ("\"chosen\":0", "\"chosen\":1"), ("\"chosen\":0", "\"chosen\":-1"), ("\"b1\"", "\"--socket x\""),
    ("\"exact_batch\":33", "\"exact_batch\":9000"), ("\"batch_tokens\":128", "\"batch_tokens\":1"),
    ("\"max_threads\":2", "\"max_threads\":3"), ("\"decode\":10", "\"decode\":-1"),
    ("\"turn_seconds\":3.5", "\"turn_seconds\":0"), ("\"mean_loss\":2.0", "\"mean_loss\":1e9"),
    ("\"candidates\"", "\"others\""), ("\"processors\":2", "\"processors\":0"),
  ])
  func `a report that makes none is refused`(old: String, new: String) async throws {
    let forged = Self.good.replacingOccurrences(of: old, with: new)
    #expect(forged != Self.good)
    let error = await fault { _ = try await Self.tune(forged) }
    #expect(error?.code == .engineFailed)
  }
}
