import GRDB
import SaraiCore
import SaraiStore

/// For whoever serves a memory, to be called in quiet moments: `dueTasks` costs next to nothing, and each task may be
/// done in a moment of its own.
extension MemoryStore {
  /// What is due now, in the order in which it should be done.
  package func dueTasks(_ plan: HousekeepingPlan = .init(), now: Timestamp = .now()) throws -> [HousekeepingTask] {
    plan.due(try housekeepingState(), now: now)
  }

  /// Does one task, due or not, and notes that it was done. Others read meanwhile, and write between its steps.
  ///
  /// - Throws: `corruptFile` where the check finds damage; as the task otherwise. What failed stays due.
  @discardableResult
  package func perform(
    _ task: HousekeepingTask, _ plan: HousekeepingPlan = .init(), now: Timestamp = .now()
  ) throws -> HousekeepingResult {
    let (result, mark) = try work(task, plan, now: now)
    try store.write { database in
      try database.run(
        "INSERT OR REPLACE INTO upkeep (name, at, mark) VALUES (?, ?, ?)", [task.rawValue, now.milliseconds, mark])
    }
    return result
  }

  /// Does all that is due.
  @discardableResult
  package func housekeep(
    _ plan: HousekeepingPlan = .init(), now: Timestamp = .now()
  ) throws -> [HousekeepingResult] {
    try dueTasks(plan, now: now).map { try perform($0, plan, now: now) }
  }

  private func work(
    _ task: HousekeepingTask, _ plan: HousekeepingPlan, now: Timestamp
  ) throws -> (result: HousekeepingResult, mark: Int64?) {
    switch task {
    case .finishForgetting: return (.forgettingFinished(copies: try finishForgetting()), nil)
    case .check:
      try checkFile()
      return (.checked, nil)
    case .backup:
      // Taken before the backup: what changes in between is in the next one too.
      let mark = try store.read { try Self.mark($0) }
      return (.backedUp(try store.backup(reason: "scheduled")), mark)
    case .rotate:
      guard let days = plan.keptDays else { return (.rotated(RotationReport(factsRemoved: 0, turnsRemoved: 0)), nil) }
      return (.rotated(try rotate(days: days, now: now)), nil)
    case .compact:
      let (share, bytes) = (try Upkeep(store: store).wastedShare(), try fileBytes())
      let isWasteful = share > plan.largestWaste && share * Double(bytes) > Double(plan.wastedBytes)
      return (.compacted(isWasteful ? try vacuum() : nil), nil)
    }
  }

  private func housekeepingState() throws -> HousekeepingState {
    let hasBackups = !backups().isEmpty
    return try store.read { database in
      var done: [HousekeepingTask: Timestamp] = [:]
      var backedUp: Int64?
      try database.rows("SELECT name, at, mark FROM upkeep") { row in
        guard let task = HousekeepingTask(rawValue: row[0]) else { return }
        done[task] = Timestamp(milliseconds: row[1])
        if task == .backup { backedUp = row[2] }
      }
      // Whoever deletes the backups gets a new one at once.
      if !hasBackups { done[.backup] = nil }
      let mark = try Self.mark(database)
      let isEmpty = try database.number("SELECT 1 FROM owner LIMIT 1") == nil
      return HousekeepingState(
        done: done, isChanged: hasBackups ? mark != backedUp : !isEmpty,
        owesForgetting: try Duty.isOwed(Duty.purge, database))
    }
  }

  /// A number that is another one once anything is learnt, said, changed, undone or chosen.
  private static func mark(_ database: Database) throws -> Int64 {
    var text = ""
    // Numbers are never given twice, and whatever changes a fact is an operation. What upkeep deletes needs no backup.
    for sql in [
      "SELECT group_concat(name || seq) FROM (SELECT name, seq FROM sqlite_sequence ORDER BY name)",
      "SELECT count(*) FROM operation WHERE is_undone = 1",
      "SELECT group_concat(owner_id || name || value) FROM setting",
    ] { text += (try String.fetchOne(database.cachedStatement(sql: sql)) ?? "") + ";" }
    return Int64(bitPattern: stableHash(0, text.utf8))
  }

  private func checkFile() throws {
    let faults = try store.read { try String.fetchAll($0, sql: "PRAGMA quick_check(10)") }
    guard faults != ["ok"] else { return }
    throw SaraiError(
      .corruptFile,
      Localized(
        es: "La memoria no supera su comprobación: vuelve a una copia con «sarai memory restore».",
        en: "The memory does not pass its check: go back to a backup with `sarai memory restore`."),
      subject: store.options.path, cause: faults.joined(separator: "; "))
  }
}
