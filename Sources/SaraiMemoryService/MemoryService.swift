import GRPCCore
import Logging
import MemoryProtocol
import SaraiCore
import SaraiMemory
import SkillProtocol
import Synchronization

/// The contract of proto/memory.proto over a host.
struct MemoryService: Sarai_Memory_V1_Memory.SimpleServiceProtocol {
  typealias Memory = MemoryHost

  let host: MemoryHost

  func describe(
    request: Sarai_Memory_V1_DescribeRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_DescribeReply {
    var reply = Sarai_Memory_V1_DescribeReply()
    reply.version = SaraiVersion.current
    reply.noticeEs = host.notice?.es ?? ""
    reply.noticeEn = host.notice?.en ?? ""
    reply.waits = host.waits.message
    reply.learning = host.learning.message
    host.counters.withLock { counters in
      reply.turnsLearnt = counters.turns
      reply.factsLearnt = counters.facts
      reply.answers = counters.answers
      reply.knownAnswers = counters.known
      reply.unknownAnswers = counters.unknown
      reply.contradictoryAnswers = counters.contradictory
      reply.vacuums = counters.vacuums
      reply.vacuumSavedBytes = counters.vacuumSavedBytes
    }
    return reply
  }

  // MARK: - A turn

  func learn(
    request: Sarai_Memory_V1_LearnRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_LearnReply {
    // What was said is kept even where the one who sent it leaves.
    try await answering { try await host.learn(request) }
  }

  func respond(
    request: Sarai_Memory_V1_RespondRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_RespondReply {
    try await answering { try await host.respond(request) }
  }

  func recall(
    request: Sarai_Memory_V1_RecallRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_RecallReply {
    try await answering { try await untilCallerLeaves { try await host.recall(request) } }
  }

  // MARK: - Facts

  func listFacts(
    request: Sarai_Memory_V1_ListFactsRequest, response: RPCWriter<Sarai_Memory_V1_ListFactsReply>,
    context: ServerContext
  ) async throws {
    try await answering {
      let query = try FactQuery(request)
      let facts = try await host.reading { try host.store.recall(query) }
      guard facts.reduce(0, { $0 + $1.bytes }) <= ReplyLimits.listBytes else { throw ReplyLimits.tooLong }
      for part in ReplyLimits.parts(facts) {
        var reply = Sarai_Memory_V1_ListFactsReply()
        reply.facts = part.map { Sarai_Memory_V1_Fact($0) }
        try await response.write(reply)
      }
    }
  }

  func watchFacts(
    request: Sarai_Memory_V1_WatchFactsRequest, response: RPCWriter<Sarai_Memory_V1_FactNews>, context: ServerContext
  ) async throws {
    let news = host.news.join()
    try await withRPCCancellationHandler {
      for await piece in news.stream { try await response.write(piece) }
    } onCancelRPC: {
      news.leave()
    }
  }

  func why(request: Sarai_Memory_V1_FactRequest, context: ServerContext) async throws -> Sarai_Memory_V1_WhyReply {
    try await answering {
      let owner = try Owner(request.owner)
      let why = try await host.reading { try host.store.why(FactID(rawValue: request.id), owner: owner) }
      var reply = Sarai_Memory_V1_WhyReply()
      reply.fact = Sarai_Memory_V1_Fact(why.fact)
      if let turn = why.turn { reply.turn = Sarai_Memory_V1_Turn(turn) }
      reply.replaced = ReplyLimits.first(why.replaced).map { Sarai_Memory_V1_Fact($0) }
      if let next = why.replacedBy { reply.replacedBy = Sarai_Memory_V1_Fact(next) }
      reply.operations = why.operations.map { Sarai_Memory_V1_Operation($0) }
      return reply
    }
  }

  func addFacts(
    request: Sarai_Memory_V1_AddFactsRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_LearnReply {
    try await answering { try await host.add(request) }
  }

  func editFact(
    request: Sarai_Memory_V1_EditFactRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_Fact {
    try await changing(request.owner) { owner in
      let fact = Sarai_Memory_V1_Fact(
        try host.store.edit(FactID(rawValue: request.id), FactEdit(request), owner: owner))
      host.news.post(owner, told: [fact], gone: fact.id == request.id ? [] : [request.id])
      return fact
    }
  }

  func confirmFact(
    request: Sarai_Memory_V1_FactRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_Fact {
    try await changing(request.owner) { owner in
      let id = FactID(rawValue: request.id)
      try host.store.confirm(id, owner: owner, replacing: .oppositePolarity)
      return Sarai_Memory_V1_Fact(try host.store.fact(id, owner: owner))
    }
  }

  func undo(request: Sarai_Memory_V1_UndoRequest, context: ServerContext) async throws -> Sarai_Memory_V1_Operation {
    try await changing(request.owner) { owner in
      let operation = request.hasOperation ? OperationID(rawValue: request.operation) : nil
      return Sarai_Memory_V1_Operation(try host.store.undo(owner, operation: operation))
    }
  }

  func forget(
    request: Sarai_Memory_V1_ForgetRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_ForgetReply {
    try await answering {
      let owner = try Owner(request.owner)
      var (facts, turns) = try await host.reading { try host.named(in: request, owner: owner) }
      guard !request.isRehearsal else {
        return try await host.reading { [facts, turns] in try host.rehearsal(facts, turns, owner) }
      }
      for isLast in [false, false, true] {
        guard request.everything || !facts.isEmpty || !turns.isEmpty else { break }
        let asked = ForgetRequest(
          owner: owner, facts: facts, turns: turns, includesMentions: request.includesMentions,
          everything: request.everything)
        do {
          return Sarai_Memory_V1_ForgetReply(try await host.forget(asked, host.memory(of: owner)), of: asked)
        } catch let fault as SaraiError where fault.code == .notFound && !request.text.isEmpty && !isLast {
          // What the words named went with another forgetting meanwhile: they may still name something.
          (facts, turns) = try await host.reading { try host.named(in: request, owner: owner) }
        }
      }
      return Sarai_Memory_V1_ForgetReply()
    }
  }

  func listOperations(
    request: Sarai_Memory_V1_ListOperationsRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_ListOperationsReply {
    try await answering {
      let owner = try Owner(request.owner)
      var reply = Sarai_Memory_V1_ListOperationsReply()
      reply.operations = try await host.reading {
        try host.store.operations(of: owner, limit: request.limit == 0 ? 20 : Int(min(1000, request.limit)))
      }.map { Sarai_Memory_V1_Operation($0) }
      return reply
    }
  }

  func configure(
    request: Sarai_Memory_V1_ConfigureRequest, context: ServerContext
  ) async throws -> Sarai_Memory_V1_Settings {
    try await changing(request.owner) { owner in
      if request.hasIsPaused { try host.store.setSetting(.learningPaused, request.isPaused, owner: owner) }
      let proposed = request.hasTrusted ? try host.store.setTrusted(Set(request.trusted.names), owner: owner) : 0
      return Sarai_Memory_V1_Settings(
        isPaused: try host.store.setting(.learningPaused, owner: owner),
        trusted: try host.store.setting(.trustedSources, owner: owner), proposed: proposed)
    }
  }

  // MARK: -

  /// A change of one owner's facts, after all that they said before.
  private func changing<Reply: Sendable>(
    _ owner: String, _ body: @escaping @Sendable (Owner) throws -> Reply
  ) async throws -> Reply {
    try await answering {
      let owner = try Owner(owner)
      return try await host.memory(of: owner).lessons.run { try await host.writing { try body(owner) } }
    }
  }

  func answering<Reply: Sendable>(_ body: () async throws -> Reply) async throws -> Reply {
    do {
      return try await body()
    } catch {
      if !(error is SaraiError), !(error is CancellationError) { host.log.error("memory: \(error)") }
      throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
    }
  }
}
