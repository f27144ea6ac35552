import SaraiCore

/// The tokens that a context remembers, so that the longest common beginning of two prompts is computed once.
///
/// Lives on the compute thread, with its context.
package final class PromptMemory {
  package let context: LlamaContext
  /// What the context remembers, in order.
  private(set) var tokens: [Int32] = []

  package init(context: LlamaContext) {
    self.context = context
  }

  /// How many leading tokens of `prompt` are remembered. The last one never counts: its logits are needed.
  func commonPrefix(with prompt: [Int32]) -> Int {
    min(commonPrefixLength(tokens, prompt), max(0, prompt.count - 1))
  }

  /// Keeps the first `count` tokens and forgets the rest; where the model can't, forgets everything.
  ///
  /// - Returns: How many are kept.
  func keep(_ count: Int) -> Int {
    if count == tokens.count, count > 0 { return count }
    guard count > 0, context.truncate(to: count) else {
      clear()
      return 0
    }
    tokens.removeLast(tokens.count - count)
    return count
  }

  /// - Parameter wipes: Overwrites the memory too: not-a-number in it would spread to what comes after.
  func clear(wipes: Bool = false) {
    context.clearMemory(wipes: wipes)
    tokens.removeAll(keepingCapacity: true)
  }

  /// Computes tokens after those remembered, batch by batch.
  ///
  /// - Parameters:
  ///   - outputs: Of how many of the last tokens the logits are wanted; no more than fit in one batch.
  ///   - beforeBatch: Called before each batch: sets threads, looks for cancellation.
  /// - Throws: `CancellationError` or `SaraiError`; what was computed until then stays remembered where possible.
  func append(
    _ more: ArraySlice<Int32>, outputs: Int, cancellation: Cancellation, beforeBatch: () throws -> Void
  ) throws {
    var rest = more
    while !rest.isEmpty {
      try beforeBatch()
      let batch = rest.prefix(context.batchTokens)
      rest = rest.dropFirst(batch.count)
      do {
        try context.decode(
          batch, at: tokens.count, outputs: rest.isEmpty ? outputs : 0, cancellation: cancellation)
      } catch {
        // Part of the batch may be in the memory.
        if tokens.isEmpty || !context.truncate(to: tokens.count) { clear() }
        throw error
      }
      tokens += batch
    }
  }

  /// Computes one token and forgets everything: the first computation of a process also sets the library's buffers up.
  func warmUp() {
    try? append([0], outputs: 1, cancellation: Cancellation()) {}
    clear()
  }

  /// Replaces everything by a saved memory of these tokens.
  func restore(_ saved: borrowing SavedMemory) -> Bool {
    guard saved.state({ context.restoreMemory($0) }) else {
      tokens.removeAll(keepingCapacity: true)
      return false
    }
    tokens = saved.tokens
    return true
  }
}

/// How many leading elements two lists share.
package func commonPrefixLength(_ a: [Int32], _ b: [Int32]) -> Int {
  zip(a, b).prefix { $0 == $1 }.count
}
