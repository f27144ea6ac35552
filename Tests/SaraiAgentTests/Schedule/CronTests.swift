import SaraiAgent
import SaraiCore
import Testing

@Suite struct CronTests {
  @Test(arguments: [
    ("0 9 * * 2", "0 9 * * 2"), ("  0   9 * * TUE ", "0 9 * * 2"), ("@hourly", "0 * * * *"), ("@Daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"), ("@weekly", "0 0 * * 0"), ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"),
    ("*/15 8-17,20 * jan,mar-may mon-fri", "*/15 8-17,20 * 1,3-5 1-5"), ("0 0 * * 7", "0 0 * * 0"),
    ("0 0 * * fri-sun", "0 0 * * 0,5,6"), ("5/20 * * * *", "5,25,45 * * * *"), ("0 0-23/6 * * *", "0 0,6,12,18 * * *"),
    ("*/1 * * * *", "* * * * *"), ("0 9 L * *", "0 9 L * *"), ("0 9 1,l * *", "0 9 1,L * *"),
    ("0 9 * * 1#1", "0 9 * * 1#1"), ("0 9 * * fril", "0 9 * * 5L"), ("0 9 29 2 *", "0 9 29 2 *"),
    ("0 9 30 2 1", "0 9 30 2 1"),
  ])
  func `an expression is read and written in one form`(text: String, canonical: String) throws {
    let expression = try CronExpression(text)
    #expect(expression.text == canonical)
    #expect(try CronExpression(canonical) == expression)
    #expect(try Schedule(text: text).text == canonical)
  }

  @Test(arguments: [
    "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 13 *", "* * * * 8",
    "*/0 * * * *", "5-1 * * * *", "a * * * *", "1,,2 * * * *", "1- * * * *", "-1 * * * *", "* * * * mondays", "@reboot",
    "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 30-31 feb *", "*,5 * * * *", "* * * * 1#6", "* * * * 1#0", "1/ * * * *",
    "1/2/3 * * * *", "٣ * * * *", "* * L2 * *", "99999999999999999999 * * * *", "* * * lun *",
  ])
  func `what never comes or cannot be read is refused in both languages`(text: String) {
    let error = #expect(throws: SaraiError.self) { try CronExpression(text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.es.isEmpty == false && error?.message.es != error?.message.en)
  }

  @Test func `an expression of a megabyte is refused at once`() {
    #expect(throws: SaraiError.self) { try CronExpression(String(repeating: "1,", count: 500_000) + " * * * *") }
  }

  private func following(_ text: String, after start: String, count: Int, _ zone: ZoneRules = madrid) throws -> [String]
  {
    let schedule = try Schedule(text: text)
    var times: [String] = []
    var now = try instant(start)
    while times.count < count, let next = schedule.next(after: now, anchor: 0, zone: zone) {
      times.append(String(clock(next, zone).dropLast(3)))
      now = next
    }
    return times
  }

  @Test func `days of the month and of the week are either, and beginnings and ends of months are known`() throws {
    #expect(
      try following("0 9 13 * 5", after: "2026-11-01", count: 4)
        == ["2026-11-06 09:00", "2026-11-13 09:00", "2026-11-20 09:00", "2026-11-27 09:00"])
    #expect(try following("0 9 29 2 *", after: "2026-11-01", count: 2) == ["2028-02-29 09:00", "2032-02-29 09:00"])
    #expect(
      try following("0 9 L * *", after: "2027-01-01", count: 3)
        == ["2027-01-31 09:00", "2027-02-28 09:00", "2027-03-31 09:00"])
    #expect(
      try following("0 9 * * 1#1", after: "2026-11-23", count: 2) == ["2026-12-07 09:00", "2027-01-04 09:00"])
    #expect(
      try following("0 9 * * 1#5", after: "2026-11-01", count: 2) == ["2026-11-30 09:00", "2027-03-29 09:00"])
    #expect(
      try following("0 9 * * 5L", after: "2026-11-28", count: 2) == ["2026-12-25 09:00", "2027-01-29 09:00"])
    #expect(try following("0 0 */10 * */7", after: "2026-11-23", count: 1) == ["2027-01-31 00:00"])
  }

  @Test func `a time that the clock skips runs when it has been put forward`() throws {
    #expect(
      try following("30 2 * * *", after: "2026-03-28T00:00Z", count: 3)
        == ["2026-03-28 02:30", "2026-03-29 03:00", "2026-03-30 02:30"])
    #expect(
      try following("0 2,3 * * *", after: "2026-03-28T12:00Z", count: 3)
        == ["2026-03-29 03:00", "2026-03-30 02:00", "2026-03-30 03:00"])
    #expect(
      try following("0 */2 * * *", after: "2026-03-28T22:30Z", count: 3)
        == ["2026-03-29 00:00", "2026-03-29 04:00", "2026-03-29 06:00"])
    #expect(
      try following("30 * * * *", after: "2026-03-28T23:00Z", count: 3)
        == ["2026-03-29 00:30", "2026-03-29 01:30", "2026-03-29 03:30"])
    let howe = try ZoneRules(identifier: "Australia/Lord_Howe")
    #expect(
      try following("15 2 * * *", after: "2026-10-03T00:00Z", count: 2, howe) == [
        "2026-10-04 02:30", "2026-10-05 02:15",
      ])
  }

  @Test func `a time that comes twice runs once, and what follows the clock both times`() throws {
    #expect(
      try following("30 2 * * *", after: "2026-10-24T00:00Z", count: 3)
        == ["2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30"])
    let fixed = try Schedule(text: "30 2 * * *")
    #expect(
      fixed.next(after: try instant("2026-10-24T12:00Z"), anchor: 0, zone: madrid) == (try instant("2026-10-25T00:30Z"))
    )
    #expect(
      fixed.next(after: try instant("2026-10-25T00:30Z"), anchor: 0, zone: madrid) == (try instant("2026-10-26T01:30Z"))
    )
    #expect(
      try following("30 * * * *", after: "2026-10-24T23:00Z", count: 4)
        == ["2026-10-25 01:30", "2026-10-25 02:30", "2026-10-25 02:30", "2026-10-25 03:30"])
    #expect(
      try following("*/30 2 * * *", after: "2026-10-24T23:00Z", count: 3)
        == ["2026-10-25 02:00", "2026-10-25 02:30", "2026-10-26 02:00"])
  }

  /// Every minute of the clock, one after the other, by the rules as they are written.
  private func bruteForce(_ fields: [Set<Int>], _ any: [Bool], after: Int64, until end: Int64, _ zone: ZoneRules)
    -> Int64?
  {
    func allows(_ time: CivilDateTime) -> Bool {
      let isDay = fields[2].contains(time.date.day)
      let isWeekday = fields[4].contains((time.date.weekday + 1) % 7)
      return time.secondOfDay % 60 == 0 && fields[0].contains(time.secondOfDay / 60 % 60)
        && fields[1].contains(time.secondOfDay / 3600) && fields[3].contains(time.date.month)
        && (any[2] || any[4] ? isDay && isWeekday : isDay || isWeekday)
    }
    var instant = (after / 60 + 1) * 60
    while instant < end {
      let time = zone.civil(instant)
      let before = zone.civil(instant - 60)
      let offsetChange = time.utcOffsetSeconds - before.utcOffsetSeconds
      if any[1] {
        if allows(time) { return instant }
      } else if offsetChange > 0 {
        let skipped = stride(from: 0, to: offsetChange, by: 60)
        if allows(time) || skipped.contains(where: { allows(before.adding(seconds: 60 + $0)) }) { return instant }
      } else if allows(time), zone.instants(of: time.date, secondOfDay: time.secondOfDay).first == instant {
        return instant
      }
      instant += 60
    }
    return nil
  }

  @Test(arguments: ["Europe/Madrid", "Australia/Lord_Howe", "America/New_York", "Asia/Kathmandu"])
  func `the next time is that of a walk through every minute`(name: String) throws {
    let zone = try ZoneRules(identifier: name)
    var random = ScheduleRandom(seed: 9)
    let changes = try [
      "2026-03-08T07:00Z", "2026-03-29T01:00Z", "2026-10-25T01:00Z", "2026-04-04T15:00Z",
      "2026-10-03T15:30Z", "2026-11-01T06:00Z", "2028-02-28T12:00Z",
    ].map(instant)
    let ranges = [0...59, 0...23, 1...31, 1...12, 0...6]
    for _ in 0..<150 {
      var fields: [Set<Int>] = []
      var any: [Bool] = []
      var texts: [String] = []
      for (index, range) in ranges.enumerated() {
        // Mostly the hours around changes, and days that come soon.
        let isAny = Int.random(in: 0..<10, using: &random) < [3, 3, 6, 9, 6][index]
        let choice = index == 1 && Bool.random(using: &random) ? 0...4 : range
        let step = Int.random(in: 1...4, using: &random)
        let set =
          isAny
          ? Set(stride(from: range.lowerBound, through: range.upperBound, by: step))
          : Set((0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: choice, using: &random) })
        fields.append(set)
        any.append(isAny)
        texts.append(isAny ? (step == 1 ? "*" : "*/\(step)") : set.map(String.init).joined(separator: ","))
      }
      guard let expression = try? CronExpression(texts.joined(separator: " ")) else { continue }
      let start = changes.randomElement(using: &random)! + Int64.random(in: -90_000...90_000, using: &random)
      let end = start + 4 * 86_400
      let found = expression.next(after: start, zone: zone)
      let expected = bruteForce(fields, any, after: start, until: end, zone)
      #expect(found.flatMap { $0 < end ? $0 : nil } == expected, "\(expression.text) after \(start)")
    }
  }

  @Test func `ten thousand jobs are worked out within a moment`() throws {
    var random = ScheduleRandom(seed: 10)
    let now = try instant("2026-10-24T20:00Z")
    let expressions = try (0..<10_000).map { _ in
      try CronExpression(
        "\(Int.random(in: 0...59, using: &random)) \(Int.random(in: 0...23, using: &random)) "
          + "\(Int.random(in: 1...28, using: &random)) \(Int.random(in: 1...12, using: &random)) *")
    }
    let passed = ContinuousClock().measure {
      for expression in expressions { #expect(expression.next(after: now, zone: madrid) ?? 0 > now) }
    }
    // Some 30 ms without optimisation on one slow core; the bound only catches walks through minutes.
    #expect(passed < .seconds(5))
  }
}

@Suite struct ScheduleTextTests {
  @Test(arguments: [
    "at 2026-11-24T07:00:00Z", "0 9 * * 2", "every 45m", "every 1s", "every 7d", "every 90m", "on memory_high",
    "at 1969-12-31T23:59:59Z",
  ])
  func `a schedule's text makes the same schedule again`(text: String) throws {
    #expect(try Schedule(text: text).text == text)
  }

  @Test(arguments: [
    "", "at", "at 2026-11-24", "at 2026-11-24T07:00:00", "at 2026-11-24T07:00:00.5Z", "every", "every 0m", "every -1m",
    "every 1w", "every m", "every 99999999999d", "every 9999999999d", "on", "on Memory", "on a b", "cada día", "@",
    "at  ",
    String(repeating: "x", count: 1_000_000),
  ])
  func `what is no canonical text is refused`(text: String) {
    let error = #expect(throws: SaraiError.self) { try Schedule(text: text) }
    #expect(error?.code == .invalidRequest)
    #expect((error?.message.es.utf8.count ?? 0) < 400)
  }

  @Test func `no number of a damaged row is too large`() throws {
    for text in ["every 45m", "every 1d", "30 * * * *", "0 9 29 2 *", "at 2026-11-24T07:00:00Z"] {
      let schedule = try Schedule(text: text)
      for (now, anchor) in [(Int64.min, Int64.max), (.max, .min), (0, .max), (.max, .max), (.min, .min)] {
        if let next = schedule.next(after: now, anchor: anchor, zone: madrid) {
          #expect(next > now)
          #expect(!schedule.words(.spanish, zone: madrid, now: now).isEmpty)
        }
      }
    }
    #expect(!Schedule(.once(at: .max)).text.isEmpty)
    #expect(Schedule(.every(seconds: 0)).next(after: 0, anchor: 0, zone: madrid) == nil)
    #expect(Schedule(.once(at: .max)).words(.english, zone: madrid, now: .min).isEmpty == false)
  }

  @Test func `units are written as large as they come`() throws {
    #expect(try Schedule(text: "every 60m").text == "every 1h")
    #expect(try Schedule(text: "every 48h").text == "every 2d")
  }

  @Test func `periods count from their anchor, and days keep the hour through changes of the clock`() throws {
    let anchor = try instant("2026-10-23T07:00Z")
    let often = try Schedule(text: "every 45m")
    #expect(often.next(after: anchor, anchor: anchor, zone: madrid) == anchor + 2700)
    #expect(often.next(after: anchor - 10_000, anchor: anchor, zone: madrid) == anchor + 2700)
    #expect(often.next(after: anchor + 2700, anchor: anchor, zone: madrid) == anchor + 5400)
    let daily = try Schedule(text: "every 1d")
    var now = anchor
    for day in 24...29 {
      now = try #require(daily.next(after: now, anchor: anchor, zone: madrid))
      #expect(clock(now, madrid) == "2026-10-\(day) 09:00:00")
    }
    let once = try Schedule(text: "at 2026-11-24T07:00:00Z")
    #expect(once.next(after: anchor, anchor: 0, zone: madrid) == (try instant("2026-11-24T07:00:00Z")))
    #expect(once.next(after: try instant("2026-11-24T07:00:00Z"), anchor: 0, zone: madrid) == nil)
    #expect(try Schedule(text: "on user_idle").next(after: 0, anchor: 0, zone: madrid) == nil)
  }
}
