import SaraiAgent
import SaraiCore
import SaraiLoop
import Synchronization
import TestSupport
import Testing

@Suite struct SimulationTests {
  /// A person, the loop, and a machine that is only thought of.
  private final class Life {
    let loop: Fixture
    let house: Household
    var random: SeededRandom
    var turns = 0

    init(_ loop: Fixture, seed: UInt64) {
      self.loop = loop
      house = Household()
      random = SeededRandom(seed)
      let (house, clock) = (house, loop.clock)
      loop.hands.change { house.perform($0, now: clock.now) }
    }

    /// The person comes, asks a few things, and is away after five minutes.
    func session(turns count: Int, skill: String? = nil) async throws {
      try await loop.post(.userActive)
      for _ in 0..<count {
        turns += 1
        try await loop.post(.answering, ["request": "\(turns)"])
        await loop.pass(seconds: Int64.random(in: 1...6, using: &random))
        house.turn(now: loop.clock.now, &random)
        try await loop.post(
          .answered, ["request": "\(turns)"].merging(skill.map { ["skill": $0] } ?? ["model": "expert_short"]) { $1 })
        await loop.pass(seconds: Int64.random(in: 5...50, using: &random))
      }
      await loop.pass(seconds: loop.settings.idleSeconds)
      try await loop.post(.userIdle)
    }

    /// The person looks into the inbox, does some of what it offers and waves some of it away.
    func readInbox() async throws {
      for item in try await loop.inbox(.suggestion) where item.readAt == nil && item.dismissedAt == nil {
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<3: try await loop.engine.dismiss(item.id, owner: LoopOwner.local)
        case 3..<6: try await loop.engine.markActed(item.id, owner: LoopOwner.local)
        default: try await loop.engine.markRead([item.id], owner: LoopOwner.local)
        }
      }
    }
  }

  @Test("In a simulated month, suggestions keep their budget, hours and rests, and are mostly not waved away")
  func month() async throws {
    try await Fixture.with("2026-11-02T00:00", quietBuiltins: false) { loop in
      let life = Life(loop, seed: 30)
      let start = loop.clock.now
      for day in 0..<30 {
        for hour in [7, 9, 11, 13, 16, 18, 20, 22, 23] {
          let moment = start + Int64(day * 24 + hour) * 3_600_000 + Int64.random(in: 0...2_400_000, using: &life.random)
          guard Int.random(in: 0..<10, using: &life.random) < 8, moment > loop.clock.now else { continue }
          await loop.pass(seconds: (moment - loop.clock.now) / 1000)
          try await happen(life, day: day, hour: hour)
          try await life.session(
            turns: Int.random(in: 1...8, using: &life.random), skill: hour == 9 ? "agenda" : nil)
          if hour >= 18 { try await life.readInbox() }
        }
      }
      try await checkMonth(loop)
    }
  }

  /// What happens in a life: facts with dates, skills that crash, a disk that fills, memories that ask.
  private func happen(_ life: Life, day: Int, hour: Int) async throws {
    let loop = life.loop
    func odds(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &life.random) < percent }
    if odds(4) {
      let date = loop.zone.civil(loop.clock.now / 1000 + Int64.random(in: 1...12, using: &life.random) * 86_400).date
      try await loop.post(
        .factDated,
        [
          "fact": "\(day)-\(hour)", "subject": "cumpleaños de Ana \(day)", "verb": "ser",
          "object": "\(CalendarNames(.spanish).date(date, thisYear: date.year))", "told_at": "\(loop.clock.now)",
        ])
    }
    if odds(6) {
      let skill = ["clima", "correo", "agenda"].randomElement(using: &life.random) ?? "clima"
      for _ in 0..<4 { try await loop.post(.skillCrashed, ["skill": skill]) }
    }
    if odds(2) {
      try await loop.post(.diskLow, ["path": "/", "free_bytes": "3000000000", "total_bytes": "99000000000"])
    }
    if odds(10) {
      try await loop.post(
        .memoryMeasured,
        [
          "questions": "\(Int.random(in: 0...2, using: &life.random))", "facts_not_backed_up": "\(day)",
          "backed_up_at": "\(loop.clock.now - Int64.random(in: 0...12, using: &life.random) * 86_400_000)",
        ])
    }
  }

  private func checkMonth(_ loop: Fixture) async throws {
    let all = try await loop.engine.inbox(owner: LoopOwner.local, limit: 1000)
    let items = all.filter { $0.kind == .suggestion }
    var byDay: [String: Int] = [:]
    var byHour = [Int](repeating: 0, count: 24)
    for item in items {
      let local = loop.local(item.createdAt)
      byDay[String(local.prefix(10)), default: 0] += 1
      byHour[Int(local.dropFirst(11).prefix(2)) ?? 0] += 1
    }
    let waved = items.count { $0.dismissedAt != nil }
    let table = """
      \(items.count) suggestions in 30 days: \(items.count { $0.actedAt != nil }) acted on, \(waved) waved away, \
      \(items.count { $0.readAt != nil }) read; most in a day: \(byDay.values.max() ?? 0)
      by hour: \(byHour.enumerated().filter { $0.element > 0 }.map { "\($0.offset) h: \($0.element)" }.joined(separator: ", "))
      by topic: \(Dictionary(grouping: items, by: \.topic).mapValues(\.count).sorted { $0.key < $1.key })
      reminders: \(all.count { $0.kind == .reminder }), alerts: \(all.count { $0.kind == .alert })
      """
    let budget = loop.settings.suggestionsPerDay
    #expect(items.count >= 8, "\(table)")
    #expect(byDay.values.allSatisfy { $0 <= budget }, "\(table)")
    #expect((22..<24).allSatisfy { byHour[$0] == 0 } && (0..<8).allSatisfy { byHour[$0] == 0 }, "\(table)")
    for (topic, shown) in Dictionary(grouping: items, by: \.topic) {
      let times = shown.map(\.createdAt).sorted()
      for (first, second) in zip(times, times.dropFirst()) {
        let wasWaved = shown.contains { $0.createdAt == first && $0.dismissedAt != nil }
        #expect(second - first > (wasWaved ? 30 : 7) * 86_400_000, "\(topic) came too soon\n\(table)")
      }
    }
    #expect(items.allSatisfy { !$0.why.es.isEmpty && !$0.why.en.isEmpty && $0.text.es != $0.text.en }, "\(table)")
  }

  @Test("In 24 simulated hours of use, at least seven actions an hour have an effect, and none of them while answering")
  func day() async throws {
    try await Fixture.with("2026-11-23T06:00", quietBuiltins: false) { loop in
      let life = Life(loop, seed: 24)
      let isAnswering = Mutex(0)
      let (house, clock) = (life.house, loop.clock)
      loop.hands.change { order in
        #expect(isAnswering.withLock { $0 } == 0)
        return house.perform(order, now: clock.now)
      }
      try await loop.add("0 8 * * *", .runSkill, ["skill": "agenda"])
      try await loop.add("every 90m", .remind, ["text": "levantarte un rato"])
      try await loop.add("on file_changed", .runSkill, ["skill": "csv", "path": "/datos"])
      let end = loop.clock.now + 24 * 3_600_000
      while loop.clock.now < end {
        if Int.random(in: 0..<8, using: &life.random) == 0 {
          try await loop.post(.fileChanged, ["path": "/datos/a.csv"])
        }
        try await life.session(turns: Int.random(in: 1...6, using: &life.random))
        await loop.pass(minutes: Int64.random(in: 3...12, using: &life.random))
      }
      try await checkDay(loop, turns: life.turns)
    }
  }

  private func checkDay(_ loop: Fixture, turns: Int) async throws {
    let history = try await loop.engine.history(limit: 10_000)
    let hours = Double(24)
    var lines = ["\(turns) turns; \(history.count) actions, \(history.count(where: \.isUseful)) with an effect"]
    for (action, records) in Dictionary(grouping: history, by: \.action.action).sorted(by: {
      $0.key.rawValue < $1.key.rawValue
    }) {
      let useful = records.filter(\.isUseful)
      let gains = Dictionary(grouping: useful.compactMap(\.effect), by: \.unit)
        .map { "\($1.reduce(0) { $0 + $1.gain }) \($0.rawValue)" }.joined(separator: ", ")
      lines.append("\(action.rawValue): \(records.count), useful \(useful.count), \(gains)")
    }
    var byHour = [Int](repeating: 0, count: 24)
    for record in history where record.isUseful {
      byHour[Int(loop.local(record.endedAt ?? 0).dropFirst(11).prefix(2)) ?? 0] += 1
    }
    lines.append("useful by hour: \(byHour)")
    let table = lines.joined(separator: "\n")
    #expect(Double(history.count(where: \.isUseful)) / hours >= 7, "\(table)")
    #expect(history.allSatisfy { $0.state == .done }, "\(table)")
    #expect(Set(history.map(\.action.key)).count == history.count, "\(table)")
  }
}
