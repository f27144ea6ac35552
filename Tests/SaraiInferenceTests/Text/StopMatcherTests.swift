import TestSupport
import Testing

@testable import SaraiInference

@Suite struct StopMatcherTests {
  /// What a client sees of the pieces, and whether it ended at a stop string.
  private func run(_ pieces: [String], stops: [String]) -> (text: String, stopped: Bool) {
    var matcher = StopMatcher(stops: stops)
    var text = ""
    for piece in pieces {
      let output = matcher.push(piece)
      text += output.text
      if output.stopped { return (text + matcher.flush(), true) }
    }
    return (text + matcher.flush(), false)
  }

  @Test(
    arguments: [
      (["Hola\nUsu", "ario: x"], ["\nUsuario:"], "Hola", true),
      (["Hola\nUsu", "ra"], ["\nUsuario:"], "Hola\nUsura", false),
      (["a", "a", "a", "b"], ["aab"], "a", true),
      (["xabcx"], ["bc", "abc"], "x", true),
      (["xabcx"], ["abc", "b"], "xa", true),
      (["ababac"], ["abac"], "ab", true),
      (["se acabó", "."], ["ó"], "se acab", true),
      (["nada"], [], "nada", false),
      (["nada"], [""], "nada", false),
      (["STOP"], ["STOP"], "", true),
      (["uno", "", "dos"], ["x"], "unodos", false),
    ] as [([String], [String], String, Bool)])
  func `the text ends before the first stop string`(
    pieces: [String], stops: [String], expected: String, stopped: Bool
  ) {
    let result = run(pieces, stops: stops)
    #expect(Array(result.text.utf8) == Array(expected.utf8) && result.stopped == stopped)
  }

  @Test func `canonically equivalent spellings are different stop strings`() {
    #expect(!run(["cafe\u{301}"], stops: ["caf\u{E9}"]).stopped)
    #expect(run(["cafe\u{301}"], stops: ["cafe\u{301}"]).stopped)
  }

  @Test func `nothing follows a stop`() {
    var matcher = StopMatcher(stops: ["."])
    #expect(matcher.push("a.b") == StopMatcher.Output(text: "a", stopped: true))
    #expect(matcher.push("c.d") == StopMatcher.Output(text: "", stopped: true))
    #expect(matcher.flush().isEmpty)
  }

  @Test func `only what may begin a stop string is held back`() {
    var matcher = StopMatcher(stops: ["<|end|>"])
    #expect(matcher.push("a <").text == "a ")
    #expect(matcher.push("b <|en").text == "<b ")
    #expect(matcher.push("e").text == "<|ene")
    #expect(matcher.flush().isEmpty)
  }

  /// The definition, spelled out: the first byte at which a stop string is complete, the longest of those that are.
  private func naive(_ text: [UInt8], _ stops: [[UInt8]]) -> [UInt8]? {
    for end in 0...text.count {
      let complete = stops.filter { !$0.isEmpty && text[..<end].suffix($0.count) == $0[...] }
      if let longest = complete.map(\.count).max() { return Array(text[..<(end - longest)]) }
    }
    return nil
  }

  @Test func `any pieces of any text give what the definition says`() {
    var random = SeededGenerator(seed: 1975)
    let alphabet: [Character] = ["a", "a", "a", "b", "ñ", "n", "\u{303}", "€", "😀"]
    func text(_ lengths: ClosedRange<Int>) -> String {
      var scalars = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: lengths, using: &random) {
        scalars.append(contentsOf: alphabet.randomElement(using: &random)!.unicodeScalars)
      }
      return String(scalars)
    }
    var stoppedCount = 0
    let count = rounds(3000, soak: 500_000)
    for _ in 0..<count {
      let whole = text(0...24)
      let stops = (0..<Int.random(in: 0...4, using: &random)).map { _ in text(0...5) }
      var pieces: [String] = []
      var rest = Substring(whole).unicodeScalars
      while !rest.isEmpty {
        let count = Int.random(in: 0...4, using: &random)
        pieces.append(String(Substring(rest.prefix(count))))
        rest = rest.dropFirst(count)
      }
      let expected = naive(Array(whole.utf8), stops.map { Array($0.utf8) })
      let result = run(pieces, stops: stops)
      #expect(Array(result.text.utf8) == expected ?? Array(whole.utf8), "\(pieces) \(stops)")
      #expect(result.stopped == (expected != nil))
      stoppedCount += result.stopped ? 1 : 0
    }
    #expect((count / 6...count * 29 / 30).contains(stoppedCount))
  }
}
