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

  /// Facts of a standing that say something of a subject and a verb, each of them given by all its spellings.
  static func all(
    _ database: Database, _ standing: Standing, subjects: [Int64], verbs: [Int64], objects: [Int64]? = nil
  ) throws -> [FactRecord] {
    let condition = "subject_id = ? AND standing = ? AND verb_id = ?"
    var found: [FactRecord] = []
    for subject in subjects {
      for verb in verbs {
        guard let objects else {
          found += try all(database, where: condition, [subject, standing.code, verb])
          continue
        }
        for object in objects {
          found += try all(
            database, where: condition + " AND object_id = ?", [subject, standing.code, verb, object])
        }
      }
    }
    return found.sorted { $0.id < $1.id }
  }

  /// Facts of a standing about the same subject and verb as this one, and where asked the same object, however spelled.
  func kin(_ database: Database, _ standing: Standing, sameObject: Bool) throws -> [FactRecord] {
    let terms = Terms(database: database, owner: owner)
    return try Self.all(
      database, standing, subjects: terms.spellings(of: subject), verbs: terms.spellings(of: verb),
      objects: sameObject ? terms.spellings(of: object) : nil)
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

  /// Writes only that a fact is over: indexes over what stayed are left alone.
  func updateEnd(_ database: Database) throws {
    try database.run(
      "UPDATE fact SET standing = ?, valid_to = ?, superseded_by = ? WHERE id = ?",
      [standing.code, validTo, supersededBy, id])
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

/// Reads whole facts, with the words of their terms, in one transaction.
///
/// Each term is read once, where others have not read it before.
final class FactRows {
  private let database: Database
  private let cache: (terms: TermCache, stamp: TermCache.Stamp)?
  private let known: TermCache.Known
  private var terms: [Int64: Term] = [:]
  /// The last fact's, which the next one often shares.
  private var subject: (number: Int64, term: Term)?
  private var verb: (number: Int64, term: Term)?
  /// Whether so much had to be read that it is worth reading all.
  private(set) var wantsTable = false

  private static let keptTerms = 4096

  /// For who writes: what the transaction has changed counts.
  init(_ database: Database) {
    self.database = database
    cache = nil
    known = TermCache.Known()
  }

  /// - Parameter stamp: Taken before the transaction began. Something must have been read in it already.
  init(_ database: Database, _ terms: TermCache, at stamp: TermCache.Stamp) {
    self.database = database
    cache = (terms, stamp)
    known = terms.known(at: stamp)
  }

  /// To be followed by conditions on `f`.
  static func select(index: String) -> String {
    """
    SELECT f.id, f.subject_id, f.verb_id, f.object_id, f.standing, f.flags, f.confidence, f.turn_id, f.said_at,
      f.valid_from, f.valid_to, f.superseded_by
    FROM fact f \(index) WHERE
    """
  }

  private static let standings = Standing.allCases
  private static let sources = FactSource.allCases
  private static let extractors = Extractor.allCases

  private static func stored<Case>(_ code: Int64, of cases: [Case]) -> Case {
    cases.indices.contains(Int(code)) ? cases[Int(code)] : cases[0]
  }

  func fact(_ row: StatementRow) throws -> Fact {
    let flags = row.number(5)
    return Fact(
      id: FactID(rawValue: row.number(0)), subject: try term(row.number(1), or: &subject),
      verb: try term(row.number(2), or: &verb),
      object: try term(row.number(3)), isNegated: flags & 1 != 0, confidence: Double(row.number(6)) / 10_000,
      source: Self.stored(flags >> 2 & 3, of: Self.sources),
      extractor: Self.stored(flags >> 4 & 3, of: Self.extractors),
      standing: Self.stored(row.number(4), of: Self.standings), isPrivate: flags & 2 != 0,
      turn: row.optionalNumber(7).map(TurnID.init(rawValue:)), saidAt: Timestamp(milliseconds: row.number(8)),
      validFrom: row.optionalNumber(9).map(Timestamp.init(milliseconds:)),
      validTo: row.optionalNumber(10).map(Timestamp.init(milliseconds:)),
      supersededBy: row.optionalNumber(11).map(FactID.init(rawValue:)))
  }

  private func term(_ number: Int64, or last: inout (number: Int64, term: Term)?) throws -> Term {
    if let last, last.number == number { return last.term }
    let term = try term(number)
    last = (number, term)
    return term
  }

  private func term(_ number: Int64) throws -> Term {
    if let known = known.term(number) { return known }
    if let cache, let known = cache.terms.term(number, at: cache.stamp) { return known }
    if let known = terms[number] { return known }
    var found: Term?
    try database.scan("SELECT text, folded FROM term WHERE id = ?", [number]) { row in
      let text = row.text(0) ?? ""
      found = Term(text: text, folded: row.text(1) ?? text)
      return false
    }
    guard let found else { throw MissingTerm(number: number) }
    if let cache, cache.terms.keep(found, number, at: cache.stamp) { wantsTable = true }
    // An export reads everything.
    if terms.count >= Self.keptTerms { terms.removeAll(keepingCapacity: true) }
    terms[number] = found
    return found
  }

  /// A foreign key that points nowhere.
  private struct MissingTerm: Error {
    let number: Int64
  }

  static func load(_ database: Database, _ id: FactID, owner: Int64) throws -> Fact? {
    try FactRows(database).load(id, owner: owner)
  }

  func load(_ id: FactID, owner: Int64) throws -> Fact? {
    var found: Fact?
    try database.scan(Self.select(index: "") + " f.id = ? AND f.owner_id = ?", [id.rawValue, owner]) { row in
      found = try fact(row)
      return false
    }
    return found
  }
}
