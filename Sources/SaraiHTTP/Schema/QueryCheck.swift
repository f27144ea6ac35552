import SaraiCore

extension [Field] {
  /// Reads what stands after the `?` of an address and checks it against this table: names and values as in forms, a
  /// list as the same name several times.
  ///
  /// - Returns: The values with the types that the table gives them.
  /// - Throws: `SaraiError` (`invalidRequest`), its subject the name.
  func check(query: String?) throws(SaraiError) -> JSONObject {
    var given = JSONObject()
    for pair in (query ?? "").split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = Self.decoded(parts[0]), let text = Self.decoded(parts.count > 1 ? parts[1] : "") else {
        throw SaraiError(
          .invalidRequest, es: "«\(pair.prefix(64))» no está bien codificado: escríbelo como %XX en UTF-8.",
          en: "\"\(pair.prefix(64))\" is not encoded well: write it as %XX in UTF-8.", subject: "query")
      }
      guard let field = first(where: { $0.name == name }) else {
        // Says which names there are.
        try check([name: .null])
        continue
      }
      if let element = field.shape.element {
        given[name] = .array((given[name]?.arrayValue ?? []) + [element.value(of: text)])
      } else if given[name] == nil {
        given[name] = field.shape.value(of: text)
      } else {
        throw SaraiError(
          .invalidRequest, es: "«\(name)» solo puede darse una vez.", en: "\"\(name)\" can be given only once.",
          subject: name)
      }
    }
    return try check(given)
  }

  private static func decoded(_ text: Substring) -> String? {
    Route.percentDecoded(text.replacing("+", with: " ")[...])
  }
}

extension Shape {
  /// Of lists, what each element is.
  fileprivate var element: Shape? {
    switch self {
    case .list(let element, _): element
    case .oneOf(let shapes): shapes.lazy.compactMap(\.element).first
    default: nil
    }
  }

  /// A text as the value that this shape has, or as itself where it has none such.
  fileprivate func value(of text: String) -> JSONValue {
    switch self {
    case .integer: Int64(text).map(JSONValue.integer) ?? .string(text)
    case .number: Double(text).map(JSONValue.number) ?? .string(text)
    case .boolean where text == "true" || text == "false": .bool(text == "true")
    default: .string(text)
    }
  }
}
