/// A part of the day without an hour.
enum DayPart: Sendable, Hashable {
  case earlyMorning, morning, noon, afternoon, night

  /// Where no hour is said.
  var defaultMinute: Int {
    switch self {
    case .earlyMorning: 300
    case .morning: TimeParts.defaultMinute
    case .noon: 720
    case .afternoon: 1020
    case .night: 1260
    }
  }
}

/// A time of day as it is said.
struct SpokenClock: Sendable, Hashable {
  enum Half: Sendable, Hashable {
    /// One of twelve hours: «a las 5».
    case unknown
    /// Of 24 hours.
    case exact
    case before, after
    case part(DayPart)
  }

  /// 0...24; 1...12 where the half is not exact.
  var hour: Int
  var minute: Int
  var half: Half

  /// Minutes since the midnight with which the day begins, from which on nights reach into the next day; nil where
  /// the half of the day is not said.
  func minuteOfDay(in part: DayPart?) -> Int? {
    switch half {
    case .exact: return hour * 60 + minute
    case .before: return hour % 12 * 60 + minute
    case .after: return (hour % 12 + 12) * 60 + minute
    case .unknown:
      guard let part else { return nil }
      return SpokenClock(hour: hour, minute: minute, half: .part(part)).minuteOfDay(in: nil)
    case .part(let part):
      // In Spanish noon is «las 12 de la mañana» too.
      let shift =
        switch part {
        case .earlyMorning: hour == 12 ? -12 : 0
        case .morning: 0
        case .noon: hour < 5 ? 12 : 0
        case .afternoon: hour < 12 ? 12 : 0
        case .night: hour == 12 || hour >= 5 ? 12 : 24
        }
      return (hour + shift) * 60 + minute
    }
  }

  /// By day, from 7 to 21, where the half is not said.
  func usualMinute(in part: DayPart?) -> Int {
    if let minute = minuteOfDay(in: part) { return minute }
    let morning = hour % 12 * 60 + minute
    return Self.day.contains(morning / 60) ? morning : morning + 720
  }

  static let day = 7...21
}

/// A length of time.
struct TimeSpan: Sendable, Hashable {
  var months = 0
  var days = 0
  var seconds = 0

  /// Less than a hundred years, and less than a year of seconds.
  var isSane: Bool { months < 1200 && days < 36_600 && seconds < 366 * 86_400 }

  static func + (a: Self, b: Self) -> Self {
    TimeSpan(months: a.months + b.months, days: a.days + b.days, seconds: a.seconds + b.seconds)
  }
}

/// A day as it is said.
enum DayReference: Sendable, Hashable {
  /// From today on.
  case after(days: Int)
  /// The next one; 0 is Monday. `weeks` of 1 is the one of next week.
  case weekday(Int, ofNextWeek: Bool)
  case date(day: Int, month: Int, year: Int?)
  case dayOfMonth(Int)
  case lastDayOfMonth
  case nextMonth
}

/// What comes again and again.
enum Cycle: Sendable, Hashable {
  case seconds(Int)
  case days(Int)
  /// Bits, 0 for Monday.
  case weekdays(UInt8)
  case monthDays([Int])
  case lastDay
  /// The second Monday of each month, or the last one at place 5; 0 is Monday.
  case ordinal(weekday: Int, place: Int)
  case yearly(day: Int, month: Int)
  /// On a day that is said apart.
  case week, month, year

  /// Bits of the days from one to another, over Sunday where the first is the later one.
  static func weekdays(from first: Int, to last: Int) -> UInt8 {
    (0...6).reduce(0) { bits, day in
      let isWithin = first <= last ? (first...last).contains(day) : day >= first || day <= last
      return isWithin ? bits | 1 << UInt8(day) : bits
    }
  }
}

/// Why what was said gives no time, although it is about one.
enum TimeDoubt: Error, Sendable, Hashable {
  case notUnderstood
  /// «Luego», "in a while".
  case vague
  /// «Dos veces al día».
  case frequency
  /// 3/5 in English.
  case ambiguousDate
  case impossibleDate
  case past
  /// «Cada tres días a las 9», and hours with different minutes.
  case tooComplex
}

/// What was said of a time, before it is known when that is.
struct TimeParts: Sendable, Hashable {
  var span: TimeSpan?
  var day: DayReference?
  var clocks: [SpokenClock] = []
  var part: DayPart?
  var cycle: Cycle?
  var doubt: TimeDoubt?

  init(
    span: TimeSpan? = nil, day: DayReference? = nil, clocks: [SpokenClock] = [], part: DayPart? = nil,
    cycle: Cycle? = nil, doubt: TimeDoubt? = nil
  ) {
    (self.span, self.day, self.clocks, self.part) = (span, day, clocks, part)
    (self.cycle, self.doubt) = (cycle, doubt)
  }

  /// Nothing but how often.
  init(cycleOf span: TimeSpan) {
    switch (span.months, span.days, span.seconds) {
    case (0, 0, let seconds): cycle = .seconds(seconds)
    case (0, let days, 0): cycle = .days(days)
    default: doubt = .tooComplex
    }
  }

  /// 9:00, where a day is said and no hour.
  static let defaultMinute = 540

  var isEmpty: Bool { self == TimeParts() }

  /// Whether it says nothing of a day.
  var hasOnlyClock: Bool { span == nil && day == nil && cycle == nil && doubt == nil }
  var hasClock: Bool { !clocks.isEmpty || part != nil }

  /// Takes in what another part of the sentence says; false, and unchanged, where both say the same kind of thing.
  mutating func merge(_ other: TimeParts) -> Bool {
    let days = (span == nil ? 0 : 1) + (day == nil ? 0 : 1)
    let otherDays = (other.span == nil ? 0 : 1) + (other.day == nil ? 0 : 1)
    guard days + otherDays <= 1, clocks.isEmpty || other.clocks.isEmpty, part == nil || other.part == nil,
      cycle == nil || other.cycle == nil, doubt == nil || other.doubt == nil
    else { return false }
    if cycle != nil || other.cycle != nil {
      guard canCycle(with: other) else { return false }
    }
    span = span ?? other.span
    day = day ?? other.day
    clocks += other.clocks
    part = part ?? other.part
    cycle = cycle ?? other.cycle
    doubt = doubt ?? other.doubt
    return true
  }

  /// A cycle bears a day only where it has none of its own.
  private func canCycle(with other: TimeParts) -> Bool {
    switch (cycle ?? other.cycle, day ?? other.day, span ?? other.span) {
    case (_, _, .some): false
    case (_, nil, _): true
    case (.week, .weekday(_, false), _), (.month, .dayOfMonth, _), (.month, .lastDayOfMonth, _), (.year, .date, _): true
    default: false
    }
  }
}
