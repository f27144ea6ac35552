import GRDB
import SaraiCore
import SaraiStore

/// Deletes the rows of what is forgotten, and everything derived of them, in one transaction.
struct ForgettingWork {
  let database: Database
  let owner: Int64
  let request: ForgetRequest
  private(set) var facts: Set<Int64> = []
  private(set) var turns: Set<Int64> = []

  init(database: Database, owner: Int64, _ request: ForgetRequest) throws {
    self.database = database
    self.owner = owner
    self.request = request
    if request.everything {
      facts = Set(try database.numbers("SELECT id FROM fact WHERE owner_id = ?", [owner]))
      turns = Set(try database.numbers("SELECT id FROM turn WHERE owner_id = ?", [owner]))
    } else {
      try collect()
    }
  }

  private mutating func collect() throws {
    for id in request.facts {
      guard let record = try FactRecord.load(database, id.rawValue), record.owner == owner else {
        throw MemoryStore.unknown(id)
      }
      try addFact(id.rawValue)
    }
    for id in request.turns {
      guard try Turns.load(database, id, owner: owner) != nil else { throw MemoryStore.unknown(id) }
      turns.insert(id.rawValue)
      for fact in try database.numbers("SELECT id FROM fact WHERE turn_id = ?", [id.rawValue]) { try addFact(fact) }
    }
    if request.includesMentions { try addMentions() }
    for fact in facts { try addWhatSays(secret: fact) }
    for fact in facts { try addProposals(like: fact) }
    for fact in facts {
      turns.formUnion(
        try database.numbers(
          """
          SELECT turn_id FROM fact WHERE id = ?1 AND turn_id IS NOT NULL
            UNION SELECT turn_id FROM told WHERE fact_id = ?1
          """, [fact]))
    }
    for fact in facts { try addTurnsSaying(fact) }
    for turn in turns { try addReply(to: turn) }
  }

  /// A fact, all that it had replaced, however long ago, and what was said of it in the same clause.
  private mutating func addFact(_ id: Int64) throws {
    var open = [id]
    while let next = open.popLast() {
      guard facts.insert(next).inserted else { continue }
      open += try database.numbers("SELECT id FROM fact WHERE superseded_by = ?", [next])
      open += try dependents(of: next)
    }
  }

  /// Since when one lives in Madrid is a fact about "vivir en madrid".
  private func dependents(of id: Int64) throws -> [Int64] {
    guard let record = try FactRecord.load(database, id) else { return [] }
    let (verb, object) = (try folded(record.verb), try folded(record.object))
    guard !verb.isEmpty, !object.isEmpty else { return [] }
    let terms = Terms(database: database, owner: owner)
    let subjects = try terms.spellings(of: record.subject)
    var found: [Int64] = []
    for term in try terms.saying(Terms.words(verb + " " + object).map(String.init))
    where try folded(term).hasPrefix(verb + " " + object) {
      for subject in subjects {
        found += try database.numbers("SELECT id FROM fact WHERE verb_id = ? AND subject_id = ?", [term, subject])
      }
    }
    return found
  }

  /// What others say of the same and the person has not answered yet: it would tell what is forgotten, or be asked about.
  private mutating func addProposals(like id: Int64) throws {
    guard let record = try FactRecord.load(database, id) else { return }
    let isOnlyOne = Predicates.isSingleValued(try folded(record.subject), try folded(record.verb))
    for proposed in try record.kin(database, .proposed, sameObject: !isOnlyOne) { try addFact(proposed.id) }
  }

  private func folded(_ term: Int64) throws -> String { try load(term).folded }

  private func load(_ term: Int64) throws -> Term {
    var found = Term("")
    try database.rows("SELECT text, coalesce(folded, text) FROM term WHERE id = ?", [term]) {
      found = Term(text: $0[0], folded: $0[1])
    }
    return found
  }

  // MARK: - Mentions

  /// A password that is forgotten goes wherever its very letters are said: "Qzxpata es fácil de adivinar".
  private mutating func addWhatSays(secret id: Int64) throws {
    guard let record = try FactRecord.load(database, id),
      FactTopic.isSecret(subject: try load(record.subject), verb: try load(record.verb))
    else { return }
    let value = try load(record.object)
    let isOdd = FactTopic.isNoWord(value.text)
    guard isOdd || value.text.count >= 5 else { return }
    let words = Terms.words(value.folded).map(String.init)
    for term in try Terms(database: database, owner: owner).saying(words) {
      // What is a word like others is told apart by its capitals and accents, and is no secret as somebody's town.
      guard try isOdd || load(term).text == value.text else { continue }
      for column in isOdd ? ["subject_id", "object_id"] : ["subject_id"] {
        for fact in try database.numbers("SELECT id FROM fact WHERE \(column) = ?", [term]) { try addFact(fact) }
      }
    }
    guard !words.isEmpty else { return }
    for (turn, text) in try Turns.saying(words, database, owner: owner)
    where isOdd || text.contains(value.text) {
      if try !tellsWhatStays(turn) { turns.insert(turn) }
    }
  }

  /// What says the object of one of the facts: facts about it or with it among other words, and turns.
  private mutating func addMentions() throws {
    var objects: Set<Int64> = []
    for fact in facts {
      if let object = try database.number("SELECT object_id FROM fact WHERE id = ?", [fact]) { objects.insert(object) }
    }
    for object in objects {
      let words = Terms.words(try folded(object)).map(String.init)
      guard !words.isEmpty else { continue }
      for term in try Terms(database: database, owner: owner).saying(words) {
        for column in ["object_id", "subject_id"] {
          for fact in try database.numbers("SELECT id FROM fact WHERE \(column) = ?", [term]) { try addFact(fact) }
        }
      }
      turns.formUnion(try Turns.saying(words, database, owner: owner).keys)
    }
  }

  /// Turns that say what a fact says and told no other fact that stays: questions that hold it, and answers of the
  /// assistant. A turn says it where its object stands there word by word beside whom it is about.
  private mutating func addTurnsSaying(_ id: Int64) throws {
    guard let fact = try FactRows.load(database, FactID(rawValue: id), owner: owner) else { return }
    let object = Terms.words(fact.object.folded).map(String.init)
    guard object.isEmpty else {
      let trace = FactTrace(fact)
      for (turn, text) in try Turns.saying(object, database, owner: owner)
      where !turns.contains(turn) && trace.shows(in: text) {
        if try !tellsWhatStays(turn) { turns.insert(turn) }
      }
      return
    }
    for language in Language.allCases {
      let words = Terms.words(Term(FactSentence.text(fact, language)).folded).map(String.init)
      guard words.count > 1 else { continue }
      for turn in try Turns.saying(words, database, owner: owner).keys where try !tellsWhatStays(turn) {
        turns.insert(turn)
      }
    }
  }

  private func tellsWhatStays(_ turn: Int64) throws -> Bool {
    try database.numbers(
      "SELECT id FROM fact WHERE turn_id = ?1 UNION SELECT fact_id FROM told WHERE turn_id = ?1", [turn]
    ).contains { !facts.contains($0) }
  }

  /// The assistant repeats what it is told.
  private mutating func addReply(to turn: Int64) throws {
    let reply = try database.number(
      """
      SELECT CASE next.role WHEN ?2 THEN next.id END FROM turn t JOIN turn next
        ON next.conversation_id = t.conversation_id AND next.id > t.id
        WHERE t.id = ?1 AND t.role <> ?2 ORDER BY next.id LIMIT 1
      """, [turn, TurnRole.assistant.code])
    if let reply { turns.insert(reply) }
  }

  // MARK: - Telling

  /// Of what the facts, and of what the turns say, so many bytes at most.
  private static let saidBytes = 16 << 20

  /// What the facts and turns say, before they go.
  func said() throws -> (facts: [Fact], turns: [Turn]) {
    var said: (facts: [Fact], turns: [Turn]) = ([], [])
    var bytes = 0
    let rows = FactRows(database)
    for id in facts.sorted() {
      guard let fact = try rows.load(FactID(rawValue: id), owner: owner) else { continue }
      bytes += fact.subject.text.utf8.count + fact.verb.text.utf8.count + fact.object.text.utf8.count
      guard bytes <= Self.saidBytes else { break }
      said.facts.append(fact)
    }
    bytes = 0
    for id in turns.sorted() {
      guard let turn = try Turns.load(database, TurnID(rawValue: id), owner: owner) else { continue }
      bytes += turn.text.utf8.count
      guard bytes <= Self.saidBytes else { break }
      said.turns.append(turn)
    }
    return said
  }

  // MARK: - Deleting

  mutating func run() throws {
    var loose: Set<Int64> = []
    if request.everything {
      try database.run("DELETE FROM operation WHERE owner_id = ?", [owner])
      try database.run("DELETE FROM batch WHERE owner_id = ?", [owner])
    } else {
      loose = try deleteHistory()
      var log = OperationLog(database: database, owner: owner, kind: .forget, at: .now())
      try log.begin()
    }
    for fact in facts {
      guard let record = try FactRecord.load(database, fact) else { continue }
      loose.formUnion([record.subject, record.verb, record.object])
      try database.run("DELETE FROM fact WHERE id = ?", [fact])
    }
    try Turns.delete(database, turns)
    if request.everything {
      loose.formUnion(try database.numbers("SELECT id FROM term WHERE owner_id = ?", [owner]))
    }
    _ = try Terms.sweep(database, loose)
    if request.everything { try database.run("DELETE FROM owner WHERE id = ?", [owner]) }
    // A deletion only marks words in a full-text index; merging all of it drops them.
    try database.run("INSERT INTO turn_text (turn_text) VALUES ('optimize')")
  }

  /// Deletes what undo knew of the facts. Operations that touched other facts too keep what they know of those.
  ///
  /// - Returns: Terms that undo may have been the last to need.
  private func deleteHistory() throws -> Set<Int64> {
    var loose: Set<Int64> = []
    for fact in facts {
      for operation in try database.numbers("SELECT DISTINCT operation_id FROM change WHERE fact_id = ?", [fact]) {
        loose.formUnion(try database.numbers("SELECT term_id FROM held_term WHERE operation_id = ?", [operation]))
        try database.run("DELETE FROM change WHERE operation_id = ? AND fact_id = ?", [operation, fact])
        try database.run("DELETE FROM held_term WHERE operation_id = ?", [operation])
        for column in ["subject_id", "verb_id", "object_id"] {
          try database.run(
            """
            INSERT OR IGNORE INTO held_term (term_id, operation_id)
              SELECT \(column), operation_id FROM change WHERE operation_id = ? AND \(column) IS NOT NULL
            """, [operation])
        }
        if try database.number("SELECT 1 FROM change WHERE operation_id = ?", [operation]) == nil {
          try database.run("DELETE FROM batch WHERE operation_id = ?", [operation])
          try database.run("DELETE FROM operation WHERE id = ?", [operation])
        }
      }
    }
    return loose
  }
}

/// By what words a turn is known to be about the same as a fact, in Spanish and English.
struct FactTrace {
  /// All of one of these are said, where the fact is about anybody but the owner: their words in each language.
  private let subjects: [Set<String>]
  /// One of these is said, where it is about the owner, whom "vivo" and "vives" name by the verb alone.
  private let verbs: Set<String>

  private static let stemLength = 3

  init(_ fact: Fact) {
    let names = [fact.subject.text] + Language.allCases.map { EntityWords.text(fact.subject.text, $0) }
    subjects =
      fact.subject.text == EntityName.user
      ? []
      : names.map { Set(Content.stems(of: $0)).subtracting(Content.stems(of: EntityName.user)) }.filter { !$0.isEmpty }
    verbs = subjects.isEmpty ? Self.verbs(of: fact) : []
  }

  private static func verbs(of fact: Fact) -> Set<String> {
    let object = Set(Terms.words(fact.object.folded).map(String.init))
    var verbs: Set<String> = []
    for language in Language.allCases {
      for speaker in [FactSentence.Speaker.assistant, .owner] {
        let words = Terms.words(Term(FactSentence.text(fact, language, as: speaker)).folded).map(String.init)
        let function = FunctionWords.of(language)
        for word in words where !object.contains(word) && !function.isFunction(word) && word.count > 2 {
          verbs.insert(stem(word))
        }
      }
    }
    return verbs
  }

  func shows(in text: String) -> Bool {
    if subjects.isEmpty { return Terms.words(Term(text).folded).contains { verbs.contains(Self.stem($0)) } }
    let said = Set(Content.stems(of: text))
    return subjects.contains { $0.isSubset(of: said) }
  }

  private static func stem(_ word: some StringProtocol) -> String { String(word.prefix(stemLength)) }
}
