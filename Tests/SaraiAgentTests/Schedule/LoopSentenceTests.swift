import Foundation
import SaraiAgent
import SaraiCore
import Testing

/// One line of a table of sentences.
struct SentencePair: Sendable {
  let language: Language
  let expected: String
  let sentence: String

  static func read(_ name: String) throws -> [SentencePair] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Tables")
    let file = folder.appending(path: name)
    let text = try String(decoding: Data(contentsOf: file), as: UTF8.self)
    return try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
      let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      let language = try #require(cells.count == 3 ? Language(rawValue: cells[0]) : nil, "not a pair: \(line)")
      return SentencePair(language: language, expected: trimmed(cells[1]), sentence: trimmed(cells[2]))
    }
  }

  static func trimmed(_ text: String) -> String { text.trimmingCharacters(in: .whitespaces) }
}

/// A sentence's outcome as the tables write it.
func outcome(_ sentence: String, _ language: Language, now: Int64, zone: ZoneRules) -> String {
  switch LoopSentence.read(sentence, now: now, zone: zone, language: language) {
  case nil: return "-"
  case .remind(let reminder):
    var time = reminder.schedule.text
    if case .once(let instant) = reminder.schedule.kind {
      time = clock(instant, zone)
      if time.hasSuffix(":00") { time = String(time.dropLast(3)) }
    }
    return SentencePair.trimmed("\(time) | \(reminder.text)")
  case .remindWithoutTime(let text): return SentencePair.trimmed("ask: \(text)")
  case .listReminders: return "list"
  case .cancelReminder(nil): return "cancel"
  case .cancelReminder(let text?): return SentencePair.trimmed("cancel: \(text)")
  case .cancelReminders(let text): return SentencePair.trimmed("cancel all: \(text)")
  case .showInbox: return "inbox"
  }
}

@Suite struct LoopSentenceTests {
  private static let tables = ["sentences.tsv", "sentences-later.tsv", "sentences-last.tsv", "sentences-hostile.tsv"]

  private func pairs() throws -> [SentencePair] { try Self.tables.flatMap(SentencePair.read) }

  @Test func `every sentence of the tables is read as it is meant, or left alone`() throws {
    let pairs = try pairs()
    let now = try instant("2026-11-23T09:00Z")
    #expect(pairs.count >= 300)
    #expect(pairs.count { $0.expected == "-" } >= 70)
    for pair in pairs {
      let found = outcome(pair.sentence, pair.language, now: now, zone: madrid)
      #expect(found == pair.expected, "\(pair.sentence)")
    }
  }

  @Test func `no question that the skill of sums and dates answers is taken from it`() throws {
    let now = try instant("2026-11-23T09:00Z")
    let questions = try SentencePair.read("../../SaraiCalcTests/pairs.tsv").filter { $0.expected != "-" }
    #expect(questions.count > 300)
    for question in questions {
      #expect(outcome(question.sentence, question.language, now: now, zone: madrid) == "-", "\(question.sentence)")
    }
  }

  @Test func `neither the language of the settings nor how letters are encoded changes what is read`() throws {
    let now = try instant("2026-11-23T09:00Z")
    for pair in try pairs() {
      let other: Language = pair.language == .spanish ? .english : .spanish
      #expect(outcome(pair.sentence, other, now: now, zone: madrid) == pair.expected, "\(pair.sentence)")
      let apart = outcome(
        " \n" + pair.sentence.decomposedStringWithCanonicalMapping + "  ", pair.language, now: now, zone: madrid)
      #expect(apart.precomposedStringWithCanonicalMapping == pair.expected, "\(pair.sentence)")
    }
  }

  @Test func `sentences of any length and of any words are read within a moment`() throws {
    let now = try instant("2026-11-23T09:00Z")
    var words = try pairs().flatMap { $0.sentence.split(separator: " ").map(String.init) }
    words += [
      "a.m.", "31/12", "2026-99-99", "99999999999999999999", "24:00", "…", "\u{301}", "🥐", "de", "y", "cada", "every",
    ]
    var random = ScheduleRandom(seed: 12)
    for _ in 0..<4000 {
      let count = Int.random(in: 1...14, using: &random)
      let sentence = (0..<count).compactMap { _ in words.randomElement(using: &random) }.joined(separator: " ")
      _ = LoopSentence.read(sentence, now: now, zone: madrid, language: .spanish)
      _ = LoopSentence.read("recuérdame " + sentence, now: now, zone: madrid, language: .spanish)
      _ = try? Schedule(reading: sentence, now: now, zone: madrid, language: .english)
    }
    let passed = ContinuousClock().measure {
      #expect(
        LoopSentence.read(String(repeating: "recuérdame ", count: 100_000), now: now, zone: madrid, language: .spanish)
          == nil)
      #expect(throws: SaraiError.self) {
        try Schedule(reading: String(repeating: "1 ", count: 500_000), now: now, zone: madrid, language: .spanish)
      }
    }
    #expect(passed < .milliseconds(50))
    let worst = [
      "recuérdame ", "mañana ", "a las 8 y ", "de lunes a ", "every ", "¿", "el 3 de ", "que tienes ", "1 y ",
    ].map {
      "recuérdame " + String(repeating: $0, count: 980 / $0.utf8.count)
    }
    for sentence in worst {
      let passed = ContinuousClock().measure {
        _ = LoopSentence.read(sentence, now: now, zone: madrid, language: .spanish)
      }
      // Without optimisation, on a slow core.
      #expect(passed < .seconds(1), "\(sentence.prefix(30)): \(passed)")
    }
  }

  @Test func `what it is now decides, by the person's clock`() throws {
    let zone = try ZoneRules(identifier: "America/New_York")
    #expect(
      outcome("recuérdame mañana a las 8 llamar", .spanish, now: try instant("2026-11-24T03:00Z"), zone: zone)
        == "2026-11-24 08:00 | llamar")
    #expect(
      outcome("recuérdame mañana a las 8 llamar", .spanish, now: try instant("2026-11-24T03:00Z"), zone: madrid)
        == "2026-11-25 08:00 | llamar")
  }
}
