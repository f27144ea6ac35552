import Logging
import SaraiCore
import Synchronization

/// Holds the skill, decides which requests run, and sees to it that each ends.
final class SkillHost: Sendable {
  private struct State {
    var skill: any Skill
    var generation: UInt64 = 1
    var running = 0
    var waiting: [Attempt] = []
    var isStopping = false
    var idle: [CheckedContinuation<Void, Never>] = []
    var lastSession = 0
    var sessions: [Int: @Sendable () -> Void] = [:]
  }

  let type: any Skill.Type
  let options: SkillOptions
  let log: Logger
  let metrics = SkillMetrics()
  private let state: Mutex<State>
  private let deadlines: DeadlineWatch
  private let threads: SkillThreads
  private let reloader = Reloader()

  /// - Throws: What the skill's initializer throws.
  init(_ type: any Skill.Type, options: SkillOptions, deadlines: DeadlineWatch, log: Logger) throws {
    self.type = type
    self.options = options
    self.deadlines = deadlines
    self.log = log
    threads = SkillThreads(maximum: options.maximumRunning)
    state = Mutex(State(skill: try Self.make(type, options)))
  }

  private static func make(_ type: any Skill.Type, _ options: SkillOptions) throws -> any Skill {
    try type.init(configuration: options.configuration.map { try SkillConfiguration(file: $0) } ?? SkillConfiguration())
  }

  var generation: UInt64 { state.withLock { $0.generation } }

  func metricsNow() -> Sarai_Skills_V1_Metrics {
    let (running, waiting) = state.withLock { ($0.running, $0.waiting.count) }
    return metrics.snapshot(running: running, waiting: waiting)
  }

  // MARK: - Requests

  /// Gives a new attempt its turn, a place in the queue, or a refusal.
  func admit(_ attempt: Attempt) {
    enum Decision {
      case run(any Skill)
      case wait
      case refuse(SkillError)
    }
    deadlines.add(attempt)
    let decision: Decision = state.withLock { state in
      if state.isStopping { return .refuse(.stopping) }
      if state.running < options.maximumRunning {
        state.running += 1
        return .run(state.skill)
      }
      guard state.waiting.count < options.maximumWaiting else { return .refuse(.full) }
      state.waiting.append(attempt)
      return .wait
    }
    switch decision {
    case .run(let skill): if !attempt.run(skill, on: threads) { release() }
    case .wait: break
    case .refuse(let error): attempt.end(.failure(error))
    }
  }

  /// A running attempt's code has returned: the next one's turn.
  func release() {
    while true {
      let (next, idle): ((Attempt, any Skill)?, [CheckedContinuation<Void, Never>]) = state.withLock { state in
        guard state.waiting.isEmpty else { return ((state.waiting.removeFirst(), state.skill), []) }
        state.running -= 1
        guard state.running == 0 else { return (nil, []) }
        defer { state.idle = [] }
        return (nil, state.idle)
      }
      for waiter in idle { waiter.resume() }
      guard let next, !next.0.run(next.1, on: threads) else { return }
    }
  }

  /// An attempt ended before its turn came.
  func forget(_ attempt: Attempt) {
    state.withLock { state in state.waiting.removeAll { $0 === attempt } }
  }

  /// Every attempt is counted once, when it ends.
  func count(_ attempt: Attempt, _ outcome: Attempt.Outcome) {
    deadlines.remove(attempt)
    let seconds = (ContinuousClock.now - attempt.arrival).seconds
    switch outcome {
    case .success:
      metrics.count(.succeeded, seconds: seconds)
      attempt.request.log.debug("answered", ["seconds": "\(seconds)"])
    case .failure(let error):
      metrics.count(SkillMetrics.Result(error), seconds: seconds)
      let level: Logger.Level = error.error.code == .skillFailed ? .error : .info
      attempt.request.log.logger.log(
        level: level, "\(SaraiError.logged(error.error))", metadata: ["seconds": "\(seconds)"])
    }
  }

  // MARK: - Reload

  /// Makes the skill anew; later requests get the new instance.
  ///
  /// - Throws: `SkillError`; the old instance stays.
  func reload() async throws -> (generation: UInt64, seconds: Double) {
    try await reloader.serially {
      let start = ContinuousClock.now
      do {
        let skill = try Self.make(self.type, self.options)
        let generation = self.state.withLock { state in
          state.skill = skill
          state.generation += 1
          return state.generation
        }
        let seconds = (ContinuousClock.now - start).seconds
        self.metrics.countReload(succeeded: true)
        self.log.info("reloaded", metadata: ["generation": "\(generation)", "seconds": "\(seconds)"])
        return (generation, seconds)
      } catch {
        self.metrics.countReload(succeeded: false)
        self.log.error("not reloaded: \(error)")
        throw SkillError(thrown: error)
      }
    }
  }

  /// Runs one reload after the other, on a thread that no request uses.
  private actor Reloader {
    private let thread = SkillThreads(maximum: 1)

    nonisolated func serially<Result: Sendable>(
      _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
      try await Task(executorPreference: thread) { try await self.run(body) }.value
    }

    private func run<Result>(_ body: () throws -> Result) rethrows -> Result { try body() }
  }

  // MARK: - The end

  var isStopping: Bool { state.withLock { $0.isStopping } }

  /// Registers a session, to be told to read no more once the skill stops; gives what unregisters it.
  func addSession(stop: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
    let number: Int? = state.withLock { state in
      guard !state.isStopping else { return nil }
      state.lastSession += 1
      state.sessions[state.lastSession] = stop
      return state.lastSession
    }
    guard let number else {
      stop()
      return {}
    }
    return { self.state.withLock { state in _ = state.sessions.removeValue(forKey: number) } }
  }

  /// Refuses new requests and waits for those under way, for so long as the options say; the rest are ended then.
  func drain() async {
    let sessions = state.withLock { state in
      state.isStopping = true
      return state.sessions.values
    }
    for stop in sessions { stop() }
    let deadlines = deadlines
    let limit = Task { [options] in
      try await Task.sleep(for: .seconds(options.drainSeconds))
      deadlines.endAll(.stopping)
      // Code that does not notice its cancellation is not waited for.
      self.abandon()
    }
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.running > 0 { state.idle.append(continuation) }
        return state.running == 0
      }
      if isIdle { continuation.resume() }
    }
    limit.cancel()
  }

  private func abandon() {
    let idle = state.withLock { state in
      defer { state.idle = [] }
      return state.idle
    }
    for waiter in idle { waiter.resume() }
  }
}

extension SkillMetrics.Result {
  init(_ error: SkillError) {
    switch error.error.code {
    case .timeout: self = .timedOut
    case .cancelled: self = .cancelled
    case .busy: self = .refused
    default: self = .failed
    }
  }
}
