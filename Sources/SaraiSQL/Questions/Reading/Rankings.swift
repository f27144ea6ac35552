/// What comes first: superlatives, top lists and orders.
extension ReadingParser {
  mutating func readRankings() {
    rewrite { $0.order($1) }
    rewrite { $0.most($1) }
    rewrite { $0.extreme($1) }
    rewrite { $0.superlative($1) }
    rewrite { $0.topBy($1) }
  }

  private func ranked(
    _ length: Int, _ key: Ranking.Key, _ isDescending: Bool, isSorting: Bool = false
  ) -> Rewrite {
    Rewrite(length, .ranking(Ranking(key: key, isDescending: isDescending, isSorting: isSorting)))
  }

  /// "sorted by age descending".
  private func order(_ position: Int) -> Rewrite? {
    guard item(position) == .orderBy, !columns(position + 1).isEmpty, tables(position + 1).isEmpty else { return nil }
    // A second key.
    if item(position + 2) == .and, !columns(position + 3).isEmpty { return nil }
    let key = Ranking.Key.columns(columns(position + 1))
    if case .direction(let isDescending) = item(position + 2) { return ranked(3, key, isDescending, isSorting: true) }
    return ranked(2, key, false, isSorting: true)
  }

  /// "the most orders", "earns the most", "borrowed the most times".
  private func most(_ position: Int) -> Rewrite? {
    if case .most(let isDescending) = item(position) {
      guard hasSubject(before: position) || item(position + 1)?.isDeed ?? false else { return nil }
      if !numbers(position + 1).isEmpty, tables(position + 1).isEmpty {
        return mostOf(numbers(position + 1), isDescending)
      }
      if !tables(position + 1).isEmpty { return ranked(2, .rows(tables(position + 1)), isDescending) }
      if let key = keyOfVerb(position + 1) { return ranked(2, key, isDescending) }
      return nil
    }
    guard case .most(let isDescending) = item(position + 1) else { return nil }
    if let key = keyOfVerb(position) { return ranked(item(position + 2) == .times ? 3 : 2, key, isDescending) }
    // What follows is what there is most of.
    guard item(position)?.isName ?? false, !numbers(position).isEmpty, tables(position).isEmpty,
      columns(position + 2).isEmpty, tables(position + 2).isEmpty, hasSubject(before: position)
    else { return nil }
    return mostOf(numbers(position), isDescending)
  }

  private func mostOf(_ columns: [ColumnIndex], _ isDescending: Bool) -> Rewrite {
    Rewrite(2, .ranking(Ranking(key: .columns(columns), isDescending: isDescending, isMost: true)))
  }

  /// Of a deed whose rows say how many were meant, the rows need not be what is counted.
  private func keyOfVerb(_ position: Int) -> Ranking.Key? {
    switch item(position) {
    case .spent(let columns): return .measure(.values(.sum, columns))
    case .deed(let tables):
      let quantities = schema.columns(meaningAnyOf: [["cantidad"]]) { $0.kind.isNumber }
      return quantities.isEmpty ? .rows(tables) : nil
    default: return nil
    }
  }

  /// "the highest price" is a value, "the product with the highest price" a row, "the 3 highest prices" a list.
  private func extreme(_ position: Int) -> Rewrite? {
    if case .extreme(let isDescending) = item(position) {
      if case .measure(let measure) = item(position + 1) { return ranked(2, .measure(measure), isDescending) }
      let isCounted = item(position + 1)?.isNumber ?? false
      let name = position + (isCounted ? 2 : 1)
      guard let columns = measurable(name) else { return nil }
      if isCounted {
        let ranking = Ranking(key: .columns(columns), isDescending: isDescending)
        return Rewrite(3, keeping: [nodes[position + 1], nodes[name], QuestionNode(item: .ranking(ranking), text: "")])
      }
      return largest(of: columns, isDescending, position, name: name)
    }
    guard case .extreme(let isDescending) = item(position + 1) else { return nil }
    if case .measure(let measure) = item(position) { return ranked(2, .measure(measure), isDescending) }
    guard let columns = measurable(position) else { return nil }
    return largest(of: columns, isDescending, position, name: position)
  }

  private func measurable(_ position: Int) -> [ColumnIndex]? {
    guard item(position)?.isName ?? false, tables(position).isEmpty || isMeasure(position) else { return nil }
    let columns = numbers(position) + columns(position).filter { schema.column($0).kind == .date }
    return columns.isEmpty ? nil : columns
  }

  /// For a column and the word beside it.
  private func largest(of columns: [ColumnIndex], _ isDescending: Bool, _ position: Int, name: Int) -> Rewrite {
    let key = Ranking.Key.columns(columns)
    if item(position - 1)?.isNumber ?? false {
      let ranking = QuestionNode(item: .ranking(Ranking(key: key, isDescending: isDescending)), text: "")
      return Rewrite(2, keeping: [nodes[name], ranking])
    }
    if hasSubject(before: position) { return ranked(2, key, isDescending) }
    return Rewrite(2, .measure(.values(isDescending ? .max : .min, columns)))
  }

  /// "cheapest", "hired last", "most recent date".
  private func superlative(_ position: Int) -> Rewrite? {
    func rank(_ quality: Quality, _ isDescending: Bool, name: Int) -> Rewrite? {
      let own = Set(self.columns(of: quality))
      let columns = columns(name).filter { own.contains($0) || (quality == .date && schema.column($0).kind == .date) }
      guard !columns.isEmpty, tables(name).isEmpty, item(name)?.isName ?? false else { return nil }
      // "last hired" is who, "last date" is when.
      if quality == .date, !Words.means([nodes[name].text], ["fecha"]) {
        return ranked(2, .columns(columns), isDescending)
      }
      return largest(of: columns, isDescending, min(position, name), name: name)
    }
    if case .superlative(let quality, let isDescending) = item(position) {
      // "last member to join"
      if !tables(position + 1).isEmpty, rank(quality, isDescending, name: position + 2) != nil {
        let ranking = Ranking(key: .columns(columns(position + 2)), isDescending: isDescending)
        return Rewrite(3, keeping: [nodes[position + 1], QuestionNode(item: .ranking(ranking), text: "")])
      }
      return rank(quality, isDescending, name: position + 1) ?? ranked(1, .quality(quality), isDescending)
    }
    guard case .superlative(let quality, let isDescending) = item(position + 1) else { return nil }
    return rank(quality, isDescending, name: position)
  }

  /// "top 5 customers by amount", "products by price descending".
  private func topBy(_ position: Int) -> Rewrite? {
    guard item(position) == .per else { return nil }
    let isTop = nodes.contains { $0.item == .top }
    if isTop, case .measure(let measure) = item(position + 1) {
      guard case .rows(let counted) = measure else { return ranked(2, .measure(measure), true) }
      return counted.isEmpty || tables(position + 2) != counted ? nil : ranked(3, .rows(counted), true)
    }
    guard !numbers(position + 1).isEmpty, tables(position + 1).isEmpty else { return nil }
    let key = Ranking.Key.columns(numbers(position + 1))
    if case .direction(let isDescending) = item(position + 2) { return ranked(3, key, isDescending, isSorting: true) }
    let hasMeasure = nodes.contains { if case .measure = $0.item { true } else { false } }
    guard isTop, !hasMeasure else { return nil }
    return Rewrite(2, .ranking(Ranking(key: key, isDescending: true, isMost: true)))
  }
}

extension QuestionItem {
  var isDeed: Bool { if case .deed = self { true } else { false } }
  var isNumber: Bool { if case .number = self { true } else { false } }
}
