/// What a question asks for, before it is worked out.
enum Request: Sendable {
  /// How surely a phrase around an expression makes it a sum to be done.
  enum Frame: Sendable {
    /// "calculate", "how much is".
    case strong
    /// "what is", which asks for anything.
    case weak
    /// The expression alone.
    case bare
  }

  case arithmetic(Expression, Frame)
  /// What share of `whole` the first is.
  case share(Expression, whole: Expression)
  /// By how many per cent something went from the one to the other.
  case change(from: Expression, to: Expression)
  /// Of what number the first is so many per cent.
  case whole(part: Expression, percent: Expression)
  case conversion(Quantity, Unit, Frame)
  /// - Parameter unit: Nil where none was asked for.
  case total(QuantitySum, unit: Unit?, Frame)
  /// - Parameter from: Nil for now.
  case shiftedDate(CalendarSpan, isForward: Bool, from: DateExpression?)
  case shiftedClock(CalendarSpan, isForward: Bool, from: Int?)
  case day(DateExpression)
  /// A day of a month alone, which is a question only where there is no such day.
  case bareDate(DateExpression)
  case currentTime
  /// - Parameter measure: Nil where none was named.
  case until(DateExpression, Measure?)
  case since(DateExpression, Measure?)
  case between(DateExpression, DateExpression, Measure?)
  case clocks(from: Int?, to: Int, Measure?)
  case leapYear(Int)
  case daysOfMonth(Int, year: Int?)
  case daysOfYear(Int)
  case age(DateExpression)
}

/// A production and what it means.
struct Rule: Sendable {
  let pattern: Pattern
  let build: @Sendable (Captures) -> Request?

  init(_ pattern: String, _ build: @escaping @Sendable (Captures) -> Request?) {
    self.pattern = Pattern(pattern)
    self.build = build
  }
}

/// What the gaps of a pattern took, by kind and order.
struct Captures: Sendable {
  let all: [Capture]

  private func pick<T>(_ index: Int, _ get: (Capture) -> T?) -> T? {
    let found = all.compactMap(get)
    return index < found.count ? found[index] : nil
  }

  func expression(_ index: Int) -> Expression? {
    pick(index) { if case .expression(let value) = $0 { value } else { nil } }
  }
  func list() -> [Expression]? { pick(0) { if case .list(let value) = $0 { value } else { nil } } }
  func quantity() -> Quantity? { pick(0) { if case .quantity(let value) = $0 { value } else { nil } } }
  func sum() -> QuantitySum? { pick(0) { if case .sum(let value) = $0 { value } else { nil } } }
  func unit() -> Unit? { pick(0) { if case .unit(let value) = $0 { value } else { nil } } }
  func date(_ index: Int) -> DateExpression? { pick(index) { if case .date(let value) = $0 { value } else { nil } } }
  func span() -> CalendarSpan? { pick(0) { if case .span(let value) = $0 { value } else { nil } } }
  func clock(_ index: Int) -> Int? { pick(index) { if case .clock(let value) = $0 { value } else { nil } } }
  func year() -> Int? { pick(0) { if case .year(let value) = $0 { value } else { nil } } }
  func month() -> Int? { pick(0) { if case .month(let value) = $0 { value } else { nil } } }
  func measure() -> Measure? { pick(0) { if case .measure(let value) = $0 { value } else { nil } } }
}

// MARK: - What rules build

extension Captures {
  func arithmetic(_ frame: Request.Frame) -> Request? { expression(0).map { .arithmetic($0, frame) } }

  /// The first expression combined with the second, or the other way round.
  func combined(_ operation: Expression.Binary, swapped: Bool = false) -> Request? {
    guard let a = expression(0), let b = expression(1) else { return nil }
    let (left, right) = swapped ? (b, a) : (a, b)
    if case .percent(let percent) = right, operation == .add || operation == .subtract {
      return .arithmetic(.changed(left, byPercent: percent, isIncrease: operation == .add), .strong)
    }
    return .arithmetic(.binary(operation, left, right), .strong)
  }

  /// - Parameter base: Which of the two expressions the percentage is taken of.
  func changed(base: Int, isIncrease: Bool) -> Request? {
    guard let whole = expression(base), let percent = expression(1 - base) else { return nil }
    return .arithmetic(.changed(whole, byPercent: percent, isIncrease: isIncrease), .strong)
  }

  func percentOf() -> Request? {
    guard let percent = expression(0), let base = expression(1) else { return nil }
    return .arithmetic(.percentOf(percent, base), .strong)
  }

  /// An expression that says by itself that something grows or shrinks by a percentage, with the tax's name after it.
  func alreadyChanged() -> Request? {
    guard case .changed? = expression(0) else { return nil }
    return arithmetic(.strong)
  }

  func share(part: Int) -> Request? {
    guard let a = expression(part), let b = expression(1 - part) else { return nil }
    return .share(a, whole: b)
  }

  /// «30 sobre 120», which reads as a division first.
  func shareOfQuotient() -> Request? {
    guard case .binary(.divide, let a, let b)? = expression(0) else { return nil }
    return .share(a, whole: b)
  }

  func whole(part: Int) -> Request? {
    guard let a = expression(part), let percent = expression(1 - part) else { return nil }
    return .whole(part: a, percent: percent)
  }

  func change() -> Request? {
    guard let a = expression(0), let b = expression(1) else { return nil }
    return .change(from: a, to: b)
  }

  func listed(_ kind: Expression.List) -> Request? { list().map { .arithmetic(.list(kind, $0), .strong) } }

  func conversion(_ frame: Request.Frame) -> Request? {
    guard let quantity = quantity(), let unit = unit() else { return nil }
    return .conversion(quantity, unit, frame)
  }

  func total(_ frame: Request.Frame) -> Request? { sum().map { .total($0, unit: unit(), frame) } }

  func bareDate() -> Request? {
    guard let date = date(0), case .calendar(1...31, _, _) = date else { return nil }
    return .bareDate(date)
  }

  func shiftedDate(_ isForward: Bool) -> Request? {
    span().map { .shiftedDate($0, isForward: isForward, from: date(0)) }
  }

  /// For what could be a remark as well: only with a year.
  func shiftedDateWithYear(_ isForward: Bool) -> Request? {
    date(0)?.year == nil ? nil : shiftedDate(isForward)
  }

  func shiftedClock(_ isForward: Bool) -> Request? {
    span().map { .shiftedClock($0, isForward: isForward, from: clock(0)) }
  }

  func day() -> Request? { date(0).map { .day($0) } }
  func until() -> Request? { date(0).map { .until($0, measure()) } }
  /// To the last day of this year.
  func untilYearEnd() -> Request? { .until(.calendar(day: 31, month: 12, year: nil), measure()) }

  func since() -> Request? { date(0).map { .since($0, measure()) } }

  func between() -> Request? {
    guard let a = date(0), let b = date(1) else { return nil }
    return .between(a, b, measure())
  }

  func clocks() -> Request? {
    guard let a = clock(0) else { return nil }
    guard let b = clock(1) else { return .clocks(from: nil, to: a, measure()) }
    return .clocks(from: a, to: b, measure())
  }

  func leapYear() -> Request? { year().map { .leapYear($0) } }
  func daysOfMonth() -> Request? { month().map { .daysOfMonth($0, year: year()) } }

  func daysOfYear() -> Request? {
    guard let year = year(), year >= 1000 else { return nil }
    return .daysOfYear(year)
  }

  /// An age needs the year of birth.
  func age() -> Request? {
    guard let date = date(0), date.year != nil else { return nil }
    return .age(date)
  }
}
