import SaraiCore

/// Rows, and the order in which they come.
extension QueryBuilder {
  func addRows(to query: inout Query) -> Bool {
    var selected: [ColumnIndex] = []
    for columns in reading.projections {
      guard let column = choice.one(of: columns, near: near(query.base)), query.reach(column.table) else {
        return false
      }
      selected.append(column)
    }
    // Of several rows it has to be seen which is which.
    if !selected.isEmpty {
      for case .values(let alternatives, _) in reading.conditions.map(\.condition) where alternatives.count > 1 {
        let label = choice.label(of: query.base).filter { label in
          !selected.contains(label) && alternatives.allSatisfy { $0.contains { $0.column == label } }
        }
        selected = label + selected
      }
    }
    if reading.showsLabel { selected = choice.label(of: query.base).filter { !selected.contains($0) } + selected }
    let isDated = selected.contains { schema.column($0).kind == .date }
    if (reading.wantsDate && !isDated) || reading.period == .day {
      guard let date = choice.date(of: query.base) else { return false }
      selected.append(date)
    } else if reading.period != nil {
      return false
    }
    let isOfValues = reading.tables.isEmpty && !selected.isEmpty
    let ranksRows = reading.ranking.map { !$0.isSorting } ?? false
    // "¿Qué ciudades hay?" wants each once.
    query.isDistinct = !ranksRows && (reading.isDistinct || isOfValues)
    if reading.isDistinct, selected.isEmpty { return false }
    query.selected = selected.isEmpty ? [query.all] : selected.map { query.name($0) }
    query.limit = reading.limit
    guard let ranking = reading.ranking else { return true }
    guard let (column, isReversed) = column(of: ranking, query.base), query.reach(column.table) else { return false }
    let isDescending = ranking.isDescending != isReversed
    query.order = query.name(column) + (isDescending ? " DESC" : "")
    guard ranksRows else { return true }
    // Whether a station is the wettest by one value or by all of them is not said.
    let isOfGroups = !reading.projections.isEmpty && !selected.allSatisfy { choice.label(of: query.base).contains($0) }
    if isOfValues, isOfGroups, ranking.isMost || ranking.key.isQuality { return false }
    // Without a value there is no smallest.
    query.conditions.append("\(query.name(column)) IS NOT NULL")
    query.limit = reading.limit ?? (isPlural ? 5 : 1)
    return true
  }

  var isPlural: Bool { reading.tables.isEmpty ? reading.projectionIsPlural : reading.tableIsPlural }

  private func column(of ranking: Ranking, _ base: Int) -> (column: ColumnIndex, isReversed: Bool)? {
    switch ranking.key {
    case .columns(let columns): choice.one(of: columns, near: near(base)).map { ($0, false) }
    case .quality(let quality): choice.ofQuality(quality, in: base)
    case .rows, .measure: nil
    }
  }

  // MARK: - What has the most of something else

  /// "the 3 customers with the most orders", "the city with the highest average age"; nil where rows themselves are
  /// ranked.
  func ranked(_ ranking: Ranking) -> String? {
    guard reading.measures.isEmpty, reading.relations.isEmpty, !ranking.isSorting else { return nil }
    switch ranking.key {
    case .rows(let tables): return tables.only.flatMap { top(of: $0, ranking, .rows([$0])) }
    case .measure(.values(let aggregate, let columns)):
      guard let column = choice.one(of: columns, near: reading.tables) else { return nil }
      return top(of: column.table, ranking, .values(aggregate, [column]))
    case .columns(let columns):
      // "top 3 clientes por importe": the amounts are in a table that refers to the customers.
      guard ranking.isMost, let subject = reading.tables.first, let column = choice.one(of: columns, near: [subject]),
        column.table != subject, Joins(schema).upwardPath(from: subject, to: column.table) == nil
      else { return nil }
      return top(of: column.table, ranking, .values(.sum, [column]))
    case .quality, .measure: return nil
    }
  }

  private func top(of base: Int, _ ranking: Ranking, _ measure: Measure) -> String? {
    if !ranking.isDescending, let subject = reading.tables.first, subject != base {
      return measure == .rows([base]) ? fewest(of: base, subject: subject) : nil
    }
    var query = Query(schema: schema, base: base)
    guard addConditions(to: &query), let terms = subjectTerms(in: &query),
      let expression = expression(of: measure, in: &query)
    else { return nil }
    query.selected = terms.shown + [expression]
    query.groups = terms.key
    query.order = "\(terms.shown.count + 1)" + (ranking.isDescending ? " DESC" : "")
    let isPlural = self.isPlural && reading.period == nil && reading.groups.isEmpty
    query.limit = reading.limit ?? (isPlural ? 5 : 1)
    return usesMentions(query) && !reading.wantsDate ? query.text : nil
  }

  /// Where the fewest are looked for, those that have none count.
  private func fewest(of base: Int, subject: Int) -> String? {
    guard reading.tables.count == 1, reading.conditions.isEmpty, reading.projections.isEmpty, reading.groups.isEmpty,
      reading.period == nil, !reading.wantsDate, let step = Joins(schema).path(from: subject, to: base)?.only,
      !step.isUp
    else { return nil }
    var query = Query(schema: schema, base: subject)
    query.related = [RelatedRows(schema: schema, entry: step, amount: .some)]
    let name = language == .spanish ? "cantidad" : "quantity"
    query.selected = choice.label(of: subject).map { query.name($0) } + ["\(query.related[0].count) AS \(name)"]
    query.related = []
    query.order = "\(query.selected.count)"
    query.limit = reading.limit ?? (isPlural ? 5 : 1)
    return query.text
  }

  /// Of what the most is looked for: rows of a table, values of a column, or months.
  private func subjectTerms(in query: inout Query) -> GroupTerms? {
    if let group = reading.groups.only {
      return reading.tables.allSatisfy { $0 == query.base } && reading.projections.isEmpty
        ? terms(of: group, in: &query) : nil
    }
    guard reading.groups.isEmpty else { return nil }
    if let period = reading.period {
      return reading.tables.isEmpty && reading.projections.isEmpty
        ? term(of: period, in: query).map { ([$0], [$0]) } : nil
    }
    if let columns = reading.projections.only {
      guard reading.tables.isEmpty || reading.tables == [query.base] else { return nil }
      return terms(of: .names(columns.map { .column($0) }), in: &query)
    }
    guard reading.projections.isEmpty, let table = reading.tables.first, table != query.base else { return nil }
    return terms(of: table, in: &query)
  }

  /// "cities with more than two customers": values of a column, by how many rows have them.
  func valuesOfRelated() -> String? {
    guard let relation = reading.relations.only, let table = relation.tables.only, reading.measures.isEmpty,
      reading.groups.isEmpty, reading.ranking == nil, reading.limit == nil
    else { return nil }
    var query = Query(schema: schema, base: table)
    guard let terms = subjectTerms(in: &query), addConditions(to: &query) else { return nil }
    query.selected = terms.shown
    query.groups = terms.key
    switch relation.amount {
    case .some: break
    case .none: return nil
    case .count(let comparison, let number):
      // Values of which there are no rows are not there at all.
      guard [.more, .atLeast, .equal].contains(comparison) || number > 0 else { return nil }
      query.having = "count(*) \(comparison.rawValue) \(SQLText.literal(number))"
    }
    return query.text
  }
}
