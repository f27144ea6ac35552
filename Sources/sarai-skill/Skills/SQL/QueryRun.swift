import SaraiCore
import SaraiSQL
import SkillProtocol

/// One question on its way to an answer.
struct QueryRun: Sendable {
  /// Who wrote the statement.
  enum Author: String { case person, rules, model }

  let database: Database
  let limits: QueryLimits
  let question: String
  let language: Language
  let options: SQLOptions
  let request: SkillRequest

  /// The statement that the rules are sure of.
  var exactQuery: String? {
    options.mayUseRules ? QuestionReader(schema: database.schema).sql(for: question, language: language) : nil
  }

  var namesData: Bool { QuestionReader(schema: database.schema).namesData(question, language: language) }

  /// Runs a statement and words what it gave.
  func reply(to sql: String, by author: Author) throws -> SkillReply {
    let result = try database.query(sql, limits: limits) { Task.isCancelled }
    request.log.debug("query", ["author": author.rawValue, "rows": "\(result.rows.count)"])
    let answer = QueryAnswer(result: result, author: author, language: language, notes: database.schema.notes)
    switch options.format {
    case .text: return .text(answer.text)
    case .json: return .json(answer.json)
    }
  }
}
