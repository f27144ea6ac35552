import Foundation
import SaraiCore
import Synchronization
import TestSupport
import Testing

@testable import SaraiInference

@Suite(.serialized, .timeLimit(.minutes(10))) struct TuningTests {
  private static let text =
    (try? String(contentsOf: TestParts.root.appending(path: "config/tune.txt"), encoding: .utf8))

  private static func context(_ model: LlamaModel, _ tokens: Int = 512) throws -> LlamaContext {
    try LlamaContext(model: model, contextTokens: tokens, threads: 2, maximumOutputs: ExactBatches.largestBatch)
  }

  @Test func `the default model's batches are exact, whatever the threads`() throws {
    let text = try #require(Self.text)
    for extraBuffers in [true, false] {
      let model = try LlamaModel(path: TestParts.smolLM2.path, extraBuffers: extraBuffers)
      let tokens = try model.tokenize(text, addSpecial: true, parseSpecial: false)
      var shares: [Double] = []
      let largest = try ExactBatches(context: Self.context(model), tokens: tokens, threadCounts: [1, 2])
        .largestExactBatch { shares.append($0) }
      #expect((8...ExactBatches.largestBatch).contains(largest))
      #expect(shares == shares.sorted() && !shares.isEmpty)
    }
  }

  @Test func `perplexity is what the logits say, and rises as weights are rounded`() async throws {
    let text = try #require(Self.text)
    let model = try LlamaModel(path: TestParts.smolLM2.path)
    let tokens = Array(try model.tokenize(text, addSpecial: true, parseSpecial: false).prefix(700))
    let measured = try Perplexity.measure(context: Self.context(model), tokens: tokens) { _ in }
    // Two stretches, the first token of each is not foretold.
    #expect(measured.tokens == tokens.count - 2)

    // One by one, in the simplest way.
    let context = try Self.context(model)
    var loss = 0.0
    for index in 0..<40 {
      try context.decode(tokens[index...index], at: index, outputs: 1, cancellation: Cancellation())
      let logits = try context.logits(row: 0).map { Double($0) }
      loss += Foundation.log(logits.reduce(0) { $0 + exp($1) }) - logits[Int(tokens[index + 1])]
    }
    let short = try Perplexity.measure(context: context, tokens: Array(tokens.prefix(41))) { _ in }
    #expect(short.tokens == 40 && abs(short.meanLoss - loss / 40) < 1e-4)

    try await withTemporaryFolder { folder in
      let path = folder.appending(path: "q2.gguf").path
      try Quantizer.quantize(input: TestParts.smolLM2.path, output: path, type: "Q2_K") { _ in }
      let rounded = try Perplexity.measure(
        context: Self.context(LlamaModel(path: path)), tokens: tokens
      ) { _ in }
      #expect(rounded.meanLoss > measured.meanLoss)
    }
  }

  @Test func `a measurement covers threads, batches and drafts, and picks one of them`() throws {
    let told = Mutex<[(Double, String)]>([])
    let report = try Tuner(
      modelPath: TestParts.smolLM2.path, text: try #require(Self.text), processors: 2
    ) { share, step in told.withLock { $0.append((share, step)) } }.run()
    #expect(report.candidates.map(\.tuning.extraBuffers) == [true, false])
    for candidate in report.candidates {
      #expect(candidate.threads.map(\.threads) == [1, 2])
      #expect(candidate.threads.allSatisfy { $0.decode > 0 && $0.loadedDecode > 0 && $0.prompt > 0 })
      #expect(candidate.batches.map(\.tokens) == [64, 128, 256, 512])
      #expect(candidate.verification.map(\.tokens).first == 1 && candidate.verification.map(\.tokens).last == 33)
      #expect(candidate.ceiling > 1)
      #expect((8...ExactBatches.largestBatch).contains(candidate.exactBatchTokens))
    }
    #expect(report.perplexity.map { (1...6).contains($0.meanLoss) } == true)
    let shares = told.withLock { $0.map(\.0) }
    #expect(shares == shares.sorted() && (shares.last ?? 0) > 0.99)
  }

  @Test func `the best is the exact one, then the fastest, then the plainest`() {
    func candidate(_ exact: Int, _ seconds: Double) -> TuneReport.Candidate {
      var candidate = TuneReport.Candidate(tuning: EngineTuning())
      candidate.tuning.exactBatchTokens = exact
      candidate.turnSeconds = seconds
      return candidate
    }
    #expect(Tuner.best(of: [candidate(1, 1), candidate(33, 2)]) == 1)
    #expect(Tuner.best(of: [candidate(33, 2), candidate(33, 1)]) == 1)
    #expect(Tuner.best(of: [candidate(33, 1.02), candidate(33, 1)]) == 0)
    #expect(Tuner.best(of: [candidate(1, 2), candidate(1, 1)]) == 1)

    func threads(_ count: Int, _ speed: Double) -> TuneReport.Threads {
      .init(threads: count, decode: speed, loadedDecode: speed, prompt: speed)
    }
    #expect(Tuner.bestThreads([threads(1, 100), threads(2, 180), threads(4, 182)]).threads == 2)
    #expect(Tuner.bestBatch([.init(tokens: 64, prompt: 90), .init(tokens: 128, prompt: 100)]).tokens == 128)
    #expect(Tuner.threadCounts(2) == [1, 2])
    #expect(Tuner.threadCounts(16) == [1, 2, 4, 6, 8, 12, 16])
    #expect(Tuner.threadCounts(1) == [1])
  }
}
