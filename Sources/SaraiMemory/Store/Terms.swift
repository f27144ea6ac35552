import GRDB

/// Terms by number, in one transaction.
struct Terms {
  let database: Database
  let owner: Int64

  /// The number of a term, where the owner has ever used it.
  func find(_ term: Term) throws -> Int64? {
    var found: Int64?
    try database.scan(
      "SELECT id, owner_id, coalesce(folded, text) FROM term WHERE hash = ?", [Self.hash(term, owner: owner)]
    ) { row in
      if row.number(1) == owner, row.text(2)?.utf8.elementsEqual(term.folded.utf8) == true { found = row.number(0) }
      return found == nil
    }
    return found
  }

  /// The numbers of those that the owner has used, each once.
  func find(_ terms: [Term]) throws -> [Int64] {
    var numbers: [Int64] = []
    for term in terms {
      if let number = try find(term), !numbers.contains(number) { numbers.append(number) }
    }
    return numbers
  }

  /// The number of a term, new or known.
  func intern(_ term: Term) throws -> Int64 {
    let isPlain = term.folded.utf8.elementsEqual(term.text.utf8)
    if let known = try find(term) {
      // "madrid" was told first, now "Madrid": accents and capitals are worth more than none.
      if !isPlain {
        try database.run(
          "UPDATE term SET text = ?, folded = ? WHERE id = ? AND folded IS NULL", [term.text, term.folded, known])
      }
      return known
    }
    try database.run(
      "INSERT INTO term (owner_id, hash, text, folded) VALUES (?, ?, ?, ?)",
      [owner, Self.hash(term, owner: owner), term.text, isPlain ? nil : term.folded])
    let number = database.lastInsertedRowID
    try Self.index(database, number, folded: term.folded, owner: owner)
    return number
  }

  /// Deletes those of the terms that nothing uses any more.
  ///
  /// - Returns: How many.
  static func sweep(_ database: Database, _ candidates: some Sequence<Int64>) throws -> Int {
    var swept = 0
    for number in candidates where try !isUsed(database, number) {
      var owner: Int64 = 0
      var folded = ""
      try database.rows("SELECT owner_id, coalesce(folded, text) FROM term WHERE id = ?", [number]) { row in
        owner = row[0]
        folded = row[1]
      }
      for word in indexed(folded) {
        try database.run(
          "DELETE FROM term_word WHERE owner_id = ? AND word = ? AND term_id = ?", [owner, word, number])
      }
      try database.run("DELETE FROM term WHERE id = ?", [number])
      swept += database.changesCount
    }
    return swept
  }

  /// Deletes operations, with what undo knew of them, and the terms that only undo still needed.
  static func sweep(_ database: Database, operations: [Int64]) throws {
    var loose: Set<Int64> = []
    for operation in operations {
      loose.formUnion(try database.numbers("SELECT term_id FROM held_term WHERE operation_id = ?", [operation]))
      try database.run("DELETE FROM operation WHERE id = ?", [operation])
    }
    _ = try sweep(database, loose)
  }

  private static func isUsed(_ database: Database, _ number: Int64) throws -> Bool {
    try database.number(
      """
      SELECT EXISTS (SELECT 1 FROM fact WHERE subject_id = ?1) OR EXISTS (SELECT 1 FROM fact WHERE verb_id = ?1)
        OR EXISTS (SELECT 1 FROM fact WHERE object_id = ?1) OR EXISTS (SELECT 1 FROM held_term WHERE term_id = ?1)
      """, [number]) == 1
  }

  private static func hash(_ term: Term, owner: Int64) -> Int64 {
    Int64(bitPattern: stableHash(UInt64(bitPattern: owner), term.folded.utf8))
  }

  // MARK: - Words

  /// The words of a folded text: runs of letters and digits.
  static func words(_ folded: String) -> [Substring] {
    folded.split { !($0.isLetter || $0.isNumber) }
  }

  /// Of longer words only the beginning is in the index; who searches looks at the whole term in the end.
  private static let indexedCharacters = 32

  private static func indexed(word: some StringProtocol) -> String { String(word.prefix(indexedCharacters)) }

  /// What the index of words holds for a term.
  private static func indexed(_ folded: String) -> Set<String> { Set(words(folded).map { indexed(word: $0) }) }

  static func index(_ database: Database, _ number: Int64, folded: String, owner: Int64) throws {
    for word in indexed(folded) {
      try database.run("INSERT INTO term_word (owner_id, word, term_id) VALUES (?, ?, ?)", [owner, word, number])
    }
  }

  /// Terms of the owner that have a word which begins so; at most `limit`, some of them perhaps twice.
  func matching(prefix: String, limit: Int) throws -> [Int64] {
    let first = Self.indexed(word: prefix)
    return try database.numbers(
      "SELECT term_id FROM term_word WHERE owner_id = ? AND word >= ? AND word < ? LIMIT ?",
      [owner, first, first + "\u{10FFFF}", limit])
  }

  /// Terms of the owner that have these words one after the other.
  func saying(_ words: [String]) throws -> [Int64] {
    // The longest words are the rarest; what is left is looked at.
    let rarest = Set(words.map { Self.indexed(word: $0) }).sorted { ($1.count, $0) < ($0.count, $1) }.prefix(4)
    let query = rarest.map { _ in "SELECT term_id FROM term_word WHERE owner_id = ? AND word = ?" }
      .joined(separator: " INTERSECT ")
    let arguments = rarest.reduce(into: StatementArguments()) { $0 += [owner, $1] }
    return try database.numbers(query, arguments).filter { number in
      var said: [Substring] = []
      try database.rows("SELECT coalesce(folded, text) FROM term WHERE id = ?", [number]) { said = Self.words($0[0]) }
      return said.indices.contains { said[$0...].map(String.init).starts(with: words) }
    }
  }
}
