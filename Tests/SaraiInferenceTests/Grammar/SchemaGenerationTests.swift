import Foundation
import SaraiCore
import SaraiSchema
import TestSupport
import Testing

@testable import SaraiInference

/// What the real default model writes under schemas, checked by another's validator.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SchemaGenerationTests {
  static let schemas: [String] = [
    #"{"type": "object", "properties": {"name": {"type": "string", "maxLength": 30}, "age": {"type": "integer", "minimum": 0, "maximum": 120}, "email": {"type": "string", "format": "email"}}, "required": ["name", "age"], "additionalProperties": false}"#,
    #"{"type": "array", "items": {"type": "object", "properties": {"kind": {"enum": ["a", "b"]}, "value": {"type": "number"}}, "required": ["kind", "value"]}, "minItems": 1, "maxItems": 3}"#,
    ##"{"$defs": {"node": {"type": "object", "properties": {"label": {"type": "string", "maxLength": 12}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 2}}, "required": ["label", "children"], "additionalProperties": false}}, "$ref": "#/$defs/node"}"##,
    #"{"type": "object", "properties": {"when": {"type": "string", "format": "date-time"}, "id": {"type": "string", "format": "uuid"}, "code": {"type": "string", "pattern": "^[A-Z]{2}-\\d{3}$"}}, "required": ["when", "id", "code"]}"#,
    #"{"anyOf": [{"type": "string", "minLength": 2, "maxLength": 8}, {"type": "integer", "exclusiveMinimum": 10}, {"type": "null"}]}"#,
    #"{"type": "object", "additionalProperties": {"type": ["string", "boolean"]}, "properties": {"ok": {"const": true}}, "required": ["ok"]}"#,
    #"{"type": "object"}"#,
    #"{"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "boolean"}, "c": {"type": "null"}, "d": {"type": "null"}}, "minProperties": 2, "maxProperties": 3}"#,
    #"{"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}}, "required": ["b"], "additionalProperties": {"type": "integer"}, "minProperties": 2, "maxProperties": 4}"#,
    #"{"type": "object", "properties": {"a": {"type": "boolean"}, "b": {"type": "null"}, "c": {"type": "null"}, "d": {"type": "null"}}, "dependentRequired": {"a": ["b"], "b": ["c"]}}"#,
    #"{"type": "object", "dependencies": {"a": ["b"]}, "additionalProperties": {"type": "integer"}}"#,
    #"{"type": "object", "patternProperties": {"^[a-c]{1,3}$": {"type": "integer"}}, "additionalProperties": false, "minProperties": 1, "maxProperties": 3}"#,
    #"{"type": "object", "properties": {"a": {"type": "string", "pattern": "^(a+)+$"}, "b": {"type": "string", "pattern": "^((\\d{2})+|x)+\\S$"}, "c": {"type": "string", "pattern": "^[^\\s]{1,3}(?:(?:z*))?$"}}, "required": ["a", "b", "c"]}"#,
    #"{"type": "object", "propertyNames": {"enum": ["x", "y", "z"]}, "additionalProperties": {"type": "boolean"}, "maxProperties": 4}"#,
    #"{"type": "array", "items": {"enum": ["a", "b", "c", 1, 1.0]}, "uniqueItems": true, "minItems": 2, "maxItems": 3}"#,
    #"{"type": "array", "items": {"enum": ["a", "b", "c", "d", "e", "f", "g", "h"]}, "uniqueItems": true, "minItems": 3}"#,
    #"{"type": "object", "properties": {"a": {"type": "null"}, "b": {"type": "null"}, "c": {"type": "null"}}, "oneOf": [{"required": ["a"]}, {"required": ["b", "c"]}], "additionalProperties": false}"#,
    #"{"oneOf": [{"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]}, {"type": "object", "properties": {"b": {"type": "null"}, "c": {"type": "null"}}, "required": ["b"]}]}"#,
    #"{"type": "object", "properties": {"k": {"type": "string"}, "n": {"type": "null"}}, "required": ["k"], "oneOf": [{"properties": {"k": {"const": "p"}}}, {"properties": {"k": {"const": "q"}, "n": false}}]}"#,
    #"{"type": "object", "properties": {"a": false, "b": {"type": "null"}}, "additionalProperties": {"type": "null"}}"#,
    #"{"type": "array", "items": {"type": "string", "maxLength": 900}, "maxItems": 40}"#,
  ]

  /// Values and their schemas, as the JSON that a validator reads.
  private func invalid(_ pairs: [(schema: String, text: String)]) throws -> String {
    let script = """
      import json, sys, warnings
      warnings.simplefilter("ignore")
      from jsonschema import Draft202012Validator
      checker = Draft202012Validator.FORMAT_CHECKER
      for line in sys.stdin:
          schema, text = json.loads(line)
          try:
              Draft202012Validator(json.loads(schema), format_checker=checker).validate(json.loads(text))
          except Exception as error:
              print(text[:200], str(error)[:200].replace(chr(10), " "))
      """
    return try Python.run(script, lines: pairs.map { JSONValue.array([.string($0.schema), .string($0.text)]) })
  }

  @Test func `every answer is valid under its schema, the ones that were closed early included`() async throws {
    let engine = try await RealModel.load()
    var pairs: [(schema: String, text: String)] = []
    var cut = 0
    for (index, schema) in Self.schemas.enumerated() {
      let grammar = try SchemaCompiler.grammar(of: JSONValue(parsing: schema), field: "schema")
      for round in 0..<rounds(3, soak: 40) {
        var request = RealModel.request(.chat([Message(.user, "Answer with some JSON about a person in León.")])) {
          $0.temperature = round == 0 ? 0 : 1.1
          $0.seed = UInt64(round)
          $0.maxTokens = [220, 60, 100][round % 3]
        }
        request.grammar = grammar
        do {
          let outcome = try await engine.outcome(of: request)
          #expect(outcome.summary.usage.completionTokens <= request.sampling.maxTokens ?? 0)
          if outcome.summary.finishReason == .length { cut += 1 }
          pairs.append((Self.schemas[index], outcome.text))
        } catch let error as SaraiError {
          // What can't be written in so many tokens is refused before the first.
          #expect(error.subject == "max_tokens" && round % 3 != 0, "\(error)")
        }
      }
    }
    #expect(pairs.count >= 2 * Self.schemas.count && cut > 2)
    let faults = try invalid(pairs)
    #expect(faults.isEmpty, "\(faults)")
  }

  @Test func `under schemas, seeds and limits at random every answer is valid as well`() async throws {
    let engine = try await RealModel.load()
    var random = SeededGenerator(seed: 5)
    var pairs: [(schema: String, text: String)] = []
    var cut = 0
    for _ in 0..<rounds(24, soak: 1_000) {
      let schema = SchemaFuzz.schema(&random, depth: 3).description
      var request = RealModel.request(.chat([Message(.user, "Write some JSON.")])) {
        $0.temperature = [0, 0.7, 1.5].randomElement(using: &random) ?? 0
        $0.seed = random.next()
        $0.maxTokens = Int.random(in: 4...80, using: &random)
      }
      request.grammar = try SchemaCompiler.grammar(of: JSONValue(parsing: schema), field: "schema")
      var outcome: Outcome?
      while outcome == nil {
        do {
          outcome = try await engine.outcome(of: request)
        } catch let error as SaraiError where error.subject == "max_tokens" {
          request.sampling.maxTokens = 2 * (request.sampling.maxTokens ?? 1)
        }
      }
      let answer = try #require(outcome)
      #expect(answer.summary.usage.completionTokens <= request.sampling.maxTokens ?? 0)
      if answer.summary.finishReason == .length { cut += 1 }
      pairs.append((schema, answer.text))
    }
    #expect(cut > 2)
    let faults = try invalid(pairs)
    #expect(faults.isEmpty, "\(faults)")
  }

  /// Texts that the matcher allows at random, closed at random places.
  @Test func `whatever schema, seed and place of cutting, the text is valid`() throws {
    var random = SeededGenerator(seed: 21)
    let trie = try TokenTrie(model: TokenGrammarTests.model)
    var pairs: [(schema: String, text: String)] = []
    for round in 0..<rounds(40, soak: 1_000) {
      let schema = round < Self.schemas.count ? Self.schemas[round] : SchemaFuzz.schema(&random, depth: 3).description
      let grammar = try SchemaCompiler.grammar(of: JSONValue(parsing: schema), field: "schema")
      let automaton = try GrammarAutomaton(grammar, vocabulary: trie)
      for most in [0, 2, 12, 60] {
        let matcher = try TokenGrammar(automaton)
        var tokens: [Int32] = []
        while tokens.count < most, !matcher.isComplete {
          // Some token at random, sooner than all of them.
          let tries = (0..<400).lazy.map { _ in
            Int32.random(in: 0..<Int32(TokenGrammarTests.model.facts.vocabularySize), using: &random)
          }
          guard let token = tries.first(where: { matcher.allows($0) && !TokenGrammarTests.model.endsGeneration($0) })
          else { break }
          try matcher.accept(token)
          tokens.append(token)
        }
        tokens += try #require(matcher.closing(limit: 2_000))
        pairs.append((schema, TokenGrammarTests.model.detokenize(tokens)))
      }
    }
    let faults = try invalid(pairs)
    #expect(faults.isEmpty, "\(faults)")
  }
}

/// Schemas of all supported kinds.
enum SchemaFuzz {
  static func schema(_ random: inout SeededGenerator, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &random) {
    case 0:
      let least = Int64.random(in: 0...4, using: &random)
      return ["type": "string", "minLength": .integer(least), "maxLength": .integer(least + 20)]
    case 1:
      let least = Int64.random(in: -2_000...2_000, using: &random)
      let type: JSONValue = Bool.random(using: &random) ? "integer" : "number"
      let lower = Bool.random(using: &random) ? "minimum" : "exclusiveMinimum"
      return .object([
        "type": type, lower: .integer(least), "maximum": .integer(least + .random(in: 2...5_000, using: &random)),
      ])
    case 2: return ["enum": ["ñ", 1, nil, [true, "a\"b"], ["k": 2.5]]]
    case 3: return ["type": ["string", "null", "boolean"]]
    case 4:
      return .object(["type": "string", "format": .string(["date", "uuid", "ipv4"].randomElement(using: &random)!)])
    case 5, 6:
      var properties = JSONObject()
      var required: [JSONValue] = []
      for index in 0..<Int.random(in: 0...4, using: &random) {
        let key = "\(["a", "ñ", "q\"", "b c"].randomElement(using: &random)!)\(index)"
        properties[key] = schema(&random, depth: depth - 1)
        if Bool.random(using: &random) { required.append(.string(key)) }
      }
      var object: JSONObject = ["type": "object", "properties": .object(properties), "required": .array(required)]
      if Bool.random(using: &random) { object["additionalProperties"] = false }
      if Int.random(in: 0..<4, using: &random) == 0 { object["additionalProperties"] = ["type": "integer"] }
      return .object(object)
    case 7:
      let least = Int64.random(in: 0...2, using: &random)
      return [
        "type": "array", "items": schema(&random, depth: depth - 1), "minItems": .integer(least),
        "maxItems": .integer(least + 2),
      ]
    default: return ["anyOf": [schema(&random, depth: depth - 1), schema(&random, depth: depth - 1)]]
    }
  }
}
