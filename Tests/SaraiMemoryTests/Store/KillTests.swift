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

    /// Reads until so many numbers were told, kills, and reads what was told until then.
    func kill(after count: Int) throws -> [Int] {
      var told = Data()
      while told.filter({ $0 == UInt8(ascii: "\n") }).count < count {
        let chunk = output.fileHandleForReading.availableData
        if chunk.isEmpty { break }
        told.append(chunk)
      }
      Glibc.kill(process.processIdentifier, SIGKILL)
      told.append(try output.fileHandleForReading.readToEnd() ?? Data())
      process.waitUntilExit()
      // A number without its line break was not told whole.
      let lines = String(decoding: told, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      return lines.dropLast().compactMap { Int($0) }
    }
  }

  @Test("Whenever the process is killed, nothing acknowledged is lost, doubled or half there")
  func kills() async throws {
    try await withTemporaryFolder { folder in
      var random = SystemRandomNumberGenerator()
      var next = 0
      var acknowledged = -1
      for round in 0..<rounds(30, soak: 10_000) {
        let told = try Writer(folder, first: next).kill(after: Int.random(in: 0...12, using: &random))
        #expect(told == Array(next..<next + told.count))
        acknowledged = max(acknowledged, told.last ?? -1)
        let memory = try MemoryStore.open(folder: folder.path)
        #expect(memory.opening.store.recovery == nil, "round \(round)")
        try check(memory, from: next, acknowledged: acknowledged, whole: round % 100 == 29)
        // The writer repeats the batch that it may or may not have stored, under the same key.
        next = acknowledged + 1
        try memory.close()
      }
      #expect(acknowledged > 0)
    }
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
}
