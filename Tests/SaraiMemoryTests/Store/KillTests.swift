import Foundation
import GRDB
import Glibc
import SaraiCore
import SaraiMemory
import SaraiStore
import TestSupport
import Testing

@Suite struct KillTests {
  /// A writer in a process of its own, which tells each number once it is acknowledged.
  private struct Writer {
    let process = Process()
    let output = Pipe()

    init(_ folder: URL, first: Int) throws {
      process.executableURL = TestParts.executable("memory-writer")
      process.arguments = [folder.path, "\(first)"]
      process.standardOutput = output
      process.standardInput = FileHandle.nullDevice
      try process.run()
    }

    /// Reads until so many numbers were told, kills a moment later, and reads what was told until then.
    func kill(after count: Int, microseconds: Int) throws -> [Int] {
      var told = Data()
      while told.filter({ $0 == UInt8(ascii: "\n") }).count < count {
        let chunk = output.fileHandleForReading.availableData
        if chunk.isEmpty { break }
        told.append(chunk)
      }
      // At the instant of an acknowledgement nothing is half done: the moment has to be any moment.
      let moment = ContinuousClock.now + .microseconds(microseconds)
      while ContinuousClock.now < moment {}
      Glibc.kill(process.processIdentifier, SIGKILL)
      told.append(try output.fileHandleForReading.readToEnd() ?? Data())
      process.waitUntilExit()
      // A number without its line break was not told whole.
      let lines = String(decoding: told, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      return lines.dropLast().compactMap { Int($0) }
    }
  }

  @Test("Whenever the process is killed, nothing acknowledged is lost, doubled or half there, or forgotten in vain")
  func kills() async throws {
    var random = SeededRandom(soakSeed(23))
    var left = rounds(30, soak: 10_000)
    // A memory that grows without end would be copied more than it is written.
    while left > 0 {
      let here = min(left, 250)
      try await withTemporaryFolder { try kill(here, $0, &random) }
      left -= here
    }
  }

  private func kill(_ rounds: Int, _ folder: URL, _ random: inout SeededRandom) throws {
    var next = 0
    var acknowledged = -1
    for round in 0..<rounds {
      let told = try Writer(folder, first: next).kill(
        after: Int.random(in: 0...12, using: &random),
        microseconds: Int.random(in: 0..<(1 << Int.random(in: 4...14, using: &random)), using: &random))
      #expect(told == Array(next..<next + told.count))
      acknowledged = max(acknowledged, told.last ?? -1)
      let memory = try MemoryStore.open(folder: folder.path)
      #expect(memory.opening.store.recovery == nil, "round \(round)")
      try check(memory, from: next, acknowledged: acknowledged, whole: round % 100 == 29)
      try checkForgotten(memory, told, folder)
      // The writer repeats the batch that it may or may not have stored, under the same key.
      next = acknowledged + 1
      try memory.close()
    }
    #expect(acknowledged > 0)
  }

  /// What was told as forgotten is in no file, whatever was interrupted after it.
  private func checkForgotten(_ memory: MemoryStore, _ told: [Int], _ folder: URL) throws {
    for number in told where number % 8 == 3 {
      #expect(
        try memory.recall(
          FactQuery(owner: .local, subjects: [Term("efímero \(number)")], validity: .ever)
        ).isEmpty)
      #expect(try StoreFixture(folder: folder).files(holding: "secreto-\(number)-oculto") == [])
    }
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(left.filter { $0.contains(".new") || $0.contains(".damaged-") } == [])
    #expect(memory.backups().allSatisfy { $0.bytes > 0 })
  }

  private func check(_ memory: MemoryStore, from first: Int, acknowledged: Int, whole: Bool) throws {
    let owner = Owner.local
    for number in first...max(first, acknowledged) where number <= acknowledged {
      let facts = try memory.recall(
        FactQuery(owner: owner, subjects: [Term("pieza \(number)")], verbs: ["estar en"], validity: .ever))
      #expect(facts.map(\.object.text) == ["cajón \(number)"])
      let turn = try #require(try facts.first.flatMap { try memory.why($0.id, owner: owner).turn })
      #expect(turn.text == "La pieza \(number) está en el cajón \(number), dice el taller.")
    }
    let counts = try memory.store.read { database in
      try [
        "SELECT count(*) FROM fact WHERE verb_id = (SELECT id FROM term WHERE text = 'estar en')",
        "SELECT count(*) FROM turn", "SELECT coalesce(max(id), 0) FROM turn",
      ].map { try Int.fetchOne(database, sql: $0) ?? 0 }
    }
    // One batch at most was stored and not told.
    #expect([acknowledged + 1, acknowledged + 2].contains(counts[0]))
    #expect(counts[1] == counts[0])
    #expect(counts[2] == counts[1])
    if acknowledged >= 0 {
      let last = try memory.recall(FactQuery(owner: owner, subjects: ["ultima pieza"]))
      #expect(last.map(\.object.text) == ["pieza \(counts[0] - 1)"])
    }
    guard whole else { return }
    #expect(try memory.store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
    #expect(try memory.store.read { try Row.fetchAll($0, sql: "PRAGMA foreign_key_check") }.isEmpty)
    try memory.store.write { database in
      try database.execute(sql: "INSERT INTO turn_text (turn_text, rank) VALUES ('integrity-check', 1)")
    }
  }

  @Test("A second process is told that the memory is open elsewhere, and changes nothing")
  func secondProcess() async throws {
    try await StoreFixture.with { fixture, memory in
      try memory.add("usuario", "tener", "un gato")
      let second = try Writer(fixture.folder, first: 0)
      let told = try second.output.fileHandleForReading.readToEnd() ?? Data()
      second.process.waitUntilExit()
      #expect(String(decoding: told, as: UTF8.self) == "busy\n")
      #expect(second.process.terminationStatus == 3)
      #expect(try memory.say(FactQuery(owner: .local, validity: .ever)) == ["usuario tener un gato"])
    }
  }

  @Test("Where files may not grow, each operation ends in a clear error, and nothing is lost")
  func fullDisk() async throws {
    try await StoreFixture.with { fixture, memory in
      let vector = StoredVector((0..<8_000).map { Float($0 % 17) })
      for round in 0..<150 {
        let id = try memory.add("lista", "tener", Term("cosa \(round)"))
        try memory.setVectors([(id.rawValue, vector)], .fact, model: "e5", owner: .local)
      }
      try memory.add("clave", "ser", "Ornitorrinco")
      try memory.backup()
      try memory.store.write { try $0.execute(sql: "DELETE FROM fact_vector WHERE id % 3 = 0") }
      try memory.close()

      let process = Process()
      let output = Pipe()
      process.executableURL = URL(filePath: "/bin/sh")
      // 600 blocks of 512 bytes: enough for a log, too little for a copy.
      process.arguments = [
        "-c", "trap '' XFSZ; ulimit -f 600; exec \"$@\"", "sh", TestParts.executable("memory-writer").path,
        fixture.folder.path, "each",
      ]
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      let told = try output.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      let refused = ["store", "backup", "copy", "restore", "vacuum", "forget"]
      #expect(
        String(decoding: told, as: UTF8.self).split(separator: "\n").map(String.init)
          == ["small ok"] + refused.map { "\($0) insufficient_resources" } + ["after ok"])

      let again = try fixture.open()
      #expect(again.opening.store.recovery == nil)
      #expect(try again.recall(FactQuery(owner: .local, subjects: ["lista"], limit: 1000)).count == 150)
      #expect(try again.turns(of: .local).map(\.text) == ["cabe", "cabe también"])
      #expect(try again.vectors(.fact, model: "e5", owner: .local).count == 100)
      #expect(try again.store.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
      // What could not be finished was finished now.
      #expect(try fixture.files(holding: "Ornitorrinco") == [])
      let left = try FileManager.default.subpathsOfDirectory(atPath: fixture.folder.path)
      #expect(!left.contains { $0.contains(".new") || $0.contains(".part") || $0.contains("copy.db") })
      try again.close()
    }
  }
}
