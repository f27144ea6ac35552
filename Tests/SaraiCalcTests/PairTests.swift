import FoundationEssentials
import SaraiCalc
import SaraiCore
import Testing

/// Tuesday, 10 March 2026, 14:30 in Madrid.
let testNow = CivilDateTime(secondsSince1970: 1_773_149_400, utcOffsetSeconds: 3600)

func ask(_ question: String, _ language: Language = .spanish) -> CalcAnswer? {
  Calculator().answer(question, language: language, now: testNow)
}

/// One line of pairs.tsv.
struct Pair: Sendable, CustomTestStringConvertible {
  let language: Language
  /// `CalcAnswer.plain`; nil for a question that must be declined.
  let expected: String?
  let question: String

  var testDescription: String { question }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()

  static func read() throws -> [Pair] {
    let text = try String(decoding: Data(contentsOf: folder.appending(path: "pairs.tsv")), as: UTF8.self)
    return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let language = try #require(cells.count == 3 ? Language(rawValue: cells[0]) : nil, "not a pair: \(line)")
      return Pair(language: language, expected: cells[1] == "-" ? nil : cells[1], question: cells[2])
    }
  }
}

@Suite struct PairTests {
  @Test func `every question of the table is answered exactly or declined`() throws {
    let pairs = try Pair.read()
    #expect(pairs.count >= 450)
    #expect(pairs.count { $0.expected == nil } >= 140)
    for pair in pairs {
      let answer = ask(pair.question, pair.language)
      #expect(answer?.plain == pair.expected, "\(pair.question)")
      if let answer {
        #expect(answer.language == pair.language, "\(pair.question)")
        #expect(!answer.text.isEmpty)
      }
    }
  }

  @Test func `the words of a question tell its language, whatever the person's is`() throws {
    for pair in try Pair.read() where pair.expected != nil {
      let letters = pair.question.unicodeScalars.count { $0.properties.isAlphabetic }
      guard letters > 14 else { continue }
      let other: Language = pair.language == .spanish ? .english : .spanish
      #expect(ask(pair.question, other)?.plain == pair.expected, "\(pair.question)")
    }
  }

  @Test func `case, accents, spaces and marks make no difference`() throws {
    for pair in try Pair.read() where pair.expected != nil && !pair.question.contains("!") {
      let bare = String(pair.question.unicodeScalars.filter { !"¿?".unicodeScalars.contains($0) })
      let folded = String(String.UnicodeScalarView(bare.unicodeScalars.map { Folding.base(of: $0) ?? $0 }))
      for variant in [
        bare, folded, "  " + bare.split(separator: " ").joined(separator: "   ") + "  ", bare + "?", bare + " 🙂",
      ] {
        #expect(ask(variant, pair.language)?.plain == pair.expected, "\(variant)")
      }
    }
  }

  @Test func `a sentence around a question makes it a matter for the model`() throws {
    for pair in try Pair.read() where pair.expected != nil {
      for variant in ["Mi profesor dice: \(pair.question) y no lo entiendo", "write a poem about \(pair.question)"] {
        #expect(ask(variant, pair.language) == nil, "\(variant)")
      }
    }
  }
}
