/// The grammar in which a model writes SQL over given data: `grammars/sql.gbnf` with the data's own names.
package enum SQLGrammar {
  /// The rules that are replaced; without one of a kind, any column stands for it.
  private static let replaced: Set<String> = [
    "source", "column", "number-column", "text-column", "open-column", "date-column", "known-value",
  ]
  /// Values of a column that are offered where the question names none: a category of few.
  private static let maximumCategories = 8
  private static let maximumTables = 6
  private static let maximumJoins = 3
  private static let maximumKnownValues = 40

  /// GBNF whose rule to start from is "root"; nil where the schema has no columns.
  ///
  /// - Parameter question: its tables go first where there are many, and where it says anything, literals can only be
  ///   what it says.
  package static func gbnf(for schema: Schema, question: String = "") -> String? {
    let template = Template(String(decoding: PackageResources.sql_gbnf, as: UTF8.self))
    let said = question.isEmpty ? nil : QuestionLiterals(question, schema: schema)
    let dependent = template.rules(leadingTo: replaced)
    var lines: [String] = []
    var roots: [String] = []
    for (index, source) in sources(of: schema, question: question, said).enumerated() {
      let suffix = "-s\(index + 1)"
      roots.append("root" + suffix)
      for rule in template.rules where dependent.contains(rule.name) && !replaced.contains(rule.name) {
        lines.append("\(rule.name)\(suffix) ::= \(Template.renamed(rule.body, dependent, suffix: suffix))")
      }
      for (name, body) in source.rules(said) { lines.append("\(name)\(suffix) ::= \(body)") }
    }
    guard !roots.isEmpty else { return nil }
    let shared = template.rules.filter { !dependent.contains($0.name) && $0.name != "name" }
    let spoken = said.map(literals) ?? [:]
    lines += shared.map { "\($0.name) ::= \(spoken[$0.name] ?? $0.body)" }
    return (["root ::= " + roots.joined(separator: " | ")] + lines).joined(separator: "\n") + "\n"
  }

  /// The tables that a question speaks of, those that they refer to, and as many others as there is room for.
  package static func relevantTables(of schema: Schema, question: String) -> [String] {
    guard schema.tables.count > maximumTables else { return schema.tables.map(\.name) }
    let words = Words.words(ofName: question)
    func speaks(of name: String) -> Bool {
      Words.words(ofName: name).contains { part in part.count > 2 && words.contains { Words.means([part], [$0]) } }
    }
    var names = schema.tables.filter { speaks(of: $0.name) }.map(\.name)
    names += schema.tables.filter { $0.columns.contains { speaks(of: $0.name) } }.map(\.name)
    names += names.flatMap { name in schema.table(name)?.references.map(\.table) ?? [] }
    names += schema.tables.map(\.name)
    var seen: Set<String> = []
    return Array(names.filter { seen.insert($0).inserted }.prefix(maximumTables))
  }

  /// The rules of literals, for those that the question says.
  private static func literals(_ said: QuestionLiterals) -> [String: String] {
    let numbers = Array(Set(said.numbers + ["0"])).sorted()
    var rules = ["number": GBNFText.alternatives(numbers)]
    rules["limit"] = GBNFText.alternatives(Array(Set(numbers.filter { Int($0) ?? 0 > 0 } + ["1", "5", "10"])).sorted())
    rules["string"] = GBNFText.alternatives((said.texts.isEmpty ? [""] : said.texts).map { SQLText.quoted(text: $0) })
    let parts = Set(said.texts.filter { !$0.contains("%") }.map { $0.split(separator: "'").joined() })
    if !parts.isEmpty { rules["pattern"] = "\"'\" \"%\"? (" + GBNFText.alternatives(parts.sorted()) + ") \"%\"? \"'\"" }
    if !said.years.isEmpty {
      let years = Set(said.years + said.years.compactMap { Int($0).map { String($0 + 1) } }).sorted()
      rules["date"] = "\"'\" (" + GBNFText.alternatives(years) + ") \"-\" [01] [0-9] \"-\" [0-3] [0-9] \"'\""
    }
    return rules
  }

  private static func sources(of schema: Schema, question: String, _ said: QuestionLiterals?) -> [Source] {
    let names = relevantTables(of: schema, question: question)
    let tables = schema.tables.filter { names.contains($0.name) && !$0.columns.isEmpty }
    var sources = tables.map { Source(tables: [$0], joins: []) }
    for table in tables {
      var joined = Source(tables: [table], joins: [])
      for reference in table.references.prefix(maximumJoins) {
        guard let other = tables.first(where: { $0.name == reference.table }),
          !joined.tables.contains(where: { $0.name == other.name })
        else { continue }
        joined.tables.append(other)
        joined.joins.append(reference)
      }
      if !joined.joins.isEmpty { sources.append(joined) }
    }
    // A query reads all tables that the question names.
    let named = said?.tables.intersection(names) ?? []
    let fitting = sources.filter { source in named.isSubset(of: source.tables.map(\.name)) }
    return fitting.isEmpty ? sources : fitting
  }

  /// A table, or a table with those that it refers to.
  private struct Source {
    var tables: [Schema.Table]
    var joins: [Schema.Reference]

    private func name(_ table: Schema.Table, _ column: Schema.Column) -> String {
      joins.isEmpty ? Names.plain(column.name) : Names.plain(table.name) + "." + Names.plain(column.name)
    }

    private func equality(_ name: String, _ values: [String]) -> String {
      "(" + GBNFText.literal(name) + " (\" = \" | \" <> \") ("
        + GBNFText.alternatives(values.map { SQLText.quoted(text: $0) }) + "))"
    }

    func rules(_ said: QuestionLiterals?) -> [(name: String, body: String)] {
      var names: [String: [String]] = [:]
      var known: [String] = []
      for table in tables {
        for column in table.columns {
          let name = name(table, column)
          names["column", default: []].append(name)
          switch column.kind {
          case .integer, .real:
            // Keys are counted and joined, not measured.
            guard !column.isPrimaryKey, !table.references.contains(where: { $0.column == column.name }) else { break }
            names["number-column", default: []].append(name)
          case .date: names["date-column", default: []].append(name)
          case .text, .blob: names["text-column", default: []].append(name)
          }
          if let named = said?.values[table.name]?[column.name] {
            known.append(equality(name, named))
          } else if column.kind == .text, column.hasAllValues, (1...maximumKnownValues).contains(column.values.count) {
            guard said == nil || (said?.values.isEmpty == true && column.values.count <= maximumCategories) else {
              continue
            }
            known.append(equality(name, column.values))
          } else if column.kind == .text {
            names["open-column", default: []].append(name)
          }
        }
      }
      var from = Names.plain(tables[0].name)
      for join in joins {
        from += " JOIN \(Names.plain(join.table)) ON \(Names.plain(tables[0].name)).\(Names.plain(join.column))"
        from += " = \(Names.plain(join.table)).\(Names.plain(join.otherColumn))"
      }
      let all = names["column"] ?? []
      var rules: [(name: String, body: String)] = [
        ("source", GBNFText.literal(from)), ("column", GBNFText.alternatives(all)),
      ]
      for kind in ["number-column", "text-column", "open-column", "date-column"] {
        rules.append((kind, GBNFText.alternatives(names[kind] ?? all)))
      }
      // Without a column whose values are known, any column and any text stand for it.
      let any = "(" + GBNFText.alternatives(all) + ") \" = \" string"
      rules.append(("known-value", known.isEmpty ? any : known.joined(separator: " | ")))
      return rules
    }
  }

  /// The rules of the file, one a line.
  private struct Template {
    var rules: [(name: String, body: String)] = []

    init(_ text: String) {
      for line in text.split(separator: "\n") where !line.hasPrefix("#") {
        guard let sign = line.firstRange(of: " ::= ") else { continue }
        rules.append((String(line[..<sign.lowerBound]), String(line[sign.upperBound...])))
      }
    }

    /// The rules that use one of these, directly or by way of others, and these themselves.
    func rules(leadingTo names: Set<String>) -> Set<String> {
      var found = names
      var isGrowing = true
      while isGrowing {
        isGrowing = false
        for rule in rules where !found.contains(rule.name) {
          guard Self.references(in: rule.body).contains(where: { found.contains($0.name) }) else { continue }
          found.insert(rule.name)
          isGrowing = true
        }
      }
      return found
    }

    static func renamed(_ body: String, _ names: Set<String>, suffix: String) -> String {
      var result = ""
      var position = body.startIndex
      for reference in references(in: body) where names.contains(reference.name) {
        result += body[position..<reference.range.upperBound] + suffix
        position = reference.range.upperBound
      }
      return result + body[position...]
    }

    /// Names of rules: words outside of literals, sets and repetitions.
    private static func references(in body: String) -> [(name: String, range: Range<String.Index>)] {
      var found: [(name: String, range: Range<String.Index>)] = []
      var position = body.startIndex
      var end: Character?
      while position < body.endIndex {
        let character = body[position]
        if let close = end {
          if character == "\\" { position = body.index(after: position) } else if character == close { end = nil }
        } else if let close = ["\"": "\"", "[": "]", "{": "}"][character] as Character? {
          end = close
        } else if character.isLetter {
          let start = position
          while position < body.endIndex, body[position].isLetter || body[position].isNumber || body[position] == "-" {
            position = body.index(after: position)
          }
          found.append((String(body[start..<position]), start..<position))
          continue
        }
        position = body.index(after: position)
      }
      return found
    }
  }
}

/// Texts as GBNF writes them.
enum GBNFText {
  static func literal(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// One of the texts. Those that begin alike share their beginning, so that few of them are open at a time.
  static func alternatives(_ texts: [String], depth: Int = 0) -> String {
    let unique = Set(texts).sorted()
    guard unique.count > 3, depth < 3 else { return unique.map(literal).joined(separator: " | ") }
    var groups: [(first: Unicode.Scalar?, rests: [String])] = []
    for text in unique {
      let first = text.unicodeScalars.first
      let rest = String(String.UnicodeScalarView(text.unicodeScalars.dropFirst()))
      if let last = groups.indices.last, groups[last].first == first {
        groups[last].rests.append(rest)
      } else {
        groups.append((first, [rest]))
      }
    }
    return groups.map { group in
      guard let first = group.first else { return "\"\"" }
      if group.rests.count == 1 { return literal(String(first) + group.rests[0]) }
      return literal(String(first)) + " (" + alternatives(group.rests, depth: depth + 1) + ")"
    }.joined(separator: " | ")
  }
}
