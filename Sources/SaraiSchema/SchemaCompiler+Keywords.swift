import SaraiCore

extension SchemaCompiler {
  /// Say nothing about values.
  static let annotations: Set<String> = [
    "$schema", "$id", "id", "$anchor", "$comment", "$defs", "definitions", "title", "description", "default", "example",
    "examples", "deprecated", "readOnly", "writeOnly", "contentMediaType", "contentEncoding", "discriminator",
    "externalDocs", "xml",
  ]

  static let keywordsOfTypes: [String: [String]] = [
    "object": [
      "properties", "required", "additionalProperties", "minProperties", "maxProperties", "patternProperties",
      "propertyNames", "dependentRequired", "dependencies",
    ],
    "array": ["items", "prefixItems", "additionalItems", "minItems", "maxItems", "uniqueItems"],
    "string": ["minLength", "maxLength", "pattern"],
    "number": ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ]

  static let general: Set<String> = [
    "type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "nullable", "format",
  ]

  private static let supported = general.union(keywordsOfTypes.values.joined())

  /// Known, and beyond a grammar of reasonable size.
  private static let unsupported: [String: (es: String, en: String)] = [
    "not": ("di lo que vale, en vez de lo que no", "say what is allowed instead of what is not"),
    "if": ("usa «anyOf»", "use \"anyOf\""), "then": ("usa «anyOf»", "use \"anyOf\""),
    "else": ("usa «anyOf»", "use \"anyOf\""),
    "dependentSchemas": ("usa «anyOf»", "use \"anyOf\""), "contains": ("usa «items»", "use \"items\""),
    "minContains": ("usa «minItems»", "use \"minItems\""), "maxContains": ("usa «maxItems»", "use \"maxItems\""),
    "unevaluatedItems": ("usa «items»", "use \"items\""),
    "unevaluatedProperties": ("usa «additionalProperties»", "use \"additionalProperties\""),
    "$dynamicRef": ("usa «$ref»", "use \"$ref\""), "$recursiveRef": ("usa «$ref»", "use \"$ref\""),
    "contentSchema": ("describe el texto con «pattern»", "describe the text with \"pattern\""),
  ]

  func checkKeywords(_ schema: JSONObject, _ pointer: String) throws(SaraiError) {
    for key in schema.keys {
      if Self.supported.contains(key) || Self.annotations.contains(key) || key.hasPrefix("x-") { continue }
      if let instead = Self.unsupported[key] {
        throw faults.unsupported(pointer, key, es: instead.es, en: instead.en)
      }
      throw faults.wrong(
        pointer, es: "no se conoce la palabra «\(GrammarText.short(key))»",
        en: "the keyword \"\(GrammarText.short(key))\" is unknown")
    }
  }

  /// Whether anything in it says what values may be.
  static func constrains(_ schema: JSONObject) -> Bool {
    schema.keys.contains { !annotations.contains($0) && !$0.hasPrefix("x-") }
  }

  /// The types of the place's values: those it names, or else those that its keywords are about; none is all.
  func types(of schema: JSONObject, _ pointer: String) throws(SaraiError) -> [String] {
    let all: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]
    if let given = schema["type"] {
      let names = given.arrayValue?.map { $0.stringValue ?? "" } ?? [given.stringValue ?? ""]
      guard !names.isEmpty, names.allSatisfy(all.contains), Set(names).count == names.count else {
        throw faults.wrong(
          pointer, es: "«type» debe ser uno o varios de \(all.sorted().joined(separator: ", "))",
          en: "\"type\" must be one or more of \(all.sorted().joined(separator: ", "))")
      }
      return names.contains("number") ? names.filter { $0 != "integer" } : names
    }
    let meant = ["object", "array", "string", "number"].filter { type in
      Self.keywordsOfTypes[type, default: []].contains { schema[$0] != nil }
    }
    return meant.isEmpty && schema["format"] != nil ? ["string"] : meant
  }

  /// A whole number that a keyword holds.
  func count(_ keyword: String, _ schema: JSONObject, _ pointer: String) throws(SaraiError) -> Int? {
    guard let value = schema[keyword] else { return nil }
    guard let number = value.integerValue, number >= 0 else {
      throw faults.wrong(
        pointer, es: "«\(keyword)» debe ser un entero desde 0", en: "\"\(keyword)\" must be a whole number from 0")
    }
    return Int(min(number, Int64(Int32.max)))
  }

  func checkOrder(_ least: Int, _ most: Int?, _ pointer: String) throws(SaraiError) {
    if let most, most < least {
      throw faults.wrong(pointer, es: "el mínimo pasa del máximo", en: "the minimum exceeds the maximum")
    }
  }

  // MARK: - enum and const

  mutating func literals(
    _ alternatives: JSONValue, _ schema: JSONObject, _ pointer: String
  ) throws(SaraiError) -> GrammarExpression {
    guard let values = alternatives.arrayValue, !values.isEmpty else {
      throw faults.wrong(
        pointer, es: "«enum» debe ser una lista con valores", en: "\"enum\" must be an array with values")
    }
    guard values.count <= 1_000 else {
      throw faults.tooLarge(pointer, es: "«enum» pasa de 1000 valores", en: "\"enum\" has more than 1,000 values")
    }
    for key in schema.keys where Self.supported.contains(key) && !["enum", "const", "type", "nullable"].contains(key) {
      throw faults.unsupported(
        pointer, key, es: "junto a «enum» o «const» basta con los valores",
        en: "beside \"enum\" or \"const\" the values are enough")
    }
    let types = try types(of: schema, pointer)
    var fitting = values.filter { value in types.isEmpty || types.contains { Self.isOf($0, value) } }
    if let only = schema["const"], schema["enum"] != nil { fitting = fitting.filter { $0 == only } }
    if schema["nullable"] == true, !fitting.contains(.null) { fitting.append(.null) }
    guard !fitting.isEmpty else {
      throw faults.wrong(pointer, es: "ningún valor es de su «type»", en: "no value is of its \"type\"")
    }
    var seen: Set<String> = []
    let texts = fitting.map(JSONPieces.written).filter { seen.insert($0).inserted }
    return texts.count == 1 ? .text(texts[0]) : rules.share(.choice(texts.map { .text($0) }))
  }

  static func isOf(_ type: String, _ value: JSONValue) -> Bool {
    switch (type, value) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array), ("object", .object),
      ("number", .number), ("number", .integer), ("integer", .integer):
      true
    case ("integer", .number): value.integerValue != nil
    default: false
    }
  }
}
