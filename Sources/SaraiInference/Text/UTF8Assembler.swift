/// Puts text together from bytes that come in any pieces: only whole Unicode scalars leave it.
///
/// What can never become valid is replaced by U+FFFD, one for each maximal subpart (Unicode 16.0, section 3.9, “U+FFFD
/// Substitution of Maximal Subparts”), so the pieces make no difference to the text.
package struct UTF8Assembler {
  /// The beginning of a scalar: 0 to 3 bytes.
  private var tail: [UInt8] = []

  package init() {}

  /// The text that these bytes complete.
  package mutating func push(_ bytes: some Sequence<UInt8>) -> String {
    tail.append(contentsOf: bytes)
    let cut = tail.count - Self.openTailCount(tail)
    let text = String(decoding: tail[..<cut], as: UTF8.self)
    tail.removeSubrange(..<cut)
    return text
  }

  /// What is left at the end of the text: U+FFFD where a scalar remained open.
  package mutating func flush() -> String {
    defer { tail.removeAll() }
    return String(decoding: tail, as: UTF8.self)
  }

  /// How many bytes at the end begin a scalar that may yet be completed.
  private static func openTailCount(_ bytes: [UInt8]) -> Int {
    for count in 1...3 where count <= bytes.count {
      let lead = bytes[bytes.count - count]
      if lead & 0xC0 == 0x80 { continue }
      return isOpen(bytes[(bytes.count - count)...]) ? count : 0
    }
    return 0
  }

  /// Whether a lead byte and what follows are the beginning of a well-formed scalar (Unicode 16.0, table 3-7) and not
  /// the whole; the bytes after the first are continuation bytes.
  private static func isOpen(_ bytes: ArraySlice<UInt8>) -> Bool {
    let lead = bytes[bytes.startIndex]
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch lead {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xE1...0xEF: (3, 0x80...0xBF)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (1, 0...0)
      }
    return bytes.count < length && (bytes.count < 2 || second.contains(bytes[bytes.startIndex + 1]))
  }
}
