import Glibc
import SaraiCore

/// The buffers of one sampler, allocated once and used again for every token, with the passes over the vocabulary that
/// need them. Memory that a sampler's parameters never ask for is never touched.
final class SamplerScratch {
  private struct Candidate {
    var logit: Float
    var token: Int32

    /// The order of all filters: likelier first, then by id.
    static func precedes(_ a: Candidate, _ b: Candidate) -> Bool {
      a.logit > b.logit || (a.logit == b.logit && a.token < b.token)
    }
  }

  private static let blockSize = 64
  /// Candidates are sorted into bins by their distance from the largest; the last bin holds all that are farther.
  private static let binsPerNat: Float = 16
  private static let binCount = 512

  private let adjusted: UnsafeMutableBufferPointer<Float>
  /// The largest logit of every block of the vocabulary, as `orderedBits`.
  private let blockMaxima: UnsafeMutableBufferPointer<Int32>
  private let sortedMaxima: UnsafeMutableBufferPointer<Int32>
  private let candidates: UnsafeMutableBufferPointer<Candidate>
  private let boundary: UnsafeMutableBufferPointer<Candidate>
  private let bins: UnsafeMutableBufferPointer<Double>

  init(vocabularySize: Int) {
    let blocks = (vocabularySize + Self.blockSize - 1) / Self.blockSize
    adjusted = .allocate(capacity: vocabularySize)
    blockMaxima = .allocate(capacity: blocks)
    sortedMaxima = .allocate(capacity: blocks)
    candidates = .allocate(capacity: vocabularySize)
    boundary = .allocate(capacity: vocabularySize)
    bins = .allocate(capacity: Self.binCount)
  }

  deinit {
    adjusted.deallocate()
    blockMaxima.deallocate()
    sortedMaxima.deallocate()
    candidates.deallocate()
    boundary.deallocate()
    bins.deallocate()
  }

  /// A copy of the logits that may be written to.
  func copy(_ logits: UnsafeBufferPointer<Float>) -> UnsafeMutableBufferPointer<Float> {
    _ = adjusted.update(from: logits)
    return adjusted
  }

  /// The logits themselves where they are a copy already, else a copy.
  func writable(_ logits: UnsafeBufferPointer<Float>) -> UnsafeMutableBufferPointer<Float> {
    logits.baseAddress == UnsafePointer(adjusted.baseAddress) ? adjusted : copy(logits)
  }

  // MARK: The largest logit

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

  @inline(__always)
  private static func tokens(ofBlock block: Int, count: Int) -> Range<Int> {
    block * blockSize..<min((block + 1) * blockSize, count)
  }

  /// The index of the first of the largest logits, or nil where one is NaN or positive infinity.
  func findMaximum(of logits: UnsafeBufferPointer<Float>) -> Int? {
    var most = Int32.min
    var least = Int32.max
    var bestBlock = 0
    for block in blockMaxima.indices {
      var blockMost = Int32.min
      for index in Self.tokens(ofBlock: block, count: logits.count) {
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
    return Self.tokens(ofBlock: bestBlock, count: logits.count).first { Self.orderedBits(logits[$0]) == most }
  }

  // MARK: Filters

  /// Offers to the draw every token that top-k, top-p and min-p leave. `findMaximum` of the same logits comes before.
  func offerCandidates(
    of logits: UnsafeBufferPointer<Float>, top: Float, parameters: SamplingParameters, to draw: inout GumbelDraw
  ) {
    // Adding the logarithm can round; tokens as likely as the likeliest always stay.
    let floor = parameters.minP > 0 ? min(top, top + log(parameters.minP)) : -.infinity
    let share = Double(parameters.topP)
    var count: Int
    if parameters.topK > 0, parameters.topK < logits.count {
      count = gather(from: logits, floor: floorOfMost(parameters.topK))
      count = keepHead(of: count, top: top, limit: Double(parameters.topK)) { _ in 1 }
      if share < 1 {
        let total = candidates[..<count].reduce(0) { $0 + Double(Self.likelihood($1.logit - top)) }
        count = keepHead(of: count, top: top, limit: share * total) { Double(Self.likelihood($0 - top)) }
      }
    } else if share < 1 {
      let limit = share * totalLikelihood(of: logits, top: top)
      count = gatherHead(from: logits, top: top, likelihood: limit)
      count = keepHead(of: count, top: top, limit: limit) { Double(Self.likelihood($0 - top)) }
    } else {
      for block in blockMaxima.indices {
        let most = Self.value(ofOrderedBits: blockMaxima[block])
        if most < floor || draw.excludes(most) { continue }
        for token in Self.tokens(ofBlock: block, count: logits.count)
        where logits[token] >= floor && logits[token] > -.infinity {
          draw.offer(Int32(token), logit: logits[token])
        }
      }
      return
    }
    for candidate in candidates[..<count] where candidate.logit >= floor {
      draw.offer(candidate.token, logit: candidate.logit)
    }
  }

  /// e to the power of a difference that is not positive, within 10⁻⁷ of it. Written out so that loops vectorise and
  /// every machine computes the same.
  @inline(__always)
  private static func likelihood(_ difference: Float) -> Float {
    let exponent = max(difference * 1.442_695_04, -126)
    // Adding 1.5 · 2²³ rounds to an integer, which then stands in the low bits.
    let shifted = exponent + 12_582_912
    let fraction = exponent - (shifted - 12_582_912)
    // The series of 2^fraction for |fraction| ≤ ½.
    var power = fraction * 1.525_273e-5 + 1.540_353e-4
    power = power * fraction + 1.333_355_8e-3
    power = power * fraction + 9.618_129e-3
    power = power * fraction + 5.550_411e-2
    power = power * fraction + 0.240_226_51
    power = power * fraction + 0.693_147_18
    power = power * fraction + 1
    return power * Float(bitPattern: (shifted.bitPattern &+ 127) << 23)
  }

  private func totalLikelihood(of logits: UnsafeBufferPointer<Float>, top: Float) -> Double {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.blockSize) { likelihoods in
      var total = 0.0
      for block in blockMaxima.indices {
        let tokens = Self.tokens(ofBlock: block, count: logits.count)
        for index in 0..<tokens.count {
          likelihoods[index] = Self.likelihood(logits[tokens.lowerBound + index] - top)
        }
        var sum: Float = 0
        for index in 0..<tokens.count { sum += likelihoods[index] }
        total += Double(sum)
      }
      return total
    }
  }

  /// A logit that at least `count` tokens reach: every block has one that reaches its maximum.
  private func floorOfMost(_ count: Int) -> Float {
    guard count <= blockMaxima.count else { return -.infinity }
    var sorted = sortedMaxima
    _ = sorted.update(from: blockMaxima)
    sorted.sort(by: >)
    return Self.value(ofOrderedBits: sorted[count - 1])
  }

  /// Puts into `candidates` the tokens that reach the floor and are not banned, in order of id; tells how many.
  private func gather(from logits: UnsafeBufferPointer<Float>, floor: Float) -> Int {
    let floor = max(floor, -.greatestFiniteMagnitude)
    let floorBits = Self.orderedBits(floor)
    var count = 0
    for block in blockMaxima.indices where blockMaxima[block] >= floorBits {
      for token in Self.tokens(ofBlock: block, count: logits.count) where logits[token] >= floor {
        candidates[count] = Candidate(logit: logits[token], token: Int32(token))
        count += 1
      }
    }
    return count
  }

  /// Gathers tokens from the likeliest down until their likelihoods add up to at least `limit`.
  private func gatherHead(from logits: UnsafeBufferPointer<Float>, top: Float, likelihood limit: Double) -> Int {
    for depth: Float in [4, 8, 16, 32] {
      let count = gather(from: logits, floor: top - depth)
      let sum = candidates[..<count].reduce(0) { $0 + Double(Self.likelihood($1.logit - top)) }
      if sum >= limit { return count }
    }
    return gather(from: logits, floor: -.infinity)
  }

  /// Cuts the first `count` candidates to the shortest head of their order whose weights add up to the limit, and
  /// tells how many remain, in no order. Only the bin in which the limit is reached is sorted.
  @inline(__always)
  private func keepHead(of count: Int, top: Float, limit: Double, weight: (Float) -> Double) -> Int {
    func bin(_ logit: Float) -> Int { Int(min(Float(Self.binCount - 1), (top - logit) * Self.binsPerNat)) }
    bins.update(repeating: 0)
    for candidate in candidates[..<count] { bins[bin(candidate.logit)] += weight(candidate.logit) }
    var sum = 0.0
    var lastBin = 0
    while lastBin < Self.binCount - 1, sum + bins[lastBin] < limit {
      sum += bins[lastBin]
      lastBin += 1
    }
    var kept = 0
    var boundaryCount = 0
    for index in 0..<count {
      let candidate = candidates[index]
      let bin = bin(candidate.logit)
      if bin < lastBin {
        candidates[kept] = candidate
        kept += 1
      } else if bin == lastBin {
        boundary[boundaryCount] = candidate
        boundaryCount += 1
      }
    }
    var last = UnsafeMutableBufferPointer(rebasing: boundary[..<boundaryCount])
    last.sort(by: Candidate.precedes)
    for candidate in last where sum < limit {
      sum += weight(candidate.logit)
      candidates[kept] = candidate
      kept += 1
    }
    return kept
  }
}
