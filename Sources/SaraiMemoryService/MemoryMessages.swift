import MemoryProtocol
import SaraiCore
import SaraiMemory

// SaraiMemory's values as the messages of proto/memory.proto, and back. What comes from outside is checked here or by
// the store.

extension Sarai_Memory_V1_Fact {
  init(_ fact: Fact) {
    self.init()
    id = fact.id.rawValue
    subject = fact.subject.text
    verb = fact.verb.text
    object = fact.object.text
    isNegated = fact.isNegated
    confidence = fact.confidence
    source = fact.source.rawValue
    extractor = fact.extractor.rawValue
    standing = fact.standing.rawValue
    isPrivate = fact.isPrivate
    if let turn = fact.turn { self.turn = turn.rawValue }
    saidAt = fact.saidAt.milliseconds
    if let from = fact.validFrom { validFrom = from.milliseconds }
    if let to = fact.validTo { validTo = to.milliseconds }
    if let next = fact.supersededBy { supersededBy = next.rawValue }
  }
}

extension NewFact {
  /// - Throws: `invalidRequest` for a source that there is not.
  init(_ fact: Sarai_Memory_V1_Fact) throws {
    self.init(
      Term(fact.subject), Term(fact.verb), Term(fact.object), isNegated: fact.isNegated, confidence: fact.confidence,
      source: try FactSource(named: fact.source), extractor: .direct, isPrivate: fact.isPrivate,
      validFrom: fact.hasValidFrom ? Timestamp(milliseconds: fact.validFrom) : nil,
      validTo: fact.hasValidTo ? Timestamp(milliseconds: fact.validTo) : nil)
  }
}

extension FactSource {
  init(named name: String) throws {
    guard let source = FactSource(rawValue: name) else {
      let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw SaraiError(
        .invalidRequest, es: "«\(name.prefix(64))» no es un origen de hechos; lo son: \(known).",
        en: "\"\(name.prefix(64))\" is no source of facts; these are: \(known).", subject: "source")
    }
    self = source
  }
}

extension Sarai_Memory_V1_Turn {
  init(_ turn: Turn) {
    self.init()
    id = turn.id.rawValue
    conversation = turn.conversation
    role = turn.role.rawValue
    speaker = turn.speaker
    saidAt = turn.saidAt.milliseconds
    text = turn.text
  }
}

extension Sarai_Memory_V1_Operation {
  init(_ operation: SaraiMemory.Operation) {
    self.init()
    id = operation.id.rawValue
    kind = operation.kind.rawValue
    at = operation.at.milliseconds
    isUndone = operation.isUndone
    facts = operation.facts.map(\.rawValue)
  }
}

extension FactQuery {
  /// - Throws: `invalidRequest` for an owner, a validity or an order that there cannot be.
  init(_ request: Sarai_Memory_V1_ListFactsRequest) throws {
    let validity: Validity
    switch request.validity {
    case "", "now": validity = .now
    case "ever": validity = .ever
    case "proposed": validity = .proposed
    default:
      guard let time = Int64(request.validity) else { throw Self.wrong("validity", request.validity) }
      validity = .at(Timestamp(milliseconds: time))
    }
    let order: Order
    switch request.order {
    case "", "stable": order = .stable
    case "newest": order = .newestFirst
    case "least_confident": order = .leastConfidentFirst
    default: throw Self.wrong("order", request.order)
    }
    self.init(
      owner: try Owner(request.owner), subjects: Self.terms(request.subjects, GivenWords.subject),
      verbs: Self.terms(request.verbs, GivenWords.verb),
      objects: request.objects.prefix(Self.mostTerms).map { Term($0) }, text: String(request.text.prefix(1000)),
      saidFrom: request.hasSaidFrom ? Timestamp(milliseconds: request.saidFrom) : nil,
      saidBefore: request.hasSaidBefore ? Timestamp(milliseconds: request.saidBefore) : nil, validity: validity,
      includesPrivate: request.includesPrivate, order: order,
      limit: request.limit == 0 ? 100 : Int(min(10_000, request.limit)))
    offset = Int(request.offset)
  }

  private static let mostTerms = 100

  /// As they were given, and as facts are kept.
  private static func terms(_ given: [String], _ kept: (String) -> String) -> [Term] {
    given.prefix(mostTerms).flatMap { text in
      let (asGiven, asKept) = (Term(text), Term(kept(text)))
      return asGiven == asKept ? [asGiven] : [asGiven, asKept]
    }
  }

  private static func wrong(_ name: String, _ value: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "«\(name)» no puede ser «\(value.prefix(64))».",
      en: "\"\(name)\" cannot be \"\(value.prefix(64))\".", subject: name)
  }
}

extension FactEdit {
  init(_ request: Sarai_Memory_V1_EditFactRequest) {
    self.init(
      subject: request.hasSubject ? Term(GivenWords.subject(request.subject)) : nil,
      verb: request.hasVerb ? Term(GivenWords.verb(request.verb)) : nil,
      object: request.hasObject ? Term(request.object) : nil,
      isNegated: request.hasIsNegated ? request.isNegated : nil,
      confidence: request.hasConfidence ? request.confidence : nil,
      isPrivate: request.hasIsPrivate ? request.isPrivate : nil,
      validFrom: request.hasValidFrom ? .some(Timestamp(request.validFrom)) : nil,
      validTo: request.hasValidTo ? .some(Timestamp(request.validTo)) : nil)
  }
}

extension Timestamp {
  /// Nil where the time is to be taken away.
  fileprivate init?(_ moment: Sarai_Memory_V1_Moment) {
    guard moment.hasMilliseconds else { return nil }
    self.init(milliseconds: moment.milliseconds)
  }
}

extension Sarai_Memory_V1_Statistics {
  init(_ statistics: SaraiMemory.MemoryStatistics) {
    self.init()
    owners = UInt64(statistics.owners)
    facts = UInt64(statistics.facts)
    pastFacts = UInt64(statistics.pastFacts)
    proposedFacts = UInt64(statistics.proposedFacts)
    turns = UInt64(statistics.turns)
    terms = UInt64(statistics.terms)
    vectors = UInt64(statistics.vectors)
    databaseBytes = Int64(statistics.databaseBytes)
    vectorBytes = Int64(statistics.vectorBytes)
    freeBytes = Int64(statistics.freeBytes)
    backups = UInt32(statistics.backups)
    backupBytes = Int64(statistics.backupBytes)
  }
}

extension Sarai_Memory_V1_Settings {
  init(isPaused: Bool, trusted: Set<String>, proposed: Int) {
    self.init()
    self.isPaused = isPaused
    self.trusted = trusted.sorted()
    self.proposed = UInt32(clamping: proposed)
  }
}
