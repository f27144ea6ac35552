import FoundationEssentials
import SaraiCore
import SaraiSQL
import SaraiSchema

/// The work that the cost of grammars is measured on. The same in every run.
struct GrammarTask: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case json, tools, sql, markdown, python

    /// Whether the grammar leaves no choice in much of the text.
    var isForced: Bool {
      switch self {
      case .json, .tools, .sql: true
      case .markdown, .python: false
      }
    }
  }

  let kind: Kind
  let messages: [Message]
  let grammar: GenerationGrammar
  /// Where there is one, a server can make its own grammar of it.
  var schema: JSONValue?

  /// - Parameter grammarsFolder: Holds markdown.gbnf and python.gbnf.
  /// - Throws: `SaraiError` where a file is missing or a schema is refused.
  static func all(_ kind: Kind, grammarsFolder: String, shop: ShopData) throws -> [GrammarTask] {
    switch kind {
    case .json: try json()
    case .tools: try tools()
    case .sql: sql(shop)
    case .markdown:
      try written(
        .markdown, "markdown", in: grammarsFolder, form: "Write a short page in Markdown about", subjects: pages)
    case .python:
      try written(.python, "python", in: grammarsFolder, form: "Write a Python function that", subjects: functions)
    }
  }

  // MARK: - JSON by schema

  private static let people = [
    "Marta Ruiz is 34, a nurse in Valencia; she plays the cello and keeps two cats.",
    "Tom Becker, a ship carpenter of 51 from Hamburg, restores boats and bakes bread.",
    "Aiko Tanaka (27) translates books in Osaka. She walks along the river and reads poetry.",
    "Luis Ortega tiene 62 años, vive en Bilbao, fue profesor y cultiva tomates en la azotea.",
    "Nadia Haddad, arquitecta de 45 años en Marsella, dibuja puertos y nada en el mar.",
    "Per Lindqvist is a bee keeper in Uppsala. He is 39, sells honey and repairs bicycles.",
    "Inés Prado, de 30 años, es panadera en León y toca la guitarra los domingos.",
    "Sam Oduya, 48, drives a tram in Leeds, sings in a choir and paints trams too.",
  ]

  private static func json() throws -> [GrammarTask] {
    let schema: JSONValue = [
      "type": "object",
      "properties": [
        "full_name": ["type": "string", "maxLength": 40],
        "age_in_years": ["type": "integer", "minimum": 0, "maximum": 120],
        "city": ["type": "string", "maxLength": 30], "occupation": ["type": "string", "maxLength": 30],
        "is_retired": ["type": "boolean"],
        "hobbies": [
          "type": "array", "items": ["type": "string", "maxLength": 30], "minItems": 1, "maxItems": 3,
        ],
      ],
      "required": ["full_name", "age_in_years", "city", "occupation", "is_retired", "hobbies"],
      "additionalProperties": false,
    ]
    let grammar = try SchemaCompiler.grammar(of: schema, field: "schema")
    let ask =
      "Write a JSON object with full_name, age_in_years, city, occupation, is_retired and hobbies of this person:"
    return people.map {
      GrammarTask(kind: .json, messages: [Message(.user, "\(ask) \($0)")], grammar: grammar, schema: schema)
    }
  }

  // MARK: - Calls of tools

  private static func tools() throws -> [GrammarTask] {
    func tool(_ name: String, _ description: String, _ members: JSONObject) -> Tool {
      let names = members.members.map { JSONValue.string($0.key) }
      return Tool(
        name: name, description: description,
        parameters: [
          "type": "object", "properties": .object(members), "required": .array(names), "additionalProperties": false,
        ], field: name)
    }
    let text: JSONValue = ["type": "string", "maxLength": 60]
    let all = [
      tool(
        "get_weather_forecast", "The weather of the next days.",
        ["city_name": text, "number_of_days": ["type": "integer", "minimum": 1, "maximum": 10]]),
      tool(
        "create_calendar_event", "Writes an appointment into the calendar.",
        ["event_title": text, "start_time": ["type": "string", "format": "date-time"], "location": text]),
      tool(
        "convert_currency_amount", "What an amount is in another currency.",
        [
          "amount": ["type": "number", "minimum": 0], "source_currency": ["enum": ["EUR", "USD", "GBP"]],
          "target_currency": ["enum": ["EUR", "USD", "GBP"]],
        ]),
    ]
    let requests = [
      "What will the weather be like in León for the next three days?", "Convert 250 euros to dollars.",
      "Put lunch with Ana on Friday at one into my calendar, at the old mill.", "How much are 80 pounds in euros?",
      "¿Lloverá mañana en Oviedo?", "Apunta una reunión con el banco el lunes a las diez.",
      "Will it snow in Oslo this week?", "Pasa 1200 dólares a libras.",
    ]
    let grammar = try ToolText.grammar(of: all, choice: .required, allowsSeveral: false)
    let system = "You are a helpful assistant.\n\n" + ToolText.description(of: all)
    return requests.map {
      GrammarTask(kind: .tools, messages: [Message(.system, system), Message(.user, $0)], grammar: grammar)
    }
  }

  // MARK: - SQL

  private static func sql(_ shop: ShopData) -> [GrammarTask] {
    guard let gbnf = SQLGrammar.gbnf(for: shop.schema) else { return [] }
    let system = "You write one SQLite query for each question. The tables:\n" + shop.schema.summary()
    return shop.questions.prefix(8).map {
      GrammarTask(
        kind: .sql, messages: [Message(.system, system), Message(.user, $0)], grammar: GenerationGrammar(gbnf: gbnf))
    }
  }

  // MARK: - Grammars of a file

  private static let pages = [
    "apples", "how to plant a tree", "a walk along the coast", "the parts of a bicycle", "bread at home",
    "cuidar de un gato", "las estaciones del año", "una receta de tortilla",
  ]

  private static let functions = [
    "adds two numbers.", "counts the vowels of a text.", "says whether a number is prime.",
    "reverses a list without changing it.", "finds the largest value of a dictionary.",
    "calcula la media de una lista.", "convierte grados Celsius en Fahrenheit.",
    "quita los espacios del principio y del final de cada línea.",
  ]

  private static func written(
    _ kind: Kind, _ name: String, in folder: String, form: String, subjects: [String]
  ) throws -> [GrammarTask] {
    let path = "\(folder)/\(name).gbnf"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw SaraiError(
        .notFound, es: "Falta \(path): ejecuta la orden en una copia del código de SARAi.",
        en: "\(path) is missing: run the command in a checkout of SARAi.", subject: path)
    }
    let grammar = GenerationGrammar(gbnf: String(decoding: data, as: UTF8.self))
    return subjects.map { subject in
      let end = subject.hasSuffix(".") ? "" : "."
      return GrammarTask(kind: kind, messages: [Message(.user, "\(form) \(subject)\(end)")], grammar: grammar)
    }
  }
}
