/// How tables lead to each other, from the one that refers to the one that is referred to: no row is counted twice.
struct Joins {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  struct Step: Hashable {
    var from: Int
    var reference: Schema.Reference
    var to: Int
  }

  /// At most two steps; nil where there is no way, or more than one.
  func path(from start: Int, to end: Int) -> [Step]? {
    if start == end { return [] }
    let direct = steps(from: start).filter { $0.to == end }
    if !direct.isEmpty { return direct.count == 1 ? direct : nil }
    let long = steps(from: start).flatMap { first in
      steps(from: first.to).filter { $0.to == end && $0.to != start }.map { [first, $0] }
    }
    return long.only
  }

  private func steps(from table: Int) -> [Step] {
    schema.tables[table].references.compactMap { reference in
      guard let index = schema.tables.firstIndex(where: { $0.name == reference.table }), index != table else {
        return nil
      }
      return Step(from: table, reference: reference, to: index)
    }
  }
}

/// A SELECT that is being put together.
struct Query {
  let schema: Schema
  let base: Int
  private(set) var tables: Set<Int>
  private var steps: [Joins.Step] = []
  var selected: [String] = []
  var conditions: [String] = []
  private var values: [(column: String, texts: [String])] = []
  var groups: [(table: Int, column: Int)] = []
  var order: String?
  var limit: Int?
  var isDistinct = false

  init(schema: Schema, base: Int) {
    self.schema = schema
    self.base = base
    tables = [base]
  }

  /// Joins what leads to the table; false where nothing does.
  mutating func reach(_ table: Int) -> Bool {
    guard let path = Joins(schema).path(from: base, to: table) else { return false }
    for step in path where !steps.contains(step) {
      // The same table by another way would need a second name.
      guard !tables.contains(step.to) else { return false }
      steps.append(step)
      tables.insert(step.to)
    }
    return true
  }

  mutating func addValues(_ texts: [String], of column: (table: Int, column: Int)) {
    let name = name(column)
    if let index = values.firstIndex(where: { $0.column == name }) {
      values[index].texts += texts.filter { !values[index].texts.contains($0) }
    } else {
      values.append((name, texts))
    }
  }

  /// Stands before a table's name until it is known whether it is needed. No value of the data has it.
  private static let mark = "\u{1}"

  /// Always with its table, so that it stays right whatever is joined.
  func name(_ column: (table: Int, column: Int)) -> String {
    let table = schema.tables[column.table]
    return Self.mark + Names.plain(table.name) + "." + Names.plain(table.columns[column.column].name)
  }

  var all: String { Self.mark + Names.plain(schema.tables[base].name) + ".*" }

  func text() -> String? {
    var query = self
    for group in groups { if !query.reach(group.table) { return nil } }
    return query.joined()
  }

  private func joined() -> String {
    var sql = "SELECT " + (isDistinct ? "DISTINCT " : "") + selected.joined(separator: ", ")
    sql += " FROM " + Names.plain(schema.tables[base].name)
    for step in steps {
      let (from, to) = (Names.plain(schema.tables[step.from].name), Names.plain(schema.tables[step.to].name))
      sql += " JOIN \(to) ON \(from).\(Names.plain(step.reference.column)) = "
      sql += "\(to).\(Names.plain(step.reference.otherColumn))"
    }
    let equalities = values.map { value in
      let texts = value.texts.map { SQLText.quoted(text: $0) }
      return texts.count == 1
        ? "\(value.column) = \(texts[0])" : "\(value.column) IN (\(texts.joined(separator: ", ")))"
    }
    let all = conditions + equalities
    if !all.isEmpty { sql += " WHERE " + all.joined(separator: " AND ") }
    if !groups.isEmpty { sql += " GROUP BY " + groups.map { name($0) }.joined(separator: ", ") }
    if let order { sql += " ORDER BY " + order }
    if let limit { sql += " LIMIT \(limit)" }
    // Names of one table only need not say so.
    let mark = steps.isEmpty ? Self.mark + Names.plain(schema.tables[base].name) + "." : Self.mark
    return sql.replacing(mark, with: "")
  }
}
