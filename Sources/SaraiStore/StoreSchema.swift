import GRDB
import SaraiCore

/// What a database of a store has to look like.
enum StoreSchema {
  static func migrator(_ options: StoreOptions) -> DatabaseMigrator {
    var migrator = DatabaseMigrator()
    for migration in options.migrations {
      migrator.registerMigration(migration.name) { try migration.apply($0) }
    }
    return migrator
  }

  /// The migrations that a database has been through.
  ///
  /// - Throws: `notAvailable` where one of them is of a newer version.
  static func applied(_ database: some DatabaseReader, _ options: StoreOptions) throws -> Set<String> {
    let migrator = migrator(options)
    let applied = try database.read { try migrator.appliedIdentifiers($0) }
    if let stranger = applied.subtracting(options.migrations.map(\.name)).min() {
      throw StoreFault.fromTheFuture(options.path, migration: stranger)
    }
    return applied
  }

  /// Makes a copy of a database fit to take the place of the store's own: looks whether it is one of the store's, whole
  /// and of no newer version, and runs the migrations that it lacks. Whoever the file comes from, nothing in it runs.
  ///
  /// - Throws: `corruptFile` or `notAvailable`; then the copy is of no use.
  static func adopt(_ copy: String, _ options: StoreOptions) throws {
    let queue = try DatabaseQueue(
      path: StoreConnections.uri(copy, options), configuration: StoreConnections.configuration(options, readers: 1))
    do {
      try adopt(queue, options)
      // What the migrations wrote has to be in the file and not beside it.
      try queue.writeWithoutTransaction { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = DELETE") }
      try queue.close()
    } catch {
      try? queue.close()
      throw error
    }
  }

  private static func adopt(_ queue: DatabaseQueue, _ options: StoreOptions) throws {
    let model = try DatabaseQueue()
    let migrator = migrator(options)
    try migrator.migrate(model)
    // Before anything else is read: what looks like a table may be a view that never ends.
    let living = try queue.read(objects).filter { $0.hasPrefix("view ") || $0.hasPrefix("trigger ") }
    guard try living.isSubset(of: model.read(objects)) else { throw stranger(options) }
    let applied = try applied(queue, options)
    guard let last = options.migrations.last(where: { applied.contains($0.name) })?.name else {
      throw stranger(options)
    }
    let ofItsTime = try DatabaseQueue()
    try migrator.migrate(ofItsTime, upTo: last)
    guard try queue.read(objects) == ofItsTime.read(objects) else { throw stranger(options) }
    let faults = try queue.read { try String.fetchAll($0, sql: "PRAGMA integrity_check(1)") }
    guard faults == ["ok"] else { throw StoreFault.noBackup(options.path) }
    try migrator.migrate(queue)
  }

  /// Every table, index, view and trigger. Of the tables that SQLite makes beneath a virtual one, whose text may change
  /// with its version, only the names.
  private static func objects(_ database: Database) throws -> Set<String> {
    let virtual = try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'")
    var found: Set<String> = []
    for row in try Row.fetchAll(database, sql: "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema") {
      let (type, name, table, text) = (row[0] as String, row[1] as String, row[2] as String, row[3] as String)
      if name.hasPrefix("sqlite_stat") { continue }
      let isBeneath = type == "table" && virtual.contains { name.hasPrefix($0 + "_") }
      found.insert("\(type) \(name) \(table) \(isBeneath ? "" : text)")
    }
    return found
  }

  private static func stranger(_ options: StoreOptions) -> SaraiError {
    SaraiError(
      .corruptFile, es: "Ese archivo no es una copia de esta base de datos: elige otro.",
      en: "That file is no backup of this database: choose another one.", subject: options.path)
  }
}
