import SaraiCore

/// What comes again and again, in English.
extension TimeReader {
  func englishCycle(at start: Int, behind parts: TimeParts) -> (TimeParts, Int)? {
    if let found = englishFrequency(at: start) ?? englishEvery(at: start) { return found }
    for (phrases, piece) in Self.englishCycles {
      if let end = phrases.end(in: tokens, at: start) { return (piece, end) }
    }
    return englishDays(at: start) ?? englishRange(at: start) ?? englishMonthly(at: start)
  }

  /// "Twice a day", "three times a week".
  private func englishFrequency(at start: Int) -> (TimeParts, Int)? {
    var end = start + 1
    let isOnce = tokens[start] == "once"
    if !isOnce, tokens[start] != "twice" {
      guard let (_, next) = number(at: start), tokens[next] == "times" else { return nil }
      end = next + 1
    }
    guard ["a", "an", "per", "every", "each"].contains(tokens[end]), Self.englishUnits[tokens[end + 1]] != nil else {
      return nil
    }
    return (isOnce && tokens[end + 1] == "day" ? TimeParts(cycle: .days(1)) : TimeParts(doubt: .frequency), end + 2)
  }

  /// "Every 2 hours", "every Tuesday", "every May 3rd", "every other day".
  private func englishEvery(at start: Int) -> (TimeParts, Int)? {
    let hasOn = tokens[start] == "on"
    let every = hasOn ? start + 1 : start
    guard ["every", "each"].contains(tokens[every]) else { return nil }
    var position = every + 1
    if let (days, end) = englishWeekdayList(at: position, isPlural: false) {
      if days.nonzeroBitCount == 1, let part = Self.englishParts[tokens[end]] {
        return (TimeParts(part: part, cycle: .weekdays(days)), end + 1)
      }
      return (TimeParts(cycle: .weekdays(days)), end)
    }
    if let month = Self.englishMonths[tokens[position]], let (day, end) = englishDayNumber(at: position + 1) {
      return (TimeParts(cycle: .yearly(day: day, month: month)), end)
    }
    if ["second", "third", "fourth"].contains(tokens[position]), Self.englishWeekdays[tokens[position + 1]] != nil {
      return (TimeParts(doubt: .tooComplex), position + 2)
    }
    let isOther = tokens[position] == "other"
    if isOther { position += 1 }
    if tokens[position] == "single" { position += 1 }
    if let unit = Self.englishUnits[tokens[position]], unit.seconds > 0 || isOther {
      let times = isOther ? 2 : 1
      guard unit.months == 0 else { return (TimeParts(doubt: .tooComplex), position + 1) }
      let cycle: Cycle = unit.seconds > 0 ? .seconds(unit.seconds * times) : .days(unit.days * times)
      return (TimeParts(cycle: cycle), position + 1)
    }
    if isOther, Self.englishWeekdays[tokens[position]] != nil { return (TimeParts(doubt: .tooComplex), position + 1) }
    guard let (span, end) = span(at: position) else { return nil }
    return (TimeParts(cycleOf: span), end)
  }

  /// "On Tuesdays and Thursdays".
  private func englishDays(at start: Int) -> (TimeParts, Int)? {
    let position = tokens[start] == "on" ? start + 1 : start
    guard let (days, end) = englishWeekdayList(at: position, isPlural: true) else { return nil }
    return (TimeParts(cycle: .weekdays(days)), end)
  }

  /// Of plurals, the last one at least has to be one: "on Tuesday and Thursdays".
  private func englishWeekdayList(at start: Int, isPlural: Bool) -> (UInt8, Int)? {
    var days: UInt8 = 0
    var position = start
    var end: Int?
    while days.nonzeroBitCount < 7 {
      let word = tokens[position]
      let plural = word.last == "s" ? Self.englishWeekdays[String(word.dropLast())] : nil
      guard let day = plural ?? Self.englishWeekdays[word] else { break }
      days |= 1 << UInt8(day)
      position += 1
      if !isPlural || plural != nil { end = position }
      if tokens[position] == "," { position += 1 }
      if ["and", "&"].contains(tokens[position]) { position += 1 }
      if ["on", "every"].contains(tokens[position]), end == nil || isPlural { position += 1 }
    }
    return end.map { (days, $0) }
  }

  /// "Monday to Friday".
  private func englishRange(at start: Int) -> (TimeParts, Int)? {
    let position = ["from", "on"].contains(tokens[start]) ? start + 1 : start
    guard let first = Self.englishWeekdays[tokens[position]],
      ["to", "through", "till", "until", "thru", "-"].contains(tokens[position + 1]),
      let last = Self.englishWeekdays[tokens[position + 2]], first != last
    else { return nil }
    return (TimeParts(cycle: .weekdays(Cycle.weekdays(from: first, to: last))), position + 3)
  }

  /// "On the 15th of every month", "the first Monday of each month", "the last day of every month".
  private func englishMonthly(at start: Int) -> (TimeParts, Int)? {
    var position = tokens[start] == "on" ? start + 1 : start
    if tokens[position] == "the" { position += 1 }
    let places: [String: Int] = ["first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": 5]
    if let place = places[tokens[position]], let weekday = Self.englishWeekdays[tokens[position + 1]],
      let end = Self.englishOfMonth.end(in: tokens, at: position + 2)
    {
      return (TimeParts(cycle: .ordinal(weekday: weekday, place: place)), end)
    }
    if tokens[position] == "last", tokens[position + 1] == "day",
      let end = Self.englishOfMonth.end(in: tokens, at: position + 2)
    {
      return (TimeParts(cycle: .lastDay), end)
    }
    var days: [Int] = []
    while days.count < 31, let (day, next) = englishDayNumber(at: position), (1...31).contains(day) {
      days.append(day)
      position = next
      if let end = Self.englishOfMonth.end(in: tokens, at: position) {
        return (TimeParts(cycle: .monthDays(days)), end)
      }
      let monthStart = tokens[position] == "of" ? position + 1 : position
      if days.count == 1, let month = Self.englishMonths[tokens[monthStart]],
        let end = Self.englishOfYear.end(in: tokens, at: monthStart + 1)
      {
        return (TimeParts(cycle: .yearly(day: days[0], month: month)), end)
      }
      guard ["and", ","].contains(tokens[position]) else { return nil }
      position += 1
      if tokens[position] == "the" { position += 1 }
    }
    return nil
  }

  private static let englishOfMonth: Phrases = ["of|in every|each month", "of the month", "every|each month"]
  private static let englishOfYear: Phrases = ["of|in every|each year", "every|each year"]

  private static let englishCycles: [(Phrases, TimeParts)] = [
    (
      [
        "?on every|each weekday|workday", "every|each working|work|business day", "on weekdays", "weekdays",
        "on workdays",
      ],
      TimeParts(cycle: .weekdays(0b001_1111))
    ),
    (["?at|on every|each weekend", "?at|on weekends"], TimeParts(cycle: .weekdays(0b110_0000))),
    (["every|each ?single day", "daily", "everyday"], TimeParts(cycle: .days(1))),
    (["every|each morning", "in the mornings"], TimeParts(part: .morning, cycle: .days(1))),
    (["every|each afternoon", "in the afternoons"], TimeParts(part: .afternoon, cycle: .days(1))),
    (["every|each evening|night", "in the evenings", "nightly"], TimeParts(part: .night, cycle: .days(1))),
    (["every|each week", "weekly"], TimeParts(cycle: .week)),
    (["every|each month", "monthly"], TimeParts(cycle: .month)),
    (["every|each year", "yearly", "annually"], TimeParts(cycle: .year)),
    (["hourly"], TimeParts(cycle: .seconds(3600))),
  ]
}
