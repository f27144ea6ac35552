/// Points in time as text of ISO 8601, and as milliseconds since 1970.
package enum ISOTime {
  /// `2026-11-23T07:33:12Z`, in UTC; with milliseconds where there are any, and with a sign and six digits for years
  /// outside of 0...9999.
  package static func text(_ milliseconds: Int64) -> String {
    let remainder = milliseconds % 1000
    let fraction = Int(remainder < 0 ? remainder + 1000 : remainder)
    let time = CivilDateTime(secondsSince1970: Int(milliseconds / 1000) - (remainder < 0 ? 1 : 0))
    let (date, seconds) = (time.date, time.secondOfDay)
    let year =
      (0...9999).contains(date.year)
      ? padded(date.year, 4) : (date.year < 0 ? "-" : "+") + padded(abs(date.year), 6)
    let day = "\(year)-\(padded(date.month, 2))-\(padded(date.day, 2))"
    let clock = "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
    return "\(day)T\(clock)\(fraction == 0 ? "" : "." + padded(fraction, 3))Z"
  }

  /// Reads `2026`, `2026-11`, `2026-11-23`, `2026-11-23T07:33`, with seconds, fractions of them and a zone or without.
  ///
  /// - Parameter utcOffsetSeconds: Of times that name no zone.
  /// - Returns: The beginning of what is named; nil for what is no such text, and for days that there are not.
  package static func milliseconds(_ text: some StringProtocol, utcOffsetSeconds: Int = 0) -> Int64? {
    var scanner = Scanner(rest: Array(text.utf8)[...])
    guard let date = scanner.date() else { return nil }
    var clock = (seconds: 0, milliseconds: 0)
    var offset = utcOffsetSeconds
    if scanner.take("T") || scanner.take("t") || scanner.take(" ") {
      guard let found = scanner.clock() else { return nil }
      clock = found
      if !scanner.isAtEnd {
        guard let zone = scanner.zone() else { return nil }
        offset = zone
      }
    }
    guard scanner.isAtEnd else { return nil }
    return Int64(date.dayNumber * 86_400 + clock.seconds - offset) * 1000 + Int64(clock.milliseconds)
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest.removeFirst()
      return true
    }

    /// So many digits and not one more.
    mutating func number(digits: ClosedRange<Int>) -> Int? {
      let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard digits.contains(found.count) else { return nil }
      rest.removeFirst(found.count)
      return found.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    mutating func date() -> CivilDate? {
      let isNegative = take("-")
      let hasSign = isNegative || take("+")
      guard let year = number(digits: hasSign ? 4...7 : 4...4) else { return nil }
      var (month, day) = (1, 1)
      if take("-") {
        guard let found = number(digits: 2...2) else { return nil }
        month = found
        if take("-") {
          guard let found = number(digits: 2...2) else { return nil }
          day = found
        }
      }
      return CivilDate(year: isNegative ? -year : year, month: month, day: day)
    }

    mutating func clock() -> (seconds: Int, milliseconds: Int)? {
      guard let hour = number(digits: 2...2), hour < 24, take(":"), let minute = number(digits: 2...2), minute < 60
      else { return nil }
      var (second, milliseconds) = (0, 0)
      if take(":") {
        guard let found = number(digits: 2...2), found < 60 else { return nil }
        second = found
        if take(".") || take(",") {
          let start = rest
          guard number(digits: 1...9) != nil else { return nil }
          for digit in [100, 10, 1].enumerated() where digit.offset < start.count - rest.count {
            milliseconds += Int(start[start.startIndex + digit.offset] - UInt8(ascii: "0")) * digit.element
          }
        }
      }
      return (hour * 3600 + minute * 60 + second, milliseconds)
    }

    /// Seconds ahead of UTC, of `Z`, `+01`, `+01:00` or `+0100`.
    mutating func zone() -> Int? {
      if take("Z") || take("z") { return 0 }
      let isBehind = take("-")
      guard isBehind || take("+"), let hour = pair(), hour < 24 else { return nil }
      var minute = 0
      if !isAtEnd {
        _ = take(":")
        guard let found = pair(), found < 60 else { return nil }
        minute = found
      }
      return (isBehind ? -1 : 1) * (hour * 3600 + minute * 60)
    }

    private mutating func pair() -> Int? {
      var digits = Scanner(rest: rest.prefix(2))
      guard let number = digits.number(digits: 2...2) else { return nil }
      rest.removeFirst(2)
      return number
    }
  }
}

extension CivilDateTime {
  /// Since 1970, in UTC.
  package var milliseconds: Int64 {
    Int64(date.dayNumber * 86_400 + secondOfDay - utcOffsetSeconds) * 1000
  }
}
