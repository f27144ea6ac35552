import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// The facts that match every part of a query.
  ///
  /// - Throws: `tooLarge` for texts beyond 64 KiB and lists beyond 8,000 terms.
  package func recall(_ query: FactQuery) throws -> [Fact] {
    try Limits.check(query)
    return try readFacts(of: query.owner) { database, owner, rows in
      try Recaller(database: database, owner: owner, query: query, rows: rows).facts()
    } ?? []
  }

  /// One fact.
  ///
  /// - Throws: `notFound`.
  package func fact(_ id: FactID, owner: Owner) throws -> Fact {
    guard let fact = try readFacts(of: owner, { try $2.load(id, owner: $1) }) ?? nil else { throw Self.unknown(id) }
    return fact
  }

  /// Where a fact comes from and what became of it.
  ///
  /// - Throws: `notFound`.
  package func why(_ id: FactID, owner: Owner) throws -> Why {
    let why = try readFacts(of: owner) { database, owner, reader -> Why? in
      guard let fact = try reader.load(id, owner: owner) else { return nil }
      var replaced: [Fact] = []
      try database.scan(
        FactRows.select(index: "INDEXED BY fact_by_successor")
          + " f.superseded_by = ? AND f.owner_id = ? ORDER BY f.said_at DESC, f.id DESC", [id.rawValue, owner]
      ) { row in
        replaced.append(try reader.fact(row))
        return true
      }
      return Why(
        fact: fact, turn: try fact.turn.flatMap { try Turns.load(database, $0, owner: owner) }, replaced: replaced,
        replacedBy: try fact.supersededBy.flatMap { try reader.load($0, owner: owner) },
        operations: try Operations.touching(database, id, owner: owner))
    }
    guard let why = why ?? nil else { throw Self.unknown(id) }
    return why
  }
}

/// One query, in one transaction.
private struct Recaller {
  let database: Database
  let owner: Int64
  let query: FactQuery
  let rows: FactRows

  /// Words that begin more terms than this narrow nothing by themselves.
  private static let widestWord = 2_000
  /// A word that begins no more terms than this is narrow enough to look for no narrower one.
  private static let narrowWord = 500
  /// Where no word narrows anything, so many of the latest facts are looked through.
  private static let mostRead = 50_000

  private var limit: Int { min(max(query.limit, 1), 10_000) }
  /// Each term is or was in a fact, so that a word of many terms is a word of many facts.
  private var widestWord: Int { query.mostWithText.map { min(Self.widestWord, max(1, $0)) } ?? Self.widestWord }

  func facts() throws -> [Fact] {
    // Each once: a text that repeats itself asks for nothing more.
    let words = Set(Terms.words(Term(query.text).folded)).sorted()
    // Punctuation alone matches nothing, rather than everything.
    if words.isEmpty, !Term(query.text).isEmpty { return [] }
    guard let plan = try plan(words: words.map(String.init)) else { return [] }
    let most = words.isEmpty ? nil : query.mostWithText
    let limit = most.map { $0 + 1 } ?? limit
    var facts: [Fact] = []
    var read = 0
    var left = query.offset
    try database.scan(plan.sql, plan.arguments) { row in
      read += 1
      if plan.words.isEmpty, left > 0 {
        left -= 1
        return true
      }
      let fact = try rows.fact(row)
      if plan.words.allSatisfy({ Self.contains(fact, $0) }) {
        if left > 0 { left -= 1 } else { facts.append(fact) }
      }
      return facts.count < limit && (plan.words.isEmpty || read < Self.mostRead)
    }
    if let most, facts.count > most { return [] }
    return facts.count > self.limit ? Array(facts.prefix(self.limit)) : facts
  }

  private struct Plan {
    var sql: String
    var arguments: [Int64]
    /// What SQL has not looked at.
    var words: [String]
  }

  private func plan(words: [String]) throws -> Plan? {
    let terms = Terms(database: database, owner: owner)
    var conditions: [String] = []
    var arguments: [Int64] = []
    var index: String?
    for (asked, column, name) in [
      (query.subjects, "f.subject_id", "fact_by_subject"), (query.objects, "f.object_id", "fact_by_object"),
      (query.verbs, "f.verb_id", "fact_by_verb"),
    ] where !asked.isEmpty {
      let numbers = try terms.find(asked)
      guard !numbers.isEmpty else { return nil }
      append("\(column)", numbers, &conditions, &arguments)
      index = index ?? name
    }
    if index == nil, let narrowest = try narrowest(words, terms) {
      guard !narrowest.isEmpty, try !areCommon(narrowest, words: words) else { return nil }
      return try wordPlan(narrowest, words: words)
    }
    // Words of that many terms are words of too many facts.
    if index == nil, !words.isEmpty, query.mostWithText != nil { return nil }
    if index == nil {
      conditions.append("f.owner_id = ?")
      arguments += [owner]
      index = query.order == .leastConfidentFirst ? "fact_by_confidence" : "fact_by_time"
    }
    appendFilters(&conditions, &arguments)
    return Plan(
      sql: FactRows.select(index: "INDEXED BY \(index ?? "")") + " " + conditions.joined(separator: " AND ")
        + " ORDER BY \(order(index ?? ""))", arguments: arguments, words: words)
  }

  /// The terms that one of the words begins, for a word that begins few; nil where all begin too many. Long words are
  /// looked up first: a short one can begin most of what there is, and only looking it up would tell.
  private func narrowest(_ words: [String], _ terms: Terms) throws -> [Int64]? {
    var best: [Int64]?
    for word in words.sorted(by: { $0.utf8.count > $1.utf8.count }) {
      if let best, best.count <= Self.narrowWord { return best }
      let found = try terms.matching(prefix: word, limit: widestWord)
      if found.count < min(widestWord, best?.count ?? .max) { best = found }
    }
    return best
  }

  private static let wordIndexes = [
    ("subject_id", "fact_by_subject"), ("verb_id", "fact_by_verb"), ("object_id", "fact_by_object"),
  ]

  /// Whether more facts than the query wants have one of the terms in the same place, for a query of one word: found
  /// out before all of them are put in order.
  private func areCommon(_ numbers: [Int64], words: [String]) throws -> Bool {
    guard let most = query.mostWithText, words.count == 1 else { return false }
    for (column, index) in Self.wordIndexes {
      var part: [String] = []
      var arguments: [Int64] = []
      append(column, numbers, &part, &arguments)
      let sql = """
        SELECT count(*) FROM (
          SELECT 1 FROM fact INDEXED BY \(index) WHERE \(part[0]) AND \(standing("")) LIMIT \(most + 1))
        """
      var count: Int64 = 0
      try database.scan(sql, arguments) { row in
        count = row.number(0)
        return false
      }
      if count > most { return true }
    }
    return false
  }

  /// Facts that have one of the terms in any place.
  private func wordPlan(_ numbers: [Int64], words: [String]) throws -> Plan {
    var parts: [String] = []
    var arguments: [Int64] = []
    for (column, index) in Self.wordIndexes {
      var part: [String] = []
      append(column, numbers, &part, &arguments)
      // Only the subject, verb and object of one owner are searched: terms are never shared.
      parts.append("SELECT id FROM fact INDEXED BY \(index) WHERE \(part[0]) AND \(standing(""))")
    }
    var conditions = ["f.id IN (\(parts.joined(separator: " UNION ")))"]
    appendFilters(&conditions, &arguments)
    return Plan(
      sql: FactRows.select(index: "NOT INDEXED") + " " + conditions.joined(separator: " AND ")
        + " ORDER BY \(order(""))", arguments: arguments, words: words)
  }

  /// `column IN (…)` with as many places as the next power of two, so that few statements serve all queries.
  private func append(
    _ column: String, _ numbers: [Int64], _ conditions: inout [String], _ arguments: inout [Int64]
  ) {
    if numbers.count == 1 {
      conditions.append("\(column) = ?")
      arguments += [numbers[0]]
      return
    }
    var places = 2
    while places < numbers.count { places *= 2 }
    conditions.append("\(column) IN (\(Array(repeating: "?", count: places).joined(separator: ",")))")
    let padding = Array(repeating: numbers[numbers.count - 1], count: places - numbers.count)
    arguments += numbers + padding
  }

  private func standing(_ table: String) -> String {
    switch query.validity {
    case .now: "\(table)standing = 0"
    case .at, .ever: "\(table)standing IN (0, 1)"
    case .proposed: "\(table)standing = 2"
    }
  }

  private func appendFilters(_ conditions: inout [String], _ arguments: inout [Int64]) {
    conditions.append(standing("f."))
    switch query.validity {
    case .now:
      conditions.append("(f.valid_from IS NULL OR f.valid_from <= ?) AND (f.valid_to IS NULL OR f.valid_to > ?)")
      let now = Timestamp.now().milliseconds
      arguments += [now, now]
    case .at(let time):
      conditions.append("coalesce(f.valid_from, f.said_at) <= ? AND (f.valid_to IS NULL OR f.valid_to > ?)")
      arguments += [time.milliseconds, time.milliseconds]
    case .ever, .proposed: break
    }
    if let from = query.saidFrom {
      conditions.append("f.said_at >= ?")
      arguments += [from.milliseconds]
    }
    if let before = query.saidBefore {
      conditions.append("f.said_at < ?")
      arguments += [before.milliseconds]
    }
    if query.confidence != 0...1 {
      conditions.append("f.confidence BETWEEN ? AND ?")
      arguments += [
        FactRecord.confidence(query.confidence.lowerBound), FactRecord.confidence(query.confidence.upperBound),
      ]
    }
    if !query.includesPrivate { conditions.append("f.flags & 2 = 0") }
  }

  /// An order that the index gives for nothing, where the query leaves it open.
  private func order(_ index: String) -> String {
    switch query.order {
    case .newestFirst: "f.said_at DESC, f.id DESC"
    case .leastConfidentFirst: "f.confidence, f.id"
    case .stable:
      switch index {
      case "fact_by_subject": "f.subject_id, f.standing, f.verb_id, f.object_id, f.id"
      case "fact_by_object": "f.object_id, f.standing, f.subject_id, f.verb_id, f.id"
      case "fact_by_verb": "f.verb_id, f.standing, f.object_id, f.subject_id, f.id"
      case "fact_by_time": query.text.isEmpty ? "f.said_at, f.id" : "f.said_at DESC, f.id DESC"
      default: "f.id"
      }
    }
  }

  private static func contains(_ fact: Fact, _ word: String) -> Bool {
    [fact.subject, fact.verb, fact.object].contains { term in
      Terms.words(term.folded).contains { $0.utf8.starts(with: word.utf8) }
    }
  }
}
