/// Texts that columns hold, found without regard to case, accents, and singular or plural.
struct ValueIndex {
  /// In words, of the longest text.
  let longest: Int
  private var exact: [String: [ValueTarget]] = [:]
  /// By words whose last vowel says only a gender: "pagado" and "pagadas".
  private var anyGender: [String: [ValueTarget]] = [:]
  /// By each word of a text of several.
  private var parts: [String: [(words: [String], target: ValueTarget)]] = [:]

  private static let longestValueWords = 8

  init(_ schema: Schema) {
    var longest = 1
    var exact: [String: [ColumnIndex: ValueTarget]] = [:]
    for index in schema.columnIndices {
      let column = schema.column(index)
      for value in column.values {
        let words = Words.words(ofName: Words.fold(value))
        guard (1...Self.longestValueWords).contains(words.count) else { continue }
        longest = max(longest, words.count)
        exact[Self.key(words), default: [:]][index, default: ValueTarget(column: index, texts: [])].texts.append(value)
        guard words.count > 1, column.hasAllValues else { continue }
        for word in Set(words) where word.count > 2 {
          parts[Words.key(word), default: []].append((words, ValueTarget(column: index, texts: [value])))
        }
      }
    }
    self.longest = longest
    self.exact = exact.mapValues {
      $0.values.sorted { ($0.column.table, $0.column.column) < ($1.column.table, $1.column.column) }
    }
    for (key, found) in self.exact where !key.contains(" ") {
      anyGender[Self.withoutGender(key), default: []] += found
    }
  }

  func values(spelled words: [String]) -> [ValueTarget]? {
    let words = words.flatMap { Words.words(ofName: $0) }
    if let found = exact[Self.key(words)] { return found }
    guard words.count == 1, let word = words.first, word.count > 4 else { return nil }
    return anyGender[Self.withoutGender(Words.key(word))]
  }

  /// The one text of several words in which these stand together.
  func onlyValue(with words: [String]) -> ValueTarget? {
    guard let first = words.first, first.count > 2 else { return nil }
    let keys = words.map { Words.key($0) }
    let found = (parts[Words.key(first)] ?? []).filter { Self.contains($0.words.map { Words.key($0) }, keys) }
    return found.only?.target
  }

  /// Whether any text of several words has this one.
  func isPart(_ word: String) -> Bool { parts[Words.key(word)] != nil }

  private static func contains(_ words: [String], _ part: [String]) -> Bool {
    words.indices.contains { words[$0...].starts(with: part) }
  }

  private static func key(_ words: [String]) -> String { words.map { Words.key($0) }.joined(separator: " ") }

  private static func withoutGender(_ key: String) -> String {
    key.count > 4 && (key.hasSuffix("a") || key.hasSuffix("o")) ? String(key.dropLast()) : key
  }
}
