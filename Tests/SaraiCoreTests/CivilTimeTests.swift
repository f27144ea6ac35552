import SaraiCore
import Testing

@Suite struct CivilTimeTests {
  @Test func `days count on without a gap through leap years and centuries`() throws {
    var date = try #require(CivilDate(year: 1599, month: 12, day: 31))
    let first = date.dayNumber
    for step in 1...(365 * 901) {
      let next = CivilDate(dayNumber: first + step)
      let isNextDay = next.year == date.year && next.month == date.month && next.day == date.day + 1
      let isNextMonth =
        next.day == 1 && date.day == CivilDate.daysIn(month: date.month, year: date.year)
        && (next.year * 12 + next.month == date.year * 12 + date.month + 1)
      guard isNextDay || isNextMonth, next.dayNumber == first + step, next.weekday == (date.weekday + 1) % 7 else {
        Issue.record("\(next) follows \(date)")
        return
      }
      date = next
    }
  }

  @Test func `known days have their number and weekday`() throws {
    #expect(CivilDate(year: 1970, month: 1, day: 1)?.dayNumber == 0)
    #expect(CivilDate(year: 1969, month: 7, day: 20)?.weekday == 6)
    #expect(CivilDate(year: 2000, month: 2, day: 29)?.dayNumber == 11_016)
    #expect(CivilDate(year: 0, month: 3, day: 1)?.dayNumber == -719_468)
    #expect(CivilDate(dayNumber: -719_469).month == 2)
    #expect(CivilDate(dayNumber: -719_469).day == 29)
  }

  @Test(arguments: [
    (2026, 2, 29), (1900, 2, 29), (2026, 4, 31), (2026, 13, 1), (2026, 0, 1), (2026, 1, 0), (9_999_999, 1, 1),
  ])
  func `there is no date for a day that the calendar lacks`(year: Int, month: Int, day: Int) {
    #expect(CivilDate(year: year, month: month, day: day) == nil)
  }

  @Test func `a month later is the same day or the last one`() throws {
    let january = try #require(CivilDate(year: 2024, month: 1, day: 31))
    #expect(january.adding(months: 1) == CivilDate(year: 2024, month: 2, day: 29))
    #expect(january.adding(months: -1) == CivilDate(year: 2023, month: 12, day: 31))
    #expect(january.adding(months: 13) == CivilDate(year: 2025, month: 2, day: 28))
    #expect(january.adding(months: -24_300) == CivilDate(year: -1, month: 1, day: 31))
    #expect(january.adding(months: .max) == nil)
  }

  @Test func `the clock on the wall is UTC moved by its offset, before 1970 too`() throws {
    let evening = CivilDateTime(secondsSince1970: -1, utcOffsetSeconds: 0)
    #expect(evening.date == CivilDate(year: 1969, month: 12, day: 31))
    #expect(evening.secondOfDay == 86_399)
    let east = CivilDateTime(secondsSince1970: 86_399, utcOffsetSeconds: 3600)
    #expect(east.date.day == 2)
    #expect(east.secondOfDay == 3599)
    #expect(east.adding(seconds: -3600).date.day == 1)
    #expect(east.adding(seconds: -3600).utcOffsetSeconds == 3600)
  }

  @Test func `the clock of this machine tells a day of this century`() {
    let now = CivilDateTime.current()
    #expect((2025..<2100).contains(now.date.year))
    #expect((0..<86_400).contains(now.secondOfDay))
    #expect(abs(now.utcOffsetSeconds) <= 16 * 3600)
  }
}
