import SaraiCore

/// Reads the schema of an open database. Everything in it may be hostile: names are checked, numbers are bounded.
struct SchemaReader {
  static let maximumTables = 60
  static let maximumColumns = 120
  static let maximumValues = 200
  private static let maximumNameBytes = 96
  private static let maximumValueBytes = 48
  /// For the values of one column, and of all of them together.
  private static let columnSeconds = 0.25
  private static let allSeconds = 1.5

  let connection: Connection

  func read() throws -> Schema {
    var found: [(name: String, isView: Bool)] = []
    var virtual: [String] = []
    var count = 0
    try connection.rows(
      "SELECT name, type, substr(sql, 1, 40) FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid"
    ) { row in
      guard let name = row.text(0), !name.lowercased().hasPrefix("sqlite_"), Self.isUsable(name) else { return }
      let start = (row.text(2) ?? "").uppercased().split(whereSeparator: \.isWhitespace).prefix(2)
      if start.elementsEqual(["CREATE", "VIRTUAL"]) {
        virtual.append(name)
        return
      }
      count += 1
      if found.count < Self.maximumTables { found.append((name, row.text(1) == "view")) }
    }
    // The tables in which a virtual table keeps its data are of no use by themselves.
    found.removeAll { table in virtual.contains { table.name.hasPrefix($0 + "_") } }
    connection.guardian.virtualTables = Set(virtual.map { $0.lowercased() })
    var schema = Schema(tables: [])
    if count > Self.maximumTables { schema.notes.append(.manyTables(count)) }
    if !virtual.isEmpty { schema.notes.append(.virtualTables(virtual)) }
    let deadline = ContinuousClock.now + .seconds(Self.allSeconds)
    for (name, isView) in found {
      var table = Schema.Table(name: name, columns: try columns(of: name), isView: isView)
      guard !table.columns.isEmpty else { continue }
      table.references = try references(of: name)
      for index in table.columns.indices where ContinuousClock.now < deadline {
        readValues(&table.columns[index], of: name)
      }
      schema.tables.append(table)
    }
    addReferencesByName(&schema)
    return schema
  }

  /// Names with control characters or of great length are not offered to anyone.
  private static func isUsable(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= maximumNameBytes
      && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != "\u{FFFD}" }
  }

  private func columns(of table: String) throws -> [Schema.Column] {
    var columns: [Schema.Column] = []
    // A view that refers to what is not there has no columns that could be read.
    do {
      try connection.rows("PRAGMA table_xinfo(\(SQLText.quoted(name: table)))") { row in
        // Hidden columns of virtual tables are 1.
        guard row.integer(6) != 1, columns.count < Self.maximumColumns, let name = row.text(1), Self.isUsable(name)
        else { return }
        let kind = Self.kind(ofDeclaration: row.text(2) ?? "")
        columns.append(Schema.Column(name: name, kind: kind, isPrimaryKey: row.integer(5) > 0))
      }
    } catch let error as SaraiError where error.code == .invalidRequest {
      return []
    }
    return columns
  }

  /// SQLite's rules of affinity, with dates apart.
  static func kind(ofDeclaration declaration: String) -> Schema.Column.Kind {
    let type = declaration.uppercased()
    if type.contains("INT") { return .integer }
    if type.contains("DATE") || type.contains("TIME") { return .date }
    if type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT") || type.isEmpty { return .text }
    if type.contains("BLOB") { return .blob }
    if type.contains("BOOL") { return .integer }
    return .real
  }

  private func references(of table: String) throws -> [Schema.Reference] {
    var found: [Schema.Reference] = []
    try connection.rows("PRAGMA foreign_key_list(\(SQLText.quoted(name: table)))") { row in
      guard let other = row.text(2), let column = row.text(3) else { return }
      found.append(Schema.Reference(column: column, table: other, otherColumn: row.text(4) ?? ""))
    }
    return found
  }

  /// Completes declared references, and adds those that names tell: `cliente_id` and the table `clientes`.
  private func addReferencesByName(_ schema: inout Schema) {
    for index in schema.tables.indices {
      let table = schema.tables[index]
      var references: [Schema.Reference] = []
      for column in table.columns {
        if var declared = table.references.first(where: { $0.column.lowercased() == column.name.lowercased() }) {
          guard let other = schema.tables.first(where: { $0.name.lowercased() == declared.table.lowercased() }) else {
            continue
          }
          let key = declared.otherColumn.isEmpty ? other.primaryKey?.name : declared.otherColumn
          guard let key, other.column(key) != nil else { continue }
          declared = Schema.Reference(column: column.name, table: other.name, otherColumn: key)
          references.append(declared)
          continue
        }
        guard let entity = Words.entity(ofKey: column.name) else { continue }
        let targets = schema.tables.filter { other in
          other.name != table.name && Words.matches(Words.words(ofName: other.name), [entity])
        }
        guard targets.count == 1, let key = targets[0].primaryKey ?? targets[0].column("id") else { continue }
        references.append(Schema.Reference(column: column.name, table: targets[0].name, otherColumn: key.name))
      }
      schema.tables[index].references = references
    }
  }

  /// Distinct texts of a column, as far as they can be had quickly.
  private func readValues(_ column: inout Schema.Column, of table: String) {
    if column.kind == .integer { return readFlag(&column, of: table) }
    guard column.kind == .text || column.kind == .date else { return }
    var values: [String] = []
    var isComplete = true
    let name = SQLText.quoted(name: column.name)
    let sql =
      "SELECT DISTINCT \(name) FROM \(SQLText.quoted(name: table)) WHERE \(name) IS NOT NULL "
      + "LIMIT \(Self.maximumValues + 1)"
    do {
      try connection.rows(sql, seconds: Self.columnSeconds) { row in
        guard let text = row.text(0), (1...Self.maximumValueBytes).contains(text.utf8.count),
          text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0 != "\u{FFFD}" }), values.count < Self.maximumValues
        else {
          isComplete = false
          return
        }
        values.append(text)
      }
    } catch {
      // Too slow, or a value that can't be read: questions are understood without, and a query says what is wrong.
      isComplete = false
    }
    let isDate = !values.isEmpty && values.allSatisfy { ISODate.begins($0) }
    if column.kind == .date, !isDate, !values.isEmpty { column.kind = .text }
    if isDate { column.kind = .date }
    guard column.kind == .text else { return }
    column.values = values.sorted()
    column.hasAllValues = isComplete
    column.isFlag = isComplete && values.count == 2 && Set(values.map { Schema.Column.isYes($0) }) == [true, false]
  }

  /// Numbers that are all 1 or 0, and both, unless the name says that they count or measure something.
  private func readFlag(_ column: inout Schema.Column, of table: String) {
    guard !column.isPrimaryKey, !Synonyms.isThing(column.name), Words.entity(ofKey: column.name) == nil else { return }
    let name = SQLText.quoted(name: column.name)
    var found: Set<Int> = []
    // Three values are enough to know.
    let sql = "SELECT DISTINCT \(name) FROM \(SQLText.quoted(name: table)) WHERE \(name) IS NOT NULL LIMIT 3"
    do {
      try connection.rows(sql, seconds: Self.columnSeconds) { row in found.insert(row.integer(0)) }
      column.isFlag = found == [0, 1]
    } catch {
      // Too slow: it is a number like any other.
    }
  }
}

/// Dates as ISO 8601 writes them.
enum ISODate {
  /// Whether a text begins with a date, and a time or nothing follows.
  static func begins(_ text: String) -> Bool {
    let bytes = Array(text.utf8.prefix(11))
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return false }
    let digits = [0, 1, 2, 3, 5, 6, 8, 9].allSatisfy { (0x30...0x39).contains(bytes[$0]) }
    return digits && (bytes.count == 10 || bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: " "))
  }
}
