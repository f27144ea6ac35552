package import GRPCCore
package import GRPCNIOTransportHTTP2Posix
package import SaraiCore
import SkillProtocol

/// A memory in another process, over its unix socket.
package final class MemoryClient: MemoryKeeping {
  package typealias Service = Sarai_Memory_V1_Memory.Client<HTTP2ClientTransport.Posix>

  /// The process at the other end is gone, or was never there.
  private struct Gone: Error {
    var cause: any Error
  }

  /// How long a turn waits for what is still being learnt.
  package static let waitSeconds = 3.0

  /// How long a call waits for a process in the place of one that ended; how long that one starts does not count.
  private static let comebackSeconds = 3.0

  /// What one message of this contract may hold, either way: a turn of the greatest length in JSON with every character
  /// escaped, and a second one.
  package static let messageBytes = 128 << 20

  /// Gives a connection; a new one after `Gone`.
  private let connection: @Sendable () async throws -> GRPCClient<HTTP2ClientTransport.Posix>
  /// Told of a connection that found nobody at the other end.
  private let lost: @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) -> Void
  private let forgotten: Forgotten?

  /// Takes what was forgotten of an owner out of what is kept beside the memory; nil where nothing of theirs is.
  package typealias Forgotten = @Sendable (_ forgotten: MemoryForgotten, _ owner: String) -> ForgottenElsewhere?

  /// - Parameter forgotten: Called before a forgetting is acknowledged.
  package init(
    connection: @escaping @Sendable () async throws -> GRPCClient<HTTP2ClientTransport.Posix>,
    lost: @escaping @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) -> Void, forgotten: Forgotten? = nil
  ) {
    self.connection = connection
    self.lost = lost
    self.forgotten = forgotten
  }

  // MARK: - A turn

  package func learn(_ lesson: MemoryLesson) async throws -> MemoryLearnt {
    // Made once: its key names it, however often it is sent.
    let request = Sarai_Memory_V1_LearnRequest(lesson)
    return MemoryLearnt(try await call { [request] in try await $0.learn(request, options: $1) })
  }

  package func respond(to question: MemoryQuestion) async throws -> MemoryReply? {
    var request = Sarai_Memory_V1_RespondRequest()
    request.owner = question.owner
    request.text = question.text
    request.language = question.language.rawValue
    request.now = Sarai_Memory_V1_Clock(question.now)
    request.waitSeconds = Self.waitSeconds
    request.mayChange = question.mayChange
    request.acknowledges = question.acknowledges.map(\.rawValue)
    request.conversation = question.conversation
    // What was forgotten at the first attempt would not be found at the second.
    if question.mayChange {
      let message = try await callOnce { [request] in try await $0.respond(request, options: $1) }
      var reply = MemoryReply(message)
      if message.hasForgotten, let language = reply?.language,
        let told = forgotten?(MemoryForgotten(message.forgotten), question.owner)?.sentence
      {
        reply?.text += " " + told[language]
      }
      return reply
    }
    return MemoryReply(try await call { [request] in try await $0.respond(request, options: $1) })
  }

  package func recall(_ question: MemoryQuestion, limits: RecallLimits) async throws -> MemoryRecall {
    var request = Sarai_Memory_V1_RecallRequest()
    request.owner = question.owner
    request.question = question.text
    request.language = question.language.rawValue
    request.now = Sarai_Memory_V1_Clock(question.now)
    request.waitSeconds = Self.waitSeconds
    request.facts = UInt32(clamping: limits.facts)
    request.turns = UInt32(clamping: limits.turns)
    request.exceptConversation = question.conversation
    request.includesPrivate = limits.includesPrivate
    let reply = try await call { [request] in try await $0.recall(request, options: $1) }
    return MemoryRecall(
      facts: reply.facts.map { MemoryFact($0) }, turns: reply.turns.map { MemoryTurn($0.turn, score: $0.score) },
      notes: reply.notes, language: Language(tag: reply.language) ?? question.language)
  }

  // MARK: - Facts

  package func facts(_ query: MemoryQuery) async throws -> [MemoryFact] {
    try await call { service, options in
      try await service.listFacts(Sarai_Memory_V1_ListFactsRequest(query), options: options) { response in
        var facts: [MemoryFact] = []
        for try await part in response.messages { facts += part.facts.map { MemoryFact($0) } }
        return facts
      }
    }
  }

  package func add(_ facts: [MemoryFact], owner: String, replaces: Bool) async throws -> MemoryLearnt {
    var request = Sarai_Memory_V1_AddFactsRequest()
    request.owner = owner
    request.facts = facts.map { Sarai_Memory_V1_Fact($0) }
    request.replaces = replaces
    request.key = MemoryLesson.newKey()
    return MemoryLearnt(try await call { [request] in try await $0.addFacts(request, options: $1) })
  }

  package func why(_ id: Int64, owner: String) async throws -> MemoryWhy {
    let reply = try await call { try await $0.why(Self.fact(id, owner), options: $1) }
    return MemoryWhy(
      fact: MemoryFact(reply.fact), turn: reply.hasTurn ? MemoryTurn(reply.turn) : nil,
      replaced: reply.replaced.map { MemoryFact($0) },
      replacedBy: reply.hasReplacedBy ? MemoryFact(reply.replacedBy) : nil,
      operations: reply.operations.map { MemoryOperation($0) })
  }

  package func edit(_ id: Int64, _ edit: MemoryEdit, owner: String) async throws -> MemoryFact {
    MemoryFact(
      try await callOnce { try await $0.editFact(Sarai_Memory_V1_EditFactRequest(id, edit, owner: owner), options: $1) }
    )
  }

  package func confirm(_ id: Int64, owner: String) async throws -> MemoryFact {
    MemoryFact(try await callOnce { try await $0.confirmFact(Self.fact(id, owner), options: $1) })
  }

  package func forget(_ request: MemoryForgetting) async throws -> MemoryForgotten {
    let message = Sarai_Memory_V1_ForgetRequest(request)
    guard !request.isRehearsal else {
      return MemoryForgotten(try await call { [message] in try await $0.forget(message, options: $1) })
    }
    let before = try await prepare(request)
    var receipt = MemoryForgotten(try await callOnce { [message] in try await $0.forget(message, options: $1) })
    guard request.everything || !receipt.facts.isEmpty || !receipt.turns.isEmpty else { return receipt }
    receipt.isEverything = request.everything
    receipt.elsewhere = forgotten?(receipt, request.owner)
    receipt.elsewhere?.messages += before?.messages ?? 0
    receipt.elsewhere?.lines += before?.lines ?? 0
    if let fault = receipt.elsewhere?.fault {
      throw SaraiError(
        fault.code,
        Localized(
          es: "Ya no está en la memoria, pero en tus conversaciones guardadas aún puede quedar: \(fault.message.es)",
          en: "It is gone from the memory, but may still be in your kept conversations: \(fault.message.en)"),
        subject: fault.subject, cause: fault.cause)
    }
    return receipt
  }

  /// Takes what is named out of what is kept beside the memory while the memory still knows it: a command that is killed
  /// in between can be given again.
  private func prepare(_ request: MemoryForgetting) async throws -> ForgottenElsewhere? {
    guard let forgotten, !request.everything else { return nil }
    var rehearsal = Sarai_Memory_V1_ForgetRequest(request)
    rehearsal.isRehearsal = true
    var plan: MemoryForgotten
    do {
      plan = MemoryForgotten(try await call { [rehearsal] in try await $0.forget(rehearsal, options: $1) })
    } catch let fault as SaraiError where fault.code == .notFound && !request.text.isEmpty {
      // It went with another forgetting while it was looked up.
      return nil
    }
    plan.includesMentions = request.includesMentions
    return plan.facts.isEmpty && plan.turns.isEmpty ? nil : forgotten(plan, request.owner)
  }

  package func undo(_ operation: Int64?, owner: String) async throws -> MemoryOperation {
    var request = Sarai_Memory_V1_UndoRequest()
    request.owner = owner
    if let operation { request.operation = operation }
    return MemoryOperation(try await callOnce { [request] in try await $0.undo(request, options: $1) })
  }

  package func operations(owner: String, limit: Int) async throws -> [MemoryOperation] {
    var request = Sarai_Memory_V1_ListOperationsRequest()
    request.owner = owner
    request.limit = UInt32(clamping: limit)
    return try await call { [request] in try await $0.listOperations(request, options: $1) }.operations
      .map { MemoryOperation($0) }
  }

  package func configure(isPaused: Bool?, trusted: [String]?, owner: String) async throws -> MemorySettings {
    var request = Sarai_Memory_V1_ConfigureRequest()
    request.owner = owner
    if let isPaused { request.isPaused = isPaused }
    if let trusted { request.trusted.names = trusted }
    let reply = try await call { [request] in try await $0.configure(request, options: $1) }
    return MemorySettings(isPaused: reply.isPaused, trusted: reply.trusted, proposed: Int(reply.proposed))
  }

  private static func fact(_ id: Int64, _ owner: String) -> Sarai_Memory_V1_FactRequest {
    var request = Sarai_Memory_V1_FactRequest()
    request.id = id
    request.owner = owner
    return request
  }

  /// What is told and forgotten from now on, of everybody, until the memory's process ends or the task is cancelled.
  package func watchFacts(_ news: @escaping @Sendable (Sarai_Memory_V1_FactNews) -> Void) async throws {
    try await callOnce { service, options in
      try await service.watchFacts(Sarai_Memory_V1_WatchFactsRequest(), options: options) { response in
        for try await piece in response.messages { news(piece) }
      }
    }
  }

  // MARK: - The keeper

  package func describe() async throws -> Sarai_Memory_V1_DescribeReply {
    try await call { try await $0.describe(Sarai_Memory_V1_DescribeRequest(), options: $1) }
  }

  package func export(
    owner: String, includesPrivate: Bool, lines: @escaping @Sendable ([String]) throws -> Void
  ) async throws {
    var request = Sarai_Memory_V1_ExportRequest()
    request.owner = owner
    request.includesPrivate = includesPrivate
    try await callOnce { [request] service, options in
      try await service.exportLines(request, options: options) { response in
        for try await part in response.messages { try lines(part.lines) }
      }
    }
  }

  package func importLines(
    owner: String, next: @escaping @Sendable () throws -> [String]
  ) async throws -> MemoryImport {
    let source = Source()
    let reply = try await source.telling {
      try await callOnce { service, options in
        try await service.importLines(options: options) { writer in
          var request = Sarai_Memory_V1_ImportRequest()
          request.owner = owner
          repeat {
            request.lines = try source.read(next)
            try await writer.write(request)
          } while !request.lines.isEmpty
        }
      }
    }
    return MemoryImport(
      factsAdded: Int(reply.factsAdded), alreadyKnown: Int(reply.alreadyKnown), turnsAdded: Int(reply.turnsAdded))
  }

  package func backups() async throws -> [MemoryBackup] {
    try await call { try await $0.listBackups(Sarai_Memory_V1_ListBackupsRequest(), options: $1) }.backups
      .map { MemoryBackup($0) }
  }

  package func backup(content: (@Sendable ([UInt8]) throws -> Void)?) async throws -> MemoryBackup {
    var request = Sarai_Memory_V1_BackupRequest()
    request.sendsContent = content != nil
    return try await callOnce { [request] service, options in
      try await service.backup(request, options: options) { response in
        var made: MemoryBackup?
        for try await message in response.messages {
          switch message.part {
          case .file(let file): made = MemoryBackup(file)
          case .content(let bytes): try content?([UInt8](bytes))
          case nil: break
          }
        }
        guard let made else { throw Self.misbehaved("a backup without a name") }
        return made
      }
    }
  }

  package func restore(_ source: MemoryRestoration) async throws -> MemoryStatistics {
    let file = Source()
    let reply = try await file.telling {
      try await callOnce { service, options in
        try await service.restore(options: options) { writer in
          var request = Sarai_Memory_V1_RestoreRequest()
          switch source {
          case .kept(let name):
            request.name = name
            try await writer.write(request)
          case .file(let next):
            while case let bytes = try file.read(next), !bytes.isEmpty {
              request.content = .init(bytes)
              try await writer.write(request)
            }
          }
        }
      }
    }
    return MemoryStatistics(reply.statistics)
  }

  package func vacuum() async throws -> MemoryVacuum {
    let reply = try await callOnce { try await $0.vacuum(Sarai_Memory_V1_VacuumRequest(), options: $1) }
    return MemoryVacuum(
      bytesBefore: Int(reply.bytesBefore), bytesAfter: Int(reply.bytesAfter),
      duplicatesRemoved: Int(reply.duplicatesRemoved), termsRemoved: Int(reply.termsRemoved))
  }

  package func rotate(days: Int) async throws -> MemoryRotation {
    var request = Sarai_Memory_V1_RotateRequest()
    request.days = Int64(days)
    let reply = try await callOnce { [request] in try await $0.rotate(request, options: $1) }
    return MemoryRotation(factsRemoved: Int(reply.factsRemoved), turnsRemoved: Int(reply.turnsRemoved))
  }

  package func statistics() async throws -> MemoryStatistics {
    MemoryStatistics(try await call { try await $0.measure(Sarai_Memory_V1_MeasureRequest(), options: $1) })
  }

  // MARK: - Errors

  /// Makes a call, and once more where the process had ended since the last one: whatever is called twice has a key or
  /// changes nothing the second time. What is not so goes through `callOnce`.
  private func call<Reply: Sendable>(
    _ body: @Sendable (Service, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    do {
      return try await attempt(body)
    } catch is Gone {
      try await comeBack()
      do {
        return try await attempt(body)
      } catch let gone as Gone {
        throw Self.misbehaved("\(gone.cause)")
      }
    }
  }

  /// Waits until a process answers again after one that ended: whether it has ended is known a moment later than its
  /// connections are.
  private func comeBack() async throws {
    let end = ContinuousClock.now + .seconds(Self.comebackSeconds)
    var pause = Duration.milliseconds(5)
    while true {
      do {
        _ = try await attempt { try await $0.describe(Sarai_Memory_V1_DescribeRequest(), options: $1) }
        return
      } catch let gone as Gone {
        guard .now < end else { throw Self.misbehaved("\(gone.cause)") }
      }
      try await Task.sleep(for: pause)
      pause = min(pause * 2, .milliseconds(200))
    }
  }

  /// Makes a call that must not be made twice, on a connection that was just seen to answer.
  private func callOnce<Reply: Sendable>(
    _ body: @Sendable (Service, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    _ = try await describe()
    do {
      return try await attempt(body)
    } catch let gone as Gone {
      throw Self.misbehaved("\(gone.cause)")
    }
  }

  private func attempt<Reply: Sendable>(
    _ body: @Sendable (Service, CallOptions) async throws -> Reply
  ) async throws -> Reply {
    var options = CallOptions.defaults
    options.waitForReady = false
    options.maxRequestMessageBytes = Self.messageBytes
    options.maxResponseMessageBytes = Self.messageBytes
    let connection = try await connection()
    do {
      return try await body(Service(wrapping: connection), options)
    } catch let error as RPCError {
      if let detail = Sarai_Skills_V1_ErrorDetail(error) { throw SaraiError(detail) }
      if Task.isCancelled || error.code == .cancelled { throw CancellationError() }
      // What the caller's own closure threw comes wrapped.
      if let own = error.cause as? SaraiError { throw own }
      guard error.code == .unavailable || error.code == .unknown else { throw Self.misbehaved("\(error)") }
      lost(connection)
      throw Gone(cause: error)
    }
  }

  private static func misbehaved(_ cause: String) -> SaraiError {
    SaraiError(
      .engineFailed,
      Localized(
        es: "La memoria de SARAi no respondió. Vuelve a intentarlo; si se repite, «sarai doctor» ayuda a encontrar la "
          + "causa.",
        en: "SARAi's memory did not answer. Try again; if it goes on, \"sarai doctor\" helps to find the cause."),
      cause: cause)
  }
}
