import SaraiCore

/// Reads numbers that are written as words.
struct NumberWords: Sendable {
  private let small: [String: Int]
  private let hundreds: [String: Int]
  private let scales: [String: Int]
  private let language: Language

  static func of(_ language: Language) -> NumberWords { language == .spanish ? spanish : english }

  /// - Returns: The number that begins at `start`, and where it ends.
  func read(_ tokens: [Token], at start: Int) -> (value: Int, end: Int)? {
    var position = start
    var total = 0
    var lowestScale = Int.max
    while let group = readGroup(tokens, position, isFirst: position == start) {
      var value = group.value
      var end = group.end
      var hasScale = false
      while let name = word(tokens, end), let scale = scales[name] {
        guard value > 0, value <= 1_000_000, hasScale ? scale > 1000 : scale < lowestScale else { return nil }
        value *= scale
        lowestScale = min(lowestScale, scale)
        hasScale = true
        end += 1
      }
      guard hasScale || lowestScale >= 1000 else { return nil }
      total += value
      position = end
      // What goes on after thousands or millions is smaller than they are.
      guard hasScale else { break }
      let next = language == .english && word(tokens, position) == "and" ? position + 1 : position
      if readGroup(tokens, next, isFirst: false) != nil { position = next }
    }
    return position > start ? (total, position) : nil
  }

  /// A number below 1000. «mil» and "a thousand" begin with a 1 that is not said or is an article.
  private func readGroup(_ tokens: [Token], _ start: Int, isFirst: Bool) -> (value: Int, end: Int)? {
    guard let name = word(tokens, start) else { return nil }
    switch language {
    case .spanish:
      if name == "mil" { return (1, start) }
      guard let hundred = hundreds[name] else { return readBelowHundred(tokens, start) }
      guard let rest = readBelowHundred(tokens, start + 1), rest.value > 0 else { return (hundred, start + 1) }
      return (hundred + rest.value, rest.end)
    case .english:
      var count = readBelowHundred(tokens, start)
      if name == "a", isFirst, let next = word(tokens, start + 1), hundreds[next] != nil || scales[next] != nil {
        count = (1, start + 1)
      }
      guard let count else { return nil }
      guard let next = word(tokens, count.end), let hundred = hundreds[next], count.value > 0 else { return count }
      let value = count.value * hundred
      let and = word(tokens, count.end + 1) == "and" ? count.end + 2 : count.end + 1
      guard let rest = readBelowHundred(tokens, and), rest.value > 0 else { return (value, count.end + 1) }
      return (value + rest.value, rest.end)
    }
  }

  private func readBelowHundred(_ tokens: [Token], _ start: Int) -> (value: Int, end: Int)? {
    guard let name = word(tokens, start), let value = small[name] else { return nil }
    guard value >= 20, value % 10 == 0 else { return (value, start + 1) }
    var next = start + 1
    if language == .spanish {
      guard word(tokens, next) == "y", value >= 30 else { return (value, start + 1) }
      next += 1
    } else if next < tokens.count, tokens[next].isSymbol("-"), !tokens[next].followsSpace {
      next += 1
    }
    guard let unitName = word(tokens, next), let unit = small[unitName], (1...9).contains(unit) else {
      return (value, start + 1)
    }
    return (value + unit, next + 1)
  }

  /// The factor of a word that multiplies digits before it: 3 mil, 1.5 million.
  func scale(_ tokens: [Token], at position: Int) -> (value: Int, end: Int)? {
    guard let name = word(tokens, position), let scale = scales[name] else { return nil }
    if name == "mil", let next = word(tokens, position + 1), let larger = scales[next], larger > 1000 {
      return (scale * larger, position + 2)
    }
    return (scale, position + 1)
  }

  private func word(_ tokens: [Token], _ position: Int) -> String? {
    position < tokens.count && tokens[position].kind == .word ? tokens[position].text : nil
  }

  private static func table(_ words: String, from first: Int, step: Int = 1) -> [String: Int] {
    var table: [String: Int] = [:]
    for (index, names) in words.split(separator: " ").enumerated() {
      for name in names.split(separator: "/") { table[String(name)] = first + index * step }
    }
    return table
  }

  private static let spanish = NumberWords(
    small: table(
      "cero uno/un/una dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
        + "diecisiete dieciocho diecinueve veinte veintiuno/veintiun/veintiuna veintidos veintitres veinticuatro "
        + "veinticinco veintiseis veintisiete veintiocho veintinueve", from: 0
    ).merging(table("treinta cuarenta cincuenta sesenta setenta ochenta noventa", from: 30, step: 10)) { $1 },
    hundreds: table(
      "cien/ciento doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas quinientos/quinientas "
        + "seiscientos/seiscientas setecientos/setecientas ochocientos/ochocientas novecientos/novecientas",
      from: 100, step: 100),
    scales: [
      "mil": 1000, "millon": 1_000_000, "millones": 1_000_000, "billon": 1_000_000_000_000,
      "billones": 1_000_000_000_000,
    ],
    language: .spanish)

  private static let english = NumberWords(
    small: table(
      "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        + "eighteen nineteen", from: 0
    ).merging(table("twenty thirty forty/fourty fifty sixty seventy eighty ninety", from: 20, step: 10)) { $1 },
    hundreds: ["hundred": 100],
    scales: ["thousand": 1000, "million": 1_000_000, "billion": 1_000_000_000, "trillion": 1_000_000_000_000],
    language: .english)
}
