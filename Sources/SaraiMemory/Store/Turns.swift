import GRDB
import Glibc
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// One turn; nil where the owner has none of that number.
  package func turn(_ id: TurnID, owner: Owner) throws -> Turn? {
    try store.read { database in
      try find(owner, database).flatMap { try Turns.load(database, id, owner: $0) }
    }
  }

  /// Turns of an owner, the earliest first.
  ///
  /// - Parameter limit: The last so many, 1...10,000.
  package func turns(
    of owner: Owner, conversation: String? = nil, saidFrom: Timestamp? = nil, saidBefore: Timestamp? = nil,
    limit: Int = 100
  ) throws -> [Turn] {
    try store.read { database in
      guard let number = try find(owner, database) else { return [] }
      var conditions = ["t.owner_id = ?"]
      var arguments: StatementArguments = [number]
      if let conversation {
        conditions.append("t.conversation_id = (SELECT id FROM conversation WHERE owner_id = ? AND name = ?)")
        arguments += [number, conversation]
      }
      if let saidFrom {
        conditions.append("t.said_at >= ?")
        arguments += [saidFrom.milliseconds]
      }
      if let saidBefore {
        conditions.append("t.said_at < ?")
        arguments += [saidBefore.milliseconds]
      }
      let order = conversation == nil ? "t.said_at DESC, t.id DESC" : "t.id DESC"
      arguments += [min(max(limit, 1), 10_000)]
      return try Turns.list(
        database, where: conditions.joined(separator: " AND ") + " ORDER BY \(order) LIMIT ?", arguments
      ).reversed()
    }
  }

  /// The turns around one in its conversation, it included, the earliest first.
  package func turns(around id: TurnID, owner: Owner, before: Int, after: Int) throws -> [Turn] {
    try store.read { database in
      guard let number = try find(owner, database), let turn = try Turns.load(database, id, owner: number) else {
        return []
      }
      let earlier = try Turns.list(
        database, where: Turns.sameConversation + " AND t.id < ?2 ORDER BY t.id DESC LIMIT ?3",
        [number, id.rawValue, min(max(before, 0), 1000)])
      let later = try Turns.list(
        database, where: Turns.sameConversation + " AND t.id > ?2 ORDER BY t.id LIMIT ?3",
        [number, id.rawValue, min(max(after, 0), 1000)])
      return earlier.reversed() + [turn] + later
    }
  }

  /// Turns in which all of the words are said, or any of them, the best match (BM25 over this owner's turns) first.
  /// Where more than 5,000 match, the last of them are compared.
  ///
  /// - Returns: Each turn with its score; higher is better.
  package func searchTurns(
    _ text: String, owner: Owner, matchingAll: Bool = false, limit: Int = 20
  ) throws -> [(turn: Turn, score: Double)] {
    let words = Array(Terms.words(Term(text).folded).prefix(64))
    guard !words.isEmpty else { return [] }
    return try store.read { database in
      guard let number = try find(owner, database) else { return [] }
      let query = words.map { "\"\($0)\"" }.joined(separator: matchingAll ? " AND " : " OR ")
      var found: [Turn] = []
      try database.rows(
        """
        SELECT \(Turns.columns) FROM turn_text CROSS JOIN turn t ON t.id = turn_text.rowid
          JOIN conversation c ON c.id = t.conversation_id
          WHERE turn_text MATCH ? AND t.owner_id = ? ORDER BY turn_text.rowid DESC LIMIT 5000
        """, [query, number]
      ) { row in found.append(Turns.turn(row)) }
      let all = try database.number("SELECT count(*) FROM turn WHERE owner_id = ?", [number]) ?? 0
      return Array(Turns.ranked(found, words: Set(words), of: Int(all)).prefix(min(max(limit, 1), 1000)))
    }
  }
}

extension MemoryStore {
  /// Turns in which the words of a text stand one after the other, accents and capitals apart: the latest so many, the
  /// first first. None for a text without words, or of words such as "de" that say nothing.
  package func turns(saying text: String, owner: Owner, limit: Int = 1000) throws -> [Turn] {
    let words = Terms.words(Term(text).folded).map(String.init)
    guard words.contains(where: { !UnindexedWords.isFunctionWord($0, in: nil) }) else { return [] }
    return try store.read { database in
      guard let number = try find(owner, database) else { return [] }
      let ids = try Turns.saying(words, database, owner: number).keys.sorted().suffix(max(1, limit))
      return try ids.compactMap { try Turns.load(database, TurnID(rawValue: $0), owner: number) }
    }
  }
}

enum Turns {
  static let columns = "t.id, c.name, t.role, t.speaker, t.said_at, t.text"
  static let sameConversation =
    "t.owner_id = ?1 AND t.conversation_id = (SELECT conversation_id FROM turn WHERE id = ?2)"

  static func turn(_ row: Row) -> Turn {
    Turn(
      id: TurnID(rawValue: row[0]), conversation: row[1], role: .stored(row[2]), speaker: row[3],
      saidAt: Timestamp(milliseconds: row[4]), text: row[5])
  }

  /// The best first; of equals, the earliest. SQLite's own BM25 would count words in the turns of other owners.
  static func ranked(_ turns: [Turn], words: Set<Substring>, of all: Int) -> [(turn: Turn, score: Double)] {
    let said = turns.map { Terms.words(Term($0.text).folded) }
    let average = Double(said.reduce(0) { $0 + $1.count }) / Double(max(1, turns.count))
    var scores = [Double](repeating: 0, count: turns.count)
    for word in words {
      let counts = said.map { words in Double(words.count { $0 == word }) }
      let holding = Double(counts.count { $0 > 0 })
      let rarity = log((Double(max(all, turns.count)) - holding + 0.5) / (holding + 0.5) + 1)
      for index in turns.indices where counts[index] > 0 {
        let length = 0.25 + 0.75 * Double(said[index].count) / max(1, average)
        scores[index] += rarity * counts[index] * 2.2 / (counts[index] + 1.2 * length)
      }
    }
    return zip(turns, scores).map { (turn: $0, score: $1) }
      .sorted { $0.score != $1.score ? $0.score > $1.score : $0.turn.id < $1.turn.id }
  }

  static func list(_ database: Database, where condition: String, _ arguments: StatementArguments) throws -> [Turn] {
    var found: [Turn] = []
    try database.rows(
      "SELECT \(columns) FROM turn t JOIN conversation c ON c.id = t.conversation_id WHERE \(condition)", arguments
    ) { found.append(turn($0)) }
    return found
  }

  static func load(_ database: Database, _ id: TurnID, owner: Int64) throws -> Turn? {
    try list(database, where: "t.id = ? AND t.owner_id = ?", [id.rawValue, owner]).first
  }

  /// What is looked for of a text that goes on and on.
  private static let searchedWords = 64

  /// Turns of an owner in which words stand one after the other, with what they say.
  static func saying(_ words: [String], _ database: Database, owner: Int64) throws -> [Int64: String] {
    var found: [Int64: String] = [:]
    try database.rows(
      """
      SELECT t.id, t.text FROM turn_text CROSS JOIN turn t ON t.id = turn_text.rowid
        WHERE turn_text MATCH ? AND t.owner_id = ?
      """, [words.prefix(searchedWords).map { "\"\($0)\"" }.joined(separator: " + "), owner]
    ) { row in found[row[0] as Int64] = row[1] as String }
    return found
  }

  static func insert(_ database: Database, _ turn: NewTurn, owner: Int64) throws -> TurnID {
    let conversation: Int64
    if let known = try database.number(
      "SELECT id FROM conversation WHERE owner_id = ? AND name = ?", [owner, turn.conversation])
    {
      conversation = known
    } else {
      try database.run("INSERT INTO conversation (owner_id, name) VALUES (?, ?)", [owner, turn.conversation])
      conversation = database.lastInsertedRowID
    }
    try database.run(
      "INSERT INTO turn (owner_id, conversation_id, role, speaker, said_at, text) VALUES (?, ?, ?, ?, ?, ?)",
      [owner, conversation, turn.role.code, turn.speaker, turn.saidAt.milliseconds, turn.text])
    let id = database.lastInsertedRowID
    try database.run("INSERT INTO turn_text (rowid, text) VALUES (?, ?)", [id, turn.text])
    return TurnID(rawValue: id)
  }

  /// Deletes turns with what was derived of them; facts stay, without their turn.
  static func delete(_ database: Database, _ ids: some Sequence<Int64>) throws {
    for id in ids {
      try database.run(
        "INSERT INTO turn_text (turn_text, rowid, text) SELECT 'delete', id, text FROM turn WHERE id = ?", [id])
      // A window's vector is also of the turn after its first.
      try database.run(
        """
        DELETE FROM window_vector WHERE id = (SELECT max(o.id) FROM turn t JOIN turn o
          ON o.conversation_id = t.conversation_id AND o.id < t.id WHERE t.id = ?)
        """, [id])
      try database.run("DELETE FROM batch WHERE turn_id = ?", [id])
      try database.run("DELETE FROM turn WHERE id = ?", [id])
    }
    try database.run(
      "DELETE FROM conversation WHERE NOT EXISTS (SELECT 1 FROM turn WHERE turn.conversation_id = conversation.id)")
  }
}
