import FoundationEssentials
import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Keeps embeddings that were computed elsewhere, in one transaction; a new one takes the place of an old one.
  ///
  /// - Parameter model: What computed them. Vectors of another model are not comparable and never given with these.
  /// - Returns: How many belong to something that the owner still has; the others are dropped.
  @discardableResult
  package func setVectors(
    _ vectors: [(id: Int64, vector: StoredVector)], _ kind: VectorKind, model: String, owner: Owner
  ) throws -> Int {
    try Limits.check(text: model, bytes: Limits.nameBytes, "model")
    for (_, vector) in vectors { try Limits.check(vector) }
    return try store.write { database in
      guard let number = try find(owner, database) else { return 0 }
      try database.run("INSERT OR IGNORE INTO embedding_model (name) VALUES (?)", [model])
      let modelNumber = try database.number("SELECT id FROM embedding_model WHERE name = ?", [model])
      var kept = 0
      for (id, vector) in vectors {
        try database.run(
          """
          INSERT OR REPLACE INTO \(kind.table) (id, model_id, scale, data)
            SELECT id, ?, ?, ? FROM \(kind.owningTable) WHERE id = ? AND owner_id = ?
          """, [modelNumber, Double(vector.scale), Data(vector.components.map(UInt8.init(bitPattern:))), id, number])
        kept += database.changesCount
      }
      return kept
    }
  }

  /// Embeddings of a kind by rising number, to go through all of them: give the last number to get the next ones.
  package func vectors(
    _ kind: VectorKind, model: String, owner: Owner, after: Int64 = 0, limit: Int = 1000
  ) throws -> [(id: Int64, vector: StoredVector)] {
    try store.read { database in
      guard let number = try find(owner, database) else { return [] }
      var found: [(id: Int64, vector: StoredVector)] = []
      try database.rows(
        """
        SELECT x.id, x.scale, x.data FROM \(kind.table) x CROSS JOIN \(kind.owningTable) t ON t.id = x.id
          WHERE x.id > ? AND t.owner_id = ? AND x.model_id = (SELECT id FROM embedding_model WHERE name = ?)
          ORDER BY x.id LIMIT ?
        """, [after, number, model, min(max(limit, 1), 100_000)]
      ) { row in
        let components = (row[2] as Data).map(Int8.init(bitPattern:))
        found.append((row[0], StoredVector(scale: Float(row[1] as Double), components: components)))
      }
      return found
    }
  }

  /// Turns that have no embedding of a model yet, the latest first.
  ///
  /// - Parameter after: A turn up to which all are known to have one: then only those after it are read.
  /// - Returns: The turns, and the last turn there was when they were looked for.
  package func turnsWithoutVector(
    model: String, owner: Owner, after: TurnID? = nil, limit: Int = 100
  ) throws -> (turns: [Turn], last: TurnID) {
    try store.read { database in
      let last = TurnID(rawValue: try database.number("SELECT max(id) FROM turn") ?? 0)
      guard let number = try find(owner, database) else { return ([], last) }
      // Told where to begin, it reads from there on, and not all that the owner ever said.
      let reading = after == nil ? "" : "+"
      let found = try Turns.list(
        database,
        where: """
          \(reading)t.owner_id = ? AND t.id > ? AND NOT EXISTS (SELECT 1 FROM turn_vector x WHERE x.id = t.id
            AND x.model_id = (SELECT id FROM embedding_model WHERE name = ?)) ORDER BY t.id DESC LIMIT ?
          """, [number, after?.rawValue ?? 0, model, min(max(limit, 1), 10_000)])
      return (found, last)
    }
  }
}

extension VectorKind {
  var table: String { "\(rawValue)_vector" }
  /// Where what the vector stands for has its row.
  var owningTable: String { self == .fact ? "fact" : "turn" }
}
