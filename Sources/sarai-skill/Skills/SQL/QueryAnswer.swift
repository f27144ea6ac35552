import SaraiCore
import SaraiSQL

/// A result as people or programs read it.
struct QueryAnswer {
  let result: QueryResult
  let author: QueryRun.Author
  let language: Language
  let notes: [Schema.Note]

  private static let shownRows = 30
  private static let shownCharacters = 120

  private func say(_ es: String, _ en: String) -> String { language == .spanish ? es : en }

  // MARK: - Text

  /// A sentence or a table, and the statement that it came from.
  var text: String {
    var lines: [String] = []
    if result.rows.isEmpty {
      lines.append(say("No hay ninguna fila que cumpla eso.", "No row fits that."))
    } else if result.rows.count == 1, result.columns.count == 1 {
      lines.append(single(result.rows[0][0]))
    } else {
      lines.append(contentsOf: table)
    }
    lines.append("")
    if author == .model {
      lines.append(
        say(
          "Esta consulta la ha escrito un modelo: comprueba que pregunta lo que querías.",
          "A model wrote this query: check that it asks what you meant."))
    }
    lines.append("SQL: " + oneLine(result.sql))
    lines.append(count + say(" en ", " in ") + milliseconds + ".")
    lines.append(contentsOf: notes.map(sentence))
    return lines.joined(separator: "\n")
  }

  private func single(_ value: SQLValue) -> String {
    if value == .null { return say("No hay ningún valor.", "There is no value.") }
    return say("El resultado es ", "The result is ") + shown(value) + "."
  }

  private var table: [String] {
    func row(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
    var lines = [row(result.columns.map(cell)), row(result.columns.map { _ in "---" })]
    lines += result.rows.prefix(Self.shownRows).map { row($0.map { cell(shown($0)) }) }
    let hidden = result.rows.count - Self.shownRows
    if hidden > 0 || result.isCut {
      let more = result.isCut ? say("y más", "and more") : say("y \(hidden) filas más", "and \(hidden) more rows")
      lines.append("… " + more)
    }
    return lines
  }

  private func cell(_ text: String) -> String {
    var text = oneLine(text).replacing("|", with: "\\|")
    if text.count > Self.shownCharacters { text = text.prefix(Self.shownCharacters) + "…" }
    return text
  }

  private func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline || $0 == "\t" ? " " : $0 })
  }

  private func shown(_ value: SQLValue) -> String {
    switch value {
    case .null: return "–"
    case .integer(let number): return "\(number)"
    case .real(let number): return shown(number)
    case .text(let text): return text
    case .blob(let bytes): return say("(\(bytes) bytes)", "(\(bytes) bytes)")
    }
  }

  /// At most six decimals: binary fractions have tails that nobody means.
  private func shown(_ number: Double) -> String {
    guard number.magnitude < 1e12, number.isFinite else { return "\(number)" }
    let rounded = (number * 1e6).rounded() / 1e6
    if let whole = Int64(exactly: rounded) { return "\(whole)" }
    let text = "\(rounded)"
    return language == .spanish && !text.contains("e") ? text.replacing(".", with: ",") : text
  }

  private var count: String {
    let rows = result.rows.count
    let more = result.isCut ? say("más de ", "more than ") : ""
    return more + "\(rows) " + (rows == 1 ? say("fila", "row") : say("filas", "rows"))
  }

  private var milliseconds: String {
    let tenths = (result.seconds * 10_000).rounded() / 10
    return shown(tenths) + " ms"
  }

  private func sentence(_ note: Schema.Note) -> String {
    switch note {
    case .manyTables(let count):
      say(
        "Hay \(count) tablas y solo se miran las primeras.",
        "There are \(count) tables, and only the first are looked at.")
    case .journalUnread:
      say(
        "La base tiene un registro de cambios (WAL) que aquí no se lee: puede faltar lo último.",
        "The database has a log of changes (WAL) that is not read here: the latest may be missing.")
    case .virtualTables(let names):
      say(
        "No se leen las tablas virtuales: \(names.joined(separator: ", ")).",
        "Virtual tables are not read: \(names.joined(separator: ", ")).")
    }
  }

  // MARK: - JSON

  var json: String {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("columns")
    writer.beginArray()
    for column in result.columns { writer.value(column) }
    writer.endArray()
    writer.key("rows")
    writer.beginArray()
    for row in result.rows {
      writer.beginArray()
      for value in row {
        switch value {
        case .null: writer.null()
        case .integer(let number): writer.value(number)
        case .real(let number): writer.value(number)
        case .text(let text): writer.value(text)
        case .blob(let bytes):
          writer.beginObject()
          writer.member("blob_bytes", bytes)
          writer.endObject()
        }
      }
      writer.endArray()
    }
    writer.endArray()
    writer.member("more_rows", result.isCut)
    writer.member("sql", result.sql)
    writer.member("written_by", author.rawValue)
    writer.member("seconds", result.seconds)
    writer.key("notes")
    writer.beginArray()
    for note in notes { writer.value(sentence(note)) }
    writer.endArray()
    writer.endObject()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}
