import SaraiCore
import Testing

@testable import SaraiMemory

@Suite("What a question says about time and people")
struct RecallQuestionTests {
  private func day(_ year: Int, _ month: Int, _ day: Int) throws -> Int {
    try #require(CivilDate(year: year, month: month, day: day)).dayNumber
  }

  private func time(_ question: String) throws -> NamedTime? {
    // A Wednesday.
    NamedTime(WordSplitter.words(question), today: try day(2026, 3, 18))
  }

  @Test("A day, a month, a year and a month of any year are read in both languages")
  func named() throws {
    let third = try day(2023, 5, 3)
    for question in [
      "Who did Maria have dinner with on May 3, 2023?", "What happened on 3rd of May 2023?",
      "¿Con quién cené el 3 de mayo de 2023?", "¿Qué pasó el 3 de mayo del 2023?",
    ] {
      #expect(try time(question) == .days(third...third), "\(question)")
    }
    let july = try day(2023, 7, 1)...day(2023, 7, 31)
    #expect(try time("¿Qué hice en julio de 2023?") == .days(july))
    #expect(try time("What did I do in July 2023?") == .days(july))
    #expect(try time("¿Qué hice en julio?") == .month(7))
    #expect(try time("What did I do in 2022?") == .days(day(2022, 1, 1)...day(2022, 12, 31)))
  }

  @Test("Yesterday and last week count from the day of the question")
  func relative() throws {
    let today = try day(2026, 3, 18)
    #expect(try time("¿Qué te conté ayer?") == .days((today - 1)...(today - 1)))
    #expect(try time("What did I say last week?") == .days(day(2026, 3, 9)...day(2026, 3, 15)))
    #expect(try time("¿Qué compré el mes pasado?") == .days(day(2026, 2, 1)...day(2026, 2, 28)))
    #expect(try time("¿Dónde estuve el año pasado?") == .days(day(2025, 1, 1)...day(2025, 12, 31)))
  }

  @Test(
    "Words that look like times and days that are none name no time",
    arguments: [
      "What may I do?", "Where does my sister live?", "¿Qué pasó el 31 de febrero de 2023?", "¿Dónde vive mi hermana?",
    ])
  func none(question: String) throws {
    #expect(try time(question) != .month(5))
    if !question.contains("2023") { #expect(try time(question) == nil) }
  }

  @Test("The time itself fits best, then the days after it")
  func fit() throws {
    let start = try day(2023, 5, 3)
    let time = NamedTime.days(start...start)
    #expect(time.fit(day: start) == 1)
    #expect(time.fit(day: start + 2) > time.fit(day: start + 9))
    #expect(time.fit(day: start + 5) > time.fit(day: start - 5))
    #expect(time.fit(day: start + 5000) == 0)
    #expect(time.fit(day: -300_000_000) == 0)
  }

  @Test("Questions that ask when are told from others")
  func when() {
    for question in [
      "When did Mel run?", "How long has she lived here?", "What year was it?", "¿Cuándo me mudé?",
      "¿Desde cuándo trabajo ahí?", "¿Cuánto tiempo llevo aquí?", "¿En qué año nací?", "How many weeks ago was it?",
    ] {
      #expect(TimeWords.areAskedFor(by: WordSplitter.words(question)), "\(question)")
    }
    for question in ["Where does my sister live?", "¿Qué coche tengo?", "How many dogs do I have?", "¿Cuántos hijos?"] {
      #expect(!TimeWords.areAskedFor(by: WordSplitter.words(question)), "\(question)")
    }
  }
}
