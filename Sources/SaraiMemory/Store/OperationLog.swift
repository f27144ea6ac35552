import GRDB

/// Writes down, within a transaction, what undo needs of one operation.
struct OperationLog {
  private let database: Database
  private let owner: Int64
  private let kind: Operation.Kind
  private let at: Timestamp
  private var number: Int64 = 0
  /// Set with the first change.
  private(set) var operation: OperationID?

  /// So many of an owner's operations, and somewhat more, can be undone and explained; older ones are facts and no more.
  static let kept: Int64 = 1000

  init(database: Database, owner: Int64, kind: Operation.Kind, at: Timestamp) {
    self.database = database
    self.owner = owner
    self.kind = kind
    self.at = at
  }

  /// Begins the operation even where it changes nothing that undo could bring back.
  @discardableResult
  mutating func begin() throws -> OperationID {
    if let operation { return operation }
    try database.run(
      "INSERT INTO operation (owner_id, kind, at) VALUES (?, ?, ?)", [owner, kind.code, at.milliseconds])
    let id = OperationID(rawValue: database.lastInsertedRowID)
    operation = id
    // Seldom and many at once: what few calls wait for shows in no percentile.
    if id.rawValue % 256 == 0 { try trim() }
    return id
  }

  /// A fact that is about to change.
  ///
  /// - Parameter keepsTerms: False where its terms change too.
  mutating func note(_ record: FactRecord, keepsTerms: Bool = true) throws {
    let operation = try begin().rawValue
    let terms: [Int64?] = keepsTerms ? [nil, nil, nil] : [record.subject, record.verb, record.object]
    try write(operation, record.id, record.state, terms)
    for term in Set(terms.compactMap(\.self)) {
      try database.run("INSERT OR IGNORE INTO held_term (term_id, operation_id) VALUES (?, ?)", [term, operation])
    }
  }

  /// A fact that was not there before.
  mutating func noteAdded(_ record: FactRecord) throws {
    try write(begin().rawValue, record.id, nil, [nil, nil, nil])
  }

  private mutating func write(_ operation: Int64, _ fact: Int64, _ was: String?, _ terms: [Int64?]) throws {
    number += 1
    try database.run(
      """
      INSERT INTO change (operation_id, number, fact_id, was, subject_id, verb_id, object_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)
      """, [operation, number, fact, was, terms[0], terms[1], terms[2]])
  }

  private func trim() throws {
    guard
      let oldest = try database.number(
        "SELECT id FROM operation WHERE owner_id = ? ORDER BY id DESC LIMIT 1 OFFSET ?", [owner, Self.kept])
    else { return }
    try Terms.sweep(
      database,
      operations: database.numbers("SELECT id FROM operation WHERE owner_id = ? AND id <= ?", [owner, oldest]))
  }
}
