import SaraiCore
import SaraiSandbox
import Synchronization

/// The processes that share a skill's calls: one group for the skill as its manifest has it, and one for each set of
/// grants that calls bring along.
package struct SkillKey: Sendable, Hashable {
  package var name: String
  /// What the calls grant beside the manifest.
  package var grants: SkillGrants

  package init(_ name: String, grants: SkillGrants = SkillGrants()) {
    self.name = name
    self.grants = grants
    self.grants.files.sort()
    self.grants.network.sort()
    self.grants.models.sort()
    self.grants.skills.sort()
  }

  package var hasGrants: Bool { grants != SkillGrants() }
}

/// The state of one group. It lives in the pool's actor, which alone changes it.
struct SkillGroup {
  /// A start that is under way; all who ask meanwhile wait for it.
  struct Start {
    let outcome: OneShot<Result<SkillInstance, any Error>>
    let task: Task<Void, Never>
  }

  /// What is started, as the skill's folder said it when the group was made or reloaded.
  struct Plan {
    var skill: InstalledSkill
    var manifest: SkillManifest
    /// What answers obey where a request says nothing else, in GBNF; nil for none.
    var grammar: String?
    var generation: UInt64
    /// Made for the first start.
    var prepared: Prepared?
  }

  struct Prepared {
    var launch: SandboxLaunch
    /// Lets the granted hosts through; it ends with the plan.
    var proxy: NetworkProxy?
  }

  let key: SkillKey
  var plan: Plan
  let record: SkillRecord
  var instances: [SkillInstance] = []
  var start: Start?
  /// Told to end, and not yet gone.
  var leaving: [ObjectIdentifier: SkillInstance] = [:]
  var lastUsed = ContinuousClock.now
  var lastHealthCheck = ContinuousClock.now
  var unhealthy: [ObjectIdentifier: Int] = [:]
  /// Since when there has been a process that takes calls.
  var upSince: ContinuousClock.Instant?
  /// Seconds during which there was one, before `upSince`.
  var upSecondsBefore = 0.0

  init(key: SkillKey, plan: Plan, record: SkillRecord) {
    self.key = key
    self.plan = plan
    self.record = record
  }

  /// The one with the fewest calls.
  var leastBusy: SkillInstance? {
    instances.filter(\.takesCalls).min { $0.running < $1.running }
  }

  var isEmpty: Bool { instances.isEmpty && start == nil && leaving.isEmpty }

  var runningCalls: Int { instances.reduce(0) { $0 + $1.running } }

  mutating func noteUp() { upSince = upSince ?? .now }

  mutating func noteDownIfEmpty() {
    guard instances.isEmpty, let since = upSince else { return }
    upSecondsBefore += since.secondsAgo
    upSince = nil
  }

  var upSeconds: Double { upSecondsBefore + (upSince?.secondsAgo ?? 0) }
}

/// How a group fares: asked and told from wherever its calls are, without waiting for the pool.
final class SkillRecord: Sendable {
  private struct State {
    var breaker: CircuitBreaker
    /// Ends that nobody asked for, without an answer between them.
    var deaths = 0
  }

  let counters: SkillCounters
  let log: SkillLogBook
  private let policy: SkillPoolSettings.FailurePolicy
  private let state: Mutex<State>

  init(counters: SkillCounters, log: SkillLogBook, policy: SkillPoolSettings.FailurePolicy) {
    self.counters = counters
    self.log = log
    self.policy = policy
    state = Mutex(State(breaker: CircuitBreaker(policy)))
  }

  /// Asked once for each call.
  ///
  /// - Throws: `busy` while the skill rests.
  func admit(_ skill: String) throws {
    try state.withLock { state in
      guard case .no(let seconds) = state.breaker.admit(), let last = state.breaker.lastError else { return }
      throw SkillFaults.resting(skill, failures: state.breaker.failures, seconds: seconds, last: last)
    }
  }

  func succeeded() {
    state.withLock { state in
      state.breaker.succeeded()
      state.deaths = 0
    }
  }

  /// - Parameter isDeath: Whether a process ended that nobody asked to.
  func failed(_ error: SaraiError, isDeath: Bool) {
    let opened = state.withLock { state in
      if isDeath { state.deaths += 1 }
      return state.breaker.failed(error)
    }
    if isDeath { counters.countDeath() }
    if opened { counters.countRest() }
  }

  /// How long the next start is put off.
  var backoffSeconds: Double {
    let deaths = state.withLock { $0.deaths }
    guard deaths > 1 else { return 0 }
    return min(policy.longestBackoffSeconds, policy.backoffSeconds * Double(1 << min(deaths - 2, 16)))
  }

  var isClosed: Bool { state.withLock { $0.breaker.isClosed } }
  var restSeconds: Double? { state.withLock { $0.breaker.restSeconds } }
  var lastError: SaraiError? { state.withLock { $0.breaker.lastError } }
}
