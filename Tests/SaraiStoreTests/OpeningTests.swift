import Foundation
import GRDB
import SaraiCore
import SaraiStore
import Testing

@Suite struct OpeningTests {
  @Test("A new store has the settings that keep what was acknowledged, on every connection")
  func settings() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      #expect(store.opening.isNew)
      #expect(store.opening.migrated == ["1-notes"])
      func values(_ database: Database) throws -> [String] {
        try [
          "journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema", "cell_size_check",
          "auto_vacuum", "page_size", "mmap_size", "temp_store",
        ].map { try DatabaseValue.fetchOne(database, sql: "PRAGMA \($0)").map { "\($0)" } ?? "" }
      }
      let expected = ["\"wal\"", "2", "1", "1", "0", "1", "2", "4096", "0", "2"]
      #expect(try store.withWriter(values) == expected)
      #expect(try store.read(values) == expected)
    }
  }

  @Test("What was written is there after closing and opening, and a clean end leaves no log")
  func reopening() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno", "dos"])
      try store.close()
      #expect(fault { _ = try store.texts() } == .notAvailable)
      #expect(!FileManager.default.fileExists(atPath: fixture.path + "-wal"))
      let again = try fixture.open()
      #expect(!again.opening.isNew)
      #expect(!again.opening.wasInterrupted)
      #expect(again.opening.recovery == nil)
      #expect(try again.texts() == ["uno", "dos"])
      #expect(try again.integrity() == ["ok"])
    }
  }

  @Test("Only its owner may read the files, and only one process may have them open")
  func permissions() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      for name in ["notes.db", "notes.db-wal", "notes.db-shm", "notes.db.lock"] {
        let path = fixture.folder.appending(path: name).path
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600, "\(name)")
      }
      #expect(fault { _ = try fixture.open() } == .busy)
      #expect(try store.texts() == ["uno"])
    }
  }

  @Test("Migrations run once each, in order, and each begins with a backup of what there was")
  func migrations() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      try store.close()
      #expect(store.backups().isEmpty)
      let migrated = try fixture.open([Fixture.first, Fixture.second])
      #expect(migrated.opening.migrated == ["2-colours"])
      #expect(try migrated.read { try String.fetchAll($0, sql: "SELECT colour FROM note") } == ["azul"])
      #expect(migrated.backups().map(\.reason) == ["before-2-colours"])
      try migrated.close()
      let again = try fixture.open([Fixture.first, Fixture.second])
      #expect(again.opening.migrated.isEmpty)
      #expect(again.backups().count == 1)
    }
  }

  @Test("A migration that fails leaves the store as it was")
  func failingMigration() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      try store.close()
      let wrong = StoreMigration("2-wrong") { database in
        try database.execute(sql: "DELETE FROM note; CREATE TABLE x (y); SELECT * FROM nothing")
      }
      #expect(fault { _ = try fixture.open([Fixture.first, wrong]) } == .internalFault)
      let again = try fixture.open()
      #expect(try again.texts() == ["uno"])
      #expect(try again.read { try $0.tableExists("x") } == false)
    }
  }

  @Test("A file of a newer version is left alone")
  func newerFile() async throws {
    try await Fixture.with { fixture in
      try fixture.open([Fixture.first, Fixture.second]).close()
      #expect(fault { _ = try fixture.open() } == .notAvailable)
      #expect(try fixture.open([Fixture.first, Fixture.second]).opening.migrated.isEmpty)
    }
  }

  @Test("A transaction that throws leaves nothing behind")
  func rollback() async throws {
    struct Stop: Error {}
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      #expect(throws: Stop.self) {
        try store.write { database in
          try database.execute(sql: "INSERT INTO note (text) VALUES ('dos')")
          throw Stop()
        }
      }
      #expect(try store.texts() == ["uno"])
    }
  }

  @Test("Copies that a crash cut short are cleared away and change nothing")
  func leftovers() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      try store.close()
      for name in ["new", "new-journal", "new-wal", "new.part", "new.part-journal"] {
        try Data("half".utf8).write(to: fixture.folder.appending(path: "notes.db.\(name)"))
      }
      let again = try fixture.open()
      #expect(try again.texts() == ["uno"])
      let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
      #expect(!left.contains { $0.hasPrefix("notes.db.new") })
    }
  }

  @Test("A file that others could read is its owner's alone once it was opened")
  func tightened() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      try store.close()
      try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: fixture.path)
      let again = try fixture.open()
      try again.add(["dos"])
      for name in ["notes.db", "notes.db-wal", "notes.db-shm"] {
        let path = fixture.folder.appending(path: name).path
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600, "\(name)")
      }
    }
  }

  @Test("A link stays a link: the file it stands for is the one that is compacted, restored and locked")
  func link() async throws {
    try await Fixture.with { fixture in
      let real = fixture.folder.appending(path: "elsewhere")
      try FileManager.default.createDirectory(at: real, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(
        atPath: fixture.path, withDestinationPath: real.appending(path: "notes.db").path)
      #expect(fault { _ = try fixture.open() } == .invalidRequest)
      try Data().write(to: real.appending(path: "notes.db"))
      let store = try fixture.open()
      try store.add(["secreto"])
      let backup = try store.backup()
      try store.write { try $0.execute(sql: "UPDATE note SET text = 'otro'") }
      try store.compact()
      #expect(try Data(contentsOf: real.appending(path: "notes.db")).range(of: Data("secreto".utf8)) == nil)
      try store.restore(backup.path)
      #expect(try store.texts() == ["secreto"])
      var direct = fixture.options()
      direct.path = real.appending(path: "notes.db").path
      #expect(fault { _ = try Store(direct) } == .busy)
      try store.close()
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: fixture.path) == direct.path)
      #expect(try Store(direct).texts() == ["secreto"])
    }
  }

  @Test("A folder in which nothing can be written is a clear error")
  func readOnly() {
    for folder in ["/proc/sarai", "/sys/sarai", "/dev/null/sarai"] {
      let options = StoreOptions(
        path: folder + "/notes.db", backupFolder: folder + "/backups", migrations: [Fixture.first])
      #expect(fault { _ = try Store(options) } == .invalidRequest, "\(folder)")
    }
  }
}
