import SaraiAgent
import SaraiCore
import Testing

@Suite struct ScheduleReadingTests {
  private static let now: Int64 = 1_795_424_400  // 2026-11-23T09:00Z, a Monday at 10:00 in Madrid.

  private func read(_ text: String, _ language: Language = .spanish, now: Int64 = now) throws -> String {
    let schedule = try Schedule(reading: text, now: now, zone: madrid, language: language)
    guard case .once(let instant) = schedule.kind else { return schedule.text }
    return String(clock(instant, madrid).dropLast(3))
  }

  @Test(arguments: [
    ("0 9 * * 2", "0 9 * * 2"), ("@daily", "0 0 * * *"), ("every 45m", "every 45m"),
    ("on memory_high", "on memory_high"),
    ("2026-11-24 08:00", "2026-11-24 08:00"), ("2026-11-24T08:00", "2026-11-24 08:00"),
    ("2026-11-24T08:00:00Z", "2026-11-24 09:00"), ("2026-11-24T08:00+02:00", "2026-11-24 07:00"),
    ("2026-11-24", "2026-11-24 09:00"), ("en 45 minutos", "2026-11-23 10:45"),
    ("  Mañana a las 8. ", "2026-11-24 08:00"),
    ("on friday", "2026-11-27 09:00"), ("on user_idle", "on user_idle"),
    ("cada martes a las 9", "0 9 * * 2"), ("cada 2 horas", "every 2h"), ("cada media hora", "every 30m"),
    ("el 3 de mayo a las 10", "2027-05-03 10:00"), ("el primer lunes de cada mes", "0 9 * * 1#1"),
    ("every weekday at 7:30", "30 7 * * 1-5"), ("tomorrow at 8", "2026-11-24 08:00"), ("cada hora", "every 1h"),
    ("in 2 hours and 15 minutes", "2026-11-23 12:15"), ("2 weeks from now", "2026-12-07 10:00"),
    ("at half past five", "2026-11-23 17:30"), ("a las cinco menos diez", "2026-11-23 16:50"),
    ("a la una y media", "2026-11-23 13:30"), ("el viernes por la noche", "2026-11-27 21:00"),
    ("mañana temprano", "2026-11-24 09:00"), ("friday morning", "2026-11-27 09:00"),
    ("los laborables a las 8", "0 8 * * 1-5"),
    ("cada 10 minutos", "every 10m"), ("cada hora y media", "every 90m"), ("cada dos semanas", "every 14d"),
    ("el 29 de febrero", "2028-02-29 09:00"), ("el 31", "2026-12-31 09:00"), ("a fin de mes", "2026-11-30 09:00"),
    ("for 6pm", "2026-11-23 18:00"), ("a las 24:00", "2026-11-24 00:00"), ("a las 0:30", "2026-11-24 00:30"),
    ("noon", "2026-11-23 12:00"), ("at midnight", "2026-11-24 00:00"), ("mañana a medianoche", "2026-11-25 00:00"),
    ("todos los días a medianoche", "0 0 * * *"), ("el lunes a las 9", "2026-11-30 09:00"),
    ("every day at 9:15am and 9:15pm", "15 9,21 * * *"), ("a las 3 de la madrugada", "2026-11-24 03:00"),
    ("a las 12 de la mañana", "2026-11-23 12:00"), ("12 am", "2026-11-24 00:00"), ("12 pm", "2026-11-23 12:00"),
    ("los lunes, miércoles y viernes a las 18:30", "30 18 * * 1,3,5"), ("monday to friday at 8", "0 8 * * 1-5"),
    ("de viernes a lunes a las 8", "0 8 * * 0,1,5,6"), ("twenty-first of december at 4", "2026-12-21 16:00"),
    ("a las 05:30", "2026-11-24 05:30"), ("a las 5h", "2026-11-24 05:00"), ("hoy a las 8", "2026-11-23 20:00"),
    ("hoy a las 10", "2026-11-23 22:00"), ("en 1,5 horas", "2026-11-23 11:30"), ("en 1h30", "2026-11-23 11:30"),
    ("dentro de un mes y dos días", "2026-12-25 10:00"), ("en navidad", "2026-12-25 09:00"),
  ])
  func `what a person types is read, whatever their language is`(text: String, expected: String) throws {
    #expect(try read(text) == expected)
    #expect(try read(text, .english) == expected)
  }

  @Test(arguments: [
    ("", "No entiendo"), ("cuando puedas", "No entiendo"), ("mañana a las 8 llamar", "No entiendo"),
    ("a las 25", "No entiendo"), ("dos veces al día", "horas"), ("twice a day", "horas"), ("luego", "no dice cuándo"),
    ("on 3/5", "dos maneras"), ("el 31 de febrero", "no existe"), ("el 45 de mayo", "no existe"),
    ("hoy a las 9 de la mañana", "pasado"),
    ("2026-11-22 08:00", "pasado"), ("at 2020-01-01T00:00:00Z", "pasado"), ("el 3 de mayo de 2020", "pasado"),
    ("cada 3 días a las 9", "un solo horario"), ("todos los días a las 8:00 y a las 20:30", "un solo horario"),
    ("every second tuesday", "un solo horario"), ("* * * * 9", "día de la semana"), ("0 0 30 2 *", "no llega nunca"),
    ("@reboot", "@reboot"), ("cada 5 segundos", "No entiendo"), ("en 999999 horas", "No entiendo"),
    ("cada 0 minutos", "No entiendo"), ("esta mañana a las 8", "pasado"),
  ])
  func `what is not understood is refused by what is wrong with it`(text: String, part: String) throws {
    let error = #expect(throws: SaraiError.self) { try read(text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.es.contains(part) == true, "\(error?.message.es ?? "")")
    #expect(error?.message.en.isEmpty == false)
  }

  @Test func `an hour without its half is the next by day, or soon`() throws {
    func at(_ text: String, _ time: String) throws -> String { try read(text, now: try instant(time)) }
    #expect(try at("a las 5", "2026-11-23T17:00Z") == "2026-11-24 17:00")
    #expect(try at("a las 10", "2026-11-23T20:00Z") == "2026-11-23 22:00")
    #expect(try at("a las 6", "2026-11-23T22:30Z") == "2026-11-24 18:00")
    #expect(try at("a las 8", "2026-11-23T22:30Z") == "2026-11-24 08:00")
    #expect(try at("a la 1 de la noche", "2026-11-23T23:30Z") == "2026-11-24 01:00")
    #expect(try at("esta noche a las 12", "2026-11-23T20:00Z") == "2026-11-24 00:00")
  }

  @Test func `an hour that the clock skips is told at the end of the gap`() throws {
    let before = try instant("2026-03-28T10:00Z")
    #expect(try read("mañana a las 2:30 de la madrugada", now: before) == "2026-03-29 03:00")
    #expect(try read("en 24 horas", now: before) == "2026-03-29 12:00")
    #expect(try read("en 1 día", now: before) == "2026-03-29 11:00")
  }
}
