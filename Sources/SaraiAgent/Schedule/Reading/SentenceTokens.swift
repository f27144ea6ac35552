import SaraiCore

/// A sentence cut into words, numbers and signs, each with its place in the text.
struct SentenceTokens {
  struct Token {
    enum Kind { case word, number, sign }
    let kind: Kind
    /// In lower case and without accents.
    let text: String
    let range: Range<String.Index>
    /// Whether white space lies before it.
    let followsSpace: Bool
  }

  let source: String
  private(set) var tokens: [Token] = []

  /// Longer sentences are no request to be reminded of something.
  static let maxBytes = 1000

  /// Nil for a text that is too long.
  init?(_ source: String) {
    guard source.utf8.count <= Self.maxBytes else { return nil }
    self.source = source
    let scalars = source.unicodeScalars
    var index = scalars.startIndex
    var followsSpace = false
    while index < scalars.endIndex {
      let scalar = scalars[index]
      if scalar.properties.isWhitespace || Folding.isInvisible(scalar) {
        followsSpace = true
        index = scalars.index(after: index)
        continue
      }
      let start = index
      var text = String.UnicodeScalarView()
      var kind = Token.Kind.sign
      if Self.isDigit(scalar) {
        kind = .number
        while index < scalars.endIndex, Self.isDigit(scalars[index]) {
          text.append(scalars[index])
          index = scalars.index(after: index)
        }
      } else if Self.isLetter(scalar) {
        kind = .word
        while index < scalars.endIndex {
          let next = scalars[index]
          if Self.isLetter(next) {
            text.append(Folding.base(of: next) ?? next)
          } else if Self.isApostrophe(next) {
            let after = scalars.index(after: index)
            guard after < scalars.endIndex, Self.isLetter(scalars[after]) else { break }
            text.append("'")
          } else if !Folding.isAccent(next) {
            break
          }
          index = scalars.index(after: index)
        }
      } else {
        text.append(scalar)
        index = scalars.index(after: index)
      }
      tokens.append(
        Token(kind: kind, text: String(text).lowercased(), range: start..<index, followsSpace: followsSpace))
      followsSpace = false
    }
  }

  var count: Int { tokens.count }

  /// The sentence without what stands from `end` on.
  func prefix(_ end: Int) -> SentenceTokens {
    var shorter = self
    shorter.tokens.removeLast(max(0, count - end))
    return shorter
  }

  /// The folded text of a token, empty beyond the end.
  subscript(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

  func kind(_ index: Int) -> Token.Kind? { tokens.indices.contains(index) ? tokens[index].kind : nil }

  /// Whether it stands right behind the one before.
  func isGlued(_ index: Int) -> Bool { tokens.indices.contains(index) && !tokens[index].followsSpace }

  /// As the person typed it.
  func original(_ index: Int) -> Substring { source[tokens[index].range] }

  /// Whether the person wrote an accent on it: «qué».
  func hasAccent(_ index: Int) -> Bool {
    original(index).unicodeScalars.contains { Folding.base(of: $0) != nil || Folding.isAccent($0) }
  }

  /// The sentence without phrases that mean nothing to it, wherever they stand.
  func without(_ phrases: Phrases) -> SentenceTokens {
    var kept = self
    kept.tokens = []
    var index = 0
    while index < count {
      if let end = phrases.end(in: self, at: index) {
        index = end
      } else {
        kept.tokens.append(tokens[index])
        index += 1
      }
    }
    return kept
  }

  /// A number in digits, with at most `digits` of them.
  func digits(_ index: Int, atMost digits: Int = 4) -> Int? {
    guard kind(index) == .number, self[index].utf8.count <= digits else { return nil }
    return Int(self[index])
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic && scalar != "º" && scalar != "ª"
  }

  private static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool { scalar == "'" || scalar == "’" }
}
