import SaraiCore

/// Makes the statement of a reading; nil wherever a name could be two things.
struct QueryBuilder {
  let schema: Schema
  let reading: Reading
  let language: Language
  let choice: ColumnChoice

  init(schema: Schema, reading: Reading, language: Language) {
    self.schema = schema
    self.reading = reading
    self.language = language
    choice = ColumnChoice(schema: schema)
  }

  func sql() -> String? {
    if let listing = reading.listing { return list(listing) }
    if let ranking = reading.ranking, let first = ranked(ranking) { return first }
    guard let base else { return nil }
    // "who placed the last order" asks for no order.
    if reading.wantsPeople, reading.measures.isEmpty, schema.tables.count > 1, !schema.isOfPeople(base) { return nil }
    if reading.tables.isEmpty, reading.measures.isEmpty, !reading.relations.isEmpty { return valuesOfRelated() }
    var query = Query(schema: schema, base: base)
    guard add(to: &query) else { return nil }
    return query.text
  }

  private func add(to query: inout Query) -> Bool {
    guard addRelations(to: &query), addConditions(to: &query) else { return false }
    let measures = self.measures
    if measures.isEmpty {
      guard reading.groups.isEmpty, addRows(to: &query) else { return false }
    } else {
      guard reading.ranking == nil, reading.projections.isEmpty, reading.period == nil, !reading.wantsDate,
        addMeasures(measures, to: &query)
      else { return false }
    }
    return usesMentions(query)
  }

  // MARK: - What is asked

  /// "citas por médico" counts; of "ventas por mes" it is not said whether they are counted or added up.
  private var measures: [Measure] {
    if reading.measures.isEmpty, !reading.groups.isEmpty, reading.projections.isEmpty, reading.ranking == nil,
      let table = reading.tables.only, choice.money(of: table) == nil, reading.groups.allSatisfy(countsByItself)
    {
      return [.rows([table])]
    }
    return reading.measures
  }

  /// "customers by signup date" may want an order.
  private func countsByItself(_ group: Group) -> Bool {
    guard case .names(let targets) = group, targets.tables.isEmpty else { return true }
    return targets.columns.allSatisfy { schema.column($0).kind == .text }
  }

  private var base: Int? {
    for measure in reading.measures {
      switch measure {
      case .values(_, let columns), .distinct(let columns), .howMuch(let columns):
        if let column = choice.one(of: columns, near: reading.tables) { return column.table }
        return nil
      case .rows(let tables): if let table = tables.only { return table }
      case .total: break
      }
    }
    if let first = reading.tables.first { return first }
    if schema.tables.count == 1 { return 0 }
    if let columns = reading.projections.first {
      return choice.one(of: columns, near: tablesOfValues)?.table
    }
    if case .columns(let columns) = reading.ranking?.key { return choice.one(of: columns, near: [])?.table }
    return tablesOfValues.only
  }

  /// The tables that hold every value that is asked for.
  private var tablesOfValues: [Int] {
    var found: Set<Int>?
    for case .values(let alternatives, _) in reading.conditions.map(\.condition) {
      let tables = Set(alternatives.flatMap { $0.map(\.column.table) })
      found = found.map { $0.intersection(tables) } ?? tables
    }
    return (found ?? []).sorted()
  }

  func near(_ base: Int) -> [Int] { [base] + reading.tables.filter { $0 != base } }

  /// A table that was named and plays no part would have been a condition that is not understood.
  func usesMentions(_ query: Query) -> Bool {
    let used = query.related.reduce(query.tables) { $0.union($1.tables) }
    return reading.tables.allSatisfy { used.contains($0) }
  }

  // MARK: - Measures

  private func addMeasures(_ measures: [Measure], to query: inout Query) -> Bool {
    var columns: [String] = []
    for measure in measures {
      if case .howMuch(let candidates) = measure, measures.count == 1, reading.groups.isEmpty,
        let column = choice.one(of: candidates, near: near(query.base)), isOneRow(of: column.table, query)
      {
        query.selected = [query.name(column)]
        return true
      }
      guard let expression = expression(of: measure, in: &query) else { return false }
      columns.append(expression)
    }
    var isOfPeriod = false
    for group in reading.groups {
      guard let terms = terms(of: group, in: &query) else { return false }
      if case .period = group { isOfPeriod = true }
      query.selected += terms.shown
      query.groups += terms.key
    }
    let position = query.selected.count + 1
    query.selected += columns
    if reading.isDistinct { return false }
    if !reading.groups.isEmpty {
      query.order = isOfPeriod ? "1" : "\(position) DESC" + (reading.limit == nil ? ", 1" : "")
      query.limit = reading.limit
    } else if reading.limit != nil {
      return false
    }
    return true
  }

  /// Whether a row is named, whose value is asked for and no sum.
  private func isOneRow(of table: Int, _ query: Query) -> Bool {
    let labels = choice.label(of: table)
    return reading.conditions.contains { entry in
      switch entry.condition {
      case .values(let alternatives, _):
        alternatives.count == 1 && alternatives[0].contains { labels.contains($0.column) }
      case .text(nil, nil, _): true
      case .text(let columns?, nil, _): columns.contains { labels.contains($0) }
      default: false
      }
    }
  }

  func expression(of measure: Measure, in query: inout Query) -> String? {
    func named(_ es: String, _ en: String) -> String { " AS " + (language == .spanish ? es : en) }
    func reached(_ columns: [ColumnIndex]) -> String? {
      guard let column = choice.one(of: columns, near: near(query.base)), query.reach(column.table) else { return nil }
      return query.name(column)
    }
    switch measure {
    case .rows: return "count(*)" + named("cantidad", "quantity")
    case .total:
      if let money = choice.money(of: query.base) { return "sum(\(query.name(money)))" + named("suma", "sum") }
      return choice.hasMoney(query.base) ? nil : "count(*)" + named("cantidad", "quantity")
    case .distinct(let columns): return reached(columns).map { "count(DISTINCT \($0))" + named("cantidad", "quantity") }
    case .howMuch(let columns): return reached(columns).map { "sum(\($0))" + named("suma", "sum") }
    case .values(let aggregate, let columns):
      let names: [QuestionItem.Aggregate: (String, String)] = [
        .sum: ("suma", "sum"), .avg: ("media", "average"), .max: ("maximo", "maximum"), .min: ("minimo", "minimum"),
      ]
      let name = names[aggregate] ?? ("valor", "value")
      return reached(columns).map { "\(aggregate.rawValue)(\($0))" + named(name.0, name.1) }
    }
  }

  // MARK: - Groups

  /// What a group shows, and what tells one from another.
  typealias GroupTerms = (shown: [String], key: [String])

  func terms(of group: Group, in query: inout Query) -> GroupTerms? {
    switch group {
    case .period(let period): return term(of: period, in: query).map { ([$0], [$0]) }
    case .names(let targets):
      if let table = targets.tables.only, table != query.base { return terms(of: table, in: &query) }
      guard let column = choice.one(of: targets.columns, near: near(query.base)), query.reach(column.table) else {
        return nil
      }
      // A period that has a column of its own.
      return ([query.name(column)], [query.name(column)])
    }
  }

  func term(of period: QuestionItem.Period, in query: Query) -> String? {
    if let date = choice.date(of: query.base) { return "strftime('\(period.rawValue)', \(query.name(date)))" }
    guard period == .year, let year = choice.year(of: query.base) else { return nil }
    return query.name(year)
  }

  /// Rows of a table, told apart by their key and shown as they are called.
  func terms(of table: Int, in query: inout Query) -> GroupTerms? {
    let label = choice.label(of: table)
    guard !label.isEmpty, query.reach(table) else { return nil }
    let shown = label.map { query.name($0) }
    let key = choice.key(of: table).map { query.name($0) }
    return (shown, [key].compactMap { $0 }.filter { !shown.contains($0) } + shown)
  }

  // MARK: - Lists

  private func list(_ listing: Reading.Listing) -> String? {
    guard reading.conditions.isEmpty, reading.relations.isEmpty, reading.groups.isEmpty, reading.projections.isEmpty,
      reading.ranking == nil, reading.measures.count <= 1, reading.period == nil
    else { return nil }
    let isCount = reading.measures == [.rows([])]
    guard isCount || reading.measures.isEmpty else { return nil }
    var names: [String]
    let title: String
    switch listing {
    case .tables:
      guard reading.tables.isEmpty else { return nil }
      names = schema.tables.map(\.name)
      title = language == .spanish ? "tabla" : "table_name"
    case .columns:
      guard let table = reading.tables.only ?? (schema.tables.count == 1 ? 0 : nil) else { return nil }
      names = schema.tables[table].columns.map(\.name)
      title = language == .spanish ? "columna" : "column_name"
    }
    if isCount { return "SELECT \(names.count)" }
    names = names.map { SQLText.quoted(text: $0) }
    return "SELECT \(names[0]) AS \(title)" + names.dropFirst().map { " UNION ALL SELECT \($0)" }.joined()
  }
}
