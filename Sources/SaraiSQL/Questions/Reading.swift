/// What a question asks for, before it is known which columns its names are.
struct Reading {
  enum Measure: Hashable {
    case rows
    /// Of the column that one of these targets is.
    case values(QuestionItem.Aggregate, [NameTarget])
    case distinct([NameTarget])
    /// The sum of what is money, or the number of rows where nothing is.
    case total
  }

  enum Condition: Hashable {
    case compare([NameTarget], QuestionItem.Comparison, Double)
    case between([NameTarget], Double, Double)
    case text([NameTarget], String)
    case value([ValueTarget])
    case span(NameTargets, start: String?, end: String?)
  }

  /// Nil means the date column that there is.
  typealias NameTargets = [NameTarget]?

  enum Order: Hashable {
    case column([NameTarget], descending: Bool)
    case concept(String, descending: Bool)
    /// By how many rows of this table there are.
    case rows(Int, descending: Bool)
  }

  var measure: Measure?
  var tables: [Int] = []
  var tableIsPlural = false
  var projections: [[NameTarget]] = []
  var groups: [[NameTarget]] = []
  var conditions: [Condition] = []
  var order: Order?
  var limit: Int?
  var isDistinct = false
  /// Whether the rows with the largest or smallest value are wanted and not the value itself.
  var wantsRows = false
  var hasOr = false
}

/// Goes through a question's items once. Whatever does not fit makes it give up: a wrong answer is worse than none.
struct ReadingParser {
  private let items: [(item: QuestionItem, text: String)]
  private let schema: Schema
  private var position = 0
  private var reading = Reading()
  private var pendingAggregate: QuestionItem.Aggregate?
  private var pendingCount = false
  private var pendingTotal = false
  private var pendingExtreme: Bool?
  private var lastProjection: [NameTarget]?
  private var isValid = true

  private init(_ items: [(item: QuestionItem, text: String)], schema: Schema) {
    self.items = items
    self.schema = schema
  }

  static func reading(of items: [(item: QuestionItem, text: String)], schema: Schema) -> Reading? {
    var parser = ReadingParser(items, schema: schema)
    while parser.position < items.count, parser.isValid { parser.step() }
    return parser.finished()
  }

  private func item(_ offset: Int) -> QuestionItem? {
    items.indices.contains(position + offset) ? items[position + offset].item : nil
  }

  private mutating func step() {
    switch items[position].item {
    case .count:
      isValid = reading.measure == nil && !pendingCount
      pendingCount = true
    case .total:
      // "total sales", "ventas totales", "¿cuál es el total?"
      isValid = reading.measure == nil
      if lastIsNumber { take(.sum) } else if !pendingCount { pendingTotal = true }
    case .aggregate(let aggregate): take(aggregate)
    case .extreme(let descending, let concept): takeExtreme(descending, concept)
    case .most(let descending): takeMost(descending)
    case .per: takePer()
    case .orderBy: takeOrder()
    case .direction(let descending):
      guard case .column(let targets, _) = reading.order else { return isValid = false }
      reading.order = .column(targets, descending: descending)
    case .top: reading.limit = reading.limit ?? 5
    case .distinct: reading.isDistinct = true
    case .compare(let comparison, let concept): takeComparison(comparison, concept)
    case .between: takeBetween(nil)
    case .side, .span: takeDates(nil)
    case .and, .filler: break
    case .or: reading.hasOr = true
    case .name(let targets): take(targets)
    case .value(let values): reading.conditions.append(.value(values))
    case .number(let number): takeNumber(number)
    case .quoted: isValid = false
    }
    position += 1
  }

  private func columns(_ targets: [NameTarget]) -> [NameTarget] {
    targets.filter { if case .column = $0 { true } else { false } }
  }

  private func column(_ target: NameTarget) -> Schema.Column? {
    guard case .column(let table, let column) = target else { return nil }
    return schema.tables[table].columns[column]
  }

  private func numbers(_ targets: [NameTarget]) -> [NameTarget] {
    targets.filter { column($0)?.kind.isNumber ?? false }
  }

  private func table(_ targets: [NameTarget]) -> Int? {
    for case .table(let index) in targets { return index }
    return nil
  }

  // MARK: - Measures

  /// Whether a column of numbers was named last and nothing done with it yet.
  private var lastIsNumber: Bool {
    guard let last = lastProjection else { return false }
    return !numbers(last).isEmpty && reading.projections.last == last
  }

  private mutating func take(_ aggregate: QuestionItem.Aggregate) {
    guard reading.measure == nil, pendingAggregate == nil else { return isValid = false }
    // "precio medio": the adjective comes after.
    if lastIsNumber, let last = lastProjection {
      reading.projections.removeLast()
      reading.measure = .values(aggregate, numbers(last))
    } else {
      pendingAggregate = aggregate
    }
  }

  private mutating func takeExtreme(_ descending: Bool, _ concept: String?) {
    guard reading.order == nil, pendingExtreme == nil else { return isValid = false }
    if let concept {
      reading.order = .concept(concept, descending: descending)
      reading.wantsRows = true
    } else if lastIsNumber, let last = lastProjection, case .name = item(-1) {
      reading.projections.removeLast()
      applyExtreme(descending, numbers(last))
    } else {
      pendingExtreme = descending
    }
  }

  /// "the product with the highest price" wants a row, "the highest price of the products" a number.
  private mutating func applyExtreme(_ descending: Bool, _ targets: [NameTarget]) {
    if reading.tables.isEmpty, reading.limit == nil {
      isValid = isValid && reading.measure == nil
      reading.measure = .values(descending ? .max : .min, targets)
    } else {
      reading.order = .column(targets, descending: descending)
      reading.wantsRows = true
    }
  }

  private mutating func takeMost(_ descending: Bool) {
    guard case .name(let targets) = item(1), reading.order == nil, !reading.tables.isEmpty else {
      return isValid = false
    }
    position += 1
    if let index = table(targets) {
      reading.order = .rows(index, descending: descending)
    } else {
      reading.order = .column(numbers(targets), descending: descending)
    }
    reading.wantsRows = true
  }

  // MARK: - Names

  private mutating func takePer() {
    guard case .name(let targets) = item(1) else { return isValid = false }
    position += 1
    if reading.limit != nil, reading.measure == nil, !numbers(targets).isEmpty, reading.order == nil {
      reading.order = .column(numbers(targets), descending: true)
      reading.wantsRows = true
    } else {
      reading.groups.append(targets)
    }
  }

  private mutating func takeOrder() {
    guard case .name(let targets) = item(1), reading.order == nil, !columns(targets).isEmpty else {
      return isValid = false
    }
    position += 1
    reading.order = .column(columns(targets), descending: false)
  }

  private mutating func take(_ targets: [NameTarget]) {
    defer { lastProjection = reading.projections.last }
    if takeCondition(on: targets) { return }
    if let aggregate = pendingAggregate, !numbers(targets).isEmpty {
      reading.measure = .values(aggregate, numbers(targets))
      pendingAggregate = nil
      return
    }
    if let descending = pendingExtreme, !numbers(targets).isEmpty {
      pendingExtreme = nil
      return applyExtreme(descending, numbers(targets))
    }
    if pendingTotal, table(targets) == nil, !numbers(targets).isEmpty {
      pendingTotal = false
      reading.measure = .values(.sum, numbers(targets))
      return
    }
    if let index = table(targets) {
      if pendingCount {
        reading.measure = .rows
        pendingCount = false
      }
      if reading.tables.isEmpty { reading.tableIsPlural = items[position].text.hasSuffix("s") }
      if !reading.tables.contains(index) { reading.tables.append(index) }
      return
    }
    if pendingCount {
      pendingCount = false
      reading.measure = .distinct(columns(targets))
      return
    }
    reading.projections.append(columns(targets))
  }

  /// A column that what follows compares with something.
  private mutating func takeCondition(on targets: [NameTarget]) -> Bool {
    let columns = columns(targets)
    guard !columns.isEmpty else { return false }
    switch item(1) {
    case .compare(let comparison, nil):
      switch item(2) {
      case .number(let number): reading.conditions.append(.compare(numbers(columns), comparison, number))
      case .value(let values) where comparison == .equal: return takeValue(values, columns, length: 2)
      case .quoted(let text) where comparison == .equal: reading.conditions.append(.text(columns, text))
      default: return false
      }
      position += 2
      return true
    case .value(let values): return takeValue(values, columns, length: 1)
    case .quoted(let text):
      reading.conditions.append(.text(columns, text))
      position += 1
      return true
    case .number(let number) where !numbers(columns).isEmpty && table(targets) == nil && !isLimit(1):
      reading.conditions.append(.compare(numbers(columns), .equal, number))
      position += 1
      return true
    case .between where item(2).map(Self.isNumber) ?? false:
      position += 1
      takeBetween(numbers(columns))
      return true
    case .side, .span, .between:
      let dates = columns.filter { column($0)?.kind == .date }
      guard !dates.isEmpty else { return false }
      position += 1
      takeDates(dates)
      return true
    default: return false
    }
  }

  private static func isNumber(_ item: QuestionItem) -> Bool {
    if case .number = item { true } else { false }
  }

  private func isLimit(_ offset: Int) -> Bool {
    guard case .name(let targets) = item(offset + 1) else { return false }
    return table(targets) != nil
  }

  private mutating func takeValue(_ values: [ValueTarget], _ columns: [NameTarget], length: Int) -> Bool {
    let own = values.filter { columns.contains(.column($0.table, $0.column)) }
    guard !own.isEmpty else { return false }
    reading.conditions.append(.value(own))
    position += length
    return true
  }

  // MARK: - Numbers and dates

  private mutating func takeNumber(_ number: Double) {
    guard let count = Int(exactly: number), (1...1_000).contains(count), reading.limit == nil || item(-1) == .top else {
      return isValid = false
    }
    let comesBefore: Bool
    switch item(1) {
    case .name, .extreme, .top: comesBefore = true
    default: comesBefore = false
    }
    guard comesBefore || item(-1) == .top else { return isValid = false }
    reading.limit = count
  }

  /// "más de 10 unidades", "cheaper than 50": the number's column comes after, or is in the phrase.
  private mutating func takeComparison(_ comparison: QuestionItem.Comparison, _ concept: String?) {
    guard case .number(let number) = item(1) else { return isValid = false }
    if let concept {
      let targets = Self.columns(meaning: concept, in: schema)
      reading.conditions.append(.compare(targets, comparison, number))
      position += 1
    } else if case .name(let targets) = item(2), !numbers(targets).isEmpty {
      reading.conditions.append(.compare(numbers(targets), comparison, number))
      position += 2
    } else {
      isValid = false
    }
  }

  /// From `.between` on; leaves the position on the last item that it took.
  private mutating func takeBetween(_ targets: [NameTarget]?) {
    if case .span(let first) = item(1), item(2) == .and, case .span(let last) = item(3) {
      reading.conditions.append(.span(nil, start: first.start, end: last.end))
    } else if let targets, case .number(let first) = item(1), item(2) == .and, case .number(let last) = item(3) {
      reading.conditions.append(.between(targets, first, last))
    } else {
      return isValid = false
    }
    position += 3
  }

  private mutating func takeDates(_ targets: [NameTarget]?) {
    switch (item(0), item(1)) {
    case (.span(let span), _): reading.conditions.append(.span(targets, start: span.start, end: span.end))
    case (.between, .span(let first)):
      guard item(2) == .and, case .span(let last) = item(3) else { return isValid = false }
      reading.conditions.append(.span(targets, start: first.start, end: last.end))
      position += 3
    case (.side(let side), .span(let span)):
      let (start, end): (String?, String?) =
        switch side {
        case .since: (span.start, nil)
        case .after: (span.end, nil)
        case .until: (nil, span.end)
        case .before: (nil, span.start)
        }
      reading.conditions.append(.span(targets, start: start, end: end))
      position += 1
    default: isValid = false
    }
  }

  static func columns(meaning concept: String, in schema: Schema) -> [NameTarget] {
    var found: [NameTarget] = []
    for (tableIndex, table) in schema.tables.enumerated() {
      for (columnIndex, column) in table.columns.enumerated() where column.kind.isNumber || column.kind == .date {
        let words = Words.words(ofName: column.name)
        if !words.contains("id"), words.contains(where: { Words.means([$0], [concept]) }) {
          found.append(.column(tableIndex, columnIndex))
        }
      }
    }
    return found
  }

  // MARK: - The end

  private func finished() -> Reading? {
    guard isValid, pendingAggregate == nil, pendingExtreme == nil, !pendingCount else {
      // "¿cuál es el producto con mayor precio?" left nothing; "media de ventas" names no column.
      return nil
    }
    var reading = reading
    if pendingTotal {
      guard reading.measure == nil || reading.measure == .rows else { return nil }
      if reading.measure == nil { reading.measure = .total }
    }
    return reading
  }
}
