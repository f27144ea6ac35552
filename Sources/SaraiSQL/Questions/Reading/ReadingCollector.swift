/// Puts together what the passes have found. What they left over has to be nothing that could change the answer.
struct ReadingCollector {
  private let parser: ReadingParser
  private var reading = Reading()
  /// The table that was named last.
  private var scope: Int?
  private var asksForRows = false

  private init(_ parser: ReadingParser) { self.parser = parser }

  static func reading(of parser: ReadingParser) -> Reading? {
    var collector = ReadingCollector(parser)
    for position in parser.nodes.indices {
      guard collector.take(parser.nodes[position], at: position) else { return nil }
    }
    return collector.finished()
  }

  private mutating func take(_ node: QuestionNode, at position: Int) -> Bool {
    switch node.item {
    case .name(let targets): return take(targets, text: node.text, at: position)
    case .condition(let condition): reading.conditions.append((condition, scope))
    case .relation(let relation):
      reading.relations.append(relation)
      scope = relation.tables.only
    case .measure(let measure): reading.measures.append(measure)
    case .group(let group): reading.groups.append(group)
    case .ranking(let ranking):
      guard reading.ranking == nil else { return false }
      reading.ranking = ranking
      scope = if case .rows(let tables) = ranking.key { tables.only } else { nil }
    case .number(let number): return take(number, at: position)
    case .top: return takeTop(node, at: position)
    case .rows, .who:
      asksForRows = true
      if node.item == .who { reading.wantsPeople = true }
      if node.item == .rows, reading.tables.isEmpty { reading.tableIsPlural = true }
      // "a row"
      if node.item == .rows, !node.text.hasSuffix("s"), reading.limit == nil, reading.measures.isEmpty,
        node.text != "people",
        node.text != "gente"
      {
        reading.limit = 1
      }
    case .everything:
      reading.wantsEverything = true
      asksForRows = true
    case .period(let period):
      guard reading.period == nil else { return false }
      reading.period = period
    case .direction(let isDescending):
      if reading.ranking == nil, let columns = reading.projections.only {
        reading.ranking = Ranking(key: .columns(columns), isDescending: isDescending, isSorting: true)
      }
      guard reading.ranking?.isSorting ?? false else { return false }
      reading.ranking?.isDescending = isDescending
    case .distinct: reading.isDistinct = true
    case .when: reading.wantsDate = true
    case .tables: reading.listing = .tables
    case .columns: reading.listing = .columns
    case .times: if case .rows = reading.ranking?.key { return true } else { return false }
    case .with, .and, .filler: break
    default: return false
    }
    return true
  }

  private mutating func take(_ targets: [NameTarget], text: String, at position: Int) -> Bool {
    guard targets.tables.isEmpty else {
      guard let table = targets.tables.only else { return false }
      if reading.tables.isEmpty { reading.tableIsPlural = Words.isPlural(text) }
      if !reading.tables.contains(table) { reading.tables.append(table) }
      scope = table
      return true
    }
    // "with a phone" may ask for it or for who has one.
    guard !targets.isEmpty, parser.item(position - 1) != .with else { return false }
    if parser.item(position - 1) == .and, !parser.tables(position - 2).isEmpty { reading.showsLabel = true }
    // "loans returned" is about what was, "return date" about when.
    let isDone = targets.columns.contains { parser.schema.column($0).kind == .date } && !Words.means([text], ["fecha"])
    if isDone, !reading.wantsDate, !reading.tables.isEmpty { return false }
    if reading.projections.isEmpty { reading.projectionIsPlural = Words.isPlural(text) }
    reading.projections.append(targets.columns)
    return true
  }

  /// A number that is still there can only say how many.
  private mutating func take(_ number: Double, at position: Int) -> Bool {
    guard reading.limit == nil, let count = Int(exactly: number), (1...1_000).contains(count) else { return false }
    var next = position + 1
    while case .condition = parser.item(next) { next += 1 }
    switch parser.item(next) {
    case .name, .ranking, .top, .rows, .period: break
    default: guard parser.item(position - 1) == .top else { return false }
    }
    reading.limit = count
    return true
  }

  /// Without a number only "top" says enough: "first" would need an order.
  private mutating func takeTop(_ node: QuestionNode, at position: Int) -> Bool {
    reading.isTop = node.text == "top"
    let isCounted = [position - 1, position + 1].contains { parser.item($0)?.isNumber ?? false }
    if reading.isTop, !isCounted { reading.limit = 5 }
    return reading.isTop || isCounted
  }

  private mutating func finished() -> Reading? {
    if reading.isTop, reading.ranking == nil {
      guard let columns = reading.projections.only, columns.allSatisfy({ parser.schema.column($0).kind.isNumber })
      else {
        return nil
      }
      reading.ranking = Ranking(key: .columns(columns), isDescending: true)
    }
    guard
      asksForRows || reading.wantsDate || reading.listing != nil || !reading.tables.isEmpty
        || !reading.projections.isEmpty
        || !reading.measures.isEmpty || reading.ranking != nil || reading.period != nil
    else { return nil }
    guard reading.measures.isEmpty, !reading.projections.isEmpty, case .names(let targets) = reading.groups.only,
      let table = targets.tables.only, reading.tables.isEmpty
    else { return reading }
    // "the name of every customer"
    var ungrouped = reading
    ungrouped.groups = []
    ungrouped.tables = [table]
    return ungrouped
  }
}
