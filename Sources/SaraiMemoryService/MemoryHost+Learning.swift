import Logging
import MemoryProtocol
import SaraiCore
import SaraiMemory
import Synchronization

// From words to facts.
extension MemoryHost {
  func learn(_ request: Sarai_Memory_V1_LearnRequest) async throws -> Sarai_Memory_V1_LearnReply {
    let lesson = try Lesson(request)
    let memory = memory(of: lesson.owner)
    let start = ContinuousClock.now
    let reply = try await memory.lessons.run {
      try await writing { try await self.learn(lesson, memory) }
    }
    learning.add(seconds: start.duration(to: .now) / .seconds(1))
    if !reply.isPaused, !reply.isReplay { embedLater(memory) }
    return reply
  }

  private func learn(_ lesson: Lesson, _ memory: OwnerMemory) async throws -> Sarai_Memory_V1_LearnReply {
    var reply = Sarai_Memory_V1_LearnReply()
    guard try !store.setting(.learningPaused, owner: lesson.owner) else {
      reply.isPaused = true
      return reply
    }
    let learnt = try await TurnLearning(lookup: store, owner: lesson.owner, parser: parser, model: model).learn(
      from: lesson.text, language: lesson.language, now: lesson.now)
    for failure in learnt.failures {
      log.debug("learnt without a second opinion", metadata: ["error": "\(SaraiError.logged(failure))"])
    }
    let read = learnt.changes
    // Who asks to forget something names it: the request would keep what it takes away.
    if lesson.source == .userInput, learnt.changes.isEmpty, try asksToForget(lesson) { return reply }
    if lesson.source == .userInput, Unkept.isAsked(in: lesson.text, language: lesson.language) { return reply }
    let isTrusted =
      try !lesson.sourceName.isEmpty && lesson.source != .userInput
      && store.setting(.trustedSources, owner: lesson.owner).contains(lesson.sourceName)
    let precedence = SourcePrecedence(lookup: store, owner: lesson.owner)
    let changes =
      try lesson.source == .userInput
      ? precedence.own(read) : precedence.others(read, from: lesson.source, areTrusted: isTrusted)
    let batch = Batch(
      owner: lesson.owner, key: lesson.key,
      turn: NewTurn(
        conversation: lesson.conversation, role: lesson.source == .userInput ? .user : .tool,
        speaker: lesson.sourceName, saidAt: lesson.saidAt, text: lesson.text),
      changes: changes,
      reply: lesson.reply.isEmpty
        ? nil
        : NewTurn(conversation: lesson.conversation, role: .assistant, saidAt: lesson.saidAt, text: lesson.reply))
    let receipt = try store.store(batch)
    reply = try self.reply(receipt, owner: lesson.owner)
    guard !receipt.isReplay else { return reply }
    memory.take(
      try [receipt.turn, receipt.reply].compactMap { id in try id.flatMap { try store.turn($0, owner: lesson.owner) } })
    if lesson.source == .userInput { news.post(lesson.owner, told: reply.facts, ended: reply.ended, said: lesson.text) }
    let count = UInt64(reply.facts.count)
    counters.withLock { counters in
      counters.turns += 1
      counters.facts += count
    }
    return reply
  }

  private func asksToForget(_ lesson: Lesson) throws -> Bool {
    try Forgetting(lookup: store, owner: lesson.owner).facts(
      askedFor: String(lesson.text.prefix(Self.longestTurn)), language: lesson.language, now: lesson.now) != nil
  }

  func add(_ request: Sarai_Memory_V1_AddFactsRequest) async throws -> Sarai_Memory_V1_LearnReply {
    let owner = try Owner(request.owner)
    let replacing = request.replaces ? Replacement.sameSubjectAndVerb : .oppositePolarity
    let changes = try request.facts.map { FactChange.add(try NewFact($0).inKeptWords, replacing: replacing) }
    return try await memory(of: owner).lessons.run {
      try await writing {
        let receipt = try self.store.store(
          Batch(owner: owner, key: request.key.isEmpty ? nil : request.key, changes: changes))
        let reply = try self.reply(receipt, owner: owner)
        if !receipt.isReplay { self.news.post(owner, told: reply.facts, ended: reply.ended) }
        return reply
      }
    }
  }

  func reply(_ receipt: Receipt, owner: Owner) throws -> Sarai_Memory_V1_LearnReply {
    var reply = Sarai_Memory_V1_LearnReply()
    if let turn = receipt.turn { reply.turn = turn.rawValue }
    if let operation = receipt.operation { reply.operation = operation.rawValue }
    reply.isReplay = receipt.isReplay
    var seen: Set<FactID> = []
    // Thousands of long facts may have ended at once: the first of them are told.
    var bytes = 0
    func facts(_ ids: [FactID]) throws -> [Sarai_Memory_V1_Fact] {
      try ids.filter { seen.insert($0).inserted }.compactMap { id in
        guard bytes < ReplyLimits.receiptBytes else { return nil }
        do {
          let fact = try store.fact(id, owner: owner)
          bytes += fact.bytes
          return Sarai_Memory_V1_Fact(fact)
        } catch let error as SaraiError where error.code == .notFound {
          // A receipt may name what was forgotten since.
          return nil
        }
      }
    }
    for outcome in receipt.outcomes {
      switch outcome {
      case .added(let id, let replaced), .confirmed(let id, let replaced):
        reply.facts += try facts([id])
        reply.ended += try facts(replaced)
      case .ended(let ids): reply.ended += try facts(ids)
      case .confidenceSet: break
      }
    }
    return reply
  }
}

/// A lesson, checked.
private struct Lesson: Sendable {
  let owner: Owner
  let conversation: String
  let text: String
  let reply: String
  let language: Language
  let now: CivilDateTime
  let saidAt: Timestamp
  let source: FactSource
  let sourceName: String
  let key: String?

  init(_ request: Sarai_Memory_V1_LearnRequest) throws {
    owner = try Owner(request.owner)
    guard request.text.contains(where: { !$0.isWhitespace }) else {
      throw SaraiError(
        .invalidRequest, es: "No hay nada que aprender: el texto está vacío.",
        en: "There is nothing to learn: the text is empty.", subject: "text")
    }
    conversation = request.conversation.isEmpty ? "main" : request.conversation
    text = request.text
    reply = request.reply
    language = Language(tag: request.language) ?? .spanish
    now = CivilDateTime(request.now)
    saidAt = Timestamp(secondsSince1970: Int(clamping: request.now.secondsSince1970))
    source = try request.source.isEmpty ? .userInput : FactSource(named: request.source)
    sourceName = request.sourceName
    key = request.key.isEmpty ? nil : request.key
  }
}
