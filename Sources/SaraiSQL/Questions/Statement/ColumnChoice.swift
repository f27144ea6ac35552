/// Which of several columns a name means.
struct ColumnChoice {
  let schema: Schema

  /// Of the tables, the first that has one decides; else the only one that there is, or that those tables lead to.
  func one(of columns: [ColumnIndex], near tables: [Int]) -> ColumnIndex? {
    for table in tables {
      let own = columns.filter { $0.table == table }
      if own.count == 1 { return own[0] }
      if own.count > 1 { return nil }
    }
    if columns.count == 1 { return columns[0] }
    guard let first = tables.first else { return nil }
    return columns.filter { Joins(schema).upwardPath(from: first, to: $0.table) != nil }.only
  }

  /// The column of dates that a table's rows are dated by: the only one, or the one that is called so.
  func date(of table: Int) -> ColumnIndex? {
    let dates = indices(of: table).filter { schema.column($0).kind == .date }
    if dates.count <= 1 { return dates.first }
    let entity = Words.words(ofName: schema.tables[table].name)
    return dates.filter { index in
      Words.words(ofName: schema.column(index).name).allSatisfy { word in
        Words.means([word], ["fecha"]) || entity.contains { Words.means([word], [$0]) }
      }
    }.only
  }

  /// The column of years: not one of what else has a year, like a birth.
  func year(of table: Int) -> ColumnIndex? {
    indices(of: table).filter { schema.isYear($0) && Words.words(ofName: schema.column($0).name).count == 1 }.only
  }

  /// The columns by which people call the rows of a table; its key where there is none.
  func label(of table: Int) -> [ColumnIndex] {
    let texts = indices(of: table).filter { schema.column($0).kind == .text }
    func named(_ nouns: [String]) -> ColumnIndex? {
      texts.first { index in
        Words.words(ofName: schema.column(index).name).contains { word in nouns.contains { Words.means([word], [$0]) } }
      }
    }
    if let name = named(["nombre", "titulo"]) {
      let surname = named(["apellido"])
      return surname.map { [name, $0] } ?? [name]
    }
    return key(of: table).map { [$0] } ?? []
  }

  func key(of table: Int) -> ColumnIndex? { indices(of: table).filter { schema.column($0).isPrimaryKey }.only }

  /// The column of what rows of the table are worth, where the table is about money.
  func money(of table: Int) -> ColumnIndex? {
    let words = Words.words(ofName: schema.tables[table].name)
    let isAboutMoney = ["venta", "gasto", "ingreso", "factura", "pago"].contains { noun in
      words.contains { Words.means([$0], [noun]) }
    }
    guard isAboutMoney else { return nil }
    return schema.columns(meaningAnyOf: [["importe"]]) { $0.kind.isNumber }.filter { $0.table == table }.only
  }

  /// Whether the table has any column of money, of which a total could be meant.
  func hasMoney(_ table: Int) -> Bool {
    schema.columns(meaningAnyOf: Quality.money.nouns) { $0.kind.isNumber }.contains { $0.table == table }
  }

  func ofQuality(_ quality: Quality, in table: Int) -> (column: ColumnIndex, isReversed: Bool)? {
    func own(_ nouns: [[String]]) -> ColumnIndex? {
      schema.columns(meaningAnyOf: nouns) { $0.kind.isNumber || $0.kind == .date }.filter { $0.table == table }.only
    }
    if quality == .date { return (date(of: table) ?? year(of: table)).map { ($0, false) } }
    if let column = own(quality.nouns) { return (column, false) }
    // Who was born first is the oldest.
    guard quality == .age, let column = own([["nacimiento"]]) ?? year(of: table) else { return nil }
    return (column, true)
  }

  private func indices(of table: Int) -> [ColumnIndex] {
    schema.tables[table].columns.indices.map { ColumnIndex(table: table, column: $0) }
  }
}
