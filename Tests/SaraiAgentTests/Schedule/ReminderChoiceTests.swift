import SaraiAgent
import SaraiCore
import Testing

@Suite struct ReminderChoiceTests {
  /// Monday the 23rd, 10:00 in Madrid.
  private let now: Int64
  private let kept: [KeptReminder]

  init() throws {
    let now = try instant("2026-11-23T09:00Z")
    self.now = now
    let reminders = [
      ("mañana a las 8", "llamar a tu madre"), ("mañana a las 7 de la tarde", ""), ("cada martes a las 9", "regar"),
      ("el 7 de mayo a las 10", "pagar el seguro"), ("todos los días a las 21:30", "tomar las pastillas"),
      ("el jueves a las 7 de la mañana", "call your brother"), ("cada 2 horas", "beber agua"),
    ]
    kept = try reminders.enumerated().map { index, reminder in
      let schedule = try Schedule(reading: reminder.0, now: now, zone: madrid, language: .spanish)
      return KeptReminder(
        id: Int64(index + 1), schedule: schedule, text: reminder.1,
        nextAt: try #require(schedule.next(after: now, anchor: now, zone: madrid)))
    }
  }

  @Test(
    arguments: [
      (.spanish, "tu madre", [1]), (.spanish, "llamar", [1]), (.spanish, "LLAMAR A TU MADRE", [1]),
      (.spanish, "las 8", [1]), (.spanish, "mañana a las 8", [1]), (.spanish, "las ocho de la mañana", [1]),
      (.spanish, "mañana", [1, 2, 3, 5]), (.spanish, "las 7 de la tarde", [2]), (.spanish, "las 19:00", [2]),
      (.spanish, "las 7", [2, 6]), (.spanish, "mañana a las 7", [2]), (.spanish, "el martes", [1, 2, 3, 5]),
      (.spanish, "los martes a las 9", [3]), (.spanish, "cada martes", [3]), (.spanish, "regar el martes", [3]),
      (.spanish, "el 7 de mayo", [4, 5]), (.spanish, "seguro", [4]), (.spanish, "las nueve y media de la noche", [5]),
      (.spanish, "las pastillas de las 9 y media", [5]), (.spanish, "las pastillas de las 8", []),
      (.spanish, "las pastillas", [5]), (.spanish, "cada 2 horas", [7]), (.spanish, "cada 3 horas", []),
      (.english, "calling your brother", [6]), (.english, "7 am", [6]), (.english, "8 o'clock", [1]),
      (.english, "at 7 in the evening", [2]),
      (.english, "7", [2, 6]), (.english, "thursday", [5, 6]), (.english, "the one at 8", [1]),
      (.spanish, "dentista", []), (.spanish, "lo de mi", []), (.spanish, "", []), (.spanish, "ese", []),
      (.spanish, "tu madre y el dentista", []), (.english, "7 apples", []), (.spanish, "las 8 o las 9", []),
    ] as [(Language, String, [Int64])])
  func `a reminder is meant where every word is of its text or its time`(
    language: Language, what: String, meant: [Int64]
  ) throws {
    let choice = try #require(ReminderChoice(what, now: now, zone: madrid, language: language))
    #expect(choice.meant(of: kept).map(\.id) == meant)
  }

  @Test func `what is no name of a reminder means none, whatever its size`() {
    #expect(ReminderChoice(String(repeating: "las 7 ", count: 1000), now: now, zone: madrid, language: .spanish) == nil)
    let long = KeptReminder(id: 9, schedule: kept[0].schedule, text: String(repeating: "🙂", count: 2000), nextAt: now)
    #expect(ReminderChoice("🙂", now: now, zone: madrid, language: .spanish)?.meant(of: [long]).isEmpty == true)
  }
}

@Suite struct ReminderWordsTests {
  private func words(_ language: Language, _ now: Int64) -> ReminderWords {
    ReminderWords(language: language, zone: madrid, now: now)
  }

  @Test func `a reminder without a text is told back by its time alone`() throws {
    let now = try instant("2026-11-23T09:00Z")
    guard
      case .remind(let bare) = LoopSentence.read("avísame en 45 minutos", now: now, zone: madrid, language: .spanish),
      case .remind(let told) = LoopSentence.read(
        "recuérdame mañana a las 8 llamar a mi madre", now: now, zone: madrid, language: .spanish)
    else {
      Issue.record("not read")
      return
    }
    #expect(words(.spanish, now).willRemind(bare) == "De acuerdo. Te avisaré hoy a las 10:45.")
    #expect(words(.english, now).willRemind(bare) == "All right. I will let you know today at 10:45.")
    #expect(
      words(.spanish, now).willRemind(told)
        == "De acuerdo. Te lo recordaré mañana, martes 24, a las 8:00: llamar a tu madre.")
    let kept = KeptReminder(id: 1, schedule: bare.schedule, text: "", nextAt: now + 2_700)
    #expect(words(.spanish, now).list([kept]) == "Tus recordatorios:\n– hoy a las 10:45")
    #expect(words(.english, now).removed([kept]) == "Removed: today at 10:45.")
  }

  @Test(
    arguments: [
      (.spanish, "Recuérdame llamar a mi madre.", "Recuérdame llamar a mi madre mañana a las 9"),
      (.english, "remind me to call Bob!", "remind me to call Bob tomorrow at 9"),
      (.spanish, "¡ponme una alarma!", "ponme una alarma mañana a las 9"),
      (.spanish, "recuérdame luego lo de Ana", "recuérdame mañana a las 9 llamar a Ana"),
      (.english, "remind me\nto call", "remind me tomorrow at 9 to call Ann"),
    ] as [(Language, String, String)])
  func `who names no time is shown how, in a sentence that is read`(
    language: Language, said: String, example: String
  ) throws {
    let now = try instant("2026-11-23T09:00Z")
    let asked = words(language, now).whenToRemind(said)
    #expect(asked.contains("\"\(example)\"") || asked.contains("«\(example)»"), "\(asked)")
    guard case .remind = LoopSentence.read(example, now: now, zone: madrid, language: language) else {
      Issue.record("\(example) is not read")
      return
    }
  }

  @Test func `lists end with where the rest is`() throws {
    let now = try instant("2026-11-23T09:00Z")
    let many = (1...23).map { KeptReminder(id: $0, schedule: Schedule(.every(seconds: 3_600)), text: "x", nextAt: now) }
    let told = words(.english, now).which(many).split(separator: "\n")
    #expect(told.count == 22 && told.last == "and 3 more: \"sarai job list\" shows all")
    #expect(words(.spanish, now).noneMeant(of: []) == "No tienes recordatorios.")
    #expect(words(.spanish, now).noneMeant(of: many).hasPrefix("No encuentro ese recordatorio. Tus recordatorios:\n"))
    #expect(words(.spanish, now).news([]) == "Nada nuevo.")
    let news = words(.english, now).news((1...21).map { Localized(es: "es \($0)", en: "en \($0)") })
    #expect(news.hasPrefix("– en 1\n") && news.hasSuffix("and 1 more: \"sarai inbox\" shows all"))
  }
}
