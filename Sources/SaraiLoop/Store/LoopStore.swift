import GRDB
import SaraiAgent
import SaraiCore
import SaraiStore

/// loop.db: jobs, actions, messages, and what rules count. Calls wait for the disk.
final class LoopStore: Sendable {
  let store: Store

  init(folder: String) throws { store = try Store(LoopEngine.options(folder: folder)) }

  /// One transaction: all of it or nothing.
  func write<Result>(_ body: (LoopTransaction) throws -> Result) throws -> Result {
    try store.write { try body(LoopTransaction(database: $0)) }
  }

  func read<Result>(_ body: (LoopTransaction) throws -> Result) throws -> Result {
    try store.read { try body(LoopTransaction(database: $0)) }
  }
}

/// What can be asked of the store and told it, each call a statement or a few. Rows that cannot be understood are
/// collected: whoever writes puts them aside.
final class LoopTransaction {
  let database: Database
  private(set) var unreadable: [UnreadableRow] = []

  init(database: Database) { self.database = database }

  func run(_ sql: String, _ arguments: StatementArguments = []) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func number(_ sql: String, _ arguments: StatementArguments = []) throws -> Int64? {
    try Int64.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
  }

  func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
    try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
  }

  private func values<Value>(
    _ sql: String, _ arguments: StatementArguments, _ make: (Row) throws(UnreadableRow) -> Value
  ) throws -> [Value] {
    var found: [Value] = []
    for row in try rows(sql, arguments) {
      do throws(UnreadableRow) { found.append(try make(row)) } catch { unreadable.append(error) }
    }
    return found
  }

  func jobs(_ condition: String, _ arguments: StatementArguments = []) throws -> [LoopJob] {
    try values("SELECT * FROM job \(condition)", arguments) { (row) throws(UnreadableRow) in try LoopJob(row) }
  }

  func job(_ id: Int64) throws -> LoopJob? { try jobs("WHERE id = ?", [id]).first }

  func records(_ condition: String, _ arguments: StatementArguments = []) throws -> [LoopRecord] {
    try values("SELECT * FROM action \(condition)", arguments) { (row) throws(UnreadableRow) in try LoopRecord(row) }
  }

  func items(_ condition: String, _ arguments: StatementArguments = []) throws -> [InboxItem] {
    try values("SELECT * FROM inbox \(condition)", arguments) { (row) throws(UnreadableRow) in try InboxItem(row) }
  }

  // MARK: - State

  func state(_ name: String) throws -> String? {
    try String.fetchOne(database.cachedStatement(sql: "SELECT value FROM state WHERE name = ?"), arguments: [name])
  }

  func setState(_ name: String, _ value: String?) throws {
    if let value {
      try run("INSERT OR REPLACE INTO state (name, value) VALUES (?, ?)", [name, value])
    } else {
      try run("DELETE FROM state WHERE name = ?", [name])
    }
  }

  // MARK: - Jobs

  @discardableResult
  func insert(_ job: LoopJob) throws -> Int64 {
    try run(
      """
      INSERT INTO job (name, owner, schedule, event, zone, catch_up, action, arguments, priority, limit_seconds,
        is_enabled, source, anchor, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        job.name, job.owner, job.schedule.text, job.event, job.zone, job.catchUp.rawValue, job.action.rawValue,
        Arguments.text(job.arguments), job.priority, job.limitSeconds, job.isEnabled, job.source.rawValue, job.anchor,
        job.nextAt,
      ])
    return database.lastInsertedRowID
  }

  func update(_ job: LoopJob) throws {
    try run(
      """
      UPDATE job SET name = ?, schedule = ?, event = ?, zone = ?, catch_up = ?, arguments = ?, priority = ?,
        limit_seconds = ?, is_enabled = ?, anchor = ?, next_at = ?, last_at = ?, failures = ?, is_suspended = ?
        WHERE id = ?
      """,
      [
        job.name, job.schedule.text, job.event, job.zone, job.catchUp.rawValue, Arguments.text(job.arguments),
        job.priority, job.limitSeconds, job.isEnabled, job.anchor, job.nextAt, job.lastAt, job.failures,
        job.isSuspended, job.id,
      ])
  }

  func removeJob(_ id: Int64) throws { try run("DELETE FROM job WHERE id = ?", [id]) }

  // MARK: - Actions

  /// False where the same occasion has had its action already.
  @discardableResult
  func insert(_ action: ProactiveAction) throws -> Bool {
    try run(
      """
      INSERT OR IGNORE INTO action (key, job_id, owner, trigger, priority, action, arguments, due_at, limit_seconds,
        state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')
      """,
      [
        action.key, action.job, action.owner, action.trigger, action.priority, action.action.rawValue,
        Arguments.text(action.arguments), action.dueAt, action.limitSeconds,
      ])
    return database.changesCount > 0
  }

  func hasOpenAction(job: Int64) throws -> Bool {
    try number("SELECT 1 FROM action WHERE job_id = ? AND ended_at IS NULL LIMIT 1", [job]) != nil
  }

  func start(_ key: String, now: Int64) throws {
    try run("UPDATE action SET state = 'running', attempts = attempts + 1, started_at = ? WHERE key = ?", [now, key])
  }

  /// Back in the queue.
  func putBack(_ key: String, notBefore: Int64 = 0, countsAttempt: Bool) throws {
    try run(
      "UPDATE action SET state = 'waiting', not_before = ?, attempts = attempts - ? WHERE key = ?",
      [notBefore, countsAttempt ? 0 : 1, key])
  }

  /// Notes how an action ended, and counts it.
  func end(
    _ record: LoopRecord, _ state: LoopRecord.State, effect: ActionEffect? = nil, text: Localized? = nil, now: Int64
  ) throws {
    let action = record.action
    try run(
      """
      UPDATE action SET state = ?, ended_at = ?, unit = ?, before = ?, after = ?, text_es = ?, text_en = ?
        WHERE key = ? AND ended_at IS NULL
      """,
      [
        state.rawValue, now, effect?.unit.rawValue, effect?.before, effect?.after, text?.es, text?.en, action.key,
      ])
    // A suggestion counts once the person has said what it was worth.
    guard database.changesCount > 0, action.action != .suggest || state != .done else { return }
    try count(
      action.action, state, isUseful: state == .done && effect?.isUseful == true, effect,
      milliseconds: max(0, now - (record.startedAt ?? now)))
  }

  func count(
    _ action: LoopActionKind, _ state: LoopRecord.State, isUseful: Bool, _ effect: ActionEffect?, milliseconds: Int64
  ) throws {
    try run(
      """
      INSERT INTO tally (action, outcome, is_useful, unit, count, milliseconds, gain) VALUES (?, ?, ?, ?, 1, ?, ?)
        ON CONFLICT DO UPDATE SET count = count + 1, milliseconds = milliseconds + excluded.milliseconds,
        gain = gain + excluded.gain
      """,
      [
        action.rawValue, state.rawValue, isUseful, effect?.unit.rawValue ?? "", milliseconds, effect?.gain ?? 0,
      ])
  }

  // MARK: - Messages

  /// The item with its number; nil where the same action wrote one already, or its reader muted the topic.
  func insert(_ item: InboxItem, action: String?) throws -> InboxItem? {
    guard try !isMuted(item.topic, owner: item.owner) else { return nil }
    try run(
      """
      INSERT OR IGNORE INTO inbox (owner, kind, text_es, text_en, why_es, why_en, topic, offer, action_key, created_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        item.owner, item.kind.rawValue, item.text.es, item.text.en, item.why.es, item.why.en, item.topic, item.offer,
        action, item.createdAt,
      ])
    guard database.changesCount > 0 else { return nil }
    var kept = item
    kept.id = database.lastInsertedRowID
    return kept
  }

  func isMuted(_ topic: String, owner: String) throws -> Bool {
    try number("SELECT 1 FROM muted WHERE owner = ? AND topic = ?", [owner, topic]) != nil
  }

  // MARK: - Rows that cannot be understood

  /// Takes what could not be read out of its table.
  ///
  /// - Returns: What there is to say of it.
  func setAside(now: Int64) throws -> [UnreadableRow] {
    defer { unreadable = [] }
    for row in unreadable {
      try run(
        "INSERT INTO set_aside (origin, content, fault, at) VALUES (?, ?, ?, ?)",
        [row.origin, row.content, row.fault, now])
      switch row.origin {
      case "job": try run("DELETE FROM job WHERE id = CAST(? AS INTEGER)", [row.id])
      case "action": try run("DELETE FROM action WHERE key = ?", [row.id])
      default: try run("DELETE FROM inbox WHERE id = CAST(? AS INTEGER)", [row.id])
      }
    }
    return unreadable
  }
}
