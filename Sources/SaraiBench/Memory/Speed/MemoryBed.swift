import FoundationEssentials
import SaraiCore
import SaraiMemory

/// The memory that is measured, what it is compared with, and what is asked of both.
final class MemoryBed {
  /// What is asked of a memory, and of the table beside it.
  struct Asked: Sendable {
    var owner: Owner
    var subject: String
    var verb: String?
    var object: String?

    /// From the words on, as every question comes.
    func query() -> FactQuery {
      FactQuery(
        owner: owner, subjects: [Term(subject)], verbs: verb.map { [Term($0)] } ?? [],
        objects: object.map { [Term($0)] } ?? [], limit: MemoryBed.limit)
    }

    var parts: [(column: String, value: String)] {
      [("subject", subject)] + (verb.map { [("verb", $0)] } ?? []) + (object.map { [("object", $0)] } ?? [])
    }
  }

  static let limit = 100

  let world: MemoryWorld
  let plain: PlainSQLite
  let memoryFolder: String
  private let options: MemoryScenario.Options
  private var open: MemoryStore?
  /// Facts that hold, as often as they were told, and subjects, each as likely as another.
  private var facts: [Asked] = []
  private var subjects: [Asked] = []

  init(_ options: MemoryScenario.Options) throws {
    self.options = options
    world = MemoryWorld(facts: options.facts, turns: options.turns)
    memoryFolder = options.folder + "/memory"
    try FileManager.default.createDirectory(atPath: memoryFolder, withIntermediateDirectories: true)
    plain = try PlainSQLite(path: options.folder + "/plain.db")
    try reopen()
  }

  var memory: MemoryStore {
    guard let open else { preconditionFailure("closed") }
    return open
  }

  func reopen() throws { open = try MemoryStore.open(folder: memoryFolder) }

  func close() throws {
    try open?.close()
    open = nil
  }

  /// What a kind of lookup asks for in a round.
  func asked(_ measure: MemoryFigures.Measure, _ round: Int) -> Asked {
    var random = SeededGenerator(seed: UInt64(round) &* 31 &+ UInt64(measure.rawValue.utf8.count))
    if measure == .subject { return subjects[random.below(subjects.count)] }
    var asked = facts[random.below(facts.count)]
    if measure != .fact { asked.object = nil }
    if measure == .busySubject { asked.verb = nil }
    return asked
  }

  /// What a chat stores after a reply: a turn and the fact that it told, which every other time takes the place of
  /// another one.
  func batch(_ round: Int) -> Batch {
    let asked = facts[round / 2 % facts.count]
    let object = Term("cosa nueva \(round)")
    return Batch(
      owner: asked.owner, key: "insert-\(round)",
      turn: NewTurn(
        conversation: "insert \(round / 20)", text: "Oye, \(asked.subject) estrena \(object) desde ayer."),
      changes: [
        .add(
          NewFact(Term(asked.subject), "estrenar", object, confidence: 0.9), replacing: .sameSubjectAndVerb)
      ])
  }

  // MARK: - Filling

  func fill(into figures: inout MemoryFigures, tell: @escaping (Double, Localized) -> Void) throws {
    var seconds = 0.0
    var done = 0
    let step = Localized(es: "llenar la memoria", en: "filling the memory")
    let total = max(1, world.facts + world.turns)
    for number in 0..<MemoryWorld.owners {
      let owner = try world.owner(number)
      let told = world.told(by: number)
      let start = Monotonic.seconds()
      let lines = world.lines(of: number, told: told).lazy.map { line in
        done += 1
        if done % 10_000 == 0 { tell(0.7 * Double(done) / Double(total), step) }
        return line
      }
      _ = try memory.importLines(lines, owner: owner)
      seconds += Monotonic.seconds() - start
      try fillPlain(number, told)
      sample(told, owner, share: Double(told.count) / Double(max(1, world.facts)))
    }
    try plain.createIndexes()
    figures.set("import", Double(done) / seconds, "1/s")
    if options.hasVectors { try addVectors { tell(0.8 + 0.2 * $0, Localized(es: "vectores", en: "vectors")) } }
    let statistics = try memory.statistics()
    figures.set("facts", Double(statistics.facts), "count")
    figures.set("facts_of_the_past", Double(statistics.pastFacts), "count")
    figures.set("database_besides_vectors", Double(statistics.databaseBytes - statistics.vectorBytes) / 1e6, "MB")
    figures.set("vectors", Double(statistics.vectorBytes) / 1e6, "MB")
  }

  private func fillPlain(_ number: Int, _ told: [MemoryWorld.Told]) throws {
    try plain.transaction {
      for fact in told where fact.supersededBy == nil {
        try plain.add(PlainSQLite.Row(subject: fact.subject, verb: fact.verb, object: fact.object))
      }
      for turn in 0..<world.turnCount(of: number) { try plain.addTurn(world.text(ofTurn: turn, owner: number)) }
    }
  }

  /// Keeps enough to ask, and not the whole world.
  private func sample(_ told: [MemoryWorld.Told], _ owner: Owner, share: Double) {
    let count = Int((20_000 * share).rounded(.up))
    var random = SeededGenerator(seed: world.seed &+ UInt64(told.count))
    var left = count
    while left > 0, !told.isEmpty {
      let fact = told[random.below(told.count)]
      guard fact.supersededBy == nil else { continue }
      facts.append(Asked(owner: owner, subject: fact.subject, verb: fact.verb, object: fact.object))
      left -= 1
    }
    var seen: Set<String> = []
    let distinct = told.lazy.filter { $0.supersededBy == nil && seen.insert($0.subject).inserted }.map(\.subject)
    let all = Array(distinct)
    for _ in 0..<count where !all.isEmpty {
      subjects.append(Asked(owner: owner, subject: all[random.below(all.count)]))
    }
  }

  static let model = "bench"

  private func addVectors(tell: (Double) -> Void) throws {
    let owner = try world.owner(0)
    var start = 0
    while start < world.turns {
      let end = min(world.turns, start + 2_000)
      // The first owner was the first to tell, so that its turns have the first numbers.
      let vectors = (start..<end).map { (id: Int64($0 + 1), vector: world.vector(ofTurn: $0)) }
      let kept = try memory.setVectors(vectors, .turn, model: Self.model, owner: owner)
      guard kept == vectors.count else { throw MemoryScenario.lost(owner.name) }
      start = end
      tell(Double(end) / Double(max(1, world.turns)))
    }
  }
}
