import FoundationEssentials
import Glibc
package import SaraiCore
import SaraiMemory

/// How fast a large memory is, how much it takes, and how rightly it answers; beside SQLite's own table and full-text
/// query in the same run.
///
/// The world in it is made up, and the same each time (`MemoryWorld`). What is compared takes turns, query by query.
package struct MemoryScenario: BenchScenario {
  /// Serves the memory that lies in a folder from a process of its own while the closure runs.
  package typealias Sandbox =
    @Sendable (_ folder: String, _ body: @escaping @Sendable (any MemoryGateway) async throws -> Void) async throws ->
    Void

  package struct Options: Sendable {
    /// An empty folder on the disk that is measured.
    package var folder: String
    package var facts: Int
    package var turns: Int
    /// Lookups of each kind.
    package var rounds: Int
    package var hasVectors = true
    /// The cases of entity recall; nil where they are not there.
    package var cases: String?
    /// Nil where there is no process to ask.
    package var sandbox: Sandbox?

    package static let defaultFacts = 1_000_000
    package static let defaultTurns = 100_000
    package static let defaultRounds = 10_000
    package static let quickFacts = 20_000
    package static let quickTurns = 2_000
    package static let quickRounds = 500

    package init(folder: String, facts: Int, turns: Int, rounds: Int) {
      self.folder = folder
      self.facts = facts
      self.turns = turns
      self.rounds = rounds
    }
  }

  package let name = "memory"
  private let options: Options

  package init(_ options: Options) {
    self.options = options
  }

  /// A folder for the run on a disk of choice, gone at the end whatever happens.
  package static func withScratch<Result>(
    in parent: String, _ body: (String) async throws -> Result
  ) async throws -> Result {
    var template = Array("\(parent)/sarai-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw SaraiError(
        .invalidRequest, es: "No se puede escribir en \(parent): elige otra carpeta con --folder.",
        en: "Cannot write in \(parent): choose another folder with --folder.", subject: parent)
    }
    let folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
  }

  package func run(progress: BenchProgress) async throws -> BenchReport {
    let machine = Machine.current()
    var figures = MemoryFigures()
    try await measureEntityRecall(into: &figures, progress: progress)
    let bed = try MemoryBed(options)
    try bed.fill(into: &figures) { share, step in progress(0.02 + 0.55 * share, step) }
    try measureLookups(bed, into: &figures, progress: progress)
    let recall = try MemoryRecall(bed, hasVectors: options.hasVectors, into: &figures)
    try measureRecall(bed, recall, into: &figures, progress: progress)
    try measureInserts(bed, into: &figures, progress: progress)
    try await measureSandbox(bed, into: &figures, progress: progress)
    try measureUpkeep(bed, recall, into: &figures, progress: progress)
    try measureForgetting(bed, into: &figures)
    try bed.close()
    progress(0.95, Localized(es: "90 días de cambios", en: "90 days of changes"))
    try MemoryChurn(folder: options.folder + "/churn").measure(into: &figures)
    progress(1, Localized(es: "listo", en: "done"))
    return figures.report(
      machine: machine,
      settings: [
        "facts": .integer(Int64(options.facts)), "turns": .integer(Int64(options.turns)),
        "rounds": .integer(Int64(options.rounds)), "vectors": .bool(options.hasVectors),
        "owners": .integer(Int64(MemoryWorld.owners)),
      ])
  }

  /// Milliseconds of a piece of work.
  static func timed(_ body: () throws -> Void) rethrows -> Double {
    let start = Monotonic.seconds()
    try body()
    return 1000 * (Monotonic.seconds() - start)
  }

  // MARK: - Answers

  private func measureEntityRecall(into figures: inout MemoryFigures, progress: BenchProgress) async throws {
    guard let path = options.cases, let data = FileManager.default.contents(atPath: path) else { return }
    progress(0.01, Localized(es: "preguntas sobre lo contado", en: "questions about what was told"))
    let cases = try RecallCase.cases(in: String(decoding: data, as: UTF8.self))
    let recall = try await recalled(cases)
    figures.entityRecall = recall
    for verdict in EntityRecall.Verdict.allCases {
      figures.set("entity_recall_test_\(verdict.rawValue)", recall.share(verdict, isTest: true), "share")
    }
  }

  /// On the path of a chat, through the memory's process; by the rules alone where it cannot be started.
  private func recalled(_ cases: [RecallCase]) async throws -> EntityRecall {
    guard let sandbox = options.sandbox else {
      return try await EntityRecall.measured(cases) { _ in RuleRecaller() }
    }
    let folder = options.folder + "/recall"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let result = OneShot<EntityRecall>()
    try await sandbox(folder) { memory in
      result.set(
        try await EntityRecall.measured(cases) { TurnRecaller(memory: memory, owner: "case-\($0.id)") })
    }
    guard let recall = result.value else { throw Self.lost("entity-recall") }
    return recall
  }

  // MARK: - Lookups

  /// Lookups of one kind in a row before what they are compared with has its turn: each of the two would measure how
  /// the other one empties the processor's caches, and in blocks of fifty the first of each are all of the slowest
  /// hundredth.
  private static let block = 500

  private func measureLookups(
    _ bed: MemoryBed, into figures: inout MemoryFigures, progress: BenchProgress
  ) throws {
    let kinds: [MemoryFigures.Measure] = [.fact, .subjectVerb, .subject, .busySubject]
    for first in stride(from: 0, to: options.rounds, by: Self.block) {
      progress(
        0.57 + 0.05 * Double(first) / Double(options.rounds), Localized(es: "consultas exactas", en: "exact lookups"))
      for kind in SkillsScenario.rotated(kinds, by: first / Self.block) {
        let asked = (first..<min(first + Self.block, options.rounds)).map { bed.asked(kind, $0) }
        let own = try asked.map { asked in
          try Self.timedLookup(asked.subject) { try bed.memory.recall(asked.query()).count }
        }
        let other = try asked.map { asked in
          try Self.timedLookup(asked.subject) { try bed.plain.lookup(asked.parts, limit: MemoryBed.limit).count }
        }
        for (own, other) in zip(own, other) { figures.add(kind, milliseconds: own, reference: other) }
      }
    }
  }

  /// - Parameter find: How many were found: what finds nothing is not measured.
  private static func timedLookup(_ subject: String, _ find: () throws -> Int) throws -> Double {
    var found = 0
    let milliseconds = try timed { found = try find() }
    guard found > 0 else { throw lost(subject) }
    return milliseconds
  }

  static func lost(_ subject: String) -> SaraiError {
    SaraiError(
      .internalFault, es: "No se encuentra lo que se guardó de «\(subject)», así que no se mide.",
      en: "What was stored of \"\(subject)\" is not found, so it is not measured.", subject: subject)
  }

  private func measureSandbox(
    _ bed: MemoryBed, into figures: inout MemoryFigures, progress: BenchProgress
  ) async throws {
    guard let sandbox = options.sandbox else {
      figures.notMeasured[.sandboxed] = Localized(
        es: "aquí no se puede arrancar el proceso de la memoria", en: "memory's process cannot be started here")
      return
    }
    progress(0.72, Localized(es: "consultas a otro proceso", en: "lookups in another process"))
    try bed.close()
    let asked = (0..<options.rounds).map { bed.asked($0 % 2 == 0 ? .subjectVerb : .subject, $0) }
    let times = OneShot<[Double]>()
    try await sandbox(bed.memoryFolder) { memory in
      @Sendable func lookup(_ query: FactQuery) async throws -> Int {
        var asked = MemoryQuery(owner: query.owner.name)
        asked.subjects = query.subjects.map(\.text)
        asked.verbs = query.verbs.map(\.text)
        asked.objects = query.objects.map(\.text)
        asked.limit = query.limit
        return try await memory.facts(asked).count
      }
      var milliseconds: [Double] = []
      // The first ones make the connection.
      for query in asked.prefix(100) { _ = try await lookup(query.query()) }
      for query in asked {
        let start = Monotonic.seconds()
        let found = try await lookup(query.query())
        milliseconds.append(1000 * (Monotonic.seconds() - start))
        guard found > 0 else { throw Self.lost(query.subject) }
      }
      times.set(milliseconds)
    }
    for milliseconds in times.value ?? [] { figures.add(.sandboxed, milliseconds: milliseconds) }
    try bed.reopen()
  }

  // MARK: - Recall

  /// FTS5's query takes a tenth of a second: a part of the rounds is enough.
  private static let referenceRounds = 150

  private func measureRecall(
    _ bed: MemoryBed, _ recall: MemoryRecall, into figures: inout MemoryFigures, progress: BenchProgress
  ) throws {
    let step = Localized(es: "recuerdo híbrido", en: "hybrid recall")
    for round in 0..<options.rounds / 2 {
      if round % 50 == 0 { progress(0.62 + 0.06 * 2 * Double(round) / Double(options.rounds), step) }
      let asked = recall.asked(round)
      let own = try Self.timed { try recall.find(asked, in: bed.memory) }
      let words = Self.timed { recall.findByWords(asked) }
      guard round < Self.referenceRounds else {
        figures.add(.hybrid, milliseconds: own)
        figures.add(.words, milliseconds: words)
        continue
      }
      let other = try Self.timed { _ = try bed.plain.search(asked.words, limit: MemoryRecall.limit) }
      figures.add(.hybrid, milliseconds: own, reference: other)
      figures.add(.words, milliseconds: words, reference: other)
    }
  }

  // MARK: - Writing

  private func measureInserts(
    _ bed: MemoryBed, into figures: inout MemoryFigures, progress: BenchProgress
  ) throws {
    progress(0.68, Localized(es: "guardar un turno y su hecho", en: "storing a turn and its fact"))
    // The first ones find the log as the filling left it.
    for round in 0..<200 { _ = try bed.memory.store(bed.batch(10_000_000 + round)) }
    let sync = try RawSync(path: options.folder + "/raw")
    for round in 0..<max(200, options.rounds / 2) {
      let batch = bed.batch(round)
      let own = try Self.timed { _ = try bed.memory.store(batch) }
      figures.add(.insert, milliseconds: own, reference: try sync.timedWrite())
    }
  }

  /// Rotation and compaction of the large store in one thread, questions in another.
  private func measureUpkeep(
    _ bed: MemoryBed, _ recall: MemoryRecall, into figures: inout MemoryFigures, progress: BenchProgress
  ) throws {
    progress(0.75, Localized(es: "preguntas mientras se compacta", en: "questions while it is compacted"))
    let done = OneShot<Result<Double, any Error>>()
    let memory = bed.memory
    DetachedThread.start(stackBytes: 8 << 20) {
      done.set(
        Result {
          try Self.timed {
            try memory.rotate(days: 365)
            try memory.vacuum()
          }
        })
    }
    var round = 0
    while done.value == nil || round < 20 {
      let asked = recall.asked(round)
      let own = try Self.timed { try recall.find(asked, in: memory, isRotating: true) }
      figures.add(.hybridDuringUpkeep, milliseconds: own)
      for _ in 0..<10 {
        let lookup = bed.asked(.subject, round)
        figures.add(.duringUpkeep, milliseconds: try Self.timed { _ = try memory.recall(lookup.query()) })
        round += 1
      }
    }
    if let milliseconds = try done.value?.get() { figures.set("rotation_and_vacuum", milliseconds / 1000, "s") }
  }

  private func measureForgetting(_ bed: MemoryBed, into figures: inout MemoryFigures) throws {
    let asked = bed.asked(.subjectVerb, 0)
    guard let fact = try bed.memory.recall(asked.query()).first else { throw Self.lost(asked.subject) }
    let milliseconds = try Self.timed {
      try bed.memory.forget(ForgetRequest(owner: asked.owner, facts: [fact.id]))
    }
    figures.set("forget", milliseconds / 1000, "s")
  }
}
