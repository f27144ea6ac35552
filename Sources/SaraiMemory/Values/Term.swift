import SaraiCore

/// A subject, verb or object as it was told, and the form under which it is found again.
///
/// Two terms are equal where their folded forms are: "Andrés", "andres" and "ANDRES " are one term.
package struct Term: Sendable, Hashable {
  /// As it was told, without invisible characters, with the white space around it taken away and runs of it made one
  /// space.
  package let text: String
  /// Lower case, without accents; "ñ" is "n", as full-text search has it.
  package let folded: String

  package init(_ text: String) {
    if let hasCapitals = Self.plainCapitals(text) {
      self.text = text
      folded = hasCapitals ? Self.lowered(text) : text
      return
    }
    var spaced = String.UnicodeScalarView()
    var isGap = false
    for scalar in Folding.visible(text).unicodeScalars {
      if Self.isWhitespace(scalar) {
        isGap = true
        continue
      }
      if isGap, !spaced.isEmpty { spaced.append(" ") }
      isGap = false
      spaced.append(scalar)
    }
    self.text = String(spaced)
    folded = Self.fold(self.text)
  }

  /// What a store gives back, folded long ago.
  init(text: String, folded: String) {
    self.text = text
    self.folded = folded
  }

  /// For ASCII with nothing but single spaces between words, which most terms are and which needs none of Unicode's
  /// tables: whether it has capitals. Nil for other texts.
  private static func plainCapitals(_ text: String) -> Bool? {
    var isAfterSpace = true
    var hasCapitals = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: " "):
        if isAfterSpace { return nil }
        isAfterSpace = true
        continue
      case 0...0x1F, 0x7F...: return nil
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): hasCapitals = true
      default: break
      }
      isAfterSpace = false
    }
    return isAfterSpace ? nil : hasCapitals
  }

  private static func lowered(_ text: String) -> String {
    String(unsafeUninitializedCapacity: text.utf8.count) { buffer in
      var count = 0
      for byte in text.utf8 {
        buffer[count] = isCapital(byte) ? byte + 32 : byte
        count += 1
      }
      return count
    }
  }

  private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

  private static func isWhitespace(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII ? scalar == " " || (9...13).contains(scalar.value) : scalar.properties.isWhitespace
  }

  package var isEmpty: Bool { text.isEmpty }

  package static func == (a: Self, b: Self) -> Bool {
    // By bytes: equality of strings would compare canonical forms once more.
    a.folded.utf8.elementsEqual(b.folded.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in folded.utf8 { hasher.combine(byte) }
  }

  private static func fold(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if Folding.isAccent(scalar) || Folding.isInvisible(scalar) { continue }
      if scalar.isASCII {
        let byte = UInt8(scalar.value)
        folded.append(isCapital(byte) ? Unicode.Scalar(byte + 32) : scalar)
        continue
      }
      for lower in (Folding.base(of: scalar) ?? scalar).properties.lowercaseMapping.unicodeScalars
      where !Folding.isAccent(lower) {
        folded.append(Folding.base(of: lower) ?? lower)
      }
    }
    // Nothing but accents: they are the term.
    return folded.isEmpty ? text : String(folded)
  }
}

extension Term: CustomStringConvertible, ExpressibleByStringLiteral {
  package var description: String { text }

  package init(stringLiteral value: String) { self.init(value) }
}
