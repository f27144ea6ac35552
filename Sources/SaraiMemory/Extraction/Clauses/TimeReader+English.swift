import SaraiCore

extension TimeReader {
  private static let englishMonths = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
  ]
  static let englishDays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

  private func englishDay(_ date: CivilDate) -> String {
    "on \(Self.englishDays[date.weekday].capitalizedFirst), \(Self.englishDate(date))"
  }

  /// "March 11, 2026".
  static func englishDate(_ date: CivilDate) -> String {
    "\(englishMonths[date.month - 1].capitalizedFirst) \(date.day), \(date.year)"
  }

  private func englishMonth(_ word: String) -> Int? { Self.englishMonths.firstIndex(of: word).map { $0 + 1 } }

  private func ordinal(_ text: String) -> Int? {
    for ending in ["st", "nd", "rd", "th"] where text.hasSuffix(ending) { return Int(text.dropLast(2)) }
    return Int(text)
  }

  func english(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    let first = at(words, start)
    switch first {
    case "today", "tonight": return (TimePhrase(kind: .date, text: englishDay(today)), start + 1)
    case "yesterday": return (TimePhrase(kind: .date, text: englishDay(today.adding(days: -1))), start + 1)
    case "tomorrow": return (TimePhrase(kind: .date, text: englishDay(today.adding(days: 1))), start + 1)
    case "on", "since", "by", "until", "before", "after":
      guard let (phrase, end) = englishDate(words, start + 1) else { return nil }
      let kind: TimePhrase.Kind = first == "since" ? .duration : phrase.kind
      let text =
        phrase.text.hasPrefix("on ") || phrase.text.hasPrefix("in ") ? String(phrase.text.dropFirst(3)) : phrase.text
      return (TimePhrase(kind: kind, text: first + " " + text), end)
    case "in":
      if isYear(at(words, start + 1)) {
        return (TimePhrase(kind: .date, text: "in " + at(words, start + 1)), start + 2)
      }
      if at(words, start + 1) == "the",
        ["morning", "mornings", "evening", "evenings", "afternoon"].contains(at(words, start + 2))
      {
        return (TimePhrase(kind: .recurring, text: joined(words, start..<start + 3)), start + 3)
      }
      guard englishMonth(at(words, start + 1)) != nil else { return nil }
      return englishDate(words, start + 1)
    case "every", "each":
      let noun = at(words, start + 1)
      guard
        Self.englishDays.contains(noun)
          || ["day", "week", "month", "year", "morning", "night", "evening", "weekend", "summer"].contains(noun)
      else { return nil }
      return (TimePhrase(kind: .recurring, text: joined(words, start..<start + 2)), start + 2)
    case "at":
      let hour = at(words, start + 1)
      // "at half past three"
      if ["half", "quarter"].contains(hour), ["past", "to"].contains(at(words, start + 2)),
        number(at(words, start + 3)) != nil || Int(at(words, start + 3)) != nil
      {
        return (TimePhrase(kind: .clock, text: joined(words, start..<start + 4)), start + 4)
      }
      guard let digit = hour.first, digit.isNumber || number(hour) != nil, hour.count <= 7,
        !(start + 2 < words.count && words[start + 2].isCapitalized
          && !["AM", "PM", "Am", "Pm"].contains(words[start + 2].text))
      else { return nil }
      var end = start + 2
      if ["am", "pm", "a.m", "p.m", "o'clock", "a.m.", "p.m."].contains(at(words, end)) { end += 1 }
      return (TimePhrase(kind: .clock, text: joined(words, start..<end)), end)
    case "for":
      guard number(at(words, start + 1)) != nil,
        ["year", "month", "week", "day"].contains(Inflection.singular(at(words, start + 2)))
      else { return nil }
      return (TimePhrase(kind: .duration, text: joined(words, start..<start + 3)), start + 3)
    case "from": return range(words, start, joint: ["to", "until", "till"], days: Self.englishDays)
    case "next", "last", "this": return englishNextOrLast(words, start)
    default: break
    }
    if let clock = englishClock(words, start) { return clock }
    if let count = number(first) ?? (first == "a" ? 1 : nil), at(words, start + 2) == "ago" {
      return englishAgo(count, Inflection.singular(at(words, start + 1))).map { ($0, start + 3) }
    }
    return englishDate(words, start)
  }

  /// "11am", "11:30 pm".
  private func englishClock(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    var hour = at(words, start)
    var end = start + 1
    for half in ["am", "pm"] where hour.hasSuffix(half) || at(words, end) == half {
      if hour.hasSuffix(half) { hour.removeLast(2) } else { end += 1 }
      let parts = hour.split(separator: ":").map { Int($0) }
      guard (1...2).contains(parts.count), parts.allSatisfy({ $0 != nil }), (1...12).contains(parts[0] ?? 0) else {
        return nil
      }
      return (TimePhrase(kind: .clock, text: "at " + joined(words, start..<end)), end)
    }
    return nil
  }

  private func englishAgo(_ count: Int, _ unit: String) -> TimePhrase? {
    switch unit {
    case "year": TimePhrase(kind: .date, text: "in \(today.year - count)")
    case "month":
      today.adding(months: -count).map {
        TimePhrase(kind: .date, text: "in \(Self.englishMonths[$0.month - 1].capitalizedFirst) \($0.year)")
      }
    case "week": TimePhrase(kind: .date, text: englishDay(today.adding(days: -7 * count)))
    case "day": TimePhrase(kind: .date, text: englishDay(today.adding(days: -count)))
    default: nil
    }
  }

  private func englishNextOrLast(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    let isPast = at(words, start) == "last"
    let isThis = at(words, start) == "this"
    let noun = at(words, start + 1)
    if let weekday = Self.englishDays.firstIndex(of: noun) {
      return (TimePhrase(kind: .date, text: englishDay(day(weekday, isPast: isPast))), start + 2)
    }
    switch noun {
    case "year":
      return (TimePhrase(kind: .date, text: "in \(today.year + (isPast ? -1 : isThis ? 0 : 1))"), start + 2)
    case "month", "week", "weekend", "summer", "winter", "spring", "fall", "night":
      return (TimePhrase(kind: .date, text: joined(words, start..<start + 2)), start + 2)
    default: return nil
    }
  }

  /// "March 14, 1988", "14 March", "the 14th of March", "June 2012", "Monday", "Mondays".
  private func englishDate(_ words: [Word], _ start: Int) -> (TimePhrase, end: Int)? {
    var place = start
    if at(words, place) == "the" { place += 1 }
    let word = at(words, place)
    if let weekday = Self.englishDays.firstIndex(of: word) {
      if let numbered = englishNumbered(words, place, weekday) { return numbered }
      return (TimePhrase(kind: .date, text: englishDay(day(weekday, isPast: isOver))), place + 1)
    }
    // Which is the month, "3/5/2015" does not say.
    if let date = NumericDate(word), date.year != nil {
      let name = "\(Self.englishMonths[date.month - 1].capitalizedFirst) \(date.day), \(date.year ?? 0)"
      return (TimePhrase(kind: .date, text: word.contains("-") ? "on " + name : "on " + word), place + 1)
    }
    if word.hasSuffix("s"), Self.englishDays.contains(String(word.dropLast())) {
      return (TimePhrase(kind: .recurring, text: "on " + words[place].text), place + 1)
    }
    if isYear(word), place > 0, at(words, place - 1) == "since" {
      return (TimePhrase(kind: .date, text: word), place + 1)
    }
    var end = place
    if let month = englishMonth(word) {
      end = place + 1
      let name = Self.englishMonths[month - 1].capitalizedFirst
      if isYear(at(words, end)) { return (TimePhrase(kind: .date, text: "in \(name) \(at(words, end))"), end + 1) }
      guard let day = ordinal(at(words, end)), (1...31).contains(day) else {
        return word == "may" || word == "march"
          ? (words[place].isCapitalized ? (TimePhrase(kind: .date, text: "in \(name)"), end) : nil)
          : (TimePhrase(kind: .date, text: "in \(name)"), end)
      }
      return englishYear(words, end + 1, "on \(name) \(day)")
    }
    if let day = ordinal(word), (1...31).contains(day) {
      end = place + 1
      if at(words, end) == "of" { end += 1 }
      if let month = englishMonth(at(words, end)) {
        return englishYear(words, end + 1, "on \(Self.englishMonths[month - 1].capitalizedFirst) \(day)")
      }
      // "the 23rd"
      if at(words, start) == "the", Int(word) == nil, let date = next(day: day) {
        return (TimePhrase(kind: .date, text: englishDay(date)), place + 1)
      }
    }
    return nil
  }

  /// "Thursday 14th", "Thursday the 14th", "Thursday 14 May": nil where no number follows that is one of a day.
  private func englishNumbered(_ words: [Word], _ start: Int, _ weekday: Int) -> (TimePhrase, end: Int)? {
    let place = at(words, start + 1) == "the" ? start + 2 : start + 1
    guard let day = ordinal(at(words, place)), (1...31).contains(day) else { return nil }
    let isMonthNext = englishMonth(at(words, place + 1)) != nil || at(words, place + 1) == "of"
    if isMonthNext, let numbered = englishDate(words, place) { return numbered }
    guard Int(at(words, place)) == nil || place + 1 >= words.count || ["at", ","].contains(at(words, place + 1)) else {
      return nil
    }
    let text = nearest(day: day, weekday: weekday).map(englishDay) ?? "on " + joined(words, start..<place + 1)
    return (TimePhrase(kind: .date, text: text), place + 1)
  }

  private func englishYear(_ words: [Word], _ end: Int, _ text: String) -> (TimePhrase, end: Int) {
    if isYear(at(words, end)) { return (TimePhrase(kind: .date, text: "\(text), \(at(words, end))"), end + 1) }
    if at(words, end) == ",", isYear(at(words, end + 1)) {
      return (TimePhrase(kind: .date, text: "\(text), \(at(words, end + 1))"), end + 2)
    }
    return (TimePhrase(kind: .date, text: text), end)
  }
}
