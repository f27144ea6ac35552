import SaraiCore
import SaraiSchema

/// The work of the speculative scenario, by kind. The same number gives the same request in every run.
struct SpeculativePrompt: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    /// Free text, in which little can be guessed.
    case prose
    /// Answers in the words of facts that were recalled.
    case grounded
    /// A text again, with a small change.
    case rewriting
    /// A file of code again, with a small change.
    case code
    /// Fields of a text, by a JSON Schema.
    case json
    /// Calls of functions.
    case tools
    /// Queries of a small data base.
    case sql

    /// Whether the issue asks for a speed here, and not only for none lost.
    var isToBeFaster: Bool { self != .prose }
  }

  let kind: Kind
  let messages: [Message]
  var grammar: GenerationGrammar?

  /// As llama-server is asked for it.
  var form: LlamaServer.Form { grammar.map { .grammar($0.gbnf) } ?? .free }

  static func all(_ kind: Kind) throws -> [SpeculativePrompt] {
    switch kind {
    case .prose: prose
    case .grounded: people.indices.map(grounded)
    case .rewriting: people.indices.map(rewriting)
    case .code: edits.map(code)
    case .json: try people.indices.map(json)
    case .tools: try people.indices.map(tools)
    case .sql: questions.map(sql)
    }
  }

  private static let people = [
    ("Marta Ruiz", 34, "Valencia", "nurse", "plays the cello on Sundays and keeps two cats named Sol and Luna"),
    ("Tom Becker", 51, "Hamburg", "ship carpenter", "restores wooden boats and bakes rye bread every Friday"),
    ("Aiko Tanaka", 27, "Osaka", "translator", "walks along the river before work and reads Polish poetry"),
    ("Luis Ortega", 62, "Bilbao", "retired teacher", "grows tomatoes on his roof and writes letters to his sister"),
    ("Nadia Haddad", 45, "Marseille", "architect", "draws old harbours and swims in the sea until November"),
    ("Per Lindqvist", 39, "Uppsala", "bee keeper", "sells honey at the market and repairs bicycles for neighbours"),
  ]

  private static var prose: [SpeculativePrompt] {
    let forms = [
      "Write a short story about", "Explain to a child", "Give your honest opinion on", "Describe in detail",
      "Write the opening of a novel about",
    ]
    let subjects = [
      "a lighthouse in winter", "why bread rises", "a market at dawn", "how bees find their way home",
      "the sound of an old train", "a letter that came too late", "the first day at a new school",
      "a garden behind a wall", "how maps were drawn", "a storm over the bay",
    ]
    return forms.flatMap { form in
      subjects.map { SpeculativePrompt(kind: .prose, messages: [Message(.user, "\(form) \($0).")]) }
    }
  }

  private static func story(_ index: Int) -> String {
    let (name, age, city, work, habit) = people[index]
    return "\(name) is \(age) years old, lives in \(city) and works as a \(work). In free time \(name) \(habit)."
  }

  private static func grounded(_ index: Int) -> SpeculativePrompt {
    let facts = people.indices.map { story($0) }.joined(separator: "\n")
    return SpeculativePrompt(
      kind: .grounded,
      messages: [
        Message(.system, "Answer with sentences from these facts, word for word.\n\(facts)"),
        Message(.user, "Tell me everything you know about \(people[index].0)."),
      ])
  }

  private static func rewriting(_ index: Int) -> SpeculativePrompt {
    let text = [index, (index + 1) % people.count, (index + 2) % people.count].map(story).joined(separator: " ")
    return SpeculativePrompt(
      kind: .rewriting,
      messages: [Message(.user, "Repeat this text exactly, but write \"town\" after every city:\n\n\(text)")])
  }

  // MARK: Code

  private static let program = """
    class Account:
        def __init__(self, owner, balance=0):
            self.owner = owner
            self.balance = balance
            self.history = []

        def deposit(self, amount):
            if amount <= 0:
                raise ValueError("amount must be positive")
            self.balance += amount
            self.history.append(("deposit", amount))
            return self.balance

        def withdraw(self, amount):
            if amount > self.balance:
                raise ValueError("not enough money")
            self.balance -= amount
            self.history.append(("withdraw", amount))
            return self.balance
    """

  private static let edits = [
    "Rename the field balance to total everywhere.", "Add a docstring to the class and to every method.",
    "Rename the class Account to Wallet.", "Add type hints to all parameters.",
    "Make withdraw refuse amounts that are not positive, as deposit does.", "Rename history to events.",
  ]

  private static func code(_ edit: String) -> SpeculativePrompt {
    SpeculativePrompt(
      kind: .code, messages: [Message(.user, "\(edit) Write the whole program again:\n\n```python\n\(program)\n```")])
  }

  // MARK: By a grammar

  private static func json(_ index: Int) throws -> SpeculativePrompt {
    let string: JSONValue = ["type": "string", "minLength": 1, "maxLength": 40]
    let person: JSONValue = [
      "type": "object",
      "properties": [
        "full_name": string, "age_in_years": ["type": "integer", "minimum": 0, "maximum": 120], "city": string,
        "occupation": string, "is_retired": ["type": "boolean"],
      ],
      "required": ["full_name", "age_in_years", "city", "occupation", "is_retired"], "additionalProperties": false,
    ]
    let schema: JSONValue = [
      "type": "object",
      "properties": ["people": ["type": "array", "items": person, "minItems": 3, "maxItems": 3]],
      "required": ["people"], "additionalProperties": false,
    ]
    let text = [index, (index + 1) % people.count, (index + 2) % people.count].map(story).joined(separator: " ")
    return SpeculativePrompt(
      kind: .json, messages: [Message(.user, "List the people of this text as JSON:\n\n\(text)")],
      grammar: try SchemaCompiler.grammar(of: schema, field: "schema"))
  }

  private static func tools(_ index: Int) throws -> SpeculativePrompt {
    func tool(_ name: String, _ description: String, _ properties: [String]) -> Tool {
      var fields = JSONObject()
      for property in properties { fields[property] = ["type": "string", "minLength": 1, "maxLength": 60] }
      let parameters: JSONObject = [
        "type": "object", "properties": .object(fields), "required": .array(properties.map { .string($0) }),
        "additionalProperties": false,
      ]
      return Tool(
        name: name, description: description, parameters: .object(parameters), isStrict: true, field: "tools.0.function"
      )
    }
    let tools = [
      tool("create_contact", "Saves a person.", ["full_name", "city", "occupation", "notes"]),
      tool("schedule_meeting", "Plans a meeting.", ["participant", "place", "day_of_the_week", "reason_for_meeting"]),
    ]
    return SpeculativePrompt(
      kind: .tools,
      messages: [
        Message(.system, ToolText.description(of: tools)),
        Message(.user, "\(story(index)) Save this person, and plan a meeting with \(people[index].0) on Tuesday."),
      ], grammar: try ToolText.grammar(of: tools, choice: .required, allowsSeveral: true))
  }

  private static let questions = [
    "How many customers live in each city?", "Which five customers spent most in 2024?",
    "What is the average amount of the orders that were delivered?", "Which customers have no order?",
    "How much was ordered in each month of 2023?", "Which orders above 500 were cancelled?",
  ]

  private static func sql(_ question: String) -> SpeculativePrompt {
    let gbnf = #"""
      root ::= "SELECT " item (", " item){0,3} " FROM customers" (" INNER JOIN orders ON orders.customer_id = customers.customer_id")? (" WHERE " test (" AND " test){0,2})? (" GROUP BY " column)? (" ORDER BY " item (" DESC")?)? (" LIMIT " [1-9] [0-9]?)? ";"
      item ::= column | ("count" | "sum" | "avg" | "max") "(" column ")"
      column ::= "customers.full_name" | "customers.city" | "orders.total_amount" | "orders.delivery_status" | "orders.ordered_at"
      test ::= column (" = " | " <> " | " > " | " < ") ([0-9]{1,6} | "'" [A-Za-z0-9 -]{1,20} "'")
      """#
    let data = """
      Write one SQL query for the question. Tables:
      customers(customer_id, full_name, city)
      orders(order_id, customer_id, total_amount, delivery_status, ordered_at)
      """
    return SpeculativePrompt(
      kind: .sql, messages: [Message(.system, data), Message(.user, question)],
      grammar: GenerationGrammar(gbnf: gbnf))
  }
}
