import SaraiCore

/// Days, hours and lengths of time in Spanish. Words are folded: «mañana» is `manana`.
extension TimeReader {
  func spanishComponent(at start: Int, behind parts: TimeParts) -> (TimeParts, Int)? {
    if let end = Self.spanishVague.end(in: tokens, at: start) { return (TimeParts(doubt: .vague), end) }
    if let found = spanishCycle(at: start, behind: parts) { return found }
    if let end = Self.spanishIn.end(in: tokens, at: start), let (span, next) = span(at: end) {
      return (TimeParts(span: span), next)
    }
    if let found = spanishDay(at: start) { return found }
    if let (clocks, end) = spanishClocks(at: start) { return (TimeParts(clocks: clocks), end) }
    if let (part, end) = spanishPart(at: start, behind: parts) { return (TimeParts(part: part), end) }
    return nil
  }

  // MARK: - Days

  private func spanishDay(at start: Int) -> (TimeParts, Int)? {
    if let found = figures(at: tokens[start] == "el" ? start + 1 : start, dayFirst: true) { return found }
    for (phrases, parts) in Self.spanishNamed {
      if let end = phrases.end(in: tokens, at: start) { return (parts, end) }
    }
    var position = start
    let hasArticle = Self.spanishThe.contains(tokens[position])
    if hasArticle { position += 1 }
    let isNext = hasArticle && ["proximo", "siguiente"].contains(tokens[position])
    if isNext { position += 1 }
    if let weekday = Self.spanishWeekdays[tokens[position]] {
      return spanishWeekday(weekday, at: position + 1, isBare: !hasArticle)
    }
    guard tokens[start] != "este", !isNext else { return nil }
    let hasDay = tokens[position] == "dia"
    if hasDay { position += 1 }
    return spanishDate(at: position, isDay: hasArticle)
  }

  /// Behind «martes»: «que viene», «de la semana que viene», «24», «24 de noviembre».
  private func spanishWeekday(_ weekday: Int, at position: Int, isBare: Bool) -> (TimeParts, Int)? {
    let dayStart = tokens[position] == "," && tokens.digits(position + 1) != nil ? position + 1 : position
    if let dated = spanishDate(at: tokens[dayStart] == "dia" ? dayStart + 1 : dayStart, isDay: !isBare) { return dated }
    if let end = Self.spanishOfNextWeek.end(in: tokens, at: position) {
      return (TimeParts(day: .weekday(weekday, ofNextWeek: true)), end)
    }
    let end = Self.spanishComing.end(in: tokens, at: position) ?? position
    // «Martes» alone may be a name: with an hour or a part of the day it is a day.
    if isBare, spanishClocks(at: end) == nil, spanishPart(at: end, behind: TimeParts(day: .after(days: 0))) == nil {
      return nil
    }
    return (TimeParts(day: .weekday(weekday, ofNextWeek: false)), end)
  }

  /// «3 de mayo», «3 de mayo de 2027», «primero de enero»; «15» where `isDay`.
  private func spanishDate(at start: Int, isDay: Bool) -> (TimeParts, Int)? {
    let isFirst = tokens[start] == "primero"
    guard case (let day, var position)? = isFirst ? (1, start + 1) : number(at: start), day <= 99 else { return nil }
    if ["º", "°"].contains(tokens[position]), tokens.isGlued(position) { position += 1 }
    let monthStart = tokens[position] == "de" ? position + 1 : position
    if let month = Self.spanishMonths[tokens[monthStart]] {
      var end = monthStart + 1
      // «El 1 de enero, abril y julio».
      while [",", "y"].contains(tokens[end]), Self.spanishMonths[tokens[end + 1]] != nil { end += 2 }
      guard end == monthStart + 1 else { return (TimeParts(doubt: .tooComplex), end) }
      let yearStart = ["de", "del"].contains(tokens[end]) ? end + 1 : end
      if tokens[yearStart].utf8.count == 4, let year = tokens.digits(yearStart), (1900...2999).contains(year) {
        end = yearStart + 1
        return (TimeParts(day: .date(day: day, month: month, year: year)), end)
      }
      return (TimeParts(day: .date(day: day, month: month, year: nil)), end)
    }
    guard isDay, (1...31).contains(day), tokens.digits(start) != nil, tokens[position] != "%",
      tokens.kind(position) != .number
    else { return nil }
    if Self.spanishThisMonth.end(in: tokens, at: position) != nil { position += 3 }
    return (TimeParts(day: .dayOfMonth(day)), position)
  }

  // MARK: - Hours

  /// One, or several: «a las 8 y a las 20», «a las 8 y 20»; the latter is twenty past eight.
  func spanishClocks(at start: Int) -> ([SpokenClock], Int)? {
    guard let (first, firstEnd) = spanishClock(at: start) else { return nil }
    var (clocks, end) = ([first], firstEnd)
    while clocks.count < 6, ["y", ","].contains(tokens[end]),
      let (next, nextEnd) = spanishClock(at: end + 1, hasArticle: ["las", "la"].contains(tokens[end + 1]))
    {
      clocks.append(next)
      end = nextEnd
    }
    return (clocks, end)
  }

  func spanishClock(at start: Int, hasArticle: Bool = false) -> (SpokenClock, Int)? {
    if let end = Self.spanishNoon.end(in: tokens, at: start) {
      return (SpokenClock(hour: 12, minute: 0, half: .exact), end)
    }
    if let end = Self.spanishMidnight.end(in: tokens, at: start) {
      return (SpokenClock(hour: 24, minute: 0, half: .exact), end)
    }
    guard let hourStart = Self.spanishAt.end(in: tokens, at: start) ?? (hasArticle ? start + 1 : nil) else {
      // 17:30 and «8 pm» need no «a las».
      if let (clock, end) = figuresOfClock(at: start, allowsPoint: false) { return spanishHalf(clock, at: end) }
      guard let hour = tokens.digits(start, atMost: 2), (1...12).contains(hour),
        let (half, end) = latinHalf(at: start + 1)
      else { return nil }
      return (halved(SpokenClock(hour: hour, minute: 0, half: .unknown), half), end)
    }
    if let (clock, end) = figuresOfClock(at: hourStart, allowsPoint: true) { return spanishHalf(clock, at: end) }
    guard var (hour, position) = spanishHour(at: hourStart) else { return nil }
    var minute = 0
    if ["y", "con"].contains(tokens[position]), let (value, next) = spanishMinutes(at: position + 1) {
      (minute, position) = (value, next)
    } else if tokens[position] == "menos", let (value, next) = spanishMinutes(at: position + 1), value < 60 {
      (hour, minute, position) = (hour == 0 ? 23 : hour == 1 ? 12 : hour - 1, 60 - value, next)
    }
    return spanishHalf(SpokenClock(hour: hour, minute: minute, half: .unknown), at: position)
  }

  private func spanishHour(at start: Int) -> (Int, Int)? {
    if let hour = tokens.digits(start, atMost: 2) { return hour <= 24 ? (hour, start + 1) : nil }
    // «Las veinte y media»: never more than one word.
    guard let hour = TimeNumbers.of(.spanish)[tokens[start]], hour <= 24 else { return nil }
    return (hour, start + 1)
  }

  private func spanishMinutes(at start: Int) -> (Int, Int)? {
    if tokens[start] == "media" { return (30, start + 1) }
    if tokens[start] == "cuarto" { return (15, start + 1) }
    guard let (minute, end) = number(at: start), (1...59).contains(minute),
      !Self.spanishUnits.keys.contains(tokens[end]),
      tokens[end] != "de" || spanishHalfWord(at: end) != nil
    else { return nil }
    return (minute, end)
  }

  private func spanishHalf(_ clock: SpokenClock, at start: Int) -> (SpokenClock, Int) {
    var position = start
    if let end = Self.spanishSharp.end(in: tokens, at: position) { position = end }
    if let end = Self.spanishHours.end(in: tokens, at: position) {
      // «Las 5 h» is of 24 hours, «las 5 horas de la tarde» is not.
      if let (half, next) = spanishHalfWord(at: end) { return (halved(clock, half), next) }
      return (SpokenClock(hour: clock.hour, minute: clock.minute, half: .exact), end)
    }
    if let (half, end) = spanishHalfWord(at: position) { return (halved(clock, half), end) }
    return (finished(clock), position)
  }

  private func spanishHalfWord(at start: Int) -> (SpokenClock.Half, Int)? {
    if let found = latinHalf(at: start) { return found }
    if tokens[start] == "de", tokens[start + 1] == "la" || tokens[start + 1] == "esta",
      let part = Self.spanishParts[tokens[start + 2]]
    {
      return (.part(part), start + 3)
    }
    return tokens[start] == "del" && tokens[start + 1] == "mediodia" ? (.part(.noon), start + 2) : nil
  }

  private func spanishPart(at start: Int, behind parts: TimeParts) -> (DayPart, Int)? {
    if Self.spanishBy.end(in: tokens, at: start) != nil, let part = Self.spanishParts[tokens[start + 2]] {
      return (part, start + 3)
    }
    if tokens[start] == "de", let part = Self.spanishParts[tokens[start + 1]], part != .morning {
      return (part, start + 2)
    }
    if let end = Self.spanishFirstThing.end(in: tokens, at: start) { return (.morning, end) }
    guard parts.day != nil, let part = Self.spanishParts[tokens[start]], part != .morning else { return nil }
    return (part, start + 1)
  }

  // MARK: - Lengths

  /// «45 minutos», «dos horas y media», «hora y cuarto», «un par de días».
  func spanishSpanPart(at start: Int) -> (TimeSpan, Int)? {
    for (phrases, seconds) in Self.spanishFixedSpans {
      if let end = phrases.end(in: tokens, at: start) { return (TimeSpan(seconds: seconds), end) }
    }
    var (count, position) = (1, start)
    var tenths = 0
    if let end = Self.spanishPair.end(in: tokens, at: start) {
      (count, position) = (2, end)
    } else if let (value, next) = number(at: start) {
      (count, position) = (value, next)
      if tokens.digits(start) != nil, [",", "."].contains(tokens[next]), tokens.isGlued(next + 1),
        let decimal = tokens.digits(next + 1, atMost: 1)
      {
        (tenths, position) = (decimal, next + 2)
      }
    } else if tokens[start] != "hora" {
      return nil
    }
    guard (1...9999).contains(count) || count == 0 && tenths > 0, let unit = Self.spanishUnits[tokens[position]] else {
      return nil
    }
    position += 1
    var span = TimeSpan(months: unit.months * count, days: unit.days * count, seconds: unit.seconds * count)
    if unit.seconds > 0 {
      span.seconds += unit.seconds * tenths / 10
      if let end = Self.spanishAndHalf.end(in: tokens, at: position) {
        (span.seconds, position) = (span.seconds + unit.seconds / 2, end)
      } else if unit.seconds == 3600, let end = Self.spanishAndThreeQuarters.end(in: tokens, at: position) {
        (span.seconds, position) = (span.seconds + 2700, end)
      } else if Self.spanishAndQuarter.end(in: tokens, at: position) != nil {
        (span.seconds, position) = (span.seconds + unit.seconds / 4, position + 2)
      } else if unit.seconds == 3600, tokens.isGlued(position), let minutes = tokens.digits(position, atMost: 2) {
        // 1h30.
        (span.seconds, position) = (span.seconds + minutes * 60, position + 1)
      }
    } else if tenths > 0 {
      return nil
    }
    return (span, position)
  }
}

// Words
extension TimeReader {
  private static let spanishVague: Phrases = [
    "luego", "ahora|ahorita ?mismo", "mas tarde", "mas adelante", "en|dentro ?de un rato|ratito|momento|momentito",
    "otro dia", "algun dia",
    "un dia de estos", "dentro de poco", "en breve",
  ]
  private static let spanishIn: Phrases = ["en", "dentro de", "de aqui a", "al cabo de", "pasados|pasadas"]
  private static let spanishThe: Set<String> = ["el", "este"]
  private static let spanishComing: Phrases = ["que viene|entra", "proximo|siguiente"]
  private static let spanishOfNextWeek: Phrases = [
    "de la semana que viene|entra", "de la proxima semana", "de la semana proxima|siguiente",
  ]
  private static let spanishThisMonth: Phrases = ["de este mes"]
  private static let spanishNoon: Phrases = ["al|a mediodia", "al medio dia"]
  private static let spanishMidnight: Phrases = ["a ?la medianoche", "a media noche"]
  private static let spanishAt: Phrases = [
    "a las|la", "sobre|hacia las|la", "a eso de las|la", "cuando sea|sean las|la", "para las|la",
  ]
  private static let spanishSharp: Phrases = ["en punto"]
  private static let spanishHours: Phrases = ["h", "hs", "hrs", "horas"]
  private static let spanishBy: Phrases = ["por|a|en la manana|tarde|noche|madrugada"]
  private static let spanishFirstThing: Phrases = ["a primera hora", "temprano"]
  private static let spanishPair: Phrases = ["un par de"]
  private static let spanishAndHalf: Phrases = ["y media|medio"]
  private static let spanishAndThreeQuarters: Phrases = ["y tres cuartos"]
  private static let spanishAndQuarter: Phrases = ["y cuarto"]
  private static let spanishFixedSpans: [(Phrases, Int)] = [
    (["media hora|horita"], 1800), (["?un cuarto de hora"], 900), (["tres cuartos de hora"], 2700),
    (["medio minuto"], 30),
  ]

  static let spanishParts: [String: DayPart] = [
    "manana": .morning, "tarde": .afternoon, "noche": .night, "madrugada": .earlyMorning,
  ]

  static let spanishWeekdays: [String: Int] = [
    "lunes": 0, "martes": 1, "miercoles": 2, "jueves": 3, "viernes": 4, "sabado": 5, "domingo": 6,
  ]

  static let spanishMonths: [String: Int] = {
    let names =
      "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    var table = ["setiembre": 9]
    for (index, name) in names.split(separator: " ").enumerated() { table[String(name)] = index + 1 }
    return table
  }()

  static let spanishUnits: [String: TimeSpan] = {
    let table: [(String, TimeSpan)] = [
      ("s seg segundo segundos", TimeSpan(seconds: 1)),
      ("m min mins minuto minutos minutito minutitos", TimeSpan(seconds: 60)),
      ("h hora horas horita", TimeSpan(seconds: 3600)), ("dia dias", TimeSpan(days: 1)),
      ("semana semanas", TimeSpan(days: 7)),
      ("quincena quincenas", TimeSpan(days: 15)), ("mes meses", TimeSpan(months: 1)),
      ("ano anos", TimeSpan(months: 12)),
    ]
    return table.reduce(into: [:]) { units, row in
      for name in row.0.split(separator: " ") { units[String(name)] = row.1 }
    }
  }()

  private static func fixed(_ day: Int, _ month: Int) -> TimeParts {
    TimeParts(day: .date(day: day, month: month, year: nil))
  }

  private static let spanishNamed: [(Phrases, TimeParts)] = [
    (["hoy ?mismo"], TimeParts(day: .after(days: 0))),
    (["pasado manana"], TimeParts(day: .after(days: 2))),
    (["manana ?mismo"], TimeParts(day: .after(days: 1))),
    (["esta manana"], TimeParts(day: .after(days: 0), part: .morning)),
    (["este mediodia"], TimeParts(day: .after(days: 0), part: .noon)),
    (["esta tarde"], TimeParts(day: .after(days: 0), part: .afternoon)),
    (["esta noche"], TimeParts(day: .after(days: 0), part: .night)),
    (["esta madrugada"], TimeParts(part: .earlyMorning)),
    (
      ["el|este ?proximo fin de semana ?que ?viene", "el|este ?proximo finde ?que ?viene"],
      TimeParts(day: .weekday(5, ofNextWeek: false))
    ),
    (
      ["la semana que viene|entra", "la proxima semana", "la semana proxima|siguiente"],
      TimeParts(day: .weekday(0, ofNextWeek: true))
    ),
    (
      ["el mes que viene|entra", "el proximo mes", "el mes proximo", "a primeros|principios de mes"],
      TimeParts(day: .nextMonth)
    ),
    (
      ["a fin|finales|final de mes", "el ultimo dia de este mes", "el ultimo dia del mes"],
      TimeParts(day: .lastDayOfMonth)
    ),
    (["en|por navidad", "el dia de navidad"], fixed(25, 12)), (["en nochebuena"], fixed(24, 12)),
    (["en nochevieja"], fixed(31, 12)), (["en ano nuevo"], fixed(1, 1)), (["el dia de reyes"], fixed(6, 1)),
  ]
}
