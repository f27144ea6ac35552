import SaraiCore

/// What a question itself says: its numbers, texts and tables. A query that answers it compares with nothing else, so a
/// model that may write no other literals can't make any up.
struct QuestionLiterals {
  /// As SQL writes them; the question's numbers in figures and in words.
  let numbers: [String]
  /// Quoted texts, names with capital letters, and words that mean nothing to the data.
  let texts: [String]
  let years: [String]
  /// Values of the data that the question names, by table and column.
  let values: [String: [String: [String]]]
  /// Tables that it names, or that the values it names are in alone.
  let tables: Set<String>

  init(_ question: String, schema: Schema) {
    let tokens = QuestionToken.tokens(of: question, language: .spanish) ?? []
    var numbers: Set<String> = []
    var years: [String] = []
    for token in tokens {
      switch token.kind {
      case .number(let number):
        let text = Int64(exactly: number).map { String($0) } ?? String(number)
        numbers.insert(text)
        if (1_900...2_100).contains(number), token.text.count == 4 { years.append(text) }
      case .date(let iso): years.append(String(iso.prefix(4)))
      case .word: if let number = NumberWords.countedNumber(token.folded) { numbers.insert("\(number)") }
      case .quoted, .symbol: break
      }
    }
    self.numbers = numbers.sorted()
    self.years = years
    values = Self.values(in: tokens, schema: schema)
    texts = Self.texts(in: tokens, schema: schema)
    tables = Self.tables(in: tokens, schema: schema, values: values)
  }

  private static func values(
    in tokens: [QuestionToken], schema: Schema
  ) -> [String: [String: [String]]] {
    let spoken = " " + tokens.map { Words.key($0.folded) }.joined(separator: " ") + " "
    var found: [String: [String: [String]]] = [:]
    for table in schema.tables {
      for column in table.columns {
        let named = column.values.filter { value in
          let words = Words.words(ofName: value).map { Words.key($0) }
          return !words.isEmpty && spoken.contains(" " + words.joined(separator: " ") + " ")
        }
        if !named.isEmpty { found[table.name, default: [:]][column.name] = named }
      }
    }
    return found
  }

  private static func texts(in tokens: [QuestionToken], schema: Schema) -> [String] {
    var texts: [String] = []
    var run: [String] = []
    for (index, token) in tokens.enumerated() {
      if token.kind == .quoted { texts.append(token.text) }
      let isName = token.kind == .word && token.text.first?.isUppercase == true && index > 0
      if isName { run.append(token.text) }
      if !isName || index == tokens.count - 1 {
        if !run.isEmpty { texts.append(run.joined(separator: " ")) }
        run = []
      }
      guard token.kind == .word, token.folded.count > 2, Phrases.items[[token.folded]] == nil,
        !schema.tables.contains(where: { names($0).contains { Words.means([$0], [token.folded]) } })
      else { continue }
      texts.append(token.text)
    }
    let plain = texts.map { String(String.UnicodeScalarView($0.unicodeScalars.filter { $0.value >= 0x20 })) }
    return Set(plain).sorted().prefix(12).map { String($0.prefix(40)) }
  }

  private static func names(_ table: Schema.Table) -> [String] {
    Words.words(ofName: table.name) + table.columns.flatMap { Words.words(ofName: $0.name) }
  }

  private static func tables(
    in tokens: [QuestionToken], schema: Schema, values: [String: [String: [String]]]
  ) -> Set<String> {
    var tables: Set<String> = []
    for table in schema.tables {
      let words = Words.words(ofName: table.name)
      if tokens.contains(where: { token in words.contains { Words.means([$0], [token.folded]) } }) {
        tables.insert(table.name)
      }
    }
    if values.count == 1, let only = values.keys.first { tables.insert(only) }
    return tables
  }
}
