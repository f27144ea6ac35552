import SaraiCore

/// The work of the speculative scenario, by kind. The same number gives the same request in every run.
struct SpeculativePrompt: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    /// Free text, in which little can be guessed.
    case prose
    /// Answers in the words of facts that were recalled.
    case grounded
    /// A text again, with a small change.
    case rewriting
    /// Fields of a text, under a grammar.
    case json
  }

  let kind: Kind
  let messages: [Message]
  var grammar: GenerationGrammar?

  static func all(_ kind: Kind) -> [SpeculativePrompt] {
    switch kind {
    case .prose: prose
    case .grounded: people.indices.map(grounded)
    case .rewriting: people.indices.map(rewriting)
    case .json: people.indices.map(json)
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

  private static func json(_ index: Int) -> SpeculativePrompt {
    let gbnf = #"""
      root ::= "{\n  \"people\": [\n    " person (",\n    " person){2} "\n  ]\n}"
      person ::= "{\"full_name\": " string ", \"age_in_years\": " [1-9] [0-9]? ", \"city\": " string ", \"occupation\": " string ", \"is_retired\": " ("true" | "false") "}"
      string ::= "\"" [A-Za-z ]{1,24} "\""
      """#
    let text = [index, (index + 1) % people.count, (index + 2) % people.count].map(story).joined(separator: " ")
    return SpeculativePrompt(
      kind: .json,
      messages: [Message(.user, "List the people of this text as JSON:\n\n\(text)")],
      grammar: GenerationGrammar(gbnf: gbnf))
  }
}
