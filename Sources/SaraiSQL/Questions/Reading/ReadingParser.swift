/// Understands a question in passes. Each pass replaces what it recognizes by what it means, so that the next one finds
/// less; whatever is left at the end makes the question one that is not understood.
struct ReadingParser {
  let schema: Schema
  private(set) var nodes: [QuestionNode]

  /// How many nodes become which.
  struct Rewrite {
    var length: Int
    var nodes: [QuestionNode]

    init(_ length: Int, _ items: QuestionItem...) {
      self.length = length
      nodes = items.map { QuestionNode(item: $0, text: "") }
    }

    init(_ length: Int, keeping nodes: [QuestionNode]) {
      self.length = length
      self.nodes = nodes
    }
  }

  static func reading(of nodes: [QuestionNode], schema: Schema) -> Reading? {
    var parser = ReadingParser(schema: schema, nodes: nodes)
    parser.rewrite { $0.polarity($1) }
    parser.readComparisons()
    parser.readDates()
    parser.readValues()
    parser.readRelations()
    parser.readMeasures()
    parser.readRankings()
    parser.rewrite { $0.group($1) }
    return ReadingCollector.reading(of: parser)
  }

  mutating func rewrite(_ rule: (Self, Int) -> Rewrite?) {
    var position = 0
    while position < nodes.count {
      guard let rewrite = rule(self, position) else {
        position += 1
        continue
      }
      nodes.replaceSubrange(position..<(position + rewrite.length), with: rewrite.nodes)
      position += rewrite.nodes.count
    }
  }

  mutating func replaceItem(at position: Int, with item: QuestionItem) { nodes[position].item = item }

  // MARK: - Looking at nodes

  func item(_ position: Int) -> QuestionItem? { nodes.indices.contains(position) ? nodes[position].item : nil }

  /// The columns that a name may mean, or that a word of the language is the name of.
  func columns(_ position: Int) -> [ColumnIndex] {
    guard let item = item(position) else { return [] }
    if case .name(let targets) = item { return targets.columns }
    return nodes[position].namesakes
  }

  func numbers(_ position: Int) -> [ColumnIndex] {
    columns(position).filter { index in
      let column = schema.column(index)
      return column.kind.isNumber && !column.isPrimaryKey
        && !schema.tables[index.table].references.contains { $0.column == column.name }
    }
  }

  func tables(_ position: Int) -> [Int] {
    if case .name(let targets) = item(position) { targets.tables } else { [] }
  }

  /// Whether a name is that of a column of numbers alone, or of a table of them: `notas.nota`.
  func isMeasure(_ position: Int) -> Bool {
    let tables = tables(position)
    return !numbers(position).isEmpty && (tables.isEmpty || Set(numbers(position).map(\.table)) == Set(tables))
  }

  func number(_ position: Int) -> Double? {
    switch item(position) {
    case .number(let number): number
    case .date(let date) where date.isYear: date.year.map(Double.init)
    default: nil
    }
  }

  func isConjunction(_ position: Int) -> Bool { item(position) == .and || item(position) == .or }

  func isUnit(_ position: Int) -> Bool { quality(position) != nil }

  func quality(_ position: Int) -> Quality? {
    if case .unit(let quality) = item(position) { quality } else { nil }
  }

  /// Whether rows or a column are named before this place, of which something is said here.
  func hasSubject(before position: Int) -> Bool {
    nodes[..<position].contains { node in
      switch node.item {
      case .name, .period, .who: true
      default: false
      }
    }
  }

  func columns(of quality: Quality) -> [ColumnIndex] {
    schema.columns(meaningAnyOf: quality.nouns) { $0.kind.isNumber || ($0.kind == .date && quality == .date) }
  }

  // MARK: - What is small

  /// "have no", "no tienen": one denial.
  private func polarity(_ position: Int) -> Rewrite? {
    switch (item(position), item(position + 1)) {
    case (.with, .not), (.not, .with), (.not, .not): Rewrite(2, .not)
    default: nil
    }
  }

  private func group(_ position: Int) -> Rewrite? {
    switch item(position) {
    case .perPeriod(let period): return Rewrite(1, .group(.period(period)))
    case .per: break
    case .and where item(position - 1)?.isGroup ?? false:
      // "per city and category"
      let isNumber = item(position + 1)?.isName ?? false && !numbers(position + 1).isEmpty
      if let group = groupItem(position + 1), !isNumber { return Rewrite(2, .group(group)) }
      return nil
    default: return nil
    }
    // "orders by customers from Spain"
    if let table = tables(position + 1).only, case .condition(.values(let values, _)) = item(position + 2),
      values.allSatisfy({ $0.contains { $0.column.table == table } })
    {
      return Rewrite(1)
    }
    if let group = groupItem(position + 1) { return Rewrite(2, .group(group)) }
    // "books by Orwell"
    if case .condition = item(position + 1) { return Rewrite(1) }
    return nil
  }

  private func groupItem(_ position: Int) -> Group? {
    switch item(position) {
    case .period(let period): .period(period)
    case .name(let targets): .names(targets)
    default: nil
    }
  }
}

extension QuestionItem {
  /// "men and women", of whom it is not said whether they are counted together.
  var isOfSeveralValues: Bool {
    if case .condition(.values(let alternatives, _)) = self { alternatives.count > 1 } else { false }
  }

  /// "sales", a department: it could as well be what is counted.
  var isValueOfThing: Bool {
    guard case .condition(.values(let alternatives, _)) = self else { return false }
    return alternatives.contains { $0.contains { $0.texts.contains { Synonyms.isThing($0) } } }
  }

  var isGroup: Bool { if case .group = self { true } else { false } }
  var isName: Bool { if case .name = self { true } else { false } }
  var isRanking: Bool { if case .ranking = self { true } else { false } }
}
