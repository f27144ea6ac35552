import SaraiCore

/// An item of a question with what it was read from.
struct QuestionNode {
  var item: QuestionItem
  /// Its last word, folded.
  var text: String
  /// The columns that a word of the language is the very name of: "total", "year".
  var namesakes: [ColumnIndex] = []
}

/// Reads a question as names and values of the data and phrases of the language. Every word has to be one of them.
struct Annotator {
  private let schema: Schema
  private let names: NameIndex
  private let values: ValueIndex
  private let dates: DateReader

  init(schema: Schema) {
    self.schema = schema
    names = NameIndex(schema)
    values = ValueIndex(schema)
    dates = DateReader(schema: schema, names: names)
  }

  /// What a phrase stands for, and how many tokens it takes.
  struct Match {
    var item: QuestionItem
    var length: Int
    var namesakes: [ColumnIndex] = []
  }

  /// Nil where something is left that is neither a phrase nor in the data.
  func nodes(of tokens: [QuestionToken]) -> [QuestionNode]? {
    var nodes: [QuestionNode] = []
    var position = 0
    while position < tokens.count {
      guard let match = match(tokens, position, after: nodes.last?.item) else { return nil }
      if match.item != .filler {
        let text = tokens[position + match.length - 1].folded
        nodes.append(QuestionNode(item: match.item, text: text, namesakes: match.namesakes))
      }
      position += match.length
    }
    return Self.joined(nodes)
  }

  /// A comma says something only between values.
  private static func joined(_ nodes: [QuestionNode]) -> [QuestionNode] {
    nodes.indices.compactMap { position in
      guard nodes[position].item == .comma else { return nodes[position] }
      guard position > 0, position + 1 < nodes.count, case .value = nodes[position - 1].item,
        case .value = nodes[position + 1].item
      else { return nil }
      // "Madrid, Sevilla or Bilbao"
      let next = nodes[(position + 1)...].first { $0.item == .or || $0.item == .and }
      return QuestionNode(item: next?.item ?? .and, text: ",")
    }
  }

  private func match(_ tokens: [QuestionToken], _ position: Int, after last: QuestionItem?) -> Match? {
    let token = tokens[position]
    if token.text == "," { return Match(item: .comma, length: 1) }
    // What a text begins with or contains is taken as it stands.
    if case .text = last, token.kind != .symbol { return Match(item: .quoted(token.text), length: 1) }
    if case .compare = last, token.isWord, let number = NumberWords.countedNumber(token.folded) {
      return Match(item: .number(Double(number)), length: 1)
    }
    let phrase = phrase(tokens, position)
    if let date = dates.date(tokens, position, after: last), date.length >= phrase?.length ?? 0 { return date }
    switch token.kind {
    case .number(let number): return value(tokens, position, atLeast: 2) ?? Match(item: .number(number), length: 1)
    case .quoted:
      return Match(item: values.values(spelled: [token.text]).map { .value($0) } ?? .quoted(token.text), length: 1)
    case .date: return nil
    case .word, .symbol: break
    }
    if case .called = last, phrase?.item != .filler, let text = named(tokens, position) { return text }
    let isCapitalized = position > 0 && token.text.first?.isUppercase == true
    return match(data: data(tokens, position), phrase, token.folded, isCapitalized: isCapitalized) ?? number(token)
      ?? verb(token)
      ?? opposite(token) ?? partOfValue(tokens, position)
  }

  /// The longest wins; between equals the data wins, since it is known and the language is wide. A word that says
  /// nothing by itself is a value only in quotation marks.
  private func match(data: Match?, _ phrase: Match?, _ word: String, isCapitalized: Bool) -> Match? {
    guard let data else { return phrase }
    guard var phrase, phrase.length >= data.length else { return data }
    if phrase.length > data.length { return phrase }
    guard case .name(let targets) = data.item else {
      // "Nada", written as a name is.
      return phrase.length == 1 && !isCapitalized && !Phrases.isLight(word) ? phrase : data
    }
    if phrase.item == .filler { return data }
    // A column may be called "total" or "year": what surrounds the word decides later.
    phrase.namesakes = targets.columns
    return phrase
  }

  private func data(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    let name = names.name(tokens, position)
    let value = value(tokens, position)
    return [name, value].compactMap { $0 }.max { $0.length < $1.length }
  }

  private func phrase(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    for length in stride(from: min(Phrases.longest, tokens.count - position), through: 1, by: -1) {
      let part = tokens[position..<(position + length)]
      if length > 1, part.contains(where: { $0.kind == .quoted }) { continue }
      if let item = Phrases.items[part.map(\.folded)] { return Match(item: item, length: length) }
    }
    return nil
  }

  private func value(_ tokens: [QuestionToken], _ position: Int, atLeast shortest: Int = 1) -> Match? {
    for length in stride(from: min(values.longest, tokens.count - position), through: shortest, by: -1) {
      let part = tokens[position..<(position + length)]
      guard part.allSatisfy({ $0.isWord || $0.number != nil }) else { continue }
      if let found = values.values(spelled: part.map(\.folded)) { return Match(item: .value(found), length: length) }
    }
    return nil
  }

  /// "García" for "Gabriel García": only where it can be nobody else.
  private func partOfValue(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    for length in stride(from: min(3, tokens.count - position), through: 1, by: -1) {
      let part = tokens[position..<(position + length)]
      guard part.allSatisfy(\.isWord) else { continue }
      guard let found = values.onlyValue(with: part.map(\.folded)) else { continue }
      // A word of a title may be any word; a name is written like one, or is a person's.
      let isName = position > 0 && part.allSatisfy { $0.text.first?.isUppercase == true }
      if isName || schema.isOfPeople(found.column.table) { return Match(item: .value([found]), length: length) }
    }
    return nil
  }

  /// A text that may be missing from the values known: "customers named Smith".
  private func named(_ tokens: [QuestionToken], _ position: Int) -> Match? {
    if let value = value(tokens, position) ?? partOfValue(tokens, position) { return value }
    guard !values.isPart(tokens[position].folded) else { return nil }
    let part = tokens[position...].prefix { $0.isWord && $0.text.first?.isUppercase == true }
    return part.isEmpty ? nil : Match(item: .quoted(part.map(\.text).joined(separator: " ")), length: part.count)
  }

  private func number(_ token: QuestionToken) -> Match? {
    guard token.isWord, let number = NumberWords.number(token.folded) else { return nil }
    return Match(item: .number(Double(number)), length: 1)
  }

  /// "inactive", where a column says who is active.
  private func opposite(_ token: QuestionToken) -> Match? {
    guard token.isWord, token.folded.hasPrefix("in") else { return nil }
    let flags = schema.columnIndices.filter { index in
      let column = schema.column(index)
      return column.isFlag && Words.means(Words.words(ofName: column.name), [String(token.folded.dropFirst(2))])
    }
    return flags.isEmpty ? nil : Match(item: .condition(.flag(flags, false)), length: 1)
  }

  private func verb(_ token: QuestionToken) -> Match? {
    if Synonyms.spendingVerbs.contains(token.folded) {
      let choices = Synonyms.spendingNouns.map { nouns in schema.columns(meaningAnyOf: [nouns]) { $0.kind.isNumber } }
      let columns = choices.first { !$0.isEmpty } ?? []
      return columns.isEmpty ? nil : Match(item: .spent(columns), length: 1)
    }
    for maker in Synonyms.makers where maker.verbs.contains(token.folded) {
      return Match(item: .maker(names.targets(meaningAnyOf: maker.nouns)), length: 1)
    }
    for deed in Synonyms.deeds where deed.verbs.contains(token.folded) {
      let tables = schema.tables.indices.filter { index in
        deed.nouns.contains { Words.means(Words.words(ofName: schema.tables[index].name), [$0]) }
      }
      if !tables.isEmpty { return Match(item: .deed(tables), length: 1) }
    }
    return nil
  }
}

extension [NameTarget] {
  var columns: [ColumnIndex] { compactMap { if case .column(let column) = $0 { column } else { nil } } }
  var tables: [Int] { compactMap { if case .table(let table) = $0 { table } else { nil } } }
}

extension QuestionToken {
  var isWord: Bool { kind == .word }
  var number: Double? { if case .number(let number) = kind { number } else { nil } }
}

extension Schema {
  func isOfPeople(_ table: Int) -> Bool {
    Words.words(ofName: tables[table].name).contains { word in
      Synonyms.people.contains { Words.means([word], [$0]) }
    }
  }

  func column(_ index: ColumnIndex) -> Column { tables[index.table].columns[index.column] }

  var columnIndices: [ColumnIndex] {
    tables.indices.flatMap { table in
      tables[table].columns.indices.map { ColumnIndex(table: table, column: $0) }
    }
  }

  /// Columns with a word in their name that means one of the nouns; in each table, the first row of nouns that finds any
  /// counts.
  func columns(meaningAnyOf nouns: [[String]], where isFit: (Column) -> Bool) -> [ColumnIndex] {
    tables.indices.flatMap { table -> [ColumnIndex] in
      let own = columnIndices.filter { $0.table == table && isFit(column($0)) }
      for row in nouns {
        let found = own.filter { index in
          let words = Words.words(ofName: column(index).name)
          return !words.contains("id") && words.contains { word in row.contains { Words.means([word], [$0]) } }
        }
        if !found.isEmpty { return found }
      }
      return []
    }
  }
}
