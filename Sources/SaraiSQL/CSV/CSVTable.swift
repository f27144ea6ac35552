import SaraiCore

/// A CSV file as a table: clean names, a kind for each column, values of that kind.
struct CSVTable {
  var names: [String]
  var kinds: [Schema.Column.Kind]
  private let rows: ArraySlice<[String]>
  private let formats: [CSVFormat]

  /// - Throws: where a record has more fields than there are columns.
  init(_ text: CSVText, path: String) throws {
    guard let first = text.records.first else {
      throw SaraiError(
        .invalidRequest, es: "\(path) está vacío: no hay nada que consultar.", en: "\(path) is empty: nothing to ask.",
        subject: path)
    }
    // A head of numbers only is no head.
    let hasHead = !first.allSatisfy { CSVFormat.looksLikeNumber($0.trimmed) }
    let rows = hasHead ? text.records[1...] : text.records[...]
    let width = first.count
    for (index, row) in rows.enumerated() where row.count > width && !row[width...].allSatisfy({ $0.trimmed.isEmpty }) {
      throw SaraiError(
        .invalidRequest,
        es: "En \(path), la fila \(index + 1) tiene \(row.count) valores y hay \(width) columnas. Corrígela.",
        en: "In \(path), row \(index + 1) has \(row.count) values and there are \(width) columns. Correct it.",
        subject: path)
    }
    self.rows = rows
    names = Self.names(hasHead ? first : [], count: width)
    var candidates = (0..<width).map { column in
      CSVFormat(of: rows.lazy.map { column < $0.count ? $0[column].trimmed : "" })
    }
    // 1.234 alone says nothing: what the other columns write decides, and then the separator.
    let isSpanish =
      candidates.contains { $0.evidence == .comma }
      || (text.separator == UInt8(ascii: ";") && !candidates.contains { $0.evidence == .point })
    for index in candidates.indices { candidates[index].settle(usesDecimalComma: isSpanish) }
    formats = candidates
    kinds = candidates.map(\.kind)
  }

  func forEachRow(_ body: ([SQLValue]) throws -> Void) rethrows {
    for row in rows {
      try body(formats.indices.map { $0 < row.count ? formats[$0].value(row[$0].trimmed) : .null })
    }
  }

  /// Letters, digits and underscores, each name once.
  private static func names(_ head: [String], count: Int) -> [String] {
    var seen: Set<String> = []
    return (0..<count).map { index in
      let cleaned = index < head.count ? clean(name: head[index]) : ""
      let base = cleaned.isEmpty ? "columna_\(index + 1)" : cleaned
      var name = base
      var number = 2
      while !seen.insert(name.lowercased()).inserted {
        name = "\(base)_\(number)"
        number += 1
      }
      return name
    }
  }

  static func clean(name: String) -> String {
    var result = ""
    for scalar in name.unicodeScalars {
      if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        result.unicodeScalars.append(scalar)
      } else if !result.isEmpty, result.last != "_" {
        result += "_"
      }
      if result.utf8.count >= 60 { break }
    }
    while result.last == "_" { result.removeLast() }
    return result
  }
}

extension String {
  /// Without white space, no-break spaces among it, at both ends.
  var trimmed: String {
    // A quick look at the ends: characters are slow to tell apart, and most values have nothing to take away.
    func mayBeSpace(_ byte: UInt8?) -> Bool { byte.map { $0 <= 0x20 || $0 >= 0x80 } ?? false }
    guard mayBeSpace(utf8.first) || mayBeSpace(utf8.last) else { return self }
    var view = self[...]
    while let first = view.first, first.isWhitespace { view.removeFirst() }
    while let last = view.last, last.isWhitespace { view.removeLast() }
    return String(view)
  }
}
