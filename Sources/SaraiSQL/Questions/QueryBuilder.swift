import SaraiCore

/// Makes the statement of a reading; nil wherever a name could be two things.
struct QueryBuilder {
  let schema: Schema
  let reading: Reading
  let language: Language

  private typealias Column = (table: Int, column: Int)

  func sql() -> String? {
    if reading.hasOr, !orIsBetweenValues { return nil }
    if case .rows(let counted, let descending) = reading.order { return topByRows(counted, descending) }
    guard let base else { return nil }
    if let top = topByOtherTable(base) { return top }
    var query = Query(schema: schema, base: base)
    for condition in reading.conditions { if !add(condition, to: &query) { return nil } }
    var groups: [Column] = []
    for targets in reading.groups {
      guard let group = group(targets, base: base) else { return nil }
      groups.append(group)
    }
    query.groups = groups
    if let measure = reading.measure {
      guard !reading.wantsRows, reading.projections.isEmpty || groups.isEmpty,
        let expression = self.expression(of: measure, base: base, in: &query)
      else { return nil }
      guard reading.projections.isEmpty else { return nil }
      query.selected = groups.map { query.name($0) } + [expression]
      if !groups.isEmpty { query.order = orderOfGroups(query) }
      query.limit = groups.isEmpty ? nil : reading.limit
    } else {
      guard groups.isEmpty, addRows(base, to: &query) else { return nil }
    }
    return mentionsAreUsed(query) ? query.text() : nil
  }

  // MARK: - Which table, which column

  private var base: Int? {
    switch reading.measure {
    case .values(_, let targets): if let column = resolve(targets, near: reading.tables) { return column.table }
    case .distinct(let targets): return resolve(targets, near: reading.tables)?.table
    case .rows, .total, nil: break
    }
    if reading.measure == .total, let money = money(near: reading.tables) { return money.table }
    if let first = reading.tables.first { return first }
    if let targets = reading.projections.first { return resolve(targets, near: [])?.table }
    return nil
  }

  private func columns(_ targets: [NameTarget]) -> [Column] {
    targets.compactMap { if case .column(let table, let column) = $0 { (table, column) } else { nil } }
  }

  /// The one column of these that is meant: of the tables named, the first that has one; else the only one; else the
  /// only one that those tables lead to.
  private func resolve(_ targets: [NameTarget], near tables: [Int]) -> Column? {
    let columns = columns(targets)
    for table in tables {
      let own = columns.filter { $0.table == table }
      if own.count == 1 { return own[0] }
      if own.count > 1 { return nil }
    }
    if columns.count == 1 { return columns[0] }
    guard let first = tables.first else { return nil }
    let reachable = columns.filter { Joins(schema).path(from: first, to: $0.table) != nil }
    return reachable.count == 1 ? reachable[0] : nil
  }

  private func money(near tables: [Int]) -> Column? {
    guard let table = tables.first else { return nil }
    let found = ReadingParser.columns(meaning: "importe", in: schema)
    return columns(found).filter { $0.table == table }.only
  }

  private func near(_ base: Int) -> [Int] { [base] + reading.tables.filter { $0 != base } }

  // MARK: - Measures

  private func expression(of measure: Reading.Measure, base: Int, in query: inout Query) -> String? {
    func named(_ es: String, _ en: String) -> String { " AS " + (language == .spanish ? es : en) }
    switch measure {
    case .rows: return "count(*)" + named("cantidad", "quantity")
    case .total:
      guard let money = money(near: reading.tables) else {
        return reading.tables.isEmpty ? nil : "count(*)" + named("cantidad", "quantity")
      }
      return "sum(\(query.name(money)))" + named("suma", "sum")
    case .distinct(let targets):
      guard let column = resolve(targets, near: reading.tables) else { return nil }
      return "count(DISTINCT \(query.name(column)))" + named("cantidad", "quantity")
    case .values(let aggregate, let targets):
      guard let column = resolve(targets, near: reading.tables), query.reach(column.table) else { return nil }
      let names: [QuestionItem.Aggregate: (String, String)] = [
        .sum: ("suma", "sum"), .avg: ("media", "average"), .max: ("maximo", "maximum"), .min: ("minimo", "minimum"),
      ]
      let name = names[aggregate] ?? ("valor", "value")
      return "\(aggregate.rawValue)(\(query.name(column)))" + named(name.0, name.1)
    }
  }

  /// A table named after "por" stands for what its rows are called.
  private func group(_ targets: [NameTarget], base: Int) -> Column? {
    let tables = targets.compactMap { if case .table(let index) = $0 { index } else { nil } }
    if let table = tables.only, Joins(schema).path(from: base, to: table) != nil, table != base {
      return label(of: table)
    }
    return resolve(targets, near: near(base))
  }

  private func label(of table: Int) -> Column? {
    let columns = schema.tables[table].columns
    let index =
      columns.firstIndex { column in
        column.kind == .text
          && Words.words(ofName: column.name).contains {
            Words.means([$0], ["nombre"]) || Words.means([$0], ["titulo"])
          }
      } ?? columns.firstIndex { $0.isPrimaryKey }
    return index.map { (table, $0) }
  }

  private func orderOfGroups(_ query: Query) -> String {
    guard reading.limit != nil else { return "\(query.groups.count + 1) DESC, 1" }
    return "\(query.groups.count + 1) DESC"
  }

  // MARK: - Rows

  private func addRows(_ base: Int, to query: inout Query) -> Bool {
    var selected: [Column] = []
    for targets in reading.projections {
      guard let column = resolve(targets, near: near(base)), query.reach(column.table) else { return false }
      selected.append(column)
    }
    // "¿Qué ciudades hay?" wants each once.
    query.isDistinct =
      reading.isDistinct || (reading.tables.isEmpty && reading.conditions.isEmpty && !reading.wantsRows)
    if query.isDistinct, selected.isEmpty { return false }
    query.selected = selected.isEmpty ? [query.all] : selected.map { query.name($0) }
    if let order = reading.order {
      guard let column = orderColumn(order, base), query.reach(column.table) else { return false }
      // Without a value there is no smallest.
      if reading.wantsRows { query.conditions.append("\(query.name(column)) IS NOT NULL") }
      query.order = query.name(column) + (isDescending(order) ? " DESC" : "")
    }
    query.limit = reading.limit ?? (reading.wantsRows ? (reading.tableIsPlural ? 5 : 1) : nil)
    return true
  }

  private func isDescending(_ order: Reading.Order) -> Bool {
    switch order {
    case .column(_, let descending), .concept(_, let descending), .rows(_, let descending): descending
    }
  }

  private func orderColumn(_ order: Reading.Order, _ base: Int) -> Column? {
    switch order {
    case .column(let targets, _): return resolve(targets, near: [base])
    case .concept(let concept, _):
      let own = columns(ReadingParser.columns(meaning: concept, in: schema)).filter { $0.table == base }
      if let one = own.only { return one }
      guard concept == "fecha" || concept == "edad" else { return nil }
      return dateColumn(base)
    case .rows: return nil
    }
  }

  private func dateColumn(_ table: Int) -> Column? {
    schema.tables[table].columns.indices.filter { schema.tables[table].columns[$0].kind == .date }.only.map {
      (table, $0)
    }
  }

  // MARK: - The most of another table

  /// "top 3 clientes por importe": the amounts are in a table that refers to the customers.
  private func topByOtherTable(_ base: Int) -> String? {
    guard reading.measure == nil, reading.groups.isEmpty, reading.projections.isEmpty, reading.wantsRows,
      case .column(let targets, let descending) = reading.order,
      let column = resolve(targets, near: [base]), column.table != base,
      Joins(schema).path(from: base, to: column.table) == nil
    else { return nil }
    return top(of: base, from: column.table, descending) {
      "sum(\($0.name(column)))" + (language == .spanish ? " AS suma" : " AS sum")
    }
  }

  private func topByRows(_ counted: Int, _ descending: Bool) -> String? {
    guard let base = reading.tables.first, reading.measure == nil, reading.groups.isEmpty, reading.projections.isEmpty
    else {
      return nil
    }
    return top(of: base, from: counted, descending) { _ in
      "count(*)" + (language == .spanish ? " AS cantidad" : " AS quantity")
    }
  }

  private func top(of base: Int, from other: Int, _ descending: Bool, _ expression: (Query) -> String) -> String? {
    var query = Query(schema: schema, base: other)
    guard let label = label(of: base), query.reach(base) else { return nil }
    for condition in reading.conditions { if !add(condition, to: &query) { return nil } }
    query.selected = [query.name(label), expression(query)]
    let key = schema.tables[base].columns.indices.filter { schema.tables[base].columns[$0].isPrimaryKey }.only
    query.groups = key.map { $0 == label.column ? [label] : [(base, $0), label] } ?? [label]
    query.order = "2" + (descending ? " DESC" : "")
    query.limit = reading.limit ?? (reading.tableIsPlural ? 5 : 1)
    return query.text()
  }

  // MARK: - Conditions

  private func add(_ condition: Reading.Condition, to query: inout Query) -> Bool {
    let around = near(query.base)
    func take(_ column: Column?, _ body: (String) -> String) -> Bool {
      guard let column, query.reach(column.table) else { return false }
      query.conditions.append(body(query.name(column)))
      return true
    }
    switch condition {
    case .compare(let targets, let comparison, let number):
      return take(resolve(targets, near: around)) { "\($0) \(comparison.rawValue) \(Self.literal(number))" }
    case .between(let targets, let first, let last):
      return take(resolve(targets, near: around)) {
        "\($0) BETWEEN \(Self.literal(min(first, last))) AND \(Self.literal(max(first, last)))"
      }
    case .text(let targets, let text):
      return take(resolve(targets, near: around)) { "\($0) = \(SQLText.quoted(text: text)) COLLATE NOCASE" }
    case .value(let values):
      let targets = values.map { NameTarget.column($0.table, $0.column) }
      guard let column = resolve(targets, near: around),
        let value = values.first(where: { $0.table == column.table && $0.column == column.column }),
        query.reach(column.table)
      else { return false }
      query.addValues(value.texts, of: column)
      return true
    case .span(let targets, let start, let end):
      let column = targets.map { resolve($0, near: around) } ?? dateColumn(query.base)
      return take(column) { name in
        [start.map { "\(name) >= '\($0)'" }, end.map { "\(name) < '\($0)'" }].compactMap { $0 }.joined(
          separator: " AND ")
      }
    }
  }

  private static func literal(_ number: Double) -> String {
    Int64(exactly: number).map { String($0) } ?? String(number)
  }

  /// "de Madrid o Sevilla": two values of one column, which is what they become in any case.
  private var orIsBetweenValues: Bool {
    let values = reading.conditions.compactMap { if case .value(let values) = $0 { values } else { nil } }
    guard values.count > 1, values.count == reading.conditions.count else { return false }
    let columns = values.map { Set($0.map { [$0.table, $0.column] }) }
    return !columns.dropFirst().reduce(columns[0]) { $0.intersection($1) }.isEmpty
  }

  /// A table that was named and plays no part would have been a condition that is not understood.
  private func mentionsAreUsed(_ query: Query) -> Bool { reading.tables.allSatisfy { query.tables.contains($0) } }
}

extension Collection {
  /// The element, where there is exactly one.
  var only: Element? { count == 1 ? first : nil }
}
