import SaraiCore

/// Reads the answers of a server that come whole.
enum RemoteAnswer {
  private static let maximumDimensions = 16_384

  /// Vectors in the order of their `index`, brought to length 1.
  static func embedding(_ bytes: [UInt8], texts: Int, fault: RemoteFault) throws(SaraiError) -> EmbeddingResult {
    let limits = JSONLimits(bytes: bytes.count, values: (texts + 1) * (maximumDimensions + 16))
    let answer: JSONValue
    do {
      answer = try JSONValue(parsing: bytes, limits: limits)
    } catch {
      throw fault.brokenAnswer("the embeddings are not JSON: \(error)")
    }
    guard let items = answer["data"]?.arrayValue, items.count == texts else {
      throw fault.brokenAnswer("not one embedding for each text")
    }
    var vectors: [[Float]?] = Array(repeating: nil, count: texts)
    for (position, item) in items.enumerated() {
      let index = Int(clamping: item["index"]?.integerValue ?? Int64(position))
      guard vectors.indices.contains(index), vectors[index] == nil,
        let values = item["embedding"]?.arrayValue, !values.isEmpty, values.count <= maximumDimensions
      else { throw fault.brokenAnswer("an embedding is out of place") }
      vectors[index] = try normalised(values, fault)
    }
    let whole = vectors.compactMap { $0 }
    guard Set(whole.map(\.count)).count <= 1 else { throw fault.brokenAnswer("embeddings of several lengths") }
    let tokens = Int(clamping: max(0, answer["usage"]?["prompt_tokens"]?.integerValue ?? 0))
    return EmbeddingResult(vectors: whole, promptTokens: tokens)
  }

  private static func normalised(_ values: [JSONValue], _ fault: RemoteFault) throws(SaraiError) -> [Float] {
    let numbers = values.compactMap(\.doubleValue)
    let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard numbers.count == values.count, length.isFinite, length > 0 else {
      throw fault.brokenAnswer("an embedding is not a vector of numbers")
    }
    return numbers.map { Float($0 / length) }
  }
}
