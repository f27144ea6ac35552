import SaraiCore

/// Reads phrases that say when, and turns those that count from today into dates.
struct TimeReader: Sendable {
  let language: Language
  let today: CivilDate
  /// Whether the sentence tells what has happened: then «el domingo» is the last one.
  var isOver = false

  /// The phrase that begins at `start` and where it ends.
  func read(_ words: [Word], at start: Int) -> (TimePhrase, end: Int)? {
    language == .spanish ? spanish(words, start) : english(words, start)
  }

  func at(_ words: [Word], _ index: Int) -> String { index < words.count ? words[index].folded : "" }

  func number(_ text: String) -> Int? {
    Int(text) ?? FunctionWords.of(language).numbers[text]
  }

  func isYear(_ text: String) -> Bool { text.count == 4 && (1000...2999).contains(Int(text) ?? 0) }

  /// «de lunes a viernes», "from 9 to 5".
  func range(_ words: [Word], _ start: Int, joint: Set<String>, days: [String]) -> (TimePhrase, end: Int)? {
    func isLimit(_ place: Int) -> Bool {
      days.contains(at(words, place)) || (Int(at(words, place)).map { (0...24).contains($0) } ?? false)
        || at(words, place).contains(":")
    }
    guard isLimit(start + 1), joint.contains(at(words, start + 2)), isLimit(start + 3) else { return nil }
    return (TimePhrase(kind: .recurring, text: joined(words, start..<start + 4)), start + 4)
  }

  func joined(_ words: [Word], _ range: Range<Int>) -> String {
    range.map { words[$0].text }.joined(separator: " ")
  }
}

// Spanish
extension TimeReader {
  private static let spanishMonths = [
    "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre",
    "diciembre",
  ]
  private static let spanishDays = ["lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo"]
  private static let spanishDayNames = ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]
  private static let units = ["dia", "semana", "mes", "ano", "hora", "minuto"]

  private func month(_ text: String) -> Int? {
    text == "setiembre" ? 9 : Self.spanishMonths.firstIndex(of: text).map { $0 + 1 }
  }

  private func spanish(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    let first = at(words, start)
    switch first {
    case "hoy": return (TimePhrase(kind: .date, text: spanishDay(today)), start + 1)
    case "ayer": return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: -1))), start + 1)
    case "anoche": return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: -1))), start + 1)
    case "anteayer": return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: -2))), start + 1)
    case "manana": return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: 1))), start + 1)
    case "pasado" where at(words, start + 1) == "manana":
      return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: 2))), start + 2)
    case "hace": return spanishAgo(words, start)
    case "desde":
      if at(words, start + 1) == "hace", let (phrase, end) = spanishAgo(words, start + 1) {
        let text = phrase.text.hasPrefix("en ") ? String(phrase.text.dropFirst(3)) : phrase.text
        return (TimePhrase(kind: .duration, text: "desde " + text), end)
      }
      if let (phrase, end) = spanish(words, start + 1) ?? spanishMonthAlone(words, start + 1) {
        let text = phrase.text.hasPrefix("en ") ? String(phrase.text.dropFirst(3)) : phrase.text
        return (TimePhrase(kind: .duration, text: "desde " + text), end)
      }
      if isYear(at(words, start + 1)) {
        return (TimePhrase(kind: .duration, text: "desde " + words[start + 1].text), start + 2)
      }
      return nil
    case "de", "del": return range(words, start, joint: ["a", "al", "hasta"], days: Self.spanishDays)
    case "todos", "todas", "cada": return spanishRecurring(words, start)
    case "a", "sobre", "desde las": return spanishClock(words, start)
    case "en":
      if isYear(at(words, start + 1)) {
        return (TimePhrase(kind: .date, text: "en " + words[start + 1].text), start + 2)
      }
      if let (phrase, end) = spanishMonthAlone(words, start + 1) { return (phrase, end) }
      return nil
    case "por":
      guard ["la", "las"].contains(at(words, start + 1)),
        ["manana", "mananas", "tarde", "tardes", "noche", "noches"].contains(at(words, start + 2))
      else { return nil }
      return (TimePhrase(kind: .recurring, text: joined(words, start..<start + 3)), start + 3)
    case "el", "los", "este", "proximo", "dia": return spanishDefinite(words, start)
    case "la", "esta":
      let next = at(words, start + 1)
      if next == "semana", let end = spanishNextOrLast(words, start + 2) {
        return (TimePhrase(kind: .date, text: joined(words, start..<end)), end)
      }
      if ["semana", "primavera"].contains(next), first == "esta" {
        return (TimePhrase(kind: .date, text: joined(words, start..<start + 2)), start + 2)
      }
      if ["tarde", "noche", "manana"].contains(next), first == "esta" {
        return (TimePhrase(kind: .date, text: spanishDay(today)), start + 2)
      }
      return nil
    default: break
    }
    if Self.spanishDays.contains(first) || NumericDate(first)?.year != nil { return spanishDefinite(words, start) }
    if let day = Int(first), (1...31).contains(day), at(words, start + 1) == "de", month(at(words, start + 2)) != nil {
      return spanishDefinite(words, start)
    }
    return nil
  }

  /// «miércoles 11 de marzo de 2026».
  private func spanishDay(_ date: CivilDate) -> String {
    "el \(Self.spanishDayNames[date.weekday]) \(Self.spanishDate(date))"
  }

  /// «11 de marzo de 2026».
  static func spanishDate(_ date: CivilDate) -> String {
    "\(date.day) de \(spanishMonths[date.month - 1]) de \(date.year)"
  }

  private func spanishMonthAlone(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    guard month(at(words, start)) != nil else { return nil }
    var end = start + 1
    if ["de", "del"].contains(at(words, end)), isYear(at(words, end + 1)) { end += 2 }
    return (TimePhrase(kind: .date, text: "en " + joined(words, start..<end)), end)
  }

  /// «hace diez años» is a year, «hace dos semanas» a day.
  private func spanishAgo(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    var place = start + 1
    while ["casi", "unos", "unas", "mas", "ya", "poco"].contains(at(words, place)) { place += 1 }
    guard let count = number(at(words, place)) else { return nil }
    let unit = Inflection.singular(at(words, place + 1))
    let end = place + 2
    switch unit {
    case "ano": return (TimePhrase(kind: .date, text: "en \(today.year - count)"), end)
    case "mes":
      guard let date = today.adding(months: -count) else { return nil }
      return (TimePhrase(kind: .date, text: "en \(Self.spanishMonths[date.month - 1]) de \(date.year)"), end)
    case "semana": return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: -7 * count))), end)
    case "dia": return (TimePhrase(kind: .date, text: spanishDay(today.adding(days: -count))), end)
    default: return nil
    }
  }

  private func spanishRecurring(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    var place = start + 1
    if ["los", "las"].contains(at(words, place)) { place += 1 }
    if number(at(words, place)) != nil { place += 1 }
    let noun = at(words, place)
    let singular = Inflection.singular(noun)
    guard
      Self.units.contains(singular) || Self.spanishDays.contains(singular) || Self.spanishDays.contains(noun)
        || [
          "sabados", "domingos", "mananas", "tardes", "noches", "veranos", "inviernos", "verano", "noche", "manana",
          "tarde", "invierno",
        ].contains(noun)
    else { return nil }
    return (TimePhrase(kind: .recurring, text: joined(words, start..<place + 1)), place + 1)
  }

  /// «a las nueve y media».
  private func spanishClock(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    guard ["las", "la"].contains(at(words, start + 1)) else { return nil }
    let hour = at(words, start + 2)
    guard number(hour) != nil || hour.split(separator: ":").count == 2 else { return nil }
    var end = start + 3
    if ["y", "menos"].contains(at(words, end)),
      ["media", "cuarto"].contains(at(words, end + 1)) || number(at(words, end + 1)) != nil
    {
      end += 2
    }
    if at(words, end) == "de", at(words, end + 1) == "la" { end += 3 }
    return (TimePhrase(kind: .clock, text: joined(words, start..<min(end, words.count))), min(end, words.count))
  }

  private func spanishNextOrLast(_ words: [Word], _ start: Int) -> Int? {
    if ["que", "q"].contains(at(words, start)), at(words, start + 1) == "viene" { return start + 2 }
    return ["pasado", "pasada", "proximo", "proxima", "siguiente"].contains(at(words, start)) ? start + 1 : nil
  }

  /// «el lunes», «los martes», «el 14 de marzo de 1988», «el mes que viene», «el año pasado».
  private func spanishDefinite(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    var place = start
    let isPlural = at(words, place) == "los"
    // «este verano», «este fin de semana»
    if at(words, start) == "este" {
      if ["verano", "invierno", "otono", "finde", "ano", "mes"].contains(at(words, start + 1)) {
        return (TimePhrase(kind: .date, text: joined(words, start..<start + 2)), start + 2)
      }
      if at(words, start + 1) == "fin", at(words, start + 3) == "semana" {
        return (TimePhrase(kind: .date, text: joined(words, start..<start + 4)), start + 4)
      }
    }
    if ["el", "los", "este", "proximo", "dia"].contains(at(words, place)) { place += 1 }
    // «el día 17»
    if at(words, place) == "dia", let day = Int(at(words, place + 1)), (1...31).contains(day),
      at(words, place + 2) != "de", let date = next(day: day)
    {
      return (TimePhrase(kind: .date, text: spanishDay(date)), place + 2)
    }
    if ["proximo", "pasado", "dia"].contains(at(words, place)) { place += 1 }
    let word = at(words, place)
    if word == "ano" || word == "mes" || word == "fin" || word == "verano",
      let end = spanishNextOrLast(words, place + 1)
    {
      let isPast = at(words, end - 1).hasPrefix("pasad")
      if word == "ano" { return (TimePhrase(kind: .date, text: "en \(today.year + (isPast ? -1 : 1))"), end) }
      if word == "mes", let date = today.adding(months: isPast ? -1 : 1) {
        return (TimePhrase(kind: .date, text: "en \(Self.spanishMonths[date.month - 1]) de \(date.year)"), end)
      }
      return (TimePhrase(kind: .date, text: joined(words, start..<end)), end)
    }
    let dayName = word.hasSuffix("s") && !Self.spanishDays.contains(word) ? String(word.dropLast()) : word
    if let weekday = Self.spanishDays.firstIndex(of: dayName) {
      if isPlural {
        var end = place + 1
        while at(words, end) == "y" || at(words, end) == "los"
          || Self.spanishDays.contains(Inflection.singular(at(words, end)))
        {
          guard
            let next = (end..<min(end + 3, words.count)).first(where: {
              Self.spanishDays.contains(Inflection.singular(at(words, $0)))
            })
          else { break }
          end = next + 1
        }
        return (TimePhrase(kind: .recurring, text: joined(words, start..<end)), end)
      }
      if let day = Int(at(words, place + 1)), (1...31).contains(day) {
        if let numbered = spanishNumbered(words, place + 1) { return numbered }
        // «El jueves 14» is one that is both; where there is none, it stays as it was told.
        let text = nearest(day: day, weekday: weekday).map(spanishDay) ?? joined(words, start..<place + 2)
        return (TimePhrase(kind: .date, text: text), place + 2)
      }
      let next = spanishNextOrLast(words, place + 1)
      let isPast = next.map { at(words, $0 - 1).hasPrefix("pasad") } ?? isOver
      return (TimePhrase(kind: .date, text: spanishDay(day(weekday, isPast: isPast))), next ?? place + 1)
    }
    if let date = NumericDate(word), date.year != nil || place > start {
      let year = date.year.map { " de \($0)" } ?? ""
      let text = "el \(date.day) de \(Self.spanishMonths[date.month - 1])\(year)"
      return (TimePhrase(kind: .date, text: text), place + 1)
    }
    return spanishNumbered(words, place)
  }

  /// «14 de marzo de 1988».
  private func spanishNumbered(_ words: [Word], _ place: Int) -> (TimePhrase, end: Int)? {
    guard let day = number(at(words, place)) ?? (at(words, place) == "primero" ? 1 : nil), (1...31).contains(day),
      at(words, place + 1) == "de", month(at(words, place + 2)) != nil
    else { return nil }
    var end = place + 3
    if ["de", "del"].contains(at(words, end)), isYear(at(words, end + 1)) { end += 2 }
    return (TimePhrase(kind: .date, text: "el " + joined(words, place..<end)), end)
  }

  /// The next day of a month with this number.
  func next(day: Int) -> CivilDate? {
    for months in 0...2 {
      guard let month = today.adding(months: months),
        let date = CivilDate(year: month.year, month: month.month, day: day), date.dayNumber >= today.dayNumber
      else { continue }
      return date
    }
    return nil
  }

  /// The nearest day within a year that has this number in its month and is this day of the week; the last one where
  /// the sentence tells what has happened.
  func nearest(day: Int, weekday: Int) -> CivilDate? {
    (0...366).lazy.map { today.adding(days: isOver ? -$0 : $0) }.first { $0.day == day && $0.weekday == weekday }
  }

  /// The next such day of the week, or the last one; 0 is Monday.
  func day(_ weekday: Int, isPast: Bool) -> CivilDate {
    let ahead = (weekday - today.weekday + 7) % 7
    return today.adding(days: isPast ? ahead - 7 : ahead == 0 ? 7 : ahead)
  }
}

/// «3/5/2015», "2015-05-03": day before month, unless the year comes first.
struct NumericDate {
  let day: Int
  let month: Int
  let year: Int?

  init?(_ text: String) {
    let signs = text.filter { !$0.isNumber }
    let numbers = text.split { !$0.isNumber }.compactMap { Int($0) }
    switch (signs, numbers.count) {
    case ("/", 2): (day, month, year) = (numbers[0], numbers[1], nil)
    case ("//", 3), ("--", 3), ("..", 3):
      let isYearFirst = numbers[0] > 31
      (day, month) = (isYearFirst ? numbers[2] : numbers[0], numbers[1])
      let last = isYearFirst ? numbers[0] : numbers[2]
      year = last < 100 ? last + (last > 50 ? 1900 : 2000) : last
    default: return nil
    }
    guard (1...31).contains(day), (1...12).contains(month), year.map({ (1000...2999).contains($0) }) ?? true,
      CivilDate(year: year ?? 2024, month: month, day: day) != nil
    else { return nil }
  }
}

extension String {
  /// With its first letter as a capital.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
  /// With its first letter small.
  var lowercasedFirst: String { prefix(1).lowercased() + dropFirst() }
}
