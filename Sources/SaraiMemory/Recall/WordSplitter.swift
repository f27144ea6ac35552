import SaraiCore

/// Cuts text into words as recall compares them: lower case, without accents, without the endings that English
/// writes after an apostrophe.
enum WordSplitter {
  /// Words of one text beyond this are not indexed: the first pages of a pasted book say what it was.
  static let maximumWords = 4096
  private static let maximumWordBytes = 64
  /// "it's", "we've", "didn't": what stands before the apostrophe is the word.
  private static let endings: Set<String> = ["s", "t", "re", "ve", "ll", "d", "m"]

  /// - Parameter limit: How many words to give at most.
  static func words(_ text: String, limit: Int = maximumWords) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    // Where the last apostrophe inside the word was.
    var apostrophe: Int?

    func end() {
      defer {
        word.removeAll(keepingCapacity: true)
        apostrophe = nil
      }
      if let apostrophe, apostrophe > 0, endings.contains(String(decoding: word[apostrophe...], as: UTF8.self)) {
        word.removeSubrange(apostrophe...)
      }
      if !word.isEmpty { words.append(String(decoding: word.prefix(maximumWordBytes), as: UTF8.self)) }
    }

    for scalar in text.unicodeScalars {
      guard words.count < limit else { return words }
      let value = scalar.value
      switch value {
      case 0x61...0x7A, 0x30...0x39: word.append(UInt8(value))
      case 0x41...0x5A: word.append(UInt8(value) + 32)
      case 0x27, 0x2019: apostrophe = word.isEmpty ? nil : word.count
      case 0..<0x80: end()
      default: append(scalar, to: &word, end: end)
      }
    }
    end()
    return words
  }

  private static func append(_ scalar: Unicode.Scalar, to word: inout [UInt8], end: () -> Void) {
    if let base = Folding.base(of: scalar) {
      // Only ASCII letters are bases.
      word.append(UInt8(truncatingIfNeeded: base.value) | 0x20)
    } else if Folding.isAccent(scalar) || word.count > maximumWordBytes {
      return
    } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
      word.append(contentsOf: scalar.properties.lowercaseMapping.utf8)
    } else {
      end()
    }
  }
}
