import SaraiCore

/// Words about time, in turns and in questions. All are lower case and without accents, as `WordSplitter` gives them.
enum TimeWords {
  /// Whether a turn says when something is, was or will be.
  static func areIn(_ words: [String]) -> Bool {
    words.contains { expressions.contains($0) || monthNumbers[$0] != nil || isYear($0) || isOrdinal($0) }
  }

  /// Whether a question wants to know when or how long.
  static func areAskedFor(by words: [String]) -> Bool {
    if let first = words.first, first == "when" || first == "cuando" { return true }
    // "¿Desde cuándo…?", "¿Y cuándo…?"
    if words.prefix(2).contains("cuando") { return true }
    return zip(words, words.dropFirst()).contains { askingPairs[$0]?.contains($1) ?? false }
  }

  static func isYear(_ word: String) -> Bool {
    word.utf8.count == 4 && (word.hasPrefix("19") || word.hasPrefix("20")) && word.utf8.allSatisfy(isDigit)
  }

  /// "1st", "22nd".
  private static func isOrdinal(_ word: String) -> Bool {
    let digits = word.utf8.prefix(while: isDigit)
    return !digits.isEmpty && ["st", "nd", "rd", "th"].contains(word.dropFirst(digits.count))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The month that a word names, 1…12. Short forms of English are taken too ("Feb").
  static func month(_ word: String) -> Int? { monthNumbers[word] }

  private static let monthNumbers: [String: Int] = {
    let english = words(
      "january february march april may june july august september october november december")
    let spanish = words(
      "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre")
    var numbers: [String: Int] = ["setiembre": 9]
    for (index, name) in english.enumerated() {
      numbers[name] = index + 1
      // "mar" and "may" are words of their own, of which the second is the month's whole name too.
      if name != "march" { numbers[String(name.prefix(3))] = index + 1 }
    }
    for (index, name) in spanish.enumerated() { numbers[name] = index + 1 }
    return numbers
  }()

  private static let expressions = Set(
    words(
      """
      yesterday today tonight tomorrow last next ago week weekend month year years months weeks day days monday tuesday
      wednesday thursday friday saturday sunday morning evening night recently since
      ayer anteayer hoy manana noche tarde semana semanas mes meses ano anos dia dias lunes martes miercoles jueves
      viernes sabado domingo pasado pasada proximo proxima hace recientemente desde finde
      """))

  private static let askingPairs: [String: Set<String>] = {
    let units = words("days weeks months years hours")
    let points = words("date day month year time week")
    let unidades = words("dias semanas meses anos horas")
    let puntos = words("fecha dia mes ano hora semana")
    return [
      "how": ["long"], "many": Set(units), "what": Set(points), "which": Set(points), "cuanto": ["tiempo", "hace"],
      "cuantos": Set(unidades), "cuantas": Set(unidades), "que": Set(puntos),
    ]
  }()

  private static func words(_ list: String) -> [String] { list.split(whereSeparator: \.isWhitespace).map(String.init) }
}
