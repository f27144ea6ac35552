import SaraiAgent
import SaraiCore

/// A moment as people name it: «hoy a las 21:14», «ayer…», «el lunes 23 a las 21:14», «el 3 de mayo de 2026 a las 9:00».
struct Moment {
  let words: Localized

  init(_ milliseconds: Int64, _ zone: ZoneRules, now: Int64) {
    let civil = zone.civil(milliseconds / 1000)
    let today = zone.civil(now / 1000).date
    let (day, hour) = (Self.day(civil.date, today: today), Self.hour(civil.secondOfDay))
    let isNear = abs(civil.date.dayNumber - today.dayNumber) <= 1
    words = Localized(
      es: "\(isNear ? "" : "el ")\(day.es) \(hour.es)", en: "\(isNear ? "" : "on ")\(day.en) \(hour.en)")
  }

  var es: String { words.es }
  var en: String { words.en }

  static func day(_ date: CivilDate, today: CivilDate) -> Localized {
    switch date.dayNumber - today.dayNumber {
    case 0: Localized(es: "hoy", en: "today")
    case 1: Localized(es: "mañana", en: "tomorrow")
    case -1: Localized(es: "ayer", en: "yesterday")
    case -6...6:
      Localized(es: "\(spanish.weekday(date.weekday)) \(date.day)", en: "\(english.weekday(date.weekday)) \(date.day)")
    default:
      Localized(es: spanish.date(date, thisYear: today.year), en: english.date(date, thisYear: today.year))
    }
  }

  /// «a las 9:00»
  static func hour(_ second: Int) -> Localized {
    Localized(es: spanish.clock(minuteOfDay: second / 60), en: english.clock(minuteOfDay: second / 60))
  }

  private static let spanish = CalendarNames(.spanish)
  private static let english = CalendarNames(.english)
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
