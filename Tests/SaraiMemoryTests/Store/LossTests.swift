import Foundation
import SaraiCore
import SaraiMemory
import SaraiStore
import Synchronization
import TestSupport
import Testing

/// What is told of what damage took.
@Suite struct LossTests {
  private final class Told: Sendable {
    let openings = Mutex<[MemoryOpening]>([])

    var all: [MemoryOpening] { openings.withLock { $0 } }
  }

  /// A memory with a backup of two facts, and three more since.
  private func fill(_ memory: MemoryStore) throws {
    for name in ["Ana", "Eva"] { try memory.add("usuario", "conocer a", Term(name), said: "Conozco a \(name)") }
    try memory.backup()
    for name in ["Luis", "Leo", "Lía"] { try memory.add("usuario", "conocer a", Term(name)) }
  }

  private func damage(_ fixture: StoreFixture, at offset: UInt64) throws {
    let file = try FileHandle(forUpdating: URL(filePath: fixture.path))
    defer { try? file.close() }
    try file.seek(toOffset: offset)
    try file.write(contentsOf: Data(repeating: 7, count: 4096 * 30))
  }

  @Test("Damage that is met while the memory is open is told with how many facts and turns it took")
  func running() async throws {
    try await withTemporaryFolder { folder in
      let fixture = StoreFixture(folder: folder)
      let told = Told()
      let memory = try MemoryStore.open(folder: folder.path) { opening in
        told.openings.withLock { $0.append(opening) }
      }
      try fill(memory)
      try memory.vacuum()
      try memory.store.compact()
      try damage(fixture, at: 4096)
      #expect(fault { _ = try memory.recall(FactQuery(owner: StoreFixture.ana)) } == .corruptFile)
      #expect(told.all.map { $0.lost?.facts } == [3] && told.all.map { $0.lost?.turns } == [0])
      #expect(told.all.first?.message?.es.contains("3 hechos y 0 turnos") == true)
      try memory.add("usuario", "conocer a", "Sol")
      #expect(try memory.recall(FactQuery(owner: StoreFixture.ana)).count == 3)
      try memory.close()
    }
  }

  @Test("A file that was deleted while the memory was open is written again whole, and that is told")
  func deleted() async throws {
    try await withTemporaryFolder { folder in
      let fixture = StoreFixture(folder: folder)
      let told = Told()
      let memory = try MemoryStore.open(folder: folder.path) { opening in
        told.openings.withLock { $0.append(opening) }
      }
      try fill(memory)
      try FileManager.default.removeItem(atPath: fixture.path)
      try memory.add("usuario", "conocer a", "Sol")
      #expect(told.all.count == 1 && told.all.first?.lost == nil)
      #expect(told.all.first?.message?.es.contains("no se ha perdido nada") == true)
      try memory.close()
      let again = try fixture.open()
      #expect(again.opening.message == nil)
      #expect(try again.recall(FactQuery(owner: StoreFixture.ana)).count == 6)
      try again.close()
    }
  }

  @Test("Where nothing came after the backup nothing is said to be lost, and where that is unknown no number is said")
  func nothingLost() async throws {
    try await StoreFixture.with { fixture, memory in
      try memory.add("usuario", "conocer a", "Ana")
      try memory.backup()
      try memory.close()
      try damage(fixture, at: 4096 * 4)
      let again = try fixture.open()
      let message = try #require(again.opening.message)
      let isKnown = again.opening.lost != nil
      #expect(
        isKnown ? message.es.contains("No falta ningún hecho") : message.es.contains("Se ha perdido lo posterior."))
      #expect(!message.es.contains("0 hechos"))
      try again.close()
    }
  }
}
