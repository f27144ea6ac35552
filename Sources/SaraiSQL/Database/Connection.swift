import CSQLite
import Glibc
import SaraiCore

/// One SQLite connection that is hardened before anything of the file is read. Used by one thread at a time.
final class Connection {
  let handle: OpaquePointer
  let guardian = StatementGuard()
  /// For errors: the file or folder that the data came from.
  let path: String

  private static let valueBytes: Int32 = 1 << 20
  private static let statementBytes = 64 << 10
  private static let steps: Int32 = 25_000
  private static let expressionDepth: Int32 = 200
  private static let compoundTerms: Int32 = 30
  /// For all connections of the process: recursion and sorting without end fail here, not in the sandbox's limit.
  static let heapBytes: Int64 = 160 << 20

  private static let heapLimit: Void = { _ = sqlite3_hard_heap_limit64(heapBytes) }()

  /// An empty database in memory.
  static func inMemory(path: String) throws -> Connection {
    try Connection(name: ":memory:", flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, path: path)
  }

  /// A database file that is neither written nor locked against others' writing for longer than a statement.
  ///
  /// - Parameter isImmutable: leaves all locking and journals aside, for a file that nobody can write meanwhile.
  static func file(_ path: String, isImmutable: Bool) throws -> Connection {
    var name = "file:"
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: "-"),
        UInt8(ascii: "_"):
        name.unicodeScalars.append(Unicode.Scalar(byte))
      default: name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    name += isImmutable ? "?mode=ro&immutable=1" : "?mode=ro"
    return try Connection(name: name, flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path: path)
  }

  private init(name: String, flags: Int32, path: String) throws {
    _ = Self.heapLimit
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened else {
      sqlite3_close_v2(opened)
      throw SQLFault.unreadable(path, cause: String(cString: sqlite3_errstr(code)))
    }
    handle = opened
    self.path = path
    let hardened = sarai_sqlite_harden(handle)
    guard hardened == SQLITE_OK else {
      throw SQLFault.unreadable(path, cause: "hardening: \(String(cString: sqlite3_errstr(hardened)))")
    }
    sarai_sqlite_limit(
      handle, Self.valueBytes, Int32(Self.statementBytes), Self.steps, Self.expressionDepth, Self.compoundTerms)
    guardian.watch(handle)
    try execute("PRAGMA cell_size_check = ON")
    try execute("PRAGMA temp_store = MEMORY")
    try execute("PRAGMA mmap_size = 0")
  }

  deinit { sqlite3_close_v2(handle) }

  /// From here on nothing can be written, whatever a statement is.
  func forbidWriting() throws { try execute("PRAGMA query_only = ON") }

  // MARK: - Statements of SARAi's own

  /// Runs a statement of ours that gives no rows worth reading.
  func execute(_ sql: String, seconds: Double = 30) throws {
    try rows(sql, seconds: seconds) { _ in }
  }

  /// Runs a statement of ours.
  func rows(_ sql: String, seconds: Double = 5, _ body: (Row) throws -> Void) throws {
    guardian.isOurs = true
    guardian.begin(seconds: seconds)
    let statement = try Statement(sql, in: self)
    while try statement.step() { try body(statement.row) }
  }

  // MARK: - Statements from outside

  /// Runs one statement that came from a person or a model.
  func query(_ sql: String, limits: QueryLimits, isCancelled: @escaping () -> Bool) throws -> QueryResult {
    let start = ContinuousClock.now
    guardian.isOurs = false
    defer { guardian.isOurs = true }
    guardian.begin(seconds: limits.seconds, isCancelled: isCancelled)
    let statement: Statement
    do {
      statement = try Statement(sql, in: self)
      guard statement.isReading else { throw SQLFault.noQuery }
    } catch let error as SaraiError {
      throw guardian.denial.map(SQLFault.refused) ?? error
    }
    var result = QueryResult(columns: statement.columnNames, rows: [], isCut: false, sql: sql, seconds: 0)
    var bytes = 0
    do {
      while try statement.step() {
        guard result.rows.count < limits.rows, bytes < limits.bytes else {
          result.isCut = true
          break
        }
        let row = statement.row.values(valueBytes: limits.valueBytes)
        bytes += row.reduce(0) { $0 + $1.size }
        result.rows.append(row)
      }
    } catch let error as SaraiError where error.code == .timeout {
      throw SQLFault.late(limits.seconds)
    }
    let spent = (ContinuousClock.now - start).components
    result.seconds = Double(spent.seconds) + Double(spent.attoseconds) * 1e-18
    return result
  }

  /// What a result code means.
  func fault(_ code: Int32) -> SaraiError {
    let said = String(cString: sqlite3_errmsg(handle))
    switch code & 0xFF {
    case SQLITE_INTERRUPT: return guardian.stopReason == .cancellation ? SQLFault.cancelled : SQLFault.late(5)
    case SQLITE_NOMEM, SQLITE_TOOBIG, SQLITE_FULL: return SQLFault.tooLarge
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: return SQLFault.corrupt(path, cause: said)
    case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PERM, SQLITE_READONLY:
      return guardian.isOurs ? SQLFault.unreadable(path, cause: said) : SQLFault.corrupt(path, cause: said)
    default: return SQLFault.invalid(said)
    }
  }

  static func checkSize(_ sql: String) throws {
    guard sql.utf8.count < statementBytes, !sql.utf8.contains(0) else { throw SQLFault.tooLarge }
  }
}

extension SQLValue {
  /// Bytes in a result.
  fileprivate var size: Int {
    switch self {
    case .text(let text): text.utf8.count + 8
    default: 8
    }
  }
}
