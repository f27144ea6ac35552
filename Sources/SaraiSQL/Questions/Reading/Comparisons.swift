/// Numbers that something is compared with.
extension ReadingParser {
  mutating func readComparisons() {
    rewrite { $0.columnFirst($1) }
    rewrite { $0.comparisonFirst($1) }
    rewrite { $0.plainNumber($1) }
  }

  /// "price over 20 euros", "cuestan más que la media", "salary between 1000 and 2000".
  private func columnFirst(_ position: Int) -> Rewrite? {
    var columns = numbers(position)
    if case .spent(let spent) = item(position) { columns = spent }
    guard !columns.isEmpty else { return nil }
    let isDenied = item(position + 1) == .not
    let next = position + (isDenied ? 2 : 1)
    func made(_ condition: Condition, _ end: Int) -> Rewrite {
      let made = QuestionNode(item: .condition(isDenied ? .not(condition) : condition), text: "")
      // "notas inferiores a 5": the rows are named too.
      return Rewrite(end - position, keeping: tables(position).isEmpty ? [made] : [nodes[position], made])
    }
    switch item(next) {
    case .compare(let comparison), .comparative(_, let comparison):
      if let number = number(next + 1) {
        return twice(columns, made(.compare(columns, comparison, number), afterUnit(next + 2)), position)
      }
      guard item(next + 1) == .aggregate(.avg) else { return nil }
      let isRepeated = !Set(numbers(next + 2)).isDisjoint(with: columns)
      return made(.average(columns, comparison), next + (isRepeated ? 3 : 2))
    case .between:
      guard let (first, last) = range(next),
        !isSpanOfYears(next) || columns.allSatisfy(schema.isYear) || isUnit(next + 4)
      else { return nil }
      return made(.between(columns, first, last), afterUnit(next + 4))
    case .number(let number) where !isLimit(next):
      return made(.compare(columns, .equal, number), afterUnit(next + 1))
    default: return nil
    }
  }

  /// "over 50 and under 100": the column is said once.
  private func twice(_ columns: [ColumnIndex], _ first: Rewrite, _ position: Int) -> Rewrite {
    let next = position + first.length
    guard item(next) == .and, case .compare(let comparison) = item(next + 1), let number = number(next + 2) else {
      return first
    }
    let end = afterUnit(next + 3)
    guard measured(next + 3) == nil || end > next + 3, tables(next + 3).isEmpty else { return first }
    let second = QuestionNode(item: .condition(.compare(columns, comparison, number)), text: "")
    return Rewrite(end - position, keeping: first.nodes + [second])
  }

  /// "more than 400 pages", "over 100 euros", "older than 40", "between 30 and 40 years old".
  private func comparisonFirst(_ position: Int) -> Rewrite? {
    switch item(position) {
    case .compare(let comparison):
      if item(position + 1) == .aggregate(.avg), !numbers(position + 2).isEmpty {
        return Rewrite(3, .condition(.average(numbers(position + 2), comparison)))
      }
      if let both = bothOf(comparison, position) { return both }
      guard let number = number(position + 1), let (columns, end) = measured(position + 2) else { return nil }
      return Rewrite(end - position, .condition(.compare(columns, comparison, number)))
    case .comparative(let quality, let comparison):
      let columns = columns(of: quality)
      guard !columns.isEmpty else { return nil }
      if let number = number(position + 1) {
        return Rewrite(afterUnit(position + 2) - position, .condition(.compare(columns, comparison, number)))
      }
      guard item(position + 1) == .aggregate(.avg) else { return nil }
      return Rewrite(2, .condition(.average(columns, comparison)))
    case .between:
      guard let (first, last) = range(position), let (columns, end) = measured(position + 4),
        !isSpanOfYears(position) || isUnit(position + 4)
      else { return nil }
      return Rewrite(end - position, .condition(.between(columns, first, last)))
    default: return nil
    }
  }

  /// "more than 10 and less than 50 pages".
  private func bothOf(_ first: QuestionItem.Comparison, _ position: Int) -> Rewrite? {
    guard let lower = number(position + 1), item(position + 2) == .and, case .compare(let second) = item(position + 3),
      let upper = number(position + 4), let (columns, end) = measured(position + 5)
    else { return nil }
    return Rewrite(
      end - position, .condition(.compare(columns, first, lower)), .condition(.compare(columns, second, upper)))
  }

  /// "books with 400 pages", "empleados de 30 años": a number that is no limit.
  private func plainNumber(_ position: Int) -> Rewrite? {
    guard case .number(let number) = item(position), position > 0, let (columns, end) = measured(position + 1) else {
      return nil
    }
    switch item(position - 1) {
    case .with, .name, .who: return Rewrite(end - position, .condition(.compare(columns, .equal, number)))
    default: return nil
    }
  }

  /// The columns that a number before this place is of, and where what says so ends.
  private func measured(_ position: Int) -> (columns: [ColumnIndex], end: Int)? {
    if !numbers(position).isEmpty, tables(position).isEmpty { return (numbers(position), position + 1) }
    guard let quality = quality(position) else { return nil }
    if !numbers(position + 1).isEmpty, item(position + 1)?.isName ?? false {
      return (numbers(position + 1), position + 2)
    }
    let columns = columns(of: quality)
    return columns.isEmpty ? nil : (columns, position + 1)
  }

  private func afterUnit(_ position: Int) -> Int { isUnit(position) ? position + 1 : position }

  /// From `.between` on.
  private func range(_ position: Int) -> (Double, Double)? {
    guard let first = number(position + 1), item(position + 2) == .and, let last = number(position + 3) else {
      return nil
    }
    return (min(first, last), max(first, last))
  }

  private func isSpanOfYears(_ position: Int) -> Bool {
    if case .date = item(position + 1), case .date = item(position + 3) { true } else { false }
  }

  /// Whether a number says how many rows are wanted.
  private func isLimit(_ position: Int) -> Bool {
    switch item(position + 1) {
    case .name: !tables(position + 1).isEmpty
    case .superlative, .extreme: true
    default: false
    }
  }
}
