/// Counts, sums and averages.
extension ReadingParser {
  mutating func readMeasures() {
    rewrite { $0.redundantCount($1) }
    rewrite { $0.aggregates($1) }
    rewrite { $0.secondColumn($1) }
    rewrite { $0.count($1) }
    readHowMuch()
  }

  /// "total number of", "average number of pages".
  private func redundantCount(_ position: Int) -> Rewrite? {
    switch (item(position), item(position + 1)) {
    case (.total, .count), (.count, .total): return Rewrite(2, .count)
    case (.aggregate(let aggregate), .count) where !numbers(position + 2).isEmpty:
      return Rewrite(2, .aggregate(aggregate))
    case (.howMuch, .count): return Rewrite(2, .count)
    default: return nil
    }
  }

  private func aggregate(_ position: Int) -> QuestionItem.Aggregate? {
    switch item(position) {
    case .aggregate(let aggregate): aggregate
    case .extreme(let isDescending): isDescending ? .max : .min
    case .total: .sum
    default: nil
    }
  }

  /// "minimum and maximum", where it begins here.
  private func sequence(_ start: Int) -> (aggregates: [QuestionItem.Aggregate], end: Int) {
    var aggregates: [QuestionItem.Aggregate] = []
    var end = start
    while true {
      guard aggregates.isEmpty || item(end) == .and else { return (aggregates, end) }
      let next = aggregates.isEmpty ? end : end + 1
      guard let aggregate = aggregate(next) else { return (aggregates, end) }
      aggregates.append(aggregate)
      end = next + 1
    }
  }

  /// "average price", "precio medio", "total sales", "precio máximo y mínimo".
  private func aggregates(_ position: Int) -> Rewrite? {
    let own = numbers(position)
    if !own.isEmpty, item(position)?.isName ?? false {
      let (aggregates, end) = sequence(position + 1)
      return made(aggregates, own, position, end)
    }
    let (aggregates, end) = sequence(position)
    guard !aggregates.isEmpty else { return nil }
    if case .spent(let columns) = item(end) { return made(aggregates, columns, position, end + 1) }
    if isMeasure(end), item(position) != .total || tables(end).isEmpty {
      return made(aggregates, numbers(end), position, end + 1)
    }
    // "average product price", "average Madrid salary"
    if aggregates != [.sum], isTableOrCondition(end), !numbers(end + 1).isEmpty, tables(end + 1).isEmpty,
      var rewrite = made(aggregates, numbers(end + 1), position, end + 2)
    {
      rewrite.nodes.append(nodes[end])
      return rewrite
    }
    guard aggregates == [.sum], item(position) == .total else { return nil }
    // "total orders" may count them, "the total of the orders" does not.
    let isOfThose = ["los", "las", "the", "all"].contains(nodes[position].text)
    let namesakes =
      isOfThose ? schema.columnIndices.filter { Words.words(ofName: schema.column($0).name) == ["total"] } : []
    func total(_ length: Int, _ table: Int) -> Rewrite {
      let columns = namesakes.filter { tables(table).contains($0.table) }
      let measure: Measure = columns.isEmpty ? .total : .values(.sum, columns)
      return Rewrite(length, keeping: [QuestionNode(item: .measure(measure), text: ""), nodes[table]])
    }
    if !tables(position + 1).isEmpty { return total(2, position + 1) }
    // "ventas totales"
    if !tables(position - 1).isEmpty { return Rewrite(1, .measure(.total)) }
    return nil
  }

  /// "average age and salary": said once for both.
  private func secondColumn(_ position: Int) -> Rewrite? {
    guard case .measure(.values(let aggregate, _)) = item(position), item(position + 1) == .and,
      item(position + 2)?.isName ?? false, !numbers(position + 2).isEmpty, tables(position + 2).isEmpty
    else { return nil }
    let second = QuestionNode(item: .measure(.values(aggregate, numbers(position + 2))), text: "")
    return Rewrite(3, keeping: [nodes[position], second])
  }

  private func isTableOrCondition(_ position: Int) -> Bool {
    if case .condition = item(position) { return true }
    return !tables(position).isEmpty
  }

  /// One largest or smallest value may stand for its row, which is seen later.
  private func made(
    _ aggregates: [QuestionItem.Aggregate], _ columns: [ColumnIndex], _ start: Int, _ end: Int
  ) -> Rewrite? {
    guard !aggregates.isEmpty else { return nil }
    if aggregates == [.max] || aggregates == [.min] { return nil }
    let measures = aggregates.map { QuestionNode(item: .measure(.values($0, columns)), text: "") }
    return Rewrite(end - start, keeping: measures)
  }

  /// "how many customers", "how many different cities", "how many rows", "how many units".
  private func count(_ position: Int) -> Rewrite? {
    guard item(position) == .count else { return nil }
    var next = position + 1
    loop: while true {
      switch item(next) {
      case .condition, .distinct, .with: next += 1
      default: break loop
      }
    }
    let between = nodes[min(position + 1, nodes.count)..<min(next, nodes.count)].filter { $0.item != .distinct }
    func made(_ measure: Measure, keepsName: Bool) -> Rewrite {
      let rest = keepsName && next < nodes.count ? [nodes[next]] : []
      // "cuántas ciudades distintas": they are counted once in any case.
      return Rewrite(
        min(next + (item(next + 1) == .distinct ? 2 : 1), nodes.count) - position,
        keeping: [QuestionNode(item: .measure(measure), text: "")] + between + rest)
    }
    switch item(next) {
    case .rows: return made(.rows(tables(next + 1)), keepsName: false)
    case .tables, .columns: return made(.rows([]), keepsName: true)
    case .name(let targets) where !targets.tables.isEmpty: return made(.rows(targets.tables), keepsName: true)
    // Dates are not what happened at them.
    case .name(let targets) where targets.columns.contains { schema.column($0).kind == .date }: return nil
    case .name where !numbers(next).isEmpty: return made(.values(.sum, numbers(next)), keepsName: false)
    case .name(let targets): return made(.distinct(targets.columns), keepsName: false)
    default:
      // "how many women": the value says whose rows.
      guard !between.isEmpty, !between.contains(where: { $0.item.isOfSeveralValues || $0.item.isValueOfThing }) else {
        return nil
      }
      return Rewrite(
        next - position, keeping: [QuestionNode(item: .measure(.rows([])), text: "")] + between)
    }
  }

  /// "how much does the chair cost", "how much did Ana spend", "cuánto llovió".
  private mutating func readHowMuch() {
    for position in nodes.indices {
      guard case .asked(let quality) = nodes[position].item else { continue }
      replaceItem(at: position, with: .name(columns(of: quality).map { .column($0) }))
    }
    guard let asked = nodes.firstIndex(where: { $0.item == .howMuch }) else { return }
    let hasMeasure = nodes.contains { if case .measure = $0.item { true } else { false } }
    if !hasMeasure {
      let spent = nodes.indices.first { if case .spent = nodes[$0].item { true } else { false } }
      if let spent, case .spent(let columns) = nodes[spent].item {
        replaceItem(at: spent, with: .measure(.values(.sum, columns)))
      } else {
        let named = nodes.indices.filter { !numbers($0).isEmpty && nodes[$0].item.isName }
        guard let one = named.only else { return }
        replaceItem(at: one, with: .measure(.howMuch(numbers(one))))
      }
    }
    replaceItem(at: asked, with: .filler)
    rewrite { parser, position in parser.item(position) == .filler ? Rewrite(1) : nil }
  }
}
