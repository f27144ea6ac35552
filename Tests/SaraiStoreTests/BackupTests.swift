import Foundation
import GRDB
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
