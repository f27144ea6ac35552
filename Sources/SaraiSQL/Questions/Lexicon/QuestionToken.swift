import SaraiCore

/// A word, number, date, sign or quoted text of a question.
struct QuestionToken {
  enum Kind: Equatable {
    case word
    case number(Double)
    /// Year, month and day as ISO 8601.
    case date(String)
    case quoted
    case symbol
  }

  var kind: Kind
  /// As typed; without its quotation marks.
  var text: String
  var folded: String

  static let maximum = 80

  /// Nil for what is too long to be a question.
  static func tokens(of question: String, language: Language) -> [QuestionToken]? {
    guard question.utf8.count <= 1_000 else { return nil }
    let characters = Array(question)
    var tokens: [QuestionToken] = []
    var position = 0
    while position < characters.count {
      let character = characters[position]
      let startsWord = position == 0 || !(characters[position - 1].isLetter || characters[position - 1].isNumber)
      if let close = closing[character], startsWord || character != "'",
        let end = characters[(position + 1)...].firstIndex(of: close), end > position + 1
      {
        append(.quoted, String(characters[(position + 1)..<end]), to: &tokens)
        position = end + 1
      } else if character.isASCII, character.isNumber {
        position = scanNumber(characters, position, language, &tokens)
      } else if character.isLetter {
        var end = position
        while end < characters.count, characters[end].isLetter || characters[end].isNumber || characters[end] == "_" {
          end += 1
        }
        append(.word, String(characters[position..<end]), to: &tokens)
        // "what's", "don't": what follows the apostrophe says nothing that is not clear without it.
        if end + 1 < characters.count, "'’".contains(characters[end]), "st".contains(characters[end + 1]) { end += 2 }
        position = end
      } else {
        position = scanSymbol(characters, position, &tokens)
      }
    }
    return tokens.count <= maximum ? tokens : nil
  }

  private static let closing: [Character: Character] = ["\"": "\"", "'": "'", "«": "»", "“": "”", "‘": "’"]

  private static func append(_ kind: Kind, _ text: String, to tokens: inout [QuestionToken]) {
    tokens.append(QuestionToken(kind: kind, text: text, folded: Words.fold(text)))
  }

  private static func scanSymbol(
    _ characters: [Character], _ position: Int, _ tokens: inout [QuestionToken]
  ) -> Int {
    if position + 1 < characters.count,
      [">=", "<=", "!=", "<>"].contains(String(characters[position...(position + 1)]))
    {
      append(.symbol, String(characters[position...(position + 1)]), to: &tokens)
      return position + 2
    }
    let isSilent = characters[position].isWhitespace || "¿?¡!.;:()".contains(characters[position])
    if !isSilent { append(.symbol, String(characters[position]), to: &tokens) }
    return position + 1
  }

  private static func scanNumber(
    _ characters: [Character], _ start: Int, _ language: Language, _ tokens: inout [QuestionToken]
  ) -> Int {
    var end = start
    while end < characters.count {
      let character = characters[end]
      let followed = end + 1 < characters.count && characters[end + 1].isASCII && characters[end + 1].isNumber
      guard character.isASCII && character.isNumber || (".,-/".contains(character) && followed) else { break }
      end += 1
    }
    // 3rd, 1A: no number.
    if end < characters.count, characters[end].isLetter {
      while end < characters.count, characters[end].isLetter || characters[end].isNumber { end += 1 }
      append(.word, String(characters[start..<end]), to: &tokens)
      return end
    }
    let text = String(characters[start..<end])
    if let date = date(text, language) {
      append(.date(date), text, to: &tokens)
    } else if let number = number(text, language) {
      append(.number(number), text, to: &tokens)
    } else {
      append(.symbol, text, to: &tokens)
    }
    return end
  }

  private static func date(_ text: String, _ language: Language) -> String? {
    let parts = text.split(whereSeparator: { "-/".contains($0) })
    guard parts.count == 3, let first = Int(parts[0]), let second = Int(parts[1]), let third = Int(parts[2]) else {
      return nil
    }
    if parts[0].count == 4 { return CivilDay.iso(first, second, third) }
    guard parts[2].count == 4 else { return nil }
    // In English it could be two days; only what can be one is taken.
    if language == .english, first <= 12, second <= 12, first != second { return nil }
    return second > 12 ? CivilDay.iso(third, first, second) : CivilDay.iso(third, second, first)
  }

  private static func number(_ text: String, _ language: Language) -> Double? {
    guard !text.contains(where: { "-/".contains($0) }) else { return nil }
    let decimal: Character = language == .spanish ? "," : "."
    let thousands: Character = language == .spanish ? "." : ","
    let halves = text.split(separator: decimal, omittingEmptySubsequences: false)
    let groups = halves[0].split(separator: thousands, omittingEmptySubsequences: false)
    let isGrouped = groups.count == 1 || (groups[0].count <= 3 && groups.dropFirst().allSatisfy { $0.count == 3 })
    if halves.count <= 2, isGrouped, !(halves.count == 2 && halves[1].contains(thousands)) {
      return Double(groups.joined() + (halves.count == 2 ? "." + halves[1] : ""))
    }
    // 3.5 in Spanish can only be a decimal.
    let parts = text.split(separator: thousands, omittingEmptySubsequences: false)
    return parts.count == 2 && !text.contains(decimal) ? Double(parts.joined(separator: ".")) : nil
  }
}

/// Days as text.
enum CivilDay {
  static func days(inMonth month: Int, year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Nil for a day that there is not.
  static func iso(_ year: Int, _ month: Int, _ day: Int) -> String? {
    guard (1...9_998).contains(year), (1...12).contains(month), (1...days(inMonth: month, year: year)).contains(day)
    else { return nil }
    return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2)
  }

  static func dayAfter(_ year: Int, _ month: Int, _ day: Int) -> String {
    if let next = iso(year, month, day + 1) { return next }
    return month == 12 ? padded(year + 1, 4) + "-01-01" : padded(year, 4) + "-" + padded(month + 1, 2) + "-01"
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.count)) + text
  }
}

/// A day, month or year: from `start` on, and before `end`.
struct DateSpan: Hashable {
  var start: String
  var end: String

  static func day(_ iso: String) -> DateSpan? {
    let parts = iso.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3 else { return nil }
    return DateSpan(start: iso, end: CivilDay.dayAfter(parts[0], parts[1], parts[2]))
  }

  static func month(_ year: Int, _ month: Int) -> DateSpan? {
    guard let start = CivilDay.iso(year, month, 1) else { return nil }
    return DateSpan(start: start, end: CivilDay.dayAfter(year, month, CivilDay.days(inMonth: month, year: year)))
  }

  static func year(_ year: Int) -> DateSpan? {
    guard let start = CivilDay.iso(year, 1, 1) else { return nil }
    return DateSpan(start: start, end: CivilDay.dayAfter(year, 12, 31))
  }
}
