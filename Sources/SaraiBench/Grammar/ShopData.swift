import CSQLite
import FoundationEssentials
import SaraiCore
import SaraiSQL

/// The shop of `Benchmarks/sql` in a file of its own, and SQLite itself to say what a text is worth there.
final class ShopData {
  let schema: Schema
  /// About the shop, in Spanish and English.
  let questions: [String]
  private let connection: OpaquePointer

  /// - Parameter folder: Where the file is made.
  /// - Throws: `SaraiError` where the script or its questions are missing, or SQLite does not take them.
  init(benchmarksFolder: String, folder: String) throws {
    let script = try Self.text("\(benchmarksFolder)/sql/shop.sql")
    questions = try Self.text("\(benchmarksFolder)/sql/questions.tsv").split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t")
      return line.hasPrefix("#") || fields.count < 3 ? nil : String(fields[1])
    }
    let path = "\(folder)/shop.db"
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
    guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
      sqlite3_close(opened)
      throw Self.fault("sqlite3_open_v2")
    }
    guard sqlite3_exec(opened, script, nil, nil, nil) == SQLITE_OK else {
      let message = String(cString: sqlite3_errmsg(opened))
      sqlite3_close(opened)
      throw Self.fault(message)
    }
    connection = opened
    schema = try Database(path: path).schema
  }

  deinit { sqlite3_close(connection) }

  /// Whether SQLite prepares the text as one statement, and one that only reads.
  func prepares(_ sql: String) -> Bool {
    var statement: OpaquePointer?
    return sql.withCString { text in
      var rest: UnsafePointer<CChar>?
      guard sqlite3_prepare_v2(connection, text, -1, &statement, &rest) == SQLITE_OK, let statement else {
        return false
      }
      defer { sqlite3_finalize(statement) }
      let left = rest.map { String(cString: $0) } ?? ""
      return sqlite3_stmt_readonly(statement) != 0 && left.allSatisfy { $0.isWhitespace || $0 == ";" }
    }
  }

  private static func text(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SaraiError(
        .notFound, es: "Falta \(path): ejecuta la orden en una copia del código de SARAi.",
        en: "\(path) is missing: run the command in a checkout of SARAi.", subject: path)
    }
    return String(decoding: data, as: UTF8.self)
  }

  private static func fault(_ message: String) -> SaraiError {
    SaraiError(
      .internalFault, es: "La base de datos de la tienda no se puede hacer: comprueba el espacio libre en /tmp.",
      en: "The shop's database can't be made: check the free space in /tmp.", subject: message)
  }
}
