/// Ends a streamed text before the first stop string, wherever the pieces are cut.
///
/// The text ends at the stop string that is complete first; of several that are complete at the same byte, at the
/// longest. Strings are compared as UTF-8 bytes: canonically equivalent spellings differ. What might begin a stop
/// string is held back until it is known. Each stop string is followed by the automaton of Knuth, Morris and Pratt
/// (1977): linear in the text, and in memory only twice the strings.
package struct StopMatcher {
  package struct Output: Sendable, Hashable {
    /// Whole scalars that belong to the text for sure.
    package var text: String
    /// True once a stop string has come; nothing follows.
    package var stopped: Bool
  }

  private struct Pattern {
    let bytes: [UInt8]
    /// At i: the length of the longest proper prefix of the pattern that ends its first i + 1 bytes.
    let borders: [Int]
    /// How many bytes of the pattern the text ends with.
    var matched = 0

    init(_ text: String) {
      bytes = Array(text.utf8)
      var borders = [Int](repeating: 0, count: bytes.count)
      var border = 0
      for index in bytes.indices.dropFirst() {
        while border > 0, bytes[index] != bytes[border] { border = borders[border - 1] }
        if bytes[index] == bytes[border] { border += 1 }
        borders[index] = border
      }
      self.borders = borders
    }

    /// True when the byte completes the pattern.
    mutating func advance(_ byte: UInt8) -> Bool {
      while matched > 0, bytes[matched] != byte { matched = borders[matched - 1] }
      if bytes[matched] == byte { matched += 1 }
      return matched == bytes.count
    }
  }

  private var patterns: [Pattern]
  /// Bytes held back: the longest end of the text that begins a stop string.
  private var held: [UInt8] = []
  private var stopped = false

  /// Empty stop strings never match.
  package init(stops: [String]) {
    patterns = stops.filter { !$0.isEmpty }.map(Pattern.init)
  }

  /// Takes more text and gives what can be shown of all that came.
  package mutating func push(_ text: String) -> Output {
    if stopped { return Output(text: "", stopped: true) }
    if patterns.isEmpty { return Output(text: text, stopped: false) }
    for byte in text.utf8 {
      held.append(byte)
      var completed = 0
      for index in patterns.indices where patterns[index].advance(byte) {
        completed = max(completed, patterns[index].bytes.count)
      }
      if completed > 0 {
        stopped = true
        return Output(text: release(keeping: completed, discarding: true), stopped: true)
      }
    }
    return Output(text: release(keeping: patterns.reduce(0) { max($0, $1.matched) }), stopped: false)
  }

  /// The text held back, when it turned out to be the end; empty after a stop.
  package mutating func flush() -> String {
    for index in patterns.indices { patterns[index].matched = 0 }
    return release(keeping: 0)
  }

  private mutating func release(keeping count: Int, discarding: Bool = false) -> String {
    let text = String(decoding: held[..<(held.count - count)], as: UTF8.self)
    if discarding {
      held.removeAll()
    } else {
      held.removeFirst(held.count - count)
    }
    return text
  }
}
