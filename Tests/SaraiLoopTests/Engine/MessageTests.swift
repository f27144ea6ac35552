import SaraiAgent
import SaraiCore
import TestSupport
import Testing

@testable import SaraiLoop

@Suite struct MessageTests {
  private func reminder(_ schedule: String, _ text: String = "llamar a tu madre") throws -> Reminder {
    Reminder(schedule: try Schedule(text: schedule), text: text)
  }

  @Test("A reminder is given at its minute, in both languages, says why it is given, and is over then")
  func reminds() async throws {
    try await Fixture.with("2026-11-23T21:14") { loop in
      let job = try await loop.engine.remind(
        owner: LoopOwner.local, reminder("at 2026-11-24T07:00:00Z"),
        said: "recuérdame mañana a las 8 llamar a mi madre")
      #expect(job.source == .chat && loop.local(job.nextAt ?? 0) == "2026-11-24T08:00")
      await loop.pass(hours: 12)
      let item = try #require(try await loop.inbox().first)
      #expect(item.text.es == "Recordatorio: llamar a tu madre" && item.text.en == "Reminder: llamar a tu madre")
      #expect(loop.local(item.createdAt) == "2026-11-24T08:00")
      #expect(item.why.es == "Me lo pediste ayer a las 21:14: «recuérdame mañana a las 8 llamar a mi madre»")
      #expect(item.why.en.hasPrefix("You asked me yesterday at 21:14: "))
      #expect(try await loop.engine.reminders(owner: LoopOwner.local).isEmpty)
      await loop.pass(hours: 48)
      #expect(try await loop.inbox().count == 1)
    }
  }

  @Test(
    "What a person asked for in a sentence is said at its time, in the second person",
    arguments: [
      ("recuérdame mañana a las 8 llamar a mi madre", Language.spanish, "2026-11-24T08:00", "llamar a tu madre"),
      ("recuérdame en 45 minutos sacar el pan", .spanish, "2026-11-23T21:59", "sacar el pan"),
      ("remind me tomorrow at 8 to call my mother", .english, "2026-11-24T08:00", "call your mother"),
    ])
  func sentences(_ said: String, _ language: Language, _ time: String, _ text: String) async throws {
    try await Fixture.with("2026-11-23T21:14") { loop in
      let read = LoopSentence.read(said, now: loop.clock.now / 1000, zone: loop.zone, language: language)
      guard case .remind(let reminder) = read else {
        Issue.record("not read: \(said)")
        return
      }
      try await loop.engine.remind(owner: LoopOwner.local, reminder, said: said)
      await loop.pass(hours: 24)
      let items = try await loop.inbox()
      #expect(items.map { loop.local($0.createdAt) } == [time])
      #expect(items.map { $0.text[language].split(separator: ": ").last.map(String.init) } == [text])
      #expect(items.first?.why[language].contains(said) == true)
    }
  }

  @Test("Three days later, why it was said names the day")
  func whyLater() async throws {
    try await Fixture.with("2026-11-23T21:14") { loop in
      try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-27T07:00:00Z"), said: "recuérdame…")
      await loop.pass(hours: 96)
      let item = try #require(try await loop.inbox().first)
      #expect(try await loop.engine.why(item.id, owner: LoopOwner.local) == item.why)
      #expect(item.why.es == "Me lo pediste el lunes 23 a las 21:14: «recuérdame…»")
      #expect(item.why.en == "You asked me on Monday 23 at 21:14: \"recuérdame…\"")
    }
  }

  @Test("A reminder that was missed while the machine was off is given late, with its time")
  func late() async throws {
    try await Fixture.with("2026-11-23T21:14") { loop in
      try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-24T07:00:00Z"))
      try await loop.restart(after: 20 * 3_600_000)
      await loop.engine.settle()
      #expect(
        try await loop.inbox().map(\.text.es) == [
          "Recordatorio: llamar a tu madre (tocaba hoy a las 8:00; no estaba en marcha)"
        ])
    }
  }

  @Test("Reminders at an hour that the person gave come in quiet hours, too, and take nothing from the budget")
  func quietHours() async throws {
    try await Fixture.with("2026-11-23T21:14") { loop in
      for hour in 0..<6 {
        try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-24T0\(hour):00:00Z", "cosa \(hour)"))
      }
      await loop.pass(hours: 9)
      #expect(try await loop.inbox(.reminder).count == 6)
    }
  }

  @Test("A reminder is taken back by words of it, whatever their accents, and by all of them where none are given")
  func cancels() async throws {
    try await Fixture.with { loop in
      for text in ["llamar a tu madre", "comprar pan", "llamar al médico"] {
        try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-24T07:00:00Z", text))
      }
      try await loop.engine.remind(owner: "ana", reminder("at 2026-11-24T07:00:00Z"))
      let engine = loop.engine
      #expect(try await engine.cancelReminders(owner: LoopOwner.local, matching: "el de mi hermano").isEmpty)
      let gone = try await engine.cancelReminders(owner: LoopOwner.local, matching: "lo del MEDICO")
      #expect(gone.map { $0.arguments["text"] } == ["llamar al médico"])
      #expect(try await engine.reminders(owner: LoopOwner.local).count == 2)
      #expect(try await engine.cancelReminders(owner: LoopOwner.local).count == 2)
      #expect(try await engine.reminders(owner: "ana").count == 1)
    }
  }

  @Test("Whoever waits for a message that was asked for is told when it is written", .timeLimit(.minutes(1)))
  func awaited() async throws {
    try await Fixture.with { loop in
      let engine = loop.engine
      let job = try await engine.remind(owner: LoopOwner.local, reminder("at 2026-11-24T07:00:00Z"))
      let key = try await engine.runNow(job: job.id, owner: LoopOwner.local)
      let waiting = Task { try await engine.outcome(of: key) }
      while await engine.endings.isEmpty { await Task.yield() }
      await engine.settle()
      #expect(try await waiting.value.state == .done)
      #expect(try await loop.inbox().count == 1)
    }
  }

  @Test("A reminder that names nothing but a time says so, and any other job needs something to say")
  func wordless() async throws {
    try await Fixture.with("2026-11-23T21:14") { loop in
      try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-24T07:00:00Z", ""), said: "avísame")
      await loop.pass(hours: 12)
      let item = try #require(try await loop.inbox().first)
      #expect(item.text.es == "Me pediste que te avisara a esta hora.")
      #expect(item.text.en == "You asked me to let you know at this time.")
      await #expect(throws: SaraiError.self) {
        try await loop.engine.addJob(
          LoopJob(
            name: "x", owner: LoopOwner.local, schedule: try Schedule(text: "@daily"), action: .remind, arguments: [:]))
      }
    }
  }

  @Test("Nobody sees, reads, waves away or asks about the messages and jobs of another")
  func owners() async throws {
    try await Fixture.with { loop in
      try await loop.engine.remind(owner: "ana", reminder("at 2026-11-23T10:00:00Z"))
      await loop.pass(hours: 2)
      let engine = loop.engine
      let item = try #require(try await engine.inbox(owner: "ana").first)
      #expect(try await loop.inbox().isEmpty)
      await #expect(throws: SaraiError.self) { try await engine.why(item.id, owner: LoopOwner.local) }
      await #expect(throws: SaraiError.self) { try await engine.dismiss(item.id, owner: LoopOwner.local) }
      await #expect(throws: SaraiError.self) { try await engine.markRead([item.id], owner: LoopOwner.local) }
      try await engine.markRead(owner: LoopOwner.local)
      #expect(try await engine.inbox(owner: "ana", unreadOnly: true).count == 1)
      try await engine.markRead([item.id], owner: "ana")
      #expect(try await engine.inbox(owner: "ana", unreadOnly: true).isEmpty)
      #expect(try await engine.jobs(owner: LoopOwner.local).allSatisfy { $0.owner != "ana" })
    }
  }

  @Test("Who watches gets what nobody was shown yet, and then what comes")
  func watching() async throws {
    try await Fixture.with { loop in
      try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-23T10:00:00Z", "uno"))
      try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-23T11:00:00Z", "dos"))
      await loop.pass(hours: 1, minutes: 30)
      var changes = try await loop.engine.changes().makeAsyncIterator()
      #expect(await changes.next()?.text.es == "Recordatorio: uno")
      await loop.pass(hours: 1)
      let second = try #require(await changes.next())
      #expect(second.text.es == "Recordatorio: dos")
      let ids = try await loop.inbox().map(\.id)
      try await loop.engine.markShown(ids, owner: LoopOwner.local)
      try await loop.engine.remind(owner: LoopOwner.local, reminder("at 2026-11-23T13:00:00Z", "tres"))
      var later = try await loop.engine.changes().makeAsyncIterator()
      await loop.pass(hours: 2)
      #expect(await later.next()?.text.es == "Recordatorio: tres")
    }
  }

  @Test("A muted topic is never written again, whatever is due")
  func muted() async throws {
    try await Fixture.with { loop in
      let job = try await loop.add("@hourly", .remind, ["text": "beber agua"])
      await loop.pass(hours: 1)
      let item = try #require(try await loop.inbox().first)
      #expect(item.topic == "reminder:\(job.id)")
      try await loop.engine.mute(item.topic, owner: LoopOwner.local)
      await loop.pass(hours: 3)
      #expect(try await loop.inbox().count == 1)
      #expect(try await loop.engine.history().filter(\.isUseful).count == 1)
      try await loop.engine.unmute(item.topic, owner: LoopOwner.local)
      await loop.pass(hours: 1)
      #expect(try await loop.inbox().count == 2)
    }
  }

  @Test("Texts and words from outside stay texts: nothing in them is a statement")
  func hostile() async throws {
    let hostile = "'); DROP TABLE job; -- \u{1F468}\u{200D}\" %s"
    try await Fixture.with { loop in
      try await loop.engine.remind(
        owner: hostile, reminder("at 2026-11-23T10:00:00Z", hostile), said: String(repeating: hostile, count: 5_000))
      await loop.pass(hours: 2)
      let items = try await loop.engine.inbox(owner: hostile)
      #expect(items.count == 1 && items[0].text.es == "Recordatorio: " + hostile)
      #expect(items[0].why.es.utf8.count < 8_000)
      try await loop.engine.mute(hostile, owner: hostile)
      #expect(try await loop.engine.mutedTopics(owner: hostile) == [hostile])
      try await loop.post(.skillCrashed, ["skill": hostile, "owner": hostile])
      _ = try await loop.engine.cancelReminders(owner: hostile, matching: hostile)
      #expect(try await loop.engine.jobs().contains { $0.source == .builtin })
    }
  }
}
