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
    var person: String
  }

  static let limit = 10

  private let index: TurnIndex
  private let owner: Owner
  private let asked: [Asked]

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
        person: person)
    }
  }

  func asked(_ round: Int) -> Asked { asked[round % asked.count] }

  /// - Parameter isRotating: Turns that the index still has may be gone from the store.
  func find(_ asked: Asked, in memory: MemoryStore, isRotating: Bool = false) throws {
    let ranked = index.search(asked.question, vector: asked.vector, limit: Self.limit)
    let turns = try ranked.compactMap { try memory.turn($0.id, owner: owner) }
    guard isRotating || turns.count == Self.limit else { throw MemoryScenario.lost(asked.question) }
    let known = try memory.recall(FactQuery(owner: owner, subjects: [Term(asked.person)], limit: 20))
    if !known.isEmpty {
      _ = try memory.recall(FactQuery(owner: owner, subjects: Array(known.prefix(8).map(\.object)), limit: 20))
    }
  }

  func findByWords(_ asked: Asked) { _ = index.search(asked.question, vector: nil, limit: Self.limit) }
}
