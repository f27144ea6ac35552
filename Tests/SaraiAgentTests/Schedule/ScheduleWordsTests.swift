import SaraiAgent
import SaraiCore
import Testing

@Suite struct ScheduleWordsTests {
  private static let now: Int64 = 1_795_424_400  // 2026-11-23T09:00Z, a Monday.

  @Test(arguments: [
    ("at 2026-11-23T17:30:00Z", "hoy a las 18:30", "today at 18:30"),
    ("at 2026-11-23T09:00:30Z", "hoy a las 10:00:30", "today at 10:00:30"),
    ("at 2026-11-24T07:00:00Z", "mañana, martes 24, a las 8:00", "tomorrow, Tuesday the 24th, at 8:00"),
    ("at 2026-11-27T00:05:00Z", "el viernes 27 a la 1:05 de la madrugada", "on Friday the 27th at 1:05 am"),
    ("at 2026-12-03T08:00:00Z", "el jueves 3 de diciembre a las 9:00", "on Thursday 3 December at 9:00"),
    ("at 2027-05-03T08:00:00Z", "el lunes 3 de mayo de 2027 a las 10:00", "on Monday 3 May 2027 at 10:00"),
    ("at 2026-11-20T08:00:00Z", "el viernes 20 de noviembre a las 9:00", "on Friday 20 November at 9:00"),
    ("0 9 * * 2", "cada martes a las 9:00", "every Tuesday at 9:00"),
    ("30 7 * * 1-5", "de lunes a viernes a las 7:30", "Monday to Friday at 7:30"),
    ("0 10 * * 0,6", "los fines de semana a las 10:00", "on weekends at 10:00"),
    ("0 19 * * 1,3", "cada lunes y miércoles a las 19:00", "every Monday and Wednesday at 19:00"),
    ("0 8,20 * * *", "cada día a las 8:00 y a las 20:00", "every day at 8:00 and at 20:00"),
    ("0 9 15 * *", "el día 15 de cada mes a las 9:00", "on the 15th of every month at 9:00"),
    (
      "0 1 1,22 * *", "los días 1 y 22 de cada mes a la 1:00 de la madrugada",
      "on the 1st and 22nd of every month at 1:00 am"
    ),
    ("0 9 L * *", "el último día de cada mes a las 9:00", "on the last day of every month at 9:00"),
    ("0 9 * * 1#1", "el primer lunes de cada mes a las 9:00", "on the first Monday of every month at 9:00"),
    ("0 18 * * 5L", "el último viernes de cada mes a las 18:00", "on the last Friday of every month at 18:00"),
    ("0 9 3 5 *", "el 3 de mayo de cada año a las 9:00", "on 3 May every year at 9:00"),
    ("@hourly", "cada hora en punto", "every hour on the hour"),
    ("5 * * * 1", "cada lunes, cada hora al minuto 5", "every Monday, every hour at minute 5"),
    ("*/15 8-17 * * *", "según cron «*/15 8-17 * * *»", "by cron \"*/15 8-17 * * *\""),
    ("0 9 13 * 5", "según cron «0 9 13 * 5»", "by cron \"0 9 13 * 5\""),
    ("every 45m", "cada 45 minutos", "every 45 minutes"),
    ("every 1h", "cada hora", "every hour"), ("every 2d", "cada 2 días", "every 2 days"),
    ("every 7d", "cada semana", "every week"), ("on user_idle", "cuando no estás", "when you are away"),
    ("on tea_time", "cuando ocurre «tea_time»", "when \"tea_time\" happens"),
  ])
  func `a schedule is told in both languages`(text: String, spanish: String, english: String) throws {
    let schedule = try Schedule(text: text)
    #expect(schedule.words(.spanish, zone: madrid, now: Self.now) == spanish)
    #expect(schedule.words(.english, zone: madrid, now: Self.now) == english)
  }

  @Test(arguments: Language.allCases)
  func `what is told can be read again`(language: Language) throws {
    let texts = [
      "0 9 * * 2", "30 7 * * 1-5", "0 10 * * 0,6", "0 19 * * 1,3", "0 8,20 * * *", "0 9 15 * *", "0 9 1,22 * *",
      "0 9 L * *", "0 9 * * 1#1", "0 18 * * 5L", "0 9 3 5 *", "every 45m", "every 1h", "every 2d", "every 7d",
      "at 2026-11-23T17:30:00Z", "at 2026-12-03T08:00:00Z", "at 2027-05-03T08:00:00Z",
    ]
    for text in texts {
      let told = try Schedule(text: text).words(language, zone: madrid, now: Self.now)
      let read = try Schedule(reading: told, now: Self.now, zone: madrid, language: language)
      #expect(read.text == text, "\(told)")
    }
  }

  @Test(arguments: Language.allCases)
  func `whatever shape people ask for is told so that it can be read again`(language: Language) throws {
    var random = ScheduleRandom(seed: 13)
    for _ in 0..<2000 {
      let minute = Int.random(in: 0...59, using: &random)
      let hours = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 0...23, using: &random) })
      let weekdays = Set((0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0...6, using: &random) })
      let days = Set((0..<Int.random(in: 1...3, using: &random)).map { _ in Int.random(in: 1...28, using: &random) })
      let shapes = [
        "* * *", "* * " + weekdays.map(String.init).joined(separator: ","),
        days.map(String.init).joined(separator: ",") + " * *", "L * *",
        "\(days.min() ?? 1) \(Int.random(in: 1...12, using: &random)) *",
        "* * \(weekdays.min() ?? 0)#\(Int.random(in: 1...5, using: &random))", "* * \(weekdays.min() ?? 0)L",
      ]
      let clock = "\(minute) \(hours.map(String.init).joined(separator: ","))"
      var schedule = try Schedule(text: "\(clock) \(shapes.randomElement(using: &random) ?? "* * *")")
      if Int.random(in: 0..<4, using: &random) == 0 {
        schedule = Schedule(.every(seconds: Int64.random(in: 1...3000, using: &random) * 60))
      } else if Int.random(in: 0..<4, using: &random) == 0 {
        schedule = Schedule(.once(at: Self.now + Int64.random(in: 2 * 1440...700_000, using: &random) * 60))
      }
      let told = schedule.words(language, zone: madrid, now: Self.now)
      let read = try? Schedule(reading: told, now: Self.now, zone: madrid, language: language)
      #expect(read == schedule, "\(told): \(read?.text ?? "-") for \(schedule.text)")
    }
  }
}
