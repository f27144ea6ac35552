import FoundationEssentials
import GRPCCore
import SaraiCore
package import SkillProtocol
import Synchronization

/// A call's way through the pool. None of it runs on the actor but the choice of the process.
extension SkillPool {
  /// A process that a call holds on to: it is not ended meanwhile but by force.
  struct Lease: Sendable {
    let instance: SkillInstance
    let manifest: SkillManifest
    let grammar: String?
    let record: SkillRecord

    var skill: String { instance.skill }
  }

  /// What becomes of one try.
  enum Verdict {
    case answer(Sarai_Skills_V1_InferReply)
    /// Sent again where that is still possible; else that is the error.
    case again(SaraiError)
    case fail(any Error, SkillCounters.Outcome)
  }

  /// How much longer than the skill itself the pool waits: the skill's own word about its deadline is the better one.
  static let patienceSeconds = 0.1

  /// One request, to its one answer. Fields that this version does not know reach the skill, and come back from it.
  ///
  /// - Throws: `SaraiError`: the skill's own, or what is to be said of a skill that failed; `CancellationError`.
  nonisolated package func infer(
    _ key: SkillKey, _ request: Sarai_Skills_V1_InferRequest
  ) async throws -> Sarai_Skills_V1_InferReply {
    let arrival = ContinuousClock.now
    var deadline = Self.deadline(of: request, from: arrival)
    var retries = 0
    while true {
      let (lease, message, limit) = try await attempt(key, request, deadline: deadline, arrival: arrival)
      deadline = limit
      let outcome = await lease.instance.infer(message, deadline: limit + .seconds(Self.patienceSeconds))
      lease.instance.release()
      switch await judge(outcome, lease, seconds: (limit - arrival).seconds) {
      case .answer(let reply):
        lease.record.counters.count(.answered, seconds: arrival.secondsAgo)
        return reply
      case .again(let error):
        guard retries < settings.maximumRetries, .now < limit else {
          lease.record.counters.count(.failed, seconds: arrival.secondsAgo)
          throw error
        }
        retries += 1
        lease.record.counters.countRetry()
      case .fail(let error, let outcome):
        lease.record.counters.count(outcome, seconds: arrival.secondsAgo)
        throw error
      }
    }
  }

  /// The same with the output as it arises. It is sent again only as long as nothing of the output has been passed on.
  ///
  /// - Parameter observe: Gets every event in order, the reply as the last. It may wait; the skill waits with it.
  nonisolated package func inferStream(
    _ key: SkillKey, _ request: Sarai_Skills_V1_InferRequest,
    observe: @escaping @Sendable (Sarai_Skills_V1_InferEvent) async throws -> Void
  ) async throws {
    let arrival = ContinuousClock.now
    var deadline = Self.deadline(of: request, from: arrival)
    var retries = 0
    while true {
      let (lease, message, limit) = try await attempt(key, request, deadline: deadline, arrival: arrival)
      deadline = limit
      let gauge = OutputGauge(limitKiB: lease.manifest.limits.outputKiB)
      do {
        defer { lease.instance.release() }
        try await lease.instance.inferStream(message, timeoutSeconds: limit.secondsLeft + Self.patienceSeconds) {
          try gauge.add($0, skill: key.name)
          try await observe($0)
        }
        guard gauge.isWhole else { throw SkillFaults.nonsense(key.name, "a stream without a reply") }
      } catch {
        let (error, outcome, mayRepeat) = await failure(error, lease, seconds: arrival.secondsAgo)
        guard mayRepeat, !gauge.hasBegun, retries < settings.maximumRetries, .now < limit else {
          lease.record.counters.count(outcome, seconds: arrival.secondsAgo)
          throw error
        }
        retries += 1
        lease.record.counters.countRetry()
        continue
      }
      lease.record.succeeded()
      lease.record.counters.count(.answered, seconds: arrival.secondsAgo)
      return
    }
  }

  /// What a skill says of itself; it is started for that.
  nonisolated package func describe(
    _ key: SkillKey, _ request: Sarai_Skills_V1_DescribeRequest = .init()
  ) async throws -> Sarai_Skills_V1_DescribeReply {
    let lease = try await lease(key, deadline: nil)
    defer { lease.instance.release() }
    do {
      let reply = try await lease.instance.describe(request, timeoutSeconds: lease.manifest.limits.timeoutSeconds)
      lease.record.succeeded()
      return reply
    } catch {
      throw await failure(error, lease, seconds: lease.manifest.limits.timeoutSeconds).error
    }
  }

  /// A process for a request, what it is sent, and until when: the skill's own limit counts from the first attempt.
  nonisolated private func attempt(
    _ key: SkillKey, _ request: Sarai_Skills_V1_InferRequest, deadline: ContinuousClock.Instant?,
    arrival: ContinuousClock.Instant
  ) async throws -> (lease: Lease, message: Sarai_Skills_V1_InferRequest, limit: ContinuousClock.Instant) {
    let lease = try await lease(key, deadline: deadline, arrival: arrival)
    let own = ContinuousClock.now + .seconds(lease.manifest.limits.timeoutSeconds)
    let limit = deadline.map { min($0, own) } ?? own
    var message = request
    message.timeoutMilliseconds = SkillCall.milliseconds(limit.secondsLeft)
    if let grammar = lease.grammar, !message.hasGrammar { message.grammar.gbnf = grammar }
    return (lease, message, limit)
  }

  private static func deadline(
    of request: Sarai_Skills_V1_InferRequest, from arrival: ContinuousClock.Instant
  ) -> ContinuousClock.Instant? {
    guard request.timeoutMilliseconds > 0 else { return nil }
    return arrival + .milliseconds(Int64(clamping: min(request.timeoutMilliseconds, 1 << 40)))
  }

  // MARK: - Outcomes

  nonisolated private func judge(
    _ outcome: KeptSession.Outcome, _ lease: Lease, seconds: Double
  ) async -> Verdict {
    switch outcome {
    case .reply(let reply): return await judge(reply, lease)
    case .notBegun: return .again(await lease.instance.failure(withinSeconds: 0))
    case .lost:
      // How it ended decides: a call that used up its memory would do so again.
      let error = await lease.instance.failure(withinSeconds: 2.5)
      return lease.manifest.isIdempotent && lease.instance.diedByChance ? .again(error) : .fail(error, .failed)
    case .late:
      let error = SkillFaults.late(lease.skill, seconds: seconds)
      lease.record.failed(error, isDeath: false)
      return .fail(error, .timedOut)
    case .cancelled: return .fail(CancellationError(), .cancelled)
    }
  }

  nonisolated private func judge(_ reply: Sarai_Skills_V1_InferReply, _ lease: Lease) async -> Verdict {
    if reply.hasError {
      let error = SaraiError(reply.error, skill: lease.skill)
      // One that was told to end, by the pool or by others, turns away what comes after, and says so of its health.
      if error.code == .busy {
        guard !lease.instance.isDraining, await lease.instance.isHealthy(timeoutSeconds: 0.5) else {
          return .again(error)
        }
      }
      lease.record.succeeded()
      return .fail(error, SkillCounters.Outcome(own: error))
    }
    guard reply.output.byteCount <= lease.manifest.limits.outputKiB << 10 else {
      return .fail(SkillFaults.tooMuch(lease.skill, limitKiB: lease.manifest.limits.outputKiB), .failed)
    }
    lease.record.succeeded()
    return .answer(reply)
  }

  /// What the error of a gRPC call means, and whether the request may be sent again.
  nonisolated private func failure(
    _ error: any Error, _ lease: Lease, seconds: Double
  ) async -> (error: any Error, outcome: SkillCounters.Outcome, mayRepeat: Bool) {
    if Task.isCancelled || error is CancellationError { return (CancellationError(), .cancelled, false) }
    guard let error = error as? RPCError else { return (error, .failed, false) }
    if let detail = Sarai_Skills_V1_ErrorDetail(error) {
      lease.record.succeeded()
      let own = SaraiError(detail, skill: lease.skill)
      // "Unavailable" with a detail is a skill that stops, and has not begun.
      return (own, SkillCounters.Outcome(own: own), error.code == .unavailable)
    }
    switch error.code {
    case .deadlineExceeded:
      let late = SkillFaults.late(lease.skill, seconds: seconds)
      lease.record.failed(late, isDeath: false)
      return (late, .timedOut, false)
    case .resourceExhausted:
      return (SkillFaults.tooMuch(lease.skill, limitKiB: lease.manifest.limits.outputKiB), .failed, false)
    default:
      let failure = await lease.instance.failure(withinSeconds: 2.5)
      return (failure, .failed, lease.manifest.isIdempotent && lease.instance.diedByChance)
    }
  }
}

/// Measures a streamed answer on its way through.
private final class OutputGauge: Sendable {
  private struct State {
    var bytes = 0
    var hasBegun = false
    var isWhole = false
  }

  private let state = Mutex(State())
  private let limitKiB: Int

  init(limitKiB: Int) { self.limitKiB = limitKiB }

  /// - Throws: `tooLarge` for more than the skill may say; `skillFailed` for anything after the reply.
  func add(_ event: Sarai_Skills_V1_InferEvent, skill: String) throws {
    try state.withLock { state in
      guard !state.isWhole else { throw SkillFaults.nonsense(skill, "an event after the reply") }
      state.hasBegun = true
      switch event.event {
      case .part(let bytes): state.bytes += bytes.count
      case .reply(let reply):
        state.bytes += reply.output.byteCount
        state.isWhole = true
      case nil: break
      }
      guard state.bytes <= limitKiB << 10 else { throw SkillFaults.tooMuch(skill, limitKiB: limitKiB) }
    }
  }

  var hasBegun: Bool { state.withLock { $0.hasBegun } }
  var isWhole: Bool { state.withLock { $0.isWhole } }
}

extension Sarai_Skills_V1_Content {
  fileprivate var byteCount: Int {
    switch value {
    case .text(let bytes), .json(let bytes): bytes.count
    case nil: 0
    }
  }
}

extension SkillCounters.Outcome {
  /// Of a call that the skill itself answered with an error.
  fileprivate init(own error: SaraiError) {
    switch error.code {
    case .timeout: self = .timedOut
    case .cancelled: self = .cancelled
    case .skillFailed: self = .failed
    default: self = .refused
    }
  }
}
