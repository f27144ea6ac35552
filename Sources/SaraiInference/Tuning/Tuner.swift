import Glibc
import SaraiCore

/// Measures one model on this machine, every way in which it may be loaded, and picks the best.
///
/// It computes for seconds to minutes on the calling thread, so it runs in a process of its own.
package struct Tuner {
  /// The turn by which speeds of prompt and answer are weighed.
  package static let promptTokens = 256
  package static let answerTokens = 128
  /// What is this close to the best is as good: then fewer threads and smaller batches are better.
  private static let tolerance = 1.03
  private static let contextTokens = 1_024
  private static let largestBatch = 512
  private static let batchSizes = [64, 128, 256, 512]
  private static let verified = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 28, 32, 33]

  private let modelPath: String
  private let text: String
  private let processors: Int
  private let progress: (Double, String) -> Void

  /// - Parameters:
  ///   - text: What the model reads meanwhile and foretells at the end.
  ///   - processors: How many the process may use.
  ///   - progress: Called with growing shares from 0 to 1, and what is being measured.
  package init(
    modelPath: String, text: String, processors: Int = ThreadGovernor.processors,
    progress: @escaping (Double, String) -> Void
  ) {
    self.modelPath = modelPath
    self.text = text
    self.processors = processors
    self.progress = progress
  }

  /// - Throws: `SaraiError`: what loading throws, and `notAvailable` for a model that only embeds.
  package func run() throws -> TuneReport {
    _ = try GGUFInspector.inspect(path: modelPath)
    try GGUFInspector.scanForNonFinite(path: modelPath)
    var report = TuneReport(modelName: "", processors: processors, candidates: [], chosen: 0)
    let ways = [true, false]
    for (index, extraBuffers) in ways.enumerated() {
      let model = try LlamaModel(path: modelPath, extraBuffers: extraBuffers)
      guard !model.facts.embeds else {
        throw SaraiError(
          .notAvailable, es: "El modelo \(modelPath) solo calcula embeddings: no hay nada que ajustar.",
          en: "The model \(modelPath) only computes embeddings: there is nothing to tune.", subject: modelPath)
      }
      report.modelName = model.facts.name
      let bench = try TuneBench(model: model, text: text, contextTokens: Self.contextTokens)
      report.candidates.append(try measure(bench, extraBuffers) { progress((Double(index) + $0) * 0.45, $1) })
      guard index == ways.count - 1 else { continue }
      report.perplexity = try bench.perplexity { progress(0.9 + $0 * 0.1, "perplexity") }
    }
    report.chosen = Self.best(of: report.candidates)
    return report
  }

  private func measure(
    _ bench: TuneBench, _ extraBuffers: Bool, _ tell: (Double, String) -> Void
  ) throws -> TuneReport.Candidate {
    var candidate = TuneReport.Candidate(tuning: EngineTuning())
    candidate.tuning.extraBuffers = extraBuffers
    let counts = Self.threadCounts(processors)
    tell(0, "threads")
    candidate.threads = try bench.threads(counts, load: max(1, processors / 2)) { tell($0 * 0.4, "threads") }
    let threads = Self.bestThreads(candidate.threads)
    candidate.tuning.maximumThreads = threads.threads
    for (index, size) in Self.batchSizes.enumerated() where size <= Self.largestBatch {
      tell(0.4 + 0.2 * Double(index) / Double(Self.batchSizes.count), "batches")
      candidate.batches.append(.init(tokens: size, prompt: try bench.prompt(batch: size, threads: threads.threads)))
    }
    candidate.tuning.batchTokens = Self.bestBatch(candidate.batches).tokens
    tell(0.6, "verification")
    candidate.verification = try bench.verification(Self.verified, threads: threads.threads)
    candidate.tuning.exactBatchTokens = try bench.exactBatch(counts) { tell(0.7 + $0 * 0.3, "exactness") }
    candidate.turnSeconds =
      Double(Self.promptTokens) / Self.bestBatch(candidate.batches).prompt + Double(Self.answerTokens) / threads.decode
    return candidate
  }

  /// All where they are few; with many processors the powers of two and the whole.
  static func threadCounts(_ processors: Int) -> [Int] {
    if processors <= 8 { return Array(1...max(1, processors)) }
    var counts: [Int] = []
    var count = 1
    while count < processors {
      counts.append(count)
      if count >= 4, count + count / 2 < processors { counts.append(count + count / 2) }
      count *= 2
    }
    return counts + [processors]
  }

  /// The fewest with which a turn takes hardly longer than with the best.
  static func bestThreads(_ threads: [TuneReport.Threads]) -> TuneReport.Threads {
    func seconds(_ entry: TuneReport.Threads) -> Double {
      Double(promptTokens) / entry.prompt + Double(answerTokens) / entry.decode
    }
    let least = threads.map(seconds).min() ?? 0
    return threads.first { seconds($0) <= least * tolerance } ?? threads[0]
  }

  static func bestBatch(_ batches: [TuneReport.Batch]) -> TuneReport.Batch {
    let most = batches.map(\.prompt).max() ?? 0
    return batches.first { $0.prompt * tolerance >= most } ?? batches[0]
  }

  /// The fastest of those whose batches are exact; where none's is, the fastest of all. The first one stays unless
  /// another is clearly better.
  static func best(of candidates: [TuneReport.Candidate]) -> Int {
    let mostExact = candidates.map(\.exactBatchTokens).max() ?? 1
    let eligible = candidates.indices.filter { candidates[$0].exactBatchTokens == mostExact }
    let least = eligible.map { candidates[$0].turnSeconds }.min() ?? 0
    return eligible.first { candidates[$0].turnSeconds <= least * tolerance } ?? 0
  }
}
