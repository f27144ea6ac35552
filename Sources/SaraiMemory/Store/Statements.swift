import CSQLite
import GRDB
import SaraiCore

/// One row while a statement stands on it, read without a detour: recall reads a hundred of them in a tenth of a
/// millisecond.
struct StatementRow {
  fileprivate let statement: OpaquePointer

  func number(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  func optionalNumber(_ column: Int32) -> Int64? {
    sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : sqlite3_column_int64(statement, column)
  }

  /// Nil where there is none.
  func text(_ column: Int32) -> String? {
    guard let bytes = sqlite3_column_text(statement, column) else { return nil }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}

extension Database {
  /// Reads the rows of a statement that stays compiled, until the body says false. The body may run other statements,
  /// but not the same one.
  func scan(_ sql: String, _ numbers: [Int64] = [], _ body: (StatementRow) throws -> Bool) throws {
    let statement = try cachedStatement(sql: sql).sqliteStatement
    sqlite3_reset(statement)
    defer { sqlite3_reset(statement) }
    for (index, number) in numbers.enumerated() {
      guard sqlite3_bind_int64(statement, Int32(index + 1), number) == SQLITE_OK else { throw fault() }
    }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: if try !body(StatementRow(statement: statement)) { return }
      case SQLITE_DONE: return
      default: throw fault()
      }
    }
  }

  private func fault() -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqliteConnection)),
      message: sqliteConnection.map { String(cString: sqlite3_errmsg($0)) })
  }

  /// Runs a statement that stays compiled.
  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// The first column of the first row.
  func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
    try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }

  /// The first column of all rows.
  func numbers(_ sql: String, _ arguments: StatementArguments = []) throws -> [Int64] {
    try Int64.fetchAll(cachedStatement(sql: sql), arguments: arguments)
  }

  func rows(_ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> Void) throws {
    let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
    while let row = try cursor.next() { try body(row) }
  }
}

/// Numbers as they stand in the database.
extension FactSource {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension Extractor {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension Standing {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension TurnRole {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}
extension Operation.Kind {
  var code: Int64 { Int64(Self.allCases.firstIndex(of: self) ?? 0) }
}

extension CaseIterable {
  /// The case that a stored number stands for; the first one for a number that no version wrote.
  static func stored(_ code: Int64) -> Self {
    let cases = Array(allCases)
    return cases.indices.contains(Int(code)) ? cases[Int(code)] : cases[0]
  }
}

/// A 64-bit hash that is the same in every process (FNV-1a): equal hashes are compared by what they hash.
func stableHash(_ seed: UInt64, _ bytes: some Sequence<UInt8>) -> UInt64 {
  var hash = (0xCBF2_9CE4_8422_2325 as UInt64) ^ (seed &* 0x9E37_79B9_7F4A_7C15)
  for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0100_0000_01B3 }
  return hash
}
