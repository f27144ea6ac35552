/// Texts that rows have or lack, and rows that they are related to.
extension ReadingParser {
  mutating func readValues() {
    rewrite { $0.mergedValues($1) }
    rewrite { $0.valueWithName($1) }
    rewrite { $0.nameWithValue($1) }
    rewrite { $0.text($1) }
    rewrite { $0.flag($1) }
    rewrite { $0.denial($1) }
  }

  /// "Madrid or Sevilla": two values of one column.
  private func mergedValues(_ position: Int) -> Rewrite? {
    guard let first = values(position) else { return nil }
    var alternatives = [first]
    var columns = Set(first.map(\.column))
    var end = position + 1
    var isAnd = false
    while isConjunction(end), let values = values(end + 1) {
      let shared = columns.intersection(values.map(\.column))
      guard !shared.isEmpty else { break }
      alternatives.append(values)
      columns = shared
      isAnd = item(end) == .and
      end += 2
    }
    return Rewrite(end - position, .condition(.values(alternatives, isAnd: isAnd)))
  }

  private func values(_ position: Int) -> [ValueTarget]? {
    if case .value(let values) = item(position) { values } else { nil }
  }

  private func alternatives(_ position: Int) -> [[ValueTarget]]? {
    if case .condition(.values(let alternatives, _)) = item(position) { alternatives } else { nil }
  }

  /// "Sales department": a value before the name of its column.
  private func valueWithName(_ position: Int) -> Rewrite? {
    guard let alternatives = alternatives(position), let own = Self.of(columns(position + 1), alternatives),
      tables(position + 1).isEmpty, item(position + 1)?.isName ?? false, alternatives.count == 1,
      !Self.says(item(position + 2))
    else { return nil }
    return Rewrite(2, .condition(.values(own)))
  }

  /// "the city of Madrid", "product Globe": a value after the name of its column or table.
  private func nameWithValue(_ position: Int) -> Rewrite? {
    guard case .name(let targets) = item(position) else { return nil }
    var next = position + 1
    let isDenied = item(next) == .not
    if isDenied { next += 1 }
    if item(next) == .compare(.equal) || item(next) == .called { next += 1 }
    guard let alternatives = alternatives(next) else { return nil }
    if let own = Self.of(targets.columns, alternatives) {
      let condition = Condition.values(own)
      return Rewrite(next + 1 - position, .condition(isDenied ? .not(condition) : condition))
    }
    guard next == position + 1 || item(position + 1) == .called, let table = targets.tables.only else { return nil }
    let own = alternatives.map { $0.filter { $0.column.table == table } }
    guard own.allSatisfy({ !$0.isEmpty }) else { return nil }
    return Rewrite(
      next + 1 - position, keeping: [nodes[position], QuestionNode(item: .condition(.values(own)), text: "")])
  }

  private static func of(_ columns: [ColumnIndex], _ alternatives: [[ValueTarget]]) -> [[ValueTarget]]? {
    let own = alternatives.map { $0.filter { columns.contains($0.column) } }
    return own.allSatisfy { !$0.isEmpty } ? own : nil
  }

  private static func says(_ item: QuestionItem?) -> Bool {
    switch item {
    case .condition, .compare, .called, .text: true
    default: false
    }
  }

  /// "whose name starts with M", "llamados Pérez", "group «a»".
  private func text(_ position: Int) -> Rewrite? {
    let columns = columns(position)
    let hasColumns = !columns.isEmpty && tables(position).isEmpty
    let next = hasColumns ? position + 1 : position
    // "titles that start with P" asks for the titles too.
    let isAsked = hasColumns && !nodes.indices.contains { !tables($0).isEmpty }
    func made(_ match: QuestionItem.TextMatch?, _ text: String, _ end: Int) -> Rewrite {
      let condition = QuestionNode(item: .condition(.text(hasColumns ? columns : nil, match, text)), text: "")
      return Rewrite(end - position, keeping: isAsked ? [nodes[position], condition] : [condition])
    }
    switch (item(next), item(next + 1)) {
    case (.text(let match), .quoted(let text)): return made(match, text, next + 2)
    case (.called, .quoted(let text)): return made(nil, text, next + 2)
    case (.called, .condition(.values)) where !hasColumns: return Rewrite(1)
    case (.compare(.equal), .quoted(let text)) where hasColumns: return made(nil, text, next + 2)
    case (.quoted(let text), _) where hasColumns: return made(nil, text, next + 1)
    default: return nil
    }
  }

  /// "active customers": what the rows are, where a column says yes or no to it.
  private func flag(_ position: Int) -> Rewrite? {
    let isDenied = item(position) == .not
    let name = isDenied ? position + 1 : position
    let flags = columns(name).filter { schema.column($0).isFlag }
    guard !flags.isEmpty, tables(name).isEmpty, item(name)?.isName ?? false, !Self.says(item(name + 1)) else {
      return nil
    }
    guard isDenied || nodes.indices.contains(where: { !tables($0).isEmpty }) else { return nil }
    // Named beside others, it is asked for.
    switch (item(position - 1), item(name + 1)) {
    case (.and, _), (.per, _), (.orderBy, _), (.distinct, _), (_, .and): return nil
    default: return Rewrite(isDenied ? 2 : 1, .condition(.flag(flags, !isDenied)))
    }
  }

  /// "not delivered", "without an email".
  private func denial(_ position: Int) -> Rewrite? {
    guard item(position) == .not else { return nil }
    if case .condition(let condition) = item(position + 1) {
      // "customers with no delivered orders" denies the orders.
      let isOfOthers = nodes[..<position].indices.contains { !tables($0).isEmpty } && !tables(position + 2).isEmpty
      return isOfOthers ? nil : Rewrite(2, .condition(.not(condition)))
    }
    guard item(position + 1)?.isName ?? false, tables(position + 1).isEmpty, !Self.says(item(position + 2)),
      !columns(position + 1).isEmpty
    else { return nil }
    return Rewrite(2, .condition(.missing(columns(position + 1))))
  }

  // MARK: - Relations

  mutating func readRelations() { rewrite { $0.relation($1) } }

  private func relation(_ position: Int) -> Rewrite? {
    func related(_ position: Int) -> Relation? {
      if case .deed(let tables) = item(position) { return Relation(tables: tables, amount: .some, isDeed: true) }
      let tables = tables(position)
      return tables.isEmpty ? nil : Relation(tables: tables, amount: .some)
    }
    switch item(position) {
    case .maker(let names): return maker(names)
    case .not:
      let next = afterConditions(position + 1)
      guard var relation = related(next) else { return nil }
      relation.amount = .none
      relation.isDeed = false
      return moved(relation, from: position, to: next)
    case .compare(let comparison):
      guard let number = number(position + 1), var relation = related(position + 2), !relation.isDeed else {
        return nil
      }
      relation.amount = .count(comparison, number)
      return Rewrite(3, .relation(relation))
    case .with where hasSubject(before: position):
      if let number = number(position + 1), var relation = related(position + 2), !relation.isDeed {
        relation.amount = .count(.equal, number)
        return Rewrite(3, .relation(relation))
      }
      let next = afterConditions(position + 1)
      guard let relation = related(next), !relation.isDeed else { return nil }
      return moved(relation, from: position, to: next)
    case .deed:
      // "has been borrowed the most times" ranks.
      if case .most = item(position + 1) { return nil }
      if case .most = item(position - 1) { return nil }
      return related(position).map { Rewrite(1, .relation($0)) }
    default: return nil
    }
  }

  /// "pending orders": what is said of the rows may stand before them.
  private func afterConditions(_ position: Int) -> Int {
    var next = position
    while case .condition = item(next) { next += 1 }
    return next
  }

  private func moved(_ relation: Relation, from start: Int, to end: Int) -> Rewrite {
    Rewrite(end + 1 - start, keeping: [QuestionNode(item: .relation(relation), text: "")] + nodes[(start + 1)..<end])
  }

  /// "who wrote Emma" asks for the author; "books written by Orwell", "written in 1945" say nothing more by the verb.
  private func maker(_ names: [NameTarget]) -> Rewrite? {
    if nodes.contains(where: { $0.item == .who }) { return names.isEmpty ? nil : Rewrite(1, .name(names)) }
    let isSaid = nodes.contains { node in
      switch node.item {
      case .condition(.values), .condition(.dates): true
      default: false
      }
    }
    return isSaid ? Rewrite(1) : nil
  }
}
