import SaraiCore

/// A rule as POSIX writes `TZ`, and as zone files end with: `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneFooter {
  /// Seconds ahead of UTC.
  let standardOffset: Int32
  let summer: (offset: Int32, start: Day, end: Day)?

  /// A day of each year, and when on it by the clock that is then put forward or back.
  struct Day {
    enum Kind {
      /// 1...365; 29 February is never counted.
      case julian(Int)
      /// 0...365.
      case zeroBased(Int)
      /// The last one of its month for week 5; weekday 0 is Sunday.
      case weekday(month: Int, week: Int, weekday: Int)
    }
    let kind: Kind
    let seconds: Int

    /// Seconds since 1970 by the clock on the wall.
    func local(in year: Int) -> Int64 {
      let first = CivilDate(year: year, month: 1, day: 1)?.dayNumber ?? 0
      let day =
        switch kind {
        case .julian(let number): first + number - (CivilDate.isLeap(year: year) && number >= 60 ? 0 : 1)
        case .zeroBased(let number): first + number
        case .weekday(let month, let week, let weekday): Self.day(year, month, week, weekday)
        }
      return Int64(day) * 86_400 + Int64(seconds)
    }

    private static func day(_ year: Int, _ month: Int, _ week: Int, _ weekday: Int) -> Int {
      guard let first = CivilDate(year: year, month: month, day: 1) else { return 0 }
      let days = (weekday + 6 - first.weekday + 7) % 7 + (week - 1) * 7
      return first.dayNumber + (days < CivilDate.daysIn(month: month, year: year) ? days : days - 7)
    }
  }

  /// Nil for what is no such rule.
  init?(_ text: String) {
    guard text.utf8.count <= 256 else { return nil }
    var scanner = Scanner(rest: Array(text.utf8)[...])
    guard scanner.name(), let standard = scanner.seconds(maxHours: 24) else { return nil }
    standardOffset = Int32(-standard)
    guard !scanner.rest.isEmpty else {
      summer = nil
      return
    }
    guard scanner.name() else { return nil }
    var offset = standard - 3600
    if scanner.rest.first != UInt8(ascii: ",") {
      guard let found = scanner.seconds(maxHours: 24) else { return nil }
      offset = found
    }
    guard scanner.take(","), let start = scanner.day(), scanner.take(","), let end = scanner.day(),
      scanner.rest.isEmpty
    else { return nil }
    summer = (Int32(-offset), start, end)
  }

  /// The changes of a year, in order: their instants and the offsets from then on.
  func changes(in year: Int) -> [(instant: Int64, offset: Int32)] {
    guard let summer else { return [] }
    let start = (instant: summer.start.local(in: year) - Int64(standardOffset), offset: summer.offset)
    let end = (instant: summer.end.local(in: year) - Int64(summer.offset), offset: standardOffset)
    return start.instant <= end.instant ? [start, end] : [end, start]
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix { (48...57).contains($0) }
      guard (1...3).contains(digits.count) else { return nil }
      rest.removeFirst(digits.count)
      let value = digits.reduce(0) { $0 * 10 + Int($1 - 48) }
      return range.contains(value) ? value : nil
    }

    /// Three letters or more, or what stands in angle brackets.
    mutating func name() -> Bool {
      func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte & 0xDF) }
      let isQuoted = take("<")
      let letters = rest.prefix {
        isLetter($0) || isQuoted && ((48...57).contains($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-"))
      }
      rest.removeFirst(letters.count)
      return letters.count >= 3 && (!isQuoted || take(">"))
    }

    /// `[+-]h[h][:mm[:ss]]`.
    mutating func seconds(maxHours: Int) -> Int? {
      let isNegative = take("-")
      if !isNegative { _ = take("+") }
      guard let hours = number(0...maxHours) else { return nil }
      var total = hours * 3600
      for unit in [60, 1] where take(":") {
        guard let value = number(0...59) else { return nil }
        total += value * unit
      }
      return isNegative ? -total : total
    }

    mutating func day() -> Day? {
      let kind: Day.Kind
      if take("M") {
        guard let month = number(1...12), take("."), let week = number(1...5), take("."), let weekday = number(0...6)
        else { return nil }
        kind = .weekday(month: month, week: week, weekday: weekday)
      } else if take("J") {
        guard let number = number(1...365) else { return nil }
        kind = .julian(number)
      } else {
        guard let number = number(0...365) else { return nil }
        kind = .zeroBased(number)
      }
      guard take("/") else { return Day(kind: kind, seconds: 7200) }
      return seconds(maxHours: 167).map { Day(kind: kind, seconds: $0) }
    }
  }
}
