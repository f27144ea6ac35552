/// Phrases with what they mean, found by their first word.
struct PhraseTable<Meaning: Sendable>: Sendable {
  /// Longest first.
  private let byFirstWord: [String: [(words: [String], meaning: Meaning)]]

  init(_ phrases: [(String, Meaning)]) {
    var table: [String: [(words: [String], meaning: Meaning)]] = [:]
    for (phrase, meaning) in phrases {
      let words = phrase.split(separator: " ").map(String.init)
      table[words[0], default: []].append((words, meaning))
    }
    byFirstWord = table.mapValues { entries in entries.sorted { $0.words.count > $1.words.count } }
  }

  /// The longest phrase that begins at `position`, and where it ends.
  func longest(_ reader: Reader, at position: Int) -> (meaning: Meaning, end: Int)? {
    guard let first = reader.token(position), let entries = byFirstWord[first.text] else { return nil }
    for (words, meaning) in entries {
      var end = position + 1
      while end - position < words.count, reader.text(end) == words[end - position] { end += 1 }
      if end - position == words.count { return (meaning, end) }
    }
    return nil
  }
}

/// Phrases that all mean the same.
struct Phrases: Sendable, ExpressibleByArrayLiteral {
  let table: PhraseTable<Bool>

  init(arrayLiteral phrases: String...) {
    table = PhraseTable(phrases.map { ($0, true) })
  }
}
