import GRDB

/// A fact as its row holds it: terms by number.
struct FactRecord {
  var id: Int64 = 0
  var owner: Int64
  var subject: Int64
  var verb: Int64
  var object: Int64
  var standing: Standing
  var isNegated: Bool
  var isPrivate: Bool
  var source: FactSource
  var extractor: Extractor
  /// Ten-thousandths.
  var confidence: Int64
  var turn: Int64?
  var saidAt: Int64
  var validFrom: Int64?
  var validTo: Int64?
  var supersededBy: Int64?

  static func confidence(_ value: Double) -> Int64 { Int64((value * 10_000).rounded()) }

  private var flags: Int64 {
    get { (isNegated ? 1 : 0) | (isPrivate ? 2 : 0) | source.code << 2 | extractor.code << 4 }
    set {
      isNegated = newValue & 1 != 0
      isPrivate = newValue & 2 != 0
      source = .stored(newValue >> 2 & 3)
      extractor = .stored(newValue >> 4 & 3)
    }
  }

  // MARK: - Rows

  private static let columns = """
    id, owner_id, subject_id, verb_id, object_id, standing, flags, confidence, turn_id, said_at, valid_from, valid_to,
      superseded_by
    """

  private init(_ row: Row) {
    id = row[0]
    owner = row[1]
    subject = row[2]
    verb = row[3]
    object = row[4]
    standing = .stored(row[5])
    isNegated = false
    isPrivate = false
    source = .userInput
    extractor = .direct
    confidence = row[7]
    turn = row[8]
    saidAt = row[9]
    validFrom = row[10]
    validTo = row[11]
    supersededBy = row[12]
    flags = row[6]
  }

  init(owner: Int64, subject: Int64, verb: Int64, object: Int64, _ fact: NewFact, turn: Int64?, saidAt: Timestamp) {
    self.owner = owner
    self.subject = subject
    self.verb = verb
    self.object = object
    standing = .current
    isNegated = fact.isNegated
    isPrivate = fact.isPrivate
    source = fact.source
    extractor = fact.extractor
    confidence = Self.confidence(fact.confidence)
    self.turn = turn
    self.saidAt = saidAt.milliseconds
    validFrom = fact.validFrom?.milliseconds
    validTo = fact.validTo?.milliseconds
  }

  static func load(_ database: Database, _ id: Int64) throws -> FactRecord? {
    try all(database, where: "id = ?", [id]).first
  }

  static func all(_ database: Database, where condition: String, _ arguments: StatementArguments) throws
    -> [FactRecord]
  {
    var records: [FactRecord] = []
    try database.rows("SELECT \(columns) FROM fact WHERE \(condition)", arguments) { records.append(FactRecord($0)) }
    return records
  }

  /// Current facts that say something of a subject and a verb.
  static func current(_ database: Database, subject: Int64, verb: Int64, object: Int64? = nil) throws -> [FactRecord] {
    let condition = "subject_id = ? AND standing = 0 AND verb_id = ?"
    guard let object else { return try all(database, where: condition + " ORDER BY id", [subject, verb]) }
    return try all(database, where: condition + " AND object_id = ? ORDER BY id", [subject, verb, object])
  }

  mutating func insert(_ database: Database) throws {
    try database.run(
      """
      INSERT INTO fact (owner_id, subject_id, verb_id, object_id, standing, flags, confidence, turn_id, said_at,
        valid_from, valid_to, superseded_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        owner, subject, verb, object, standing.code, flags, confidence, turn, saidAt, validFrom, validTo, supersededBy,
      ])
    id = database.lastInsertedRowID
  }

  func update(_ database: Database) throws {
    try database.run(
      """
      UPDATE fact SET subject_id = ?, verb_id = ?, object_id = ?, standing = ?, flags = ?, confidence = ?, turn_id = ?,
        said_at = ?, valid_from = ?, valid_to = ?, superseded_by = ? WHERE id = ?
      """,
      [
        subject, verb, object, standing.code, flags, confidence, turn, saidAt, validFrom, validTo, supersededBy, id,
      ])
  }

  // MARK: - The state that undo brings back

  /// Everything but the terms, as numbers between commas; absent ones are empty.
  var state: String {
    let numbers: [Int64?] = [standing.code, flags, confidence, turn, saidAt, validFrom, validTo, supersededBy]
    return numbers.map { $0.map(String.init) ?? "" }.joined(separator: ",")
  }

  mutating func setState(_ state: String) {
    let numbers = state.split(separator: ",", omittingEmptySubsequences: false).map { Int64($0) }
    guard numbers.count == 8 else { return }
    standing = .stored(numbers[0] ?? 0)
    flags = numbers[1] ?? 0
    confidence = numbers[2] ?? 0
    turn = numbers[3]
    saidAt = numbers[4] ?? saidAt
    validFrom = numbers[5]
    validTo = numbers[6]
    supersededBy = numbers[7]
  }
}

/// Whole facts, with the words of their terms.
enum FactRows {
  /// To be followed by conditions on `f`. The order of the joins is given, so that the index of `f` always leads.
  static func select(index: String) -> String {
    """
    SELECT f.id, s.text, s.folded, v.text, v.folded, o.text, o.folded, f.standing, f.flags, f.confidence, f.turn_id,
      f.said_at, f.valid_from, f.valid_to, f.superseded_by
    FROM fact f \(index) CROSS JOIN term s ON s.id = f.subject_id CROSS JOIN term v ON v.id = f.verb_id
      CROSS JOIN term o ON o.id = f.object_id WHERE
    """
  }

  static func fact(_ row: Row) -> Fact {
    let flags: Int64 = row[8]
    return Fact(
      id: FactID(rawValue: row[0]), subject: term(row, 1), verb: term(row, 3), object: term(row, 5),
      isNegated: flags & 1 != 0, confidence: Double(row[9] as Int64) / 10_000, source: .stored(flags >> 2 & 3),
      extractor: .stored(flags >> 4 & 3), standing: .stored(row[7]), isPrivate: flags & 2 != 0,
      turn: (row[10] as Int64?).map(TurnID.init(rawValue:)), saidAt: Timestamp(milliseconds: row[11]),
      validFrom: (row[12] as Int64?).map(Timestamp.init(milliseconds:)),
      validTo: (row[13] as Int64?).map(Timestamp.init(milliseconds:)),
      supersededBy: (row[14] as Int64?).map(FactID.init(rawValue:)))
  }

  private static func term(_ row: Row, _ column: Int) -> Term {
    let text: String = row[column]
    return Term(text: text, folded: row[column + 1] as String? ?? text)
  }

  static func load(_ database: Database, _ id: FactID, owner: Int64) throws -> Fact? {
    var found: Fact?
    try database.rows(select(index: "") + " f.id = ? AND f.owner_id = ?", [id.rawValue, owner]) { found = fact($0) }
    return found
  }
}
