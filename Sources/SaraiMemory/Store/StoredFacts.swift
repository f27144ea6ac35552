import GRDB
import SaraiStore

extension MemoryStore: FactLookup {
  package func facts(_ query: FactQuery) throws -> [Fact] { try recall(query) }

  /// The current facts that were told in some turns.
  package func facts(toldIn turns: [TurnID], owner: Owner) throws -> [Fact] {
    try readFacts(of: owner) { database, number, reader in
      var found: [Fact] = []
      for turn in turns {
        try database.scan(
          FactRows.select(index: "INDEXED BY fact_by_turn")
            + " f.turn_id = ? AND f.owner_id = ? AND f.standing = 0 ORDER BY f.id", [turn.rawValue, number]
        ) { row in
          found.append(try reader.fact(row))
          return true
        }
      }
      return found
    } ?? []
  }
}
