import SaraiAgent
import SaraiCore
import SaraiLoop
import TestSupport
import Testing

@Suite struct FactDateTests {
  private func tell(
    _ loop: Fixture, _ fact: String = "40", subject: String = "cumpleaños de la madre del usuario",
    verb: String = "ser", object: String = "24 de noviembre", said: String = ""
  ) async throws {
    try await loop.post(
      .factDated,
      [
        "fact": fact, "subject": subject, "verb": verb, "object": object, "said": said,
        "told_at": "\(loop.clock.now)",
      ])
  }

  private func with(_ time: String, _ body: (Fixture) async throws -> Void) async throws {
    try await Fixture.with(time, quietBuiltins: false) { loop in
      try await loop.switchOffBuiltins(but: ["fact_dates", "suggest_on_idle"])
      try await body(loop)
    }
  }

  @Test("A birthday that was told is recalled the evening before, every year, with who told it and when")
  func birthday() async throws {
    try await with("2026-11-20T10:00") { loop in
      try await tell(loop, said: "el cumpleaños de mi madre es el 24 de noviembre")
      await loop.pass(hours: 24 * 4)
      let item = try #require(try await loop.inbox().first)
      #expect(item.kind == .reminder && loop.local(item.createdAt) == "2026-11-23T19:00")
      #expect(item.text.es == "Mañana es el cumpleaños de tu madre.")
      #expect(item.text.en == "Tomorrow is your mother's birthday.")
      #expect(
        item.why.es == "Me lo contaste el viernes 20 a las 10:00: «el cumpleaños de mi madre es el 24 de noviembre»")
      let next = try #require(try await loop.engine.reminders(owner: LoopOwner.local).first)
      #expect(loop.local(next.nextAt ?? 0) == "2027-11-23T19:00")
    }
  }

  @Test("What has an hour is recalled an hour before, and what would be in quiet hours the evening before")
  func hours() async throws {
    try await with("2026-11-23T10:00") { loop in
      try await tell(
        loop, "1", subject: "usuario", verb: "tener", object: "cita con el dentista mañana a las 10",
        said: "tengo cita con el dentista mañana a las 10")
      try await tell(loop, "2", subject: "vuelo del usuario", verb: "ser", object: "el miércoles a las 7")
      await loop.pass(hours: 72)
      let items = try await loop.inbox().reversed()
      #expect(items.map { loop.local($0.createdAt) } == ["2026-11-24T09:00", "2026-11-24T19:00"])
      #expect(
        items.map(\.text.es) == [
          "Hoy a las 10:00: me contaste «tengo cita con el dentista mañana a las 10».",
          "Mañana a las 7:00 es tu vuelo.",
        ])
      // They were for once.
      #expect(try await loop.engine.reminders(owner: LoopOwner.local).isEmpty)
    }
  }

  @Test("A fact that changes moves its reminder, one that is forgotten takes it along, and one without a date has none")
  func changes() async throws {
    try await with("2026-11-20T10:00") { loop in
      try await tell(loop)
      try await tell(loop, object: "30 de noviembre")
      try await tell(loop, "41", subject: "usuario", verb: "vivir en", object: "Madrid")
      let jobs = try await loop.engine.reminders(owner: LoopOwner.local)
      #expect(jobs.map { loop.local($0.nextAt ?? 0) } == ["2026-11-29T19:00"])
      try await loop.post(.factGone, ["fact": "40"])
      #expect(try await loop.engine.reminders(owner: LoopOwner.local).isEmpty)
      await loop.pass(hours: 24 * 14)
      #expect(try await loop.inbox().isEmpty)
    }
  }

  @Test("Who muted a date, or switched such reminders off, hears nothing of it")
  func muted() async throws {
    try await with("2026-11-20T10:00") { loop in
      try await tell(loop)
      try await loop.engine.mute("fact:40", owner: LoopOwner.local)
      await loop.pass(hours: 24 * 5)
      #expect(try await loop.inbox().isEmpty)
      try await loop.switchOffBuiltins()
      try await tell(loop, "42", object: "30 de noviembre")
      try await tell(loop, "43", object: "5 de diciembre")
      try await loop.pass(until: "2026-12-01T10:00")
      #expect(try await loop.inbox().isEmpty)
      try await loop.switchOffBuiltins(but: ["fact_dates"])
      await loop.pass(hours: 24 * 5)
      #expect(try await loop.inbox().map(\.topic) == ["fact:43"])
    }
  }

  @Test("A birthday on 29 February has its reminder in every year")
  func leapDay() async throws {
    try await with("2026-12-01T10:00") { loop in
      try await tell(loop, object: "29 de febrero")
      #expect(
        try await loop.engine.reminders(owner: LoopOwner.local).map { loop.local($0.nextAt ?? 0) }
          == ["2027-02-27T19:00"])
    }
  }

  @Test("A date whose reminder nobody could give any more is suggested on its day")
  func tooLate() async throws {
    try await with("2026-11-23T20:00") { loop in
      try await tell(loop)
      try await loop.pass(until: "2026-11-24T09:30")
      #expect(try await loop.inbox().isEmpty)
      try await loop.post(.userIdle)
      #expect(try await loop.inbox(.suggestion).map(\.text.es) == ["Hoy es el cumpleaños de tu madre."])
    }
  }
}
