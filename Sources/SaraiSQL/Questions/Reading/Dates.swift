/// Spans of time.
extension ReadingParser {
  mutating func readDates() {
    completeYears()
    rewrite { $0.dates($1) }
  }

  /// "from January to March 2024": the year is said once.
  private mutating func completeYears() {
    var years: Set<Int> = []
    for node in nodes { if case .date(let date) = node.item, let year = date.year { years.insert(year) } }
    guard let year = years.only else { return }
    for position in nodes.indices {
      guard case .date(var date) = nodes[position].item, date.year == nil else { continue }
      date.year = year
      replaceItem(at: position, with: .date(date))
    }
  }

  /// A condition, and the place after what it was read from.
  private struct Span {
    var condition: Condition
    var end: Int
  }

  private func dates(_ start: Int) -> Rewrite? {
    var position = start
    let columns = columns(position).filter { schema.column($0).kind == .date || schema.isYear($0) }
    if case .name = item(position) {
      guard !columns.isEmpty else { return nil }
      position += 1
      if item(position) == .compare(.equal) { position += 1 }
    }
    let isDenied = item(position) == .not
    if isDenied { position += 1 }
    let named = columns.isEmpty ? nil : columns
    guard let found = dated(named, position) else { return nil }
    return Rewrite(found.end - start, .condition(isDenied ? .not(found.condition) : found.condition))
  }

  private func dated(_ columns: [ColumnIndex]?, _ position: Int) -> Span? {
    switch item(position) {
    case .between: return between(columns, position)
    case .side(let side):
      guard let (date, end) = date(position + 1), let range = DateRange(side, date) else { return nil }
      return Span(condition: .dates(columns, [range]), end: end)
    default: return list(columns, position)
    }
  }

  private typealias DatePlace = (date: PartialDate, end: Int)

  /// A date, after "the year" or "the month of".
  private func date(_ position: Int) -> DatePlace? {
    if case .date(let date) = item(position) { return (date, position + 1) }
    guard case .period(let period) = item(position), case .date(let date) = item(position + 1),
      item(position - 1) != .per
    else { return nil }
    let isSame =
      switch period {
      case .day: date.day != nil
      case .month: date.month != nil && date.day == nil
      case .year: date.isYear
      }
    return isSame ? (date, position + 2) : nil
  }

  private func between(_ columns: [ColumnIndex]?, _ position: Int) -> Span? {
    var first: (date: PartialDate, end: Int)
    if let found = date(position + 1) {
      first = found
    } else if let day = number(position + 1).flatMap({ Int(exactly: $0) }), (1...31).contains(day) {
      first = (PartialDate(day: day), position + 2)
    } else {
      return nil
    }
    guard item(first.end) == .and, let (last, end) = date(first.end + 1) else { return nil }
    // "between the 1st and the 15th of February"
    if first.date.month == nil, first.date.day != nil { (first.date.month, first.date.year) = (last.month, last.year) }
    // "sales of 2020 …" is clear; "amounts between 2000 and 2010" may speak of amounts.
    if last.isYear, position > 0, !numbers(position - 1).isEmpty, !hasAggregate(before: position) { return nil }
    guard let range = DateRange(from: first.date, to: last) else { return nil }
    return Span(condition: .dates(columns, [range]), end: end)
  }

  private func hasAggregate(before position: Int) -> Bool {
    nodes[..<position].contains { node in
      switch node.item {
      case .aggregate, .total, .count, .howMuch, .extreme: true
      default: false
      }
    }
  }

  /// "in March and April 2024", "January to March 2024".
  private func list(_ columns: [ColumnIndex]?, _ position: Int) -> Span? {
    guard let first = date(position) else { return nil }
    if let last = date(first.end) {
      guard let range = DateRange(from: first.date, to: last.date) else { return nil }
      return Span(condition: .dates(columns, [range]), end: last.end)
    }
    guard first.date.year != nil else {
      // A month of any year.
      guard let month = first.date.month, first.date.day == nil else { return nil }
      return Span(condition: .month(columns, month), end: first.end)
    }
    var ranges: [DateRange] = []
    var end = position
    var next: DatePlace? = first
    while let found = next {
      guard let range = DateRange(from: found.date, to: found.date) else { return nil }
      ranges.append(range)
      end = found.end
      next = isConjunction(end) ? date(end + 1) : nil
    }
    return Span(condition: .dates(columns, ranges), end: end)
  }
}

extension DateRange {
  init?(_ side: QuestionItem.DateSide, _ date: PartialDate) {
    guard let span = date.span, let year = date.year else { return nil }
    isOfYears = date.isYear
    switch side {
    case .since: (start, firstYear) = (span.start, year)
    case .after: (start, firstYear) = (span.end, year + 1)
    case .until: (end, lastYear) = (span.end, year)
    case .before: (end, lastYear) = (span.start, year - 1)
    }
  }

  init?(from first: PartialDate, to last: PartialDate) {
    guard let start = first.span?.start, let end = last.span?.end, start < end else { return nil }
    self.init(
      start: start, end: end, firstYear: first.year, lastYear: last.year, isOfYears: first.isYear && last.isYear)
  }
}
