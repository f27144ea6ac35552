/// Guesses that a text goes on as it did where its last bytes stood before, whatever tokens they were cut into.
///
/// A name that follows a space in the prompt and a quotation mark in the answer has other tokens in each: where
/// `RecurrenceDrafter` finds nothing, its letters do. Memory is bounded by `capacity`, a guess takes a bounded time.
package final class CopyDrafter: Drafter {
  package let name = "copy"
  package let startingEvidence: Int? = nil

  private let bytes: (Int32) -> [UInt8]
  private let tokens: ([UInt8]) -> [Int32]
  private let capacity: Int
  private var text: [UInt8] = []
  /// By the hash of the last three bytes: the latest position after such.
  private var latest: [Int32]
  /// At each position: the one before it with the same hash, or -1.
  private var earlier: [Int32] = []
  /// The first token of the last guess after the text itself, and how often such were right of late where the match was
  /// short: in free text they hardly ever are, and cutting bytes into tokens takes time.
  private var firstGuess: Int32?
  private var shortMatchesRight = 0.5
  private var skipped = 0

  private static let shortestMatch = 3
  private static let longestMatch = 32
  private static let surelyWorthIt = 8
  /// Below this share, one in so many short matches is tried.
  private static let (leastShare, retryAfter) = (0.3, 16)
  private static let candidates = 12
  /// Bytes that a guess is made of; more are hardly ever right.
  private static let guessBytes = 48
  package static let defaultCapacity = 262_144

  /// - Parameters:
  ///   - bytes: Of a token.
  ///   - tokens: How the model's tokenizer cuts bytes.
  package init(
    bytes: @escaping (Int32) -> [UInt8], tokens: @escaping ([UInt8]) -> [Int32], capacity: Int = defaultCapacity
  ) {
    self.bytes = bytes
    self.tokens = tokens
    self.capacity = max(64, capacity)
    latest = [Int32](repeating: -1, count: 4_096)
  }

  package func extend(_ tokens: ArraySlice<Int32>) {
    if let firstGuess, let token = tokens.first {
      shortMatchesRight += 0.1 * ((firstGuess == token ? 1 : 0) - shortMatchesRight)
      self.firstGuess = nil
    }
    for token in tokens {
      for byte in bytes(token) {
        if text.count == capacity { forgetOlderHalf() }
        text.append(byte)
        index()
      }
    }
  }

  private func index() {
    let end = text.count
    guard end >= Self.shortestMatch else { return earlier.append(-1) }
    let slot = Self.slot(text[end - 3], text[end - 2], text[end - 1])
    earlier.append(latest[slot])
    latest[slot] = Int32(end)
  }

  private func forgetOlderHalf() {
    let kept = Array(text.suffix(capacity / 2))
    text.removeAll(keepingCapacity: true)
    earlier.removeAll(keepingCapacity: true)
    for slot in latest.indices { latest[slot] = -1 }
    for byte in kept {
      text.append(byte)
      index()
    }
  }

  package func propose(after pending: [Int32], limit: Int, deadline: ContinuousClock.Instant) -> Draft {
    let end = Array(text.suffix(Self.longestMatch)) + pending.flatMap(bytes)
    guard limit > 0, end.count >= Self.shortestMatch else { return .none }
    var best = 0
    var length = 0
    var candidate = Int(latest[Self.slot(end[end.count - 3], end[end.count - 2], end[end.count - 1])])
    var tried = 0
    while candidate > 0, tried < Self.candidates {
      tried += 1
      // The end itself is where the search begins.
      if candidate < text.count {
        var match = 0
        while match < min(candidate, end.count, Self.longestMatch),
          text[candidate - 1 - match] == end[end.count - 1 - match]
        {
          match += 1
        }
        if match > length {
          length = match
          best = candidate
        }
      }
      candidate = Int(earlier[candidate - 1])
    }
    // Another word's hash may have led here.
    guard length >= Self.shortestMatch, isWorthIt(length) else { return .none }
    var guess = tokens(Array(text[best...].prefix(Self.guessBytes)))
    // The last one may have been cut off.
    if best + Self.guessBytes < text.count, guess.count > 1 { guess.removeLast() }
    if pending.isEmpty, length < Self.surelyWorthIt { firstGuess = guess.first }
    return Draft(tokens: Array(guess.prefix(limit)), evidence: length)
  }

  private func isWorthIt(_ length: Int) -> Bool {
    if length >= Self.surelyWorthIt || shortMatchesRight >= Self.leastShare { return true }
    skipped += 1
    return skipped.isMultiple(of: Self.retryAfter)
  }

  private static func slot(_ a: UInt8, _ b: UInt8, _ c: UInt8) -> Int {
    Int(((UInt32(a) << 16 | UInt32(b) << 8 | UInt32(c)) &* 0x9E37_79B1) >> 20)
  }
}
