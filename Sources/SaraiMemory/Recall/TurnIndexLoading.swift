import GRDB
import SaraiStore

extension MemoryStore {
  private static let turnsAtOnce = 10_000

  /// All turns of an owner and their vectors, ready to be searched. What is stored later has to be added by the caller
  /// (`insert`, `setVector`), and what is forgotten taken out (`remove`).
  ///
  /// - Parameter model: Whose vectors; those of other models are left out.
  /// - Throws: `SaraiError` where the store cannot be read.
  package func turnIndex(of owner: Owner, model: String) throws -> TurnIndex {
    var index = TurnIndex()
    var last: Int64 = 0
    while case let turns = try turns(after: last, of: owner), let end = turns.last {
      for turn in turns { try index.insert(turn) }
      last = end.id.rawValue
    }
    last = 0
    while case let vectors = try vectors(.turn, model: model, owner: owner, after: last, limit: Self.turnsAtOnce),
      let end = vectors.last
    {
      for (id, vector) in vectors { index.setVector(vector, of: TurnID(rawValue: id)) }
      last = end.id
    }
    return index
  }

  private func turns(after id: Int64, of owner: Owner) throws -> [Turn] {
    try store.read { database in
      guard let number = try find(owner, database) else { return [] }
      return try Turns.list(
        database, where: "t.owner_id = ? AND t.id > ? ORDER BY t.id LIMIT ?", [number, id, Self.turnsAtOnce])
    }
  }
}
