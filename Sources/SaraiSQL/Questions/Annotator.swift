import SaraiCore

/// Reads a question as names and values of the data and phrases of the language. Every word has to be one of them.
struct Annotator {
  private let schema: Schema
  private let names: [(words: [String], target: NameTarget)]
  private let values: [String: [ValueTarget]]
  private let longestValue: Int

  private static let longestValueWords = 8

  init(schema: Schema) {
    self.schema = schema
    var names: [([String], NameTarget)] = []
    var values: [String: [String: ValueTarget]] = [:]
    var longest = 1
    for (tableIndex, table) in schema.tables.enumerated() {
      names.append((Words.words(ofName: table.name), .table(tableIndex)))
      for (columnIndex, column) in table.columns.enumerated() {
        names.append((Words.words(ofName: column.name), .column(tableIndex, columnIndex)))
        for value in column.values {
          let words = Words.words(ofName: value)
          guard (1...Self.longestValueWords).contains(words.count) else { continue }
          longest = max(longest, words.count)
          values[words.map(Words.key).joined(separator: " "), default: [:]][
            "\(tableIndex).\(columnIndex)",
            default:
              ValueTarget(table: tableIndex, column: columnIndex, texts: [])
          ].texts.append(value)
        }
      }
    }
    self.names = names.filter { !$0.0.isEmpty }
    self.values = values.mapValues { found in
      found.values.sorted { ($0.table, $0.column) < ($1.table, $1.column) }
    }
    longestValue = longest
  }

  /// What a phrase stands for, and how many tokens it takes.
  private struct Match {
    var item: QuestionItem
    var length: Int
  }

  /// Nil where something is left that is neither a phrase nor in the data.
  func items(of tokens: [QuestionToken]) -> [(item: QuestionItem, text: String)]? {
    var items: [(item: QuestionItem, text: String)] = []
    var position = 0
    while position < tokens.count {
      guard let match = match(tokens, position) else { return nil }
      if match.item != .filler { items.append((match.item, tokens[position + match.length - 1].folded)) }
      position += match.length
    }
    return items
  }

  private func match(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    let token = tokens[position]
    if let span = date(tokens, position) { return span }
    switch token.kind {
    case .number(let number): return Match(item: .number(number), length: 1)
    case .quoted:
      let key = Words.words(ofName: token.text).map(Words.key).joined(separator: " ")
      return Match(item: values[key].map { .value($0) } ?? .quoted(token.text), length: 1)
    case .date: return nil
    case .word, .symbol: break
    }
    let value = value(tokens, position)
    let name = name(tokens, position)
    let phrase = phrase(tokens, position)
    // The longest wins; between equals the data wins, since it is known and the language is wide. A word that says
    // nothing by itself is a value only in quotation marks.
    let dataMatch = [name, value].compactMap { $0 }.max { $0.length < $1.length }
    guard let dataMatch else { return phrase }
    guard let phrase else { return dataMatch }
    if phrase.length > dataMatch.length { return phrase }
    if phrase.length == 1, dataMatch.length == 1 {
      // A column may be called "total" or "media": what surrounds the word decides later, so the exact name is kept.
      if case .name = dataMatch.item {
        return isExactName(token.folded) && phrase.item == .filler ? dataMatch : prefer(phrase, dataMatch)
      }
      return phrase
    }
    return dataMatch
  }

  /// "cuesta" means the price and is no phrase; "total" is a phrase even where a column has that name.
  private func prefer(_ phrase: Match, _ data: Match) -> Match { phrase.item == .filler ? data : phrase }

  private func isExactName(_ word: String) -> Bool { names.contains { Words.matches($0.words, [word]) } }

  private func phrase(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    for length in stride(from: min(Phrases.longest, tokens.count - position), through: 1, by: -1) {
      let words = tokens[position..<(position + length)].map(\.folded)
      if let item = Phrases.items[words] { return Match(item: item, length: length) }
    }
    return nil
  }

  private func value(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    for length in stride(from: min(longestValue, tokens.count - position), through: 1, by: -1) {
      let part = tokens[position..<(position + length)]
      guard part.allSatisfy({ $0.kind == .word || isNumber($0) }) else { continue }
      let key = part.map { Words.key($0.folded) }.joined(separator: " ")
      if let found = values[key] { return Match(item: .value(found), length: length) }
    }
    return nil
  }

  private func isNumber(_ token: QuestionToken) -> Bool {
    if case .number = token.kind { true } else { false }
  }

  // MARK: - Names

  private static let joints: Set<String> = ["de", "del", "la", "el", "of", "the"]

  /// The longest name that begins here; the exact one before one of the same meaning, and that before a part of one.
  private func name(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    guard !Self.joints.contains(tokens[position].folded) else { return nil }
    var best: (length: Int, quality: Int, targets: [NameTarget]) = (0, 0, [])
    for (words, target) in names {
      guard let (length, quality) = fit(words, tokens, position) else { continue }
      if (length, quality) > (best.length, best.quality) {
        best = (length, quality, [target])
      } else if (length, quality)
        == (best.length, best.quality)
      {
        best.targets.append(target)
      }
    }
    if best.length == 0 { best = partOfName(tokens[position]) }
    return best.length > 0 ? Match(item: .name(best.targets), length: best.length) : nil
  }

  private func fit(_ words: [String], _ tokens: [QuestionToken], _ start: Int) -> (length: Int, quality: Int)? {
    var position = start
    var quality = 2
    // As it is written in the data: `fecha_alta`.
    let typed = Words.words(ofName: tokens[start].text)
    if typed.count > 1, typed == words { return (1, 3) }
    for (index, word) in words.enumerated() {
      if index > 0 {
        while position < tokens.count, Self.joints.contains(tokens[position].folded) { position += 1 }
      }
      guard position < tokens.count, tokens[position].kind == .word else { return nil }
      if !Words.matches([word], [tokens[position].folded]) {
        guard Words.means([word], [tokens[position].folded]) else { return nil }
        quality = 1
      }
      position += 1
    }
    return (position - start, quality)
  }

  /// "precio" for `precio_unitario`, where no other name has the word.
  private func partOfName(_ token: QuestionToken) -> (length: Int, quality: Int, targets: [NameTarget]) {
    guard token.kind == .word else { return (0, 0, []) }
    let targets = names.filter { name in
      guard case .column = name.target, name.words.count > 1, !name.words.contains("id") else { return false }
      return name.words.contains { Words.means([$0], [token.folded]) }
    }.map(\.target)
    return targets.count == 1 ? (1, 0, targets) : (0, 0, [])
  }
}

// MARK: - Dates

extension Annotator {
  private static let months: [String: Int] = {
    var months: [String: Int] = [:]
    for line in [
      "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
      "january february march april may june july august september october november december",
    ] {
      for (index, word) in line.split(separator: " ").enumerated() { months[String(word)] = index + 1 }
    }
    months["setiembre"] = 9
    return months
  }()

  /// What can stand before a year that is one.
  private static let beforeYear: Set<String> = [
    "en", "in", "de", "del", "of", "ano", "year", "durante", "during", "desde", "since", "hasta", "until", "before",
    "after", "from", "entre", "between", "y", "and",
  ]

  private func date(_ tokens: [QuestionToken], _ start: Int) -> Match? {
    func word(_ offset: Int) -> String? { start + offset < tokens.count ? tokens[start + offset].folded : nil }
    func number(_ offset: Int, _ range: ClosedRange<Int>) -> Int? {
      guard start + offset < tokens.count, case .number(let number) = tokens[start + offset].kind,
        let whole = Int(exactly: number), range.contains(whole)
      else { return nil }
      return whole
    }
    func skip(_ offset: Int) -> Int { ["de", "del", "of", "the"].contains(word(offset) ?? "") ? offset + 1 : offset }
    let years = 1_000...9_998
    if case .date(let iso) = tokens[start].kind { return DateSpan.day(iso).map { Match(item: .span($0), length: 1) } }
    if let day = number(0, 1...31), let month = word(skip(1)).flatMap({ Self.months[$0] }),
      let year = number(skip(skip(1) + 1), years), let iso = CivilDay.iso(year, month, day)
    {
      return DateSpan.day(iso).map { Match(item: .span($0), length: skip(skip(1) + 1) + 1) }
    }
    if let month = word(0).flatMap({ Self.months[$0] }) {
      if let day = number(1, 1...31), let year = number(2, years), let iso = CivilDay.iso(year, month, day) {
        return DateSpan.day(iso).map { Match(item: .span($0), length: 3) }
      }
      if let year = number(skip(1), years) {
        return DateSpan.month(year, month).map { Match(item: .span($0), length: skip(1) + 1) }
      }
    }
    if let year = number(0, 1_900...2_100), start > 0, Self.beforeYear.contains(tokens[start - 1].folded),
      tokens[start].text.count == 4, schema.tables.contains(where: { $0.columns.contains { $0.kind == .date } }),
      start + 1 == tokens.count || !isTable(tokens[start + 1].folded)
    {
      return DateSpan.year(year).map { Match(item: .span($0), length: 1) }
    }
    return nil
  }

  private func isTable(_ word: String) -> Bool {
    names.contains { name in
      if case .table = name.target { return Words.means(name.words, [word]) }
      return false
    }
  }
}
