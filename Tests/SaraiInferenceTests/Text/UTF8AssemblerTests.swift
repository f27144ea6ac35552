import TestSupport
import Testing

@testable import SaraiInference

@Suite struct UTF8AssemblerTests {
  /// All that comes out when the pieces go in.
  private func assemble(_ pieces: [[UInt8]]) -> String {
    var assembler = UTF8Assembler()
    return pieces.reduce("") { $0 + assembler.push($1) } + assembler.flush()
  }

  // Unicode 16.0, section 3.9, tables 3-8 to 3-11.
  @Test(
    arguments: [
      (
        [0xC0, 0xAF, 0xE0, 0x80, 0xBF, 0xF0, 0x81, 0x82, 0x41],
        "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"
      ),
      (
        [0xED, 0xA0, 0x80, 0xED, 0xBF, 0xBF, 0xED, 0xAF, 0x41],
        "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"
      ),
      (
        [0xF4, 0x91, 0x92, 0x93, 0xFF, 0x41, 0x80, 0xBF, 0x42],
        "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A\u{FFFD}\u{FFFD}B"
      ),
      ([0xE1, 0x80, 0xE2, 0xF0, 0x91, 0x92, 0xF1, 0xBF, 0x41], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}A"),
    ] as [([UInt8], String)])
  func `invalid bytes become U+FFFD by maximal subparts, in any pieces`(bytes: [UInt8], expected: String) {
    #expect(assemble([bytes]) == expected)
    #expect(assemble(bytes.map { [$0] }) == expected)
  }

  @Test func `a scalar comes out with its last byte and not before`() {
    for value in stride(from: 0, through: 0x10FFFF, by: rounds(37, soak: 1)) {
      guard let scalar = Unicode.Scalar(UInt32(value)) else { continue }
      let text = String(Character(scalar))
      var assembler = UTF8Assembler()
      var pieces = text.utf8.map { assembler.push([$0]) }
      #expect(pieces.popLast() == text && pieces.allSatisfy(\.isEmpty) && assembler.flush().isEmpty)
    }
  }

  @Test func `all short sequences of telling bytes decode as a whole would`() {
    let telling: [UInt8] = [
      0x41, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC1, 0xC2, 0xE0, 0xE1, 0xED, 0xF0, 0xF3, 0xF4, 0xF5,
    ]
    let size = telling.count
    for number in 0..<size * size * size * size {
      let bytes = [number % size, number / size % size, number / size / size % size, number / size / size / size]
        .map { telling[$0] }
      let whole = String(decoding: bytes, as: UTF8.self)
      #expect(assemble(bytes.map { [$0] }) == whole, "\(bytes)")
    }
  }

  @Test func `random bytes in random pieces decode as a whole would`() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<rounds(2000, soak: 500_000) {
      var bytes = Array("año 日本 👩‍👩‍👧 e\u{301}".utf8)
      for _ in 0..<Int.random(in: 0...4, using: &random) {
        let index = bytes.indices.randomElement(using: &random)!
        bytes[index] = UInt8.random(in: 0...255, using: &random)
      }
      var pieces: [[UInt8]] = []
      while !bytes.isEmpty {
        let count = Int.random(in: 0...min(5, bytes.count), using: &random)
        pieces.append(Array(bytes.prefix(count)))
        bytes.removeFirst(count)
      }
      #expect(assemble(pieces) == String(decoding: pieces.joined(), as: UTF8.self))
    }
  }

  @Test func `an open scalar at the end becomes one U+FFFD`() {
    var assembler = UTF8Assembler()
    #expect(assembler.push([0x41, 0xF0, 0x9F, 0x91]) == "A")
    #expect(assembler.flush() == "\u{FFFD}")
    #expect(assembler.flush().isEmpty)
  }
}
