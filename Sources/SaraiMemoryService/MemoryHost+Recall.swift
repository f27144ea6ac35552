import Logging
import MemoryProtocol
import SaraiCore
import SaraiMemory
import Synchronization

// What a prompt should hold, and vectors for it.
extension MemoryHost {
  /// Turns that are looked at for facts, at least.
  private static let leastTurns = 12
  /// Turns that are embedded at a time.
  private static let batch = 16
  /// A question waits no longer than this for its own vector; words have to do then.
  private static let embeddingSeconds = 2.0
  /// How much nearer than the others a turn's vector has to be to the question's where no word is shared.
  private static let nearness: Float = 0.05

  func recall(_ request: Sarai_Memory_V1_RecallRequest) async throws -> Sarai_Memory_V1_RecallReply {
    let owner = try Owner(request.owner)
    let memory = memory(of: owner)
    let waited = await settle(memory, withinSeconds: request.waitSeconds)
    let question = String(request.question.prefix(4000))
    let (model, vector) = await queryVector(question, memory)
    var reply = try await reading { try self.recall(request, question, memory, model: model, vector: vector) }
    reply.waitedSeconds = waited
    return reply
  }

  private func recall(
    _ request: Sarai_Memory_V1_RecallRequest, _ question: String, _ memory: OwnerMemory, model: String?,
    vector: [Float]?
  ) throws -> Sarai_Memory_V1_RecallReply {
    let wanted = Int(min(100, request.turns))
    let now = Timestamp(secondsSince1970: Int(clamping: request.now.secondsSince1970))
    let ranked = try memory.withIndex(model: model) { index in
      index.search(question, vector: vector, now: now, limit: max(3 * wanted, Self.leastTurns))
    }
    let words = SharedWords(question)
    var telling: [(turn: Turn, score: Float)] = []
    for hit in ranked {
      guard let turn = try store.turn(hit.id, owner: memory.owner),
        (hit.similarity ?? 0) > Self.nearness || words.occur(in: turn.text)
      else { continue }
      telling.append((turn, hit.score))
    }
    let facts = try FactRecall(lookup: store, owner: memory.owner).facts(
      for: question, told: try store.facts(toldIn: telling.map(\.turn.id), owner: memory.owner),
      language: Language(tag: request.language) ?? .spanish, now: CivilDateTime(request.now),
      limit: Int(min(1000, request.facts)))
    var reply = Sarai_Memory_V1_RecallReply()
    let shown = ReplyLimits.first(facts.filter { request.includesPrivate || !$0.isPrivate })
    let language = LanguageGuess.language(of: question, fallback: Language(tag: request.language) ?? .spanish)
    reply.facts = shown.map { Sarai_Memory_V1_Fact($0) }
    reply.notes = shown.map { FactSentence.text($0, language, as: .owner) }
    reply.language = language.rawValue
    guard request.includesPrivate else { return reply }
    let hidden = request.exceptConversation
    for (turn, score) in telling.filter({ hidden.isEmpty || $0.turn.conversation != hidden }).prefix(wanted) {
      var message = Sarai_Memory_V1_RankedTurn()
      message.turn = Sarai_Memory_V1_Turn(turn, upTo: ReplyLimits.turnBytes)
      message.score = score
      reply.turns.append(message)
    }
    return reply
  }

  /// The question's embedding; nil where there is no model, it takes too long, or there is nothing to compare it with.
  private func queryVector(_ question: String, _ memory: OwnerMemory) async -> (model: String?, vector: [Float]?) {
    // A model is not loaded for nothing.
    guard let embedder, (try? await reading({ try memory.withIndex(model: nil) { $0.count > 0 } })) == true else {
      return (nil, nil)
    }
    do {
      return try await withDeadline(
        seconds: Self.embeddingSeconds,
        expired: { SaraiError(.timeout, es: "sin vector a tiempo", en: "no vector in time") },
        {
          let model = try await embedder.name()
          return (model, try await embedder.embed([question], isQuery: true).first)
        })
    } catch {
      log.debug("no vector for a question", metadata: ["error": "\(SaraiError.logged(error))"])
      return (nil, nil)
    }
  }

  // MARK: - Vectors of turns

  /// Computes the vectors that the owner's turns lack, beside everything else; once is enough at a time.
  func embedLater(_ memory: OwnerMemory) {
    guard let embedder, memory.beginEmbedding() else { return }
    Task(priority: .background) {
      defer { memory.isEmbedding.withLock { $0 = false } }
      // Turns come in pairs, and the next question goes first.
      try? await Task.sleep(for: .seconds(1))
      do {
        while try await self.embedSome(memory, embedder) {}
      } catch {
        self.log.debug("turns stay without vectors for now", metadata: ["error": "\(SaraiError.logged(error))"])
      }
    }
  }

  /// Computes the vectors that an earlier process left undone, one owner after the other.
  func embedEverybody() async {
    guard let embedder else { return }
    do {
      for owner in try await reading({ try self.store.knownOwners() }) {
        let memory = memory(of: owner)
        guard !Task.isCancelled else { return }
        guard memory.beginEmbedding() else { continue }
        defer { memory.isEmbedding.withLock { $0 = false } }
        while try await embedSome(memory, embedder) { try Task.checkCancellation() }
      }
    } catch {
      log.debug("turns stay without vectors for now", metadata: ["error": "\(SaraiError.logged(error))"])
    }
  }

  /// - Returns: Whether there may be more to do.
  private func embedSome(_ memory: OwnerMemory, _ embedder: any TextEmbedder) async throws -> Bool {
    let model = try await embedder.name()
    let (turns, last) = try await reading {
      try self.store.turnsWithoutVector(
        model: model, owner: memory.owner, after: memory.lastWithVector(of: model), limit: Self.batch)
    }
    guard !turns.isEmpty else {
      memory.noteVectors(of: model, upTo: last)
      return false
    }
    let texts = turns.map { String(TurnIndex.passage(of: $0).prefix(2000)) }
    let vectors = try await embedder.embed(texts, isQuery: false).map { StoredVector($0) }
    let pairs = zip(turns, vectors).map { (id: $0.id.rawValue, vector: $1) }
    _ = try await writing { try self.store.setVectors(pairs, .turn, model: model, owner: memory.owner) }
    memory.updateIndex { index in
      for (turn, vector) in zip(turns, vectors) { index.setVector(vector, of: turn.id) }
    }
    guard turns.count < Self.batch else { return true }
    memory.noteVectors(of: model, upTo: last)
    return false
  }
}
