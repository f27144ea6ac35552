import Glibc
import SaraiCore

/// The measurements on one loaded model. Each is the median of several rounds, in which what is compared takes turns.
struct TuneBench {
  private let model: LlamaModel
  private let context: LlamaContext
  private let text: [Int32]
  private let tokens: [Int32]
  private static let rounds = 5
  /// A round of decoding takes at least this long, unless it runs out of places.
  private static let roundSeconds = 0.12
  private static let prefixTokens = 64
  private static let decodedTokens = 64

  /// - Parameter text: What is read; repeated where it is short.
  /// - Throws: `insufficientResources`, `invalidRequest` for a text of one token or none.
  init(model: LlamaModel, text: String, contextTokens: Int) throws {
    self.model = model
    self.text = try model.tokenize(text, addSpecial: true, parseSpecial: false)
    guard self.text.count > 1 else {
      throw SaraiError(
        .invalidRequest, es: "El texto con el que medir está vacío. Da otro con --text.",
        en: "The text to measure with is empty. Give another one with --text.", subject: "text")
    }
    var tokens: [Int32] = []
    while tokens.count < contextTokens { tokens += self.text }
    self.tokens = Array(tokens.prefix(contextTokens))
    context = try LlamaContext(
      model: model, contextTokens: contextTokens, threads: 1, maximumOutputs: ExactBatches.largestBatch)
  }

  // MARK: - Threads

  /// - Parameter load: How many threads keep processors busy in the second measurement.
  func threads(_ counts: [Int], load: Int, progress: (Double) -> Void) throws -> [TuneReport.Threads] {
    let quiet = try interleaved(counts) { try decodeRate(threads: $0) }
    progress(0.4)
    let loaded = try Spinners.run(load) { try interleaved(counts) { try decodeRate(threads: $0) } }
    progress(0.8)
    let batch = min(256, context.batchTokens)
    let prompt = try interleaved(counts, rounds: 3) { threads in
      try promptRate(in: context, tokens: batch, batch: batch, threads: threads)
    }
    progress(1)
    return counts.indices.map {
      .init(threads: counts[$0], decode: quiet[$0], loadedDecode: loaded[$0], prompt: prompt[$0])
    }
  }

  /// Tokens a second, one at a time, after a short prompt.
  private func decodeRate(threads: Int) throws -> Double {
    try remember(Self.prefixTokens)
    context.setThreads(threads)
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    while count < Self.decodedTokens {
      let position = Self.prefixTokens + count
      try decode(tokens[position...position], at: position)
      count += 1
      if (clock.now - start).seconds > Self.roundSeconds, count >= 4 { break }
    }
    return Double(count) / (clock.now - start).seconds
  }

  // MARK: - Prompts

  /// Tokens of a prompt a second, computed `batch` at a time.
  func prompt(batch: Int, threads: Int) throws -> Double {
    let context = try LlamaContext(
      model: model, contextTokens: self.context.contextTokens, threads: threads, maximumOutputs: 1, batchTokens: batch)
    // The first computation sets buffers up.
    _ = try promptRate(in: context, tokens: batch, batch: batch, threads: threads)
    let count = min(512, tokens.count)
    return median(
      try (0..<3).map { _ in try promptRate(in: context, tokens: count, batch: batch, threads: threads) })
  }

  private func promptRate(in context: LlamaContext, tokens count: Int, batch: Int, threads: Int) throws -> Double {
    context.clearMemory()
    context.setThreads(threads)
    let seconds = try time {
      for position in stride(from: 0, to: count, by: batch) {
        let end = min(count, position + batch)
        try context.decode(
          tokens[position..<end], at: position, outputs: end == count ? 1 : 0, cancellation: Cancellation())
      }
    }
    return Double(count) / seconds
  }

  // MARK: - Drafts

  /// Seconds for each size of batch, all logits included.
  func verification(_ sizes: [Int], threads: Int) throws -> [TuneReport.Verification] {
    try remember(Self.prefixTokens)
    context.setThreads(threads)
    let seconds = try interleaved(sizes) { size in
      defer { _ = context.truncate(to: Self.prefixTokens) }
      return try time { try decode(tokens[Self.prefixTokens..<(Self.prefixTokens + size)], at: Self.prefixTokens) }
    }
    return zip(sizes, seconds).map { .init(tokens: $0, seconds: $1) }
  }

  func exactBatch(_ threadCounts: [Int], progress: (Double) -> Void) throws -> Int {
    try ExactBatches(context: context, tokens: tokens, threadCounts: threadCounts)
      .largestExactBatch(progress: progress)
  }

  func perplexity(progress: (Double) -> Void) throws -> Perplexity {
    context.setThreads(ThreadGovernor.processors)
    return try Perplexity.measure(context: context, tokens: text, progress: progress)
  }

  // MARK: - Parts

  private func remember(_ count: Int) throws {
    context.clearMemory()
    try context.decode(tokens[..<count], at: 0, outputs: 1, cancellation: Cancellation())
  }

  private func decode(_ slice: ArraySlice<Int32>, at position: Int) throws {
    try context.decode(slice, at: position, outputs: slice.count, cancellation: Cancellation())
  }

  /// The median for each value; a slow moment of the machine meets all values alike.
  private func interleaved(
    _ values: [Int], rounds: Int = Self.rounds, _ measure: (Int) throws -> Double
  ) throws -> [Double] {
    var results = [[Double]](repeating: [], count: values.count)
    for _ in 0..<rounds {
      for (index, value) in values.enumerated() { results[index].append(try measure(value)) }
    }
    return results.map(median)
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private func time(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return max((clock.now - start).seconds, 1e-9)
  }
}

/// Threads that keep processors busy while something is measured.
private enum Spinners {
  static func run<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
    let end = Cancellation()
    defer { end.cancel() }
    for _ in 0..<count {
      // A system that gives no more threads is under load already.
      _ = DetachedThread.tryStart(stackBytes: 256 << 10) {
        while !end.isCancelled {}
      }
    }
    return try body()
  }
}
