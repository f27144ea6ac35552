package import SaraiCore
package import SaraiMemory

/// What the cases of entity recall are told and asked: memory's rules alone, or the path that a chat takes.
package protocol Recaller {
  /// A turn of the person, as typed.
  mutating func tell(_ turn: String, language: Language) async throws
  /// What is said to a question; nil where it is left to a model.
  mutating func ask(_ question: String, language: Language) async throws -> String?
}

/// Memory's rules over facts in an array: no store, no model.
package struct RuleRecaller: Recaller {
  package private(set) var facts = FactArray()

  package init() {}

  package mutating func tell(_ turn: String, language: Language) throws {
    if let ids = try Forgetting(lookup: facts, owner: .local).facts(
      askedFor: turn, language: language, now: EntityRecall.now)
    {
      facts.remove(ids)
      return
    }
    let changes = try Learner(lookup: facts, owner: .local).changes(
      from: turn, language: language, now: EntityRecall.now)
    facts.apply(Batch(owner: .local, changes: changes))
  }

  package func ask(_ question: String, language: Language) throws -> String? {
    try Answerer(lookup: facts, owner: .local).answer(question, language: language, now: EntityRecall.now)?.text
  }
}

extension EntityRecall {
  /// Tells and asks every case, each with a memory of its own.
  ///
  /// - Throws: What a recaller throws.
  package static func measured<Memory: Recaller>(
    _ cases: [RecallCase], with memory: (RecallCase) throws -> Memory
  ) async throws -> EntityRecall {
    var recall = EntityRecall()
    for item in cases {
      var memory = try memory(item)
      for turn in item.turns { try await memory.tell(turn, language: item.language) }
      recall.add(item, answer: try await memory.ask(item.question, language: item.language))
    }
    return recall
  }
}
