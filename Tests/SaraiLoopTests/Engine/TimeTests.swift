import SaraiAgent
import SaraiCore
import SaraiLoop
import TestSupport
import Testing

@Suite struct TimeTests {
  @Test("A job is done at each of its times, and its effect is in the history")
  func onTime() async throws {
    try await Fixture.with { loop in
      try await loop.add("0 11 * * *")
      try await loop.add("every 45m", .runSkill, ["skill": "calc"])
      await loop.pass(hours: 2)
      #expect(try await loop.times() == ["2026-11-23T10:45", "2026-11-23T11:00", "2026-11-23T11:30"])
      let record = try #require(try await loop.engine.history().first)
      #expect(record.isUseful && record.effect == ActionEffect(.bytes, before: 2, after: 1) && record.attempts == 1)
      while loop.hands.settledKeys.count < 3 { await Task.yield() }
      #expect(Set(loop.hands.settledKeys) == Set(loop.hands.orders.map(\.key)))
    }
  }

  @Test(
    "What was missed while SARAi was off is done once, each time or not at all, as the job says",
    arguments: [(LoopJob.CatchUp.once, 1), (.all, 5), (.skip, 0)])
  func catchUp(_ choice: LoopJob.CatchUp, _ count: Int) async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly", catchUp: choice)
      try await loop.restart(after: 5 * 3_600_000 + 1_800_000)
      await loop.engine.settle()
      #expect(loop.hands.orders.count == count)
      // And from here on as always.
      await loop.pass(hours: 1)
      #expect(loop.hands.orders.count == count + 1)
      #expect(Set(loop.hands.orders.map(\.key)).count == count + 1)
    }
  }

  @Test("A year of missed minutes is caught up within bounds")
  func longAbsence() async throws {
    try await Fixture.with { loop in
      try await loop.add("every 1m", catchUp: .all)
      try await loop.add("every 1m", .backupMemory, catchUp: .once)
      try await loop.restart(after: 365 * 86_400_000)
      await loop.engine.settle()
      let caughtUp = loop.hands.orders.filter { $0.action.action == .pruneCaches }.map(\.action.dueAt)
      // The latest of them, in their order.
      let last = try #require(caughtUp.last)
      #expect(caughtUp == (0..<100).map { last - Int64(99 - $0) * 60_000 } && loop.clock.now - last < 60_000)
      #expect(loop.hands.actions.count { $0 == .backupMemory } == 1)
    }
  }

  @Test(
    "A clock that is set forward counts as an absence, and is told of",
    arguments: [(LoopJob.CatchUp.once, 1), (.all, 3), (.skip, 0)])
  func forward(_ choice: LoopJob.CatchUp, _ count: Int) async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly", catchUp: choice)
      await loop.pass(minutes: 10)
      loop.clock.set(loop.clock.now + 3 * 3_600_000)
      await loop.engine.settle()
      #expect(loop.hands.orders.count == count)
      #expect(try await loop.inbox(.alert).map(\.topic) == ["clock"])
    }
  }

  @Test("A clock that is set back repeats nothing, and leaves no job waiting for a time that was never real")
  func back() async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly")
      try await loop.add("0 11 * * *", .backupMemory)
      await loop.pass(hours: 2, minutes: 10)
      #expect(loop.hands.actions == [.pruneCaches, .backupMemory, .pruneCaches])
      loop.clock.set(loop.clock.now - 2 * 3_600_000)
      await loop.pass(hours: 2)
      #expect(loop.hands.orders.count == 3, "nothing is done twice")
      await loop.pass(hours: 1)
      #expect(loop.hands.orders.count == 4)
      #expect(try await loop.inbox(.alert).map(\.topic) == ["clock"])
    }
  }

  @Test("After two years that never were, jobs go on with the clock that is right")
  func wrongYear() async throws {
    try await Fixture.with("2028-11-23T10:00") { loop in
      try await loop.add("@hourly")
      await loop.pass(hours: 1)
      #expect(loop.hands.orders.count == 1)
      loop.clock.set(try Fixture.time("2026-11-23T10:30", loop.zone))
      await loop.pass(hours: 2)
      let times = try await loop.times()
      #expect(Set(times) == ["2028-11-23T11:00", "2026-11-23T10:30", "2026-11-23T11:00", "2026-11-23T12:00"])
      #expect(loop.hands.orders.count == 3)
    }
  }

  @Test("Ten thousand small changes of the clock, as time servers make them, do nothing and say nothing")
  func slewing() async throws {
    try await Fixture.with { loop in
      try await loop.add("@hourly")
      var random = SeededRandom(3)
      for _ in 0..<10_000 {
        loop.clock.pass(400)
        loop.clock.set(loop.clock.now + Int64.random(in: -900...900, using: &random))
        await loop.engine.advance()
      }
      await loop.engine.settle()
      #expect(try await loop.inbox().isEmpty)
      #expect(loop.hands.orders.count == Set(loop.hands.orders.map(\.key)).count)
    }
  }

  @Test("When the clock skips an hour, what was due in it is done at its end, and hourly jobs lose none")
  func spring() async throws {
    try await Fixture.with("2026-03-28T23:00") { loop in
      try await loop.add("30 2 * * *")
      try await loop.add("@hourly", .backupMemory)
      await loop.pass(hours: 24)
      let history = try await loop.engine.history(limit: 1000).reversed()
      #expect(
        history.filter { $0.action.action == .pruneCaches }.map { loop.local($0.startedAt ?? 0) } == [
          "2026-03-29T03:00"
        ])
      #expect(history.count { $0.action.action == .backupMemory } == 24)
    }
  }

  @Test("When an hour comes twice, what is due in it is done once, and hourly jobs in both")
  func autumn() async throws {
    try await Fixture.with("2026-10-24T23:30") { loop in
      try await loop.add("30 2 * * *")
      try await loop.add("@hourly", .backupMemory)
      await loop.pass(hours: 24)
      let history = try await loop.engine.history(limit: 1000).reversed()
      let fixed = history.filter { $0.action.action == .pruneCaches }
      #expect(fixed.map { loop.local($0.startedAt ?? 0) } == ["2026-10-25T02:30"])
      #expect(history.count { $0.action.action == .backupMemory } == 24)
    }
  }

  @Test("In another zone jobs follow its clock, what has a zone of its own does not, and it is said")
  func zone() async throws {
    try await Fixture.with("2026-11-23T08:30") { loop in
      try await loop.add("0 9 * * *")
      try await loop.add("0 12 * * *", .backupMemory)
      try await loop.add("0 20 * * *", .vacuumMemory, zone: "Europe/Madrid")
      try await loop.pass(until: "2026-11-23T10:00")
      loop.settings.zone = try ZoneRules(identifier: "America/New_York")
      try await loop.engine.configure(loop.settings)
      // It is four in the morning there: nine has been today already.
      try await loop.pass(until: "2026-11-24T10:00")
      let history = try await loop.engine.history().filter { $0.action.action != .alert }.reversed()
      #expect(
        history.map { "\($0.action.action.rawValue) \(loop.local($0.startedAt ?? 0))" } == [
          "prune_caches 2026-11-23T03:00", "backup_memory 2026-11-23T12:00", "vacuum_memory 2026-11-23T14:00",
          "prune_caches 2026-11-24T09:00",
        ])
      #expect(try await loop.inbox(.alert).map(\.topic) == ["zone"])
    }
  }

  @Test("A zone that changed while SARAi was off is noticed")
  func zoneWhileOff() async throws {
    try await Fixture.with("2026-11-23T10:00") { loop in
      try await loop.add("0 12 * * *")
      loop.settings.zone = try ZoneRules(identifier: "Europe/London")
      try await loop.restart(after: 60_000)
      await loop.pass(hours: 3)
      #expect(try await loop.times().last == "2026-11-23T12:00")
    }
  }

  @Test("What is missed in one run of a schedule that comes faster than it is done is not piled up")
  func coalescing() async throws {
    let gate = OneShot<Void>()
    let hands = NotingHands { _ in
      await gate.wait()
      return ActionOutcome()
    }
    try await Fixture.with(hands: hands) { loop in
      try await loop.add("every 1m", limitSeconds: 7200)
      for _ in 0..<30 {
        loop.clock.pass(60_000)
        await loop.engine.advance()
      }
      gate.set(())
      await loop.engine.settle()
      #expect(hands.orders.count == 1)
      await loop.pass(minutes: 1)
      #expect(hands.orders.count == 2)
    }
  }

  @Test("With ten thousand jobs, a tick in which none is due reads nothing, and all are done when they are")
  func manyJobs() async throws {
    try await Fixture.with { loop in
      let schedules = (0..<10_000).map { "\($0 % 60) \(11 + $0 / 60 % 10) * * *" }
      for (index, text) in schedules.enumerated() {
        try await loop.add(text, .remind, ["text": "\(index)"], name: "job \(index)")
      }
      var quickest = Duration.seconds(1)
      for _ in 0..<200 {
        let start = ContinuousClock.now
        await loop.engine.advance()
        quickest = min(quickest, ContinuousClock.now - start)
      }
      #expect(quickest < .microseconds(500), "a tick took \(quickest)")
      var opening = Duration.seconds(60)
      for _ in 0..<3 {
        let start = ContinuousClock.now
        try await loop.restart()
        opening = min(opening, ContinuousClock.now - start)
      }
      #expect(opening < .milliseconds(500), "opening took \(opening)")
      try await loop.pass(until: "2026-11-23T21:00")
      #expect(try await loop.engine.history(limit: 10_000).count == 10_000)
    }
  }
}
