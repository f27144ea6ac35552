/// How the model spells what a grammar forces: often not as its tokenizer would, but nearly always as it did before.
///
/// By the next bytes, the token that was drawn for them. One that was right again and again survives an exception.
struct SpellingMemory: Sendable {
  private struct Entry {
    var token: Int32
    var trust: Int
  }

  private var entries: [[UInt8]: Entry] = [:]
  private static let capacity = 4_096
  private static let mostTrust = 3
  /// Bytes further on say nothing about the next token.
  private static let keyBytes = 24

  static func key(_ bytes: some Collection<UInt8>) -> [UInt8] { Array(bytes.prefix(keyBytes)) }

  subscript(key: [UInt8]) -> Int32? { entries[key]?.token }

  mutating func learn(_ key: [UInt8], _ token: Int32) {
    guard var entry = entries[key] else {
      // Grammars that are used often are soon there again.
      if entries.count == Self.capacity { entries.removeAll(keepingCapacity: true) }
      entries[key] = Entry(token: token, trust: 0)
      return
    }
    if entry.token == token {
      entry.trust = min(Self.mostTrust, entry.trust + 1)
    } else if entry.trust > 0 {
      entry.trust -= 1
    } else {
      entry.token = token
    }
    entries[key] = entry
  }
}
