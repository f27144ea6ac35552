import MemoryProtocol
import SaraiCore
import SaraiMemory

/// What was asked back of a person; their next turn may answer it, or be about something else.
struct OpenQuestion: Sendable {
  enum Purpose: Sendable {
    /// «¿Cuál olvido?», of the facts of each topic that was named.
    case forgetting([[FactID]])
    /// «¿Cuál es la correcta?»
    case correcting([FactID])
  }

  let conversation: String
  let purpose: Purpose
}

extension MemoryHost {
  /// Topics that the question names; the others are forgotten by their own names.
  private static let mostTopics = 6

  func askWhich(_ ids: [FactID], _ question: Question, _ memory: OwnerMemory) async throws -> Answer {
    let language = question.language
    let topics = try await reading {
      var topics: [(name: String, facts: [FactID])] = []
      for fact in try ids.map({ try self.store.fact($0, owner: question.owner) }) {
        let name = FactTopic.text(fact, language)
        if let place = topics.firstIndex(where: { $0.name == name }) {
          topics[place].facts.append(fact.id)
        } else {
          topics.append((name, [fact.id]))
        }
      }
      return topics
    }
    let shown = topics.prefix(Self.mostTopics)
    memory.ask(OpenQuestion(conversation: question.conversation, purpose: .forgetting(shown.map(\.facts))))
    let names = shown.map(\.name).joined(separator: ", ") + (topics.count > shown.count ? ", …" : "")
    return Answer(
      .reported,
      Localized(
        es: "Eso sale en varias cosas que me dijiste (\(names)). ¿Cuál olvido?",
        en: "That is in several things you told me (\(names)). Which one shall I forget?")[language], [], language)
  }

  /// Takes a turn as the answer to what was asked back; nil for one that is no answer.
  func settle(_ open: OpenQuestion, by question: Question, _ memory: OwnerMemory) async throws -> Answer? {
    switch open.purpose {
    case .forgetting(let topics): try await forget(topics, by: question, memory)
    case .correcting(let facts): try await correct(facts, by: question, memory)
    }
  }

  private func forget(_ topics: [[FactID]], by question: Question, _ memory: OwnerMemory) async throws -> Answer? {
    let found = try await reading { () throws -> Choice? in
      try ChoiceReader(count: topics.count, purpose: .forgetting).choice(in: question.text) { words in
        let named = Set(
          try Forgetting(lookup: self.store, owner: question.owner).named(
            in: words, among: topics.flatMap(\.self), language: question.language, now: question.now))
        return topics.indices.filter { !named.isDisjoint(with: topics[$0]) }
      }
    }
    guard let found else { return nil }
    let chosen: [[FactID]]
    switch found {
    case .all: chosen = topics
    case .none:
      return Answer(
        .reported, Localized(es: "De acuerdo: no olvido nada.", en: "All right: I forget nothing.")[question.language],
        [], question.language)
    case .only(let places): chosen = places.map { topics[$0] }
    case .except(let places): chosen = topics.indices.filter { !places.contains($0) }.map { topics[$0] }
    }
    // Some of them may be gone since.
    let ids = try await reading {
      try chosen.flatMap(\.self).filter { id in
        do { return try self.store.fact(id, owner: question.owner).id == id } catch let error as SaraiError
          where error.code == .notFound
        { return false }
      }
    }
    return ids.isEmpty ? nil : try await forget(ids, question, memory)
  }

  private func correct(_ ids: [FactID], by question: Question, _ memory: OwnerMemory) async throws -> Answer? {
    let settled = try await reading {
      let facts = try ids.compactMap { id in
        do { return try self.store.fact(id, owner: question.owner) } catch let error as SaraiError
          where error.code == .notFound
        { return nil as Fact? }
      }
      return Rivals(facts.filter { $0.standing == .current }).settled(by: question.text, question.language)
    }
    guard let settled else { return nil }
    try await memory.lessons.run {
      try await writing { _ = try self.store.store(Batch(owner: question.owner, changes: settled.changes)) }
    }
    return Answer(.reported, settled.text, [], question.language)
  }
}
