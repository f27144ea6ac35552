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
  case .showInbox: return "inbox"
  }
}

@Suite struct LoopSentenceTests {
  @Test func `every sentence of the table is read as it is meant, or left alone`() throws {
    let pairs = try SentencePair.read("sentences.tsv") + SentencePair.read("sentences-later.tsv")
    let now = try instant("2026-11-23T09:00Z")
    #expect(pairs.count >= 260)
    #expect(pairs.count { $0.expected == "-" } >= 40)
    for pair in pairs {
      let found = outcome(pair.sentence, pair.language, now: now, zone: madrid)
      #expect(found == pair.expected, "\(pair.sentence)")
    }
  }
}
