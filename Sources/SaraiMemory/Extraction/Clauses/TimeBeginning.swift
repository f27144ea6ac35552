import SaraiCore

extension TimePhrase {
  /// The day on which what is told began: «desde 2019» is 1 January 2019, «en mayo» the first of the last May.
  ///
  /// - Returns: Nil where the phrase names no day, or one after today.
  func beginning(today: CivilDate) -> CivilDate? {
    let words = text.split(whereSeparator: { !$0.isLetter && !$0.isNumber }).map { Fold.text($0) }
    if let ago = beginningByLength(words, today) { return ago }
    let year = words.compactMap { $0.count == 4 ? Int($0) : nil }.first { (1900...2100).contains($0) }
    let month = words.lazy.compactMap { Self.months[$0] }.first
    let day = words.compactMap { $0.count <= 2 ? Int($0) : nil }.first { (1...31).contains($0) }
    guard year != nil || month != nil else { return nil }
    var date = CivilDate(year: year ?? today.year, month: month ?? 1, day: month == nil ? 1 : day ?? 1)
    if year == nil, let found = date, found.dayNumber > today.dayNumber {
      date = CivilDate(year: today.year - 1, month: found.month, day: found.day)
    }
    return date.flatMap { $0.dayNumber <= today.dayNumber ? $0 : nil }
  }

  /// "for three years".
  private func beginningByLength(_ words: [String], _ today: CivilDate) -> CivilDate? {
    guard kind == .duration, words.first == "for", words.count == 3,
      let count = Int(words[1]) ?? FunctionWords.english.numbers[words[1]], (1...120).contains(count)
    else { return nil }
    switch Inflection.singular(words[2]) {
    case "year": return today.adding(months: -12 * count)
    case "month": return today.adding(months: -count)
    case "week": return today.adding(days: -7 * count)
    case "day": return today.adding(days: -count)
    default: return nil
    }
  }

  private static let months: [String: Int] = {
    let names = [
      ["enero", "january"], ["febrero", "february"], ["marzo", "march"], ["abril", "april"], ["mayo", "may"],
      ["junio", "june"], ["julio", "july"], ["agosto", "august"], ["septiembre", "september", "setiembre"],
      ["octubre", "october"], ["noviembre", "november"], ["diciembre", "december"],
    ]
    var months: [String: Int] = [:]
    for (place, words) in names.enumerated() { for word in words { months[word] = place + 1 } }
    return months
  }()
}
