import GRDB
package import SaraiCore
package import SaraiStore

/// Everything that was told, by everybody, in one database.
///
/// What a call acknowledges survives a crash and a power cut. Calls wait for the disk and keep their thread meanwhile;
/// any number of threads may call. Nothing of one owner ever reaches a call for another.
package final class MemoryStore: Sendable {
  /// For what is beyond the typed calls, within this target: recall reads through it.
  package let store: Store
  /// Words of terms, for all who read.
  let terms = TermCache()

  /// What opening found: damage, and what was lost by it.
  package let opening: MemoryOpening

  /// Opens `memory.db` in a folder, or creates it; backups lie in `backups` beside it.
  ///
  /// - Throws: As `Store.init`.
  package static func open(folder: String) throws -> MemoryStore {
    try MemoryStore(options: options(folder: folder))
  }

  package static func options(folder: String) -> StoreOptions {
    StoreOptions(
      path: folder + "/memory.db", backupFolder: folder + "/backups", migrations: Schema.migrations)
  }

  package init(options: StoreOptions) throws {
    var options = options
    options.onConnect = { [terms] in terms.follow($0) }
    store = try Store(options)
    opening = MemoryOpening(store)
    do {
      if try store.read({ try Duty.isOwed(Duty.purge, $0) }) { _ = try finishForgetting() }
    } catch let fault as SaraiError where fault.code == .insufficientResources {
      // A full disk keeps nobody from their memory: upkeep tries again.
    }
  }

  package func close() throws { try store.close() }

  // MARK: - Owners

  /// The number of an owner; nil for one of whom nothing is known.
  func find(_ owner: Owner, _ database: Database) throws -> Int64? {
    try database.number("SELECT id FROM owner WHERE name = ?", [owner.name])
  }

  /// Reads facts of one state of the database, of an owner of whom something is known; nil of anybody else.
  func readFacts<Result>(
    of owner: Owner, _ body: (_ database: Database, _ owner: Int64, FactRows) throws -> Result
  ) throws -> Result? {
    let stamp = terms.stamp()
    return try store.read { database in
      guard let number = try find(owner, database) else { return nil }
      return try body(database, number, FactRows(database, terms, at: stamp))
    }
  }

  func create(_ owner: Owner, _ database: Database) throws -> Int64 {
    if let known = try find(owner, database) { return known }
    try database.run("INSERT INTO owner (name) VALUES (?)", [owner.name])
    return database.lastInsertedRowID
  }

  /// Everybody of whom something is known, in alphabetical order.
  package func knownOwners() throws -> [Owner] {
    try store.read { database in
      var found: [Owner] = []
      try database.rows("SELECT name FROM owner ORDER BY name") { row in found.append(try Owner(row[0] as String)) }
      return found
    }
  }

  // MARK: - Faults

  static func unknown(_ id: FactID) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ningún hecho \(id.rawValue) en esta memoria; «sarai memory list» los enumera.",
      en: "There is no fact \(id.rawValue) in this memory; `sarai memory list` has them all.",
      subject: "\(id.rawValue)")
  }

  static func unknown(_ id: TurnID) -> SaraiError {
    SaraiError(
      .notFound, es: "No hay ningún turno \(id.rawValue) en esta memoria.",
      en: "There is no turn \(id.rawValue) in this memory.", subject: "\(id.rawValue)")
  }
}

/// What a crash may leave half done; kept in the table `duty`.
enum Duty {
  static let purge = "purge"

  static func isOwed(_ name: String, _ database: Database) throws -> Bool {
    try database.number("SELECT 1 FROM duty WHERE name = ?", [name]) != nil
  }
}

/// What was found when a memory was opened.
package struct MemoryOpening: Sendable, Hashable {
  package var store: StoreOpening
  /// What the damaged file still showed of what the backup in its place does not have; nil where nothing was lost, or
  /// where the file shows nothing.
  package var lost: LostContent?

  package struct LostContent: Sendable, Hashable {
    package var facts: Int
    package var turns: Int
  }

  /// A sentence for the person, where something was lost.
  package var message: Localized? {
    switch store.recovery {
    case nil: return nil
    case .startedEmpty(let file):
      return Localized(
        es: "La memoria estaba dañada y no había copia: empieza vacía. El archivo dañado queda en \(file).",
        en: "The memory was damaged and there was no backup: it starts empty. The damaged file is at \(file).")
    case .restored(let backup, let file):
      let time = CivilDateTime(secondsSince1970: Int(backup.takenAtMilliseconds / 1000))
      let when =
        "\(time.date.year)-\(pad(time.date.month))-\(pad(time.date.day)) "
        + "\(pad(time.secondOfDay / 3600)):\(pad(time.secondOfDay / 60 % 60)) UTC"
      let es = lost.map { "Se ha perdido lo posterior: \($0.facts) hechos y \($0.turns) turnos." }
      let en = lost.map { "What came later is lost: \($0.facts) facts and \($0.turns) turns." }
      return Localized(
        es: "La memoria estaba dañada y se ha recuperado la copia del \(when). "
          + (es ?? "Se ha perdido lo posterior.") + " El archivo dañado queda en \(file).",
        en: "The memory was damaged, and the backup of \(when) is in its place. "
          + (en ?? "What came later is lost.") + " The damaged file is at \(file).")
    }
  }

  private func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
