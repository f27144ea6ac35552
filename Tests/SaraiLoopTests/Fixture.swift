import Foundation
import SaraiAgent
import SaraiCore
import SaraiLoop
import Synchronization
import TestSupport
import Testing

/// A clock that stands until somebody moves it.
final class ManualClock: LoopClock {
  private struct State {
    var now: Int64
    var elapsed: Int64 = 1_000_000
    var sleepers: [(until: Int64, wake: OneShot<Void>)] = []
  }
  private let state: Mutex<State>

  init(_ now: Int64) { state = Mutex(State(now: now)) }

  var now: Int64 { state.withLock { $0.now } }
  var elapsed: Int64 { state.withLock { $0.elapsed } }

  func sleep(until elapsed: Int64) async {
    let wake = OneShot<Void>()
    let isPast = state.withLock { state in
      guard elapsed > state.elapsed else { return true }
      state.sleepers.append((elapsed, wake))
      return false
    }
    if !isPast { _ = try? await wake.waitOrCancel() }
  }

  /// Time passes.
  func pass(_ milliseconds: Int64) {
    let awake = state.withLock { state in
      state.now += milliseconds
      state.elapsed += milliseconds
      defer { state.sleepers.removeAll { $0.until <= state.elapsed } }
      return state.sleepers.filter { $0.until <= state.elapsed }
    }
    for sleeper in awake { sleeper.wake.set(()) }
  }

  /// Somebody sets the clock on the wall.
  func set(_ now: Int64) { state.withLock { $0.now = now } }
}

/// Hands that note what they are asked for, and answer as they are told to.
final class NotingHands: LoopHands {
  typealias Answer = @Sendable (LoopOrder) async throws -> ActionOutcome

  private let noted = Mutex<(orders: [LoopOrder], settled: [String])>(([], []))
  private let answer: Mutex<Answer>

  init(_ answer: @escaping Answer = { _ in ActionOutcome(effect: ActionEffect(.bytes, before: 2, after: 1)) }) {
    self.answer = Mutex(answer)
  }

  var orders: [LoopOrder] { noted.withLock { $0.orders } }
  var actions: [LoopActionKind] { orders.map(\.action.action) }
  var settledKeys: [String] { noted.withLock { $0.settled } }

  func change(_ answer: @escaping Answer) { self.answer.withLock { $0 = answer } }

  func perform(_ order: LoopOrder) async throws -> ActionOutcome {
    noted.withLock { $0.orders.append(order) }
    return try await answer.withLock { $0 }(order)
  }

  func settled(_ key: String) async { noted.withLock { $0.settled.append(key) } }
}

/// A loop in a folder of its own, in which time passes when it is told to.
final class Fixture {
  let folder: URL
  let clock: ManualClock
  let hands: NotingHands
  private(set) var engine: LoopEngine
  var settings: LoopSettings

  static func time(_ text: String, _ zone: ZoneRules = .utc) throws -> Int64 {
    let milliseconds = try #require(ISOTime.milliseconds(text))
    guard !text.hasSuffix("Z") else { return milliseconds }
    let civil = CivilDateTime(secondsSince1970: Int(milliseconds / 1000))
    return zone.instants(of: civil.date, secondOfDay: civil.secondOfDay).first * 1000
  }

  /// - Parameters:
  ///   - time: In the zone, where it names none.
  ///   - quietBuiltins: Switches off what SARAi comes with, so that only a test's own jobs run.
  static func with(
    _ time: String = "2026-11-23T10:00", zone: String = "Europe/Madrid", hands: NotingHands = NotingHands(),
    quietBuiltins: Bool = true, _ body: (Fixture) async throws -> Void
  ) async throws {
    try await withTemporaryFolder(inMemory: true) { folder in
      let rules = try ZoneRules(identifier: zone)
      let fixture = try Fixture(folder, ManualClock(Fixture.time(time, rules)), hands, rules)
      if quietBuiltins { try await fixture.switchOffBuiltins() }
      try await body(fixture)
      try await fixture.engine.close()
    }
  }

  private init(_ folder: URL, _ clock: ManualClock, _ hands: NotingHands, _ zone: ZoneRules) throws {
    self.folder = folder
    self.clock = clock
    self.hands = hands
    settings = LoopSettings()
    settings.zone = zone
    engine = try LoopEngine(folder: folder.path, hands: hands, clock: clock, settings: settings)
  }

  var zone: ZoneRules { settings.zone }

  func switchOffBuiltins(but kept: Set<String> = []) async throws {
    for job in try await engine.jobs() where job.source == .builtin {
      let isOn = kept.contains(job.name)
      if job.isEnabled != isOn {
        try await engine.editJob(job.id, owner: LoopOwner.local, LoopJobEdit(isEnabled: isOn))
      }
    }
  }

  /// The process ends and another one begins, so long after.
  func restart(after milliseconds: Int64 = 0, hands: NotingHands? = nil) async throws {
    try await engine.close()
    clock.pass(milliseconds)
    engine = try LoopEngine(folder: folder.path, hands: hands ?? self.hands, clock: clock, settings: settings)
  }

  /// Time passes, and all is done in it that there is to do.
  func pass(hours: Int64 = 0, minutes: Int64 = 0, seconds: Int64 = 0) async {
    let end = clock.elapsed + (hours * 3600 + minutes * 60 + seconds) * 1000
    await engine.settle()
    while clock.elapsed < end {
      let wake = await engine.advance()
      clock.pass(max(1, min(wake, end) - clock.elapsed))
      await engine.settle()
    }
  }

  func pass(until time: String) async throws {
    await pass(seconds: (try Fixture.time(time, zone) - clock.now) / 1000)
  }

  @discardableResult
  func add(
    _ schedule: String, _ action: LoopActionKind = .pruneCaches, _ arguments: [String: String] = [:],
    catchUp: LoopJob.CatchUp = .once, priority: Int = 5, limitSeconds: Int64? = nil, name: String? = nil,
    zone: String? = nil
  ) async throws -> LoopJob {
    try await engine.addJob(
      LoopJob(
        name: name ?? schedule, schedule: Schedule(text: schedule), zone: zone, catchUp: catchUp, action: action,
        arguments: arguments, priority: priority, limitSeconds: limitSeconds))
  }

  func post(_ kind: LoopEventKind, _ values: [String: String] = [:], id: String = "") async throws {
    try await engine.post(LoopEvent(kind, id: id, values: values))
    await engine.settle()
  }

  func local(_ milliseconds: Int64) -> String {
    let civil = zone.civil(milliseconds / 1000)
    let text = ISOTime.text(Int64(civil.date.dayNumber * 86_400 + civil.secondOfDay) * 1000)
    return String(text.dropLast(4))
  }

  /// When actions ran, in the order in which they did: "2026-11-23T10:05".
  func times() async throws -> [String] {
    try await engine.history(limit: 10_000).reversed().map { local($0.startedAt ?? $0.endedAt ?? 0) }
  }

  func inbox(_ kind: InboxItem.Kind? = nil) async throws -> [InboxItem] {
    try await engine.inbox(owner: LoopOwner.local).filter { kind == nil || $0.kind == kind }
  }
}
