import Foundation
import GRDB
import SaraiCore
import SaraiStore
import TestSupport

/// A store of numbered notes in a folder of its own.
struct Fixture {
  let folder: URL

  static let first = StoreMigration("1-notes") { database in
    try database.execute(sql: "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
  }
  static let second = StoreMigration("2-colours") { database in
    try database.execute(sql: "ALTER TABLE note ADD COLUMN colour TEXT NOT NULL DEFAULT 'azul'")
  }

  var path: String { folder.appending(path: "notes.db").path }
  var backups: String { folder.appending(path: "backups").path }

  func options(_ migrations: [StoreMigration] = [first]) -> StoreOptions {
    StoreOptions(path: path, backupFolder: backups, migrations: migrations)
  }

  func open(_ migrations: [StoreMigration] = [first]) throws -> Store { try Store(options(migrations)) }

  static func with(_ body: (Fixture) async throws -> Void) async throws {
    try await withTemporaryFolder { try await body(Fixture(folder: $0)) }
  }

  /// Changes bytes of a file in place.
  func overwrite(_ path: String, at offset: Int, _ change: (UInt8) -> UInt8, count: Int = 1) throws {
    let file = try FileHandle(forUpdating: URL(filePath: path))
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(offset))
    let bytes = try file.read(upToCount: count) ?? Data()
    try file.seek(toOffset: UInt64(offset))
    try file.write(contentsOf: Data(bytes.map(change)))
  }

  func size(_ path: String) throws -> Int { try Data(contentsOf: URL(filePath: path)).count }
}

extension Store {
  func add(_ texts: [String]) throws {
    try write { database in
      for text in texts { try database.execute(sql: "INSERT INTO note (text) VALUES (?)", arguments: [text]) }
    }
  }

  func texts() throws -> [String] { try read { try $0.texts() } }

  func integrity() throws -> [String] {
    try read { try String.fetchAll($0, sql: "PRAGMA integrity_check") }
  }
}

extension Database {
  func texts() throws -> [String] { try String.fetchAll(self, sql: "SELECT text FROM note ORDER BY id") }
}

/// The code of what a closure throws; nil where it throws nothing of SARAi's.
func fault(_ body: () throws -> Void) -> SaraiError.Code? {
  do {
    try body()
    return nil
  } catch { return (error as? SaraiError)?.code }
}
