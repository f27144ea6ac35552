import GRPCCore
import Glibc
import SaraiCore
import SaraiModels
import SaraiSkills
import SkillProtocol

/// The contract of proto/supervisor.proto over the pools.
struct SupervisorService: Sarai_Supervisor_V1_Supervisor.SimpleServiceProtocol {
  let models: ModelPool
  let skills: SkillPool
  let memory: MemoryProcess
  let loop: LoopParts
  /// Nil where the API is run by others.
  let api: ServeRole?
  let attendance: Attendance
  let started = ContinuousClock.now
  /// `phoenix.skill_runtime` as it holds here.
  let skillRuntime: String
  /// Reads a client's settings, takes them where they hold, and returns what the client has to know.
  let configure: @Sendable (Sarai_Supervisor_V1_Settings, _ holds: Bool) async throws -> Localized?
  let stop: @Sendable (Supervisor.End) -> Void

  func describe(
    request: Sarai_Supervisor_V1_DescribeRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_DescribeReply {
    var reply = Sarai_Supervisor_V1_DescribeReply()
    reply.version = SaraiVersion.current
    reply.build = Build.current
    reply.pid = getpid()
    reply.uptimeSeconds = started.duration(to: .now) / .seconds(1)
    reply.clients = UInt32(clamping: attendance.count)
    reply.engines = await models.ps().map(Sarai_Supervisor_V1_Engine.init)
    reply.skills = await skills.status().bySkill.map(Sarai_Supervisor_V1_SkillStatus.init)
    reply.skillRuntime = skillRuntime
    if let status = await memory.status() { reply.memory = status }
    if let status = await loop.status() { reply.loop = status }
    return reply
  }

  func attend(
    request: RPCAsyncSequence<Sarai_Supervisor_V1_AttendRequest, any Error>,
    response: RPCWriter<Sarai_Supervisor_V1_AttendReply>, context: ServerContext
  ) async throws {
    let (notices, leave) = attendance.join()
    defer { leave() }
    let turns = loop.attend()
    defer { turns.leave() }
    try await withRPCCancellationHandler {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          // A client that leaves ends its side; one that dies breaks it.
          defer { leave() }
          var isServer = false
          defer { if isServer { attendance.serverLeft() } }
          for try await message in request {
            if message.hasTurn { turns.turn(message.turn) }
            guard message.hasSettings else { continue }
            if message.settings.isServer, !isServer {
              isServer = true
              attendance.serverCame()
            }
            do {
              let notice = try await configure(message.settings, isServer || !attendance.hasServer)
              if let notice { try await response.write(Sarai_Supervisor_V1_AttendReply(notice)) }
            } catch {
              throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
            }
          }
        }
        group.addTask {
          for await notice in notices {
            try await response.write(Sarai_Supervisor_V1_AttendReply(notice))
          }
        }
        try await group.waitForAll()
      }
    } onCancelRPC: {
      leave()
    }
  }

  // MARK: - Models

  func listModels(
    request: Sarai_Supervisor_V1_ListModelsRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_ListModelsReply {
    attendance.note()
    var reply = Sarai_Supervisor_V1_ListModelsReply()
    reply.models = await models.models().map(Sarai_Supervisor_V1_Model.init)
    return reply
  }

  func holdEngine(
    request: RPCAsyncSequence<Sarai_Supervisor_V1_HoldEngineRequest, any Error>,
    response: RPCWriter<Sarai_Supervisor_V1_HoldEngineReply>, context: ServerContext
  ) async throws {
    let (_, leave) = attendance.join()
    defer { leave() }
    do {
      var messages = request.makeAsyncIterator()
      guard case .hold(let hold)? = try await messages.next()?.step else {
        throw SaraiError(
          .invalidRequest, es: "La llamada debe empezar por «hold».", en: "The call has to begin with \"hold\".")
      }
      let failures = hold.failures.map { ModelPool.CandidateFailure(id: $0.id, error: SaraiError($0.error)) }
      let held = try await models.hold(hold.model, kind: ModelSummary.Kind(rawValue: hold.kind), after: failures)
      var reply = Sarai_Supervisor_V1_HoldEngineReply()
      switch held {
      case .remote(let id):
        reply.remote = id
        try await response.write(reply)
      case .engine(let engine):
        reply.engine.model = engine.model
        reply.engine.socket = engine.socket
        reply.engine.contextTokens = Int64(engine.contextTokens)
        try await lend(engine, reply, to: response) { try await messages.next()?.step }
      }
    } catch {
      throw Sarai_Skills_V1_ErrorDetail.rpcError(error)
    }
  }

  /// Keeps the engine for the client until it says that it is done, leaves, or the engine ends.
  private func lend(
    _ engine: ModelPool.HeldEngine, _ reply: Sarai_Supervisor_V1_HoldEngineReply,
    to response: RPCWriter<Sarai_Supervisor_V1_HoldEngineReply>,
    next: () async throws -> Sarai_Supervisor_V1_HoldEngineRequest.OneOf_Step?
  ) async throws {
    do {
      try await response.write(reply)
      // Told by a task beside, for this one reads.
      let teller = Task {
        guard let error = try await engine.failure() else { return }
        var last = Sarai_Supervisor_V1_HoldEngineReply()
        last.ended = Sarai_Skills_V1_ErrorDetail(error)
        try await response.write(last)
      }
      defer { teller.cancel() }
      if case .result(let result)? = try await next() {
        await engine.release(summary: result.summary, error: result.error)
      } else {
        await engine.release()
      }
    } catch {
      await engine.release(summary: nil, error: SaraiError(.cancelled, es: "cancelada", en: "cancelled", cause: error))
      throw error
    }
  }

  func listMetrics(
    request: Sarai_Supervisor_V1_ListMetricsRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_ListMetricsReply {
    var reply = Sarai_Supervisor_V1_ListMetricsReply()
    let samples = await models.samples() + skills.samples() + loop.samples() + samples()
    reply.samples = samples.map(Sarai_Supervisor_V1_Sample.init)
    return reply
  }

  func stop(
    request: Sarai_Supervisor_V1_StopRequest, context: ServerContext
  ) async throws -> Sarai_Supervisor_V1_StopReply {
    stop(request.isReplaced ? .replaced : .asked)
    return Sarai_Supervisor_V1_StopReply()
  }
}
