package import SaraiCore

/// Questions of common shapes as SQL, exactly or not at all.
///
/// It understands counts, sums, averages, largest and smallest values, lists with conditions and denials, groups, orders
/// and spans of time, over one table or tables that refer to each other. Every word of the question has to have its
/// place; what could be meant in two ways is left to a model.
package struct QuestionReader: Sendable {
  private let schema: Schema

  package init(schema: Schema) { self.schema = schema }

  /// Whether a question names a table or a column, in singular or plural, in either language.
  package func namesData(_ question: String, language: Language) -> Bool {
    guard let tokens = QuestionToken.tokens(of: question, language: language) else { return false }
    let names = NameIndex(schema)
    return tokens.indices.contains { names.name(tokens, $0) != nil }
  }

  /// The statement that answers the question; nil where it is not sure.
  package func sql(for question: String, language: Language) -> String? {
    guard let tokens = QuestionToken.tokens(of: question, language: language), !tokens.isEmpty,
      let nodes = Annotator(schema: schema).nodes(of: tokens),
      let reading = ReadingParser.reading(of: nodes, schema: schema)
    else { return nil }
    return QueryBuilder(schema: schema, reading: reading, language: language).sql()
  }
}
