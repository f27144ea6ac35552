import SaraiCore

/// Whether a model computes the same logits, bit for bit, for a token in a batch as for the token alone. Only then can
/// guesses be verified in batches without a change of the text.
///
/// It depends on the kernels that libllama chooses by a tensor's shape, so on the weights' types, the build, the
/// settings, and how many tokens the context holds: it is measured, not derived.
package enum BatchInvariance {
  /// libllama looks at so many cells of the context at least, and at a multiple of it.
  static let cellBlock = 256
  /// Sizes with kernels of their own: single rows, tiles of 4 and 8, and what is left beside them.
  package static let probedSizes = [2, 3, 4, 5, 8, 16, 33]

  /// How far a proof has come: one that was broken off goes on with the step that it was in.
  package struct Progress: Sendable {
    fileprivate var passed = 0
    /// Hash of the last logits of a prompt that was read in one batch.
    fileprivate var whole: [UInt64]?

    package init() {}
  }

  private enum Step {
    /// Batches against single tokens, after so many tokens.
    case batches(after: Int)
    /// A prompt in batches of that size against the same prompt in one.
    case prompt(batch: Int)
    /// Its last token alone, after the others were remembered.
    case continued
  }

  private static let steps: [Step] = [
    .batches(after: 12), .prompt(batch: 21), .prompt(batch: 64), .prompt(batch: 100), .continued,
    .batches(after: cellBlock + 20),
  ]

  /// Computes a probe text token by token and in batches, near the context's beginning and beyond its first blocks, and
  /// a prompt cut in several ways.
  ///
  /// - Parameters:
  ///   - sizes: Those above what the vocabulary's size leaves room for are left out.
  ///   - threads: Counts that may take turns while an answer is written; their results have to be the same too.
  ///   - progress: Of an earlier attempt with the same model, sizes and threads; kept up to date also where this throws.
  ///   - firstStep: What breaks the first step off, where that is something else, so that attempts come to an end some
  ///     day. A step takes as long as a prompt of some hundred tokens.
  /// - Returns: How many tokens the context may hold for the invariance to hold: 0 for never, `Int.max` for any number.
  /// - Throws: `CancellationError`, or `SaraiError` where the computation fails.
  package static func provenTokens(
    model: LlamaModel, sizes: [Int] = probedSizes, threads: [Int], progress: inout Progress,
    firstStep: Cancellation? = nil, cancellation: Cancellation
  ) throws -> Int {
    let maximum = SpeculationLimits.maximumTokens(vocabularySize: model.facts.vocabularySize)
    let context = try LlamaContext(
      model: model, contextTokens: 3 * cellBlock, threads: threads.first ?? 1, maximumOutputs: maximum)
    let sizes = sizes.filter { $0 <= context.maximumOutputs }
    var step = firstStep
    while progress.passed < steps.count {
      let probe = Probe(
        context: context, sizes: sizes, threads: threads, cancellation: step ?? cancellation)
      step = nil
      guard try probe.holds(steps[progress.passed], &progress) else {
        return progress.passed == steps.count - 1 ? cellBlock : 0
      }
      progress.passed += 1
    }
    return .max
  }

  private struct Probe {
    let context: LlamaContext
    let sizes: [Int]
    let threads: [Int]
    let cancellation: Cancellation

    func holds(_ step: Step, _ progress: inout Progress) throws -> Bool {
      if case .batches(let depth) = step { return try holds(after: depth) }
      let text = tokens(cellBlock + 47)
      let whole = try progress.whole ?? last(of: text, batch: context.batchTokens)
      progress.whole = whole
      // What is remembered of a prompt may have been computed by an earlier request, along with other tokens.
      if case .prompt(let batch) = step { return try last(of: text, batch: batch) == whole }
      _ = try last(of: text, batch: context.batchTokens)
      guard context.truncate(to: text.count - 1) else { return false }
      return try rows(text[(text.count - 1)...], at: text.count - 1) == whole
    }

    private func holds(after depth: Int) throws -> Bool {
      let count = max(sizes.max() ?? 1, 4)
      let text = tokens(depth + count)
      context.clearMemory()
      var position = 0
      while position < depth {
        let end = min(depth, position + context.batchTokens)
        try context.decode(text[position..<end], at: position, outputs: 0, cancellation: cancellation)
        position = end
      }
      var alone: [UInt64] = []
      for index in depth..<depth + count { alone += try rows(text[index...index], at: index) }
      for size in sizes {
        guard context.truncate(to: depth),
          try rows(text[depth..<depth + size], at: depth) == Array(alone[..<size])
        else { return false }
      }
      // After guesses that were taken back, the next token is the same as well.
      guard context.truncate(to: depth + 2), try rows(text[(depth + 2)...(depth + 2)], at: depth + 2) == [alone[2]]
      else { return false }
      for count in threads.dropFirst() {
        context.setThreads(count)
        defer { context.setThreads(threads[0]) }
        guard context.truncate(to: depth), try rows(text[depth...depth], at: depth) == [alone[0]],
          try rows(text[depth + 1..<depth + 4], at: depth + 1) == Array(alone[1..<4])
        else { return false }
      }
      return true
    }

    /// Reads the tokens in batches of that size.
    private func last(of text: [Int32], batch: Int) throws -> [UInt64] {
      context.clearMemory()
      var position = 0
      var hashes: [UInt64] = []
      while position < text.count {
        let end = min(text.count, position + batch)
        hashes = try rows(text[position..<end], at: position, outputs: 1)
        position = end
      }
      return hashes
    }

    /// Computes the tokens and gives a hash of the bits of each one's logits, or of the last ones' alone.
    private func rows(_ tokens: ArraySlice<Int32>, at position: Int, outputs: Int? = nil) throws -> [UInt64] {
      let outputs = outputs ?? tokens.count
      try context.decode(tokens, at: position, outputs: outputs, cancellation: cancellation)
      return try (0..<outputs).map { row in
        // FNV-1a over words.
        try context.logits(row: row).reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, logit in
          (hash ^ UInt64(logit.bitPattern)) &* 0x100_0000_01B3
        }
      }
    }

    /// Any text does; these tokens leave no kernel an even load.
    private func tokens(_ count: Int) -> [Int32] {
      (0..<count).map { index in
        let words = Philox.words(counter: SIMD4(UInt32(index), 0, 0, 0), key: (1, 2))
        return Int32(words.x % UInt32(context.model.facts.vocabularySize))
      }
    }
  }
}

/// How many tokens may be verified at once.
package enum SpeculationLimits {
  /// Rows of logits that fit into 16 MiB, at most 33: one drawn token and 32 guesses.
  package static func maximumTokens(vocabularySize: Int) -> Int {
    max(2, min(33, (16 << 20) / max(1, vocabularySize * MemoryLayout<Float>.size)))
  }

  /// Tokens that the context may hold for guesses to be taken back without a trace; 0 where the model can't.
  ///
  /// A running state can't be cut. A sliding window can as long as nothing has left it: afterwards the cells that are
  /// freed lie in another order than plain decoding would fill them, which changes the last bits of its sums.
  package static func reversibleTokens(_ facts: LlamaModel.Facts) -> Int {
    if facts.isRecurrent { return 0 }
    return facts.attentionWindowTokens > 0 ? facts.attentionWindowTokens + LlamaContext.batchTokens : .max
  }
}
