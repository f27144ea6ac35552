/// Guesses that what followed the last words before will follow them again: answers quote their prompt, and texts
/// repeat themselves.
///
/// The method is prompt lookup decoding (Saxena, 2023), with the length of the match as evidence (as SAM-Decoding, Hu
/// et al., 2024, does with a suffix automaton). Here the longest match is found as compressors do (Ziv and Lempel,
/// 1977): chains of the places where the last three tokens stood, the latest first, of which a bounded number is
/// compared backwards. So a token costs a constant, a guess a bounded time, and memory is bounded by `capacity`.
package final class RecurrenceDrafter: Drafter {
  package let name = "recurrence"
  package let startingEvidence: Int? = nil

  /// Tokens that are remembered at most; when they are more, the older half is forgotten.
  private let capacity: Int
  private var text: [Int32] = []
  /// By the hash of the last two, and of the last three, tokens: the latest position after such.
  private var pairs: [Int32]
  private var triples: [Int32]
  /// At each position: the one before it with the same hash, or -1.
  private var earlierPair: [Int32] = []
  private var earlierTriple: [Int32] = []

  private static let candidates = 16
  /// Matches longer than this are all as good.
  private static let longestMatch = 32
  package static let defaultCapacity = 65_536

  /// - Parameter expected: Tokens that the text will have, for the size of the tables.
  package init(expected: Int, capacity: Int = defaultCapacity) {
    self.capacity = max(16, capacity)
    var size = 256
    while size < min(expected, self.capacity) { size *= 2 }
    pairs = [Int32](repeating: -1, count: size)
    triples = [Int32](repeating: -1, count: size)
  }

  package func extend(_ tokens: ArraySlice<Int32>) {
    for token in tokens {
      if text.count == capacity { forgetOlderHalf() }
      text.append(token)
      index()
    }
  }

  /// Enters the position after the last token.
  private func index() {
    let end = text.count
    var pair: Int32 = -1
    var triple: Int32 = -1
    if end >= 2 {
      let slot = slot(text[end - 2], text[end - 1])
      pair = pairs[slot]
      pairs[slot] = Int32(end)
    }
    if end >= 3 {
      let slot = slot(text[end - 3], text[end - 2], text[end - 1])
      triple = triples[slot]
      triples[slot] = Int32(end)
    }
    earlierPair.append(pair)
    earlierTriple.append(triple)
  }

  private func forgetOlderHalf() {
    let kept = Array(text.suffix(capacity / 2))
    text.removeAll(keepingCapacity: true)
    earlierPair.removeAll(keepingCapacity: true)
    earlierTriple.removeAll(keepingCapacity: true)
    for slot in pairs.indices {
      pairs[slot] = -1
      triples[slot] = -1
    }
    for token in kept {
      text.append(token)
      index()
    }
  }

  package func propose(after pending: [Int32], limit: Int, deadline: ContinuousClock.Instant) -> Draft {
    let end = text.count + pending.count
    guard limit > 0, end >= 3 else { return .none }
    func token(_ index: Int) -> Int32 { index < text.count ? text[index] : pending[index - text.count] }
    let last = (token(end - 3), token(end - 2), token(end - 1))
    var best = 0
    var length = 0
    func consider(_ first: Int32, _ earlier: [Int32]) {
      var candidate = Int(first)
      var tried = 0
      while candidate > 0, tried < Self.candidates {
        tried += 1
        // The end itself is where the search begins.
        if candidate < end {
          var match = 0
          while match < min(candidate, Self.longestMatch), text[candidate - 1 - match] == token(end - 1 - match) {
            match += 1
          }
          if match > length {
            length = match
            best = candidate
            if match == Self.longestMatch { return }
          }
        }
        candidate = Int(earlier[candidate - 1])
      }
    }
    consider(triples[slot(last.0, last.1, last.2)], earlierTriple)
    if length < 2 { consider(pairs[slot(last.1, last.2)], earlierPair) }
    // Another word's hash may have led here.
    guard length >= 2 else { return .none }
    var tokens: [Int32] = []
    // A text that repeats itself goes on into its own guess.
    while tokens.count < limit {
      let index = best + tokens.count
      tokens.append(index < text.count ? text[index] : (pending + tokens)[index - text.count])
    }
    return Draft(tokens: tokens, evidence: length)
  }

  private func slot(_ a: Int32, _ b: Int32, _ c: Int32 = -1) -> Int {
    var hash = UInt64(UInt32(bitPattern: a)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ UInt64(UInt32(bitPattern: b))) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 29) ^ UInt64(UInt32(bitPattern: c))) &* 0x94D0_49BB_1331_11EB
    return Int(truncatingIfNeeded: hash >> 32) & (pairs.count - 1)
  }
}
