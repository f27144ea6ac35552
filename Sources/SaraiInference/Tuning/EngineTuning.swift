/// How a model is loaded and computed: the defaults, or what `sarai tune` found best for it on this machine.
package struct EngineTuning: Sendable, Hashable {
  /// Whether libllama may repack weights for the processor.
  package var extraBuffers = true
  /// Tokens of a prompt that are computed in one go.
  package var batchTokens = LlamaContext.batchTokens
  /// Never more threads than this; nil leaves it to the machine.
  package var maximumThreads: Int?
  /// The largest batch for which a token's logits were shown to be, bit for bit, those of the token computed alone; nil
  /// where nobody tried.
  package var exactBatchTokens: Int?

  package init() {}
}
