import SaraiAgent
import SaraiCore
import SaraiSchema

/// What a chat request says about the form of its answer.
struct AnswerShape {
  var grammar: GenerationGrammar?
  /// What the model is told about functions.
  var toolDescription: String?
  var callsTools: Bool { toolDescription != nil }
  var isJSON: Bool { grammar != nil && !callsTools }

  /// - Throws: `SaraiError` that names the field and the place in it.
  init(_ given: JSONObject, settings: ServerSettings) throws(SaraiError) {
    let format = try Self.grammar(of: given["response_format"])
    let tools = try Self.tools(given)
    if let tools {
      guard format == nil else {
        throw SaraiError(
          .notAvailable, es: "«tools» y «response_format» no pueden ir juntos en SARAi: deja uno.",
          en: "\"tools\" and \"response_format\" can't go together in SARAi: keep one of them.",
          subject: "response_format")
      }
      toolDescription = ToolText.description(of: tools.all)
      grammar = try ToolText.grammar(
        of: tools.all, choice: tools.choice,
        allowsSeveral: given["parallel_tool_calls"]?.boolValue ?? true)
    } else {
      grammar = format
    }
    guard grammar == nil || settings.allowsGrammars else {
      throw SaraiError(
        .notAvailable,
        es: "Las gramáticas están desactivadas aquí (phoenix.grammar_constraints): actívalas o pide texto.",
        en: "Grammars are switched off here (phoenix.grammar_constraints): switch them on, or ask for text.",
        subject: tools == nil ? "response_format" : "tools")
    }
  }

  private static func grammar(of format: JSONValue?) throws(SaraiError) -> GenerationGrammar? {
    switch format?["type"]?.stringValue {
    case "json_object":
      return try SchemaCompiler.grammar(of: ["type": "object"], field: "response_format")
    case "json_schema":
      let field = "response_format.json_schema"
      guard let described = format?["json_schema"] else {
        throw SaraiError(
          .invalidRequest, es: "Falta «\(field)»: con «type»: «json_schema» hace falta.",
          en: "\"\(field)\" is missing: \"type\": \"json_schema\" takes it.", subject: field)
      }
      let isStrict = described["strict"]?.boolValue ?? false
      return try SchemaCompiler.grammar(of: described["schema"] ?? [:], field: "\(field).schema", isStrict: isStrict)
    default:
      return nil
    }
  }

  /// Nil where no function may be called.
  private static func tools(_ given: JSONObject) throws(SaraiError) -> (all: [Tool], choice: ToolChoice)? {
    let listed = given["tools"]?.arrayValue ?? []
    var tools: [Tool] = []
    for (index, value) in listed.enumerated() {
      let field = "tools[\(index)].function"
      let function = value["function"]
      let name = function?["name"]?.stringValue ?? ""
      guard name.utf8.allSatisfy({ isNameByte($0) }), !tools.contains(where: { $0.name == name }) else {
        throw SaraiError(
          .invalidRequest, es: "«\(field).name» debe tener solo letras, cifras, «_» y «-», y ser única.",
          en: "\"\(field).name\" must have letters, digits, \"_\" and \"-\" only, and be the only one of its name.",
          subject: "\(field).name")
      }
      tools.append(
        Tool(
          name: name, description: function?["description"]?.stringValue ?? "", parameters: function?["parameters"],
          isStrict: function?["strict"]?.boolValue ?? false, field: field))
    }
    let choice = given["tool_choice"]
    let named = choice?["function"]?["name"]?.stringValue
    if choice == "none" { return nil }
    if choice == "required" || named != nil, tools.isEmpty {
      throw SaraiError(
        .invalidRequest, es: "«tool_choice» pide una función y «tools» no tiene ninguna.",
        en: "\"tool_choice\" asks for a function and \"tools\" has none.", subject: "tool_choice")
    }
    if let named, !tools.contains(where: { $0.name == named }) {
      throw SaraiError(
        .invalidRequest, es: "«tool_choice» nombra una función que «tools» no tiene.",
        en: "\"tool_choice\" names a function that \"tools\" does not have.", subject: "tool_choice")
    }
    guard !tools.isEmpty else { return nil }
    return (tools, named.map { .named($0) } ?? (choice == "required" ? .required : .auto))
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
