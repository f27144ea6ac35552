import SaraiCore
import Synchronization

/// One request on its way through the skill, from its arrival to the one answer that it gets.
///
/// The answer comes from whatever is first: the skill, the deadline, the caller's leaving, or the end of the process.
/// The skill's code may go on after that, where it does not notice that its task was cancelled; it keeps its place among
/// the running requests until it returns.
final class Attempt: Sendable {
  typealias Outcome = Result<Sarai_Skills_V1_InferReply, SkillError>
  typealias Delivery = @Sendable (Outcome) async -> Void

  private enum State {
    case created
    case waiting(Delivery)
    case running(Delivery, Task<Void, Never>?)
    /// Carries the outcome while there is nobody yet to deliver it to.
    case ended(Outcome?)
  }

  let request: SkillRequest
  let parts: SkillParts
  let arrival: ContinuousClock.Instant
  private let host: SkillHost
  private let state = Mutex(State.created)

  init(_ request: SkillRequest, parts: SkillParts, arrival: ContinuousClock.Instant, host: SkillHost) {
    self.request = request
    self.parts = parts
    self.arrival = arrival
    self.host = host
  }

  /// Begins; `deliver` is called exactly once, sooner or later.
  func start(deliver: @escaping Delivery) {
    let early: Outcome? = state.withLock { state in
      if case .ended(let outcome) = state { return outcome }
      state = .waiting(deliver)
      return nil
    }
    if let early {
      host.count(self, early)
      Task { await deliver(early) }
    } else {
      host.admit(self)
    }
  }

  /// The host gives the attempt its turn. False where it has ended meanwhile.
  func run(_ skill: any Skill, on threads: SkillThreads) -> Bool {
    let isWaiting = state.withLock { state in
      guard case .waiting(let deliver) = state else { return false }
      state = .running(deliver, nil)
      return true
    }
    guard isWaiting else { return false }
    let task = Task(executorPreference: threads) {
      let start = ContinuousClock.now
      let outcome: Outcome
      do {
        outcome = .success(try self.reply(try await skill.infer(self.request), start: start))
      } catch {
        outcome = .failure(SkillError(thrown: error))
      }
      let deliver = self.claim(outcome)
      // The place is free before the answer is out, so that who asks again at once finds it so.
      self.host.release()
      await deliver?(outcome)
    }
    let isOver = state.withLock { state in
      guard case .running(let deliver, nil) = state else { return true }
      state = .running(deliver, task)
      return false
    }
    // It ended, or was ended, before its task was known.
    if isOver { task.cancel() }
    return true
  }

  /// Ends the attempt with an outcome that is not the skill's own.
  func end(_ outcome: Outcome) {
    let task: Task<Void, Never>? = state.withLock { state in
      if case .running(_, let task) = state { task } else { nil }
    }
    if let deliver = claim(outcome) { Task { await deliver(outcome) } }
    task?.cancel()
  }

  /// The right to deliver, for the first who asks.
  private func claim(_ outcome: Outcome) -> Delivery? {
    let (delivery, wasWaiting): (Delivery?, Bool) = state.withLock { state in
      switch state {
      case .created:
        state = .ended(outcome)
        return (nil, false)
      case .waiting(let deliver):
        state = .ended(nil)
        return (deliver, true)
      case .running(let deliver, _):
        state = .ended(nil)
        return (deliver, false)
      case .ended:
        return (nil, false)
      }
    }
    guard let delivery else { return nil }
    parts.close()
    if wasWaiting { host.forget(self) }
    host.count(self, outcome)
    return delivery
  }

  /// What the skill returned, together with its parts, as the contract has it.
  private func reply(_ reply: SkillReply, start: ContinuousClock.Instant) throws -> Sarai_Skills_V1_InferReply {
    let (output, bytes) = try parts.finish(reply.output)
    var message = Sarai_Skills_V1_InferReply()
    message.requestID = request.id
    if let output { message.output = Sarai_Skills_V1_Content(output) }
    message.usage.inputBytes = UInt64(request.input.text.utf8.count)
    message.usage.outputBytes = UInt64(bytes)
    message.usage.modelCalls = UInt32(clamping: reply.usage.modelCalls)
    message.usage.promptTokens = UInt64(clamping: reply.usage.promptTokens)
    message.usage.cachedTokens = UInt64(clamping: reply.usage.cachedTokens)
    message.usage.completionTokens = UInt64(clamping: reply.usage.completionTokens)
    message.timings.queueSeconds = (start - arrival).seconds
    message.timings.inferSeconds = (ContinuousClock.now - start).seconds
    return message
  }
}

/// The parts of an output that came before the reply: sent on at once, or kept where the caller wants one answer.
final class SkillParts: Sendable {
  private struct State {
    var text = ""
    var bytes = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  private let maximumBytes: Int
  private let forward: (@Sendable (String) -> Void)?

  init(maximumBytes: Int, forward: (@Sendable (String) -> Void)? = nil) {
    self.maximumBytes = maximumBytes
    self.forward = forward
  }

  func add(_ part: String) throws {
    try state.withLock { state in
      if state.isClosed { throw SkillError.cancelled }
      let count = part.utf8.count
      guard state.bytes + count <= maximumBytes else { throw SkillError.tooLarge(outputLimit: maximumBytes) }
      state.bytes += count
      // Under the lock, so that parts arrive in order and none after the end.
      if let forward { forward(part) } else { state.text += part }
    }
  }

  func close() { state.withLock { $0.isClosed = true } }

  /// What is left to send of the whole output, and the size of the whole.
  ///
  /// - Throws: `tooLarge`; `failed` for an output that can't be sent.
  func finish(_ output: SkillContent?) throws -> (output: SkillContent?, bytes: Int) {
    let (text, bytes) = state.withLock { ($0.text, $0.bytes) }
    let total = bytes + (output?.text.utf8.count ?? 0)
    guard total <= maximumBytes else { throw SkillError.tooLarge(outputLimit: maximumBytes) }
    switch output {
    case .text(let rest): return (.text(text + rest), total)
    case .json(let json):
      guard bytes == 0 else { throw SkillError.nonsense("JSON after parts of text") }
      do { try SkillContent.check(json: json) } catch { throw SkillError.nonsense(error.description) }
      return (output, total)
    case nil: return (bytes == 0 ? nil : .text(text), total)
    }
  }
}
