import SaraiCore

extension CronExpression {
  /// The first time strictly after `instant`, within 28 years.
  ///
  /// A fixed time that the clock skips is due when the clock has been put forward, and one that comes twice the first
  /// time only. Hours that begin with `*` follow the clock: none is made up for, and all come as often as it shows
  /// them.
  package func next(after instant: Int64, zone: ZoneRules) -> Int64? {
    let instant = ZoneRules.bounded(instant)
    let end = instant + Self.reach
    return hasAnyHour
      ? nextByClock(after: instant, before: end, zone) : nextFixed(after: instant, before: end, zone)
  }

  /// 28 years: after as many, dates fall on the same weekdays again, but for years such as 2100.
  private static let reach: Int64 = 28 * 366 * 86_400

  private func nextFixed(after instant: Int64, before end: Int64, _ zone: ZoneRules) -> Int64? {
    // What the clock shows later is never due earlier, so the first that is due later than `instant` is the next.
    var local = instant + Int64(zone.utcOffsetSeconds(at: instant)) + 1
    while let found = nextLocal(from: local, before: end + 86_400) {
      let due = zone.instants(ofLocal: found).first
      if due > instant { return due < end ? due : nil }
      local = found + 60
    }
    return nil
  }

  private func nextByClock(after instant: Int64, before end: Int64, _ zone: ZoneRules) -> Int64? {
    var start = instant + 1
    while start < end {
      let offset = Int64(zone.utcOffsetSeconds(at: start))
      let change = min(zone.nextChange(after: start) ?? end, end)
      if let local = nextLocal(from: start + offset, before: change + offset) { return local - offset }
      start = change
    }
    return nil
  }

  /// The first whole minute in `start..<end` that the fields allow, in seconds by the clock on the wall.
  private func nextLocal(from start: Int64, before end: Int64) -> Int64? {
    let minute = Int((start + 59) / 60 - (start + 59 < 0 && (start + 59) % 60 != 0 ? 1 : 0))
    var day = minute / 1440 - (minute % 1440 < 0 ? 1 : 0)
    var minuteOfDay = minute - day * 1440
    while Int64(day) * 86_400 < end {
      let date = CivilDate(dayNumber: day)
      if months >> date.month & 1 == 0 {
        day += CivilDate.daysIn(month: date.month, year: date.year) - date.day + 1
      } else {
        if allows(date), let found = time(from: minuteOfDay) {
          let local = Int64(day) * 86_400 + Int64(found) * 60
          return local < end ? local : nil
        }
        day += 1
      }
      minuteOfDay = 0
    }
    return nil
  }

  /// Of a month that is allowed.
  private func allows(_ date: CivilDate) -> Bool {
    let length = CivilDate.daysIn(month: date.month, year: date.year)
    let isDay = days >> UInt32(date.day) & 1 == 1 || hasLastDay && date.day == length
    let weekday = (date.weekday + 1) % 7
    var isWeekday = weekdays >> weekday & 1 == 1
    if !isWeekday, !ordinals.isEmpty {
      isWeekday =
        ordinals[(date.day - 1) / 7] >> weekday & 1 == 1 || date.day + 7 > length && ordinals[5] >> weekday & 1 == 1
    }
    return hasAnyDay || hasAnyWeekday ? isDay && isWeekday : isDay || isWeekday
  }

  /// The first minute of the day from `start` on.
  private func time(from start: Int) -> Int? {
    var hour = start / 60
    let rest = minutes >> UInt64(start % 60)
    if hour < 24, hours >> UInt32(hour) & 1 == 1, rest != 0 { return start + rest.trailingZeroBitCount }
    hour += 1
    guard hour < 24 else { return nil }
    let later = hours >> UInt32(hour)
    return later == 0 ? nil : (hour + later.trailingZeroBitCount) * 60 + minutes.trailingZeroBitCount
  }
}
