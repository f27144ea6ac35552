/// What the header of a checked model file says.
package struct GGUFFacts: Sendable, Hashable {
  /// Of the format: 2 or 3.
  package var version: Int
  /// `llama`, `qwen3`, `bert`, …
  package var architecture: String
  /// The model's own name; nil where the file has none.
  package var name: String?
  /// The quantisation as its maker calls it, such as `Q4_1` or `Q4_K - Medium`; where the file does not say,
  /// the type that most of the weights have.
  package var quantisation: String
  package var tensorCount: Int
  /// Numbers in all tensors.
  package var parameterCount: Int
  package var weightBytes: Int
  package var fileBytes: Int
  /// The context that the model was trained for.
  package var contextTokens: Int
  package var embeddingLength: Int
  package var blockCount: Int
  /// Attention heads of the widest layer; 0 for models without attention.
  package var headCount: Int
  /// Heads of keys and values of the widest layer; 0 for models without attention.
  package var kvHeadCount: Int
  /// Of all layers together.
  package var kvHeadTotal: Int
  /// Numbers in a key and in a value of one head; nil where the file leaves them to be derived.
  package var keyLength: Int?
  package var valueLength: Int?
  package var vocabularySize: Int
  package var hasChatTemplate: Bool
  /// How an embedding model pools its token vectors (0 none, 1 mean, 2 first, 3 last, 4 rank); nil for others.
  package var poolingType: Int?

  /// True for models whose answer is a vector.
  package var isEmbeddingModel: Bool { (poolingType ?? 0) != 0 }

  /// The memory that keys and values take as 16-bit floats, in bytes; an upper bound where layers share or
  /// forget them (sliding windows, latent attention).
  package func kvBytes(contextTokens: Int) -> Int {
    let headLength = headCount > 0 ? embeddingLength / headCount : 0
    let perHead = (keyLength ?? headLength) + (valueLength ?? headLength)
    // The inspector's bounds (512 layers, 65,536 heads, 2²⁰ numbers each) keep this below 2⁴⁸.
    let perToken = kvHeadTotal * perHead * 2
    let (bytes, overflow) = perToken.multipliedReportingOverflow(by: max(0, contextTokens))
    return overflow ? .max : bytes
  }
}
