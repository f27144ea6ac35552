package import SaraiCore

/// Chooses the next token from a model's logits.
///
/// The order is llama.cpp's: logit bias, penalties, top-k, top-p, min-p, temperature. Each filter keeps the head of the
/// candidates sorted by (logit descending, id ascending); top-p measures probabilities before temperature, among what
/// top-k left. The draw is `GumbelDraw`: a function of seed, position and logits, with no state.
///
/// A bias of -100 bans a token whatever its logit.
///
/// With a constraint the token is drawn as without one; only where the constraint refuses it, all tokens that may not
/// come are banned and the draw is made again, with the same noise. That is a function of the same things, so the same
/// seed still gives the same text, and few tokens cost a look at the whole vocabulary.
package struct Sampler {
  /// Tokens that the repetition penalty looks back on, prompt included.
  package static let penaltyWindow = 64

  /// The seed in use: the parameters' own, or one drawn when they have none.
  package let seed: UInt64
  private let parameters: SamplingParameters
  private let vocabularySize: Int
  private let biases: [(token: Int, bias: Float)]
  private var history: TokenHistory
  private let scratch: SamplerScratch

  /// - Throws: `invalidRequest` whose subject is the API's name of the field that is out of range.
  package init(parameters: SamplingParameters, vocabularySize: Int) throws(SaraiError) {
    try parameters.check(vocabularySize: vocabularySize)
    self.parameters = parameters
    self.vocabularySize = vocabularySize
    biases = parameters.logitBias.map { (Int($0.key), $0.value) }
    seed = parameters.seed ?? UInt64.random(in: .min ... .max)
    history = TokenHistory(
      keepsWindow: parameters.repetitionPenalty != 1,
      keepsCounts: parameters.presencePenalty != 0 || parameters.frequencyPenalty != 0)
    scratch = SamplerScratch(vocabularySize: vocabularySize)
  }

  /// Tells the tokens that were there before the first generated one. Only the repetition penalty looks at them.
  package mutating func acceptPrompt(_ tokens: some Sequence<Int32>) {
    for token in tokens { history.see(token) }
  }

  /// Tells the token that was generated.
  package mutating func accept(_ token: Int32) {
    history.see(token)
    history.count(token)
  }

  /// The token for `position`, the number of tokens that precede it in the context.
  ///
  /// - Throws: `corruptFile` where a logit is NaN or infinite: the model computes no numbers;
  ///   `invalidRequest` where the logit bias bans every token that the model allows, or the constraint all others.
  package func sample(
    logits: UnsafeBufferPointer<Float>, position: Int, constraint: (any TokenConstraint)? = nil
  ) throws(SaraiError) -> Int32 {
    guard logits.count == vocabularySize, vocabularySize > 0 else {
      throw SaraiError(
        .internalFault, es: "El motor dio \(logits.count) valores para \(vocabularySize) tokens; es un fallo de SARAi.",
        en: "The engine gave \(logits.count) values for \(vocabularySize) tokens; this is a fault in SARAi.")
    }
    let adjusted = adjust(logits)
    let token = try choose(adjusted, position: position)
    guard let constraint, !constraint.allows(token) else { return token }
    let masked = scratch.writable(adjusted)
    try constraint.mask(masked)
    guard masked.contains(where: { $0 > -.infinity }) else {
      throw SamplingParameters.refuse(
        "grammar", es: "no admite aquí ningún token que el modelo pueda dar; cámbiala",
        en: "allows no token here that the model can give; change it")
    }
    return try choose(UnsafeBufferPointer(masked), position: position)
  }

  private func choose(
    _ adjusted: UnsafeBufferPointer<Float>, position: Int
  ) throws(SaraiError) -> Int32 {
    guard let top = scratch.findMaximum(of: adjusted) else {
      throw SaraiError(
        .corruptFile,
        es: "El modelo no calcula números (NaN o infinito): su archivo está dañado; descárgalo de nuevo con "
          + "`sarai pull ID`.",
        en: "The model computes no numbers (NaN or infinity): its file is damaged; fetch it again with "
          + "`sarai pull ID`.")
    }
    guard adjusted[top] > -.infinity else {
      throw SamplingParameters.refuse(
        "logit_bias", es: "prohíbe todos los tokens que el modelo puede dar; deja alguno",
        en: "bans every token that the model can give; leave some")
    }
    if parameters.temperature == 0 || parameters.topK == 1 { return Int32(top) }
    var draw = GumbelDraw(seed: seed, position: position, temperature: parameters.temperature)
    draw.offer(Int32(top), logit: adjusted[top])
    scratch.offerCandidates(of: adjusted, top: adjusted[top], parameters: parameters, to: &draw)
    return draw.token
  }

  /// Logits after bias and penalties: the model's own where there are none.
  private func adjust(_ logits: UnsafeBufferPointer<Float>) -> UnsafeBufferPointer<Float> {
    if biases.isEmpty, history.isEmpty { return logits }
    let adjusted = scratch.copy(logits)
    for (token, bias) in biases {
      // A ban must not hide that the model computes no numbers.
      adjusted[token] = bias <= -100 && !adjusted[token].isNaN ? -.infinity : adjusted[token] + bias
    }
    let valid = 0..<Int32(vocabularySize)
    for token in history.windowCounts.keys where valid.contains(token) {
      let logit = adjusted[Int(token)]
      adjusted[Int(token)] = logit > 0 ? logit / parameters.repetitionPenalty : logit * parameters.repetitionPenalty
    }
    for (token, count) in history.generatedCounts where valid.contains(token) {
      adjusted[Int(token)] -= parameters.presencePenalty + Float(count) * parameters.frequencyPenalty
    }
    return UnsafeBufferPointer(adjusted)
  }
}

/// What the penalties look at.
private struct TokenHistory {
  /// How often each token occurs among the last `Sampler.penaltyWindow`.
  private(set) var windowCounts: [Int32: Int] = [:]
  /// How often each token was generated.
  private(set) var generatedCounts: [Int32: Int] = [:]

  private let keepsWindow: Bool
  private let keepsCounts: Bool
  private var window: [Int32] = []
  private var oldest = 0

  init(keepsWindow: Bool, keepsCounts: Bool) {
    self.keepsWindow = keepsWindow
    self.keepsCounts = keepsCounts
  }

  var isEmpty: Bool { windowCounts.isEmpty && generatedCounts.isEmpty }

  mutating func see(_ token: Int32) {
    guard keepsWindow else { return }
    windowCounts[token, default: 0] += 1
    guard window.count == Sampler.penaltyWindow else { return window.append(token) }
    let leaving = window[oldest]
    window[oldest] = token
    oldest = (oldest + 1) % window.count
    let left = windowCounts[leaving, default: 1] - 1
    windowCounts[leaving] = left > 0 ? left : nil
  }

  mutating func count(_ token: Int32) {
    if keepsCounts { generatedCounts[token, default: 0] += 1 }
  }
}
