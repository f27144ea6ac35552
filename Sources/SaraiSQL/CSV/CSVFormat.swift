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
  private var openMark: UInt8?

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
    let markIsDecimal = (openMark == Self.comma) == usesDecimalComma
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
    case .integer: return Int64(Self.digits(Self.bare(text), decimal: nil)).map { .integer($0) } ?? .text(text)
    case .decimal(let comma):
      let mark = comma ? Self.comma : Self.point
      return Double(Self.digits(Self.bare(text), decimal: mark)).map { .real($0) } ?? .text(text)
    case .date(let order): return .text(Self.iso(text, order) ?? text)
    case .text: return .text(text)
    }
  }

  fileprivate static let comma = UInt8(ascii: ",")
  fileprivate static let point = UInt8(ascii: ".")

  /// Without marks of thousands, and with a point before the decimals.
  private static func digits(_ number: String, decimal: UInt8?) -> String {
    guard number.utf8.contains(where: { $0 == comma || $0 == point || $0 == UInt8(ascii: "'") }) else { return number }
    let bytes = number.utf8.compactMap { byte -> UInt8? in
      byte == decimal ? point : byte == comma || byte == point || byte == UInt8(ascii: "'") ? nil : byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Without the sign of a currency and what separates it.
  static func bare(_ text: String) -> String {
    // What begins and ends as most numbers and words do has neither.
    func isPlain(_ byte: UInt8?) -> Bool {
      byte.map { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) } ?? true
    }
    if isPlain(text.utf8.first), isPlain(text.utf8.last) { return text }
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
  var openMark: UInt8?
  private var sawComma = false
  private var sawPoint = false

  var evidence: CSVFormat.Evidence { sawComma == sawPoint ? .none : sawComma ? .comma : .point }

  mutating func see(_ value: String) {
    guard isPossible else { return }
    var text = CSVFormat.bare(value).utf8[...]
    if text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") { text.removeFirst() }
    func isMark(_ byte: UInt8?) -> Bool { byte == CSVFormat.comma || byte == CSVFormat.point }
    var digits = 0
    var marks: [UInt8] = []
    for byte in text {
      if isMark(byte) { marks.append(byte) } else if (0x30...0x39).contains(byte) { digits += 1 } else { digits = 99 }
      if digits > 18 { return isPossible = false }
    }
    guard digits > 0, !isMark(text.first), !isMark(text.last) else { return isPossible = false }
    let groups =
      marks.isEmpty ? [digits] : text.split(omittingEmptySubsequences: false, whereSeparator: isMark).map(\.count)
    // 08001 is a code and not a number.
    if groups[0] > 1, text.first == 0x30 { return isPossible = false }
    guard !marks.isEmpty else { return }
    hasMark = true
    see(marks: marks, groups: groups)
    if sawComma, sawPoint { isPossible = false }
  }

  /// - Parameter groups: how many digits there are between the marks.
  private mutating func see(marks: [UInt8], groups: [Int]) {
    let last = marks.last!
    let areThousands = groups[0] <= 3 && groups.dropFirst().allSatisfy { $0 == 3 }
    if marks.contains(where: { $0 != last }) {
      // 1.234,56: the last one is the decimal sign, and stands once.
      guard marks.dropLast().allSatisfy({ $0 != last }), groups.dropFirst().dropLast().allSatisfy({ $0 == 3 })
      else { return isPossible = false }
      hasDecimals = true
      if last == CSVFormat.comma { sawComma = true } else { sawPoint = true }
    } else if marks.count > 1 {
      // 1.234.567: thousands.
      guard areThousands else { return isPossible = false }
      if last == CSVFormat.point { sawComma = true } else { sawPoint = true }
    } else if areThousands {
      openMark = last
    } else {
      hasDecimals = true
      if last == CSVFormat.comma { sawComma = true } else { sawPoint = true }
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
    guard isPossible else { return }
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
