import SaraiCore
import Testing

@testable import SaraiCalc

@Suite struct SentenceTests {
  @Test(arguments: [
    ("¿Cuánto es el 21 % de 340?", "El 21\u{00A0}% de 340 es 71,4."),
    ("12,5 * (3 - 1)", "12,5 × (3 − 1) es 25."),
    ("cuánto es 1 entre 3", "1 ÷ 3 ≈ 0,3333333333 (redondeado)."),
    ("1/2 + 1/3", "1 ÷ 2 + 1 ÷ 3 ≈ 0,8333333333 (redondeado; exacto: 5/6)."),
    ("raíz cuadrada de 2", "√2 ≈ 1,4142135624 (redondeado)."),
    ("2^64", "2^64 es 18.446.744.073.709.551.616."),
    ("45 euros con un 20 % de descuento", "45 − 20\u{00A0}% es 36\u{00A0}€."),
    ("¿qué porcentaje es 30 de 120?", "30 es el 25\u{00A0}% de 120."),
    ("cuántos km son 26,2 millas", "26,2 millas son 42,1648128 kilómetros."),
    ("¿qué día cae dentro de 45 días?", "Será el viernes, 24 de abril de 2026."),
    ("¿en qué día de la semana cayó el 20 de julio de 1969?", "El 20 de julio de 1969 fue domingo."),
    ("qué hora es dentro de 90 minutos", "Serán las 16:00."),
    ("qué hora es dentro de 10 horas y media", "Será la 01:00 del miércoles, 11 de marzo de 2026."),
    ("cuántos días faltan para el 11 de marzo", "Hasta el miércoles, 11 de marzo de 2026 falta 1 día."),
    (
      "¿qué día de la semana es el 30 de febrero de 2026?",
      "El 30 de febrero de 2026 no existe: febrero de 2026 tiene 28 días."
    ),
    ("cuántos kilos son 3 metros", "No se puede convertir de metros a kilogramos: miden cosas distintas."),
    ("5 metros en kilos", "No se puede convertir de metros a kilogramos: miden cosas distintas."),
    ("30 de febrero de 2024", "El 30 de febrero de 2024 no existe: febrero de 2024 tiene 29 días."),
    ("3 kg + 500 g", "3 kilogramos + 500 gramos son 3,5 kilogramos."),
    ("2 h + 45 min", "2 horas + 45 minutos son 2 horas y 45 minutos."),
    ("2^0,001", "2^0,001 ≈ 1,0006933875 (redondeado)."),
    ("10^-50", "10^(\u{2212}50) es 1 × 10^\u{2212}50."),
    ("0,5^100", "0,5^100 ≈ 7,8886090522 × 10^\u{2212}31 (redondeado)."),
    (
      "qué día de la semana fue el 4 de octubre de 1582",
      "El 4 de octubre de 1582 fue lunes (en el calendario gregoriano contado hacia atrás, pues empezó el 15 de octubre "
        + "de 1582)."
    ),
    ("qué día de la semana fue el 15 de octubre de 1582", "El 15 de octubre de 1582 fue viernes."),
    ("cuánto es 5 entre 0", "No se puede dividir entre cero."),
  ])
  func `answers in Spanish`(question: String, sentence: String) {
    #expect(ask(question, .english)?.text == sentence || ask(question, .spanish)?.text == sentence)
    #expect(ask(question, .spanish)?.language == .spanish)
  }

  @Test(arguments: [
    ("what's 15% off 80?", "80 − 15% is 68."),
    ("15% off $80", "80 − 15% is $68."),
    ("30 is what percent of 120?", "30 is 25% of 120."),
    ("convert 1500 m to km", "1,500 metres is 1.5 kilometres."),
    ("how many cups in 2 gallons", "2 US gallons is 32 US cups."),
    ("what is 1 bar in psi", "1 bar is ≈ 14.503773773 pounds per square inch (rounded)."),
    (
      "how many weeks between 3 March 2026 and 15 July 2026?",
      "Between 3 March 2026 and 15 July 2026 there are 19 weeks and 1 day."
    ),
    ("how many days until 3/4/2027?", "3/4/2027 could be 4 March 2027 or 3 April 2027: write the month as a word."),
    ("3 kg + 500 g", "3 kilograms + 500 grams is 3.5 kilograms."),
    ("what is 2 h + 45 min", "2 hours + 45 minutes is 2 hours 45 minutes."),
    ("February 30, 2024", "There is no 30 February 2024: February 2024 has 29 days."),
    ("5 metres in kilos", "metres cannot be converted to kilograms: they measure different things."),
    ("1.5^5000", "1.5^5,000 ≈ 2.8595340903 × 10^880 (rounded)."),
    (
      "how many days between 1 October 1582 and 1 November 1582",
      "Between 1 October 1582 and 1 November 1582 there are 31 days (in the Gregorian calendar carried back, which began "
        + "on 15 October 1582)."
    ),
    ("what is 9^9^9^9", "The result or a step towards it is too large: it would have more than 1,200 digits."),
    (
      "how many days between March 3 and February 1, 2026",
      "Between 3 March 2025 and 1 February 2026 there are 335 days."
    ),
  ])
  func `answers in English`(question: String, sentence: String) {
    #expect(ask(question, .english)?.text == sentence)
  }

  @Test func `a fault's sentence is there in both languages`() {
    let faults: [CalcFault] = [
      .divisionByZero, .undefinedPower, .negativeRoot, .notWhole, .tooLarge, .tooSmall, .noRealPower, .outOfRange,
      .belowAbsoluteZero,
      .noSuchDate(day: 31, month: 4, year: nil), .noSuchDate(day: 1, month: 13, year: 2026),
      .ambiguousDate(first: 3, second: 4, year: 2026),
      .incompatibleUnits(Localized(es: "metros", en: "metres"), Localized(es: "litros", en: "litres")),
    ]
    for fault in faults {
      #expect(!fault.message.es.isEmpty && !fault.message.en.isEmpty && fault.message.es != fault.message.en)
    }
    #expect(Set(faults.map(\.name)).count == faults.count - 1)
  }
}

@Suite struct HostileInputTests {
  @Test func `what cannot be a question is declined at once`() {
    let wrong = [
      "", " ", "\0", "2\0+2", "\u{1B}[31m2+2", "?", "!!!", "🙂", "\u{301}\u{301}", "\u{202E}", "٣ + ٤", "二 + 二",
      "2 🙂 + 2",
      String(repeating: "(", count: 1500),
      String(repeating: "(", count: 900) + "1" + String(repeating: ")", count: 900),
      String(repeating: "9", count: 1900) + "+1", String(repeating: "-", count: 1500) + "1",
      "2" + String(repeating: "!", count: 500), "5!!",
      String(repeating: "1+", count: 999), String(repeating: "(2+2)", count: 300_000),
      String(repeating: "√", count: 600) + "2", "2" + String(repeating: "^", count: 500),
    ]
    for question in wrong { #expect(ask(question) == nil, "\(question.prefix(40))") }
  }

  @Test func `long but honest sums are worked out`() {
    #expect(ask(String(repeating: "1+", count: 900) + "1")?.plain == "901")
    #expect(ask(String(repeating: "(", count: 20) + "1+1" + String(repeating: ")", count: 20))?.plain == "2")
  }

  @Test(arguments: [
    "9^9^9^9", "(2^4000)*(2^4000)", "10^100000", "541!", "factorial de 9999999999999999999999", "1000!!",
    "(3^2000)^(3^2000)", "1,0001^(10^1000)", "0,9^-99999",
  ])
  func `what would take long or be long ends at once`(question: String) {
    let answer = ask(question)
    #expect(answer == nil || answer?.plain == "!tooLarge")
  }

  @Test(arguments: ["2^-99999", "0,1^9999", "0,9999^(10^1000)", "(2^-3000)*(2^-3000)"])
  func `what is too close to zero is not called too large`(question: String) {
    #expect(ask(question)?.plain == "!tooSmall")
  }

  @Test(arguments: [
    ("２＋２", "4"), ("2 × 3 ÷ 4", "1.5"), ("5 − 7", "-2"), ("3²", "9"), ("½ + ¼", "0.75"),
    ("cua\u{301}nto es dos ma\u{301}s dos", "4"),
    ("cuánto\u{00A0}es\u{2009}2\u{202F}+ 2", "4"), ("\u{FEFF}2+2", "4"), ("2\u{FE0F}\u{20E3} + 2\u{FE0F}\u{20E3}", "4"),
    ("¿¿¿2+2???", "4"), ("🙂 2+2 🙂", "4"), ("CUÁNTO ES EL 21 % DE 340", "71.4"), ("2+2…", "4"),
    ("raiz cuadrada de 144", "12"),
    ("1 000 000 + 1", "1000001"), (".5 + .5", "1"), ("2 ＊ 3", "6"),
  ])
  func `the same question in other characters has the same answer`(question: String, expected: String) {
    #expect(ask(question)?.plain == expected)
  }
}

@Suite struct CalendarAnswerTests {
  @Test(arguments: [
    ("31 de enero de 2024 más un mes", "2024-02-29"), ("31/03/2026 - 1 mes", "2026-02-28"),
    ("29/02/2024 + 1 año", "2025-02-28"), ("31/12/9999 + 1 día", "!outOfRange"), ("01/01/0001 - 1 día", "!outOfRange"),
    ("qué día de la semana es el 29 de febrero de 1900", "!noSuchDate"),
    ("cuántos días faltan para el 29 de febrero", "721 d"),
    ("qué día es el 10/13/2026", "!noSuchDate"), ("qué día es el 0 de mayo", "!noSuchDate"),
    ("cuántos días faltan para el 10 de marzo", "0 d"), ("cuántos días han pasado desde el 10 de marzo", "0 d"),
    ("cuántos días han pasado desde el 11 de marzo", "364 d"),
    ("cuántos días faltan para el 1 de enero de 2020", "-2260 d"),
    ("entre el 1 de diciembre y el 1 de febrero cuántos días hay", "62 d"),
    ("cuántas horas hay entre el 1 de marzo y el 3 de marzo de 2026", "48 h"),
    ("qué día será el lunes", "2026-03-16 monday"),
    ("qué día fue el martes pasado", "2026-03-03 tuesday"), ("cuántas horas faltan para mañana", "9 h 30 min"),
    ("qué día será dentro de 36 horas", "2026-03-12"), ("qué hora será dentro de 3 días", "2026-03-13T14:30"),
    ("cuántos años tiene alguien nacido el 29 de febrero de 2004", "22 y"),
    ("qué hora es 3 horas antes de la 1 de la madrugada", "22:00"),
  ])
  func `month ends, leap days, the edges of the calendar`(question: String, expected: String) {
    #expect(ask(question)?.plain == expected)
  }
}
