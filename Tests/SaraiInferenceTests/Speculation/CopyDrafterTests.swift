import TestSupport
import Testing

@testable import SaraiInference

/// Guesses by bytes. Here a token is a letter and `pair` of them is one number.
@Suite struct CopyDrafterTests {
  /// Tokens 0…255 are bytes; those from 1,000 on are pairs.
  private static func bytes(_ token: Int32) -> [UInt8] {
    token < 1_000 ? [UInt8(token)] : [UInt8((token - 1_000) / 256), UInt8((token - 1_000) % 256)]
  }

  private static func pairs(_ bytes: [UInt8]) -> [Int32] {
    stride(from: 0, to: bytes.count, by: 2).map { index in
      index + 1 < bytes.count ? 1_000 + Int32(bytes[index]) * 256 + Int32(bytes[index + 1]) : Int32(bytes[index])
    }
  }

  private static func drafter(capacity: Int = CopyDrafter.defaultCapacity) -> CopyDrafter {
    CopyDrafter(bytes: bytes, tokens: pairs, capacity: capacity)
  }

  private static func text(_ draft: Draft) -> String { String(decoding: draft.tokens.flatMap(bytes), as: UTF8.self) }

  @Test func `what was cut into other tokens is found by its letters`() {
    let drafter = Self.drafter()
    drafter.extend("Her name is Marta Ruiz, of Bilbao.".utf8.map { Int32($0) }[...])
    drafter.extend(Self.pairs(Array("{\"name\": \"Mart".utf8))[...])
    let draft = drafter.propose(after: [], limit: 32, deadline: .now)
    #expect(Self.text(draft).hasPrefix("a Ruiz, of Bilbao.") && draft.evidence == 4)
    #expect(Self.text(drafter.propose(after: [Int32(UInt8(ascii: "a"))], limit: 3, deadline: .now)) == " Ruiz,")
    #expect(drafter.propose(after: Self.pairs(Array("xyz".utf8)), limit: 8, deadline: .now) == .none)
  }

  @Test func `the longest match wins, and the latest of equals`() {
    let drafter = Self.drafter()
    drafter.extend("old Ann is 1; not Ann is 2; old Ann is 3; x".utf8.map { Int32($0) }[...])
    drafter.extend("; not Ann is ".utf8.map { Int32($0) }[...])
    #expect(Self.text(drafter.propose(after: [], limit: 1, deadline: .now)).hasPrefix("2"))
  }

  @Test func `short matches that are always wrong are soon hardly tried`() {
    let drafter = Self.drafter()
    drafter.extend("abcX. ".utf8.map { Int32($0) }[...])
    var tries = 0
    for number in 0..<200 {
      drafter.extend("abc".utf8.map { Int32($0) }[...])
      if drafter.propose(after: [], limit: 4, deadline: .now) != .none { tries += 1 }
      drafter.extend([Int32(33 + number % 40), Int32(34 + number % 37), Int32(35 + number % 31)])
    }
    #expect(tries > 5 && tries < 40)
  }

  @Test func `memory is bounded, and what is recent stays`() {
    let drafter = Self.drafter(capacity: 256)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<5_000 { drafter.extend([.random(in: 97...122, using: &random)]) }
    drafter.extend("one two three four. one two ".utf8.map { Int32($0) }[...])
    #expect(Self.text(drafter.propose(after: [], limit: 5, deadline: .now)) == "three four")
    #expect(Self.drafter().propose(after: [], limit: 5, deadline: .now) == .none)
  }
}
