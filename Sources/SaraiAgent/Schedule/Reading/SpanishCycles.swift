import SaraiCore

/// What comes again and again, in Spanish.
extension TimeReader {
  func spanishCycle(at start: Int, behind parts: TimeParts) -> (TimeParts, Int)? {
    if let found = spanishFrequency(at: start) ?? spanishEvery(at: start) { return found }
    for (phrases, piece) in Self.spanishCycles {
      if let end = phrases.end(in: tokens, at: start) { return (piece, end) }
    }
    return spanishDays(at: start) ?? spanishRange(at: start) ?? spanishMonthly(at: start)
  }

  /// «Dos veces al día».
  private func spanishFrequency(at start: Int) -> (TimeParts, Int)? {
    guard let (count, end) = number(at: start), ["vez", "veces"].contains(tokens[end]),
      ["al", "a", "por", "cada"].contains(tokens[end + 1])
    else { return nil }
    let unit = tokens[end + 2] == "la" ? end + 3 : end + 2
    guard Self.spanishUnits[tokens[unit]] != nil else { return nil }
    return (count == 1 && tokens[unit] == "dia" ? TimeParts(cycle: .days(1)) : TimeParts(doubt: .frequency), unit + 1)
  }

  /// «Cada 2 horas», «cada martes», «cada 3 de mayo», «cada día 15».
  private func spanishEvery(at start: Int) -> (TimeParts, Int)? {
    let isAll = tokens[start] == "todos" && tokens[start + 1] == "los"
    guard tokens[start] == "cada" || isAll else { return nil }
    let position = isAll ? start + 2 : start + 1
    if let (days, end) = spanishWeekdayList(at: position) { return (TimeParts(cycle: .weekdays(days)), end) }
    let dayStart = ["dia", "dias"].contains(tokens[position]) ? position + 1 : position
    if let (day, next) = number(at: dayStart), (1...31).contains(day) {
      let monthStart = tokens[next] == "de" ? next + 1 : next
      if let month = Self.spanishMonths[tokens[monthStart]] {
        return (TimeParts(cycle: .yearly(day: day, month: month)), monthStart + 1)
      }
      let end = Self.spanishOfMonth.end(in: tokens, at: next)
      if end != nil || dayStart > position { return (TimeParts(cycle: .monthDays([day])), end ?? next) }
    }
    // «Todos los días» is told by its name.
    guard !isAll, let (span, end) = span(at: position) else { return nil }
    // «Cada dos lunes» is told apart from «cada dos».
    return (TimeParts(cycleOf: span), end)
  }

  /// «Los lunes y miércoles», «los sábados», «martes y jueves».
  private func spanishDays(at start: Int) -> (TimeParts, Int)? {
    let hasArticle = tokens[start] == "los"
    guard let (days, end) = spanishWeekdayList(at: hasArticle ? start + 1 : start),
      hasArticle || days.nonzeroBitCount > 1
    else { return nil }
    return (TimeParts(cycle: .weekdays(days)), end)
  }

  private func spanishWeekdayList(at start: Int) -> (UInt8, Int)? {
    var days: UInt8 = 0
    var position = start
    var end: Int?
    while days.nonzeroBitCount < 7, let day = spanishWeekdayName(tokens[position]) {
      days |= 1 << UInt8(day)
      end = position + 1
      position += 1
      if tokens[position] == "," { position += 1 }
      if ["y", "e"].contains(tokens[position]) { position += 1 }
      if tokens[position] == "todos", tokens[position + 1] == "los" { position += 1 }
      if ["los", "el", "cada"].contains(tokens[position]) { position += 1 }
    }
    return end.map { (days, $0) }
  }

  private func spanishWeekdayName(_ word: String) -> Int? {
    Self.spanishWeekdays[word] ?? (word == "sabados" ? 5 : word == "domingos" ? 6 : nil)
  }

  /// «De lunes a viernes».
  private func spanishRange(at start: Int) -> (TimeParts, Int)? {
    guard tokens[start] == "de" || tokens[start] == "desde",
      let first = Self.spanishWeekdays[tokens[start + 1] == "el" ? tokens[start + 2] : tokens[start + 1]]
    else { return nil }
    var position = tokens[start + 1] == "el" ? start + 3 : start + 2
    guard ["a", "hasta", "al"].contains(tokens[position]) else { return nil }
    position += tokens[position + 1] == "el" ? 2 : 1
    guard let last = Self.spanishWeekdays[tokens[position]], first != last else { return nil }
    return (TimeParts(cycle: .weekdays(Cycle.weekdays(from: first, to: last))), position + 1)
  }

  /// «El día 15 de cada mes», «los días 1 y 15 de cada mes», «el primer lunes de cada mes», «el 3 de mayo de cada año».
  private func spanishMonthly(at start: Int) -> (TimeParts, Int)? {
    var position = start
    guard ["el", "los", "cada"].contains(tokens[position]) else { return nil }
    position += 1
    if let place = Self.spanishPlaces[tokens[position]], let weekday = Self.spanishWeekdays[tokens[position + 1]],
      let end = Self.spanishOfMonth.end(in: tokens, at: position + 2)
    {
      return (TimeParts(cycle: .ordinal(weekday: weekday, place: place)), end)
    }
    if tokens[position] == "ultimo", tokens[position + 1] == "dia",
      let end = Self.spanishOfMonth.end(in: tokens, at: position + 2)
    {
      return (TimeParts(cycle: .lastDay), end)
    }
    if ["dia", "dias"].contains(tokens[position]) { position += 1 }
    var days: [Int] = []
    while days.count < 31, let (day, next) = tokens[position] == "primero" ? (1, position + 1) : number(at: position),
      (1...31).contains(day)
    {
      days.append(day)
      position = next
      if let end = Self.spanishOfMonth.end(in: tokens, at: position) {
        return (TimeParts(cycle: .monthDays(days)), end)
      }
      if days.count == 1, tokens[position] == "de", let month = Self.spanishMonths[tokens[position + 1]],
        let end = Self.spanishOfYear.end(in: tokens, at: position + 2)
      {
        return (TimeParts(cycle: .yearly(day: days[0], month: month)), end)
      }
      guard ["y", ","].contains(tokens[position]) else { return nil }
      position += 1
      if ["el", "dia"].contains(tokens[position]) { position += 1 }
      if tokens[position] == "dia" { position += 1 }
    }
    return nil
  }

  private static let spanishOfMonth: Phrases = [
    "de cada mes", "de todos los meses", "cada mes", "todos los meses", "al mes",
  ]
  private static let spanishOfYear: Phrases = ["de cada ano", "de todos los anos", "cada ano", "todos los anos"]
  private static let spanishPlaces: [String: Int] = [
    "primer": 0, "primero": 0, "segundo": 1, "tercer": 2, "tercero": 2, "cuarto": 3, "quinto": 4, "ultimo": 5,
  ]

  private static let spanishCycles: [(Phrases, TimeParts)] = [
    (
      [
        "todos los dias laborables", "cada dia laborable", "entre semana", "los ?dias laborables", "los dias de diario",
      ],
      TimeParts(cycle: .weekdays(0b001_1111))
    ),
    (
      ["todos los fines de semana", "cada fin de semana", "los fines de semana", "los findes", "cada finde"],
      TimeParts(cycle: .weekdays(0b110_0000))
    ),
    (["todos los ?santos dias", "cada dia", "a diario", "diariamente"], TimeParts(cycle: .days(1))),
    (["todas las mananas", "cada manana", "por las mananas"], TimeParts(part: .morning, cycle: .days(1))),
    (["todos los mediodias", "cada mediodia"], TimeParts(part: .noon, cycle: .days(1))),
    (["todas las tardes", "cada tarde", "por las tardes"], TimeParts(part: .afternoon, cycle: .days(1))),
    (["todas las noches", "cada noche", "por las noches"], TimeParts(part: .night, cycle: .days(1))),
    (["todas las semanas", "cada semana", "semanalmente"], TimeParts(cycle: .week)),
    (["todos los meses", "cada mes", "mensualmente", "una vez al mes"], TimeParts(cycle: .month)),
    (["todos los anos", "cada ano", "anualmente", "una vez al ano"], TimeParts(cycle: .year)),
    (["cada quincena", "todas las quincenas"], TimeParts(cycle: .days(15))),
    (["todas las horas"], TimeParts(cycle: .seconds(3600))),
  ]
}
