import Foundation
import GRDB
import Glibc
import SaraiCore
import SaraiStore
import Synchronization
import TestSupport
import Testing

@Suite struct BackupTests {
  @Test("A backup is brought back whole, and what it took the place of is a backup then")
  func restore() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      let backup = try store.backup()
      try store.add(["dos"])
      try store.restore(backup.path)
      #expect(try store.texts() == ["uno"])
      let newest = try #require(store.backups().first)
      #expect(newest.reason == "before-restore")
      try store.restore(newest.path)
      #expect(try store.texts() == ["uno", "dos"])
      try store.add(["tres"])
      try store.close()
      #expect(try fixture.open().texts() == ["uno", "dos", "tres"])
    }
  }

  @Test("An old backup is migrated when it is brought back")
  func restoreOld() async throws {
    try await Fixture.with { fixture in
      let old = try fixture.open()
      try old.add(["uno"])
      let backup = try old.backup()
      try old.close()
      let store = try fixture.open([Fixture.first, Fixture.second])
      try store.add(["dos"])
      try store.restore(backup.path)
      #expect(try store.read { try String.fetchAll($0, sql: "SELECT text || colour FROM note") } == ["unoazul"])
    }
  }

  @Test("A damaged backup is refused, and the store stays as it is")
  func restoreDamaged() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      let backup = try store.backup()
      try fixture.overwrite(backup.path, at: 4500, { $0 ^ 2 })
      #expect(fault { try store.restore(backup.path) } == .corruptFile)
      #expect(fault { try store.restore(fixture.path + ".none") } == .corruptFile)
      #expect(try store.texts() == ["uno"])
    }
  }

  @Test("The oldest of all backups that are kept can be brought back")
  func restoreOldest() async throws {
    try await Fixture.with { fixture in
      var options = fixture.options()
      options.keptBackups = 2
      let store = try Store(options)
      for text in ["uno", "dos"] {
        try store.add([text])
        try store.backup()
      }
      let oldest = try #require(store.backups().last)
      try store.restore(oldest.path)
      #expect(try store.texts() == ["uno"])
    }
  }

  @Test("A backup of a newer version is refused before anything changes")
  func restoreNewer() async throws {
    try await Fixture.with { fixture in
      let newer = try fixture.open([Fixture.first, Fixture.second])
      try newer.add(["uno"])
      let copy = fixture.folder.appending(path: "newer.db").path
      try newer.export(to: copy)
      try newer.close()
      for name in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: fixture.path + name) }
      let store = try fixture.open()
      try store.add(["dos"])
      #expect(fault { try store.restore(copy) } == .notAvailable)
      #expect(try store.texts() == ["dos"])
      #expect(store.backups().isEmpty)
      try store.add(["tres"])
      try store.close()
      #expect(try fixture.open().texts() == ["dos", "tres"])
    }
  }

  /// What a file may hold besides what a backup holds, under the names that a backup has.
  private static let strangers = [
    "CREATE TRIGGER eager AFTER INSERT ON note BEGIN DELETE FROM note; END", "CREATE VIEW seen AS SELECT * FROM note",
    "CREATE TABLE more (x)", "CREATE INDEX note_by_text ON note (text)", "ALTER TABLE note ADD COLUMN more TEXT",
    "DROP TABLE note",
    """
    DROP TABLE grdb_migrations; CREATE VIEW grdb_migrations AS
      WITH RECURSIVE n (identifier) AS (SELECT 1 UNION ALL SELECT identifier + 1 FROM n) SELECT identifier FROM n
    """,
  ]

  @Test("A file that only looks like a backup is refused, and nothing in it runs", arguments: strangers)
  func restoreStranger(sql: String) async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      var options = fixture.options()
      options.path = fixture.folder.appending(path: "other.db").path
      let other = try Store(options)
      try other.add(["dos"])
      try other.write { try $0.execute(sql: sql) }
      let copy = fixture.folder.appending(path: "copy.db").path
      try other.export(to: copy)
      try other.close()
      #expect(fault { try store.restore(copy) } == .corruptFile)
      try store.add(["tres"])
      #expect(try store.texts() == ["uno", "tres"])
      let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
      #expect(!left.contains { $0.hasPrefix("notes.db.new") })
    }
  }

  @Test("A pipe or a folder in a backup's place is refused, and nobody waits for it")
  func restoreOddFiles() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      let pipe = fixture.folder.appending(path: "pipe").path
      #expect(mkfifo(pipe, 0o600) == 0)
      for path in [pipe, fixture.folder.path, "/dev/zero"] {
        #expect(fault { try store.restore(path) } == .corruptFile, "\(path)")
      }
      #expect(try store.texts() == ["uno"])
    }
  }

  @Test("A backup that a crash cut short is gone at the next opening, and with a purge")
  func cutBackups() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      let part = fixture.backups + "/notes-123-manual.db.part"
      for name in [part, part + "-journal"] { try Data("secreto".utf8).write(to: URL(filePath: name)) }
      #expect(try store.purgeCopies() == 2)
      #expect(!FileManager.default.fileExists(atPath: part))
      try store.close()
      for name in [part, part + "-journal"] { try Data("secreto".utf8).write(to: URL(filePath: name)) }
      let again = try fixture.open()
      let left = try FileManager.default.contentsOfDirectory(atPath: fixture.backups)
      #expect(left == again.backups().map { URL(filePath: $0.path).lastPathComponent })
    }
  }

  @Test("A purge of copies that were there before leaves those that came after")
  func purgeBefore() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      try store.backup()
      let time = store.copiesTaken()
      try store.backup(reason: "later")
      try Data("x".utf8).write(to: URL(filePath: fixture.path + ".damaged-\(time + 1)"))
      try Data("x".utf8).write(to: URL(filePath: fixture.path + ".damaged-\(time - 1)-wal"))
      #expect(try store.purgeCopies(takenBefore: time) == 2)
      #expect(store.backups().map(\.reason) == ["after-forgetting", "later"])
      #expect(FileManager.default.fileExists(atPath: fixture.path + ".damaged-\(time + 1)"))
    }
  }

  @Test("Only the latest backups are kept")
  func kept() async throws {
    try await Fixture.with { fixture in
      var options = fixture.options()
      options.keptBackups = 3
      let store = try Store(options)
      for round in 0..<6 {
        try store.add(["\(round)"])
        try store.backup(reason: "scheduled")
      }
      #expect(store.backups().count == 3)
      let newest = try #require(store.backups().first)
      try store.restore(newest.path)
      #expect(try store.texts() == (0..<6).map(String.init))
    }
  }

  @Test("A copy for the person never overwrites a file")
  func export() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["uno"])
      let target = fixture.folder.appending(path: "mía.db").path
      try store.export(to: target)
      #expect(fault { try store.export(to: target) } == .invalidRequest)
      try store.add(["dos"])
      try store.restore(target)
      #expect(try store.texts() == ["uno"])
    }
  }

  @Test("Purging leaves one fresh backup and no file put aside")
  func purge() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(["secreto"])
      try store.backup()
      try Data("secreto".utf8).write(to: URL(filePath: fixture.path + ".damaged-1"))
      try store.write { try $0.execute(sql: "DELETE FROM note") }
      try store.compact()
      #expect(try store.purgeCopies() == 2)
      #expect(store.backups().map(\.reason) == ["after-forgetting"])
      try store.close()
      let files = try #require(FileManager.default.enumerator(atPath: fixture.folder.path))
      for case let name as String in files {
        guard let content = try? Data(contentsOf: fixture.folder.appending(path: name)) else { continue }
        #expect(content.range(of: Data("secreto".utf8)) == nil, "\(name)")
      }
    }
  }

  @Test("Readers and writers go on while the file is compacted, and lose nothing")
  func compactUnderLoad() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add((0..<3000).map { "nota \($0) " + String(repeating: "x", count: 100) })
      try store.write { try $0.execute(sql: "DELETE FROM note WHERE id % 3 > 0") }
      try store.truncateLog()
      let before = try fixture.size(fixture.path)
      let isOver = Flag()
      try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<3 {
          group.addTask {
            var reads = 0
            while !isOver.isSet {
              let count = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM note") } ?? 0
              #expect(count >= 1000)
              reads += 1
              await Task.yield()
            }
            return reads
          }
        }
        group.addTask {
          for round in 0..<5 {
            try store.add(["nueva \(round)"])
            try store.compact()
          }
          isOver.set()
          return 1
        }
        for try await done in group { #expect(done > 0) }
      }
      #expect(try store.texts().suffix(5) == (0..<5).map { "nueva \($0)" })
      #expect(try store.integrity() == ["ok"])
      try store.close()
      #expect(try fixture.size(fixture.path) < before / 2)
    }
  }
}

private final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .relaxed) }

  func set() { value.store(true, ordering: .relaxed) }
}
