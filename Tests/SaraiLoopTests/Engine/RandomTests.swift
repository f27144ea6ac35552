import SaraiAgent
import SaraiCore
import SaraiLoop
import Synchronization
import TestSupport
import Testing

@Suite struct RandomTests {
  /// Hands as the supervisor's: they keep results by key, fail now and then, and know when they must not be asked.
  private final class Hands: Sendable {
    struct State {
      var done: [String: Int] = [:]
      var results: Set<String> = []
      var random = SeededRandom(1)
      var isAnswering = false
      var faults: [String] = []
    }
    let state = Mutex(State())

    func perform(_ order: LoopOrder) throws -> ActionOutcome {
      try state.withLock { state in
        if state.isAnswering, order.action.trigger != "now" { state.faults.append("\(order.key) while answering") }
        if state.results.contains(order.key) { return ActionOutcome() }
        if order.isUncertain { throw SaraiError(.notFound, es: "No consta.", en: "Not known.") }
        switch Int.random(in: 0..<10, using: &state.random) {
        case 0: throw SaraiError(.skillFailed, es: "Falló.", en: "It failed.")
        case 1 where order.action.action.isRepeatable: throw CancellationError()
        default:
          state.done[order.key, default: 0] += 1
          state.results.insert(order.key)
          return ActionOutcome(effect: ActionEffect(.bytes, before: 5, after: 1))
        }
      }
    }
  }

  private static let schedules = [
    "every 7m", "@hourly", "*/20 * * * *", "30 2 * * *", "0 9 * * 1-5", "every 1d", "on memory_high", "on user_idle",
  ]
  private static let zones = ["Europe/Madrid", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland", "UTC"]

  @Test("Whatever happens in whatever order, nothing is done twice, nothing disturbs an answer, and no rule is broken")
  func anything() async throws {
    for round in 0..<rounds(2, soak: 200) {
      var random = SeededRandom(soakSeed(77) &+ UInt64(round))
      let hands = Hands()
      hands.state.withLock { $0.random = SeededRandom(UInt64(round) + 5) }
      try await Fixture.with("2026-10-24T12:00", hands: NotingHands { try hands.perform($0) }, quietBuiltins: false) {
        loop in
        for _ in 0..<150 { try await step(loop, hands, &random) }
        try await loop.post(.answered, ["request": "r"])
        hands.state.withLock { $0.isAnswering = false }
        try await loop.engine.resume()
        await loop.pass(hours: 2)
        try await check(loop, hands, round)
      }
    }
  }

  private func step(_ loop: Fixture, _ hands: Hands, _ random: inout SeededRandom) async throws {
    let engine = loop.engine
    let mine = try await engine.jobs().filter { $0.source == .user }
    switch Int.random(in: 0..<16, using: &random) {
    case 0...4: await loop.pass(minutes: Int64.random(in: 1...90, using: &random))
    case 5: await loop.pass(hours: Int64.random(in: 2...20, using: &random))
    case 6: loop.clock.set(loop.clock.now + Int64.random(in: -9...9, using: &random) * 1_200_000)
    case 7: try await loop.restart(after: Int64.random(in: 0...40, using: &random) * 600_000)
    case 8:
      loop.settings.zone = try ZoneRules(identifier: Self.zones.randomElement(using: &random) ?? "UTC")
      try await engine.configure(loop.settings)
    case 9, 10:
      try await loop.add(
        Self.schedules.randomElement(using: &random) ?? "@hourly",
        [.pruneCaches, .runSkill, .backupMemory, .remind].randomElement(using: &random) ?? .pruneCaches,
        ["skill": "calc", "text": "beber agua"],
        catchUp: LoopJob.CatchUp.allCases.randomElement(using: &random) ?? .once)
    case 11:
      guard let job = mine.randomElement(using: &random) else { return }
      if Bool.random(using: &random) {
        try await engine.removeJob(job.id, owner: LoopOwner.local)
      } else {
        try await engine.editJob(job.id, owner: LoopOwner.local, LoopJobEdit(isEnabled: Bool.random(using: &random)))
      }
    case 12:
      hands.state.withLock { $0.isAnswering = true }
      try await loop.post(.answering, ["request": "r"])
      // Shorter than what nobody believes in any more.
      await loop.pass(minutes: Int64.random(in: 1...8, using: &random))
      hands.state.withLock { $0.isAnswering = false }
      try await loop.post(.answered, ["request": "r", "model": "expert_short"])
    case 13:
      let kind = [LoopEventKind.memoryHigh, .userIdle, .userActive, .skillCrashed, .diskLow].randomElement(
        using: &random)
      try await loop.post(kind ?? .userIdle, ["skill": "calc", "bytes": "10100000000"])
    case 14:
      Bool.random(using: &random)
        ? try await engine.pause(until: loop.clock.now + 3_600_000) : try await engine.resume()
    default:
      guard let job = mine.randomElement(using: &random) else { return }
      _ = try? await engine.runNow(job: job.id, owner: LoopOwner.local)
      await engine.settle()
    }
  }

  private func check(_ loop: Fixture, _ hands: Hands, _ round: Int) async throws {
    let (done, faults) = hands.state.withLock { ($0.done, $0.faults) }
    #expect(faults.isEmpty, "round \(round)")
    #expect(done.values.allSatisfy { $0 == 1 }, "round \(round)")
    #expect(done.count > 20, "round \(round): too little happened for the test to mean anything")
    let history = try await loop.engine.history(limit: 10_000)
    #expect(Set(history.map(\.action.key)).count == history.count, "round \(round)")
    let inHistory = Set(history.filter { $0.state == .done }.map(\.action.key))
    #expect(Set(done.keys).subtracting(inHistory).isEmpty, "round \(round)")
    let status = try await loop.engine.status()
    #expect(status.state == .running && status.rowsSetAside == 0, "round \(round)")
    let items = try await loop.inbox()
    #expect(Set(items.map(\.id)).count == items.count && !items.isEmpty, "round \(round)")
  }
}
