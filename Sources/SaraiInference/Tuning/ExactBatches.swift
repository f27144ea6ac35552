import Glibc

/// Whether a token's logits are the same numbers, bit for bit, however many tokens are computed with it.
///
/// Kernels are chosen by the shape of a batch, and each adds in its own order: where they differ, a draft that is checked
/// in one batch gives another text than plain decoding now and then.
///
/// Tried are batches within one block of the attention's cells, and that is how drafts are checked: a batch across the
/// edge of a block looks at more cells for its first tokens than these alone do.
package struct ExactBatches {
  /// Batches are tried up to this size: one token that was drawn and 32 guesses.
  package static let largestBatch = 33

  private let context: LlamaContext
  private let tokens: [Int32]
  private let threadCounts: [Int]

  /// Tokens remembered before the batches, which then lie in the first block and in the second.
  private static let prefixes = [17, 262]
  package static let tokensNeeded = 262 + largestBatch + 2

  /// - Parameters:
  ///   - context: Of at least `tokensNeeded` tokens, with outputs for `largestBatch` tokens. Its memory is cleared.
  ///   - tokens: At least `tokensNeeded` of some text.
  ///   - threadCounts: All that may be used; batches take turns with them.
  package init(context: LlamaContext, tokens: [Int32], threadCounts: [Int]) {
    self.context = context
    self.tokens = tokens
    self.threadCounts = threadCounts
  }

  /// - Parameter progress: Called with growing shares from 0 to 1.
  /// - Returns: The largest size up to which batches of every size agree; 1 where not even two tokens do.
  /// - Throws: `SaraiError` where the model can't be computed.
  package func largestExactBatch(progress: (Double) -> Void = { _ in }) throws -> Int {
    guard !context.model.facts.isRecurrent else { return 1 }
    var largest = Self.largestBatch
    for (index, prefix) in Self.prefixes.enumerated() {
      largest = try largestExactBatch(after: prefix, upTo: largest) {
        progress((Double(index) + $0) / Double(Self.prefixes.count))
      }
      guard largest > 1 else { break }
    }
    context.clearMemory()
    return largest
  }

  private func largestExactBatch(after prefix: Int, upTo limit: Int, progress: (Double) -> Void) throws -> Int {
    try remember(prefix)
    context.setThreads(threadCounts.max() ?? 1)
    var reference: [[Float]] = []
    for position in prefix...(prefix + limit) {
      try decode(tokens[position...position], at: position)
      reference.append(try [Float](context.logits(row: 0)))
    }
    for size in stride(from: 2, through: limit, by: 1) {
      context.setThreads(threadCounts[size % threadCounts.count])
      guard try agrees(size, after: prefix, reference), try survivesRejection(size, after: prefix, reference) else {
        return size - 1
      }
      progress(Double(size * size) / Double(limit * limit))
    }
    return limit
  }

  /// A batch and the single token after it, which sees what the batch left in the memory.
  private func agrees(_ size: Int, after prefix: Int, _ reference: [[Float]]) throws -> Bool {
    try cut(to: prefix)
    try decode(tokens[prefix..<(prefix + size)], at: prefix)
    for row in 0..<size {
      guard try isSame(row, reference[row]) else { return false }
    }
    let next = prefix + size
    try decode(tokens[next...next], at: next)
    return try isSame(0, reference[size])
  }

  /// A batch whose second half was a wrong guess: what comes before it, and what comes after it was taken back.
  private func survivesRejection(_ size: Int, after prefix: Int, _ reference: [[Float]]) throws -> Bool {
    let right = (size + 1) / 2
    let wrong = repeatElement(tokens[0], count: size - right)
    try cut(to: prefix)
    try decode((tokens[prefix..<(prefix + right)] + wrong)[...], at: prefix)
    for row in 0..<right {
      guard try isSame(row, reference[row]) else { return false }
    }
    try cut(to: prefix + right)
    let next = prefix + right
    try decode(tokens[next...next], at: next)
    return try isSame(0, reference[right])
  }

  private func remember(_ count: Int) throws {
    context.clearMemory()
    context.setThreads(threadCounts.max() ?? 1)
    for position in stride(from: 0, to: count, by: context.batchTokens) {
      let end = min(count, position + context.batchTokens)
      try context.decode(tokens[position..<end], at: position, outputs: 0, cancellation: Cancellation())
    }
  }

  private func cut(to count: Int) throws {
    guard !context.truncate(to: count) else { return }
    // A window that has moved on: only from the beginning.
    try remember(count)
  }

  private func decode(_ slice: ArraySlice<Int32>, at position: Int) throws {
    try context.decode(slice, at: position, outputs: slice.count, cancellation: Cancellation())
  }

  private func isSame(_ row: Int, _ expected: [Float]) throws -> Bool {
    let logits = try context.logits(row: row)
    // Bits, not numbers: not-a-number equals itself here, and zeros of different signs are different.
    return expected.withUnsafeBufferPointer {
      guard let one = $0.baseAddress, let other = logits.baseAddress, $0.count == logits.count else { return false }
      return memcmp(one, other, $0.count * MemoryLayout<Float>.stride) == 0
    }
  }
}
