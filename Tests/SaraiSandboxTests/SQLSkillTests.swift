import CSQLite
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import SaraiCore
@testable import SaraiSandbox
import SkillProtocol
import TestSupport
import Testing

/// The skill `sql` in its sandbox, with data as a file grant and the real engine behind its model grant.
@Suite(.serialized, .timeLimit(.minutes(10))) struct SQLSkillTests {
  typealias Calls = Sarai_Skills_V1_Skill.Client<HTTP2ClientTransport.Posix>

  // MARK: - What runs

  /// Starts a program in a sandbox, and ends it after `body`.
  private func withProgram<Result: Sendable>(
    _ profile: SandboxProfile, arguments: [String], environment: [String: String] = [:],
    _ body: @Sendable (String) async throws -> Result
  ) async throws -> Result {
    let user = try #require(SandboxUser.all.first)
    let printed = Printed()
    let program = try await SandboxSubject.bubblewrap.backend(user).launch(
      SandboxLaunch(profile, arguments: arguments, environment: environment), output: printed.receive)
    let end = Task {
      let exit = await program.waitForExit()
      printed.finish()
      return exit
    }
    let line = await printed.nextLine()
    let first = try #require(line, "\(printed.error)")
    #expect(first.contains("\"ready\":true"), "\(first)")
    let socket = try #require(program.socket)
    do {
      let result = try await body(socket)
      await program.terminate(graceSeconds: 20)
      #expect(await end.value.reason == .exited(code: 0), "\(printed.error)")
      return result
    } catch {
      await program.terminate(graceSeconds: 1)
      _ = await end.value
      throw error
    }
  }

  private func withSkill<Result: Sendable>(
    data: [URL], model: String? = nil, _ body: @Sendable (Calls) async throws -> Result
  ) async throws -> Result {
    var profile = SandboxProfile(
      name: "sql", kind: .native, executable: TestParts.executable("sarai-skill").resolvingSymlinksInPath().path,
      readOnly: data.map { .init(host: $0.path) },
      sockets: model.map { [.init(name: "model-expert_short", host: $0)] } ?? [], serves: true)
    profile.limits.memoryBytes = 768 << 20
    profile.limits.tasks = 32
    return try await withProgram(
      profile, arguments: ["sql"], environment: ["SARAI_SKILL_SOCKET": SandboxPaths.socket]
    ) { socket in
      try await withGRPCClient(
        transport: .http2NIOPosix(target: .unixDomainSocket(path: socket), transportSecurity: .plaintext)
      ) { try await body(Calls(wrapping: $0)) }
    }
  }

  private func withEngine<Result: Sendable>(_ body: @Sendable (String) async throws -> Result) async throws -> Result {
    let model = TestParts.smolLM2.resolvingSymlinksInPath().path
    var profile = SandboxProfile(
      name: "engine", kind: .engine, executable: TestParts.executable("sarai-engine").resolvingSymlinksInPath().path,
      readOnly: [.init(host: model, inside: "/model.gguf")], serves: true)
    profile.limits.memoryBytes = 2 << 30
    return try await withProgram(
      profile,
      arguments: [
        "serve", "--socket", SandboxPaths.socket, "--model", "/model.gguf", "--context", "2048", "--name", "smol",
      ], environment: ["GGML_NO_BACKTRACE": "1", "SWIFT_BACKTRACE": "enable=no"], body)
  }

  private static func shop(in folder: URL, pragma: String = "") throws -> URL {
    let file = folder.appending(path: "tienda.db")
    let sql = try String(contentsOf: TestParts.root.appending(path: "Benchmarks/sql/shop.sql"), encoding: .utf8)
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    try #require(sqlite3_open(file.path, &database) == SQLITE_OK)
    try #require(sqlite3_exec(database, pragma + sql, nil, nil, nil) == SQLITE_OK)
    return file
  }

  private static func request(
    _ text: String, _ data: URL?, language: String = "es", _ options: [String: String] = [:]
  ) -> Sarai_Skills_V1_InferRequest {
    var request = Sarai_Skills_V1_InferRequest()
    request.input.text = Data(text.utf8)
    request.language = language
    request.options = options
    if let data { request.options["data"] = data.path }
    return request
  }

  private static func error(
    _ body: () async throws -> some Any
  ) async throws -> Sarai_Skills_V1_ErrorDetail {
    let error = await #expect(throws: RPCError.self) { _ = try await body() }
    return try #require(error.flatMap { Sarai_Skills_V1_ErrorDetail($0) })
  }

  // MARK: - Tests

  @Test("Questions and statements are answered in a sandbox from SQLite, with a write-ahead log too, and from CSV")
  func answers() async throws {
    try await withTemporaryFolder { folder in
      let shop = try Self.shop(in: folder)
      let second = folder.appending(path: "wal")
      try FileManager.default.createDirectory(at: second, withIntermediateDirectories: false)
      let log = try Self.shop(in: second, pragma: "PRAGMA journal_mode = WAL;")
      let csv = folder.appending(path: "gastos.csv")
      try Data("concepto;importe\nluz;1.234,50\nagua;20,25\n".utf8).write(to: csv)
      try await withSkill(data: [shop, log, csv]) { calls in
        func ask(_ text: String, _ data: URL, _ language: String = "es", _ options: [String: String] = [:]) async throws
          -> String
        {
          let reply = try await calls.infer(Self.request(text, data, language: language, options))
          return String(decoding: reply.output.json.isEmpty ? reply.output.text : reply.output.json, as: UTF8.self)
        }
        let spanish = try await ask("¿Cuántos clientes hay en Madrid?", shop)
        #expect(spanish.contains("El resultado es 3.") && spanish.contains("SQL: SELECT count(*)"), "\(spanish)")
        #expect(try await ask("average price of the products", log, "en").contains("The result is 104.5."))
        #expect(try await ask("suma del importe de los gastos", csv).contains("El resultado es 1254,75."))
        let table = try await ask("SELECT nombre, precio FROM productos WHERE precio > 100 ORDER BY 2", shop)
        #expect(table.contains("| Monitor | 180 |\n| Mesa | 210 |"), "\(table)")
        let json = try await ask("número de clientes por ciudad", shop, "es", ["format": "json"])
        #expect(json.contains("\"written_by\":\"rules\"") && json.contains("[\"Madrid\",3]"), "\(json)")
        let reply = try await calls.infer(Self.request("escribe un poema", shop, ["model": "never"]))
        #expect(!reply.hasOutput)
      }
    }
  }

  @Test("What is not to be answered is an error that says why, and the data stays as it is")
  func refusals() async throws {
    try await withTemporaryFolder { folder in
      let shop = try Self.shop(in: folder)
      let before = try Data(contentsOf: shop)
      try await withSkill(data: [shop]) { calls in
        func error(_ text: String, _ data: URL?, _ options: [String: String] = [:]) async throws
          -> Sarai_Skills_V1_ErrorDetail
        {
          try await Self.error { try await calls.infer(Self.request(text, data, options)) }
        }
        for text in [
          "DROP TABLE clientes", "SELECT 1; DELETE FROM clientes", "PRAGMA writable_schema = 1",
          "ATTACH '/etc/passwd' AS x", "UPDATE clientes SET edad = 1", "SELECT load_extension('x')",
        ] {
          #expect(try await error(text, shop).code == "forbidden", "\(text)")
        }
        #expect(try await error("SELECT nada FROM clientes", shop).code == "invalid_request")
        #expect(try await error("¿cuántos clientes hay?", nil).subject == "data")
        #expect(try await error("¿cuántos clientes hay?", URL(filePath: "/etc/passwd")).code == "not_found")
        #expect(try await error("¿cuántos?", shop, ["format": "xml"]).subject == "format")
        // No model was granted.
        let unknown = try await error("¿qué clientes volverán pronto?", shop)
        #expect(unknown.code == "not_available" && unknown.messageEs.contains("modelo"))
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
        #expect(try await error(endless, shop).code == "timeout")
        #expect(try await !calls.infer(Self.request("¿cuántos clientes hay?", shop)).output.text.isEmpty)
      }
      #expect(try Data(contentsOf: shop) == before)
    }
  }

  struct Question: Sendable {
    var language: String
    var text: String
    var gold: String
  }

  private static func questions() throws -> [Question] {
    let file = TestParts.root.appending(path: "Benchmarks/sql/questions.tsv")
    return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }.map {
      let fields = $0.split(separator: "\t").map(String.init)
      try #require(fields.count == 3, "\($0)")
      return Question(language: fields[0], text: fields[1], gold: fields[2])
    }
  }

  private struct Answer: Decodable {
    var rows: [[Cell]]
    var sql: String
    var written_by: String

    enum Cell: Decodable, Hashable {
      case null, number(Double), text(String)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
          self = .null
        } else if let number = try? container.decode(Double.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }
  }

  /// Whether each row that was expected has a row of its own that holds its values, and none is left over: more columns
  /// than asked for do no harm.
  private static func holds(_ rows: [[Answer.Cell]], _ expected: [[Answer.Cell]]) -> Bool {
    guard rows.count == expected.count else { return false }
    var left = rows
    for row in expected {
      guard let index = left.firstIndex(where: { Set(row).isSubset(of: $0) }) else { return false }
      left.remove(at: index)
    }
    return true
  }

  @Test("What the rules answer of the questions written for the model, they answer right")
  func rules() async throws {
    try await withTemporaryFolder { folder in
      let shop = try Self.shop(in: folder)
      try await withSkill(data: [shop]) { calls in
        var answered = 0
        let questions = try Self.questions()
        for question in questions {
          let reply = try await calls.infer(
            Self.request(question.text, shop, language: question.language, ["format": "json", "model": "never"]))
          guard reply.hasOutput else { continue }
          let answer = try JSONDecoder().decode(Answer.self, from: reply.output.json)
          let gold = try await calls.infer(Self.request(question.gold, shop, ["format": "json"]))
          let expected = try JSONDecoder().decode(Answer.self, from: gold.output.json)
          #expect(Self.holds(answer.rows, expected.rows), "\(question.text): \(answer.sql)")
          answered += 1
        }
        print("sql rules: \(answered) of \(questions.count) answered")
        #expect(answered > 0)
      }
    }
  }

  /// What small models get right is measured here and told; what is held is that each answer is a query of the data, or
  /// an error that says why there is none.
  @Test("The real engine's default model writes queries that run, or the person is told that it could not")
  func model() async throws {
    try await withTemporaryFolder { folder in
      let shop = try Self.shop(in: folder)
      try await withEngine { engine in
        try await withSkill(data: [shop], model: engine) { calls in
          var right = 0
          var ran = 0
          let questions = try Self.questions()
          for question in questions {
            let options = ["format": "json", "model": "always"]
            do {
              let reply = try await calls.infer(
                Self.request(question.text, shop, language: question.language, options))
              let answer = try JSONDecoder().decode(Answer.self, from: reply.output.json)
              let gold = try await calls.infer(Self.request(question.gold, shop, ["format": "json"]))
              let expected = try JSONDecoder().decode(Answer.self, from: gold.output.json)
              #expect(answer.written_by == "model" && answer.sql.hasPrefix("SELECT "))
              #expect(reply.usage.modelCalls >= 1 && reply.usage.completionTokens > 0)
              ran += 1
              let isRight = Self.holds(answer.rows, expected.rows)
              if isRight { right += 1 }
              print("sql model:", isRight ? "right" : "wrong", question.text, "→", answer.sql)
            } catch let error as RPCError {
              let detail = try #require(Sarai_Skills_V1_ErrorDetail(error))
              #expect(detail.code == "not_available", "\(detail)")
              print("sql model: none", question.text, "→", detail.cause)
            }
          }
          print("sql model: \(right) of \(questions.count) right, \(ran) ran")
          #expect(ran > 0)
        }
      }
    }
  }
}
