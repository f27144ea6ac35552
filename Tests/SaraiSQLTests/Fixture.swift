import CSQLite
import Foundation
import SaraiSQL
import TestSupport

/// A small shop, as a SQLite file.
enum Fixture {
  static let shop: String = {
    let file = TestParts.root.appending(path: "Benchmarks/sql/shop.sql")
    do { return try String(contentsOf: file, encoding: .utf8) } catch { fatalError("\(file.path): \(error)") }
  }()

  static func write(_ sql: String, to file: URL) throws {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    var message: UnsafeMutablePointer<CChar>?
    guard sqlite3_open(file.path, &database) == SQLITE_OK, sqlite3_exec(database, sql, nil, nil, &message) == SQLITE_OK
    else { throw Failure(text: message.map { String(cString: $0) } ?? "sqlite3_open") }
  }

  struct Failure: Error {
    var text: String
  }

  /// A database made from the statements, and its file.
  static func withDatabase<Result>(
    _ sql: String = shop, _ body: (Database, URL) throws -> Result
  ) async throws -> Result {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "tienda.db")
      try write(sql, to: file)
      return try body(try Database(path: file.path), file)
    }
  }

  /// CSV files by name, as a database.
  static func withCSV<Result>(
    _ files: [String: [UInt8]], _ body: (Database) throws -> Result
  ) async throws -> Result {
    try await withTemporaryFolder { folder in
      for (name, bytes) in files { try Data(bytes).write(to: folder.appending(path: name)) }
      let path = files.count == 1 ? folder.appending(path: files.keys.first ?? "").path : folder.path
      return try body(try Database(path: path))
    }
  }
}

extension QueryResult {
  /// Rows as text: values with "|" between them.
  var lines: [String] {
    rows.map { row in
      row.map { value in
        switch value {
        case .null: "-"
        case .integer(let number): "\(number)"
        case .real(let number): number == number.rounded() ? "\(Int(number))" : "\(number)"
        case .text(let text): text
        case .blob(let bytes): "\(bytes) bytes"
        }
      }.joined(separator: "|")
    }
  }
}
