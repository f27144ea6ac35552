import Foundation
import SaraiCore
import SaraiMemory
import Testing

/// Texts that other stores have choked on.
private let strangeTexts = [
  "Robert'); DROP TABLE fact;--", "\" OR 1=1 --", "a' UNION SELECT text FROM turn --", "%", "_", "*", "NEAR(a b)",
  "\u{202E}adirevni\u{202C}", "مرحبا بالعالم", "你好，世界", "👩‍👩‍👧‍👦 y 🏳️‍🌈", "\u{1}\u{7}x\u{1B}[31m", "\u{FEFF}x",
  "e\u{301}\u{301}\u{301}",
  "ﬃ Straße İstanbul", "\u{FFFD}", "-", "null", "0x1F", "línea\nsalto\ttabulador",
  String(repeating: "á", count: 30_000),
]

@Suite struct BadInputTests {
  private let ana = StoreFixture.ana

  @Test("Strange texts are stored as text and found again, in every place", arguments: strangeTexts.indices)
  func strange(index: Int) async throws {
    try await StoreFixture.with { _, memory in
      let text = strangeTexts[index]
      let term = Term(text)
      let id = try memory.add(term, term, term, said: text)
      let other = try memory.add("usuario", "tener", "un gato")
      for query in [
        FactQuery(owner: ana, subjects: [term]), FactQuery(owner: ana, verbs: [term]),
        FactQuery(owner: ana, objects: [term]),
      ] { #expect(try memory.recall(query).map(\.id) == [id]) }
      let fact = try memory.fact(id, owner: ana)
      #expect(fact.subject.text.unicodeScalars.elementsEqual(term.text.unicodeScalars))
      #expect(Array(try #require(try memory.why(id, owner: ana).turn).text.utf8) == Array(text.utf8))
      // Words alone decide; a text without any finds nothing, and none is an error.
      #expect(try !memory.recall(FactQuery(owner: ana, text: text)).map(\.id).contains(other))
      _ = try memory.searchTurns(text, owner: ana)
      var lines: [String] = []
      try memory.export(ana) { lines.append($0) }
      let eva = try Owner("eva")
      _ = try memory.importLines(lines, owner: eva)
      let copy = try #require(try memory.recall(FactQuery(owner: eva, subjects: [term])).first)
      #expect(Array(copy.object.text.utf8) == Array(fact.object.text.utf8))
      try memory.forget(ForgetRequest(owner: ana, facts: [id]))
      #expect(try memory.recall(FactQuery(owner: ana)).map(\.id) == [other])
    }
  }

  @Test("What cannot be stored is refused with a code and a subject, and changes nothing")
  func refused() async throws {
    try await StoreFixture.with { _, memory in
      let far = Timestamp(milliseconds: .max)
      func batch(_ fact: NewFact) -> Batch { Batch(owner: ana, changes: [.add(fact, replacing: .nothing)]) }
      let cases: [(Batch, SaraiError.Code, String)] = [
        (batch(NewFact("", "ser", "x")), .invalidRequest, "subject"),
        (batch(NewFact(" \n\t", "ser", "x")), .invalidRequest, "subject"),
        (batch(NewFact("\u{1}\u{7}\u{1B}[31m", "ser", "x")), .invalidRequest, "subject"),
        (batch(NewFact("x", "", "x")), .invalidRequest, "verb"),
        (batch(NewFact("a\0b", "ser", "x")), .invalidRequest, "subject"),
        (batch(NewFact("x", "ser", "a\0b")), .invalidRequest, "object"),
        (batch(NewFact("x", "ser", "x", confidence: 1.5)), .invalidRequest, "confidence"),
        (batch(NewFact("x", "ser", "x", confidence: -0.1)), .invalidRequest, "confidence"),
        (batch(NewFact("x", "ser", "x", confidence: .nan)), .invalidRequest, "confidence"),
        (batch(NewFact("x", "ser", "x", validFrom: far)), .invalidRequest, "valid_from"),
        (
          batch(NewFact("x", "ser", "x", validFrom: .now(), validTo: .now().adding(days: -1))), .invalidRequest,
          "valid_to"
        ),
        (
          batch(NewFact("x", "ser", Term(String(repeating: "x", count: 70_000)))), .tooLarge, "object"
        ),
        (Batch(owner: ana, turn: NewTurn(conversation: "c", text: "a\0b")), .invalidRequest, "text"),
        (Batch(owner: ana, turn: NewTurn(conversation: "c", saidAt: far, text: "x")), .invalidRequest, "saidAt"),
        (
          Batch(owner: ana, turn: NewTurn(conversation: "c", text: String(repeating: "x", count: 9 << 20))), .tooLarge,
          "text"
        ),
        (Batch(owner: ana, key: String(repeating: "k", count: 2000), changes: []), .tooLarge, "key"),
      ]
      for (batch, code, subject) in cases {
        do {
          _ = try memory.store(batch)
          Issue.record("stored: \(subject)")
        } catch let fault as SaraiError {
          #expect(fault.code == code, "\(subject)")
          #expect(fault.subject == subject)
        }
      }
      #expect(try memory.statistics().facts == 0)
      #expect(try memory.statistics().turns == 0)
      for name in ["", "a\0b", String(repeating: "x", count: 300)] {
        #expect(fault { _ = try Owner(name) } == .invalidRequest)
      }
    }
  }

  @Test("A fact without an object, a megabyte of text and dates of other ages are stored")
  func unusual() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("mi hermana", "fumar", "")
      #expect(try memory.fact(id, owner: ana).object.isEmpty)
      let rome = Timestamp(secondsSince1970: -86_000_000_000)
      let sun = Timestamp(secondsSince1970: 30_000_000_000_000)
      try memory.add("Roma", "existir", "") {
        $0.validFrom = rome
        $0.validTo = sun
      }
      #expect(try memory.say(FactQuery(owner: ana, validity: .at(rome))) == ["Roma existir "])
      let megabyte = String(repeating: "El barco zarpó y no volvió. ", count: 40_000)
      let turn = try memory.store(NewTurn(conversation: "c", text: megabyte), owner: ana)
      #expect(try memory.turn(turn, owner: ana)?.text.utf8.count == megabyte.utf8.count)
      #expect(try memory.searchTurns("zarpo", owner: ana).map(\.turn.id) == [turn])
    }
  }

  @Test("A query or a vector beyond every measure is refused")
  func hugeQueries() async throws {
    try await StoreFixture.with { _, memory in
      let id = try memory.add("usuario", "tener", "un gato")
      let terms = (0..<8_000).map { Term("cosa \($0)") } + ["un gato"]
      #expect(
        fault { _ = try memory.recall(FactQuery(owner: ana, objects: terms)) } == .tooLarge)
      #expect(
        try memory.recall(
          FactQuery(owner: ana, subjects: ["usuario"], verbs: ["tener"], objects: Array(terms.dropFirst()))
        ).map(\.id) == [id])
      let text = String(repeating: "gato ", count: 10_000)
      #expect(try memory.recall(FactQuery(owner: ana, text: text)).map(\.id) == [id])
      #expect(fault { _ = try memory.recall(FactQuery(owner: ana, text: text + text)) } == .tooLarge)
      for vector in [
        StoredVector(scale: .nan, components: [1]), StoredVector(scale: 1, components: []),
        StoredVector(scale: 1, components: Array(repeating: 1, count: 10_000)),
      ] {
        #expect(
          fault { try memory.setVectors([(id.rawValue, vector)], .fact, model: "e5", owner: ana) } == .invalidRequest)
      }
    }
  }
}
