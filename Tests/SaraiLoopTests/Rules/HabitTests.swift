import SaraiAgent
import SaraiCore
import SaraiLoop
import TestSupport
import Testing

@Suite struct HabitTests {
  private func with(_ body: (Fixture) async throws -> Void) async throws {
    // A Monday.
    try await Fixture.with("2026-11-23T00:00", quietBuiltins: false) { loop in
      try await loop.switchOffBuiltins(but: ["warm_habits", "suggest_on_idle"])
      try await body(loop)
    }
  }

  private func use(_ loop: Fixture, day: Int, hour: Int, _ values: [String: String]) async throws {
    let start = try Fixture.time("2026-11-23T00:00", loop.zone)
    await loop.pass(seconds: (start - loop.clock.now) / 1000 + Int64(day * 24 + hour) * 3600 + 600)
    try await loop.post(.answering, ["request": "\(day) \(hour)"])
    try await loop.post(.answered, values.merging(["request": "\(day) \(hour)"]) { $1 })
  }

  @Test("What is used at the same hour every weekday is made ready two minutes before, and not on the weekend")
  func daily() async throws {
    try await with { loop in
      for day in 0..<12 where day % 7 < 5 { try await use(loop, day: day, hour: 9, ["model": "expert_short"]) }
      let warmed = try await loop.engine.history(limit: 100).reversed()
      #expect(
        warmed.map { loop.local($0.startedAt ?? 0) } == [
          "2026-11-26T08:58", "2026-11-27T08:58", "2026-11-30T08:58", "2026-12-01T08:58", "2026-12-02T08:58",
          "2026-12-03T08:58", "2026-12-04T08:58",
        ])
      #expect(warmed.allSatisfy { $0.action.action == .warmModel && $0.action.arguments == ["model": "expert_short"] })
      #expect(warmed.allSatisfy { $0.action.trigger == "habit" })
    }
  }

  @Test("What is used once a week at its hour is made ready from the third week on, and forgotten when it is over")
  func weekly() async throws {
    try await with { loop in
      for week in 0..<4 { try await use(loop, day: week * 7 + 2, hour: 18, ["skill": "calc"]) }
      await loop.pass(hours: 24 * 7 * 6)
      let warmed = try await loop.engine.history(limit: 100).reversed()
      #expect(warmed.allSatisfy { $0.action.action == .warmSkill && $0.action.arguments == ["skill": "calc"] })
      #expect(
        warmed.map { loop.local($0.startedAt ?? 0) } == [
          "2026-12-09T17:58", "2026-12-16T17:58", "2026-12-23T17:58", "2026-12-30T17:58", "2027-01-06T17:58",
        ])
    }
  }

  @Test("What is used now and then, at any hour, is never made ready")
  func noHabit() async throws {
    try await with { loop in
      var random = SeededRandom(8)
      for day in 0..<28 where Int.random(in: 0..<3, using: &random) == 0 {
        try await use(loop, day: day, hour: Int.random(in: 8..<22, using: &random), ["skill": "sql"])
      }
      #expect(loop.hands.orders.isEmpty)
    }
  }

  @Test("The dry run says what habits would make ready")
  func planned() async throws {
    try await with { loop in
      for day in 0..<4 { try await use(loop, day: day, hour: 9, ["model": "expert_short"]) }
      let plan = try await loop.engine.dryRun(hours: 24).filter { $0.at != nil }
      #expect(plan.map { loop.local($0.at ?? 0) } == ["2026-11-27T08:58"])
      #expect(plan.map(\.arguments) == [["model": "expert_short"]])
    }
  }

  @Test("A skill that is asked at about the same hour on most days is offered once to be done by itself")
  func offered() async throws {
    try await with { loop in
      for day in 0..<7 {
        try await use(loop, day: day, hour: 8, ["skill": "agenda"])
        try await loop.post(.userIdle)
      }
      await loop.pass(hours: 3)
      try await loop.post(.userIdle)
      let items = try await loop.inbox(.suggestion)
      #expect(items.map(\.topic) == ["habit:agenda"])
      #expect(items.first?.offer == "sarai job add \"0 8 * * *\" run_skill agenda")
      #expect(items.first?.why.es.contains("de los últimos 7 días") == true)
    }
  }
}
