/// A SELECT that is being put together.
struct Query {
  let schema: Schema
  let base: Int
  private(set) var tables: Set<Int>
  private var steps: [Joins.Step] = []
  /// Rows of other tables that have to be there or not.
  var related: [RelatedRows] = []
  var selected: [String] = []
  var conditions: [String] = []
  var groups: [String] = []
  var having: String?
  var order: String?
  var limit: Int?
  var isDistinct = false

  init(schema: Schema, base: Int) {
    self.schema = schema
    self.base = base
    tables = [base]
  }

  /// Joins what leads to the table, without counting any row twice; false where nothing does.
  mutating func reach(_ table: Int) -> Bool {
    guard let path = Joins(schema).upwardPath(from: base, to: table) else { return false }
    for step in path where !steps.contains(step) {
      // The same table by another way would need a second name.
      guard !tables.contains(step.to) else { return false }
      steps.append(step)
      tables.insert(step.to)
    }
    return true
  }

  /// Stands before a table's name until it is known whether it is needed. No value of the data has it.
  private static let mark = "\u{1}"

  /// Always with its table, so that it stays right whatever is joined.
  func name(_ column: ColumnIndex) -> String {
    let table = schema.tables[column.table]
    return Self.mark + Names.plain(table.name) + "." + Names.plain(table.columns[column.column].name)
  }

  var all: String { Self.mark + Names.plain(schema.tables[base].name) + ".*" }

  var text: String {
    var sql = "SELECT " + (isDistinct ? "DISTINCT " : "") + selected.joined(separator: ", ")
    sql += " FROM " + Names.plain(schema.tables[base].name)
    sql += Self.joins(steps, schema)
    let all = conditions + related.map(\.text)
    if !all.isEmpty { sql += " WHERE " + all.joined(separator: " AND ") }
    if !groups.isEmpty { sql += " GROUP BY " + groups.joined(separator: ", ") }
    if let having { sql += " HAVING " + having }
    if let order { sql += " ORDER BY " + order }
    if let limit { sql += " LIMIT \(limit)" }
    // Names of one table only need not say so.
    let isAlone = steps.isEmpty && related.isEmpty
    return sql.replacing(isAlone ? Self.mark + Names.plain(schema.tables[base].name) + "." : Self.mark, with: "")
  }

  static func joins(_ steps: [Joins.Step], _ schema: Schema) -> String {
    steps.map { " JOIN \(Names.plain(schema.tables[$0.to].name)) ON \($0.condition(schema))" }.joined()
  }
}

/// Rows of a table that refer to a row of a query's tables, by themselves or through others, as a condition.
struct RelatedRows {
  let schema: Schema
  let entry: Joins.Step
  let amount: Relation.Amount
  private(set) var tables: Set<Int>
  private var steps: [Joins.Step] = []
  var conditions: [String] = []

  init(schema: Schema, entry: Joins.Step, amount: Relation.Amount) {
    self.schema = schema
    self.entry = entry
    self.amount = amount
    tables = [entry.to]
  }

  /// Nil where there is no way, or it leads through a table that the query has already.
  mutating func reach(_ table: Int, besides taken: Set<Int>) -> Bool {
    guard let path = Joins(schema).path(from: entry.to, to: table) else { return false }
    for step in path where !steps.contains(step) {
      guard !tables.contains(step.to), !taken.contains(step.to) else { return false }
      // Rows would be counted once for each that refers to them.
      if case .count = amount, !step.isUp { return false }
      steps.append(step)
      tables.insert(step.to)
    }
    return true
  }

  /// How many rows there are, as an expression.
  var count: String { "(SELECT count(*)\(rows))" }

  private var rows: String {
    " FROM \(Names.plain(schema.tables[entry.to].name))\(Query.joins(steps, schema)) WHERE "
      + ([entry.condition(schema)] + conditions).joined(separator: " AND ")
  }

  var text: String {
    switch amount {
    case .some: return "EXISTS (SELECT 1\(rows))"
    case .none: return "NOT EXISTS (SELECT 1\(rows))"
    case .count(let comparison, let number):
      return "\(count) \(comparison.rawValue) \(SQLText.literal(number))"
    }
  }
}

extension SQLText {
  static func literal(_ number: Double) -> String { Int64(exactly: number).map { String($0) } ?? String(number) }
}
