package import SaraiCore

/// A reminder that is kept, as it is told and as somebody may mean it.
package struct KeptReminder: Sendable, Hashable {
  package var id: Int64
  package var schedule: Schedule
  /// In the second person; empty where only a time was said.
  package var text: String
  /// Seconds since 1970.
  package var nextAt: Int64

  package init(id: Int64, schedule: Schedule, text: String, nextAt: Int64) {
    self.id = id
    self.schedule = schedule
    self.text = text
    self.nextAt = nextAt
  }
}

/// Which of the reminders that are kept is meant: «la de las 7», "calling my mother", «las pastillas de mañana».
package struct ReminderChoice {
  private let tokens: SentenceTokens
  private let times: TimeReader
  private let resolver: TimeResolver

  /// - Parameters:
  ///   - what: The words that name it, in the second person.
  ///   - now: Seconds since 1970.
  /// - Returns: Nil for a text that is too long to name one.
  package init?(_ what: String, now: Int64, zone: ZoneRules, language: Language) {
    guard let tokens = SentenceTokens(what) else { return nil }
    self.tokens = tokens
    times = TimeReader(tokens: tokens, language: language)
    resolver = TimeResolver(now: now, zone: zone)
  }

  /// Those of which every word is said, be it in their text or by their time; none where no word tells anything.
  package func meant(of kept: [KeptReminder]) -> [KeptReminder] { kept.filter(isMeant) }

  private func isMeant(_ reminder: KeptReminder) -> Bool {
    let said = SentenceTokens(String(reminder.text.prefix(200)))?.tokens.map(\.text) ?? []
    let words = Set(said)
    var position = 0
    var tells = false
    while position < tokens.count {
      if let end = time(at: position, of: reminder) {
        tells = true
        position = end
      } else if words.contains(tokens[position]), !isSmall(position) || isAlone {
        tells = true
        position += 1
      } else if isSmall(position) || Self.stems(ofGerund: tokens[position]).contains(where: words.contains) {
        tells = tells || !isSmall(position)
        position += 1
      } else {
        return false
      }
    }
    return tells
  }

  private var isAlone: Bool { tokens.count == 1 && tokens.kind(0) == .word }

  private func isSmall(_ position: Int) -> Bool {
    tokens.kind(position) == .sign || Self.small.contains(tokens[position])
  }

  /// Where a time ends that begins here, if the reminder comes then.
  private func time(at position: Int, of reminder: KeptReminder) -> Int? {
    for found in [times.read(at: position), times.hour(at: position)] {
      if let (parts, end) = found, comes(reminder, parts) { return end }
    }
    return nil
  }

  // MARK: - Times

  private func comes(_ reminder: KeptReminder, _ parts: TimeParts) -> Bool {
    guard parts.doubt == nil else { return false }
    let minutes = minutes(of: reminder)
    if parts.cycle != nil {
      let clocks = minutes.map { TimeParts(exactly: $0, of: parts) }
      return ([parts] + clocks).contains { (try? resolver.schedule($0)) == reminder.schedule }
    }
    guard parts.span?.seconds ?? 0 == 0 else { return false }
    return isOnDay(reminder, parts) && parts.clocks.allSatisfy { shows($0, in: parts.part, anyOf: minutes) }
      && (!parts.clocks.isEmpty || parts.part.map { part in minutes.contains { part.minutes.contains($0) } } ?? true)
  }

  /// The minutes of the day at which it may come.
  private func minutes(of reminder: KeptReminder) -> Set<Int> {
    var minutes: Set<Int> = [resolver.zone.civil(reminder.nextAt).secondOfDay / 60]
    guard case .cron(let expression) = reminder.schedule.kind, !expression.hasAnyHour else { return minutes }
    for hour in 0..<24 where expression.hours >> UInt32(hour) & 1 == 1 {
      for minute in 0..<60 where expression.minutes >> UInt64(minute) & 1 == 1 { minutes.insert(hour * 60 + minute) }
    }
    return minutes
  }

  private func shows(_ clock: SpokenClock, in part: DayPart?, anyOf minutes: Set<Int>) -> Bool {
    if let minute = clock.minuteOfDay(in: part) { return minutes.contains(minute % 1440) }
    let morning = clock.hour % 12 * 60 + clock.minute
    return minutes.contains(morning) || minutes.contains(morning + 720)
  }

  private func isOnDay(_ reminder: KeptReminder, _ parts: TimeParts) -> Bool {
    let (zone, today) = (resolver.zone, resolver.zone.civil(resolver.now).date)
    var days: [CivilDate]
    if let span = parts.span {
      days = [today.adding(months: span.months)?.adding(days: span.days)].compactMap { $0 }
    } else if let day = parts.day {
      // The next one, where the year is not said.
      days = (try? resolver.candidates(day)).map { Array($0.prefix(1)) } ?? []
      if case .weekday(today.weekday, false) = day { days.append(today) }
    } else {
      return true
    }
    return days.contains { day in
      if zone.civil(reminder.nextAt).date == day { return true }
      guard case .cron(let expression) = reminder.schedule.kind else { return false }
      let midnight = zone.instants(of: day, secondOfDay: 0).first
      return expression.next(after: midnight - 1, zone: zone).map { zone.civil($0).date == day } ?? false
    }
  }

  // MARK: - Words

  /// "Calling" is to call, "taking" to take, "running" to run.
  private static func stems(ofGerund word: String) -> [String] {
    guard word.hasSuffix("ing"), word.utf8.count > 5 else { return [] }
    let stem = String(word.dropLast(3))
    return [stem, stem + "e"] + (stem.last == stem.dropLast().last ? [String(stem.dropLast())] : [])
  }

  /// Words that tell no reminder from another.
  private static let small: Set<String> = [
    "a", "al", "de", "del", "el", "ella", "en", "esa", "ese", "esta", "este", "la", "las", "lo", "los", "me", "mi",
    "mis", "para", "que", "sobre", "tu", "tus", "un", "una", "y", "about", "an", "and", "at", "for", "in", "it", "my",
    "of", "on", "one", "that", "the", "this", "to", "your",
  ]
}

extension TimeParts {
  /// The same at a minute of the day.
  fileprivate init(exactly minute: Int, of parts: TimeParts) {
    self = parts
    clocks = [SpokenClock(hour: minute / 60, minute: minute % 60, half: .exact)]
    part = nil
  }
}

extension DayPart {
  /// Of the day.
  fileprivate var minutes: Range<Int> {
    switch self {
    case .earlyMorning: 0..<420
    case .morning: 300..<720
    case .noon: 690..<900
    case .afternoon: 720..<1260
    case .night: 1140..<1440
    }
  }
}
