/// How tables lead to each other.
struct Joins {
  private let schema: Schema

  init(_ schema: Schema) { self.schema = schema }

  /// One reference, gone in its direction (to the one row that is referred to) or against it (to the many that refer).
  struct Step: Hashable {
    var from: Int
    var to: Int
    var reference: Schema.Reference
    var isUp: Bool

    func condition(_ schema: Schema) -> String {
      let (child, parent) = isUp ? (from, to) : (to, from)
      let names = (Names.plain(schema.tables[child].name), Names.plain(schema.tables[parent].name))
      return
        "\(names.0).\(Names.plain(reference.column)) = \(names.1).\(Names.plain(reference.otherColumn))"
    }
  }

  private static let longest = 4

  /// The shortest way; nil where there is none, or more than one.
  func path(from start: Int, to end: Int) -> [Step]? { shortest(from: start, to: end) { _ in true } }

  /// The shortest way along references only: no row is counted twice.
  func upwardPath(from start: Int, to end: Int) -> [Step]? { shortest(from: start, to: end) { $0.isUp } }

  private func shortest(from start: Int, to end: Int, where isAllowed: (Step) -> Bool) -> [Step]? {
    var paths: [[Step]] = [[]]
    var seen: Set<Int> = [start]
    for _ in 0...Self.longest {
      let found = paths.filter { ($0.last?.to ?? start) == end }
      if !found.isEmpty { return found.only }
      paths = paths.flatMap { path in
        steps(from: path.last?.to ?? start).filter { isAllowed($0) && !seen.contains($0.to) }.map { path + [$0] }
      }
      seen.formUnion(paths.compactMap { $0.last?.to })
    }
    return nil
  }

  private func steps(from table: Int) -> [Step] {
    schema.tables.indices.flatMap { other -> [Step] in
      guard other != table else { return [] }
      let up = schema.tables[table].references.filter { $0.table == schema.tables[other].name }
      let down = schema.tables[other].references.filter { $0.table == schema.tables[table].name }
      return up.map { Step(from: table, to: other, reference: $0, isUp: true) }
        + down.map { Step(from: table, to: other, reference: $0, isUp: false) }
    }
  }
}

extension Collection {
  /// The element, where there is exactly one.
  var only: Element? { count == 1 ? first : nil }
}
