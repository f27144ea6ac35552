import FoundationEssentials
import Glibc
import SaraiCore
import Synchronization

/// What an engine measured of a model; speeds in tokens a second. It comes from a process that reads untrusted files, so
/// nothing of it is believed before `isSound`.
package struct TuneReport: Decodable, Sendable, Hashable {
  package struct Threads: Decodable, Sendable, Hashable {
    package var threads: Int
    package var decode: Double
    /// While half of the processors are busy with something else.
    package var loaded_decode: Double
    package var prompt: Double
  }

  package struct Verification: Decodable, Sendable, Hashable {
    package var tokens: Int
    package var seconds: Double
  }

  package struct Batch: Decodable, Sendable, Hashable {
    package var tokens: Int
    package var prompt: Double
  }

  /// One way to load the model.
  package struct Candidate: Decodable, Sendable, Hashable {
    package var extra_buffers: Bool
    package var threads: [Threads]
    package var batches: [Batch]
    package var verification: [Verification]
    package var max_threads: Int
    package var batch_tokens: Int
    package var exact_batch: Int
    package var turn_seconds: Double
    /// The most that drafts of any kind can gain, as a factor.
    package var ceiling: Double

    package var decode: Double { threads.first { $0.threads == max_threads }?.decode ?? 0 }
    package var prompt: Double { batches.first { $0.tokens == batch_tokens }?.prompt ?? 0 }
    /// With the count that is best beside others that keep half of the processors busy.
    package var bestLoaded: Threads? { threads.max { $0.loaded_decode < $1.loaded_decode } }

    /// Of a batch of that many tokens, over the time of a single one.
    package func relativeCost(of tokens: Int) -> Double? {
      guard let one = verification.first(where: { $0.tokens == 1 }),
        let many = verification.first(where: { $0.tokens == tokens })
      else { return nil }
      return many.seconds / one.seconds
    }
  }

  package var library_build: String
  package var processors: Int
  package var candidates: [Candidate]
  package var chosen: Int
  package var perplexity_tokens: Int?
  package var mean_loss: Double?

  package var best: Candidate { candidates[chosen] }
  package var perplexity: Double? { mean_loss.map { exp($0) } }

  package var tuning: ModelTuning {
    ModelTuning(
      libraryBuild: library_build, extraBuffers: best.extra_buffers, batchTokens: best.batch_tokens,
      maximumThreads: best.max_threads, exactBatchTokens: best.exact_batch)
  }

  var isSound: Bool {
    guard candidates.indices.contains(chosen), candidates.count <= 16, (1...65_536).contains(processors),
      perplexity_tokens.map({ $0 > 0 }) != false, mean_loss.map({ (0...1_000).contains($0) }) != false
    else { return false }
    return candidates.allSatisfy(\.isSound) && tuning.isSound
  }
}

extension TuneReport.Candidate {
  fileprivate var isSound: Bool {
    func isSpeed(_ value: Double) -> Bool { value > 0 && value < 1e9 }
    return (1...64).contains(threads.count) && (1...64).contains(batches.count) && (1...64).contains(verification.count)
      && threads.allSatisfy { isSpeed($0.decode) && isSpeed($0.loaded_decode) && isSpeed($0.prompt) }
      && batches.allSatisfy { isSpeed($0.prompt) } && verification.allSatisfy { isSpeed($0.seconds) }
      && isSpeed(turn_seconds) && isSpeed(ceiling) && threads.contains { $0.threads == max_threads }
      && batches.contains { $0.tokens == batch_tokens }
  }
}

extension EngineTool {
  /// Measures a model on this machine; takes seconds to minutes.
  ///
  /// - Parameters:
  ///   - text: A file in UTF-8, at most 1 MiB, to read meanwhile.
  ///   - progress: Shares from 0 to 1, and a word for what is measured.
  /// - Throws: as `check`; `notAvailable` for a model that only embeds, `invalidRequest` for a text that can't be read.
  package func tune(
    _ file: String, text: String, progress: @escaping @Sendable (Double, String) -> Void
  ) async throws -> TuneReport {
    let file = FileSystem.canonical(file) ?? file
    let text = FileSystem.canonical(text) ?? text
    let found = Mutex<TuneReport?>(nil)
    try await run(["tune", file, text], about: file, profile: profile(reads: [file, text])) { line in
      if let line = try? JSONDecoder().decode(ProgressLine.self, from: Data(line)), (0...1).contains(line.progress) {
        progress(line.progress, String(line.step.prefix(40)))
      } else if let line = try? JSONDecoder().decode(ReportLine.self, from: Data(line)) {
        found.withLock { $0 = line.report }
      }
    }
    guard let report = found.withLock({ $0 }), report.isSound else { throw failed(file, .exited(code: 0)) }
    return report
  }

  private struct ProgressLine: Decodable {
    var progress: Double
    var step: String
  }

  private struct ReportLine: Decodable {
    var report: TuneReport
  }
}
