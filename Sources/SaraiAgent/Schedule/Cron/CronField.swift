import SaraiCore

/// One of the five fields of a cron expression.
struct CronField {
  enum Kind: CaseIterable {
    case minute, hour, day, month, weekday

    var range: ClosedRange<Int> {
      switch self {
      case .minute: 0...59
      case .hour: 0...23
      case .day: 1...31
      case .month: 1...12
      case .weekday: 0...7
      }
    }

    /// What may stand there besides numbers.
    var allowed: String {
      switch self {
      case .minute, .hour: ""
      case .day: "L"
      case .month: "jan-dec"
      case .weekday: "sun-sat, 1#2, 5L"
      }
    }

    var name: Localized {
      switch self {
      case .minute: Localized(es: "minuto", en: "minute")
      case .hour: Localized(es: "hora", en: "hour")
      case .day: Localized(es: "día del mes", en: "day of month")
      case .month: Localized(es: "mes", en: "month")
      case .weekday: Localized(es: "día de la semana", en: "day of week")
      }
    }

    func number(_ text: Substring) -> Int? {
      if (1...2).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) {
        return range.contains(number) ? number : nil
      }
      switch self {
      case .month: return CronField.months.firstIndex(of: text).map { $0 + 1 }
      case .weekday: return CronField.weekdays.firstIndex(of: text)
      default: return nil
      }
    }
  }

  private(set) var bits: UInt64 = 0
  private(set) var isAny = false
  private(set) var hasLast = false
  private(set) var ordinals: [UInt8] = []
  /// Canonical: numbers, in order, with ranges where there are three in a row.
  private(set) var text = ""

  /// Nil for what cannot be read. `field` is in lower case.
  init?(_ field: String, _ kind: Kind) {
    isAny = field.hasPrefix("*")
    var step: Int?
    let items = field.split(separator: ",", omittingEmptySubsequences: false)
    for item in items {
      if kind == .day, item == "l" {
        hasLast = true
      } else if kind == .weekday, let (weekday, place) = Self.ordinal(item) {
        if ordinals.isEmpty { ordinals = Array(repeating: 0, count: 6) }
        ordinals[place] |= 1 << weekday
      } else {
        guard let found = add(item, kind) else { return nil }
        step = found
      }
    }
    if kind == .weekday, bits >> 7 & 1 == 1 { bits = bits & 0x7F | 1 }
    guard isAny else {
      text = list(kind)
      return
    }
    // A star beside other items is a mistake.
    guard items.count == 1, let step else { return nil }
    text = step == 1 ? "*" : "*/\(step)"
  }

  /// The step, 1 where none is written.
  private mutating func add(_ item: Substring, _ kind: Kind) -> Int? {
    let parts = item.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first else { return nil }
    var step = 1
    if parts.count == 2 {
      guard (1...2).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
        let number = Int(parts[1]), number > 0
      else { return nil }
      step = number
    }
    var range: ClosedRange<Int>
    if first == "*" {
      range = kind == .weekday ? 0...6 : kind.range
    } else {
      let ends = first.split(separator: "-", omittingEmptySubsequences: false)
      guard ends.count <= 2, let low = kind.number(ends[0]) else { return nil }
      // `5/15` is from 5 on.
      var high = parts.count == 2 ? kind.range.upperBound - (kind == .weekday ? 1 : 0) : low
      if ends.count == 2 {
        guard let found = kind.number(ends[1]) else { return nil }
        // `fri-sun` ends with the week.
        high = kind == .weekday && found == 0 && low > 0 ? 7 : found
      }
      guard low <= high else { return nil }
      range = low...high
    }
    for number in stride(from: range.lowerBound, through: range.upperBound, by: step) { bits |= 1 << UInt64(number) }
    return step
  }

  /// `1#2`: the second Monday; `5L`: the last Friday, in place 5.
  private static func ordinal(_ item: Substring) -> (weekday: Int, place: Int)? {
    if item.last == "l", item.utf8.count > 1, let weekday = Kind.weekday.number(item.dropLast()) {
      return (weekday % 7, 5)
    }
    let parts = item.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count == 2, let weekday = Kind.weekday.number(parts[0]), let place = Int(parts[1]),
      parts[1].utf8.count == 1, (1...5).contains(place)
    else { return nil }
    return (weekday % 7, place - 1)
  }

  private func list(_ kind: Kind) -> String {
    var items: [String] = []
    var number = kind.range.lowerBound
    while number <= kind.range.upperBound {
      guard bits >> UInt64(number) & 1 == 1 else {
        number += 1
        continue
      }
      var end = number
      while end < kind.range.upperBound, bits >> UInt64(end + 1) & 1 == 1 { end += 1 }
      items += end - number >= 2 ? ["\(number)-\(end)"] : (number...end).map(String.init)
      number = end + 1
    }
    if hasLast { items.append("L") }
    for (place, set) in ordinals.enumerated() {
      for weekday in 0...6 where set >> weekday & 1 == 1 {
        items.append(place == 5 ? "\(weekday)L" : "\(weekday)#\(place + 1)")
      }
    }
    return items.joined(separator: ",")
  }

  private static let months: [Substring] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
  ]
  private static let weekdays: [Substring] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
}
