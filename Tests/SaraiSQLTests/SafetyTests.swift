import Foundation
import SaraiCore
import SaraiSQL
import Testing

/// Statements and files that want more than to be read.
@Suite(.timeLimit(.minutes(3))) struct SafetyTests {
  struct Attempt: Sendable, CustomTestStringConvertible {
    var sql: String
    var code: SaraiError.Code
    var testDescription: String { sql }

    init(_ code: SaraiError.Code, _ sql: String) {
      self.sql = sql
      self.code = code
    }
  }

  static let attempts: [Attempt] = [
    Attempt(.forbidden, "SELECT 1; DROP TABLE clientes"),
    Attempt(.forbidden, "SELECT 1;;; /* x */ DELETE FROM clientes; --"),
    Attempt(.forbidden, "SELECT 1; SELECT 2"),
    Attempt(.forbidden, "DROP TABLE clientes"),
    Attempt(.forbidden, "DELETE FROM clientes"),
    Attempt(.forbidden, "DELETE FROM clientes RETURNING *"),
    Attempt(.forbidden, "UPDATE clientes SET nombre = 'x'"),
    Attempt(.forbidden, "INSERT INTO clientes(id) VALUES (99)"),
    Attempt(.forbidden, "REPLACE INTO clientes(id) VALUES (1)"),
    Attempt(.forbidden, "WITH x AS (SELECT 1) DELETE FROM clientes WHERE id IN x"),
    Attempt(.forbidden, "CREATE TABLE t (a)"),
    Attempt(.forbidden, "CREATE TEMP TABLE t AS SELECT * FROM clientes"),
    Attempt(.forbidden, "CREATE TRIGGER t AFTER INSERT ON clientes BEGIN SELECT 1; END"),
    Attempt(.forbidden, "ALTER TABLE clientes RENAME TO x"),
    Attempt(.forbidden, "ATTACH DATABASE '/tmp/sarai-attached.db' AS x"),
    Attempt(.forbidden, "ATTACH ':memory:' AS x"),
    Attempt(.forbidden, "DETACH main"),
    Attempt(.forbidden, "VACUUM"),
    Attempt(.forbidden, "VACUUM INTO '/tmp/sarai-vacuum.db'"),
    Attempt(.forbidden, "REINDEX"),
    Attempt(.forbidden, "ANALYZE"),
    Attempt(.forbidden, "PRAGMA writable_schema = ON"),
    Attempt(.forbidden, "PRAGMA query_only = OFF"),
    Attempt(.forbidden, "PRAGMA table_info(clientes)"),
    Attempt(.forbidden, "pragma/**/journal_mode=DELETE"),
    Attempt(.forbidden, "SELECT * FROM pragma_table_info('clientes')"),
    Attempt(.forbidden, "SELECT * FROM pragma_database_list"),
    Attempt(.forbidden, "BEGIN"), Attempt(.forbidden, "BEGIN IMMEDIATE"), Attempt(.forbidden, "SAVEPOINT a"),
    Attempt(.forbidden, "COMMIT"), Attempt(.forbidden, "EXPLAIN SELECT 1"),
    Attempt(.forbidden, "EXPLAIN QUERY PLAN SELECT * FROM clientes"),
    Attempt(.forbidden, "SELECT load_extension('/tmp/x.so')"),
    Attempt(.forbidden, "SELECT LOAD_EXTENSION('/tmp/x.so')"),
    Attempt(.forbidden, "SELECT fts3_tokenizer('simple')"),
    Attempt(.forbidden, "SELECT randomblob(1000000000)"),
    Attempt(.forbidden, "SELECT zeroblob(2000000000)"),
    Attempt(.forbidden, "SELECT length(zeroblob(1000))"),
    Attempt(.forbidden, "SELECT sqlite_version()"),
    Attempt(.forbidden, "SELECT sqlite_compileoption_get(1)"),
    Attempt(.forbidden, ""), Attempt(.forbidden, "   "), Attempt(.forbidden, "-- DROP TABLE clientes"),
    Attempt(.forbidden, "/* SELECT 1 */"),
    // Unknown to SQLite, or unknown as a function: an error that says so.
    Attempt(.invalidRequest, "SELECT readfile('/etc/passwd')"),
    Attempt(.invalidRequest, "SELECT writefile('/tmp/x', 'y')"),
    Attempt(.invalidRequest, "SELECT * FROM nada"), Attempt(.invalidRequest, "SELEC 1"),
    Attempt(.invalidRequest, "SELECT 1 /*"), Attempt(.invalidRequest, "SELECT 'a"),
    Attempt(.invalidRequest, "ＳＥＬＥＣＴ 1"), Attempt(.invalidRequest, "SELECT\u{00A0}1\u{2028}; DROP TABLE clientes"),
    Attempt(.invalidRequest, "SELECT " + String(repeating: "(", count: 5_000)),
    Attempt(.invalidRequest, "SELECT 1" + String(repeating: "+1", count: 3_000)),
    Attempt(.invalidRequest, "SELECT 1" + String(repeating: " UNION SELECT 1", count: 500)),
    Attempt(.tooLarge, "SELECT '" + String(repeating: "a", count: 100_000) + "'"),
    Attempt(.tooLarge, "SELECT 1\u{0}; DROP TABLE clientes"),
    Attempt(.tooLarge, "SELECT hex(printf('%.900000c', 'x'))"),
    Attempt(.tooLarge, "SELECT replace(printf('%.900000c', 'x'), 'x', 'yyyyyyyyyy')"),
    Attempt(
      .tooLarge,
      "WITH RECURSIVE c(x) AS (SELECT printf('%.500000c', 'x') UNION ALL SELECT x || 'y' FROM c LIMIT 100000) "
        + "SELECT count(*) FROM (SELECT x FROM c ORDER BY x)"),
    Attempt(
      .timeout,
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"),
    Attempt(
      .timeout,
      "SELECT count(*) FROM ventas a, ventas b, ventas c, ventas d, ventas e, ventas f, ventas g, ventas h, ventas i, "
        + "ventas j, ventas k, ventas l"),
  ]

  @Test(
    "Whatever would do more than read is refused in both languages, and the file stays as it was", arguments: attempts)
  func refused(_ attempt: Attempt) async throws {
    try await Fixture.withDatabase { database, file throws in
      let before = try Data(contentsOf: file)
      var limits = QueryLimits()
      limits.seconds = 0.5
      let error = #expect(throws: SaraiError.self) { try database.query(attempt.sql, limits: limits) }
      #expect(error?.code == attempt.code, "\(String(describing: error))")
      #expect(error?.message.es.isEmpty == false && error?.message.es != error?.message.en)
      // The connection still works, and nothing has changed.
      #expect(try database.query("SELECT count(*) FROM clientes").lines == ["6"])
      #expect(try Data(contentsOf: file) == before)
      let beside = try FileManager.default.contentsOfDirectory(atPath: file.deletingLastPathComponent().path)
      #expect(beside == [file.lastPathComponent])
      #expect(!FileManager.default.fileExists(atPath: "/tmp/sarai-vacuum.db"))
      #expect(!FileManager.default.fileExists(atPath: "/tmp/sarai-attached.db"))
    }
  }

  @Test(
    "Reading in any way is allowed",
    arguments: [
      "SELECT count(*) FROM clientes -- ; DROP TABLE clientes", "SELECT 1 ; ; /* end */",
      "WITH x AS (SELECT ciudad, count(*) AS n FROM clientes GROUP BY 1) SELECT max(n) FROM x",
      "SELECT nombre, rank() OVER (ORDER BY precio DESC) FROM productos", "SELECT name FROM sqlite_schema",
      "SELECT strftime('%Y', fecha), sum(importe) FROM ventas GROUP BY 1", "VALUES (1), (2)",
      "SELECT json_extract('{\"a\":1}', '$.a')", "SELECT 'DROP TABLE clientes; DELETE FROM clientes'",
      "SELECT * FROM clientes WHERE nombre LIKE '%a%' AND id IN (SELECT cliente_id FROM ventas)",
      "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100) SELECT sum(x) FROM c",
    ])
  func allowed(_ sql: String) async throws {
    try await Fixture.withDatabase { database, _ throws in #expect(try !database.query(sql).rows.isEmpty) }
  }

  @Test("Rows, bytes and single values are bounded, and a result that was cut says so")
  func bounds() async throws {
    let rows = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 100000) "
    try await Fixture.withDatabase { database, _ throws in
      let many = try database.query(rows + "SELECT x FROM c")
      #expect(many.isCut && many.rows.count == QueryLimits().rows)
      let large = try database.query(rows + "SELECT printf('%.4000c', 'x') FROM c")
      #expect(large.isCut && large.rows.count < 80)
      let long = try database.query("SELECT printf('%.9000c', 'ñ') AS t")
      guard case .text(let text) = long.rows[0][0] else { return #expect(Bool(false), "no text") }
      #expect(text.hasSuffix("…") && text.utf8.count < 4_200)
    }
  }

  @Test("A query ends when it is cancelled")
  func cancellation() async throws {
    try await Fixture.withDatabase { database, _ throws in
      let error = #expect(throws: SaraiError.self) {
        try database.query(
          "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
          isCancelled: { true })
      }
      #expect(error?.code == .cancelled)
    }
  }

  @Test("Views and triggers of the file do no harm, and virtual tables are left out")
  func hostileSchema() async throws {
    let hostile = """
      CREATE TABLE t (a TEXT); INSERT INTO t VALUES ('x');
      CREATE VIEW good AS SELECT a FROM t;
      CREATE VIEW bad AS SELECT load_extension('x') AS a;
      CREATE VIEW blob AS SELECT randomblob(10) AS a;
      CREATE TRIGGER boom AFTER DELETE ON t BEGIN SELECT 1; END;
      CREATE VIRTUAL TABLE search USING fts5(body);
      """
    try await Fixture.withDatabase(hostile) { database, _ throws in
      #expect(Set(database.schema.tables.map(\.name)).isSuperset(of: ["t", "good"]))
      #expect(!database.schema.tables.contains { $0.name.hasPrefix("search") })
      #expect(try database.query("SELECT a FROM good").lines == ["x"])
      for sql in ["SELECT a FROM bad", "SELECT a FROM blob", "SELECT * FROM search", "SELECT * FROM t JOIN search"] {
        let error = #expect(throws: SaraiError.self) { try database.query(sql) }
        // SQLite itself refuses unsafe functions in a view before the authorizer is asked.
        #expect(error?.code == .forbidden || error?.code == .invalidRequest, "\(sql): \(String(describing: error))")
      }
    }
  }

  @Test("Files that are no database, cut off, damaged or out of reach give an error with their name")
  func badFiles() async throws {
    try await Fixture.withDatabase { _, file throws in
      let whole = try Data(contentsOf: file)
      let other = file.deletingLastPathComponent().appending(path: "otro.db")
      func code(_ data: Data) throws -> SaraiError.Code? {
        try data.write(to: other)
        do {
          let database = try Database(path: other.path)
          for table in database.schema.tables { _ = try database.query("SELECT * FROM \(table.name)") }
          return nil
        } catch let error as SaraiError {
          #expect(error.subject != nil)
          return error.code
        }
      }
      #expect(try code(whole) == nil)
      #expect(try code(whole.prefix(600)) == .corruptFile)
      #expect(try code(whole.prefix(5_000)) == .corruptFile)
      #expect(try code(Data("SQLite format 3\0".utf8) + Data(repeating: 0, count: 84)) != nil)
      #expect(try code(Data([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1, 2])) == .corruptFile)
      #expect(try code(Data()) == .invalidRequest)
      var damaged = whole
      for index in stride(from: 4_096, to: damaged.count, by: 7) { damaged[index] ^= 0xA5 }
      #expect(try code(damaged) == .corruptFile)
      let missing = #expect(throws: SaraiError.self) { try Database(path: "/nowhere/x.db") }
      #expect(missing?.code == .notFound && missing?.subject == "/nowhere/x.db")
      let device = #expect(throws: SaraiError.self) { try Database(path: "/dev/zero") }
      #expect(device != nil)
    }
  }

  @Test("A database with a write-ahead log can be read where nothing can be written")
  func writeAheadLog() async throws {
    let statements = "PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (7);"
    try await Fixture.withDatabase(statements) { database, file throws in
      #expect(try database.query("SELECT a FROM t").lines == ["7"])
      // Beside it nothing can be made.
      let folder = file.deletingLastPathComponent().appending(path: "solo")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
      let copy = folder.appending(path: "wal #1%.db")
      try FileManager.default.copyItem(at: file, to: copy)
      #expect(try Database(path: copy.path).query("SELECT a FROM t").lines == ["7"])
    }
  }

  @Test("A database flipped bit by bit is read or refused, and nothing else happens")
  func flips() async throws {
    try await Fixture.withDatabase { _, file throws in
      let whole = try Data(contentsOf: file)
      let other = file.deletingLastPathComponent().appending(path: "otro.db")
      var generator = SystemRandomNumberGenerator()
      var refusals = 0
      for round in 0..<200 {
        var data = whole
        let index = round < 100 ? round : Int.random(in: 0..<data.count, using: &generator)
        data[index] ^= UInt8(1 << Int.random(in: 0..<8, using: &generator))
        try data.write(to: other)
        do {
          let database = try Database(path: other.path)
          for table in database.schema.tables { _ = try database.query("SELECT * FROM \"\(table.name)\"") }
        } catch is SaraiError {
          refusals += 1
        }
        #expect(try Data(contentsOf: other) == data)
      }
      #expect(refusals > 0)
    }
  }
}
