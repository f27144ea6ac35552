/// What `Tuner` found out about one model on this machine.
package struct TuneReport: Sendable {
  /// How fast it is with so many threads.
  package struct Threads: Sendable {
    package var threads: Int
    /// Tokens a second, one after the other, on a machine that does nothing else.
    package var decode: Double
    /// The same while other threads keep half of the processors busy.
    package var loadedDecode: Double
    /// Tokens of a prompt a second.
    package var prompt: Double
  }

  /// What `tokens` tokens in one go cost, each with its logits.
  package struct Verification: Sendable {
    package var tokens: Int
    package var seconds: Double
  }

  /// Tokens of a prompt a second, computed by so many at a time.
  package struct Batch: Sendable {
    package var tokens: Int
    package var prompt: Double
  }

  /// One way to load the model, with the best thread count and batch size for it.
  package struct Candidate: Sendable {
    package var tuning: EngineTuning
    package var threads: [Threads] = []
    package var batches: [Batch] = []
    package var verification: [Verification] = []
    /// Seconds for a turn of `Tuner.promptTokens` and `Tuner.answerTokens`.
    package var turnSeconds = Double.infinity

    /// The largest batch whose logits are those of single tokens, bit for bit.
    package var exactBatchTokens: Int { tuning.exactBatchTokens ?? 1 }

    /// The most that a draft of any kind can gain: what a token costs alone over what it costs in the batch where it is
    /// cheapest.
    package var ceiling: Double {
      guard let one = verification.first(where: { $0.tokens == 1 })?.seconds else { return 1 }
      return verification.map { one * Double($0.tokens) / $0.seconds }.max() ?? 1
    }
  }

  package var modelName: String
  package var processors: Int
  package var candidates: [Candidate]
  /// The index of the best one.
  package var chosen: Int
  package var perplexity: Perplexity?
}

/// How well a model foretells a text.
package struct Perplexity: Sendable, Hashable {
  /// Tokens that were foretold.
  package var tokens: Int
  /// Mean of minus the natural logarithm of the probability that each token was given.
  package var meanLoss: Double
}
