import CSQLite
import SaraiCore

/// What SQLite asks while it compiles and runs: may it read this, and may it go on.
///
/// Only reading is allowed, and only functions from a list: whatever a later SQLite or an extension adds is refused
/// until someone has looked at it.
final class StatementGuard {
  /// Statements of SARAi's own, which need what a statement from outside may not: schema pragmas, loading of CSV.
  var isOurs = true
  /// Tables of the file that are backed by code.
  var virtualTables: Set<String> = []
  private(set) var denial: Denial?
  private var deadline = ContinuousClock.now
  private var isCancelled: () -> Bool = { false }
  private(set) var stopReason: StopReason?

  enum StopReason { case time, cancellation }

  /// What was refused first: SQLite's number for the action and the names that it gave.
  struct Denial {
    var action: Int32
    var name: String
    var detail: String
  }

  func begin(seconds: Double, isCancelled: @escaping () -> Bool = { false }) {
    denial = nil
    stopReason = nil
    deadline = .now + .seconds(seconds)
    self.isCancelled = isCancelled
  }

  /// True where the statement has to end.
  func shouldStop() -> Bool {
    if ContinuousClock.now >= deadline { stopReason = .time } else if isCancelled() { stopReason = .cancellation }
    return stopReason != nil
  }

  func allows(_ action: Int32, _ first: String, _ second: String) -> Bool {
    if isOurs { return true }
    let isAllowed =
      switch action {
      case SQLITE_SELECT, SQLITE_RECURSIVE: true
      case SQLITE_READ: isReadable(first)
      case SQLITE_FUNCTION: Self.functions.contains(second.lowercased())
      default: false
      }
    if !isAllowed, denial == nil { denial = Denial(action: action, name: first, detail: second) }
    return isAllowed
  }

  /// Tables of the file, and names that a WITH gives; not the ones by which SQLite shows its inside.
  private func isReadable(_ table: String) -> Bool {
    let name = table.lowercased()
    if ["sqlite_master", "sqlite_schema", "json_each", "json_tree"].contains(name) { return true }
    return !name.hasPrefix("sqlite_") && !name.hasPrefix("pragma_") && !Self.internals.contains(name)
      && !virtualTables.contains(name)
  }

  private static let internals: Set = ["dbstat", "bytecode", "tables_used", "fsdir", "zipfile", "csv", "completion"]

  private static let functions: Set<String> = [
    // Aggregates and windows
    "avg", "count", "group_concat", "string_agg", "max", "min", "sum", "total", "row_number", "rank", "dense_rank",
    "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value", "last_value", "nth_value",
    // Numbers
    "abs", "round", "sign", "ceil", "ceiling", "floor", "trunc", "sqrt", "pow", "power", "exp", "ln", "log", "log10",
    "log2", "mod", "pi", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "radians", "degrees",
    // Texts
    "char", "concat", "concat_ws", "format", "glob", "hex", "instr", "length", "like", "lower", "ltrim", "octet_length",
    "printf", "quote", "replace", "rtrim", "substr", "substring", "trim", "unicode", "upper",
    // Dates
    "current_date", "current_time", "current_timestamp", "date", "datetime", "julianday", "strftime", "time",
    "timediff", "unixepoch",
    // Choices and kinds
    "coalesce", "ifnull", "iif", "if", "nullif", "typeof", "likelihood", "likely", "unlikely",
    // JSON, reading
    "->", "->>", "json", "json_array", "json_array_length", "json_extract", "json_object", "json_quote", "json_type",
    "json_valid", "json_group_array", "json_group_object",
  ]
}

extension StatementGuard {
  /// Makes the connection ask this guard. The guard has to live as long as the connection.
  func watch(_ database: OpaquePointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_set_authorizer(
      database,
      { context, action, first, second, _, _ in
        guard let context else { return SQLITE_DENY }
        let this = Unmanaged<StatementGuard>.fromOpaque(context).takeUnretainedValue()
        let allowed = this.allows(
          action, first.map { String(cString: $0) } ?? "", second.map { String(cString: $0) } ?? "")
        return allowed ? SQLITE_OK : SQLITE_DENY
      }, context)
    sqlite3_progress_handler(
      database, 1_000,
      { context in
        guard let context else { return 1 }
        return Unmanaged<StatementGuard>.fromOpaque(context).takeUnretainedValue().shouldStop() ? 1 : 0
      }, context)
  }
}
