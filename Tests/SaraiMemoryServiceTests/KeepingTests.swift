import Foundation
import MemoryProtocol
import SaraiCore
import SaraiMemoryService
import Synchronization
import TestSupport
import Testing

@Suite struct KeepingTests {
  @Test("An export taken in elsewhere is the same memory")
  func exchange() async throws {
    let exported = Mutex<[String]>([])
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Mi hermana vive en Madrid", reply: "Vale.")
      try await fixture.tell("Mi hermana se ha mudado a Bilbao")
      try await fixture.memory.export(owner: "ana", includesPrivate: true) { lines in
        exported.withLock { $0 += lines }
      }
    }
    let lines = exported.withLock { $0 }
    #expect(lines.count == 5)
    try await MemoryFixture.with { fixture in
      let rest = Mutex(lines)
      let report = try await fixture.memory.importLines(owner: "eva") {
        rest.withLock { rest in
          defer { rest = Array(rest.dropFirst(2)) }
          return Array(rest.prefix(2))
        }
      }
      #expect(report.factsAdded == 2 && report.turnsAdded == 3)
      #expect(try await fixture.ask("¿Dónde vive mi hermana?", owner: "eva")?.text == "Tu hermana vive en Bilbao.")
      #expect(try await fixture.facts("eva") { $0.validity = .ever }.count == 2)
    }
  }

  @Test("A line that is no fact is refused by its number, and what the person's own closure throws comes through")
  func badImport() async throws {
    try await MemoryFixture.with { fixture in
      let rest = Mutex(["{\"nonsense\": 1}"])
      let error = await #expect(throws: SaraiError.self) {
        try await fixture.memory.importLines(owner: "ana") {
          rest.withLock { rest in
            defer { rest = [] }
            return rest
          }
        }
      }
      #expect(error?.code == .invalidRequest && error?.subject == "1")
    }
  }

  @Test("A backup that was sent brings back what was told before it, and nothing of what came after")
  func backup() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Vivo en Madrid")
      let bytes = Mutex<[UInt8]>([])
      let made = try await fixture.memory.backup { part in bytes.withLock { $0 += part } }
      #expect(made.bytes == bytes.withLock { $0.count })
      #expect(try await fixture.memory.backups().map(\.name).contains(made.name))
      try await fixture.tell("Tengo un gato que se llama Miau")
      let content = Mutex(bytes.withLock { $0 })
      let statistics = try await fixture.memory.restore(
        .file {
          content.withLock { rest in
            defer { rest = Array(rest.dropFirst(10_000)) }
            return Array(rest.prefix(10_000))
          }
        })
      #expect(statistics.turns == 1)
      #expect(try await fixture.ask("¿Dónde vivo?")?.text == "Vives en Madrid.")
      #expect(try await fixture.ask("¿Cómo se llama mi gato?")?.outcome == .unknown)
      let error = await #expect(throws: SaraiError.self) {
        try await fixture.memory.restore(.kept(name: "../../etc/passwd"))
      }
      #expect(error?.code == .notFound)
      #expect(try await fixture.ask("¿Dónde vivo?")?.text == "Vives en Madrid.")
      let left = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
      #expect(!left.contains { $0.hasPrefix("incoming") })
    }
  }

  @Test("What is no backup is refused, and the memory stays as it was")
  func noBackup() async throws {
    try await MemoryFixture.with { fixture in
      try await fixture.tell("Vivo en Madrid")
      let rest = Mutex([Array("not a database".utf8)])
      await #expect(throws: SaraiError.self) {
        try await fixture.memory.restore(.file { rest.withLock { $0.popLast() ?? [] } })
      }
      #expect(try await fixture.ask("¿Dónde vivo?")?.text == "Vives en Madrid.")
    }
  }

  @Test("What a killed process was taking in is gone with its next start")
  func leftovers() async throws {
    try await withTemporaryFolder { (folder: URL) async throws -> Void in
      try await MemoryFixture.with(folder: folder) { (fixture: MemoryFixture) async throws -> Void in
        try Data("la clave es 4821".utf8).write(to: fixture.folder.appending(path: "incoming-1"))
      }
      try await MemoryFixture.with(folder: folder) { (fixture: MemoryFixture) async throws -> Void in
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.folder.path)
        #expect(names.contains("memory.db") && !names.contains("incoming-1"))
      }
    }
  }

  @Test("Compaction and rotation leave what holds, and a restarted memory knows it")
  func upkeep() async throws {
    try await withTemporaryFolder { (folder: URL) async throws -> Void in
      try await MemoryFixture.with(folder: folder) { (fixture: MemoryFixture) async throws -> Void in
        try await fixture.tell("Vivo en Madrid")
        try await fixture.tell("Me he mudado a Lugo")
        let rotated = try await fixture.memory.rotate(days: 0)
        #expect(rotated.factsRemoved == 1)
        #expect(try await fixture.memory.vacuum().duplicatesRemoved == 0)
      }
      try await MemoryFixture.with(folder: folder) { (fixture: MemoryFixture) async throws -> Void in
        #expect(try await fixture.ask("¿Dónde vivo?")?.text == "Vives en Lugo.")
        #expect(try await fixture.facts("ana") { $0.validity = .ever }.map(\.object) == ["Lugo"])
      }
    }
  }

  /// Vectors of one number, and the texts that got one.
  private final class LetterCounter: TextEmbedder {
    let texts = Mutex<Set<String>>([])
    let isDone = OneShot<Void>()
    private let expected: Int

    init(expected: Int) { self.expected = expected }

    func name() async throws -> String { "letters" }

    func embed(_ texts: [String], isQuery: Bool) async throws -> [[Float]] {
      let count = self.texts.withLock { known in
        known.formUnion(texts)
        return known.count
      }
      if count >= expected { isDone.set(()) }
      return texts.map { [Float($0.count), 1] }
    }
  }

  @Test("A restarted memory computes the vectors that are missing, of every owner")
  func missingVectors() async throws {
    try await withTemporaryFolder { folder in
      let owners = (0..<40).map { "persona \($0)" }
      try await MemoryFixture.with(folder: folder) { fixture in
        for owner in owners { try await fixture.tell("Soy \(owner)", owner: owner) }
      }
      let counter = LetterCounter(expected: owners.count)
      var helpers = MemoryHelpers()
      helpers.embedder = counter
      try await MemoryFixture.with(folder: folder, helpers: helpers) { _ in await counter.isDone.wait() }
      for owner in owners { #expect(counter.texts.withLock { $0.contains { $0.contains("Soy \(owner)") } }) }
    }
  }
}
