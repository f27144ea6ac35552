import GRDB
import SaraiCore
package import SaraiStore

extension MemoryStore {
  /// Compacts: removes duplicates and what nothing uses, moves what is over to history, and gives free space back.
  /// Works in small steps; who reads or writes meanwhile waits for one of them at most, and at the end for a change of
  /// files.
  @discardableResult
  package func vacuum() throws -> VacuumReport {
    let before = try fileBytes()
    var report = VacuumReport(bytesBefore: before, bytesAfter: before, duplicatesRemoved: 0, termsRemoved: 0)
    let upkeep = Upkeep(store: store)
    try upkeep.moveOverToHistory()
    report.duplicatesRemoved = try upkeep.removeDuplicates()
    report.termsRemoved = try upkeep.sweepTerms()
    try upkeep.mergeFullText()
    if try upkeep.wastedShare() > 0.1 { try store.compact() }
    try store.truncateLog()
    report.bytesAfter = try fileBytes()
    return report
  }

  /// Deletes what has been over for so many days (facts replaced or ended, proposals without an answer) and turns said
  /// before then that no fact in force rests on. A fact in force stays, however old. Works in small steps.
  ///
  /// - Parameter days: 0 or more, counted back from `now`.
  @discardableResult
  package func rotate(days: Int, now: Timestamp = .now()) throws -> RotationReport {
    guard days >= 0 else {
      throw SaraiError(
        .invalidRequest, es: "Los días deben ser 0 o más.", en: "The days must be 0 or more.", subject: "days")
    }
    let cut = now.adding(days: -days)
    let upkeep = Upkeep(store: store)
    try upkeep.moveOverToHistory()
    return RotationReport(
      factsRemoved: try upkeep.deleteHistory(before: cut), turnsRemoved: try upkeep.deleteTurns(before: cut))
  }

  package func statistics() throws -> MemoryStatistics {
    let backups = store.backups()
    return try store.read { database in
      func count(_ sql: String) throws -> Int { Int(try database.number(sql) ?? 0) }
      let pageBytes = try count("PRAGMA page_size")
      let vectors = try VectorKind.allCases.map { kind in
        (
          count: try count("SELECT count(*) FROM \(kind.table)"),
          bytes: try count("SELECT sum(length(data) + 24) FROM \(kind.table)")
        )
      }
      return MemoryStatistics(
        owners: try count("SELECT count(*) FROM owner"),
        facts: try count("SELECT count(*) FROM fact"),
        pastFacts: try count("SELECT count(*) FROM fact WHERE standing = 1"),
        proposedFacts: try count("SELECT count(*) FROM fact WHERE standing = 2"),
        turns: try count("SELECT count(*) FROM turn"), terms: try count("SELECT count(*) FROM term"),
        vectors: vectors.reduce(0) { $0 + $1.count }, databaseBytes: try count("PRAGMA page_count") * pageBytes,
        vectorBytes: vectors.reduce(0) { $0 + $1.bytes }, freeBytes: try count("PRAGMA freelist_count") * pageBytes,
        backups: backups.count, backupBytes: backups.reduce(0) { $0 + $1.bytes })
    }
  }

  /// Makes a backup that the store keeps and can restore by itself.
  @discardableResult
  package func backup(reason: String = "manual") throws -> StoreBackup { try store.backup(reason: reason) }

  /// The backups that the store keeps by itself, the latest first.
  package func backups() -> [StoreBackup] { store.backups() }

  /// Writes a copy to a path at which there is no file.
  package func backup(to path: String) throws { try store.export(to: path) }

  /// Puts a backup in the place of the memory, which becomes a backup itself.
  package func restore(_ path: String) throws {
    try store.restore(path)
    try lookAtMarks()
  }

  /// Where numbers come from elsewhere than from a batch.
  func lookAtMarks() throws { marks.set(try store.read { try Marks.Numbers($0) }) }

  func fileBytes() throws -> Int {
    try store.read { database in
      Int((try database.number("PRAGMA page_count") ?? 0) * (try database.number("PRAGMA page_size") ?? 0))
    }
  }
}

/// Long work in transactions that last a few milliseconds each.
struct Upkeep {
  let store: Store

  /// Rows that one transaction changes.
  private static let slice = 200
  /// Rows that one step looks at.
  private static let window: Int64 = 5_000

  /// Calls `body` with ranges that together hold all numbers of a table.
  private func windows(_ table: String, _ body: (Range<Int64>) throws -> Void) throws {
    let last = try store.read { try $0.number("SELECT max(id) FROM \(table)") ?? 0 }
    var start: Int64 = 0
    while start <= last {
      try body(start..<start + Self.window)
      start += Self.window
    }
  }

  private func slices(_ ids: [Int64], _ body: (Database, ArraySlice<Int64>) throws -> Void) throws {
    var rest = ids[...]
    while !rest.isEmpty {
      let slice = rest.prefix(Self.slice)
      try store.write { try body($0, slice) }
      rest = rest.dropFirst(Self.slice)
    }
  }

  func moveOverToHistory() throws {
    let now = Timestamp.now().milliseconds
    try windows("fact") { window in
      let over = try store.read { database in
        try database.numbers(
          "SELECT id FROM fact WHERE id >= ? AND id < ? AND standing = 0 AND valid_to <= ?",
          [window.lowerBound, window.upperBound, now])
      }
      try slices(over) { database, ids in
        for id in ids {
          try database.run("UPDATE fact SET standing = 1 WHERE id = ? AND standing = 0 AND valid_to <= ?", [id, now])
        }
      }
    }
  }

  /// Facts that say the same for the same time: the first one stays, with the highest confidence.
  func removeDuplicates() throws -> Int {
    var removed = 0
    try windows("term") { window in
      let groups = try store.read { database in
        var found: [[Int64]] = []
        try database.rows(
          """
          SELECT group_concat(id) FROM fact WHERE subject_id >= ? AND subject_id < ?
            GROUP BY subject_id, standing, verb_id, object_id, flags & 1,
              CASE standing WHEN 0 THEN NULL ELSE valid_from END, CASE standing WHEN 0 THEN NULL ELSE valid_to END
            HAVING count(*) > 1
          """, [window.lowerBound, window.upperBound]
        ) { row in found.append((row[0] as String).split(separator: ",").compactMap { Int64($0) }.sorted()) }
        return found
      }
      for group in groups {
        try store.write { database in removed += try merge(database, group) }
      }
    }
    return removed
  }

  /// What a reader saw may have changed since: looked at again before anything is deleted.
  private func merge(_ database: Database, _ group: [Int64]) throws -> Int {
    let records = try group.compactMap { try FactRecord.load(database, $0) }
    guard var kept = records.first else { return 0 }
    var removed = 0
    for twin in records.dropFirst()
    where twin.subject == kept.subject && twin.verb == kept.verb && twin.object == kept.object
      && twin.standing == kept.standing && twin.isNegated == kept.isNegated
    {
      kept.confidence = max(kept.confidence, twin.confidence)
      kept.isPrivate = kept.isPrivate || twin.isPrivate
      if twin.source.code < kept.source.code { kept.source = twin.source }
      kept.turn = kept.turn ?? twin.turn
      try database.run("UPDATE OR IGNORE told SET fact_id = ? WHERE fact_id = ?", [kept.id, twin.id])
      if let turn = twin.turn, turn != kept.turn {
        try database.run("INSERT OR IGNORE INTO told (fact_id, turn_id) VALUES (?, ?)", [kept.id, turn])
      }
      try database.run("UPDATE fact SET superseded_by = ? WHERE superseded_by = ?", [kept.id, twin.id])
      try database.run("DELETE FROM fact WHERE id = ?", [twin.id])
      removed += 1
    }
    if removed > 0 { try kept.update(database) }
    return removed
  }

  func sweepTerms() throws -> Int {
    var swept = 0
    try windows("term") { window in
      let unused = try store.read { database in
        try database.numbers(
          """
          SELECT id FROM term t WHERE id >= ? AND id < ?
            AND NOT EXISTS (SELECT 1 FROM fact WHERE subject_id = t.id)
            AND NOT EXISTS (SELECT 1 FROM fact WHERE verb_id = t.id)
            AND NOT EXISTS (SELECT 1 FROM fact WHERE object_id = t.id)
          """, [window.lowerBound, window.upperBound])
      }
      try slices(unused) { database, ids in swept += try Terms.sweep(database, ids) }
    }
    return swept
  }

  func mergeFullText() throws {
    var isDone = false
    while !isDone {
      isDone = try store.write { database in
        let before = database.totalChangesCount
        try database.run("INSERT INTO turn_text (turn_text, rank) VALUES ('merge', 64)")
        // By FTS5's own measure: fewer than two changes mean that there was nothing to merge.
        return database.totalChangesCount - before < 2
      }
    }
  }

  /// How much of the file is free pages and room within pages.
  func wastedShare() throws -> Double {
    try store.read { database in
      let pages = Double(try database.number("PRAGMA page_count") ?? 1)
      let free = Double(try database.number("PRAGMA freelist_count") ?? 0)
      // Not every SQLite has the table that knows the room within pages; then free pages have to do.
      let unused = try? database.number("SELECT sum(unused) FROM dbstat WHERE aggregate = TRUE")
      return (free + Double(unused ?? 0) / 4096) / max(1, pages)
    }
  }

  func deleteHistory(before cut: Timestamp) throws -> Int {
    var removed = 0
    try windows("fact") { window in
      let old = try store.read { database in
        try database.numbers(Self.oldHistory, [window.lowerBound, window.upperBound, cut.milliseconds])
      }
      try slices(old) { database, ids in
        var loose: Set<Int64> = []
        for id in ids {
          guard let record = try FactRecord.load(database, id), record.standing != .current else { continue }
          loose.formUnion([record.subject, record.verb, record.object])
          // The chain closes: what this one had replaced is still found from what is in force, and forgotten with it.
          try database.run("UPDATE fact SET superseded_by = ? WHERE superseded_by = ?", [record.supersededBy, id])
          try database.run("DELETE FROM fact WHERE id = ?", [id])
          removed += 1
        }
        _ = try Terms.sweep(database, loose)
      }
    }
    return removed
  }

  /// What has been over since before ?3, by when it was told too: "desde 2010 vivo en Bilbao" ends the address before
  /// it today. What the user told as over ("viví en París hasta 2004") holds of its time and stays, and so does what
  /// an operation touched since, which undo may bring back.
  private static let oldHistory = """
    SELECT f.id FROM fact f LEFT JOIN fact n ON n.id = f.superseded_by
      WHERE f.id >= ?1 AND f.id < ?2 AND f.standing IN (1, 2) AND f.said_at < ?3
        AND (f.standing = 2 OR coalesce(f.valid_to, f.said_at) < ?3) AND coalesce(n.said_at < ?3, TRUE)
        AND NOT (f.standing = 1 AND f.superseded_by IS NULL AND f.flags >> 2 & 3 = 0 AND f.valid_to <= f.said_at)
        AND NOT EXISTS (SELECT 1 FROM change c JOIN operation o ON o.id = c.operation_id
          WHERE c.fact_id = f.id AND o.is_undone = 0 AND o.at >= ?3)
    """

  func deleteTurns(before cut: Timestamp) throws -> Int {
    var removed = 0
    try windows("turn") { window in
      let old = try store.read { database in
        try database.numbers(
          """
          SELECT id FROM turn WHERE id >= ? AND id < ? AND said_at < ?
            AND NOT EXISTS (SELECT 1 FROM fact WHERE turn_id = turn.id AND standing <> 1)
          """, [window.lowerBound, window.upperBound, cut.milliseconds])
      }
      try slices(old) { database, ids in
        try Turns.delete(database, ids)
        removed += ids.count
      }
    }
    // Keys of batches and what undo knows end with their time too.
    var isDone = false
    while !isDone {
      isDone = try store.write { database in
        try database.run(
          """
          DELETE FROM batch WHERE (owner_id, key_high, key_low) IN
            (SELECT owner_id, key_high, key_low FROM batch WHERE at < ? LIMIT ?)
          """, [cut.milliseconds, Self.slice])
        return database.changesCount < Self.slice
      }
    }
    try windows("operation") { window in
      let old = try store.read { database in
        try database.numbers(
          "SELECT id FROM operation WHERE id >= ? AND id < ? AND at < ?",
          [window.lowerBound, window.upperBound, cut.milliseconds])
      }
      try slices(old) { try Terms.sweep($0, operations: Array($1)) }
    }
    return removed
  }
}
