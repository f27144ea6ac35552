import Glibc

/// Draws one token by the Gumbel-max method (Gumbel 1954; Maddison et al., “A* Sampling”, 2014): the largest of
/// logit + noise is distributed as the softmax of the logits.
///
/// The noise is a function of (seed, position, token) alone. So the choice at a position does not depend on what else
/// ran, on the order in which candidates are offered or on which others there are, and a drafted token can be checked
/// by equality.
struct GumbelDraw {
  /// What noise from 32 random bits can reach at most and spans at most, in nats.
  static let noiseMaximum = 33 * 0.693_147_180_559_945_3

  private(set) var token: Int32 = -1
  private var best = -Double.infinity
  private let inverseTemperature: Double
  private let key: (UInt32, UInt32)
  private let position: UInt64
  // One run of the generator serves four neighbouring tokens.
  private var group = UInt32.max
  private var words = SIMD4<UInt32>()

  init(seed: UInt64, position: Int, temperature: Float) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.position = UInt64(bitPattern: Int64(position))
    inverseTemperature = 1 / Double(temperature)
  }

  /// True where no token with this logit or a lower one can win any more.
  func excludes(_ logit: Float) -> Bool {
    Double(logit) * inverseTemperature + Self.noiseMaximum < best
  }

  mutating func offer(_ token: Int32, logit: Float) {
    let scaled = Double(logit) * inverseTemperature
    guard scaled + Self.noiseMaximum >= best else { return }
    let group = UInt32(bitPattern: token) >> 2
    if group != self.group {
      self.group = group
      let low = UInt32(truncatingIfNeeded: position)
      let high = UInt32(truncatingIfNeeded: position >> 32)
      words = Philox.words(counter: SIMD4(group, low, high, 0), key: key)
    }
    // With u uniform in (0, 1) and w = 1 − u, the noise −ln(−ln u) is at most −ln w: a bound without a logarithm.
    let complement = ~words[Int(token & 3)]
    let bound = Double(complement.leadingZeroBitCount + 1) * 0.693_147_180_559_945_3
    guard scaled + bound >= best else { return }
    let score = scaled + Self.noise(complement)
    if score > best || (score == best && token < self.token) {
      best = score
      self.token = token
    }
  }

  /// Standard Gumbel noise of the quantile 1 − (complement + ½) / 2³².
  static func noise(_ complement: UInt32) -> Double {
    -log(-log1p(-(Double(complement) + 0.5) / 4_294_967_296))
  }
}
