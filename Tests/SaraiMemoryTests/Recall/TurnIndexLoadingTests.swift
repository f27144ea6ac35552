import FoundationEssentials
import SaraiCore
import TestSupport
import Testing

@testable import SaraiMemory

@Suite("Turns of the store are ready to be searched")
struct TurnIndexLoadingTests {
  @Test("Each owner's turns and vectors are loaded, and nobody else's")
  func owners() async throws {
    try await withTemporaryFolder { folder in
      let memory = try MemoryStore.open(folder: folder.path)
      let ana = try Owner("ana")
      let jon = try Owner("jon")
      let anas = try Self.store(["Mi hermana vive en Bilbao.", "Me gustan las lentejas."], in: memory, owner: ana)
      let jons = try Self.store(["My sister lives in Oslo."], in: memory, owner: jon)
      try memory.setVectors([(anas[1].rawValue, StoredVector([0, 1, 0]))], .turn, model: "e5", owner: ana)
      try memory.setVectors([(anas[0].rawValue, StoredVector([1, 0, 0]))], .turn, model: "other", owner: ana)

      let index = try memory.turnIndex(of: ana, model: "e5")
      #expect(index.count == 2)
      #expect(jons.allSatisfy { !index.contains($0) })
      let found = index.search("¿Dónde vive mi hermana?", vector: [0.1, 0.9, 0], limit: 5)
      #expect(Set(found.map(\.id)) == Set(anas))
      #expect(found.first { $0.id == anas[1] }?.similarity != nil)
      // Of a model whose vectors do not compare with these.
      #expect(found.first { $0.id == anas[0] }?.similarity == nil)
      #expect(try memory.turnIndex(of: Owner("nadie"), model: "e5").count == 0)
      try memory.close()
    }
  }

  private static func store(_ texts: [String], in memory: MemoryStore, owner: Owner) throws -> [TurnID] {
    try texts.map { try memory.store(NewTurn(conversation: "c", text: $0), owner: owner) }
  }
}
