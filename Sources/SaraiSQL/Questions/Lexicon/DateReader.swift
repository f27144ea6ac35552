/// A day, a month or a year, some of it unsaid.
struct PartialDate: Hashable, Sendable {
  var year: Int?
  var month: Int?
  var day: Int?

  var isYear: Bool { month == nil && day == nil }

  /// Nil while the year is unsaid.
  var span: DateSpan? {
    guard let year else { return nil }
    guard let month else { return DateSpan.year(year) }
    guard let day else { return DateSpan.month(year, month) }
    return CivilDay.iso(year, month, day).flatMap { DateSpan.day($0) }
  }
}

/// Finds dates in a question.
struct DateReader {
  private let names: NameIndex
  private let hasDates: Bool
  private let hasYears: Bool

  init(schema: Schema, names: NameIndex) {
    self.names = names
    hasDates = schema.columnIndices.contains { schema.column($0).kind == .date }
    hasYears = schema.columnIndices.contains { schema.isYear($0) }
  }

  private static let months: [String: Int] = {
    var months: [String: Int] = [:]
    for line in [
      "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
      "january february march april may june july august september october november december",
    ] {
      for (index, word) in line.split(separator: " ").enumerated() { months[String(word)] = index + 1 }
    }
    months["setiembre"] = 9
    return months
  }()

  private static let joints: Set<String> = ["de", "del", "of", "the", ","]

  /// What can stand before a year or a month that is one.
  private static let before: Set<String> = [
    "en", "in", "de", "del", "of", "ano", "year", "durante", "during", "desde", "since", "hasta", "until", "before",
    "after", "from", "entre", "between", "y", "and", "to", "a", "mes", "month", "for", "para", "through", "till", "el",
  ]

  func date(_ tokens: [QuestionToken], _ start: Int, after last: QuestionItem?) -> Annotator.Match? {
    func word(_ offset: Int) -> String? { start + offset < tokens.count ? tokens[start + offset].folded : nil }
    func number(_ offset: Int, _ range: ClosedRange<Int>) -> Int? {
      guard start + offset < tokens.count, let number = tokens[start + offset].number, let whole = Int(exactly: number),
        range.contains(whole)
      else { return nil }
      return whole
    }
    func skip(_ offset: Int) -> Int { Self.joints.contains(word(offset) ?? "") ? offset + 1 : offset }
    func match(_ date: PartialDate, _ length: Int) -> Annotator.Match { .init(item: .date(date), length: length) }
    let years = 1_000...9_998
    if case .date(let iso) = tokens[start].kind {
      let parts = iso.split(separator: "-").compactMap { Int($0) }
      guard hasDates, parts.count == 3 else { return nil }
      return match(PartialDate(year: parts[0], month: parts[1], day: parts[2]), 1)
    }
    if let day = number(0, 1...31), let month = word(skip(1)).flatMap({ Self.months[$0] }) {
      let end = skip(1) + 1
      let year = number(skip(end), years)
      return match(PartialDate(year: year, month: month, day: day), year == nil ? end : skip(end) + 1)
    }
    if let month = word(0).flatMap({ Self.months[$0] }) {
      if let day = number(1, 1...31) {
        let year = number(skip(2), years)
        return match(PartialDate(year: year, month: month, day: day), year == nil ? 2 : skip(2) + 1)
      }
      if let year = number(skip(1), years) { return match(PartialDate(year: year, month: month), skip(1) + 1) }
      return start > 0 && Self.before.contains(tokens[start - 1].folded) ? match(PartialDate(month: month), 1) : nil
    }
    return isYear(tokens, start, after: last) ? match(PartialDate(year: number(0, years)), 1) : nil
  }

  private func isYear(_ tokens: [QuestionToken], _ start: Int, after last: QuestionItem?) -> Bool {
    guard let number = tokens[start].number, tokens[start].text.count == 4, number >= 1_000, number <= 2_100 else {
      return false
    }
    guard hasYears || (hasDates && number >= 1_900) else { return false }
    switch last {
    case .compare, .comparative: return false
    case .side, .between, .period: return true
    default: break
    }
    guard start > 0, Self.before.contains(tokens[start - 1].folded) else { return false }
    guard start + 1 < tokens.count else { return true }
    let next = tokens[start + 1]
    if case .unit = Phrases.items[[next.folded]] { return false }
    return !next.isWord || !(names.isTable(next.folded) || names.isColumn(next.folded))
  }
}

extension Schema {
  /// Whether a column of whole numbers is called a year.
  func isYear(_ index: ColumnIndex) -> Bool {
    let column = column(index)
    return column.kind == .integer
      && Words.words(ofName: column.name).contains { ["year", "ano", "anio"].contains($0) }
  }
}
