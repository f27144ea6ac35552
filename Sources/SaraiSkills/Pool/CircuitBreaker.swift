import SaraiCore

/// Keeps calls away from a skill that only fails: closed lets them through, open refuses them, half-open lets one try.
struct CircuitBreaker {
  enum State {
    case closed(failures: Int)
    /// Opened so many times in a row.
    case open(until: ContinuousClock.Instant, times: Int)
    case halfOpen(times: Int)
  }

  enum Admission {
    case yes
    /// For so many seconds more.
    case no(seconds: Double)
  }

  private(set) var state = State.closed(failures: 0)
  /// Without a success between them.
  private(set) var failures = 0
  private(set) var lastError: SaraiError?
  private let policy: SkillPoolSettings.FailurePolicy

  init(_ policy: SkillPoolSettings.FailurePolicy) { self.policy = policy }

  /// Asked before each call. Where it is time to try again, the one who asks is the one who tries.
  mutating func admit(now: ContinuousClock.Instant = .now) -> Admission {
    switch state {
    case .closed: return .yes
    case .open(let until, let times):
      guard now >= until else { return .no(seconds: (until - now).seconds) }
      state = .halfOpen(times: times)
      return .yes
    case .halfOpen(let times):
      // Whoever tries may be given up without an outcome; the next try is not put off for long.
      state = .open(until: now + .seconds(policy.restSeconds), times: times)
      return .no(seconds: policy.restSeconds)
    }
  }

  mutating func succeeded() {
    failures = 0
    lastError = nil
    state = .closed(failures: 0)
  }

  /// True where that opened it.
  @discardableResult
  mutating func failed(_ error: SaraiError, now: ContinuousClock.Instant = .now) -> Bool {
    failures += 1
    lastError = error
    switch state {
    case .closed(let count):
      guard count + 1 >= policy.limit else {
        state = .closed(failures: count + 1)
        return false
      }
      open(times: 1, now)
      return true
    case .halfOpen(let times):
      open(times: times + 1, now)
      return true
    case .open: return false
    }
  }

  /// Forgets all of it, as when someone puts the skill right.
  mutating func reset() { succeeded() }

  private mutating func open(times: Int, _ now: ContinuousClock.Instant) {
    let seconds = min(policy.longestRestSeconds, policy.restSeconds * Double(1 << min(times - 1, 16)))
    state = .open(until: now + .seconds(seconds), times: times)
  }

  var isClosed: Bool {
    if case .closed = state { true } else { false }
  }

  /// Seconds that it still refuses for; nil where it does not.
  var restSeconds: Double? {
    if case .open(let until, _) = state, until.secondsLeft > 0 { until.secondsLeft } else { nil }
  }
}
