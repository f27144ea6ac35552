import Glibc
import SaraiCore

/// The buffers of one sampler, allocated when first needed and used again for every token, with the passes over the
/// vocabulary that need them.
final class SamplerScratch {
  private struct Candidate {
    var logit: Float
    var token: Int32

    /// The order of all filters: likelier first, then by id.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.logit > b.logit || (a.logit == b.logit && a.token < b.token)
    }
  }

  private static let blockSize = 256
  /// Logits are sorted into bins by their distance from the largest; the last bin holds all that is farther.
  private static let binsPerNat: Float = 16
  private static let binCount = 512

  private let vocabularySize: Int
  private var adjusted: UnsafeMutableBufferPointer<Float>?
  private var candidates: [Candidate] = []
  private var boundary: [Candidate] = []
  /// The largest logit of every block of the vocabulary, as `orderedBits`.
  private var blockMaxima: [Int32]
  private var binWeights = [Double](repeating: 0, count: binCount)

  init(vocabularySize: Int) {
    self.vocabularySize = vocabularySize
    blockMaxima = Array(repeating: 0, count: (vocabularySize + Self.blockSize - 1) / Self.blockSize)
  }

  deinit { adjusted?.deallocate() }

  /// A copy of the logits that may be written to.
  func copy(_ logits: UnsafeBufferPointer<Float>) -> UnsafeMutableBufferPointer<Float> {
    let copy = adjusted ?? .allocate(capacity: vocabularySize)
    adjusted = copy
    _ = copy.update(from: logits)
    return copy
  }

  /// A float's bits as an integer with the same order; NaNs lie beyond the infinities. Integers, since a maximum of
  /// floats does not vectorise.
  @inline(__always)
  private static func orderedBits(_ value: Float) -> Int32 {
    // Adding zero makes -0 into 0: they are equal.
    let bits = Int32(bitPattern: (value + 0).bitPattern)
    return bits ^ ((bits >> 31) & 0x7FFF_FFFF)
  }

  @inline(__always)
  private static func value(ofOrderedBits bits: Int32) -> Float {
    Float(bitPattern: UInt32(bitPattern: bits ^ ((bits >> 31) & 0x7FFF_FFFF)))
  }

  /// The index of the first of the largest logits, or nil where one is NaN or positive infinity.
  func findMaximum(of logits: UnsafeBufferPointer<Float>) -> Int? {
    var most = Int32.min
    var least = Int32.max
    var bestBlock = 0
    for block in blockMaxima.indices {
      var blockMost = Int32.min
      for index in block * Self.blockSize..<min((block + 1) * Self.blockSize, logits.count) {
        let bits = Self.orderedBits(logits[index])
        blockMost = max(blockMost, bits)
        least = min(least, bits)
      }
      blockMaxima[block] = blockMost
      if blockMost > most {
        most = blockMost
        bestBlock = block
      }
    }
    guard most < Self.orderedBits(.infinity), least >= Self.orderedBits(-.infinity) else { return nil }
    return (bestBlock * Self.blockSize..<logits.count).first { Self.orderedBits(logits[$0]) == most }
  }

  /// Offers to the draw every token that top-k, top-p and min-p leave. `findMaximum` of the same logits comes before.
  func offerCandidates(
    of logits: UnsafeBufferPointer<Float>, top: Float, parameters: SamplingParameters, to draw: inout GumbelDraw
  ) {
    // Adding the logarithm can round; tokens as likely as the likeliest always stay.
    let floor = parameters.minP > 0 ? min(top, top + log(parameters.minP)) : -.infinity
    let keepsAll = parameters.topK == 0 || parameters.topK >= logits.count
    if keepsAll, parameters.topP == 1 {
      forEachToken(of: logits) { token, logit in
        if logit >= floor { draw.offer(token, logit: logit) }
      } skippingIf: { most in
        most < floor || draw.excludes(most)
      }
      return
    }
    let share = Double(parameters.topP)
    if keepsAll {
      keepHead(of: logits, top: top, weight: { Self.likelihood($0, top: top) }, limit: { $0 * share })
    } else {
      keepHead(of: logits, top: top, weight: { _ in 1 }, limit: { _ in Double(parameters.topK) })
      if share < 1 { cutToNucleus(top: top, share: share) }
    }
    for candidate in candidates where candidate.logit >= floor {
      draw.offer(candidate.token, logit: candidate.logit)
    }
  }

  /// How likely a token is, as a share of the likeliest.
  private static func likelihood(_ logit: Float, top: Float) -> Double { Double(exp(logit - top)) }

  private static func bin(_ logit: Float, top: Float) -> Int {
    Int(min(Float(binCount - 1), (top - logit) * binsPerNat))
  }

  /// Leaves in `candidates`, in no order, the shortest head of the sorted vocabulary whose weights add up to the
  /// limit, which may depend on the weight of all. Only the bin in which that happens is sorted.
  @inline(__always)
  private func keepHead(
    of logits: UnsafeBufferPointer<Float>, top: Float, weight: (Float) -> Double, limit: (Double) -> Double
  ) {
    for bin in binWeights.indices { binWeights[bin] = 0 }
    forEachToken(of: logits) { _, logit in binWeights[Self.bin(logit, top: top)] += weight(logit) }
    let limit = limit(binWeights.reduce(0, +))
    var sum = 0.0
    var lastBin = 0
    while lastBin < Self.binCount - 1, sum + binWeights[lastBin] < limit {
      sum += binWeights[lastBin]
      lastBin += 1
    }
    candidates.removeAll(keepingCapacity: true)
    boundary.removeAll(keepingCapacity: true)
    forEachToken(of: logits) { token, logit in
      let bin = Self.bin(logit, top: top)
      if bin < lastBin {
        candidates.append(Candidate(logit: logit, token: token))
      } else if bin == lastBin {
        boundary.append(Candidate(logit: logit, token: token))
      }
    }
    boundary.sort(by: Candidate.precedes)
    for candidate in boundary where sum < limit {
      sum += weight(candidate.logit)
      candidates.append(candidate)
    }
  }

  /// Cuts the candidates to the most likely ones whose share of the probability of all of them reaches `share`.
  private func cutToNucleus(top: Float, share: Double) {
    candidates.sort(by: Candidate.precedes)
    let limit = share * candidates.reduce(0) { $0 + Self.likelihood($1.logit, top: top) }
    var sum = 0.0
    let end = candidates.firstIndex { candidate in
      defer { sum += Self.likelihood(candidate.logit, top: top) }
      return sum >= limit
    }
    if let end { candidates.removeSubrange(end...) }
  }

  /// Visits the tokens that the bias does not ban, in order of id, passing over blocks whose largest logit is useless.
  @inline(__always)
  private func forEachToken(
    of logits: UnsafeBufferPointer<Float>, _ body: (Int32, Float) -> Void,
    skippingIf isUseless: (Float) -> Bool = { _ in false }
  ) {
    for block in blockMaxima.indices where !isUseless(Self.value(ofOrderedBits: blockMaxima[block])) {
      for index in block * Self.blockSize..<min((block + 1) * Self.blockSize, logits.count)
      where logits[index] > -.infinity {
        body(Int32(index), logits[index])
      }
    }
  }
}
