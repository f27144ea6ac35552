/// What to recall: each part that is given narrows the answer, an empty one asks for anything.
package struct FactQuery: Sendable, Hashable {
  package enum Validity: Sendable, Hashable {
    /// Facts that hold now.
    case now
    /// Facts that held at a time, by what is known today; those replaced since are among them.
    case at(Timestamp)
    /// Everything that was ever told and not forgotten, history too; not what waits for a yes.
    case ever
    /// Only what waits for the person's yes.
    case proposed
  }

  package enum Order: Sendable, Hashable {
    /// The last told first.
    case newestFirst
    /// By subject, verb, object and number: the same facts come in the same order, whatever else is stored.
    case stable
    /// The least sure first.
    case leastConfidentFirst
  }

  package var owner: Owner
  /// Any of these subjects.
  package var subjects: [Term]
  /// Any of these verbs.
  package var verbs: [Term]
  /// Any of these objects.
  package var objects: [Term]
  /// Words of which each begins a word of the subject, the verb or the object. Where each of them begins words of more
  /// than 2,000 terms, only the 50,000 facts told last are looked through.
  package var text: String
  /// Where more facts than these have the words of `text`, none is given: words that many have say nothing about any.
  package var mostWithText: Int?
  /// Told within these times.
  package var saidFrom: Timestamp?
  package var saidBefore: Timestamp?
  package var confidence: ClosedRange<Double>
  package var validity: Validity
  /// False leaves out what must not leave the machine.
  package var includesPrivate: Bool
  package var order: Order
  /// At most so many facts, 1...10,000.
  package var limit: Int
  /// So many of those that match are left out before the first one given: the pages before this one.
  package var offset = 0

  package init(
    owner: Owner, subjects: [Term] = [], verbs: [Term] = [], objects: [Term] = [], text: String = "",
    saidFrom: Timestamp? = nil, saidBefore: Timestamp? = nil, confidence: ClosedRange<Double> = 0...1,
    validity: Validity = .now, includesPrivate: Bool = true, order: Order = .stable, limit: Int = 100
  ) {
    self.owner = owner
    self.subjects = subjects
    self.verbs = verbs
    self.objects = objects
    self.text = text
    self.saidFrom = saidFrom
    self.saidBefore = saidBefore
    self.confidence = confidence
    self.validity = validity
    self.includesPrivate = includesPrivate
    self.order = order
    self.limit = limit
  }
}

/// Where a fact comes from and what became of it.
package struct Why: Sendable, Hashable {
  package var fact: Fact
  /// The turn in which it was told, where it is still kept.
  package var turn: Turn?
  /// The facts that it took the place of, the latest first.
  package var replaced: [Fact]
  /// The fact that took its place.
  package var replacedBy: Fact?
  /// What was done to it, the first first.
  package var operations: [Operation]

  package init(fact: Fact, turn: Turn?, replaced: [Fact], replacedBy: Fact?, operations: [Operation]) {
    self.fact = fact
    self.turn = turn
    self.replaced = replaced
    self.replacedBy = replacedBy
    self.operations = operations
  }
}

/// Something that was done to a memory.
package struct Operation: Sendable, Hashable, Identifiable {
  package enum Kind: String, Sendable, CaseIterable {
    /// A batch was learnt.
    case store
    case edit
    /// A proposed fact got its yes.
    case confirm
    /// Nothing of it is left to undo.
    case forget
  }

  package let id: OperationID
  package var kind: Kind
  package var at: Timestamp
  /// True once it was taken back.
  package var isUndone: Bool
  /// The facts that it touched and that are still there.
  package var facts: [FactID]

  package init(id: OperationID, kind: Kind, at: Timestamp, isUndone: Bool, facts: [FactID]) {
    self.id = id
    self.kind = kind
    self.at = at
    self.isUndone = isUndone
    self.facts = facts
  }
}
