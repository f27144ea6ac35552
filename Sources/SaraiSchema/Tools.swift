package import SaraiCore

/// A function that a model may ask to have called.
package struct Tool: Sendable, Hashable {
  package var name: String
  package var description: String
  /// A JSON Schema of its arguments; nil for a function without any.
  package var parameters: JSONValue?
  /// OpenAI's `strict`: every object of the schema is closed and names all its members.
  package var isStrict: Bool
  /// Where the request has it, for messages.
  package var field: String

  package init(
    name: String, description: String = "", parameters: JSONValue? = nil, isStrict: Bool = false, field: String
  ) {
    self.name = name
    self.description = description
    self.parameters = parameters
    self.isStrict = isStrict
    self.field = field
  }
}

/// Whether functions have to be called.
package enum ToolChoice: Sendable, Hashable {
  case auto, required
  case named(String)
}

/// A call that a model wrote.
package struct ToolCall: Sendable, Hashable {
  package var name: String
  /// JSON, as the model wrote it.
  package var arguments: String

  package init(name: String, arguments: String) {
    self.name = name
    self.arguments = arguments
  }
}

/// How tools are shown to a model and calls are written: as JSON between marks that many models were trained on.
///
/// `grammars/tool-call.gbnf` is the same for any function.
package enum ToolText {
  package static let opening = "<tool_call>\n"
  package static let closing = "\n</tool_call>"
  /// Calls in one answer at most.
  static let mostCalls = 8

  /// What the model is told, at the end of the system prompt.
  package static func description(of tools: [Tool]) -> String {
    let lines = tools.map { tool in
      var function: JSONObject = ["name": .string(tool.name)]
      if !tool.description.isEmpty { function["description"] = .string(tool.description) }
      if let parameters = tool.parameters { function["parameters"] = parameters }
      return JSONPieces.written(["type": "function", "function": .object(function)])
    }
    return """
      # Tools

      These functions can be called for you, where that helps with the request:
      <tools>
      \(lines.joined(separator: "\n"))
      </tools>

      To call one, answer with nothing but its name and its arguments as JSON, like this:
      \(opening){"name": "FUNCTION", "arguments": {…}}\(closing)
      """
  }

  /// A call as the model writes it, for the history.
  package static func written(_ call: ToolCall) -> String {
    opening + head(call.name) + call.arguments + "}" + closing
  }

  private static func head(_ name: String) -> String {
    "{\"name\": " + JSONPieces.written(.string(name)) + ", \"arguments\": "
  }

  /// The grammar of an answer: calls of these tools, or also any other text.
  ///
  /// - Parameter allowsSeveral: Whether one answer may hold several calls.
  /// - Throws: As `SchemaCompiler.grammar`; the subject is the tool's field.
  package static func grammar(
    of tools: [Tool], choice: ToolChoice, allowsSeveral: Bool
  ) throws(SaraiError) -> GenerationGrammar {
    var rules = GrammarRules()
    var calls: [GrammarExpression] = []
    for tool in tools {
      if case .named(let name) = choice, name != tool.name { continue }
      let arguments = try arguments(of: tool, &rules)
      calls.append(rules.share(.sequence([.text(opening + head(tool.name)), arguments, .text("}" + closing)])))
    }
    let call = rules.share(calls.count == 1 ? calls[0] : .choice(calls))
    let isSeveral = if case .named = choice { false } else { allowsSeveral }
    var root = GrammarExpression.list(call, separator: "\n", least: 1, most: isSeveral ? mostCalls : 1)
    if choice == .auto { root = .choice([root, otherText(&rules)]) }
    return try SchemaCompiler.grammar(root: root, rules: rules, field: "tools")
  }

  private static func arguments(of tool: Tool, _ rules: inout GrammarRules) throws(SaraiError) -> GrammarExpression {
    guard let parameters = tool.parameters, !parameters.isNull else { return .text("{}") }
    let field = tool.field + ".parameters"
    let type = parameters["type"]
    guard parameters.objectValue != nil, type == nil || type == "object" else {
      throw SchemaFaults(field: field).wrong(
        "", es: "debe ser de «type»: «object»", en: "it must be of \"type\": \"object\"")
    }
    // As OpenAI reads it: a function without members takes nothing.
    let members = parameters["properties"]?.objectValue?.count ?? 0
    let says = parameters.objectValue?.keys.contains {
      ["$ref", "anyOf", "oneOf", "allOf", "enum", "const"].contains($0)
    }
    if members == 0, says != true,
      parameters["additionalProperties"] == nil || parameters["additionalProperties"] == false,
      parameters["required"]?.arrayValue?.isEmpty ?? true
    {
      return .text("{}")
    }
    var schema = parameters.objectValue ?? JSONObject()
    if says != true { schema["type"] = "object" }
    return try SchemaCompiler.expression(of: .object(schema), field: field, isStrict: tool.isStrict, rules: &rules)
  }

  /// Text that does not begin as a call does.
  private static func otherText(_ rules: inout GrammarRules) -> GrammarExpression {
    let any: [ClosedRange<UInt32>] = [0x01...0xD7FF, 0xE000...0x10FFFF]
    let rest = rules.share(.repeated(.set(any), 0, nil))
    return .choice([
      .nothing, .sequence([.set(SchemaCompiler.without([0x3C], any)), rest]),
      .sequence([.text("<"), .choice([.nothing, .sequence([.set(SchemaCompiler.without([0x74], any)), rest])])]),
    ])
  }

  /// Reads one call, without its marks; nil where it was cut off.
  package static func call(in text: Substring) -> ToolCall? {
    let text = String(text)
    guard let value = try? JSONValue(parsing: text), let name = value["name"]?.stringValue,
      let arguments = value["arguments"]
    else { return nil }
    let head = head(name)
    // As it was written, where the layout is the grammar's.
    let own = text.hasPrefix(head) && text.hasSuffix("}") ? String(text.dropFirst(head.count).dropLast()) : nil
    return ToolCall(name: name, arguments: own ?? JSONPieces.written(arguments))
  }
}

/// Takes the calls out of a text as it comes.
package struct ToolCallReader: Sendable {
  package enum Piece: Sendable, Hashable {
    case text(String)
    case call(ToolCall)
  }

  private enum State {
    case undecided, text, calls
  }

  private var state = State.undecided
  private var pending = ""

  package init() {}

  /// What can be said for certain now.
  package mutating func push(_ text: String) -> [Piece] {
    pending += text
    if state == .undecided {
      if pending.hasPrefix(ToolText.opening) {
        state = .calls
      } else if ToolText.opening.hasPrefix(pending) {
        return []
      } else {
        state = .text
      }
    }
    guard state == .calls else { return flush() }
    var pieces: [Piece] = []
    while let call = takeCall() { pieces.append(.call(call)) }
    return pieces
  }

  /// What is left at the end: a call that was cut off is text.
  package mutating func finish() -> [Piece] { flush() }

  private mutating func flush() -> [Piece] {
    defer { pending = "" }
    return pending.isEmpty ? [] : [.text(pending)]
  }

  private mutating func takeCall() -> ToolCall? {
    // Between two calls.
    if pending.hasPrefix("\n") { pending.removeFirst() }
    guard pending.hasPrefix(ToolText.opening), let end = pending.firstRange(of: ToolText.closing),
      let call = ToolText.call(in: pending[..<end.lowerBound].dropFirst(ToolText.opening.count))
    else { return nil }
    pending = String(pending[end.upperBound...])
    return call
  }
}
