package import SaraiCore
import SaraiMemory

/// How much of what answers a question memory finds again in long conversations, with no model but that of embeddings.
///
/// Each conversation is a memory of its own. A question's recall at k is the share of its evidence turns among the
/// first k that memory gives; questions are averaged.
package struct LocomoBench: Sendable {
  private let models: any ModelGateway
  private let conversations: [LocomoConversation]

  /// Texts of one request: large enough that the way to the engine does not count, small enough to see progress.
  private static let batch = 32
  private static let depth = LocomoReport.depths.max() ?? 0

  package init(models: any ModelGateway, conversations: [LocomoConversation]) {
    self.models = models
    self.conversations = conversations
  }

  /// - Throws: `SaraiError` where the engine of embeddings is missing or fails.
  package func run(progress: BenchProgress = .silent) async throws -> LocomoReport {
    var report = LocomoReport()
    let texts = conversations.reduce(0) { $0 + $1.turns.count + $1.questions.count }
    var done = 0
    for conversation in conversations {
      let step = Localized(es: conversation.id, en: conversation.id)
      func tell(_ count: Int) {
        done += count
        progress(Double(done) / Double(max(1, texts)), step)
      }
      var index = TurnIndex()
      let passages = try await embed(conversation.turns.map(TurnIndex.passage), for: .passage, tell: tell)
      for (turn, vector) in zip(conversation.turns, passages) {
        try index.insert(turn, vector: StoredVector(vector))
      }
      let queries = try await embed(conversation.questions.map(\.text), for: .query, tell: tell)
      let now = conversation.turns.last?.saidAt ?? .now()
      for (question, vector) in zip(conversation.questions, queries) {
        let clock = ContinuousClock()
        let start = clock.now
        let found = index.search(question.text, vector: vector, now: now, limit: Self.depth)
        let milliseconds = (clock.now - start) / .milliseconds(1)
        report.outcomes.append(
          LocomoReport.Outcome(
            conversation: conversation.id, question: question, found: found.map(\.id), milliseconds: milliseconds))
      }
      report.turns[conversation.id] = conversation.turns.count
    }
    progress(1, Localized(es: "listo", en: "done"))
    return report
  }

  private func embed(
    _ texts: [String], for purpose: EmbeddingRequest.Purpose, tell: (Int) -> Void
  ) async throws -> [[Float]] {
    var vectors: [[Float]] = []
    while vectors.count < texts.count {
      let part = Array(texts[vectors.count..<min(texts.count, vectors.count + Self.batch)])
      let result = try await models.embed(
        EmbeddingRequest(
          model: "embeddings", texts: part, purpose: purpose, client: "bench", requestID: "locomo-\(vectors.count)"))
      guard result.vectors.count == part.count else {
        throw SaraiError(
          .engineFailed, es: "El modelo de embeddings no devolvió todos los vectores. Vuelve a intentarlo.",
          en: "The embedding model did not return every vector. Try again.")
      }
      vectors += result.vectors
      tell(part.count)
    }
    return vectors
  }
}
