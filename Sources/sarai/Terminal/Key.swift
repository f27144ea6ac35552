/// What a person does at the keyboard.
enum Key: Hashable {
  case text(String)
  /// Pasted text: its line ends do not send it.
  case paste(String)
  case enter, tab, backspace, delete, left, right, up, down, home, end, wordLeft, wordRight
  case deleteWord, deleteToStart, deleteToEnd, clearScreen
  /// Ctrl-C.
  case interrupt
  /// Ctrl-D.
  case endOfInput
}

/// Turns a terminal's bytes into keys: UTF-8, control characters, ECMA-48 sequences, and xterm's bracketed paste.
///
/// Bytes may come cut anywhere; an unfinished character or sequence waits for the rest.
struct KeyDecoder {
  private var pending: [UInt8] = []
  private var pasted: [UInt8]?

  private static let escape = UInt8(0x1B)
  private static let pasteStart = Array("\u{1B}[200~".utf8)
  private static let pasteEnd = Array("\u{1B}[201~".utf8)
  /// Longer pastes are cut: no model here reads more.
  private static let maxPasteBytes = 1 << 20

  mutating func decode(_ bytes: [UInt8]) -> [Key] {
    pending += bytes
    var keys: [Key] = []
    while !pending.isEmpty {
      if pasted != nil {
        guard let key = continuePaste() else { break }
        keys.append(key)
        continue
      }
      guard let (key, length) = next() else { break }
      pending.removeFirst(length)
      switch (key, keys.last) {
      case (nil, _): break
      case (.text(let more)?, .text(let text)?): keys[keys.count - 1] = .text(text + more)
      case (let key?, _): keys.append(key)
      }
    }
    return keys
  }

  private mutating func continuePaste() -> Key? {
    guard let end = pending.firstRange(of: Self.pasteEnd) else {
      // Its end mark may be cut in two: keep what could be the beginning of it.
      let kept = min(pending.count, Self.pasteEnd.count - 1)
      pasted = Array(((pasted ?? []) + pending.dropLast(kept)).prefix(Self.maxPasteBytes))
      pending = Array(pending.suffix(kept))
      return nil
    }
    let bytes = ((pasted ?? []) + pending[..<end.lowerBound]).prefix(Self.maxPasteBytes)
    pending.removeFirst(end.upperBound)
    pasted = nil
    let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    return .paste(text)
  }

  /// The first key of what is pending (nil for bytes that mean nothing) and its length; nil where more must come.
  private mutating func next() -> (Key?, Int)? {
    let first = pending[0]
    if first == Self.escape { return sequence() }
    if let key = Self.control[first] { return (key, 1) }
    if first < 0x20 || first == 0x7F { return (nil, 1) }
    let length = Self.utf8Length(first)
    guard pending.count >= length else { return nil }
    guard let text = String(validating: pending[..<length], as: UTF8.self) else { return (nil, 1) }
    return (.text(text), length)
  }

  private mutating func sequence() -> (Key?, Int)? {
    guard pending.count >= 2 else { return nil }
    if pending.starts(with: Self.pasteStart) {
      pasted = []
      return (nil, Self.pasteStart.count)
    }
    switch pending[1] {
    case UInt8(ascii: "["), UInt8(ascii: "O"):
      guard let end = pending.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else {
        return pending.count > 32 ? (nil, pending.count) : nil
      }
      return (Self.sequences[String(decoding: pending[2...end], as: UTF8.self)], end + 1)
    case UInt8(ascii: "b"): return (.wordLeft, 2)
    case UInt8(ascii: "f"): return (.wordRight, 2)
    case 0x7F: return (.deleteWord, 2)
    case 0x0D: return (.paste("\n"), 2)
    default: return (nil, 1)
    }
  }

  private static func utf8Length(_ first: UInt8) -> Int {
    switch first {
    case 0xC2...0xDF: 2
    case 0xE0...0xEF: 3
    case 0xF0...0xF4: 4
    default: 1
    }
  }

  private static let control: [UInt8: Key] = [
    0x01: .home, 0x02: .left, 0x03: .interrupt, 0x04: .endOfInput, 0x05: .end, 0x06: .right, 0x08: .backspace,
    0x09: .tab, 0x0A: .enter, 0x0B: .deleteToEnd, 0x0C: .clearScreen, 0x0D: .enter, 0x0E: .down, 0x10: .up,
    0x15: .deleteToStart, 0x17: .deleteWord, 0x7F: .backspace,
  ]

  private static let sequences: [String: Key] = [
    "A": .up, "B": .down, "C": .right, "D": .left, "H": .home, "F": .end, "1~": .home, "7~": .home, "4~": .end,
    "8~": .end, "3~": .delete, "1;5C": .wordRight, "1;5D": .wordLeft, "1;3C": .wordRight, "1;3D": .wordLeft,
  ]
}
