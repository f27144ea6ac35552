import CSQLite
import Glibc
import SaraiCore

/// What a memory is compared with: a table of three texts with an index on each, and a full-text table, asked with
/// compiled statements through SQLite's own functions.
final class PlainSQLite {
  private let database: OpaquePointer
  private var statements: [String: OpaquePointer] = [:]

  struct Row {
    var subject: String
    var verb: String
    var object: String
  }

  /// - Throws: `internalFault` with SQLite's own words.
  init(path: String) throws {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      sqlite3_close(opened)
      throw Self.fault("sqlite3_open_v2: \(code)")
    }
    database = opened
    try run("PRAGMA journal_mode = WAL; PRAGMA cache_size = -65536")
    try run(
      """
      CREATE TABLE triple (subject TEXT NOT NULL, verb TEXT NOT NULL, object TEXT NOT NULL);
      CREATE VIRTUAL TABLE said USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
      """)
  }

  deinit {
    for statement in statements.values { sqlite3_finalize(statement) }
    sqlite3_close(database)
  }

  func transaction(_ body: () throws -> Void) throws {
    try run("BEGIN")
    try body()
    try run("COMMIT")
  }

  func add(_ row: Row) throws {
    try execute("INSERT INTO triple (subject, verb, object) VALUES (?, ?, ?)", [row.subject, row.verb, row.object])
  }

  func addTurn(_ text: String) throws { try execute("INSERT INTO said (text) VALUES (?)", [text]) }

  /// The usual order: indexes come when the rows are there.
  func createIndexes() throws {
    for column in ["subject", "verb", "object"] { try run("CREATE INDEX triple_\(column) ON triple (\(column))") }
    try run("INSERT INTO said (said) VALUES ('optimize'); ANALYZE; PRAGMA wal_checkpoint(TRUNCATE)")
  }

  /// - Parameter parts: Columns and what they must be.
  func lookup(_ parts: [(column: String, value: String)], limit: Int) throws -> [Row] {
    let conditions = parts.map { "\($0.column) = ?" }.joined(separator: " AND ")
    let statement = try statement("SELECT subject, verb, object FROM triple WHERE \(conditions) LIMIT \(limit)")
    bind(statement, parts.map(\.value))
    defer { sqlite3_reset(statement) }
    var rows: [Row] = []
    while try step(statement) {
      rows.append(Row(subject: text(statement, 0), verb: text(statement, 1), object: text(statement, 2)))
    }
    return rows
  }

  /// Any of the words, the best match first.
  func search(_ words: [String], limit: Int) throws -> [Int64] {
    let statement = try statement(
      "SELECT rowid FROM said WHERE said MATCH ? ORDER BY bm25(said) LIMIT \(limit)")
    bind(statement, [words.map { "\"\($0)\"" }.joined(separator: " OR ")])
    defer { sqlite3_reset(statement) }
    var found: [Int64] = []
    while try step(statement) { found.append(sqlite3_column_int64(statement, 0)) }
    return found
  }

  // MARK: - SQLite

  private func run(_ sql: String) throws {
    guard sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK else { throw fault() }
  }

  private func execute(_ sql: String, _ values: [String]) throws {
    let statement = try statement(sql)
    bind(statement, values)
    defer { sqlite3_reset(statement) }
    _ = try step(statement)
  }

  private func statement(_ sql: String) throws -> OpaquePointer {
    if let known = statements[sql] { return known }
    var compiled: OpaquePointer?
    guard sqlite3_prepare_v2(database, sql, -1, &compiled, nil) == SQLITE_OK, let compiled else { throw fault() }
    statements[sql] = compiled
    return compiled
  }

  private func bind(_ statement: OpaquePointer, _ values: [String]) {
    for (index, value) in values.enumerated() {
      var value = value
      value.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { text in
          _ = sarai_sqlite_bind_text(statement, Int32(index + 1), text.baseAddress, Int32(text.count))
        }
      }
    }
  }

  private func step(_ statement: OpaquePointer) throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default: throw fault()
    }
  }

  private func text(_ statement: OpaquePointer, _ column: Int32) -> String {
    sqlite3_column_text(statement, column).map { String(cString: $0) } ?? ""
  }

  private func fault() -> SaraiError { Self.fault(String(cString: sqlite3_errmsg(database))) }

  private static func fault(_ message: String) -> SaraiError {
    SaraiError(
      .internalFault, es: "La base de datos de comparación ha fallado: comprueba el espacio libre en /tmp.",
      en: "The database to compare with failed: check the free space in /tmp.", subject: message)
  }
}

/// A file to which nothing but pages are appended, each synced: what durability costs on this disk at the least.
final class RawSync {
  private let file: Int32
  private let page = [UInt8](repeating: 0x5A, count: 4096)

  init(path: String) throws {
    file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw Self.fault(path) }
  }

  deinit { close(file) }

  /// Milliseconds of one write of 4 KiB and its fsync.
  func timedWrite() throws -> Double {
    let start = Monotonic.seconds()
    guard write(file, page, page.count) == page.count, fsync(file) == 0 else { throw Self.fault("fsync") }
    return 1000 * (Monotonic.seconds() - start)
  }

  private static func fault(_ subject: String) -> SaraiError {
    SaraiError(
      .insufficientResources, es: "No se puede escribir en la carpeta de la medida: comprueba el espacio libre.",
      en: "Cannot write in the folder of the measurement: check the free space.",
      subject: "\(subject): \(String(cString: strerror(errno)))")
  }
}
