/// What the data looks like: tables with their columns, and how they refer to each other.
package struct Schema: Sendable, Hashable {
  package var tables: [Table]
  /// What people should know before they trust an answer, in both languages.
  package var notes: [Note] = []

  package enum Note: Sendable, Hashable {
    /// Not all tables or columns were taken; the number is how many there are.
    case manyTables(Int)
    /// The file keeps changes in a journal beside it that could not be read along.
    case journalUnread
    /// Virtual tables are left out.
    case virtualTables([String])
  }

  package struct Table: Sendable, Hashable {
    package var name: String
    package var columns: [Column]
    package var references: [Reference] = []
    package var isView = false

    package func column(_ name: String) -> Column? { columns.first { $0.name == name } }
    /// Of one column only.
    package var primaryKey: Column? {
      let keys = columns.filter(\.isPrimaryKey)
      return keys.count == 1 ? keys[0] : nil
    }
  }

  package struct Column: Sendable, Hashable {
    package enum Kind: String, Sendable {
      case integer, real, text
      /// Text that begins with a date as ISO 8601 writes it.
      case date
      case blob

      package var isNumber: Bool { self == .integer || self == .real }
    }

    package var name: String
    package var kind: Kind
    package var isPrimaryKey = false
    /// Distinct short texts, in order; at most `SchemaReader.maximumValues`.
    package var values: [String] = []
    /// Whether `values` are all that there are.
    package var hasAllValues = false
    /// Whether it says yes or no: numbers 1 and 0, or words for that.
    package var isFlag = false

    /// Nil for a text that is neither yes nor no.
    static func isYes(_ text: String) -> Bool? {
      switch Words.fold(text) {
      case "si", "yes", "true", "verdadero", "y", "s": true
      case "no", "false", "falso", "n": false
      default: nil
      }
    }
  }

  /// `column` holds a value of `otherColumn` of `table`.
  package struct Reference: Sendable, Hashable {
    package var column: String
    package var table: String
    package var otherColumn: String
  }

  package func table(_ name: String) -> Table? { tables.first { $0.name == name } }
}

extension Schema {
  /// The schema in few words, one table a line, for a model to read.
  ///
  /// - Parameter valuesPerColumn: how many values of a text column to show at most.
  package func summary(of names: [String]? = nil, valuesPerColumn: Int = 6) -> String {
    tables.filter { names?.contains($0.name) ?? true }.map { table in
      let columns = table.columns.map { column in
        var text = "\(column.name) \(column.kind.rawValue)"
        if let reference = table.references.first(where: { $0.column == column.name }) {
          text += " -> \(reference.table).\(reference.otherColumn)"
        }
        let shown = column.values.prefix(valuesPerColumn)
        if !shown.isEmpty {
          text += " (" + shown.joined(separator: ", ") + (shown.count < column.values.count ? ", …" : "") + ")"
        }
        return text
      }
      return "\(table.name): " + columns.joined(separator: "; ")
    }.joined(separator: "\n")
  }
}
