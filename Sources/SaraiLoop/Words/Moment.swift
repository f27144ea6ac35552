import SaraiAgent
import SaraiCore

/// A moment as people name it: «hoy a las 21:14», «ayer…», «el lunes 23 a las 21:14», «el 3 de mayo de 2026 a las 9:00».
struct Moment {
  let es: String
  let en: String

  init(_ milliseconds: Int64, _ zone: ZoneRules, now: Int64) {
    let civil = zone.civil(milliseconds / 1000)
    let day = Self.day(civil.date, today: zone.civil(now / 1000).date)
    let hour = Self.hour(civil.secondOfDay)
    es = "\(Self.isNear(day.es) ? "" : "el ")\(day.es) a las \(hour)"
    en = "\(Self.isNear(day.en) ? "" : "on ")\(day.en) at \(hour)"
  }

  private static func isNear(_ day: String) -> Bool {
    ["hoy", "ayer", "mañana", "today", "yesterday", "tomorrow"].contains(day)
  }

  static func day(_ date: CivilDate, today: CivilDate) -> Localized {
    let days = date.dayNumber - today.dayNumber
    switch days {
    case 0: return Localized(es: "hoy", en: "today")
    case 1: return Localized(es: "mañana", en: "tomorrow")
    case -1: return Localized(es: "ayer", en: "yesterday")
    case -6...6:
      return Localized(es: "\(weekdays[date.weekday].es) \(date.day)", en: "\(weekdays[date.weekday].en) \(date.day)")
    default:
      let month = months[date.month - 1]
      let year = date.year == today.year ? nil : date.year
      return Localized(
        es: "\(date.day) de \(month.es)" + (year.map { " de \($0)" } ?? ""),
        en: "\(date.day) \(month.en)" + (year.map { " \($0)" } ?? ""))
    }
  }

  /// «9:00»
  static func hour(_ second: Int) -> String {
    let minute = second / 60 % 60
    return "\(second / 3600):\(minute < 10 ? "0" : "")\(minute)"
  }

  private static let weekdays = [
    ("lunes", "Monday"), ("martes", "Tuesday"), ("miércoles", "Wednesday"), ("jueves", "Thursday"),
    ("viernes", "Friday"), ("sábado", "Saturday"), ("domingo", "Sunday"),
  ].map { Localized(es: $0.0, en: $0.1) }

  private static let months = [
    ("enero", "January"), ("febrero", "February"), ("marzo", "March"), ("abril", "April"), ("mayo", "May"),
    ("junio", "June"), ("julio", "July"), ("agosto", "August"), ("septiembre", "September"), ("octubre", "October"),
    ("noviembre", "November"), ("diciembre", "December"),
  ].map { Localized(es: $0.0, en: $0.1) }
}

/// What a fact is about, as it is said to the person: «cumpleaños de la madre del usuario» is «el cumpleaños de tu
/// madre».
enum SubjectWords {
  /// Nil for what these few rules cannot say well.
  static func spoken(_ subject: String) -> Localized? {
    let words = subject.split(separator: " ").map(String.init)
    guard (1...10).contains(words.count), !words.contains(where: { $0.contains("\"") }) else { return nil }
    var text = words.joined(separator: " ")
    let isOfUser = [" del usuario", " de usuario"].first { text.hasSuffix($0) }
    if let isOfUser { text.removeLast(isOfUser.count) }
    guard text != "usuario", text != "user", !text.isEmpty else { return nil }
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    let head = parts[0]
    guard let english = heads[Folding.plain(head)] else { return nil }
    guard parts.count == 2 else {
      return isOfUser == nil ? nil : Localized(es: "tu \(head)", en: "your \(english.word)")
    }
    guard let of = ["de la ", "de los ", "de las ", "del ", "de "].first(where: { parts[1].hasPrefix($0) }) else {
      return nil
    }
    let whose = String(parts[1].dropFirst(of.count))
    let article = english.isFeminine ? "la" : "el"
    if isOfUser != nil {
      let person = people[Folding.plain(whose)] ?? whose
      return Localized(es: "\(article) \(head) de tu \(whose)", en: "your \(person)'s \(english.word)")
    }
    return Localized(es: "\(article) \(head) \(of)\(whose)", en: "\(whose)'s \(english.word)")
  }

  private static let heads: [String: (word: String, isFeminine: Bool)] = [
    "cumpleanos": ("birthday", false), "aniversario": ("anniversary", false), "santo": ("name day", false),
    "boda": ("wedding", true), "cita": ("appointment", true), "reunion": ("meeting", true), "examen": ("exam", false),
    "vuelo": ("flight", false), "viaje": ("trip", false), "fiesta": ("party", true), "entrevista": ("interview", true),
    "graduacion": ("graduation", true), "operacion": ("operation", true), "concierto": ("concert", false),
  ]

  private static let people = [
    "madre": "mother", "padre": "father", "hermana": "sister", "hermano": "brother", "hija": "daughter", "hijo": "son",
    "abuela": "grandmother", "abuelo": "grandfather", "pareja": "partner", "mujer": "wife", "marido": "husband",
    "amiga": "friend", "amigo": "friend", "jefa": "boss", "jefe": "boss", "novia": "girlfriend", "novio": "boyfriend",
    "prima": "cousin", "primo": "cousin", "tia": "aunt", "tio": "uncle", "sobrina": "niece", "sobrino": "nephew",
  ]
}

extension Folding {
  /// In small letters and without accents.
  static func plain(_ text: String) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars where !isAccent(scalar) { folded.append(base(of: scalar) ?? scalar) }
    return String(folded)
  }
}
