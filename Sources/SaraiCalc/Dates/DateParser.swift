import SaraiCore

/// Reads dates in words and in figures.
struct DateParser {
  let reader: Reader

  private var isSpanish: Bool { reader.language == .spanish }

  func date(at start: Int) -> (value: DateExpression, end: Int)? {
    if let (named, end) = (isSpanish ? Self.spanishNames : Self.englishNames).longest(reader, at: start) {
      return withYear(named, at: end)
    }
    return figures(at: start) ?? (isSpanish ? spanishWords(at: start) : englishWords(at: start)) ?? weekday(at: start)
  }

  func month(at position: Int) -> (value: Int, end: Int)? {
    guard reader.token(position)?.kind == .word, let month = DateWords.months(reader.language)[reader.text(position)]
    else {
      return nil
    }
    return (month, position + 1)
  }

  /// 1 to 9999, in digits without marks, or in words from 1000 on.
  func year(at position: Int) -> (value: Int, end: Int)? {
    guard let token = reader.token(position) else { return nil }
    if token.kind == .number {
      guard (1...4).contains(token.text.utf8.count), let year = Int(token.text), year > 0 else { return nil }
      return (year, position + 1)
    }
    guard let (value, end) = reader.number(at: position), let year = value.int, (1000...9999).contains(year) else {
      return nil
    }
    return (year, end)
  }

  // MARK: - In figures

  /// 2026-03-10, 10/03/2026, 10-03-2026; in Spanish 10/3 too.
  private func figures(at start: Int) -> (value: DateExpression, end: Int)? {
    let position = isSpanish && reader.text(start) == "el" ? start + 1 : start
    guard let first = integer(at: position), let sign = reader.token(position + 1),
      sign.text == "/" || sign.text == "-",
      !sign.followsSpace, let second = integer(at: position + 2)
    else { return nil }
    guard reader.text(position + 3) == sign.text, let third = integer(at: position + 4) else {
      guard isSpanish, sign.text == "/", first.digits <= 2, second.digits <= 2 else { return nil }
      return (.calendar(day: first.value, month: second.value, year: nil), position + 3)
    }
    if first.digits == 4 { return (.calendar(day: third.value, month: second.value, year: first.value), position + 5) }
    guard first.digits <= 2, second.digits <= 2, third.digits == 4 || third.digits == 2 else { return nil }
    let year = third.digits == 2 ? 2000 + third.value : third.value
    if isSpanish || first.value > 12 {
      return (.calendar(day: first.value, month: second.value, year: year), position + 5)
    }
    if second.value > 12 || first.value == second.value {
      return (.calendar(day: second.value, month: first.value, year: year), position + 5)
    }
    guard first.value > 0, second.value > 0 else { return nil }
    return (.ambiguous(first: first.value, second: second.value, year: year), position + 5)
  }

  private func integer(at position: Int) -> (value: Int, digits: Int)? {
    guard let token = reader.token(position), token.kind == .number, token.text.utf8.count <= 4,
      let value = Int(token.text)
    else { return nil }
    return (value, token.text.utf8.count)
  }

  // MARK: - In words

  /// «el lunes 3 de marzo de 2026», «1º de enero», «tres de marzo».
  private func spanishWords(at start: Int) -> (value: DateExpression, end: Int)? {
    var position = start
    if reader.text(position) == "el" { position += 1 }
    if reader.text(position) == "dia" { position += 1 }
    if DateWords.weekdays(.spanish)[reader.text(position)] != nil {
      position += 1
      if reader.text(position) == "," { position += 1 }
      if reader.text(position) == "dia" { position += 1 }
    }
    guard let (day, afterDay) = dayOfMonth(at: position) else { return nil }
    let monthStart = reader.text(afterDay) == "de" ? afterDay + 1 : afterDay
    guard let (month, end) = month(at: monthStart) else { return nil }
    return withYear(.calendar(day: day, month: month, year: nil), at: end)
  }

  private func dayOfMonth(at position: Int) -> (value: Int, end: Int)? {
    if isSpanish, reader.text(position) == "primero" { return (1, position + 1) }
    if !isSpanish, let ordinal = Self.ordinals[reader.text(position)] { return (ordinal, position + 1) }
    guard let (number, end) = reader.number(at: position), let day = number.int, (0...999).contains(day),
      reader.token(position)?.text.contains(".") != true
    else { return nil }
    guard let suffix = reader.token(end), !suffix.followsSpace else { return (day, end) }
    let isOrdinal = isSpanish ? suffix.text == "°" : ["st", "nd", "rd", "th"].contains(suffix.text)
    return (day, isOrdinal ? end + 1 : end)
  }

  /// "Monday, 3 March 2026", "the 3rd of March", "March 3, 2026".
  private func englishWords(at start: Int) -> (value: DateExpression, end: Int)? {
    var position = start
    if reader.text(position) == "on" { position += 1 }
    if DateWords.weekdays(.english)[reader.text(position)] != nil {
      position += 1
      if reader.text(position) == "," { position += 1 }
    }
    if reader.text(position) == "the" { position += 1 }
    if let (month, afterMonth) = month(at: position) {
      let dayStart = reader.text(afterMonth) == "the" ? afterMonth + 1 : afterMonth
      guard let (day, end) = dayOfMonth(at: dayStart) else { return nil }
      return withYear(.calendar(day: day, month: month, year: nil), at: end)
    }
    guard let (day, afterDay) = dayOfMonth(at: position) else { return nil }
    let monthStart = reader.text(afterDay) == "of" ? afterDay + 1 : afterDay
    guard let (month, end) = month(at: monthStart) else { return nil }
    return withYear(.calendar(day: day, month: month, year: nil), at: end)
  }

  private func withYear(_ date: DateExpression, at position: Int) -> (value: DateExpression, end: Int) {
    guard case .calendar(let day, let month, nil) = date else { return (date, position) }
    if let end = reader.end(ofAny: isSpanish ? Self.spanishThisYear : Self.englishThisYear, at: position) {
      return (date, end)
    }
    let yearStart = reader.end(ofAny: isSpanish ? Self.spanishOf : Self.englishOf, at: position) ?? position
    guard let (year, end) = year(at: yearStart), year >= 100 || yearStart > position else { return (date, position) }
    // "March 3, 45 days later": what follows a comma is a year only with four digits.
    if reader.text(position) == ",", year < 1000 { return (date, position) }
    return (.calendar(day: day, month: month, year: year), end)
  }

  /// «el próximo lunes», «el lunes que viene», "next Monday", "last Friday".
  private func weekday(at start: Int) -> (value: DateExpression, end: Int)? {
    var position = start
    var isPast = false
    if isSpanish, reader.text(position) == "el" { position += 1 }
    switch reader.text(position) {
    case "proximo", "next", "this", "coming": position += 1
    case "pasado" where isSpanish, "last" where !isSpanish:
      isPast = true
      position += 1
    default: break
    }
    guard let weekday = DateWords.weekdays(reader.language)[reader.text(position)] else { return nil }
    position += 1
    if isSpanish {
      if let end = reader.end(ofAny: Self.spanishComing, at: position) {
        return (.weekday(weekday, isPast: false), end)
      }
      if reader.text(position) == "pasado" { return (.weekday(weekday, isPast: true), position + 1) }
    }
    return (.weekday(weekday, isPast: isPast), position)
  }

  // MARK: - Words

  private static let spanishThisYear: Phrases = ["de este ano", "este ano", "del presente ano"]
  private static let englishThisYear: Phrases = ["this year", "of this year"]
  private static let spanishOf: Phrases = ["de", "del", "de el", "del ano", ","]
  private static let englishOf: Phrases = ["of", "in", ",", "of the year"]
  private static let spanishComing: Phrases = ["que viene", "proximo", "siguiente"]

  private static let ordinals: [String: Int] = {
    let names =
      "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
      + "fifteenth "
      + "sixteenth seventeenth eighteenth nineteenth twentieth"
    var table: [String: Int] = [:]
    for (index, name) in names.split(separator: " ").enumerated() { table[String(name)] = index + 1 }
    return table
  }()

  private static func fixed(_ day: Int, _ month: Int) -> DateExpression {
    .calendar(day: day, month: month, year: nil)
  }

  private static let spanishNames = PhraseTable<DateExpression>([
    ("hoy", .relative(days: 0)), ("manana", .relative(days: 1)), ("pasado manana", .relative(days: 2)),
    ("ayer", .relative(days: -1)), ("antes de ayer", .relative(days: -2)), ("anteayer", .relative(days: -2)),
    ("antier", .relative(days: -2)), ("el dia de hoy", .relative(days: 0)), ("navidad", fixed(25, 12)),
    ("la navidad", fixed(25, 12)),
    ("el dia de navidad", fixed(25, 12)), ("nochebuena", fixed(24, 12)), ("nochevieja", fixed(31, 12)),
    ("fin de ano", fixed(31, 12)), ("ano nuevo", fixed(1, 1)), ("el ano nuevo", fixed(1, 1)), ("reyes", fixed(6, 1)),
    ("el dia de reyes", fixed(6, 1)), ("san valentin", fixed(14, 2)), ("halloween", fixed(31, 10)),
    ("san juan", fixed(24, 6)), ("el fin de ano", fixed(31, 12)),
  ])

  private static let englishNames = PhraseTable<DateExpression>([
    ("today", .relative(days: 0)), ("now", .relative(days: 0)), ("tomorrow", .relative(days: 1)),
    ("the day after tomorrow", .relative(days: 2)), ("day after tomorrow", .relative(days: 2)),
    ("yesterday", .relative(days: -1)), ("the day before yesterday", .relative(days: -2)),
    ("day before yesterday", .relative(days: -2)), ("christmas", fixed(25, 12)), ("christmas day", fixed(25, 12)),
    ("xmas", fixed(25, 12)), ("christmas eve", fixed(24, 12)), ("boxing day", fixed(26, 12)),
    ("new years eve", fixed(31, 12)), ("new year", fixed(1, 1)), ("new years", fixed(1, 1)),
    ("new years day", fixed(1, 1)), ("the new year", fixed(1, 1)), ("halloween", fixed(31, 10)),
    ("valentines day", fixed(14, 2)), ("valentines", fixed(14, 2)),
  ])
}
