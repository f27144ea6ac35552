import SaraiAgent
import SaraiCore
import SaraiLoop
import TestSupport
import Testing

@Suite struct SuggestionTests {
  private func with(_ time: String = "2026-11-23T10:00", _ body: (Fixture) async throws -> Void) async throws {
    try await Fixture.with(time, quietBuiltins: false) { loop in
      try await loop.switchOffBuiltins(but: ["suggest_on_idle"])
      try await body(loop)
    }
  }

  private func crash(_ loop: Fixture, _ skill: String, _ count: Int = 3) async throws {
    for _ in 0..<count { try await loop.post(.skillCrashed, ["skill": skill]) }
  }

  @Test("Where there is nothing useful to say, nothing is said, and nothing is noted either")
  func silence() async throws {
    try await with { loop in
      for _ in 0..<12 {
        try await loop.post(.userIdle)
        await loop.pass(hours: 1)
      }
      #expect(try await loop.inbox().isEmpty)
      #expect(try await loop.engine.history().isEmpty)
    }
  }

  @Test("What is useful is said with its reason and the command by which it is done")
  func reasons() async throws {
    try await with { loop in
      try await loop.post(
        .memoryMeasured,
        ["facts_not_backed_up": "12", "backed_up_at": "\(loop.clock.now - 9 * 86_400_000)", "questions": "0"])
      try await loop.post(.userIdle)
      let item = try #require(try await loop.inbox(.suggestion).first)
      #expect(
        item.text.es
          == "Hay 12 hechos nuevos que no están en ninguna copia; la última es del 14 de noviembre a las 10:00. ¿Hago "
          + "una? sarai memory backup")
      #expect(item.why.es == "La última copia tiene 9 días y desde entonces hay 12 hechos nuevos.")
      #expect(item.offer == "sarai memory backup" && item.text.en.contains("12 new facts are in no backup"))
    }
  }

  @Test("Of several, the most useful one comes first, and another not within the hour")
  func order() async throws {
    try await with { loop in
      try await crash(loop, "clima")
      try await loop.post(.memoryMeasured, ["questions": "2"])
      try await loop.post(
        .diskLow, ["path": "/", "free_bytes": "3100000000", "total_bytes": "100000000000", "largest": "modelos: 40 GB"])
      for _ in 0..<4 {
        try await loop.post(.userIdle)
        await loop.pass(minutes: 30)
      }
      let items = try await loop.inbox(.suggestion).reversed()
      #expect(items.map(\.topic) == ["disk", "skill:clima"])
      #expect(items.first?.text.es.hasPrefix("Queda poco disco: 3,1 GB libres en /. Lo que más ocupa: modelos") == true)
    }
  }

  @Test("No more than the day's budget is shown, whatever there is to say, and the next day it begins anew")
  func budget() async throws {
    try await with("2026-11-23T09:00") { loop in
      for number in 0..<9 { try await crash(loop, "skill\(number)") }
      for _ in 0..<12 {
        try await loop.post(.userIdle)
        await loop.pass(hours: 1)
      }
      #expect(try await loop.inbox(.suggestion).count == 3)
      for number in 0..<9 { try await crash(loop, "skill\(number)") }
      try await loop.pass(until: "2026-11-24T09:00")
      for _ in 0..<12 {
        try await loop.post(.userIdle)
        await loop.pass(hours: 1)
      }
      let items = try await loop.inbox(.suggestion)
      #expect(items.count == 6 && Set(items.map(\.topic)).count == 6)
    }
  }

  @Test("In quiet hours nothing is suggested, however useful", arguments: [0, 3, 7, 22, 23])
  func quiet(hour: Int) async throws {
    try await with("2026-11-23T\(hour < 10 ? "0" : "")\(hour):30") { loop in
      try await crash(loop, "clima")
      try await loop.post(.userIdle)
      #expect(try await loop.inbox().isEmpty)
    }
  }

  @Test("A topic comes again after a week, after a month where it was waved away, and never where it was muted")
  func rests() async throws {
    try await with { loop in
      var shown: [Int] = []
      for day in 0..<60 {
        try await loop.post(.memoryMeasured, ["questions": "2"])
        let before = try await loop.inbox(.suggestion).count
        try await loop.post(.userIdle)
        let items = try await loop.inbox(.suggestion)
        if items.count > before {
          shown.append(day)
          if shown.count == 2 { try await loop.engine.dismiss(items[0].id, owner: LoopOwner.local) }
          if shown.count == 3 { try await loop.engine.mute(items[0].topic, owner: LoopOwner.local) }
        }
        await loop.pass(hours: 24)
      }
      #expect(shown == [0, 7, 37])
    }
  }

  @Test("Whoever mutes suggestions gets none, and reminders all the same")
  func mutedAll() async throws {
    try await with { loop in
      try await loop.engine.mute("suggestion", owner: LoopOwner.local)
      try await crash(loop, "clima")
      try await loop.post(.userIdle)
      #expect(try await loop.inbox().isEmpty)
      try await loop.add("every 5m", .remind, ["text": "beber agua"])
      await loop.pass(minutes: 5)
      #expect(try await loop.inbox().count == 1)
    }
  }

  @Test("A suggestion counts as useful where it was not waved away, and is counted once the person has said so")
  func worth() async throws {
    try await with { loop in
      try await crash(loop, "uno")
      try await crash(loop, "dos")
      try await loop.post(.userIdle)
      await loop.pass(hours: 2)
      try await loop.post(.userIdle)
      let items = try await loop.inbox(.suggestion)
      #expect(try await loop.engine.tallies().isEmpty)
      try await loop.engine.dismiss(items[0].id, owner: LoopOwner.local)
      try await loop.engine.markActed(items[1].id, owner: LoopOwner.local)
      try await loop.engine.markRead(owner: LoopOwner.local)
      #expect(try await loop.engine.history().map(\.isUseful) == [false, true])
      #expect(try await loop.engine.tallies().map { "\($0.isUseful) \($0.count)" } == ["false 1", "true 1"])
    }
  }

  @Test("What is said of the machine is said to who looks after it, and to nobody else")
  func owners() async throws {
    try await with { loop in
      try await crash(loop, "clima")
      try await loop.post(.userIdle, ["owner": "ana"])
      #expect(try await loop.engine.inbox(owner: "ana").isEmpty)
      try await loop.post(.memoryMeasured, ["questions": "1", "owner": "ana"])
      try await loop.post(.userIdle, ["owner": "ana"])
      #expect(try await loop.engine.inbox(owner: "ana").map(\.topic) == ["questions"])
      #expect(try await loop.inbox().isEmpty)
    }
  }

  @Test("Three crashes of one skill within ten minutes are told of once, and not those of three skills")
  func crashes() async throws {
    try await Fixture.with(quietBuiltins: false) { loop in
      try await loop.switchOffBuiltins(but: ["alert_on_crashes"])
      for skill in ["a", "b", "c"] { try await crash(loop, skill, 2) }
      await loop.pass(minutes: 11)
      try await crash(loop, "a", 2)
      #expect(try await loop.inbox().isEmpty)
      try await crash(loop, "a", 3)
      let items = try await loop.inbox(.alert)
      #expect(items.map(\.topic) == ["skill:a"])
      #expect(items.first?.why.es == "Falló 3 veces en 10 minutos.")
    }
  }

  @Test("An event that is posted again under its name counts once")
  func repeated() async throws {
    try await Fixture.with(quietBuiltins: false) { loop in
      try await loop.switchOffBuiltins(but: ["prune_on_memory"])
      for _ in 0..<5 { try await loop.post(.memoryHigh, ["bytes": "10100000000"], id: "memory-1") }
      #expect(loop.hands.orders.count == 1)
      try await loop.post(.memoryHigh, ["bytes": "10100000000"], id: "memory-2")
      #expect(loop.hands.orders.count == 2)
    }
  }

  @Test("Critical memory is told of with its size and what can be done")
  func memory() async throws {
    try await Fixture.with(quietBuiltins: false) { loop in
      var levels = MemoryLevels(loop.settings.thresholds)
      for event in levels.take(10_600_000_000) { try await loop.engine.post(event) }
      await loop.engine.settle()
      #expect(loop.hands.actions == [.pruneCaches])
      let alert = try #require(try await loop.inbox(.alert).first)
      #expect(alert.text.es.hasPrefix("Los procesos de SARAi ocupan 10,6 GB."))
      #expect(alert.why.en == "They rose above 10.5 GB, the threshold of the configuration.")
    }
  }

  @Test("A job about a file hears of it and of what lies below it, and of nothing else")
  func files() async throws {
    try await Fixture.with { loop in
      try await loop.add("on file_changed", .runSkill, ["skill": "csv", "path": "/home/ana/datos"])
      #expect(try await loop.engine.status().watchedPaths == ["/home/ana/datos"])
      try await loop.post(.fileChanged, ["path": "/home/ana/datos2"])
      #expect(loop.hands.orders.isEmpty)
      try await loop.post(.fileChanged, ["path": "/home/ana/datos/enero.csv"])
      #expect(loop.hands.orders.map { $0.action.arguments["event.path"] } == ["/home/ana/datos/enero.csv"])
    }
  }
}
