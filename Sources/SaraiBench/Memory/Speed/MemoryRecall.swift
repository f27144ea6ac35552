import Glibc
import SaraiCore
import SaraiMemory

/// Recall for an open question as a chat needs it: the turns that are likeliest to hold what it wants, with their
/// words, and what is known of whom it names, two steps far.
struct MemoryRecall {
  struct Asked {
    var question: String
    /// All of its words, function words too.
    var words: [String]
    var vector: [Float]?
    var language: Language
  }

  static let limit = 12

  private let index: TurnIndex
  private let owner: Owner
  private let asked: [Asked]
  private let now = CivilDateTime(secondsSince1970: Timestamp.now().secondsSince1970)

  init(_ bed: MemoryBed, hasVectors: Bool, into figures: inout MemoryFigures) throws {
    owner = try bed.world.owner(0)
    let before = SkillMemory.Rollup(pid: getpid())?.privateBytes
    let start = Monotonic.seconds()
    index = try bed.memory.turnIndex(of: owner, model: MemoryBed.model)
    figures.set("index_loading", Monotonic.seconds() - start, "s")
    if let before, let after = SkillMemory.Rollup(pid: getpid())?.privateBytes {
      figures.set("index_of_turns", Double(after - before) / 1e6, "MB")
    }
    var random = SeededGenerator(seed: 5)
    let world = bed.world
    asked = (0..<1_000).map { round in
      let turn = random.below(max(1, world.turns))
      let person = bed.asked(.subject, round).subject
      let question = world.question(about: turn).dropLast() + " \(person)?"
      let words = question.split { !$0.isLetter }.map { $0.lowercased() }
      return Asked(
        question: String(question), words: words, vector: hasVectors ? world.queryVector(about: turn) : nil,
        language: MemoryWorld.isEnglish(turn: turn) ? .english : .spanish)
    }
  }

  func asked(_ round: Int) -> Asked { asked[round % asked.count] }

  /// As memory's process does it for a prompt of twelve facts and three turns.
  ///
  /// - Parameter isRotating: Turns that the index still has may be gone from the store.
  func find(_ asked: Asked, in memory: MemoryStore, isRotating: Bool = false) throws {
    let ranked = index.search(asked.question, vector: asked.vector, limit: Self.limit)
    let turns = try ranked.compactMap { try memory.turn($0.id, owner: owner) }
    guard isRotating || turns.count == Self.limit else { throw MemoryScenario.lost(asked.question) }
    let told = try memory.facts(toldIn: turns.map(\.id), owner: owner)
    let facts = try FactRecall(lookup: memory, owner: owner).facts(
      for: asked.question, told: told, language: asked.language, now: now, limit: 12)
    guard !facts.isEmpty else { throw MemoryScenario.lost(asked.question) }
  }

  func findByWords(_ asked: Asked) { _ = index.search(asked.question, vector: nil, limit: Self.limit) }
}
