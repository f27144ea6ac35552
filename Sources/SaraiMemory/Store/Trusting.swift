import GRDB
import SaraiCore
import SaraiStore

extension MemoryStore {
  /// Chooses whose words become facts without a yes. What was taken over from a source that is trusted no longer waits
  /// for a yes from now on, except what the owner said yes to or put right.
  ///
  /// - Returns: How many facts wait for a yes now that did not before.
  /// - Throws: As `SourceName.check`.
  package func setTrusted(_ names: Set<String>, owner: Owner) throws -> Int {
    for name in names.sorted() { try SourceName.check(name) }
    let text = OwnerSetting<Set<String>>.trustedSources.text(names)
    try Limits.check(text: text, bytes: Limits.termBytes, "trusted")
    return try store.write { database in
      let number = try create(owner, database)
      let known = try setting(.trustedSources, database, owner: number)
      try setSetting(.trustedSources, names, database, owner: number)
      var log = OperationLog(database: database, owner: number, kind: .edit, at: .now())
      var withdrawn = 0
      for name in known.subtracting(names).sorted() {
        for var fact in try Self.taken(from: name, database, owner: number) {
          try log.note(fact)
          fact.standing = .proposed
          try fact.update(database)
          withdrawn += 1
        }
      }
      return withdrawn
    }
  }

  /// Current facts of a source that nobody but the source answers for.
  private static func taken(from name: String, _ database: Database, owner: Int64) throws -> [FactRecord] {
    let answered: [Operation.Kind] = [.confirm, .edit]
    return try database.numbers(
      """
      SELECT f.id FROM turn t JOIN fact f ON f.turn_id = t.id
        WHERE t.owner_id = ? AND t.speaker = ? AND t.role = ? AND f.standing = ? AND NOT EXISTS (
          SELECT 1 FROM change c JOIN operation o ON o.id = c.operation_id WHERE c.fact_id = f.id AND o.is_undone = 0
            AND o.kind IN (\(answered.map { "\($0.code)" }.joined(separator: ","))))
        ORDER BY f.id
      """, [owner, name, TurnRole.tool.code, Standing.current.code]
    ).compactMap { try FactRecord.load(database, $0) }.filter { $0.source != .userInput }
  }
}

/// Whose words count where two sources say different things of what there is only one of: the person's own, whichever
/// came first, and among others the latest.
package struct SourcePrecedence {
  private let lookup: any FactLookup
  private let owner: Owner

  package init(lookup: any FactLookup, owner: Owner) {
    self.lookup = lookup
    self.owner = owner
  }

  private static let sure = 0.9

  /// What the person says themselves takes the place of what others said.
  package func own(_ changes: [FactChange]) throws -> [FactChange] {
    var overruled: Set<FactID> = []
    var own: [FactChange] = []
    for change in changes {
      guard case .add(var fact, let replacing) = change else {
        own.append(change)
        continue
      }
      let rivals = try rivals(of: fact)
      let others = rivals.filter { $0.source != .userInput }
      guard !others.isEmpty else {
        own.append(change)
        continue
      }
      overruled.formUnion(others.map(\.id))
      if others.count == rivals.count { fact.confidence = max(fact.confidence, Self.sure) }
      var replaced: [FactID]
      switch replacing {
      case .facts(let ids): replaced = ids
      case .nothing: replaced = []
      case .oppositePolarity: replaced = rivals.filter { $0.object == fact.object }.map(\.id)
      case .sameSubjectAndVerb: replaced = rivals.map(\.id)
      }
      replaced += others.map(\.id).filter { !replaced.contains($0) }
      own.append(.add(fact, replacing: .facts(replaced)))
    }
    return own.filter { change in
      if case .setConfidence(let id, _) = change { return !overruled.contains(id) }
      return true
    }
  }

  /// What others say waits for the person's yes, and where they are trusted, only where it contradicts the person.
  package func others(_ changes: [FactChange], from source: FactSource, areTrusted: Bool) throws -> [FactChange] {
    try changes.compactMap { change in
      guard case .add(var fact, _) = change else { return nil }
      fact.source = source
      guard areTrusted else {
        fact.isProposed = true
        return .add(fact, replacing: .nothing)
      }
      let rivals = try rivals(of: fact)
      fact.isProposed = rivals.contains { $0.source == .userInput }
      if fact.isProposed || rivals.isEmpty { return .add(fact, replacing: .nothing) }
      fact.confidence = max(fact.confidence, Self.sure)
      return .add(fact, replacing: .facts(rivals.map(\.id)))
    }
  }

  /// Current facts that cannot hold together with this one.
  private func rivals(of fact: NewFact) throws -> [Fact] {
    guard fact.validTo == nil else { return [] }
    let known = try lookup.facts(
      FactQuery(owner: owner, subjects: [fact.subject], verbs: [fact.verb], limit: 1000))
    let isOnlyOne = !fact.isNegated && Predicates.isSingleValued(fact.subject.text, fact.verb.text)
    return known.filter { other in
      other.object == fact.object ? other.isNegated != fact.isNegated : isOnlyOne && !other.isNegated
    }
  }
}
