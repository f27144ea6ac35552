import SaraiCore

/// What is wrong with a schema, by the place in it.
struct SchemaFaults {
  /// The request's field that holds the schema.
  let field: String

  private func subject(_ pointer: String) -> String { pointer.isEmpty ? field : field + "#" + pointer }

  private func place(_ pointer: String) -> String { pointer.isEmpty ? "#" : "#" + GrammarText.short(pointer) }

  func wrong(_ pointer: String, es: String, en: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "El esquema JSON no sirve: en \(place(pointer)), \(es). Corrígelo.",
      en: "The JSON Schema can't be used: at \(place(pointer)), \(en). Correct it.", subject: subject(pointer))
  }

  /// A keyword that SARAi knows and can't hold a model to.
  func unsupported(_ pointer: String, _ keyword: String, es: String, en: String) -> SaraiError {
    SaraiError(
      .notAvailable,
      es: "El esquema JSON usa en \(place(pointer)) «\(GrammarText.short(keyword))», que SARAi no admite: \(es).",
      en: "The JSON Schema uses \"\(GrammarText.short(keyword))\" at \(place(pointer)), which SARAi does not support: "
        + "\(en).", subject: subject(pointer + "/" + keyword))
  }

  func tooLarge(_ pointer: String, es: String, en: String) -> SaraiError {
    SaraiError(
      .tooLarge, es: "El esquema JSON es demasiado grande: \(es). Simplifícalo.",
      en: "The JSON Schema is too large: \(en). Simplify it.", subject: subject(pointer))
  }
}

enum GrammarText {
  static func short(_ text: String) -> String { text.utf8.count <= 120 ? text : String(text.prefix(120)) + "…" }
}
