extension [Float] {
  /// Scaled to length 1; a zero vector stays.
  func normalized() -> [Float] {
    let length = reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    return length > 0 ? map { Float(Double($0) / length) } : self
  }
}
