import SaraiCore

extension SamplingParameters {
  /// - Throws: `invalidRequest` whose subject is the API's name of the first field that is out of range.
  func check(vocabularySize: Int) throws(SaraiError) {
    try Self.check("temperature", temperature, in: 0...2)
    try Self.check("presence_penalty", presencePenalty, in: -2...2)
    try Self.check("frequency_penalty", frequencyPenalty, in: -2...2)
    guard topK >= 0 else {
      throw Self.refuse("top_k", es: "debe ser 0 (todos) o más", en: "must be 0 (all) or more")
    }
    guard topP > 0, topP <= 1 else {
      throw Self.refuse("top_p", es: "debe ser mayor que 0 y 1 como mucho", en: "must be above 0 and at most 1")
    }
    guard minP >= 0, minP < 1 else {
      throw Self.refuse("min_p", es: "debe ser 0 o más y menor que 1", en: "must be at least 0 and below 1")
    }
    guard repetitionPenalty > 0, repetitionPenalty <= 10 else {
      throw Self.refuse(
        "repetition_penalty", es: "debe ser mayor que 0 y 10 como mucho", en: "must be above 0 and at most 10")
    }
    // In order, so that the same request always gets the same message.
    for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) {
      guard (0..<vocabularySize).contains(Int(token)) else {
        throw Self.refuse(
          "logit_bias", es: "nombra el token \(token), y el modelo los tiene de 0 a \(vocabularySize - 1)",
          en: "names token \(token), and the model has 0 to \(vocabularySize - 1)")
      }
      guard (-100...100).contains(bias) else {
        throw Self.refuse(
          "logit_bias", es: "debe dar a cada token un valor de -100 a 100",
          en: "must give each token a value from -100 to 100")
      }
    }
  }

  private static func check(_ field: String, _ value: Float, in range: ClosedRange<Float>) throws(SaraiError) {
    guard range.contains(value) else {
      let (low, high) = (Int(range.lowerBound), Int(range.upperBound))
      throw refuse(field, es: "debe ser un número de \(low) a \(high)", en: "must be a number from \(low) to \(high)")
    }
  }

  static func refuse(_ field: String, es: String, en: String) -> SaraiError {
    SaraiError(.invalidRequest, es: "«\(field)» \(es).", en: "“\(field)” \(en).", subject: field)
  }
}
