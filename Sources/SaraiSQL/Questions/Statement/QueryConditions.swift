/// Conditions of a reading, each on the column that it means, in the query or in the related rows that it speaks of.
extension QueryBuilder {
  // MARK: - Relations

  func addRelations(to query: inout Query) -> Bool {
    for relation in reading.relations {
      // "how many units were sold": that they were sold is why there are rows to add up.
      let isSaid = relation.tables.contains { Joins(schema).upwardPath(from: query.base, to: $0) != nil }
      if relation.isDeed, isSaid, !reading.measures.isEmpty { continue }
      guard let table = relation.tables.only, table != query.base,
        let path = Joins(schema).path(from: query.base, to: table)
      else { return false }
      // How many were bought is not how many there are of what was bought.
      if relation.isDeed, !reading.measures.isEmpty, !schema.isOfPeople(query.base) { return false }
      guard let down = path.firstIndex(where: { !$0.isUp }) else {
        // Each row has its one parent; what is said of it is a condition of its own.
        guard relation.amount == .some, reading.conditions.contains(where: { $0.scope == table }) else { return false }
        continue
      }
      guard down == 0 || query.reach(path[down].from) else { return false }
      var rows = RelatedRows(schema: schema, entry: path[down], amount: relation.amount)
      guard !query.related.contains(where: { $0.entry.to == rows.entry.to }) else { return false }
      guard rows.reach(table, besides: query.tables) else { return false }
      query.related.append(rows)
    }
    return true
  }

  // MARK: - Conditions

  func addConditions(to query: inout Query) -> Bool {
    reading.conditions.allSatisfy { add($0.condition, scope: $0.scope, to: &query, isDenied: false) }
  }

  private func add(_ condition: Condition, scope: Int?, to query: inout Query, isDenied: Bool) -> Bool {
    if case .not(let denied) = condition { return !isDenied && add(denied, scope: scope, to: &query, isDenied: true) }
    guard let column = column(of: condition, scope: scope, query), !rulesOut(condition, column, query, isDenied),
      let test = test(condition, column, query.name(column), isDenied: isDenied)
    else { return false }
    return place(test, column, to: &query, isDenied: isDenied)
  }

  /// Whether another value is asked of the same column, or several of what has many rows: it is not said how.
  private func rulesOut(_ condition: Condition, _ column: ColumnIndex, _ query: Query, _ isDenied: Bool) -> Bool {
    guard case .values(let alternatives, let isAnd) = condition, !isDenied else { return false }
    let isOfRelated = query.related.contains { $0.tables.contains(column.table) } || !canReach(column.table, query)
    if isAnd, isOfRelated, alternatives.count > 1 { return true }
    let test = query.name(column)
    return (query.conditions + query.related.flatMap(\.conditions)).contains {
      $0.hasPrefix(test + " = ") || $0.hasPrefix(test + " IN ")
    }
  }

  private func canReach(_ table: Int, _ query: Query) -> Bool {
    Joins(schema).upwardPath(from: query.base, to: table) != nil
  }

  /// In the query where its table can be joined, else in the related rows that lead to it.
  private func place(_ test: String, _ column: ColumnIndex, to query: inout Query, isDenied: Bool) -> Bool {
    if let index = query.related.firstIndex(where: { $0.tables.contains(column.table) }) {
      query.related[index].conditions.append(test)
      return true
    }
    if query.reach(column.table) {
      query.conditions.append(test)
      return true
    }
    // "not Globe" of rows among which there may be others says nothing of them.
    guard !isDenied, let path = Joins(schema).path(from: query.base, to: column.table) else { return false }
    if let index = query.related.firstIndex(where: { rows in path.contains { $0 == rows.entry } }) {
      guard query.related[index].reach(column.table, besides: query.tables) else { return false }
      query.related[index].conditions.append(test)
      return true
    }
    // "the author of Emma"
    guard let step = path.only, choice.label(of: column.table) == [column], query.related.isEmpty else { return false }
    var rows = RelatedRows(schema: schema, entry: step, amount: .some)
    rows.conditions.append(test)
    query.related.append(rows)
    return true
  }

  /// The tables where a condition's column is looked for first.
  private func tables(near query: Query, scope: Int?) -> [Int] {
    let isOfRelation = scope.map { scope in reading.relations.contains { $0.tables == [scope] } } ?? false
    let first = isOfRelation ? [scope].compactMap { $0 } : []
    return first + near(query.base).filter { !first.contains($0) }
  }

  private func column(of condition: Condition, scope: Int?, _ query: Query) -> ColumnIndex? {
    let tables = tables(near: query, scope: scope)
    switch condition {
    case .compare(let columns, _, _), .average(let columns, _), .between(let columns, _, _), .missing(let columns),
      .flag(let columns, _):
      return choice.one(of: columns, near: tables)
    case .text(let columns, _, _):
      return columns.map { choice.one(of: $0, near: tables) }
        ?? choice.label(of: scope ?? query.base).filter { schema.column($0).kind == .text }.only
    case .values(let alternatives, _):
      let shared = alternatives.dropFirst().reduce(Set(alternatives.first?.map(\.column) ?? [])) { shared, next in
        shared.intersection(next.map(\.column))
      }
      return choice.one(of: shared.sorted { ($0.table, $0.column) < ($1.table, $1.column) }, near: tables)
    case .dates(let columns?, _), .month(let columns?, _): return choice.one(of: columns, near: tables)
    case .dates(nil, let ranges): return dated(tables, query, hasYears: ranges.allSatisfy(\.isOfYears))
    case .month(nil, _): return dated(tables, query, hasYears: false)
    case .not: return nil
    }
  }

  private func dated(_ tables: [Int], _ query: Query, hasYears: Bool) -> ColumnIndex? {
    for table in tables {
      if let date = choice.date(of: table) { return date }
      if hasYears, let year = choice.year(of: table) { return year }
      // Of several dates, none is meant more than another.
      if schema.tables[table].columns.contains(where: { $0.kind == .date }) { return nil }
    }
    let reachable = schema.tables.indices.filter { Joins(schema).upwardPath(from: query.base, to: $0) != nil }
    return reachable.compactMap { choice.date(of: $0) }.only
  }

  private func test(_ condition: Condition, _ column: ColumnIndex, _ name: String, isDenied: Bool) -> String? {
    func denied(_ test: String) -> String { isDenied ? "NOT (\(test))" : test }
    switch condition {
    case .compare(_, let comparison, let number):
      return denied("\(name) \(comparison.rawValue) \(SQLText.literal(number))")
    case .average(_, let comparison):
      let table = Names.plain(schema.tables[column.table].name)
      return denied(
        "\(name) \(comparison.rawValue) (SELECT avg(\(Names.plain(schema.column(column).name))) FROM \(table))")
    case .between(_, let first, let last):
      return denied("\(name) BETWEEN \(SQLText.literal(first)) AND \(SQLText.literal(last))")
    case .values(let alternatives, _):
      let texts = alternatives.flatMap { $0.filter { $0.column == column }.flatMap(\.texts) }
      let quoted = texts.map { SQLText.quoted(text: $0) }
      if quoted.count == 1 { return "\(name) \(isDenied ? "<>" : "=") \(quoted[0])" }
      return "\(name) \(isDenied ? "NOT IN" : "IN") (\(quoted.joined(separator: ", ")))"
    case .text(_, let match, let text): return denied(like(name, match, text))
    case .dates(_, let ranges):
      let tests = ranges.compactMap { range(name, $0, isYear: schema.isYear(column)) }
      guard tests.count == ranges.count else { return nil }
      return tests.count == 1 && !isDenied ? tests[0] : denied("(" + tests.joined(separator: " OR ") + ")")
    case .month(_, let month):
      guard schema.column(column).kind == .date else { return nil }
      return denied("strftime('%m', \(name)) = '\(month < 10 ? "0" : "")\(month)'")
    case .missing:
      guard !isDenied else { return nil }
      switch schema.column(column).kind {
      case .integer, .real: return "coalesce(\(name), 0) = 0"
      case .text, .date, .blob: return "coalesce(\(name), '') = ''"
      }
    case .flag(_, let isSet):
      let texts = schema.column(column).values.filter { Schema.Column.isYes($0) == (isSet != isDenied) }
      guard schema.column(column).kind == .text else { return "\(name) = \(isSet != isDenied ? 1 : 0)" }
      return "\(name) IN (\(texts.map { SQLText.quoted(text: $0) }.joined(separator: ", ")))"
    case .not: return nil
    }
  }

  private func like(_ name: String, _ match: QuestionItem.TextMatch?, _ text: String) -> String {
    guard let match else { return "\(name) = \(SQLText.quoted(text: text)) COLLATE NOCASE" }
    let escaped = text.replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_")
    let pattern: String =
      switch match {
      case .starts: escaped + "%"
      case .ends: "%" + escaped
      case .contains: "%" + escaped + "%"
      }
    let escape = escaped == text ? "" : " ESCAPE '\\'"
    return "\(name) LIKE \(SQLText.quoted(text: pattern))\(escape)"
  }

  /// Nil where days are asked of what has years only.
  private func range(_ name: String, _ range: DateRange, isYear: Bool) -> String? {
    guard isYear else {
      return [range.start.map { "\(name) >= '\($0)'" }, range.end.map { "\(name) < '\($0)'" }].compactMap { $0 }
        .joined(separator: " AND ")
    }
    guard range.isOfYears else { return nil }
    if let first = range.firstYear, first == range.lastYear { return "\(name) = \(first)" }
    return [range.firstYear.map { "\(name) >= \($0)" }, range.lastYear.map { "\(name) <= \($0)" }].compactMap { $0 }
      .joined(separator: " AND ")
  }
}
