/// One value of a row.
package enum SQLValue: Sendable, Hashable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  /// Bytes are never shown: only how many there are.
  case blob(bytes: Int)
}

/// What a statement gave.
package struct QueryResult: Sendable, Hashable {
  package var columns: [String]
  /// Each as long as `columns`.
  package var rows: [[SQLValue]]
  /// Whether there was more than the limits let through.
  package var isCut: Bool
  /// The statement as it ran.
  package var sql: String
  /// From its preparation to its last row.
  package var seconds: Double

  package init(columns: [String], rows: [[SQLValue]], isCut: Bool, sql: String, seconds: Double) {
    self.columns = columns
    self.rows = rows
    self.isCut = isCut
    self.sql = sql
    self.seconds = seconds
  }
}

/// What one statement may take.
package struct QueryLimits: Sendable, Hashable {
  package var seconds = 5.0
  package var rows = 200
  /// Of all values together.
  package var bytes = 256 << 10
  /// Longer texts are cut, which an ellipsis shows.
  package var valueBytes = 4 << 10

  package init() {}
}

/// A column's or table's name, or a text, as SQL writes it.
package enum SQLText {
  package static func quoted(name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  package static func quoted(text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
