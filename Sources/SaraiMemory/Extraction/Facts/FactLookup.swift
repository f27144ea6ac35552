/// Where facts are looked up: the store, or an array in tests.
package protocol FactLookup {
  /// Facts that answer a query, in its order.
  func facts(_ query: FactQuery) throws -> [Fact]
}

/// Facts in an array, to which batches are applied: what has been read of a turn and is not stored yet.
package struct FactArray: FactLookup {
  package private(set) var all: [Fact] = []
  private var nextID: Int64

  /// - Parameter firstID: Negative numbers mark facts that no store knows.
  package init(firstID: Int64 = 1) { nextID = firstID }

  package func facts(_ query: FactQuery) -> [Fact] {
    let prefixes = Fold.text(query.text).split(separator: " ")
    let found = all.filter { fact in
      switch query.validity {
      case .now: guard fact.standing == .current else { return false }
      case .at(let time): guard fact.isValid(at: time) else { return false }
      case .ever: guard fact.standing != .proposed else { return false }
      case .proposed: guard fact.standing == .proposed else { return false }
      }
      guard query.subjects.isEmpty || query.subjects.contains(fact.subject),
        query.verbs.isEmpty || query.verbs.contains(fact.verb),
        query.objects.isEmpty || query.objects.contains(fact.object)
      else { return false }
      guard !prefixes.isEmpty else { return true }
      let words = [fact.subject, fact.verb, fact.object].flatMap {
        $0.folded.split(whereSeparator: { !$0.isLetter && !$0.isNumber })
      }
      return prefixes.allSatisfy { prefix in words.contains { $0.hasPrefix(prefix) } }
    }
    if let most = query.mostWithText, !prefixes.isEmpty, found.count > most { return [] }
    let sorted = query.order == .newestFirst ? found.sorted { $0.id > $1.id } : found
    return Array(sorted.prefix(query.limit))
  }

  /// Does what a store does with a batch, without its durability.
  package mutating func apply(_ batch: Batch) {
    for change in batch.changes {
      switch change {
      case .add(let fact, let replacing): add(fact, replacing: replacing, at: batch.saidAt)
      case .end(let subject, let verb, let object, let isNegated, _):
        end {
          $0.subject == subject && $0.verb == verb && (object == nil || $0.object == object)
            && (isNegated == nil || $0.isNegated == isNegated)
        }
      case .setConfidence(let id, let confidence):
        if let place = all.firstIndex(where: { $0.id == id }) { all[place].confidence = confidence }
      }
    }
  }

  package mutating func remove(_ ids: [FactID]) { all.removeAll { ids.contains($0.id) } }

  mutating func insert(_ facts: [Fact]) { all += facts }

  private mutating func end(_ isEnded: (Fact) -> Bool) {
    for place in all.indices where all[place].standing == .current && isEnded(all[place]) {
      all[place].standing = .past
    }
  }

  private mutating func add(_ fact: NewFact, replacing: Replacement, at time: Timestamp) {
    switch replacing {
    case .nothing: break
    case .sameSubjectAndVerb:
      end {
        $0.subject == fact.subject && $0.verb == fact.verb
          && ($0.object != fact.object || $0.isNegated != fact.isNegated)
      }
    case .oppositePolarity:
      end {
        $0.subject == fact.subject && $0.verb == fact.verb && $0.object == fact.object && $0.isNegated != fact.isNegated
      }
    case .facts(let ids): end { ids.contains($0.id) }
    }
    let isPast = fact.validTo.map { $0 <= time } ?? false
    if let place = all.firstIndex(where: {
      $0.subject == fact.subject && $0.verb == fact.verb && $0.object == fact.object && $0.isNegated == fact.isNegated
        && ($0.standing == .past) == isPast
    }) {
      all[place].confidence = max(all[place].confidence, fact.confidence)
      return
    }
    all.append(
      Fact(
        id: FactID(rawValue: nextID), subject: fact.subject, verb: fact.verb, object: fact.object,
        isNegated: fact.isNegated,
        confidence: fact.confidence, source: fact.source, extractor: fact.extractor,
        standing: isPast ? .past : .current,
        isPrivate: fact.isPrivate, turn: nil, saidAt: time, validFrom: fact.validFrom, validTo: fact.validTo,
        supersededBy: nil))
    nextID += 1
  }
}

/// A lookup with one owner, and with facts that a turn has told before they are stored.
struct FactView {
  let lookup: any FactLookup
  let owner: Owner
  /// Told in this turn already.
  var told = FactArray(firstID: -1_000_000)
  /// Ended or replaced in this turn.
  var ended: Set<FactID> = []

  init(_ lookup: any FactLookup, owner: Owner) {
    self.lookup = lookup
    self.owner = owner
  }

  func facts(
    subjects: [String] = [], verbs: [String] = [], objects: [String] = [], text: String = "",
    mostWithText: Int? = nil, ever: Bool = false, order: FactQuery.Order = .newestFirst, limit: Int = 500
  ) throws -> [Fact] {
    var query = FactQuery(
      owner: owner, subjects: subjects.map { Term($0) }, verbs: verbs.map { Term($0) },
      objects: objects.map { Term($0) },
      text: text, validity: ever ? .ever : .now, order: order, limit: limit)
    query.mostWithText = mostWithText
    let stored = try lookup.facts(query).filter { ever || !ended.contains($0.id) }
    return told.facts(query) + stored
  }
}
