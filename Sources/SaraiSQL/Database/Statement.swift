import CSQLite
import SaraiCore

/// A compiled statement.
final class Statement {
  private let connection: Connection
  private let handle: OpaquePointer

  /// - Throws: where the text is not exactly one statement.
  init(_ sql: String, in connection: Connection) throws {
    try Connection.checkSize(sql)
    self.connection = connection
    var statement: OpaquePointer?
    var code = SQLITE_OK
    var isAlone = true
    // The terminating NUL lets SQLite use the text without copying it.
    let bytes = sql.utf8.map { CChar(bitPattern: $0) } + [0]
    bytes.withUnsafeBufferPointer { buffer in
      var tail: UnsafePointer<CChar>?
      code = sqlite3_prepare_v3(connection.handle, buffer.baseAddress, -1, 0, &statement, &tail)
      guard code == SQLITE_OK else { return }
      // White space, comments and lone semicolons may follow: they compile to nothing.
      while isAlone, let rest = tail, rest.pointee != 0 {
        var next: OpaquePointer?
        isAlone = sqlite3_prepare_v3(connection.handle, rest, -1, 0, &next, &tail) == SQLITE_OK && next == nil
        sqlite3_finalize(next)
        if tail == rest { break }
      }
    }
    guard code == SQLITE_OK else { throw connection.fault(code) }
    guard isAlone else {
      sqlite3_finalize(statement)
      throw SQLFault.severalStatements
    }
    guard let statement else { throw SQLFault.noQuery }
    handle = statement
  }

  deinit { sqlite3_finalize(handle) }

  /// Whether it gives rows, writes nothing, and is no EXPLAIN.
  var isReading: Bool {
    sqlite3_stmt_readonly(handle) != 0 && sqlite3_column_count(handle) > 0 && sqlite3_stmt_isexplain(handle) == 0
  }

  var columnNames: [String] {
    (0..<sqlite3_column_count(handle)).map { sqlite3_column_name(handle, $0).map { String(cString: $0) } ?? "" }
  }

  var row: Row { Row(handle: handle) }

  /// Goes to the next row; false at the end.
  func step() throws -> Bool {
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw connection.fault(code)
    }
  }

  /// Runs it once with these values.
  func run(_ values: [SQLValue]) throws {
    for (offset, value) in values.enumerated() {
      let index = Int32(offset + 1)
      let code =
        switch value {
        case .null, .blob: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        case .text(var text):
          text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
              // An empty buffer may have no address, which SQLite would take for NULL.
              $0.isEmpty
                ? sarai_sqlite_bind_text(handle, index, "", 0)
                : sarai_sqlite_bind_text(handle, index, $0.baseAddress, Int32($0.count))
            }
          }
        }
      guard code == SQLITE_OK else { throw connection.fault(code) }
    }
    while try step() {}
    sqlite3_reset(handle)
  }
}

/// The row that a statement stands on.
struct Row {
  let handle: OpaquePointer

  func text(_ column: Int32) -> String? {
    guard sqlite3_column_type(handle, column) != SQLITE_NULL, let bytes = sqlite3_column_text(handle, column) else {
      return nil
    }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }

  func values(valueBytes: Int) -> [SQLValue] {
    (0..<sqlite3_column_count(handle)).map { column in
      switch sqlite3_column_type(handle, column) {
      case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
      case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
      case SQLITE_BLOB: return .blob(bytes: Int(sqlite3_column_bytes(handle, column)))
      case SQLITE_TEXT: return .text(Self.cut(text(column) ?? "", valueBytes))
      default: return .null
      }
    }
  }

  private static func cut(_ text: String, _ bytes: Int) -> String {
    guard text.utf8.count > bytes else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: bytes)
    while end > text.startIndex, String.Index(end, within: text) == nil { end = text.utf8.index(before: end) }
    return text[..<end] + "…"
  }
}
