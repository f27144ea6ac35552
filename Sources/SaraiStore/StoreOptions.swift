package import GRDB

/// One step of a schema. Steps are only ever added at the end; one that was released is never changed.
package struct StoreMigration: Sendable {
  package let name: String
  package let apply: @Sendable (Database) throws -> Void

  package init(_ name: String, _ apply: @escaping @Sendable (Database) throws -> Void) {
    self.name = name
    self.apply = apply
  }
}

package struct StoreOptions: Sendable {
  /// The database file; beside it lie its log, its lock, and what is left of it when it was damaged.
  package var path: String
  /// The folder of the backups that the store makes, restores and purges by itself.
  package var backupFolder: String
  /// All steps of the schema, the first one first.
  package var migrations: [StoreMigration]
  /// Of its own backups, so many of the latest are kept, 1 or more.
  package var keptBackups = 5
  /// How many may read at the same time.
  package var readers = 4
  /// Memory for pages, for each connection.
  package var pageCacheKiB = 16_384
  /// The VFS that holds the files; nil is SQLite's own.
  package var baseVFS: String?
  /// Called with the connection that writes whenever a file was opened, before anything else uses it.
  package var onConnect: (@Sendable (Database) -> Void)?
  /// Called once for each time that damage was repaired while the store was open, before whoever met it is told; the
  /// store may be used meanwhile.
  package var onRepair: (@Sendable (Store, StoreOpening) -> Void)?

  package init(path: String, backupFolder: String, migrations: [StoreMigration]) {
    self.path = path
    self.backupFolder = backupFolder
    self.migrations = migrations
  }
}

/// What opening found and did.
package struct StoreOpening: Sendable, Hashable {
  package enum Recovery: Sendable, Hashable {
    /// The file was damaged and a backup is in its place: what was stored after it is lost.
    case restored(from: StoreBackup, damagedFile: String)
    /// The file was damaged and there was no backup: the store is empty.
    case startedEmpty(damagedFile: String)
    /// The file was gone, or nothing was left in it, and a backup is in its place.
    case refilled(from: StoreBackup)
    /// The file was damaged, or gone where nil, and so were all of so many backups: the store is empty.
    case lostAll(damagedFile: String?, damagedBackups: Int)
    /// The file, or its log, was deleted, moved away or replaced while it was open, and was written again whole:
    /// nothing is lost. What lay in its place is put aside, nil where nothing did.
    case rewritten(otherFile: String?)
  }

  package var isNew: Bool
  /// The last process that had it open did not close it.
  package var wasInterrupted: Bool
  /// Nil where nothing was wrong.
  package var recovery: Recovery?
  /// Migrations that ran now.
  package var migrated: [String]
}

/// A backup that the store made: a whole, compact database file.
package struct StoreBackup: Sendable, Hashable {
  package let path: String
  /// Milliseconds since 1970.
  package let takenAtMilliseconds: Int64
  /// What it was made for: `manual`, `scheduled`, `before-MIGRATION`, `before-restore`, `after-forgetting`.
  package let reason: String
  package let bytes: Int
}
