import Foundation
import SaraiCore
import SaraiSQL
import TestSupport
import Testing

/// Texts that the grammar of the shop's schema derives, without a model. That a model keeps to it is held by the tests of
/// the skill.
@Suite struct SQLGrammarTests {
  @Test("Rules that the file defines are those that it uses")
  func file() throws {
    let text = try String(contentsOf: TestParts.root.appending(path: "grammars/sql.gbnf"), encoding: .utf8)
    let rules = text.split(separator: "\n").filter { $0.contains(" ::= ") }.map { $0.split(separator: " ")[0] }
    #expect(Set(rules).count == rules.count && rules.first == "root")
  }

  @Test("A schema's grammar names its tables, columns and values, quoted where needed, and no other")
  func names() async throws {
    let odd = """
      CREATE TABLE "order" (id INTEGER PRIMARY KEY, "unit price" REAL, "a""b" TEXT, kind TEXT);
      INSERT INTO "order" VALUES (1, 2, 'x', 'it''s'), (2, 3, 'y', 'back\\slash "q"');
      """
    try await Fixture.withDatabase(odd) { database, _ throws in
      let gbnf = try #require(SQLGrammar.gbnf(for: database.schema))
      for part in ["\\\"order\\\"", "\\\"unit price\\\"", "\\\"a\\\"\\\"b\\\"", "'it''s'", "'back\\\\slash \\\"q\\\"'"]
      {
        #expect(gbnf.contains(part), "\(part)\n\(gbnf)")
      }
      #expect(!gbnf.contains("::= name\n"))
    }
    try await Fixture.withDatabase { database, _ throws in
      let gbnf = try #require(SQLGrammar.gbnf(for: database.schema))
      #expect(gbnf.contains("JOIN clientes ON ventas.cliente_id = clientes.id"))
      #expect(gbnf.utf8.count < 64 << 10)
    }
  }

  @Test("Asked a question, the grammar has the question's numbers, texts, years, values and tables, and no others")
  func question() async throws {
    try await Fixture.withDatabase { database, _ throws in
      let question = "¿Qué clientes de Madrid con más de diez compras en 2023 se llaman «O'Brien \"x\"»?"
      let gbnf = try #require(SQLGrammar.gbnf(for: database.schema, question: question))
      let rules = Dictionary(
        uniqueKeysWithValues: gbnf.split(separator: "\n").map { line in
          let parts = line.split(separator: " ::= ", maxSplits: 1)
          return (String(parts[0]), String(parts[1]))
        })
      let number = try #require(rules["number"])
      #expect(["\"0\"", "10", "2023"].allSatisfy { number.contains($0) } && !number.contains("5"), "\(number)")
      #expect(rules["string"]?.contains("''Brien \\\"x\\\"'") == true, "\(rules["string"] ?? "")")
      #expect(rules["date"]?.contains("2023") == true && rules["date"]?.contains("2022") == false)
      let known = rules.filter { $0.key.hasPrefix("known-value") }.values.joined()
      #expect(known.contains("'Madrid'") && !known.contains("Sevilla"))
      // Only what reads the table that the question names.
      let sources = rules.filter { $0.key.hasPrefix("source-") }.values
      #expect(sources.count == 2 && sources.allSatisfy { $0.contains("clientes") }, "\(sources)")
      #expect(SQLGrammar.gbnf(for: database.schema, question: "a\u{0}b «\u{1}\n»")?.utf8.contains(0) == false)
    }
  }

  @Test("Of many tables, those that the question speaks of are taken, and the grammar stays small")
  func manyTables() async throws {
    let statements = (0..<50).map { table in
      "CREATE TABLE t\(table)_datos (" + (0..<60).map { "c\($0)_\(table) TEXT" }.joined(separator: ", ") + ");"
    }
    let sql = statements.joined(separator: "\n") + "CREATE TABLE barcos (id INTEGER PRIMARY KEY, eslora REAL);"
    try await Fixture.withDatabase(sql) { database, _ throws in
      #expect(SQLGrammar.relevantTables(of: database.schema, question: "eslora de los barcos").first == "barcos")
      let gbnf = try #require(SQLGrammar.gbnf(for: database.schema, question: "eslora de los barcos"))
      #expect(gbnf.contains("barcos") && gbnf.utf8.count < 200 << 10)
    }
  }
}
