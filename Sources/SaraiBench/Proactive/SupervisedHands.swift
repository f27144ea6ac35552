import LoopProtocol
import SaraiCore
import SaraiLoop
import Synchronization

/// A clock that stands until somebody moves it.
final class SimulatedClock: LoopClock {
  private let state: Mutex<(now: Int64, elapsed: Int64)>

  /// - Parameter now: Milliseconds since 1970.
  init(_ now: Int64) { state = Mutex((now, 1_000_000)) }

  var now: Int64 { state.withLock { $0.now } }
  var elapsed: Int64 { state.withLock { $0.elapsed } }

  /// Nobody sleeps on it: time is passed and what is due then is done.
  func sleep(until elapsed: Int64) async { pass(elapsed - self.elapsed) }

  func pass(_ milliseconds: Int64) {
    state.withLock { state in
      state.now += max(0, milliseconds)
      state.elapsed += max(0, milliseconds)
    }
  }
}

/// Has orders carried out by a real supervisor: each goes to the loop that it keeps, as a job that is run at once, and
/// from there to the hands, whose measured effect comes back.
final class SupervisedHands: LoopHands {
  private struct State {
    var isReal = false
    /// Jobs of the real loop, by what they do.
    var jobs: [String: Int64] = [:]
    /// When models and skills were used last, in milliseconds of the simulated clock.
    var lastUse: [String: Int64] = [:]
    var agedUntil: Int64 = 0
  }

  /// After so long without use a model and a skill leave memory.
  private static let modelStays: Int64 = 300_000
  private static let skillStays: Int64 = 600_000

  private let link: LoopLink
  private let clock: SimulatedClock
  private let folder: String
  private let isModelLoaded: @Sendable () -> Bool
  private let state = Mutex(State())

  /// - Parameter state: The folder of caches and logs.
  init(_ link: LoopLink, clock: SimulatedClock, state: String, isModelLoaded: @escaping @Sendable () -> Bool) {
    self.link = link
    self.clock = clock
    folder = state
    self.isModelLoaded = isModelLoaded
  }

  /// From here on orders are carried out; before, nothing is done.
  func begin() {
    state.withLock { state in
      state.isReal = true
      state.agedUntil = clock.now
    }
  }

  /// A model or a skill has answered.
  func used(_ name: String) { state.withLock { $0.lastUse[name] = clock.now } }

  func perform(_ order: LoopOrder) async throws -> ActionOutcome {
    guard state.withLock({ $0.isReal }) else { return ActionOutcome() }
    try await catchUp(with: order.action)
    let done = try await link.loop.run(try await job(for: order.action), owner: LoopLink.owner)
    guard done.state == "done" else {
      throw SaraiError(.internalFault, Localized(es: done.textEs, en: done.textEn), subject: done.action)
    }
    let text = done.textEn.isEmpty ? nil : Localized(es: done.textEs, en: done.textEn)
    guard done.hasEffect, let unit = ActionEffect.Unit(rawValue: done.effect.unit) else {
      return ActionOutcome(text: text)
    }
    let effect = ActionEffect(unit, before: Int64(done.effect.before), after: Int64(done.effect.after))
    return ActionOutcome(effect: effect, text: text)
  }

  /// Does to the machine what the simulated hours would have done.
  private func catchUp(with action: ProactiveAction) async throws {
    let (passed, lastUse) = state.withLock { state in
      defer { state.agedUntil = clock.now }
      return (clock.now - state.agedUntil, state.lastUse)
    }
    for part in ["cache", "logs"] { FileAges.age(folder + "/" + part, bySeconds: Double(passed) / 1000) }
    switch action.action {
    case .warmModel:
      // Asked for a moment ago in the world, and long ago in the day: it leaves by itself.
      if let used = lastUse["sarai"], clock.now - used < Self.modelStays { break }
      for _ in 0..<100 where isModelLoaded() { try await Task.sleep(for: .milliseconds(100)) }
      used("sarai")
    case .warmSkill, .runSkill:
      guard let skill = action.arguments["skill"] else { break }
      if lastUse[skill].map({ clock.now - $0 >= Self.skillStays }) ?? true { try await link.stopSkill(skill) }
      used(skill)
    default: break
    }
  }

  private func job(for action: ProactiveAction) async throws -> Int64 {
    let what =
      action.action.rawValue + action.arguments.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined()
    if let known = state.withLock({ $0.jobs[what] }) { return known }
    var job = Sarai_Loop_V1_Job()
    job.owner = LoopLink.owner
    job.name = "bench \(action.action.rawValue)"
    // Never by itself.
    job.schedule = "at 2100-01-01T00:00:00Z"
    job.action = action.action.rawValue
    job.arguments = action.arguments
    job.limitSeconds = Double(action.limitSeconds)
    let id = try await link.loop.add(job).id
    state.withLock { $0.jobs[what] = id }
    return id
  }
}
