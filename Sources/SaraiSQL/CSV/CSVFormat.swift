/// How the values of one CSV column are written.
struct CSVFormat {
  enum Evidence { case none, comma, point }

  private enum Style {
    case integer
    /// The sign before the decimals; the other one separates thousands.
    case decimal(comma: Bool)
    case date(DateOrder)
    case text
  }

  private enum DateOrder { case iso, dayFirst, monthFirst }

  private var style: Style
  /// Which decimal sign the column's values show beyond doubt.
  let evidence: Evidence
  /// Whether the numbers could be thousands or decimals: 1.234 or 1,234 only.
  private var isOpen = false
  private var openMark: Character?

  /// Settles all but what other columns have to say.
  init(of values: some Sequence<String>) {
    var numbers = NumberSurvey()
    var dates = DateSurvey()
    var count = 0
    for value in values where !value.isEmpty {
      count += 1
      numbers.see(value)
      dates.see(value)
      if !numbers.isPossible, !dates.isPossible { break }
    }
    evidence = numbers.isPossible ? numbers.evidence : .none
    if count == 0 {
      style = .text
    } else if numbers.isPossible {
      isOpen = numbers.hasMark && numbers.evidence == .none
      // Marks of thousands only are no decimals.
      style = numbers.hasDecimals ? .decimal(comma: numbers.evidence == .comma) : .integer
    } else if let order = dates.order {
      style = .date(order == 0 ? .iso : order == 1 ? .dayFirst : .monthFirst)
    } else {
      style = .text
    }
    openMark = numbers.openMark
  }

  mutating func settle(usesDecimalComma: Bool) {
    guard isOpen, let openMark else { return }
    let markIsDecimal = (openMark == ",") == usesDecimalComma
    style = markIsDecimal ? .decimal(comma: usesDecimalComma) : .integer
  }

  var kind: Schema.Column.Kind {
    switch style {
    case .integer: .integer
    case .decimal: .real
    case .date: .date
    case .text: .text
    }
  }

  func value(_ text: String) -> SQLValue {
    guard !text.isEmpty else { return .null }
    switch style {
    case .integer:
      let digits = Self.bare(text).filter { $0 != "." && $0 != "," && $0 != "'" }
      return Int64(digits).map { .integer($0) } ?? .text(text)
    case .decimal(let comma):
      let number = Self.bare(text).compactMap { (character: Character) -> Character? in
        character == (comma ? "," : ".") ? "." : character == (comma ? "." : ",") || character == "'" ? nil : character
      }
      return Double(String(number)).map { .real($0) } ?? .text(text)
    case .date(let order): return .text(Self.iso(text, order) ?? text)
    case .text: return .text(text)
    }
  }

  /// Without the sign of a currency and what separates it.
  static func bare(_ text: String) -> String {
    var result = text.replacing("\u{2212}", with: "-")
    for sign in ["€", "$", "£"] {
      if result.hasSuffix(sign) { result.removeLast() } else if result.hasPrefix(sign) { result.removeFirst() }
    }
    return result.trimmed
  }

  static func looksLikeNumber(_ text: String) -> Bool {
    var survey = NumberSurvey()
    if !text.isEmpty { survey.see(text) }
    return !text.isEmpty && survey.isPossible
  }

  private static func iso(_ text: String, _ order: DateOrder) -> String? {
    if order == .iso { return text }
    let (date, time) = DateSurvey.split(text)
    let parts = date.split(whereSeparator: { "/-.".contains($0) })
    guard parts.count == 3 else { return nil }
    let (day, month) = order == .dayFirst ? (parts[0], parts[1]) : (parts[1], parts[0])
    func two(_ part: Substring) -> String { (part.count == 1 ? "0" : "") + part }
    return "\(parts[2])-\(two(month))-\(two(day))" + (time.isEmpty ? "" : " " + time)
  }
}

/// What a column's values have in common, as far as they are numbers.
private struct NumberSurvey {
  var isPossible = true
  var hasMark = false
  var hasDecimals = false
  var openMark: Character?
  private var sawComma = false
  private var sawPoint = false

  var evidence: CSVFormat.Evidence { sawComma == sawPoint ? .none : sawComma ? .comma : .point }

  mutating func see(_ value: String) {
    guard isPossible else { return }
    var text = CSVFormat.bare(value)[...]
    if let first = text.first, first == "-" || first == "+" { text.removeFirst() }
    let marks = text.filter { $0 == "." || $0 == "," }
    let digits = text.filter { $0.isASCII && $0.isNumber }
    guard !digits.isEmpty, digits.count + marks.count == text.count, digits.count <= 18,
      text.first.map({ $0 != "." && $0 != "," }) ?? false, text.last.map({ $0 != "." && $0 != "," }) ?? false
    else { return isPossible = false }
    let groups = text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "." || $0 == "," })
    // 08001 is a code and not a number.
    if groups[0].count > 1, groups[0].first == "0" { return isPossible = false }
    guard !marks.isEmpty else { return }
    hasMark = true
    see(marks: marks, groups: groups)
    if sawComma, sawPoint { isPossible = false }
  }

  private mutating func see(marks: String, groups: [Substring]) {
    let last = marks.last!
    let areThousands = groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 }
    if Set(marks).count == 2 {
      // 1.234,56: the last one is the decimal sign, and stands once.
      guard marks.dropLast().allSatisfy({ $0 != last }), groups.dropFirst().dropLast().allSatisfy({ $0.count == 3 })
      else { return isPossible = false }
      hasDecimals = true
      if last == "," { sawComma = true } else { sawPoint = true }
    } else if marks.count > 1 {
      // 1.234.567: thousands.
      guard areThousands else { return isPossible = false }
      if last == "." { sawComma = true } else { sawPoint = true }
    } else if areThousands {
      openMark = last
    } else {
      hasDecimals = true
      if last == "," { sawComma = true } else { sawPoint = true }
    }
  }
}

/// What a column's values have in common, as far as they are dates.
private struct DateSurvey {
  private var isISO = true
  private var canBeDayFirst = true
  private var canBeMonthFirst = true
  private var isEmpty = true

  var isPossible: Bool { isISO || canBeDayFirst || canBeMonthFirst }

  /// 0 ISO, 1 day first, 2 month first. Where both could be, the day is first.
  var order: Int? { isEmpty ? nil : isISO ? 0 : canBeDayFirst ? 1 : canBeMonthFirst ? 2 : nil }

  mutating func see(_ value: String) {
    isEmpty = false
    isISO = isISO && ISODate.begins(value)
    let (date, time) = Self.split(value)
    let parts = date.split(omittingEmptySubsequences: false, whereSeparator: { "/-.".contains($0) })
    guard parts.count == 3, parts[2].count == 4, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let first = Int(parts[0]), let second = Int(parts[1]), first >= 1, second >= 1, first <= 31, second <= 31,
      parts[0].count <= 2, parts[1].count <= 2, time.allSatisfy({ $0.isNumber || $0 == ":" || $0 == "." })
    else {
      canBeDayFirst = false
      canBeMonthFirst = false
      return
    }
    canBeDayFirst = canBeDayFirst && second <= 12
    canBeMonthFirst = canBeMonthFirst && first <= 12
  }

  static func split(_ text: String) -> (date: String, time: String) {
    guard let space = text.firstIndex(of: " ") else { return (text, "") }
    return (String(text[..<space]), String(text[text.index(after: space)...]).trimmed)
  }
}
