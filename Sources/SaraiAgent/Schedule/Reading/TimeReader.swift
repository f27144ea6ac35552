import SaraiCore

/// Reads times in sentences: «mañana por la tarde a las 5», "every Tuesday at 9".
struct TimeReader {
  let tokens: SentenceTokens
  let language: Language

  /// What begins at `start`, as far as it goes on to say when.
  func read(at start: Int) -> (parts: TimeParts, end: Int)? {
    var parts = TimeParts()
    var end = start
    var position = start
    while position < tokens.count {
      guard let (piece, next) = component(at: position, behind: parts), parts.merge(piece) else { break }
      (position, end) = (next, next)
      if tokens[position] == "," { position += 1 }
    }
    return end > start ? (parts, end) : nil
  }

  private func component(at position: Int, behind parts: TimeParts) -> (TimeParts, Int)? {
    language == .spanish
      ? spanishComponent(at: position, behind: parts) : englishComponent(at: position, behind: parts)
  }

  // MARK: - What both languages write alike

  /// 2026-12-15, and with `/` or `-` between day, month and year; false where the order cannot be told.
  func figures(at start: Int, dayFirst: Bool) -> (TimeParts, Int)? {
    guard let first = tokens.digits(start), ["/", "-"].contains(tokens[start + 1]), tokens.isGlued(start + 1),
      let second = tokens.digits(start + 2, atMost: 2), tokens.isGlued(start + 2)
    else { return nil }
    let third = tokens[start + 3] == tokens[start + 1] && tokens.isGlued(start + 4) ? tokens.digits(start + 4) : nil
    if tokens[start].utf8.count == 4 {
      guard let third else { return nil }
      return (TimeParts(day: .date(day: third, month: second, year: first)), start + 5)
    }
    guard third != nil || tokens[start + 1] == "/", tokens[start].utf8.count <= 2 else { return nil }
    let end = third == nil ? start + 3 : start + 5
    let year = third.map { $0 < 100 ? 2000 + $0 : $0 }
    if !dayFirst, first <= 12, second <= 12, first != second { return (TimeParts(doubt: .ambiguousDate), end) }
    let isSwapped = !dayFirst && second > 12
    let (day, month) = isSwapped ? (second, first) : (first, second)
    return (TimeParts(day: .date(day: day, month: month, year: year)), end)
  }

  /// 17:30, and 17.30 where `allowsPoint`; not yet its half.
  func figuresOfClock(at start: Int, allowsPoint: Bool) -> (SpokenClock, Int)? {
    guard let hour = tokens.digits(start, atMost: 2), hour <= 24,
      tokens[start + 1] == ":" || allowsPoint && tokens[start + 1] == ".", tokens.isGlued(start + 1),
      tokens.isGlued(start + 2), tokens[start + 2].utf8.count == 2, let minute = tokens.digits(start + 2, atMost: 2),
      minute < 60, hour < 24 || minute == 0
    else { return nil }
    // Whoever writes 05:30 counts to 24.
    let isExact = hour > 12 || hour == 0 || tokens[start].utf8.count == 2 && hour < 10
    return (SpokenClock(hour: hour, minute: minute, half: isExact ? .exact : .unknown), start + 3)
  }

  /// am, a.m., pm, p. m.
  func latinHalf(at start: Int) -> (SpokenClock.Half, Int)? {
    let half: [String: SpokenClock.Half] = ["am": .before, "pm": .after]
    if let found = half[tokens[start]] { return (found, start + 1) }
    guard let found = half[tokens[start] + tokens[start + 2]], tokens[start].utf8.count == 1, tokens[start + 1] == "."
    else { return nil }
    return (found, tokens[start + 3] == "." ? start + 4 : start + 3)
  }

  /// A length of time, in one or more units: «una hora y 10 minutos».
  func span(at start: Int) -> (TimeSpan, Int)? {
    var total = TimeSpan()
    var position = start
    var end: Int?
    while let (part, next) = language == .spanish ? spanishSpanPart(at: position) : englishSpanPart(at: position) {
      total = total + part
      guard total.isSane else { return nil }
      (position, end) = (next, next)
      if [language == .spanish ? "y" : "and", ","].contains(tokens[position]) { position += 1 }
    }
    return end.map { (total, $0) }
  }

  /// A number in digits or words below 100, such as `veintitrés`, `treinta y cinco`, `forty-five`.
  func number(at start: Int) -> (Int, Int)? {
    if let digits = tokens.digits(start) { return (digits, start + 1) }
    let words = TimeNumbers.of(language)
    guard let tens = words[tokens[start]] else { return nil }
    guard tens >= 20, tens % 10 == 0 else { return (tens, start + 1) }
    let hasJoint = tokens[start + 1] == (language == .spanish ? "y" : "-")
    guard hasJoint || language == .english, let ones = words[tokens[start + (hasJoint ? 2 : 1)]], (1...9).contains(ones)
    else { return (tens, start + 1) }
    return (tens + ones, start + (hasJoint ? 3 : 2))
  }

  /// Puts half of the day behind a clock of twelve hours.
  func halved(_ clock: SpokenClock, _ half: SpokenClock.Half) -> SpokenClock {
    guard (1...12).contains(clock.hour) else {
      return SpokenClock(hour: clock.hour, minute: clock.minute, half: .exact)
    }
    return SpokenClock(hour: clock.hour, minute: clock.minute, half: half)
  }

  func finished(_ clock: SpokenClock) -> SpokenClock {
    clock.half == .unknown && !(1...12).contains(clock.hour)
      ? SpokenClock(hour: clock.hour, minute: clock.minute, half: .exact) : clock
  }
}

/// Numbers in words.
enum TimeNumbers {
  static func of(_ language: Language) -> [String: Int] { language == .spanish ? spanish : english }

  private static let spanish: [String: Int] = {
    var table = ["un": 1, "una": 1, "veintiun": 21, "veintiuna": 21]
    let names =
      "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete "
      + "dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete "
      + "veintiocho veintinueve"
    for (number, name) in names.split(separator: " ").enumerated() { table[String(name)] = number }
    let tens = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
    for (index, name) in tens.split(separator: " ").enumerated() { table[String(name)] = 30 + index * 10 }
    return table
  }()

  private static let english: [String: Int] = {
    var table: [String: Int] = ["a": 1, "an": 1]
    let names =
      "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
      + "eighteen nineteen"
    for (number, name) in names.split(separator: " ").enumerated() { table[String(name)] = number }
    let tens = "twenty thirty forty fifty sixty seventy eighty ninety"
    for (index, name) in tens.split(separator: " ").enumerated() { table[String(name)] = 20 + index * 10 }
    return table
  }()

  static let englishOrdinals: [String: Int] = {
    let names =
      "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
      + "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
    var table: [String: Int] = [:]
    for (index, name) in names.split(separator: " ").enumerated() { table[String(name)] = index + 1 }
    return table
  }()
}
