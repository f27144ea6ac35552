import SaraiCore
import TestSupport
import Testing

@testable import SaraiSchema

/// JSON Schema as grammars, without a model.
struct SchemaTests {
  private func grammar(_ schema: String, isStrict: Bool = false) throws -> String {
    try SchemaCompiler.grammar(of: JSONValue(parsing: schema), field: "schema", isStrict: isStrict).gbnf
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    var schema: String
    var place: String
    var code = SaraiError.Code.notAvailable
    var isStrict = false
    var testDescription: String { schema }
  }

  static let refused: [Refused] = [
    Refused(schema: #"{"not": {"type": "string"}}"#, place: "#/not"),
    Refused(
      schema: #"{"type": "object", "patternProperties": {"^a": {}}, "properties": {"b": {}}}"#,
      place: "#/patternProperties"),
    Refused(
      schema: #"{"patternProperties": {"^a": {"type": "string"}, "b$": {"type": "integer"}}}"#,
      place: "#/patternProperties"),
    Refused(schema: #"{"propertyNames": {"pattern": "^a"}, "required": ["ab"]}"#, place: "#/propertyNames"),
    Refused(schema: #"{"propertyNames": {"pattern": "^a"}, "minProperties": 2}"#, place: "#/minProperties"),
    Refused(schema: #"{"dependentRequired": {"a": {"b": 1}}}"#, place: "#/dependentRequired"),
    Refused(schema: #"{"dependencies": {"a": {"required": ["b"]}}}"#, place: "#/dependencies"),
    Refused(schema: #"{"oneOf": [{"required": ["a"]}, {"required": ["a", "b"]}]}"#, place: "#/oneOf"),
    Refused(
      schema: #"{"oneOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"a": {}, "b": {}}}]}"#,
      place: "#/oneOf"),
    Refused(
      schema: #"{"type": "array", "items": {"enum": [[1], [1.0]]}, "uniqueItems": true}"#, place: "#/uniqueItems"),
    Refused(
      schema: #"{"properties": {"a": {}}, "minProperties": 2, "additionalProperties": false}"#, place: "",
      code: .invalidRequest),
    Refused(
      schema: #"{"type": "array", "items": {"enum": [1, 1.0, 2]}, "uniqueItems": true, "minItems": 3}"#, place: "",
      code: .invalidRequest),
    Refused(
      schema: #"{"type": "object", "properties": {"a/b": {"if": {}}}}"#, place: "#/properties/a~1b/if"),
    Refused(schema: #"{"type": "array", "uniqueItems": true}"#, place: "#/uniqueItems"),
    Refused(schema: #"{"type": "array", "items": {"type": "array", "contains": {}}}"#, place: "#/items/contains"),
    Refused(schema: #"{"type": "string", "pattern": "(?=a)b"}"#, place: "#/pattern"),
    Refused(schema: #"{"type": "string", "pattern": "(a)\\1"}"#, place: "#/pattern"),
    Refused(schema: #"{"type": "string", "pattern": "a", "maxLength": 3}"#, place: "#/pattern"),
    Refused(schema: #"{"type": "string", "format": "iri"}"#, place: "#/format"),
    Refused(schema: #"{"type": "number", "minimum": 0.5}"#, place: "#/minimum"),
    Refused(schema: #"{"type": "integer", "multipleOf": 7}"#, place: "#/multipleOf"),
    Refused(schema: #"{"$ref": "https://example.org/schema"}"#, place: "#/$ref"),
    Refused(schema: #"{"oneOf": [{"type": "integer"}, {"type": "number"}]}"#, place: "#/oneOf"),
    Refused(schema: #"{"oneOf": [{"type": "string"}, {"minLength": 3}]}"#, place: "#/oneOf"),
    Refused(schema: #"{"type": "object", "minProperties": 2}"#, place: "#/minProperties"),
    Refused(
      schema: #"{"allOf": [{"properties": {"a": {}}, "additionalProperties": false}, {"properties": {"b": {}}}]}"#,
      place: "#/allOf/1/additionalProperties"),
    Refused(schema: #"{"typo": 1}"#, place: "", code: .invalidRequest),
    Refused(schema: #"{"type": "strin"}"#, place: "", code: .invalidRequest),
    Refused(schema: #"{"enum": []}"#, place: "", code: .invalidRequest),
    Refused(schema: #"{"enum": [1], "type": "string"}"#, place: "", code: .invalidRequest),
    Refused(schema: #"{"type": "string", "minLength": 4, "maxLength": 3}"#, place: "", code: .invalidRequest),
    Refused(schema: #"{"type": "integer", "minimum": 4, "maximum": 3}"#, place: "", code: .invalidRequest),
    Refused(schema: ##"{"$ref": "#/$defs/none"}"##, place: "", code: .invalidRequest),
    Refused(schema: ##"{"$ref": "#"}"##, place: "", code: .invalidRequest),
    Refused(
      schema:
        ##"{"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##,
      place: "#/$defs/b/anyOf/0", code: .invalidRequest),
    // It requires itself without end.
    Refused(
      schema:
        ##"{"$defs": {"n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}, "required": ["n"]}}, "$ref": "#/$defs/n"}"##,
      place: "#/$defs/n", code: .invalidRequest),
    Refused(
      schema: #"{"type": "object", "required": ["a"], "additionalProperties": false}"#, place: "", code: .invalidRequest
    ),
    Refused(schema: #"{"type": "string", "pattern": "(a"}"#, place: "", code: .invalidRequest),
    Refused(schema: #"{"type": "string", "pattern": "*a"}"#, place: "", code: .invalidRequest),
    Refused(schema: "false", place: "", code: .invalidRequest),
    Refused(schema: "3", place: "", code: .invalidRequest),
    Refused(
      schema: #"{"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}"#, place: "",
      code: .invalidRequest, isStrict: true),
    Refused(
      schema: #"{"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}"#, place: "",
      code: .invalidRequest, isStrict: true),
    Refused(schema: #"{"type": "string", "maxLength": 1000000}"#, place: "", code: .tooLarge),
    Refused(schema: #"{"type": "array", "minItems": 100000}"#, place: "", code: .tooLarge),
  ]

  @Test(arguments: refused)
  func `what can't be held to is refused by name, with its place and what to do`(_ one: Refused) throws {
    let error = #expect(throws: SaraiError.self) { try grammar(one.schema, isStrict: one.isStrict) }
    #expect(error?.code == one.code, "\(String(describing: error))")
    #expect(error?.subject?.hasSuffix("schema" + one.place) == true, "\(String(describing: error?.subject))")
    if one.code == .notAvailable, let keyword = one.place.split(separator: "/").last {
      #expect(
        error?.message.en.contains("\"\(keyword)\"") == true && error?.message.es.contains("«\(keyword)»") == true)
    }
  }

  @Test func `schemas without end, depth or number are refused or compiled within bounds`() throws {
    var deep: JSONValue = ["type": "string"]
    for _ in 0..<400 { deep = ["type": "array", "items": deep] }
    let error = #expect(throws: SaraiError.self) { try SchemaCompiler.grammar(of: deep, field: "schema") }
    #expect(error?.code == .tooLarge)

    var wide = JSONObject()
    for index in 0..<20_000 { wide["p\(index)"] = ["type": "string"] }
    let large = #expect(throws: SaraiError.self) {
      try SchemaCompiler.grammar(of: ["type": "object", "properties": .object(wide)], field: "schema")
    }
    #expect(large?.code == .tooLarge)

    // Each of twenty alternatives within each other doubles what was there before.
    var doubling: JSONValue = ["type": "object", "properties": ["x": ["type": "string"]]]
    for _ in 0..<20 { doubling = ["anyOf": [doubling, doubling], "type": "object"] }
    let many = #expect(throws: SaraiError.self) { try SchemaCompiler.grammar(of: doubling, field: "schema") }
    #expect(many?.code == .tooLarge)

    for index in 0..<rounds(500, soak: 10_000) {
      let schema: JSONValue = [
        "type": "object", "properties": ["p\(index)": ["type": "integer", "maximum": .integer(Int64(index))]],
      ]
      #expect(try SchemaCompiler.grammar(of: schema, field: "schema").gbnf.utf8.count < 2_000)
    }
  }

  @Test(arguments: [
    #"{"type": "object", "properties": {"a": {"type": "string", "title": "A"}}, "required": ["a"], "additionalProperties": false, "$schema": "x", "x-own": 1}"#,
    #"{"anyOf": [{"type": "string"}, {"type": "null"}], "default": null, "description": "d"}"#,
    #"{"oneOf": [{"type": "string"}, {"type": "object", "properties": {}}]}"#,
    ##"{"$defs": {"a": {"enum": ["x"]}}, "allOf": [{"$ref": "#/$defs/a"}], "description": "as pydantic writes it"}"##,
    #"{"type": "string", "format": "date-time", "minLength": 1}"#,
  ])
  func `what clients commonly send compiles`(_ schema: String) throws {
    #expect(try grammar(schema).hasPrefix("root ::= "))
  }

  @Test func `a call is read as it was written, and one that was cut off stays text`() {
    let call = ToolCall(name: "get_weather", arguments: #"{"city": "León", "days": 1.50}"#)
    let text = ToolText.written(call) + "\n" + ToolText.written(call)
    for size in [1, 3, 7, 1_000] {
      var reader = ToolCallReader()
      var pieces: [ToolCallReader.Piece] = []
      var rest = Substring(text)
      while !rest.isEmpty {
        pieces += reader.push(String(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
      #expect(pieces + reader.finish() == [.call(call), .call(call)])
    }
    var cut = ToolCallReader()
    let beginning = String(text.prefix(30))
    #expect(cut.push(beginning).isEmpty)
    #expect(cut.finish() == [.text(beginning)])
    var plain = ToolCallReader()
    #expect(plain.push("<").isEmpty)
    #expect(plain.push("b>no call") == [.text("<b>no call")])
  }

  @Test func `tools are described to the model with their schemas, and wrong ones are refused by their place`() throws {
    let tools = [
      Tool(
        name: "f", description: "Does \"f\".",
        parameters: ["type": "object", "properties": ["x": ["type": "integer"]]],
        field: "tools[0].function"),
      Tool(name: "g", field: "tools[1].function"),
    ]
    let text = ToolText.description(of: tools)
    #expect(text.contains(#""name": "f""#) && text.contains(#""x": {"type": "integer"}"#) && text.contains("\"g\""))
    #expect(try ToolText.grammar(of: tools, choice: .auto, allowsSeveral: true).gbnf.contains("<tool_call>"))
    var wrong = tools
    wrong[1].parameters = ["type": "object", "properties": ["y": ["not": [:]]]]
    let error = #expect(throws: SaraiError.self) {
      try ToolText.grammar(of: wrong, choice: .required, allowsSeveral: true)
    }
    #expect(error?.subject == "tools[1].function.parameters#/properties/y/not")
    wrong[1].parameters = ["type": "string"]
    #expect(throws: SaraiError.self) { try ToolText.grammar(of: wrong, choice: .required, allowsSeveral: true) }
  }
}
