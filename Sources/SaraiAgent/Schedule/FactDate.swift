import SaraiCore

/// The day of a fact that is to come: of «3 de mayo», `2026-12-01`, «el martes que viene a las 10».
package struct FactDate: Sendable, Hashable {
  /// 1...12.
  package var month: Int
  /// 1...31.
  package var day: Int
  /// Nil for what comes every year.
  package var year: Int?
  /// Seconds since midnight; nil where no hour is said.
  package var secondOfDay: Int?

  /// - Parameter toldAt: Seconds since 1970 when the person said it, from which «mañana» counts.
  /// - Returns: Nil for a fact without a day, and for one whose day was over when it was told.
  package init?(subject: String, verb: String, object: String, toldAt: Int64, zone: ZoneRules) {
    guard let words = SentenceTokens("\(subject) \(verb)"), let tokens = SentenceTokens(object) else { return nil }
    let comesAgain =
      (0..<words.count).contains { Self.yearly.contains(words[$0]) }
      || (0..<tokens.count).contains { Self.yearly.contains(tokens[$0]) }
    guard !(0..<words.count).contains(where: { Self.tastes.contains(words[$0]) }) else { return nil }
    let isOver = (0..<words.count).contains { Self.past.contains(words[$0]) } && !comesAgain
    guard let parts = Language.allCases.lazy.compactMap({ Self.parts(tokens, $0) }).first else { return nil }
    if case .yearly(let day, let month) = parts.cycle {
      (self.day, self.month, year) = (day, month, nil)
    } else {
      guard let reference = parts.day, let date = Self.date(reference, comesAgain, toldAt, zone) else { return nil }
      let hasYear = if case .date(_, _, .some) = reference { true } else { false }
      guard !isOver || hasYear, comesAgain || date >= zone.civil(toldAt).date else { return nil }
      (month, day, year) = (date.month, date.day, comesAgain ? nil : date.year)
    }
    let minute = parts.clocks.first.map { $0.usualMinute(in: parts.part) } ?? parts.part?.defaultMinute
    // A night's hours of the next day are told by that day: only its last minute is left to this one.
    secondOfDay = minute.map { min($0, 1439) * 60 }
  }

  private static func date(
    _ reference: DayReference, _ comesAgain: Bool, _ toldAt: Int64, _ zone: ZoneRules
  ) -> CivilDate? {
    // Of a birthday, the year is that of the birth.
    if comesAgain, case .date(let day, let month, let year) = reference {
      return CivilDate(year: year ?? 2000, month: month, day: day)
    }
    return try? TimeResolver(now: toldAt, zone: zone).candidates(reference).first
  }

  /// The first day that the text names, and the hour behind or before it.
  private static func parts(_ tokens: SentenceTokens, _ language: Language) -> TimeParts? {
    let reader = TimeReader(tokens: tokens, language: language)
    var found = TimeParts()
    var position = 0
    while position < tokens.count {
      // «La calle 2 de Mayo», «desde el 3 de mayo»: a name, and what began long ago.
      guard !notDates.contains(tokens[position]) else { return nil }
      if let (read, end) = reader.read(at: position), !isFraction(tokens, position, end), found.merge(read) {
        position = end
      } else {
        position += 1
      }
    }
    if case .yearly? = found.cycle { return found }
    return found.day == nil || found.cycle != nil || found.doubt != nil ? nil : found
  }

  /// 1/2 and 24/7 are days only alone and behind «el».
  private static func isFraction(_ tokens: SentenceTokens, _ start: Int, _ end: Int) -> Bool {
    end == start + 3 && tokens[start + 1] == "/" && tokens.count > 3
      && !["el", "dia", "on"].contains(tokens[start - 1])
  }

  private static let notDates: Set<String> = [
    "desde", "since", "calle", "plaza", "avenida", "paseo", "colegio", "barrio", "hospital", "estadio", "street",
    "avenue",
    "square", "road",
  ]
  private static let tastes: Set<String> = [
    "favorito", "favorita", "favourite", "favorite", "gusta", "gustar", "encanta", "encantar", "odia", "odiar",
    "prefiere",
    "preferir", "like", "likes", "love", "loves", "hate", "hates", "prefer", "prefers",
  ]
  private static let yearly: Set<String> = [
    "cumple", "cumplir", "cumpleanos", "cumples", "aniversario", "santo", "nacio", "naci", "nacido", "nacida",
    "nacimiento",
    "nacer",
    "birthday", "bday", "anniversary", "born", "birth",
  ]
  private static let past: Set<String> = [
    "fue", "fui", "fuimos", "fueron", "era", "eran", "estuvo", "estuve", "tuvo", "tuve", "hizo", "hice", "paso",
    "murio",
    "compro", "compre", "vino", "vi", "vio", "llego", "llegue", "was", "were", "had", "went", "did", "happened", "died",
    "bought", "came", "saw", "met",
  ]
}
