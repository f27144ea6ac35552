import SaraiAgent
import SaraiCore
import Testing

@Suite struct FactDateTests {
  struct Fact: Sendable, CustomTestStringConvertible {
    let subject: String
    let verb: String
    let object: String
    /// `month-day year hour:minute`; nil for none.
    let expected: String?

    init(_ subject: String, _ verb: String, _ object: String, _ expected: String?) {
      (self.subject, self.verb, self.object, self.expected) = (subject, verb, object, expected)
    }

    var testDescription: String { "\(subject) \(verb) \(object)" }
  }

  /// Told on Monday, 23 November 2026, at 10:00.
  @Test(arguments: [
    Fact("mi madre", "cumple años", "el 3 de mayo", "5-3 every year"),
    Fact("cumpleaños de Lucía", "es", "3 de mayo", "5-3 every year"),
    Fact("usuario", "nació", "el 12 de junio de 1990", "6-12 every year"),
    Fact("my sister", "was born on", "29 February 1996", "2-29 every year"),
    Fact("aniversario", "es", "cada 14 de marzo", "3-14 every year"),
    Fact("usuario", "tiene", "cita con el dentista el martes 24 de noviembre de 2026", "11-24 2026"),
    Fact("usuario", "tiene", "cita con el dentista mañana a las 10", "11-24 2026 10:00"),
    Fact("usuario", "tiene", "examen el martes que viene a las 9 y media", "11-24 2026 9:30"),
    Fact("examen", "es", "2026-12-01", "12-1 2026"), Fact("boda de Ana", "es", "el 3 de mayo", "5-3 2027"),
    Fact("ITV", "caduca", "15/12/2026", "12-15 2026"),
    Fact("flight", "leaves", "on May 3rd at 7:15 am", "5-3 2027 7:15"),
    Fact("user", "has", "a dentist appointment next Friday at 4pm", "11-27 2026 16:00"),
    Fact("cena", "es", "a las 9 de la noche el viernes", "11-27 2026 21:00"),
    Fact("usuario", "fue", "al médico el martes", nil), Fact("boda", "fue", "el 3 de mayo de 2019", nil),
    Fact("usuario", "vive", "en Madrid", nil), Fact("usuario", "va", "al gimnasio cada martes", nil),
    Fact("usuario", "come", "a las 3", nil), Fact("clave", "es", "31/02", nil), Fact("usuario", "pesa", "70 kg", nil),
    Fact("teléfono", "es", "612 345 678", nil), Fact("user", "runs", "every other day", nil),
    Fact("usuario", "tiene", "dos hermanos", nil), Fact("examen", "es", "el 3/5", "5-3 2027"),
    Fact("cumpleaños", "es", "el 31 de febrero", nil), Fact("usuario", "vivir en", "la calle 2 de Mayo 14", nil),
    Fact("tienda", "abrir", "24/7 todo el año", nil), Fact("usuario", "comer", "1/2 pizza", nil),
    Fact("día favorito", "ser", "el viernes", nil), Fact("user", "likes", "Friday", nil),
    Fact("usuario", "trabajar", "en Renfe desde el 3 de mayo", nil),
    Fact("usuario", "tener cita cuando", "el jueves 12 de marzo de 2027", "3-12 2027"),
    Fact("usuario", "tener cita cuando", "el jueves 12 de marzo de 2026", nil),
    Fact("cumpleaños de Ana", "ser", "el 2 de julio", "7-2 every year"),
    Fact("exam", "be", "on Thursday, March 12, 2027", "3-12 2027"),
  ])
  func `a day that is to come is found in a fact, and none where there is none`(fact: Fact) throws {
    let date = FactDate(
      subject: fact.subject, verb: fact.verb, object: fact.object, toldAt: try instant("2026-11-23T09:00Z"),
      zone: madrid)
    let text = date.map { date in
      let clock = date.secondOfDay.map { " \($0 / 3600):\($0 / 60 % 60 < 10 ? "0" : "")\($0 / 60 % 60)" } ?? ""
      return "\(date.month)-\(date.day) \(date.year.map(String.init) ?? "every year")\(clock)"
    }
    #expect(text == fact.expected)
  }

  @Test func `a megabyte is no date`() throws {
    let long = String(repeating: "3 de mayo ", count: 100_000)
    #expect(FactDate(subject: "a", verb: "es", object: long, toldAt: 0, zone: .utc) == nil)
    #expect(FactDate(subject: long, verb: "es", object: "3 de mayo", toldAt: 0, zone: .utc) == nil)
  }
}
