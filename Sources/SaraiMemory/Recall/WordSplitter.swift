import SaraiCore

/// Cuts text into words as recall compares them: lower case, without accents, without the endings that English
/// writes after an apostrophe.
struct WordSplitter {
  /// Words of one text beyond this are not indexed: the first pages of a pasted book say what it was.
  static let maximumWords = 4096
  private static let maximumWordBytes = 64
  /// "it's", "we've", "didn't": what stands before the apostrophe is the word.
  private static let endings: Set<String> = ["s", "t", "re", "ve", "ll", "d", "m"]

  private var words: [String] = []
  private var word: [UInt8] = []
  /// Where the last apostrophe inside the word was.
  private var apostrophe: Int?

  /// - Parameter limit: How many words to give at most.
  static func words(_ text: String, limit: Int = maximumWords) -> [String] {
    var splitter = WordSplitter()
    for scalar in text.unicodeScalars {
      splitter.read(scalar)
      if splitter.words.count >= limit { return splitter.words }
    }
    splitter.endWord()
    return splitter.words
  }

  private mutating func read(_ scalar: Unicode.Scalar) {
    switch scalar.value {
    case 0x61...0x7A, 0x30...0x39: append(UInt8(scalar.value))
    case 0x41...0x5A: append(UInt8(scalar.value) + 32)
    case 0x27, 0x2019: apostrophe = word.isEmpty ? nil : word.count
    case 0..<0x80: endWord()
    default: readBeyondASCII(scalar)
    }
  }

  private mutating func readBeyondASCII(_ scalar: Unicode.Scalar) {
    if let base = Folding.base(of: scalar) {
      // Bases are ASCII letters.
      append(UInt8(truncatingIfNeeded: base.value) | 0x20)
    } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      if word.count < Self.maximumWordBytes { word.append(contentsOf: scalar.properties.lowercaseMapping.utf8) }
    } else if !Folding.isAccent(scalar), !Folding.isInvisible(scalar) {
      endWord()
    }
  }

  /// What a word has beyond its bound is dropped.
  private mutating func append(_ byte: UInt8) {
    if word.count < Self.maximumWordBytes { word.append(byte) }
  }

  private mutating func endWord() {
    if let apostrophe, Self.endings.contains(String(decoding: word[apostrophe...], as: UTF8.self)) {
      word.removeSubrange(apostrophe...)
    }
    if !word.isEmpty { words.append(String(decoding: word, as: UTF8.self)) }
    word.removeAll(keepingCapacity: true)
    apostrophe = nil
  }
}
