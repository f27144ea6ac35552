import Testing

@testable import SaraiRuntime

@Suite struct SearchTextTests {
  @Test("What could steer a terminal or turn the order of its text around is not shown")
  func controls() {
    let marks: [ClosedRange<UInt32>] = [
      0...8, 0x0B...0x1F, 0x7F...0x9F, 0x061C...0x061C, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069,
    ]
    for value in marks.joined() {
      let mark = Unicode.Scalar(value).map(String.init) ?? ""
      #expect(!mark.isEmpty && "a\(mark)b".withoutControlCharacters == "ab", "\(value)")
      #expect(
        !SearchText.singleLine("Da \(mark)gnp.exe\(mark)", maxLength: 80).unicodeScalars.contains { $0.value == value })
    }
    // Arabic, emoji joined to one picture, and accents are text.
    let text = "\u{645}\u{631}\u{62D}\u{628}\u{627} 👩\u{200D}💻 e\u{301}\n\tx"
    #expect(text.withoutControlCharacters == text)
  }
}
