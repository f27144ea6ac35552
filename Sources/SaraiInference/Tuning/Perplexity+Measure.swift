import Glibc

extension Perplexity {
  /// Tokens that are read before any is foretold, and in one stretch.
  private static let windowTokens = 512
  private static let stepTokens = 32

  /// Reads a text in stretches of 512 tokens, of which the first in each is not counted.
  ///
  /// - Parameters:
  ///   - context: Of at least 512 tokens, with outputs for 32 tokens. Its memory is cleared.
  ///   - tokens: The text's, at least two.
  /// - Throws: `SaraiError` where the model can't be computed.
  package static func measure(
    context: LlamaContext, tokens: [Int32], progress: (Double) -> Void
  ) throws -> Perplexity {
    var loss = 0.0
    var count = 0
    for start in stride(from: 0, to: tokens.count - 1, by: windowTokens) {
      let window = tokens[start..<min(tokens.count, start + windowTokens)]
      context.clearMemory()
      var position = window.startIndex
      // The last token of a stretch foretells what is not in it.
      while position < window.endIndex - 1 {
        let batch = window[position..<min(window.endIndex - 1, position + stepTokens)]
        try context.decode(batch, at: position - start, outputs: batch.count, cancellation: Cancellation())
        for index in batch.indices {
          loss += try Self.loss(of: Int(tokens[index + 1]), in: context.logits(row: index - batch.startIndex))
          count += 1
        }
        position = batch.endIndex
        progress(Double(position) / Double(tokens.count))
      }
    }
    context.clearMemory()
    return Perplexity(tokens: count, meanLoss: loss / Double(max(1, count)))
  }

  /// Minus the logarithm of a token's share, by the largest logit so that nothing overflows.
  private static func loss(of token: Int, in logits: UnsafeBufferPointer<Float>) -> Double {
    var largest = -Float.infinity
    for logit in logits { largest = max(largest, logit) }
    var sum = 0.0
    for logit in logits { sum += Double(expf(logit - largest)) }
    return log(sum) - Double(logits[token] - largest)
  }
}
