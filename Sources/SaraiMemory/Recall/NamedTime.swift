import SaraiCore

/// The time that a question names: "on 3 May 2023", "en julio de 2023", "in August", "ayer".
enum NamedTime: Hashable {
  /// Days since 1970, first and last.
  case days(ClosedRange<Int>)
  /// A month of no year.
  case month(Int)

  /// - Parameters:
  ///   - words: The question's, as `WordSplitter` gives them.
  ///   - today: The day on which it is asked, in days since 1970.
  init?(_ words: [String], today: Int) {
    let tokens = words.filter { $0 != "de" && $0 != "del" && $0 != "of" && $0 != "the" }
    guard let time = Self.date(in: tokens) ?? Self.year(in: tokens) ?? Self.relative(words, today: today) else {
      return nil
    }
    self = time
  }

  /// How well something said on a day fits, 0…1: best in the time itself, less with every day after it, since people
  /// tell what happened, and half as long before it.
  func fit(day: Int) -> Float {
    switch self {
    case .month(let month): return CivilDate(dayNumber: day).month == month ? 0.5 : 0
    case .days(let days):
      let gap = day < days.lowerBound ? 2 * (days.lowerBound - day) : max(0, day - days.upperBound)
      guard gap < Self.decay.count else { return 0 }
      // A year says little.
      return Self.decay[gap] * (days.count <= 31 ? 1 : 0.3)
    }
  }

  /// e^(-days/7), for two months.
  private static let decay: [Float] = {
    var values: [Float] = []
    var value: Float = 1
    while values.count < 60 {
      values.append(value)
      value *= 0.866_878
    }
    return values
  }()

  private static func date(in tokens: [String]) -> NamedTime? {
    for (index, token) in tokens.enumerated() {
      guard let month = TimeWords.month(token) else { continue }
      let before = index > 0 ? day(tokens[index - 1]) : nil
      let after = tokens[(index + 1)...].prefix(2).map { $0 }
      if let day = before, let year = after.first.flatMap(year) { return Self.day(day, month, year) }
      if let day = after.first.flatMap(day), after.count > 1, let year = year(after[1]) {
        return Self.day(day, month, year)
      }
      if let year = after.first.flatMap(year) { return Self.month(month, year) }
      // "may" alone is seldom a month: "in May", "en mayo".
      if before != nil || after.first.flatMap(day) != nil || (index > 0 && ["in", "en"].contains(tokens[index - 1])) {
        return .month(month)
      }
    }
    return nil
  }

  private static func year(in tokens: [String]) -> NamedTime? {
    guard let year = tokens.lazy.compactMap({ year($0) }).first,
      let first = CivilDate(year: year, month: 1, day: 1), let last = CivilDate(year: year, month: 12, day: 31)
    else { return nil }
    return .days(first.dayNumber...last.dayNumber)
  }

  private static func relative(_ words: [String], today: Int) -> NamedTime? {
    let pairs = zip(words, words.dropFirst()).map { "\($0) \($1)" }
    func has(_ expressions: String...) -> Bool {
      expressions.contains { words.contains($0) || pairs.contains($0) }
    }
    if has("anteayer") { return .days((today - 2)...(today - 2)) }
    if has("yesterday", "ayer", "last night", "anoche") { return .days((today - 1)...(today - 1)) }
    if has("today", "hoy", "esta manana", "this morning") { return .days(today...today) }
    let date = CivilDate(dayNumber: today)
    if has("last week", "semana pasada") {
      let monday = today - date.weekday - 7
      return .days(monday...(monday + 6))
    }
    if has("last month", "mes pasado"), let before = date.adding(months: -1) {
      return month(before.month, before.year)
    }
    if has("last year", "ano pasado") { return year(in: [String(date.year - 1)]) }
    return nil
  }

  private static func day(_ day: Int, _ month: Int, _ year: Int) -> NamedTime? {
    CivilDate(year: year, month: month, day: day).map { .days($0.dayNumber...$0.dayNumber) }
  }

  private static func month(_ month: Int, _ year: Int) -> NamedTime? {
    guard let first = CivilDate(year: year, month: month, day: 1), let next = first.adding(months: 1) else {
      return nil
    }
    return .days(first.dayNumber...(next.dayNumber - 1))
  }

  /// "3", "3rd", "31".
  private static func day(_ token: String) -> Int? {
    let digits = token.prefix { ("0"..."9").contains($0) }
    guard digits.count <= 2, ["", "st", "nd", "rd", "th"].contains(token.dropFirst(digits.count)),
      let day = Int(digits), (1...31).contains(day)
    else { return nil }
    return day
  }

  private static func year(_ token: String) -> Int? { TimeWords.isYear(token) ? Int(token) : nil }
}
