import Foundation
import SaraiCore
import SaraiSQL
import Testing

@Suite struct CSVTests {
  private func kinds(_ database: Database, _ table: Int = 0) -> [String] {
    database.schema.tables[table].columns.map { "\($0.name) \($0.kind.rawValue)" }
  }

  @Test(
    "Spanish spreadsheets: semicolons, decimal commas, thousands, euros, dates with the day first, a byte order mark")
  func spanish() async throws {
    let text = """
      \u{FEFF}Nº;Razón social;Código postal;Importe (€);Precio;Fecha de alta;Activo
      1;"Gómez; e hijos";08001;1.234,56 €;12;31/01/2024;sí
      2;"La ""Buena"" vida";28013;-7,5 €;1.500;1/2/2024;no
      3;;28014;;3;;no

      """
    try await Fixture.withCSV(["Ventas 2024.csv": Array(text.utf8)]) { database throws in
      #expect(
        kinds(database) == [
          "Nº integer", "Razón_social text", "Código_postal text", "Importe real", "Precio integer",
          "Fecha_de_alta date", "Activo text",
        ])
      #expect(
        try database.query("SELECT * FROM Ventas_2024").lines == [
          "1|Gómez; e hijos|08001|1234.56|12|2024-01-31|sí", "2|La \"Buena\" vida|28013|-7.5|1500|2024-02-01|no",
          "3|-|28014|-|3|-|no",
        ])
    }
  }

  @Test("English files: commas, decimal points, thousands, quoted line breaks, CRLF")
  func english() async throws {
    let text =
      "id,note,price,big,day\r\n1,\"two\r\nlines\",1.5,\"1,234.50\",2024-01-31\r\n2,x,2.25,7,2024-02-01T10:00\r\n"
    try await Fixture.withCSV(["x.csv": Array(text.utf8)]) { database throws in
      #expect(kinds(database) == ["id integer", "note text", "price real", "big real", "day date"])
      #expect(
        try database.query("SELECT note, price, big FROM x").lines == ["two\r\nlines|1.5|1234.5", "x|2.25|7"])
    }
  }

  @Test("One mark alone is read as the other columns and the separator say")
  func ambiguous() async throws {
    try await Fixture.withCSV(["a.csv": Array("n;m\n1.234;1,5\n2.000;2,5\n".utf8)]) { database throws in
      #expect(try database.query("SELECT sum(n), sum(m) FROM a").lines == ["3234|4"])
    }
    try await Fixture.withCSV(["a.csv": Array("n,m\n1.234,1.5\n2.000,2.5\n".utf8)]) { database throws in
      #expect(try database.query("SELECT sum(n) FROM a").lines == ["3.234"])
    }
  }

  @Test("Tabs, doubled and empty names, short rows, numbers too large, codes, mixed columns, old encodings")
  func oddities() async throws {
    let tabs = "a\ta\t\t1x\n1\t2\t3\t4\n5\n"
    try await Fixture.withCSV(["t.tsv": Array(tabs.utf8)]) { database throws in
      #expect(kinds(database) == ["a integer", "a_2 integer", "columna_3 integer", "1x integer"])
      #expect(try database.query("SELECT * FROM t").lines == ["1|2|3|4", "5|-|-|-"])
    }
    let mixed = "a,b,c\n99999999999999999999,1,00\n2,x,7\n"
    try await Fixture.withCSV(["m.csv": Array(mixed.utf8)]) { database throws in
      #expect(kinds(database) == ["a text", "b text", "c text"])
    }
    let latin: [UInt8] = Array("ciudad,n\nM".utf8) + [0xE1] + Array("laga,1\n".utf8)
    try await Fixture.withCSV(["l.csv": latin]) { database throws in
      #expect(try database.query("SELECT ciudad FROM l").lines == ["Málaga"])
    }
    try await Fixture.withCSV(["n.csv": Array("1,2\n3,4\n".utf8)]) { database throws in
      #expect(kinds(database) == ["columna_1 integer", "columna_2 integer"])
      #expect(try database.query("SELECT count(*) FROM n").lines == ["2"])
    }
    try await Fixture.withCSV(["d.csv": Array("d\n13/01/2024\n01/13/2024\n".utf8)]) { database throws in
      #expect(kinds(database) == ["d text"])
    }
  }

  @Test("A folder's files are tables that questions can join")
  func folder() async throws {
    let files = [
      "clientes.csv": Array("id,nombre,ciudad\n1,Ana,Madrid\n2,Luis,Sevilla\n".utf8),
      "ventas.csv": Array("id,cliente_id,importe\n1,1,10\n2,1,20\n3,2,5\n".utf8),
      "notas.md": Array("no".utf8),
    ]
    try await Fixture.withCSV(files) { database throws in
      #expect(database.schema.tables.map(\.name) == ["clientes", "ventas"])
      let reader = QuestionReader(schema: database.schema)
      let sql = try #require(reader.sql(for: "importe total por ciudad", language: .spanish))
      #expect(try database.query(sql).lines == ["Madrid|30", "Sevilla|5"])
    }
  }

  @Test(
    "Files that can't be read as a table say where",
    arguments: [
      ("a,b\n1,\"2\n3,4\n", "2"), ("a,b\n1,2,3\n", "3"), ("", "vac"), ("a\u{0}b", "UTF-8"),
      ("a,b\n" + String(repeating: "x,", count: 500), "400"),
    ])
  func refused(_ text: String, says: String) async throws {
    let error = await #expect(throws: SaraiError.self) {
      try await Fixture.withCSV(["x.csv": Array(text.utf8)]) { _ in }
    }
    #expect(error?.message.es.contains(says) == true, "\(String(describing: error))")
    #expect(error?.subject?.hasSuffix("x.csv") == true)
  }

  @Test("CSV data can't be written to either")
  func readOnly() async throws {
    try await Fixture.withCSV(["x.csv": Array("a\n1\n".utf8)]) { database throws in
      for sql in ["DELETE FROM x", "INSERT INTO x VALUES (2)", "CREATE TABLE y (a)", "PRAGMA query_only = OFF"] {
        let error = #expect(throws: SaraiError.self) { try database.query(sql) }
        #expect(error?.code == .forbidden)
      }
      #expect(try database.query("SELECT count(*) FROM x").lines == ["1"])
    }
  }
}
