import MemoryProtocol
import SaraiCore
import SaraiMemory

/// How much one message holds: a fact has up to 192 KiB of words and a turn 8 MiB, and there may be thousands.
enum ReplyLimits {
  /// Of facts in one message, unless the first one alone has more.
  static let messageBytes = 1 << 20
  /// Of all facts that one call lists.
  static let listBytes = 256 << 20
  /// Of the facts that one lesson taught and ended, besides the last one.
  static let receiptBytes = 32 << 20
  /// Of a turn, where it is one of many: `why` and the export have all of it.
  static let turnBytes = 64 << 10
  static let turns = 100

  /// The facts in their order, as many in each part as one message holds.
  static func parts(_ facts: [Fact]) -> [ArraySlice<Fact>] {
    var parts: [ArraySlice<Fact>] = []
    var rest = facts[...]
    while !rest.isEmpty {
      let part = rest.prefix(count(rest))
      parts.append(part)
      rest = rest.dropFirst(part.count)
    }
    return parts
  }

  /// As many of the facts as one message holds.
  static func first(_ facts: [Fact]) -> ArraySlice<Fact> { facts.prefix(count(facts[...])) }

  private static func count(_ facts: ArraySlice<Fact>) -> Int {
    var bytes = 0
    for (index, fact) in facts.enumerated() {
      bytes += fact.bytes
      if bytes > messageBytes { return max(1, index) }
    }
    return facts.count
  }

  static var tooLong: SaraiError {
    SaraiError(
      .tooLarge, es: "Esos hechos son demasiado largos para una sola lista: pide menos con --limit o «limit».",
      en: "Those facts are too long for one list: ask for fewer with --limit or \"limit\".", subject: "limit")
  }
}

extension Fact {
  /// About what it takes in a message.
  var bytes: Int { 128 + subject.text.utf8.count + verb.text.utf8.count + object.text.utf8.count }
}

extension Sarai_Memory_V1_Turn {
  /// - Parameter bytes: Of its text, so many at most; an ellipsis stands for the rest.
  init(_ turn: SaraiMemory.Turn, upTo bytes: Int) {
    var shown = turn
    if turn.text.utf8.count > bytes {
      var end = turn.text.utf8.index(turn.text.startIndex, offsetBy: bytes)
      while end.samePosition(in: turn.text) == nil { end = turn.text.utf8.index(before: end) }
      shown.text = turn.text[..<end] + "…"
    }
    self.init(shown)
  }
}
