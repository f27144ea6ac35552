import CVectors

/// Vectors of 8-bit components in one piece of memory, one row for each document, compared with a question at once.
struct VectorTable {
  /// 0 until the first vector comes.
  private(set) var dimensions = 0
  private var components: [Int8] = []
  /// What a row's components are multiplied by; 0 where a document has no vector.
  private var scales: [Float] = []
  private var sum: [Float] = []
  private(set) var count = 0

  /// How much of the mean vector is taken off the question. Vectors of e5 all point nearly the same way; what they
  /// have in common says nothing about a question, and some documents have more of it than others.
  private static let centering: Float = 0.8
  /// The largest magnitude of a question's components: 384 × 128 × 2047 fits in 32 bits.
  private static let queryRange: Float = 2047

  func has(_ row: Int) -> Bool { scales[row] > 0 }

  mutating func appendRow() {
    scales.append(0)
    components.append(contentsOf: repeatElement(0, count: dimensions))
  }

  /// Sets a row's vector, or takes it away.
  ///
  /// - Returns: Whether it was taken: not where it has other dimensions than the rest.
  @discardableResult
  mutating func set(_ vector: StoredVector?, row: Int) -> Bool {
    if let vector {
      guard !vector.components.isEmpty, vector.scale.isFinite, vector.scale > 0 else { return false }
      if count == 0, dimensions != vector.components.count { resize(to: vector.components.count) }
      guard vector.components.count == dimensions else { return false }
    }
    removeFromSum(row)
    let start = row * dimensions
    guard let vector else {
      for index in start..<(start + dimensions) { components[index] = 0 }
      scales[row] = 0
      return true
    }
    components.replaceSubrange(start..<(start + dimensions), with: vector.components)
    scales[row] = vector.scale
    count += 1
    for (index, component) in vector.components.enumerated() { sum[index] += Float(component) * vector.scale }
    return true
  }

  /// How near each row's vector is to the question's: cosine over the mean of all rows; 0 for rows without a vector.
  ///
  /// - Returns: Nil where there is nothing to compare, or the question's vector has other dimensions.
  func similarities(to question: [Float]) -> [Float]? {
    guard count > 0, question.count == dimensions else { return nil }
    var centred = question
    for index in centred.indices { centred[index] -= Self.centering * sum[index] / Float(count) }
    let largest = centred.reduce(Float(0)) { max($0, $1.magnitude) }
    guard largest > 0, centred.allSatisfy(\.isFinite) else { return nil }
    let step = largest / Self.queryRange
    let query = centred.map { Int16(($0 / step).rounded()) }
    let products = [Int32](unsafeUninitializedCapacity: scales.count) { products, initialized in
      sarai_dot_rows(components, scales.count, dimensions, query, products.baseAddress)
      initialized = scales.count
    }
    var similarities = [Float](repeating: 0, count: products.count)
    var total: Float = 0
    for row in products.indices {
      similarities[row] = Float(products[row]) * scales[row] * step
      total += similarities[row]
    }
    let mean = total / Float(count)
    for row in similarities.indices where scales[row] > 0 { similarities[row] -= mean }
    return similarities
  }

  private mutating func removeFromSum(_ row: Int) {
    guard scales[row] > 0 else { return }
    count -= 1
    for index in sum.indices { sum[index] -= Float(components[row * dimensions + index]) * scales[row] }
  }

  private mutating func resize(to dimensions: Int) {
    self.dimensions = dimensions
    components = Array(repeating: 0, count: scales.count * dimensions)
    scales = Array(repeating: 0, count: scales.count)
    sum = Array(repeating: 0, count: dimensions)
  }
}
