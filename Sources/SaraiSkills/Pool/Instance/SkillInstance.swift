import Glibc
import GRPCCore
import SaraiCore
import SaraiSandbox
import SkillProtocol
import Synchronization

/// One process of a skill, from its launch until nothing is left of it.
final class SkillInstance: Sendable {
  /// What an instance is started from.
  struct Start: Sendable {
    var skill: String
    var launch: SandboxLaunch
    var limits: SkillLimits
    var generation: UInt64
  }

  private struct Load {
    var running = 0
    var isDraining = false
    var lastUsed = ContinuousClock.now
    var idle: [OneShot<Void>] = []
    var budget = ProcessorBudget()
    /// Why the pool ends it, where that is the skill's own fault.
    var verdict: SaraiError?
  }

  let start: Start
  let started = ContinuousClock.now
  /// From the launch until it said that it answers.
  let startSeconds: Double
  let session: KeptSession
  /// Set when nothing is left of the process.
  let ended = OneShot<SandboxExit>()
  private let process: any SandboxedProcess
  private let connection: SkillConnection
  private let log: SkillLogBook
  private let load = Mutex(Load())

  private init(
    start: Start, startSeconds: Double, process: any SandboxedProcess, connection: SkillConnection, log: SkillLogBook
  ) {
    self.start = start
    self.startSeconds = startSeconds
    self.process = process
    self.connection = connection
    self.log = log
    session = KeptSession(connection, replyBytes: Self.replyBytes(start.limits))
  }

  /// What a reply may have besides its output: ids, usage, an error.
  private static func replyBytes(_ limits: SkillLimits) -> Int { limits.outputKiB << 10 + 64 << 10 }

  // MARK: - Start

  /// Starts a process and waits until it answers.
  ///
  /// - Throws: `SaraiError`: the backend's, the skill's own, `skillFailed`, `timeout`. Nothing is left then.
  static func start(_ start: Start, backend: any SandboxBackend, log: SkillLogBook) async throws -> SkillInstance {
    let began = ContinuousClock.now
    let output = SkillOutput(skill: start.skill, log: log)
    let process = try await backend.launch(start.launch) { output.receive($0) }
    let exit = Task {
      let exit = await process.waitForExit()
      output.startup.set(.failure(SkillFaults.didNotStart(start.skill, exit, log: log.tail)))
      return exit
    }
    do {
      let left = start.limits.startSeconds - began.secondsAgo
      try await withDeadline(
        seconds: max(0.01, left),
        expired: { SkillFaults.notReady(start.skill, seconds: start.limits.startSeconds, log: log.tail) },
        { try await output.startup.waitOrCancel().get() })
      let instance = SkillInstance(
        start: start, startSeconds: began.secondsAgo, process: process,
        connection: try await connect(to: process, start), log: log)
      Task { instance.ended.set(await exit.value) }
      return instance
    } catch {
      await process.terminate(graceSeconds: 0)
      throw error
    }
  }

  private static func connect(to process: any SandboxedProcess, _ start: Start) async throws -> SkillConnection {
    guard let socket = process.socket else { throw SkillFaults.unreachable(start.skill, "no socket") }
    let pid = process.pid
    do {
      // The folder of the socket belongs to the skill, which could lay a link there: what counts is who listens.
      return try await SkillConnection(socket: socket) { $0.process == pid }
    } catch let error as SkillConnection.WrongPeer {
      throw SkillFaults.wrongPeer(start.skill, "\(error)")
    } catch {
      try Task.checkCancellation()
      throw SkillFaults.unreachable(start.skill, "\(error)")
    }
  }

  var pid: Int32 { process.pid }
  var skill: String { start.skill }

  // MARK: - Who uses it

  /// A call's place; false where it takes no more calls.
  func reserve() -> Bool {
    guard session.ended.value == nil, ended.value == nil else { return false }
    return load.withLock { load in
      guard !load.isDraining else { return false }
      load.running += 1
      load.lastUsed = .now
      load.budget.begin(seconds: start.limits.cpuSeconds)
      return true
    }
  }

  func release() {
    let idle: [OneShot<Void>] = load.withLock { load in
      load.running -= 1
      load.lastUsed = .now
      guard load.running == 0 else { return [] }
      load.budget.end()
      defer { load.idle = [] }
      return load.idle
    }
    for waiter in idle { waiter.set(()) }
  }

  var running: Int { load.withLock { $0.running } }
  var isDraining: Bool { load.withLock { $0.isDraining } }
  var idleSeconds: Double { load.withLock { $0.running > 0 ? 0 : $0.lastUsed.secondsAgo } }
  var takesCalls: Bool { session.ended.value == nil && ended.value == nil && !isDraining }

  /// Takes no more calls; returns once those under way have ended.
  func drain() async {
    let idle = OneShot<Void>()
    let isIdle = load.withLock { load in
      load.isDraining = true
      if load.running > 0 { load.idle.append(idle) }
      return load.running == 0
    }
    if !isIdle { await idle.wait() }
  }

  /// Takes it if nobody uses it; false where somebody does.
  func retireIfIdle() -> Bool {
    load.withLock { load in
      guard load.running == 0, !load.isDraining else { return false }
      load.isDraining = true
      return true
    }
  }

  // MARK: - Calls

  /// One request over the kept stream.
  func infer(_ request: Sarai_Skills_V1_InferRequest, deadline: ContinuousClock.Instant) async -> KeptSession.Outcome {
    await session.infer(request, deadline: deadline)
  }

  /// One request over a call of its own, with its output as it arises.
  ///
  /// - Parameter observe: Gets every event, the reply as the last.
  /// - Throws: `RPCError`, what `observe` throws, `CancellationError`.
  func inferStream(
    _ request: Sarai_Skills_V1_InferRequest, timeoutSeconds: Double,
    observe: @escaping @Sendable (Sarai_Skills_V1_InferEvent) async throws -> Void
  ) async throws {
    try await connection.calls.inferStream(
      request, options: .limits(replyBytes: Self.replyBytes(start.limits), timeoutSeconds: timeoutSeconds)
    ) { response in
      for try await event in response.messages { try await observe(event) }
    }
  }

  func describe(
    _ request: Sarai_Skills_V1_DescribeRequest = .init(), timeoutSeconds: Double
  ) async throws -> Sarai_Skills_V1_DescribeReply {
    try await connection.calls.describe(request, options: .limits(replyBytes: 1 << 20, timeoutSeconds: timeoutSeconds))
  }

  /// Has the process read its configuration and data again.
  ///
  /// - Throws: `RPCError`; it goes on with what it had.
  func reload(timeoutSeconds: Double) async throws -> Sarai_Skills_V1_ReloadReply {
    try await connection.calls.reload(.init(), options: .limits(replyBytes: 1 << 20, timeoutSeconds: timeoutSeconds))
  }

  /// True where it says that it serves.
  func isHealthy(timeoutSeconds: Double) async -> Bool {
    let reply = try? await connection.health.check(
      .init(), options: .limits(replyBytes: 64 << 10, timeoutSeconds: timeoutSeconds))
    return reply?.status == .serving
  }

  // MARK: - The end

  /// Ends the process whatever is under way, and returns when nothing is left of it.
  @discardableResult
  func stop(graceSeconds: Double) async -> SandboxExit {
    load.withLock { $0.isDraining = true }
    // The skill ends the stream itself, after what it has read from it; without a grace it has no time for that.
    if graceSeconds <= 0 { session.abandon() }
    await process.terminate(graceSeconds: graceSeconds)
    // In this order: what waits in a connection that never came to be is lost with it.
    session.abandon()
    connection.abandon()
    return await ended.wait()
  }

  /// Notes why it is ended: callers whose answer is lost hear that.
  func condemn(_ error: SaraiError) { load.withLock { $0.verdict = $0.verdict ?? error } }

  var verdict: SaraiError? { load.withLock { $0.verdict } }

  /// What a caller is told whose answer its end has cut off. How a process ended is heard of a moment after its
  /// connection broke.
  func failure(withinSeconds seconds: Double) async -> SaraiError {
    if seconds > 0, ended.value == nil {
      _ = try? await withDeadline(seconds: seconds, expired: { SkillFaults.closing() }) {
        try await self.ended.waitOrCancel()
      }
    }
    return verdict ?? SkillFaults.died(skill, ended.value, log: log.tail)
  }

  /// Whether its end says nothing of the call that it cut off: the same call may well be answered by another process.
  var diedByChance: Bool {
    guard verdict == nil else { return false }
    return switch ended.value?.reason {
    case .memoryLimit, .cpuLimit, .outputLimit, .forbiddenSystemCall: false
    case .exited, .signal, .terminated, .vanished, nil: true
    }
  }

  // MARK: - Processor time

  /// Whether it used more processor time than the calls that it was asked since it was last idle may use together.
  func isOverBudget() -> Bool { load.withLock { $0.budget.isUsedUp(pid: process.pid) } }

  /// Proportional set size of the program's process; nil where the system does not say.
  var memoryBytes: Int? { ProcessFacts.proportionalBytes(pid: process.pid) }
}
