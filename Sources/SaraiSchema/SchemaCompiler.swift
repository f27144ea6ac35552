package import SaraiCore

/// JSON Schema (2020-12, with draft 7's names of the same things) as a grammar.
///
/// Whatever text obeys the grammar is valid under the schema. The other way round it need not be so: the grammar writes
/// members in the schema's order and in one layout, and writes no members that the schema only happens not to forbid.
/// What can't be held to is refused by name, with its place.
package struct SchemaCompiler {
  /// Places that are looked at, references and merged alternatives included.
  static let maximumNodes = 5_000
  static let maximumRules = 8_000
  static let maximumBytes = 240 << 10
  static let maximumDepth = 100

  let document: JSONValue
  let faults: SchemaFaults
  /// Each object has to name all its members and allow no others, as OpenAI's `strict` does.
  let isStrict: Bool
  var rules: GrammarRules
  private var ruleOfReference: [String: Int] = [:]
  private var nodes = 0
  private var freeValue: GrammarExpression?

  /// The grammar of a schema's values.
  ///
  /// - Parameters:
  ///   - field: The request's field that holds the schema, for messages.
  /// - Throws: `SaraiError`: `invalidRequest` for what is no schema or has no values, `notAvailable` for what is not
  ///   supported, `tooLarge`. The subject is the field and the place as a JSON Pointer.
  package static func grammar(
    of schema: JSONValue, field: String, isStrict: Bool = false
  ) throws(SaraiError) -> GenerationGrammar {
    var rules = GrammarRules()
    let root = try expression(of: schema, field: field, isStrict: isStrict, rules: &rules)
    return try grammar(root: root, rules: rules, field: field)
  }

  static func grammar(
    root: GrammarExpression, rules: GrammarRules, field: String
  ) throws(SaraiError) -> GenerationGrammar {
    let text = rules.gbnf(root: root)
    guard text.utf8.count <= maximumBytes else {
      throw SchemaFaults(field: field).tooLarge(
        "", es: "su gramática pasa de \(maximumBytes) bytes", en: "its grammar has more than \(maximumBytes) bytes")
    }
    return GenerationGrammar(gbnf: text)
  }

  /// The same as part of a larger grammar.
  static func expression(
    of schema: JSONValue, field: String, isStrict: Bool, rules: inout GrammarRules
  ) throws(SaraiError) -> GrammarExpression {
    var compiler = SchemaCompiler(
      document: schema, faults: SchemaFaults(field: field), isStrict: isStrict, rules: rules)
    let root = compiler.rules.share(try compiler.compile(schema, "", Path()))
    let ends = compiler.rules.ending()
    if case .rule(let rule) = root, !ends[rule] {
      let endless = compiler.ruleOfReference.filter { !ends[$0.value] }.keys.sorted().first ?? ""
      throw compiler.faults.wrong(
        endless, es: "ningún valor lo cumple: se exige a sí mismo sin fin",
        en: "no value can obey it: it requires itself without end")
    }
    rules = compiler.rules
    return root
  }

  private init(document: JSONValue, faults: SchemaFaults, isStrict: Bool, rules: GrammarRules) {
    self.document = document
    self.faults = faults
    self.isStrict = isStrict
    self.rules = rules
  }

  /// How the place at hand was come to.
  struct Path {
    var depth = 0
    /// References followed since the last bracket: one that comes again leads nowhere.
    var open: Set<String> = []
    /// The place of a member or an element.
    var within: Path { Path(depth: depth + 1) }
    var beside: Path { Path(depth: depth + 1, open: open) }
  }

  // MARK: - One place

  mutating func compile(_ schema: JSONValue, _ pointer: String, _ path: Path) throws(SaraiError) -> GrammarExpression {
    nodes += 1
    guard nodes <= Self.maximumNodes, rules.all.count <= Self.maximumRules else {
      throw faults.tooLarge(
        pointer, es: "tiene más de \(Self.maximumNodes) partes", en: "it has more than \(Self.maximumNodes) parts")
    }
    guard path.depth <= Self.maximumDepth else {
      throw faults.tooLarge(
        pointer, es: "más de \(Self.maximumDepth) partes, una dentro de otra",
        en: "more than \(Self.maximumDepth) parts within each other")
    }
    switch schema {
    case .bool(true): return value()
    case .bool(false):
      throw faults.wrong(pointer, es: "no vale ningún valor («false»)", en: "no value is allowed (\"false\")")
    case .object(let object): return try compile(object, pointer, path)
    default:
      throw faults.wrong(pointer, es: "se espera un objeto o un booleano", en: "an object or a boolean is expected")
    }
  }

  private mutating func compile(
    _ schema: JSONObject, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    try checkKeywords(schema, pointer)
    if let reference = schema["$ref"] {
      var others = schema
      others["$ref"] = nil
      guard Self.constrains(others) else { return try follow(reference, pointer, path) }
      let target = try resolved(reference, pointer)
      return try compile(.object(try merge(target, others, pointer)), pointer, path.beside)
    }
    if schema["allOf"] != nil { return try compile(.object(try flattened(schema, pointer, 0)), pointer, path.beside) }
    if let alternatives = schema["enum"] { return try literals(alternatives, schema, pointer) }
    if let value = schema["const"] { return try literals(.array([value]), schema, pointer) }
    for keyword in ["anyOf", "oneOf"] where schema[keyword] != nil {
      return try combine(schema, keyword, pointer, path)
    }
    let types = try types(of: schema, pointer)
    guard !types.isEmpty else { return value() }
    var ways: [GrammarExpression] = []
    for type in types { ways.append(try compile(type, schema, pointer, path)) }
    if schema["nullable"] == true, !types.contains("null") { ways.append(.text("null")) }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  private mutating func compile(
    _ type: String, _ schema: JSONObject, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    switch type {
    case "null": return .text("null")
    case "boolean": return .choice([.text("true"), .text("false")])
    case "integer", "number": return try number(schema, pointer, isInteger: type == "integer")
    case "string": return try string(schema, pointer)
    case "array": return rules.share(try array(schema, pointer, path))
    default: return rules.share(try object(schema, pointer, path))
    }
  }

  /// Any JSON value.
  mutating func value() -> GrammarExpression {
    if let freeValue { return freeValue }
    let rule = rules.reserve()
    freeValue = .rule(rule)
    let string = freeString()
    let member = GrammarExpression.sequence([string, .text(": "), .rule(rule)])
    rules.define(
      rule,
      .choice([
        .sequence([.text("{"), .list(member, separator: ", ", least: 0, most: nil), .text("}")]),
        .sequence([.text("["), .list(.rule(rule), separator: ", ", least: 0, most: nil), .text("]")]),
        string, rules.share(JSONPieces.number), .text("true"), .text("false"), .text("null"),
      ]))
    return .rule(rule)
  }

  mutating func freeString() -> GrammarExpression {
    let character = rules.share(JSONPieces.character)
    return rules.share(.sequence([.text("\""), .repeated(character, 0, nil), .text("\"")]))
  }

  // MARK: - References

  private mutating func follow(
    _ reference: JSONValue, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    let name = try referenceName(reference, pointer)
    guard !path.open.contains(name) else {
      throw faults.wrong(pointer, es: "la referencia lleva a sí misma", en: "the reference leads to itself")
    }
    if let rule = ruleOfReference[name] { return .rule(rule) }
    let target = try resolved(reference, pointer)
    let rule = rules.reserve()
    ruleOfReference[name] = rule
    var beside = path.beside
    beside.open.insert(name)
    rules.define(rule, try compile(.object(target), name, beside))
    return .rule(rule)
  }

  private func referenceName(_ reference: JSONValue, _ pointer: String) throws(SaraiError) -> String {
    guard let text = reference.stringValue else {
      throw faults.wrong(pointer, es: "«$ref» debe ser un texto", en: "\"$ref\" must be a string")
    }
    guard text == "#" || text.hasPrefix("#/") else {
      throw faults.unsupported(
        pointer, "$ref", es: "solo referencias dentro del esquema, como «#/$defs/nombre»",
        en: "only references within the schema, such as \"#/$defs/name\"")
    }
    return String(text.dropFirst())
  }

  /// What a reference stands for, through references that stand for others.
  func resolved(_ reference: JSONValue, _ pointer: String) throws(SaraiError) -> JSONObject {
    var reference = reference
    for _ in 0..<Self.maximumDepth {
      let name = try referenceName(reference, pointer)
      var place = document
      for step in name.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
        let key = String(step).replacing("~1", with: "/").replacing("~0", with: "~").removingPercentEscapes
        let next =
          place[key]
          ?? place.arrayValue.flatMap { list in Int(key).flatMap { list.indices.contains($0) ? list[$0] : nil } }
        guard let next else {
          throw faults.wrong(
            pointer, es: "la referencia «#\(GrammarText.short(name))» no lleva a nada",
            en: "the reference \"#\(GrammarText.short(name))\" leads nowhere")
        }
        place = next
      }
      switch place {
      case .bool(true): return JSONObject()
      case .object(let object):
        guard let next = object["$ref"], object.keys.allSatisfy({ $0 == "$ref" || Self.annotations.contains($0) })
        else { return object }
        reference = next
      default:
        throw faults.wrong(pointer, es: "la referencia no lleva a un esquema", en: "the reference leads to no schema")
      }
    }
    throw faults.wrong(pointer, es: "la referencia lleva a sí misma", en: "the reference leads to itself")
  }
}

extension String {
  /// As in the fragment of a URI.
  fileprivate var removingPercentEscapes: String {
    guard utf8.contains(UInt8(ascii: "%")) else { return self }
    var bytes: [UInt8] = []
    var rest = Array(utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
