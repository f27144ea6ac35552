import SaraiCore

/// Turns what was said of a time into a schedule.
struct TimeResolver {
  let now: Int64
  let zone: ZoneRules
  /// Whether an hour without its half means the morning: that of an alarm clock.
  var isAlarm = false

  private var today: CivilDate { zone.civil(now).date }

  func schedule(_ parts: TimeParts) throws(TimeDoubt) -> Schedule {
    if let doubt = parts.doubt { throw doubt }
    if let cycle = parts.cycle { return try recurring(cycle, parts) }
    guard parts.clocks.count <= 1 else { throw .tooComplex }
    if let span = parts.span, span.seconds > 0 {
      guard !parts.hasClock else { throw .tooComplex }
      return once(try moved(span) + Int64(span.seconds))
    }
    if let span = parts.span, !parts.hasClock { return once(try moved(span)) }
    return once(try instant(parts))
  }

  private func once(_ instant: Int64) -> Schedule { Schedule(.once(at: instant)) }

  /// The same time of day so many months and days later.
  private func moved(_ span: TimeSpan) throws(TimeDoubt) -> Int64 {
    guard span.months != 0 || span.days != 0 else { return now }
    return zone.instants(of: try date(after: span), secondOfDay: zone.civil(now).secondOfDay).first
  }

  private func date(after span: TimeSpan) throws(TimeDoubt) -> CivilDate {
    guard let date = today.adding(months: span.months)?.adding(days: span.days) else { throw .notUnderstood }
    return date
  }

  // MARK: - Once

  private func instant(_ parts: TimeParts) throws(TimeDoubt) -> Int64 {
    let dates: [CivilDate]
    if let span = parts.span {
      dates = [try date(after: span)]
    } else if let day = parts.day {
      dates = try candidates(day)
    } else {
      return try nextOfDay(parts)
    }
    for date in dates {
      if let found = instant(on: date, parts) { return found }
    }
    throw .past
  }

  /// Nil where it is over.
  private func instant(on date: CivilDate, _ parts: TimeParts) -> Int64? {
    guard let clock = parts.clocks.first else {
      return future(date, parts.part?.defaultMinute ?? TimeParts.defaultMinute)
    }
    if let minute = clock.minuteOfDay(in: parts.part) { return future(date, minute) }
    if wakes(clock) { return future(date, clock.hour * 60 + clock.minute) }
    let usual = clock.usualMinute(in: nil)
    guard date == today else { return future(date, usual) }
    // Of today, the next of the two by day, then whichever is left.
    return future(date, usual) ?? future(date, (usual + 720) % 1440)
  }

  /// Of an hour without a day: the next by day, or sooner where that is within a few hours.
  private func nextOfDay(_ parts: TimeParts) throws(TimeDoubt) -> Int64 {
    var minutes = [parts.part?.defaultMinute ?? TimeParts.defaultMinute]
    if let clock = parts.clocks.first {
      if let minute = clock.minuteOfDay(in: parts.part) {
        minutes = [minute]
      } else if wakes(clock) {
        minutes = [clock.hour * 60 + clock.minute]
      } else {
        let morning = clock.hour % 12 * 60 + clock.minute
        minutes = [morning, morning + 720]
      }
    }
    // Nights reach into the day that follows theirs.
    let times = (-1...1).flatMap { day in
      minutes.compactMap { minute in
        future(today.adding(days: day), minute).map { (instant: $0, hour: minute / 60 % 24) }
      }
    }.sorted { $0.instant < $1.instant }
    let isSure = minutes.count == 1
    let found = times.first {
      isSure || SpokenClock.day.contains($0.hour) || $0.instant - now <= Self.soonSeconds
    }
    guard let found else { throw .past }
    return found.instant
  }

  private func future(_ date: CivilDate, _ minute: Int) -> Int64? {
    let instant = zone.instants(of: date.adding(days: minute / 1440), secondOfDay: minute % 1440 * 60).first
    return instant > now ? instant : nil
  }

  /// Whether it is one of the hours at which alarm clocks ring.
  private func wakes(_ clock: SpokenClock) -> Bool { isAlarm && (4...11).contains(clock.hour) }

  private static let soonSeconds: Int64 = 4 * 3600

  /// The days that are meant, the nearest one first; more than one where the year or month is not said.
  func candidates(_ day: DayReference) throws(TimeDoubt) -> [CivilDate] {
    switch day {
    case .after(let days): return [today.adding(days: days)]
    case .weekday(let weekday, let ofNextWeek):
      if ofNextWeek { return [today.adding(days: 7 - today.weekday + weekday)] }
      // Today is «hoy».
      let days = (weekday - today.weekday + 7) % 7
      return [today.adding(days: days == 0 ? 7 : days)]
    case .date(let day, let month, let year):
      if let year {
        guard let date = CivilDate(year: year, month: month, day: day) else { throw .impossibleDate }
        return [date]
      }
      // 29 February may be eight years away.
      let found = (0...8).compactMap { CivilDate(year: today.year + $0, month: month, day: day) }
      guard !found.isEmpty else { throw .impossibleDate }
      return found.filter { $0 >= today }
    case .dayOfMonth(let day):
      let months = (0...3).compactMap { firstOfMonth.adding(months: $0) }
      guard (1...31).contains(day) else { throw .impossibleDate }
      return months.compactMap { CivilDate(year: $0.year, month: $0.month, day: day) }.filter { $0 >= today }
    case .lastDayOfMonth:
      return (1...2).compactMap { firstOfMonth.adding(months: $0)?.adding(days: -1) }
    case .nextMonth: return [firstOfMonth.adding(months: 1)].compactMap { $0 }
    }
  }

  private var firstOfMonth: CivilDate { today.adding(days: 1 - today.day) }

  // MARK: - Again and again

  private func recurring(_ cycle: Cycle, _ parts: TimeParts) throws(TimeDoubt) -> Schedule {
    switch cycle {
    case .seconds(let seconds):
      guard !parts.hasClock else { throw .tooComplex }
      return try every(seconds)
    case .days(1): return try cron(parts, "*", "*", "*")
    case .days(let days):
      guard !parts.hasClock else { throw .tooComplex }
      return try every(days * 86_400)
    case .weekdays(let set): return try cron(parts, "*", "*", Self.weekdays(set))
    case .week:
      if case .weekday(let weekday, _) = parts.day { return try cron(parts, "*", "*", "\((weekday + 1) % 7)") }
      guard parts.hasClock else { return try every(7 * 86_400) }
      return try cron(parts, "*", "*", "\((today.weekday + 1) % 7)")
    case .monthDays(let days): return try cron(parts, days.map(String.init).joined(separator: ","), "*", "*")
    case .lastDay: return try cron(parts, "L", "*", "*")
    case .ordinal(let weekday, let place):
      let day = (weekday + 1) % 7
      return try cron(parts, "*", "*", place == 5 ? "\(day)L" : "\(day)#\(place + 1)")
    case .month:
      switch parts.day {
      case .dayOfMonth(let day): return try cron(parts, "\(day)", "*", "*")
      case .lastDayOfMonth: return try cron(parts, "L", "*", "*")
      default: return try cron(parts, "\(today.day)", "*", "*")
      }
    case .yearly(let day, let month): return try cron(parts, "\(day)", "\(month)", "*")
    case .year:
      guard case .date(let day, let month, nil) = parts.day else {
        return try cron(parts, "\(today.day)", "\(today.month)", "*")
      }
      return try cron(parts, "\(day)", "\(month)", "*")
    }
  }

  /// Nobody wants to be told something more often than each minute.
  private func every(_ seconds: Int) throws(TimeDoubt) -> Schedule {
    guard seconds >= 60, Schedule.periods.contains(Int64(seconds)) else { throw .notUnderstood }
    return Schedule(.every(seconds: Int64(seconds)))
  }

  private func cron(_ parts: TimeParts, _ day: String, _ month: String, _ weekday: String) throws(TimeDoubt) -> Schedule
  {
    var minutes = parts.clocks.map { clock in
      let isMorning = wakes(clock) && clock.half == .unknown && parts.part == nil
      return (isMorning ? clock.hour * 60 + clock.minute : clock.usualMinute(in: parts.part)) % 1440
    }
    if minutes.isEmpty { minutes = [parts.part?.defaultMinute ?? TimeParts.defaultMinute] }
    guard Set(minutes.map { $0 % 60 }).count == 1 else { throw .tooComplex }
    let hours = Set(minutes.map { $0 / 60 }).sorted().map(String.init).joined(separator: ",")
    guard let expression = try? CronExpression("\(minutes[0] % 60) \(hours) \(day) \(month) \(weekday)") else {
      throw .impossibleDate
    }
    return Schedule(.cron(expression))
  }

  /// Of bits from Monday on to cron's numbers from Sunday on.
  private static func weekdays(_ set: UInt8) -> String {
    set == 0x7F ? "*" : (0...6).filter { set >> $0 & 1 == 1 }.map { "\(($0 + 1) % 7)" }.joined(separator: ",")
  }
}
