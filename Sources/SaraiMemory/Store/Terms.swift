import GRDB

/// Terms by number, in one transaction.
struct Terms {
  let database: Database
  let owner: Int64

  private struct Spelling {
    let number: Int64
    let text: String
    let isValue: Bool
  }

  private func all(_ term: Term) throws -> [Spelling] {
    var found: [Spelling] = []
    try database.scan(
      "SELECT id, owner_id, text, folded, is_value FROM term WHERE hash = ?", [Self.hash(term, owner: owner)]
    ) { row in
      let text = row.text(2) ?? ""
      if row.number(1) == owner, (row.text(3) ?? text).utf8.elementsEqual(term.folded.utf8) {
        found.append(Spelling(number: row.number(0), text: text, isValue: row.number(4) != 0))
      }
      return true
    }
    return found
  }

  /// The numbers of a term: one for each way in which the owner has spelled it.
  func find(_ term: Term) throws -> [Int64] { try all(term).map(\.number) }

  /// The numbers of a known term's other spellings, and its own.
  func spellings(of number: Int64) throws -> [Int64] {
    var term: Term?
    try database.scan("SELECT text, folded FROM term WHERE id = ?", [number]) { row in
      let text = row.text(0) ?? ""
      term = Term(text: text, folded: row.text(1) ?? text)
      return false
    }
    return try term.map { try find($0) } ?? [number]
  }

  /// The numbers of those that the owner has used, each once.
  func find(_ terms: [Term]) throws -> [Int64] {
    var numbers: [Int64] = []
    for term in terms {
      for number in try find(term) where !numbers.contains(number) { numbers.append(number) }
    }
    return Array(numbers.prefix(Limits.queryTerms))
  }

  /// The number of a subject or a verb, new or known: one however it is spelled.
  func name(_ term: Term) throws -> Int64 {
    guard let known = try all(term).first(where: { !$0.isValue }) else { return try insert(term, isValue: false) }
    // "lucía" was told first, now "Lucía": accents and capitals are worth more than none. What an older version also
    // keeps as somebody's value stays as it was told.
    if !Self.isPlain(term) {
      try database.run(
        """
        UPDATE term SET text = ?, folded = ? WHERE id = ? AND folded IS NULL
          AND NOT EXISTS (SELECT 1 FROM fact WHERE object_id = term.id)
        """, [term.text, term.folded, known.number])
    }
    return known.number
  }

  /// The number of an object: "ABCdef" and "abcDEF" are found by the same words and are two.
  func value(_ term: Term) throws -> Int64 {
    let known = try all(term).first { $0.isValue && $0.text.utf8.elementsEqual(term.text.utf8) }
    return try known?.number ?? insert(term, isValue: true)
  }

  /// The number of a subject or a verb exactly as a person corrected it.
  func corrected(_ term: Term) throws -> Int64 {
    let known = try all(term).first { $0.text.utf8.elementsEqual(term.text.utf8) }
    return try known?.number ?? value(term)
  }

  private static func isPlain(_ term: Term) -> Bool { term.folded.utf8.elementsEqual(term.text.utf8) }

  private func insert(_ term: Term, isValue: Bool) throws -> Int64 {
    try database.run(
      "INSERT INTO term (owner_id, hash, text, folded, is_value) VALUES (?, ?, ?, ?, ?)",
      [owner, Self.hash(term, owner: owner), term.text, Self.isPlain(term) ? nil : term.folded, isValue ? 1 : 0])
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

  /// Terms of the owner that have these words one after the other; none without words.
  func saying(_ words: [String]) throws -> [Int64] {
    guard !words.isEmpty else { return [] }
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
