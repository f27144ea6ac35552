import Foundation
import GRDB
import SaraiCore
import SaraiStore
import TestSupport
import Testing

@Suite struct DamageTests {
  private static let notes = (0..<400).map { "nota \($0) " + String(repeating: "x", count: 60) }

  /// A store with a backup of `notes`, and one more note that only the file has.
  private func prepare(_ fixture: Fixture) throws {
    let store = try fixture.open()
    try store.add(Self.notes)
    try store.backup()
    try store.add(["después"])
    try store.close()
  }

  private func expectRestored(_ fixture: Fixture, _ comment: Comment) throws {
    let store = try fixture.open()
    guard case .restored(let backup, let damaged) = store.opening.recovery else {
      Issue.record("not detected: \(comment)")
      return
    }
    #expect(backup.reason == "manual", comment)
    #expect(FileManager.default.fileExists(atPath: damaged), comment)
    #expect(try store.texts() == Self.notes, comment)
    #expect(try store.integrity() == ["ok"], comment)
    try store.close()
    try FileManager.default.removeItem(atPath: damaged)
  }

  @Test("A single flipped bit anywhere in the file is found at opening, and the last backup is in its place")
  func flippedBits() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let whole = try Data(contentsOf: URL(filePath: fixture.path))
      var random = SeededRandom(soakSeed(41))
      for round in 0..<rounds(60, soak: 5000) {
        try whole.write(to: URL(filePath: fixture.path))
        let offset = Int.random(in: 0..<whole.count, using: &random)
        let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        try fixture.overwrite(fixture.path, at: offset, { $0 ^ bit })
        try expectRestored(fixture, "round \(round): bit \(bit) of byte \(offset)")
      }
    }
  }

  @Test("A page of which only some sectors were written is found at opening")
  func tornPages() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let whole = try Data(contentsOf: URL(filePath: fixture.path))
      let store = try fixture.open()
      try store.write { try $0.execute(sql: "UPDATE note SET text = replace(text, 'x', 'y')") }
      try store.close()
      let newer = try Data(contentsOf: URL(filePath: fixture.path))
      var tried = 0
      for page in 0..<min(whole.count, newer.count) / 4096 {
        let range = page * 4096..<page * 4096 + 2048
        guard whole[range] != newer[range] else { continue }
        var torn = whole
        torn.replaceSubrange(range, with: Data(newer[range]))
        try torn.write(to: URL(filePath: fixture.path))
        try expectRestored(fixture, "page \(page + 1)")
        tried += 1
      }
      #expect(tried > 3)
    }
  }

  @Test("A page in another page's place is found, although it is whole")
  func misplacedPage() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      var file = try Data(contentsOf: URL(filePath: fixture.path))
      let other = Data(file[5 * 4096..<6 * 4096])
      file.replaceSubrange(4 * 4096..<5 * 4096, with: other)
      try file.write(to: URL(filePath: fixture.path))
      try expectRestored(fixture, "page 6 written over page 5")
    }
  }

  @Test("A file that was cut short is found, at a page's end or within one", arguments: [4096 * 3, 4096 * 3 + 100, 50])
  func cutFile(bytes: Int) async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let whole = try Data(contentsOf: URL(filePath: fixture.path))
      try whole.prefix(bytes).write(to: URL(filePath: fixture.path))
      try expectRestored(fixture, "cut to \(bytes) bytes")
    }
  }

  @Test("A damaged backup is passed over for the one before it")
  func damagedBackup() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let store = try fixture.open()
      let newest = try store.backup(reason: "scheduled")
      try store.close()
      try fixture.overwrite(newest.path, at: 5000, { $0 ^ 1 })
      try fixture.overwrite(fixture.path, at: 9000, { $0 ^ 1 })
      try expectRestored(fixture, "the newest backup is damaged too")
    }
  }

  @Test("Without a backup the damaged file is kept aside and the store starts empty")
  func noBackup() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(Self.notes)
      try store.close()
      let size = try fixture.size(fixture.path)
      try fixture.overwrite(fixture.path, at: size - 3000, { $0 ^ 8 })
      let again = try fixture.open()
      guard case .startedEmpty(let damaged) = again.opening.recovery else {
        Issue.record("not detected")
        return
      }
      #expect(try again.texts().isEmpty)
      #expect(try fixture.size(damaged) == size)
    }
  }

  @Test("Somebody else's file is refused and left as it is")
  func foreignFile() async throws {
    try await Fixture.with { fixture in
      let text = Data("una receta de gazpacho\n".utf8)
      try text.write(to: URL(filePath: fixture.path))
      #expect(fault { _ = try fixture.open() } == .corruptFile)
      #expect(try Data(contentsOf: URL(filePath: fixture.path)) == text)
      let other = try DatabaseQueue(path: fixture.path + "2")
      try other.write { try $0.execute(sql: "CREATE TABLE mine (x)") }
      try other.close()
      try FileManager.default.removeItem(atPath: fixture.path)
      try FileManager.default.moveItem(atPath: fixture.path + "2", toPath: fixture.path)
      #expect(fault { _ = try fixture.open() } == .corruptFile)
      let kept = try DatabaseQueue(path: fixture.path)
      let isThere = try kept.read { try $0.tableExists("mine") }
      #expect(isThere)
    }
  }

  @Test("Damage that happens while the store is open is an error of the reader, and the next one finds the last backup")
  func damageWhileOpen() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add((0..<2000).map { "nota \($0) " + String(repeating: "x", count: 200) })
      try store.backup()
      try store.close()
      var options = fixture.options()
      options.pageCacheKiB = 1
      let small = try Store(options)
      let size = try fixture.size(fixture.path)
      for page in stride(from: 8, to: size / 4096 - 2, by: 1) {
        try fixture.overwrite(fixture.path, at: page * 4096 + 1000, { $0 ^ 16 })
      }
      #expect(fault { _ = try small.texts() } == .corruptFile)
      #expect(try small.texts().count == 2000)
      try small.add(["después"])
      try small.close()
      let again = try fixture.open()
      #expect(again.opening.recovery == nil)
      #expect(try again.texts().last == "después")
      try again.close()
    }
  }

  @Test("A repair that fails is tried again by the next call, and what it brought back is told")
  func repairedLater() async throws {
    try await Fixture.with { fixture in
      let store = try fixture.open()
      try store.add(Self.notes)
      try store.backup()
      try store.close()
      var options = fixture.options()
      options.pageCacheKiB = 1
      let open = try Store(options)
      for page in 8..<(try fixture.size(fixture.path) / 4096 - 1) {
        try fixture.overwrite(fixture.path, at: page * 4096 + 1000, { $0 ^ 16 })
      }
      // What lies in the way of the new file, as a full disk would.
      let obstacle = fixture.path + ".new/x"
      try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: true)
      for _ in 0..<2 { #expect(fault { _ = try open.texts() } == .invalidRequest) }
      try FileManager.default.removeItem(atPath: fixture.path + ".new")
      let told = #expect(throws: SaraiError.self) { try open.texts() }
      #expect(told?.message.en.contains("last backup is in its place") == true, "\(told?.message.en ?? "")")
      #expect(try open.texts() == Self.notes)
      try open.close()
      #expect(fault { _ = try open.texts() } == .notAvailable)
    }
  }

  @Test(
    "A file that was emptied or deleted beside a sound backup is never taken for a new one", arguments: [true, false])
  func lostFile(isDeleted: Bool) async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      try FileManager.default.removeItem(atPath: fixture.path)
      if !isDeleted { try Data().write(to: URL(filePath: fixture.path)) }
      let store = try fixture.open()
      guard case .refilled(let backup) = store.opening.recovery else {
        Issue.record("started empty: \(store.opening)")
        return
      }
      #expect(backup.reason == "manual")
      #expect(try store.texts() == Self.notes)
      try store.close()
      #expect(try fixture.open().opening.recovery == nil)
    }
  }

  @Test("A file that was emptied beside its log is never taken for a new one either")
  func emptiedBesideLog() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let store = try fixture.open()
      try store.add(["aún en el registro"])
      let log = try Data(contentsOf: URL(filePath: fixture.path + "-wal"))
      try store.close()
      #expect(!log.isEmpty)
      try log.write(to: URL(filePath: fixture.path + "-wal"))
      try Data().write(to: URL(filePath: fixture.path))
      let again = try fixture.open()
      guard case .refilled = again.opening.recovery else {
        Issue.record("started empty: \(again.opening)")
        return
      }
      #expect(try again.texts() == Self.notes)
      try again.close()
    }
  }

  @Test("Where all backups are damaged too, it says so and keeps them")
  func allDamaged() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let store = try fixture.open()
      try store.backup()
      let backups = store.backups().map(\.path)
      try store.close()
      for path in backups + [fixture.path] { try fixture.overwrite(path, at: 9000, { $0 ^ 1 }) }
      let again = try fixture.open()
      guard case .lostAll(_?, damagedBackups: 2) = again.opening.recovery else {
        Issue.record("\(again.opening)")
        return
      }
      #expect(backups.allSatisfy { FileManager.default.fileExists(atPath: $0) })
      try again.close()
    }
  }

  @Test("What is no backup is refused by its own fault, and nothing is said against the database")
  func noBackupOfIt() async throws {
    try await Fixture.with { fixture in
      try prepare(fixture)
      let store = try fixture.open()
      let flipped = try store.backup().path
      try fixture.overwrite(flipped, at: 9000, { $0 ^ 1 })
      let text = fixture.folder.appending(path: "receta").path
      try Data("una receta de gazpacho\n".utf8).write(to: URL(filePath: text))
      for path in [flipped, text] {
        let error = #expect(throws: SaraiError.self) { try store.restore(path) }
        #expect(error?.message.en.contains("stays as it was") == true, "\(error?.message.en ?? "")")
      }
      #expect(try store.texts().last == "después")
      try store.close()
    }
  }
}
