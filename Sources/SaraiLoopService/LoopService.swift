import GRPCCore
import LoopProtocol
import SaraiCore
import SaraiLoop
import SkillProtocol

/// The contract of proto/loop.proto over an engine.
struct LoopService: Sarai_Loop_V1_Loop.SimpleServiceProtocol {
  /// Rows of one reply at most.
  private static let mostRows = 1_000

  let engine: LoopEngine
  let hands: RemoteHands
  let events: LoopEvents

  func accompany(
    request: RPCAsyncSequence<Sarai_Loop_V1_Report, any Error>,
    response: RPCWriter<Sarai_Loop_V1_Command>, context: ServerContext
  ) async throws {
    let (commands, end) = hands.begin()
    defer { end() }
    try await withRPCCancellationHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          defer { end() }
          for try await report in request {
            switch report.kind {
            case .settings(let settings):
              await events.configure(LoopSettings(settings))
              hands.watch((try? await engine.status().watchedPaths) ?? [])
            case .event(let event): await events.take(event)
            case .outcome(let outcome): hands.report(outcome)
            case nil: break
            }
          }
        }
        group.addTask { for await command in commands { try await response.write(command) } }
        try await group.waitForAll()
      }
    } onCancelRPC: {
      end()
    }
    await events.companionLeft()
  }

  func describe(
    request: Sarai_Loop_V1_DescribeRequest, context: ServerContext
  ) async throws -> Sarai_Loop_V1_Status {
    try await answering { try await status() }
  }

  private func status() async throws -> Sarai_Loop_V1_Status {
    var reply = Sarai_Loop_V1_Status(try await engine.status())
    reply.counts = try await engine.tallies().map { Sarai_Loop_V1_Count($0) }
    return reply
  }

  func pause(request: Sarai_Loop_V1_PauseRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Status {
    try await answering {
      try await engine.pause(until: request.hasUntil ? Int64(secondsSince1970: request.until) : nil)
      return try await status()
    }
  }

  func resume(request: Sarai_Loop_V1_ResumeRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Status {
    try await answering {
      try await engine.resume()
      return try await status()
    }
  }

  // MARK: - Jobs

  func listJobs(request: Sarai_Loop_V1_ListJobsRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Jobs {
    try await answering {
      var reply = Sarai_Loop_V1_Jobs()
      reply.jobs = try await engine.jobs(owner: request.owner).map { Sarai_Loop_V1_Job($0) }
      return reply
    }
  }

  func addJob(request: Sarai_Loop_V1_Job, context: ServerContext) async throws -> Sarai_Loop_V1_Job {
    try await changingJobs { try await engine.addJob(try LoopJob(request, now: SystemLoopClock().now)) }
  }

  func editJob(request: Sarai_Loop_V1_EditJobRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Job {
    try await changingJobs { try await engine.editJob(request.id, owner: request.owner, LoopJobEdit(request)) }
  }

  func removeJob(request: Sarai_Loop_V1_JobRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Job {
    try await changingJobs {
      let job = try await engine.job(request.id, owner: request.owner)
      try await engine.removeJob(request.id, owner: request.owner)
      return job
    }
  }

  func runJob(request: Sarai_Loop_V1_JobRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Action {
    try await answering {
      let key = try await engine.runNow(job: request.id, owner: request.owner)
      return Sarai_Loop_V1_Action(try await engine.outcome(of: key))
    }
  }

  private func changingJobs(_ body: () async throws -> LoopJob) async throws -> Sarai_Loop_V1_Job {
    try await answering {
      let job = try await body()
      hands.watch(try await engine.status().watchedPaths)
      return Sarai_Loop_V1_Job(job)
    }
  }

  // MARK: - What was done, and what would be

  func listActions(
    request: Sarai_Loop_V1_ListActionsRequest, context: ServerContext
  ) async throws -> Sarai_Loop_V1_Actions {
    try await answering {
      let before = request.hasBefore ? Int64(secondsSince1970: request.before) : nil
      let limit = request.limit == 0 ? 100 : min(Self.mostRows, Int(request.limit))
      var reply = Sarai_Loop_V1_Actions()
      // What others had done takes no room from what is asked for.
      reply.actions = try await engine.history(limit: Self.mostRows, before: before).filter {
        $0.action.owner == request.owner || $0.action.owner == LoopOwner.system
      }.prefix(limit).map { Sarai_Loop_V1_Action($0) }
      return reply
    }
  }

  func rehearse(request: Sarai_Loop_V1_RehearseRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Actions {
    try await answering {
      let hours = request.hours > 0 ? min(168, request.hours.rounded(.up)) : 24
      var reply = Sarai_Loop_V1_Actions()
      reply.actions = try await engine.dryRun(hours: Int(hours)).filter {
        $0.job.owner == request.owner || $0.job.owner == LoopOwner.system
      }.map { Sarai_Loop_V1_Action($0) }
      return reply
    }
  }

  // MARK: - The inbox

  func listInbox(request: Sarai_Loop_V1_ListInboxRequest, context: ServerContext) async throws -> Sarai_Loop_V1_Inbox {
    try await answering {
      let limit = request.limit == 0 ? 100 : min(Self.mostRows, Int(request.limit))
      var reply = Sarai_Loop_V1_Inbox()
      reply.items = try await engine.inbox(owner: request.owner, unreadOnly: request.unreadOnly, limit: limit)
        .map { Sarai_Loop_V1_InboxItem($0) }
      return reply
    }
  }

  func markInboxItem(
    request: Sarai_Loop_V1_MarkRequest, context: ServerContext
  ) async throws -> Sarai_Loop_V1_InboxItem {
    try await answering {
      let item = try await item(request.id, owner: request.owner)
      switch request.mark {
      case "read": try await engine.markRead([request.id], owner: request.owner)
      case "accept": try await engine.markActed(request.id, owner: request.owner)
      case "dismiss": try await engine.dismiss(request.id, owner: request.owner)
      case "never":
        try await engine.dismiss(request.id, owner: request.owner)
        try await engine.mute(item.topic, owner: request.owner)
      default:
        throw SaraiError(
          .invalidRequest, es: "«mark» es «read», «accept», «dismiss» o «never».",
          en: "\"mark\" is \"read\", \"accept\", \"dismiss\" or \"never\".", subject: "mark")
      }
      return Sarai_Loop_V1_InboxItem(try await self.item(request.id, owner: request.owner))
    }
  }

  private func item(_ id: Int64, owner: String) async throws -> InboxItem {
    guard let item = try await engine.inbox(owner: owner, limit: Self.mostRows).first(where: { $0.id == id }) else {
      throw SaraiError(
        .notFound, es: "No hay ningún aviso \(id) en este buzón; «sarai inbox» los muestra.",
        en: "There is no item \(id) in this inbox; \"sarai inbox\" shows them.", subject: "\(id)")
    }
    return item
  }

  func watchInbox(
    request: Sarai_Loop_V1_WatchInboxRequest, response: RPCWriter<Sarai_Loop_V1_InboxItem>, context: ServerContext
  ) async throws {
    let items = try await answering { try await engine.changes() }
    let task = Task {
      for await item in items where item.owner == request.owner {
        try await response.write(Sarai_Loop_V1_InboxItem(item))
      }
    }
    try await withRPCCancellationHandler {
      try await task.value
    } onCancelRPC: {
      task.cancel()
    }
  }

  private func answering<Reply: Sendable>(_ body: () async throws -> Reply) async throws -> Reply {
    do { return try await body() } catch { throw Sarai_Skills_V1_ErrorDetail.rpcError(error) }
  }
}

extension Sarai_Loop_V1_Status {
  init(_ status: LoopStatus) {
    self.init()
    state = status.state.rawValue
    if let until = status.pausedUntil { pausedUntil = until.seconds }
    jobs = UInt64(clamping: status.jobs)
    waiting = UInt64(clamping: status.waiting)
    running = status.running.map(\.action.key)
    if let next = status.next {
      nextAt = next.at.seconds
      nextAction = next.action.rawValue
    }
    endedActions = UInt64(clamping: status.endedActions)
    usefulActions = UInt64(clamping: status.usefulActions)
    suspendedJobs = UInt64(clamping: status.suspendedJobs)
    unread = Dictionary(uniqueKeysWithValues: status.unread.map { ($0.key.rawValue, UInt64(clamping: $0.value)) })
    uptimeSeconds = max(0, SystemLoopClock().now.seconds - status.startedAt.seconds)
    zone = status.zone
    faultEs = status.fault?.es ?? ""
    faultEn = status.fault?.en ?? ""
    rowsSetAside = UInt64(clamping: status.rowsSetAside)
  }
}

extension Sarai_Loop_V1_Count {
  init(_ tally: LoopTally) {
    self.init()
    action = tally.action.rawValue
    outcome = tally.outcome.rawValue
    useful = tally.isUseful
    count = UInt64(clamping: tally.count)
    seconds = tally.milliseconds.seconds
    gains = Dictionary(uniqueKeysWithValues: tally.gains.map { ($0.key.rawValue, Double($0.value)) })
  }
}
