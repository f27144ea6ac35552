import SaraiCore

/// Days, hours and lengths of time in English.
extension TimeReader {
  func englishComponent(at start: Int, behind parts: TimeParts) -> (TimeParts, Int)? {
    if let end = Self.englishVague.end(in: tokens, at: start) { return (TimeParts(doubt: .vague), end) }
    if let found = englishCycle(at: start, behind: parts) { return found }
    if let end = Self.englishIn.end(in: tokens, at: start), let (span, next) = span(at: end) {
      let suffix = Self.englishTime.end(in: tokens, at: next) ?? next
      return (TimeParts(span: span), suffix)
    }
    if let (span, next) = span(at: start), Self.englishFromNow.end(in: tokens, at: next) != nil {
      return (TimeParts(span: span), next + 2)
    }
    if let found = englishDay(at: start) { return found }
    if let (clocks, end) = englishClocks(at: start) { return (TimeParts(clocks: clocks), end) }
    if let (part, end) = englishPart(at: start, behind: parts) { return (TimeParts(part: part), end) }
    return nil
  }

  // MARK: - Days

  private func englishDay(at start: Int) -> (TimeParts, Int)? {
    for (phrases, parts) in Self.englishNamed {
      if let end = phrases.end(in: tokens, at: start) { return (parts, end) }
    }
    let hasOn = tokens[start] == "on"
    var position = hasOn ? start + 1 : start
    if let found = figures(at: position, dayFirst: false) { return found }
    let isNext = ["next", "this", "coming"].contains(tokens[position])
    if isNext { position += 1 }
    if let weekday = Self.englishWeekdays[tokens[position]] { return englishWeekday(weekday, at: position + 1) }
    guard !isNext else { return nil }
    return englishDate(at: position, hasOn: hasOn)
  }

  /// Behind "Tuesday": "next week", "the 24th", "24 November".
  private func englishWeekday(_ weekday: Int, at position: Int) -> (TimeParts, Int)? {
    if let end = Self.englishNextWeek.end(in: tokens, at: position) {
      return (TimeParts(day: .weekday(weekday, ofNextWeek: true)), end)
    }
    let dayStart = tokens[position] == "," ? position + 1 : position
    if let dated = englishDate(at: dayStart, hasOn: tokens[dayStart] == "the") { return dated }
    return (TimeParts(day: .weekday(weekday, ofNextWeek: false)), position)
  }

  /// "3 May", "the 3rd of May 2027", "May 3rd"; "the 15th" where it may be.
  private func englishDate(at start: Int, hasOn: Bool) -> (TimeParts, Int)? {
    if let month = Self.englishMonths[tokens[start]] {
      let dayStart = tokens[start + 1] == "the" ? start + 2 : start + 1
      guard let (day, end) = englishDayNumber(at: dayStart) else { return nil }
      return englishYear(day: day, month: month, at: end)
    }
    let hasThe = tokens[start] == "the"
    guard let (day, end) = englishDayNumber(at: hasThe ? start + 1 : start) else { return nil }
    let monthStart = tokens[end] == "of" ? end + 1 : end
    if let month = Self.englishMonths[tokens[monthStart]] {
      return englishYear(day: day, month: month, at: monthStart + 1)
    }
    // "The first" alone may be of anything.
    guard hasThe, hasOn, tokens[end] != "of" || Self.englishThisMonth.end(in: tokens, at: end) != nil else {
      return nil
    }
    return (TimeParts(day: .dayOfMonth(day)), Self.englishThisMonth.end(in: tokens, at: end) ?? end)
  }

  private func englishYear(day: Int, month: Int, at start: Int) -> (TimeParts, Int) {
    let yearStart = tokens[start] == "," || tokens[start] == "in" ? start + 1 : start
    if tokens[yearStart].utf8.count == 4, let year = tokens.digits(yearStart), (1900...2999).contains(year) {
      return (TimeParts(day: .date(day: day, month: month, year: year)), yearStart + 1)
    }
    return (TimeParts(day: .date(day: day, month: month, year: nil)), start)
  }

  /// 3, 3rd, third, twenty-first.
  func englishDayNumber(at start: Int) -> (Int, Int)? {
    if let day = tokens.digits(start, atMost: 2) {
      guard (1...99).contains(day) else { return nil }
      let isOrdinal = ["st", "nd", "rd", "th"].contains(tokens[start + 1]) && tokens.isGlued(start + 1)
      return (day, isOrdinal ? start + 2 : start + 1)
    }
    if let day = TimeNumbers.englishOrdinals[tokens[start]] { return (day, start + 1) }
    guard let tens = ["twenty": 20, "thirty": 30][tokens[start]] else {
      return tokens[start] == "thirtieth" ? (30, start + 1) : nil
    }
    let next = tokens[start + 1] == "-" ? start + 2 : start + 1
    guard let ones = TimeNumbers.englishOrdinals[tokens[next]], ones < 10 else { return nil }
    return (tens + ones, next + 1)
  }

  // MARK: - Hours

  /// One, or several: "at 8 and at 20:00", "at 8am and 8pm".
  func englishClocks(at start: Int) -> ([SpokenClock], Int)? {
    guard let (first, firstEnd) = englishClock(at: start) else { return nil }
    var (clocks, end) = ([first], firstEnd)
    while clocks.count < 6, ["and", ","].contains(tokens[end]), let (next, nextEnd) = englishClock(at: end + 1) {
      clocks.append(next)
      end = nextEnd
    }
    return (clocks, end)
  }

  private func englishClock(at start: Int) -> (SpokenClock, Int)? {
    let at = Self.englishAt.end(in: tokens, at: start)
    let position = at ?? start
    if let end = Self.englishNoon.end(in: tokens, at: position) {
      return (SpokenClock(hour: 12, minute: 0, half: .exact), end)
    }
    if let end = Self.englishMidnight.end(in: tokens, at: position) {
      return (SpokenClock(hour: 24, minute: 0, half: .exact), end)
    }
    if let (clock, end) = figuresOfClock(at: position, allowsPoint: at != nil) { return englishHalf(clock, at: end) }
    if let found = englishPast(at: position) { return found }
    if let hour = tokens.digits(position, atMost: 2), (1...12).contains(hour),
      let (half, end) = latinHalf(at: position + 1)
    {
      return (halved(SpokenClock(hour: hour, minute: 0, half: .unknown), half), end)
    }
    guard let (hour, next) = number(at: position), hour <= 24, tokens[position] != "a", tokens[position] != "an" else {
      return nil
    }
    if let end = Self.englishSharp.end(in: tokens, at: next) {
      return englishHalf(SpokenClock(hour: hour, minute: 0, half: .unknown), at: end)
    }
    guard at != nil, tokens[next] != "%", !Self.englishUnits.keys.contains(tokens[next]) else { return nil }
    // "At eight thirty".
    if tokens.kind(position) == .word, let (minute, end) = number(at: next), (10...59).contains(minute) {
      return englishHalf(SpokenClock(hour: hour, minute: minute, half: .unknown), at: end)
    }
    return englishHalf(SpokenClock(hour: hour, minute: 0, half: .unknown), at: next)
  }

  /// "Half past eight", "a quarter to nine", "ten past 7".
  private func englishPast(at start: Int) -> (SpokenClock, Int)? {
    let minute: Int
    var position: Int
    if tokens[start] == "half" {
      (minute, position) = (30, start + 1)
    } else if let end = Self.englishQuarter.end(in: tokens, at: start) {
      (minute, position) = (15, end)
    } else if let (value, end) = number(at: start), (1...59).contains(value) {
      (minute, position) = (value, ["minutes", "minute", "min"].contains(tokens[end]) ? end + 1 : end)
    } else {
      return nil
    }
    let isTo = ["to", "till", "before"].contains(tokens[position]) && minute != 30
    guard isTo || ["past", "after"].contains(tokens[position]), let (hour, end) = number(at: position + 1), hour <= 24
    else { return nil }
    position = end
    let before = hour == 1 ? 12 : hour - 1
    return englishHalf(
      SpokenClock(hour: isTo ? max(0, before) : hour, minute: isTo ? 60 - minute : minute, half: .unknown), at: position
    )
  }

  private func englishHalf(_ clock: SpokenClock, at start: Int) -> (SpokenClock, Int) {
    let position = Self.englishSharp.end(in: tokens, at: start) ?? start
    if let (half, end) = latinHalf(at: position) { return (halved(clock, half), end) }
    for (phrases, part) in Self.englishHalves {
      if let end = phrases.end(in: tokens, at: position) { return (halved(clock, .part(part)), end) }
    }
    return (finished(clock), position)
  }

  private func englishPart(at start: Int, behind parts: TimeParts) -> (DayPart, Int)? {
    for (phrases, part) in Self.englishHalves {
      if let end = phrases.end(in: tokens, at: start) { return (part, end) }
    }
    if Self.englishFirstThing.end(in: tokens, at: start) != nil { return (.morning, start + 2) }
    guard parts.day != nil, let part = Self.englishParts[tokens[start]] else { return nil }
    return (part, start + 1)
  }

  // MARK: - Lengths

  /// "45 minutes", "an hour and a half", "half an hour", "a couple of days".
  func englishSpanPart(at start: Int) -> (TimeSpan, Int)? {
    for (phrases, seconds) in Self.englishFixedSpans {
      if let end = phrases.end(in: tokens, at: start) { return (TimeSpan(seconds: seconds), end) }
    }
    var (count, position) = (1, start)
    var halves = 0
    if let end = Self.englishPair.end(in: tokens, at: start) {
      (count, position) = (2, end)
    } else if let (value, next) = number(at: start) {
      (count, position) = (value, next)
      if tokens.digits(start) != nil, tokens[next] == ".", tokens.isGlued(next + 1), tokens[next + 1] == "5" {
        (halves, position) = (1, next + 2)
      } else if let end = Self.englishAndHalf.end(in: tokens, at: next) {
        (halves, position) = (1, end)
      }
    } else {
      return nil
    }
    if tokens[position] == "-" { position += 1 }
    guard (1...9999).contains(count) || count == 0 && halves > 0, let unit = Self.englishUnits[tokens[position]] else {
      return nil
    }
    position += 1
    if halves == 0, let end = Self.englishAndHalf.end(in: tokens, at: position) { (halves, position) = (1, end) }
    guard halves == 0 || unit.seconds > 0 else { return nil }
    let span = TimeSpan(
      months: unit.months * count, days: unit.days * count, seconds: unit.seconds * count + unit.seconds * halves / 2)
    return (span, position)
  }
}

// Words
extension TimeReader {
  private static let englishVague: Phrases = [
    "later ?on|today", "in a while|bit|moment|minute's", "some day|time", "someday", "sometime", "soon", "another day",
    "in a little while|bit",
  ]
  private static let englishIn: Phrases = ["in ?about|another", "within", "after"]
  private static let englishTime: Phrases = ["time", "' time", "from now"]
  private static let englishFromNow: Phrases = ["from now"]
  private static let englishNextWeek: Phrases = ["?of next week", "week"]
  private static let englishThisMonth: Phrases = ["of this month"]
  private static let englishAt: Phrases = [
    "at ?about|around|exactly", "around", "by", "when it|its|it's ?is", "for when it's|its",
  ]
  private static let englishNoon: Phrases = ["noon", "midday", "12 noon"]
  private static let englishMidnight: Phrases = ["midnight", "12 midnight"]
  private static let englishSharp: Phrases = ["o'clock ?sharp", "oclock ?sharp", "sharp", "hours|hrs"]
  private static let englishQuarter: Phrases = ["?a quarter"]
  private static let englishFirstThing: Phrases = ["first thing"]
  private static let englishPair: Phrases = ["a couple ?of", "couple of"]
  private static let englishAndHalf: Phrases = ["and a half"]
  private static let englishFixedSpans: [(Phrases, Int)] = [
    (["half an hour", "half hour", "a half hour", "half - hour"], 1800),
    (["?a quarter of an hour", "?a quarter hour"], 900),
    (["three quarters of an hour"], 2700), (["half a minute"], 30),
  ]
  private static let englishHalves: [(Phrases, DayPart)] = [
    (["in the ?early morning", "this morning", "of the morning"], .morning),
    (["at|around lunchtime|lunch"], .noon), (["in the afternoon", "this afternoon"], .afternoon),
    (["in the evening", "at night", "tonight", "this evening", "in the night"], .night),
  ]

  static let englishParts: [String: DayPart] = [
    "morning": .morning, "afternoon": .afternoon, "evening": .night, "night": .night, "lunchtime": .noon,
  ]

  static let englishWeekdays: [String: Int] = [
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6, "tues": 1,
    "thurs": 3, "weds": 2,
  ]

  static let englishMonths: [String: Int] = {
    let names =
      "january february march april may june july august september october november december"
    var table = ["sept": 9]
    for (index, name) in names.split(separator: " ").enumerated() {
      table[String(name)] = index + 1
      table[String(name.prefix(3))] = index + 1
    }
    return table
  }()

  static let englishUnits: [String: TimeSpan] = {
    let table: [(String, TimeSpan)] = [
      ("s sec secs second seconds", TimeSpan(seconds: 1)),
      ("m min mins minute minutes minutes' minute's", TimeSpan(seconds: 60)),
      ("h hr hrs hour hours hour's", TimeSpan(seconds: 3600)), ("day days day's", TimeSpan(days: 1)),
      ("week weeks week's", TimeSpan(days: 7)), ("fortnight fortnights", TimeSpan(days: 14)),
      ("month months month's", TimeSpan(months: 1)), ("year years year's", TimeSpan(months: 12)),
    ]
    return table.reduce(into: [:]) { units, row in
      for name in row.0.split(separator: " ") { units[String(name)] = row.1 }
    }
  }()

  private static func fixed(_ day: Int, _ month: Int) -> TimeParts {
    TimeParts(day: .date(day: day, month: month, year: nil))
  }

  private static let englishNamed: [(Phrases, TimeParts)] = [
    (["today"], TimeParts(day: .after(days: 0))),
    (["?the day after tomorrow"], TimeParts(day: .after(days: 2))),
    (["tomorrow", "tmrw"], TimeParts(day: .after(days: 1))),
    (["this morning"], TimeParts(day: .after(days: 0), part: .morning)),
    (["this afternoon"], TimeParts(day: .after(days: 0), part: .afternoon)),
    (["tonight", "this evening"], TimeParts(day: .after(days: 0), part: .night)),
    (["?at|on|over the|this|next weekend"], TimeParts(day: .weekday(5, ofNextWeek: false))),
    (["next week"], TimeParts(day: .weekday(0, ofNextWeek: true))),
    (["next month"], TimeParts(day: .nextMonth)),
    (["?at|by|on the end of the|this month", "?on the last day of the|this month"], TimeParts(day: .lastDayOfMonth)),
    (["on|at christmas ?day"], fixed(25, 12)), (["on christmas eve"], fixed(24, 12)),
    (["on new year's|years eve"], fixed(31, 12)), (["on new year's|years day"], fixed(1, 1)),
  ]
}
