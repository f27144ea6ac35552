import SaraiCore
import SaraiSQL
import SkillProtocol

/// Has a model write the query: with the schema before it, under a grammar of the data's names, and once more with the
/// error where SQLite refused the first.
struct QueryWriter: Sendable {
  /// Where a sandbox has the model that the manifest grants. Tests put one elsewhere.
  static let socketVariable = "SARAI_SQL_MODEL_SOCKET"
  private static let grantedSocket = "/run/sarai/grants/model-expert_short.sock"
  private static let attempts = 2
  private static let maximumTokens: UInt32 = 160
  /// Values of text columns that the model is shown.
  private static let shownValues = 5

  private let model = GrantedModel(socket: environmentValue(socketVariable) ?? grantedSocket)

  func reply(for run: QueryRun) async throws -> SkillReply {
    guard model.isThere else { throw Self.noModel }
    let schema = run.database.schema
    guard let grammar = SQLGrammar.gbnf(for: schema, question: run.question) else { throw Self.noModel }
    var usage = SkillUsage()
    var failure: SaraiError?
    var previous: String?
    for _ in 0..<Self.attempts {
      let prompt = Self.prompt(run, previous: previous, failure: failure)
      let answer = try await model.generate(
        .init(prompt: prompt, grammar: grammar, maximumTokens: Self.maximumTokens, requestID: run.request.id),
        deadline: run.request.deadline)
      usage.modelCalls += 1
      usage.promptTokens += answer.promptTokens
      usage.cachedTokens += answer.cachedTokens
      usage.completionTokens += answer.completionTokens
      // The grammar's texts end with a line break.
      let sql = String(answer.text.prefix { !$0.isNewline })
      guard answer.isComplete else {
        failure = Self.unfinished
        previous = nil
        continue
      }
      do {
        var reply = try run.reply(to: sql, by: .model)
        reply.usage = usage
        return reply
      } catch let error as SaraiError where error.code == .invalidRequest || error.code == .timeout {
        run.request.log.info("the model's query failed", ["error": SaraiError.logged(error)])
        (failure, previous) = (error, sql)
      }
    }
    throw failure.map { Self.failed($0) } ?? Self.unfinished
  }

  /// Schema, three examples and the question, as a text to go on with: small models follow examples better than orders.
  private static func prompt(_ run: QueryRun, previous: String?, failure: SaraiError?) -> String {
    let names = SQLGrammar.relevantTables(of: run.database.schema, question: run.question)
    var lines = ["Tables of a SQLite database, with columns, types and some values:"]
    lines.append(run.database.schema.summary(of: names, valuesPerColumn: shownValues))
    lines.append("")
    lines.append("Questions, each with the SQL query that answers it:")
    for (question, sql) in examples(run.database.schema, names) {
      lines += ["Question: \(question)", "SQL: \(sql)", ""]
    }
    let question = String(run.question.map { $0.isNewline ? " " : $0 }.prefix(500))
    if let previous, let failure {
      lines += ["Question: \(question)", "Wrong SQL: \(previous)", "Error: \(failure.cause ?? failure.message.en)", ""]
    }
    lines += ["Question: \(question)", "SQL: "]
    return lines.joined(separator: "\n")
  }

  /// Made of the data itself, so that they show its names in use.
  private static func examples(_ schema: Schema, _ names: [String]) -> [(String, String)] {
    var examples: [(String, String)] = []
    let tables = schema.tables.filter { names.contains($0.name) }
    if let table = tables.first {
      examples.append(("How many \(table.name) are there?", "SELECT count(*) FROM \(Names.plain(table.name))"))
    }
    for (table, number) in tables.compactMap({ table in measure(of: table).map { (table, $0) } }).prefix(1) {
      examples.append(
        (
          "¿Qué \(table.name) tienen mayor \(number.name)?",
          "SELECT * FROM \(Names.plain(table.name)) ORDER BY \(Names.plain(number.name)) DESC LIMIT 1"
        ))
    }
    for (table, text) in tables.compactMap({ table in category(of: table).map { (table, $0) } }).prefix(1) {
      examples.append(
        (
          "Which \(table.name) have \(text.name) \(text.values.last ?? "")?",
          "SELECT * FROM \(Names.plain(table.name)) WHERE \(Names.plain(text.name)) = "
            + SQLText.quoted(text: text.values.last ?? "")
        ))
      guard let number = measure(of: table) else { continue }
      examples.append(
        (
          "Average \(number.name) of \(table.name) for each \(text.name)",
          "SELECT \(Names.plain(text.name)), avg(\(Names.plain(number.name))) FROM \(Names.plain(table.name)) "
            + "GROUP BY \(Names.plain(text.name))"
        ))
    }
    return examples
  }

  /// A column of numbers that count or measure something.
  private static func measure(of table: Schema.Table) -> Schema.Column? {
    table.columns.first { $0.kind.isNumber && !$0.isPrimaryKey && !$0.name.lowercased().hasSuffix("id") }
  }

  /// The column of text with the fewest values: the likeliest to be asked for one.
  private static func category(of table: Schema.Table) -> Schema.Column? {
    table.columns.filter { $0.kind == .text && $0.values.count > 1 }.min { $0.values.count < $1.values.count }
  }

  private static var noModel: SkillError {
    SkillError(
      .notAvailable,
      es:
        "No entiendo la pregunta con reglas y no hay ningún modelo al que preguntar. Escríbela de otra manera o en SQL.",
      en: "The rules do not understand the question, and there is no model to ask. Put it another way, or in SQL.",
      subject: "model")
  }

  private static var unfinished: SaraiError {
    SaraiError(
      .notAvailable, es: "El modelo no ha terminado ninguna consulta. Haz la pregunta más sencilla o escríbela en SQL.",
      en: "The model finished no query. Ask in simpler words, or in SQL.", subject: "question")
  }

  private static func failed(_ error: SaraiError) -> SaraiError {
    SaraiError(
      .notAvailable,
      Localized(
        es: "El modelo no ha sabido escribir una consulta que funcione. Pregunta de otra manera o en SQL.",
        en: "The model could not write a query that works. Ask in another way, or in SQL."),
      subject: "question", cause: error.cause ?? error.message.en)
  }
}
