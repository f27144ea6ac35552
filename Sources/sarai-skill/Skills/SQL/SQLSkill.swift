import CAllocator
import SaraiCore
import SaraiSQL
import SkillProtocol
import Synchronization

/// Answers questions about a SQLite database or CSV files: by rules where a question has a known shape, else with a
/// model that writes the query under a grammar of the data's own names. Nothing is ever written.
///
/// Options of a request: `data`, the absolute path of the data; `format`, `text` or `json`; `model`, `auto`, `related`,
/// `never` or `always`; `rows`, how many rows to give at most.
struct SQLSkill: Skill {
  static let name = "sql"
  static let version = SaraiVersion.current

  struct Settings: Decodable {
    /// Where the data is, for requests that do not say.
    var data: String?
    /// `auto`, `related`, `never` or `always`, for requests that do not say.
    var model: String?
    /// How long one query may take.
    var querySeconds: Double?
  }

  private let settings: Settings
  private let databases = OpenDatabases()
  private let writer = QueryWriter()

  init(configuration: SkillConfiguration) throws { settings = try configuration.decoded(as: Settings.self) }

  func infer(_ request: SkillRequest) async throws -> SkillReply {
    let own = settings.model.map { ["model": $0] } ?? [:]
    let options = try SQLOptions(own.merging(request.options) { $1 })
    let question = try request.text
    guard let path = options.data ?? settings.data else { throw Self.noData }
    let database = try databases.database(at: path)
    var limits = QueryLimits()
    limits.rows = options.rows
    if let seconds = settings.querySeconds { limits.seconds = min(60, max(0.1, seconds)) }
    let language = Language(tag: request.language) ?? .english
    let run = QueryRun(
      database: database, limits: limits, question: question, language: language, options: options, request: request)
    return try await answer(run)
  }

  private func answer(_ run: QueryRun) async throws -> SkillReply {
    if SQLOptions.looksLikeSQL(run.question) {
      do {
        return try run.reply(to: run.question, by: .person)
      } catch let error as SaraiError where error.code == .invalidRequest {
        // "select the customers from Madrid" may be a question.
        guard let sql = run.exactQuery else { throw error }
        return try run.reply(to: sql, by: .rules)
      }
    }
    if let sql = run.exactQuery { return try run.reply(to: sql, by: .rules) }
    guard run.options.mayAskModel, !run.options.asksModelOfDataOnly || run.namesData else { return .none }
    if let error = ChangeRequest.find(in: run.question) { throw error }
    return try await writer.reply(for: run)
  }

  private static var noData: SkillError {
    SkillError(
      .invalidRequest,
      es: "No sé qué datos consultar. Da un archivo: `sarai skill run sql --grant ARCHIVO \"pregunta\"`.",
      en: "There is no data to ask. Give a file: `sarai skill run sql --grant FILE \"question\"`.", subject: "data")
  }
}

/// What a request's options say.
struct SQLOptions {
  enum Format: String { case text, json }

  var data: String?
  var format = Format.text
  var mayAskModel = true
  var mayUseRules = true
  /// Other questions are somebody else's.
  var asksModelOfDataOnly = false
  var rows = QueryLimits().rows

  init(_ options: [String: String]) throws {
    if let path = options["data"] {
      guard path.hasPrefix("/") else { throw Self.wrong("data") }
      data = path
    }
    if let files = options["files"], files.contains("\n") {
      throw SkillError(
        .invalidRequest,
        es:
          "Se pregunta por una sola base de datos o carpeta cada vez: para varios CSV, da la carpeta en la que están.",
        en: "One database or folder is asked at a time: for several CSV files, give the folder that they are in.",
        subject: "files")
    }
    if let text = options["format"] {
      guard let format = Format(rawValue: text) else { throw Self.wrong("format") }
      self.format = format
    }
    if let text = options["model"] {
      guard ["auto", "related", "never", "always"].contains(text) else { throw Self.wrong("model") }
      mayAskModel = text != "never"
      mayUseRules = text != "always"
      asksModelOfDataOnly = text == "related"
    }
    if let text = options["rows"] {
      guard let number = Int(text), (1...1_000).contains(number) else { throw Self.wrong("rows") }
      rows = number
    }
  }

  private static func wrong(_ name: String) -> SkillError {
    SkillError(
      .invalidRequest, es: "La opción \(name) no vale. Mira las opciones en skills/sql/SKILL.md.",
      en: "The option \(name) is wrong. skills/sql/SKILL.md says what it takes.", subject: name)
  }

  private static let statements: [[String]] = [
    ["select"], ["with"], ["values"], ["pragma"], ["explain"], ["vacuum"], ["attach"], ["detach"], ["reindex"],
    ["analyze"], ["begin"], ["commit"], ["rollback"], ["savepoint"], ["release"], ["insert", "into"],
    ["insert", "or"], ["replace", "into"], ["delete", "from"], ["drop", "table"], ["drop", "view"], ["drop", "index"],
    ["drop", "trigger"], ["create"], ["alter", "table"], ["update"],
  ]

  /// Whether a text begins as a statement does. What only looks like one is a question all the same.
  static func looksLikeSQL(_ text: String) -> Bool {
    var rest = text[...].drop { $0.isWhitespace || $0 == "(" || $0 == ";" }
    if rest.hasPrefix("--") || rest.hasPrefix("/*") { return true }
    var words: [String] = []
    for _ in 0..<2 {
      let word = rest.prefix { $0.isLetter }
      words.append(word.lowercased())
      rest = rest.dropFirst(word.count).drop { $0.isWhitespace }
    }
    return statements.contains { words.starts(with: $0) }
  }
}

/// The data that was asked last stays open: reading a schema, and above all a CSV file, takes longer than most queries.
private final class OpenDatabases: Sendable {
  private struct Entry {
    var path: String
    var identity: String
    var database: Database
  }

  private static let maximum = 2
  private let entries = Mutex<[Entry]>([])

  func database(at path: String) throws -> Database {
    let identity = try Database.identity(ofDataAt: path)
    let known = entries.withLock { entries in
      // What has changed is read anew.
      entries.removeAll { $0.path == path && $0.identity != identity }
      return entries.first { $0.path == path }?.database
    }
    if let known { return known }
    // Memory is short: what was open makes room before more is loaded.
    entries.withLock { entries in
      if entries.count >= Self.maximum { entries.removeFirst() }
    }
    let opened = try Database(path: path)
    // A CSV file was several times its size while it was read.
    sarai_allocator_trim()
    entries.withLock { entries in
      if !entries.contains(where: { $0.path == path }) {
        entries.append(Entry(path: path, identity: identity, database: opened))
      }
    }
    return opened
  }
}
