import SaraiCore
import SaraiRuntime

/// What memory holds, as a person reads it in a terminal.
struct MemoryText {
  /// Whose memory it is: they are spoken to.
  let owner: String

  private static let statementLength = 200
  private static let columns = 64
  /// Below what confidence it is shown: what the rules take from words is surer.
  private static let doubt = 0.8

  /// `12  hermana del usuario · vivir en · Madrid   (tú, 23 nov)`, aligned.
  func lines(_ facts: [MemoryFact], indent: String = "") -> [String] {
    let statements = facts.map(Self.statement)
    let numbers = facts.map { String($0.id) }
    let numberWidth = numbers.map(\.count).max() ?? 0
    let width = min(Self.columns, statements.map { DisplayWidth.of($0) }.max() ?? 0)
    return facts.indices.map { index in
      let number = String(repeating: " ", count: numberWidth - numbers[index].count) + numbers[index]
      let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(statements[index])))
      return "\(indent)\(number)  \(statements[index])\(padding)   \(Output.dim("(\(remark(facts[index])))"))"
    }
  }

  /// Subject, verb and object on one line.
  static func statement(_ fact: MemoryFact) -> String {
    let verb = fact.isNegated ? words(es: "no ", en: "not ") + fact.verb : fact.verb
    let parts = [fact.subject, verb, fact.object].map { SearchText.singleLine($0, maxLength: statementLength) }
    return parts.filter { !$0.isEmpty }.joined(separator: " · ")
  }

  /// Who told it and when, and what is special about it.
  func remark(_ fact: MemoryFact) -> String {
    var parts = ["\(source(fact.source)), \(Self.day(fact.saidAt))"]
    switch fact.standing {
    case "past":
      parts.append(
        fact.validTo.map { words(es: "hasta ", en: "until ") + Self.day($0) } ?? words(es: "ya no", en: "no longer"))
    case "proposed": parts.append(words(es: "por confirmar", en: "to be confirmed"))
    default: break
    }
    if fact.confidence < Self.doubt { parts.append("\(Int((fact.confidence * 100).rounded())) %") }
    if fact.isPrivate { parts.append(words(es: "privado", en: "private")) }
    return parts.joined(separator: "; ")
  }

  func source(_ source: String) -> String {
    switch source {
    case MemoryFact.userInput:
      owner == MemoryOptions.local ? words(es: "tú", en: "you") : SearchText.singleLine(owner, maxLength: 40)
    case "rag": words(es: "un documento", en: "a document")
    case "skill": words(es: "una habilidad", en: "a skill")
    default: SearchText.singleLine(source, maxLength: 40)
    }
  }

  /// `«Mi hermana vive en Madrid»  (tú, 23 nov)`
  func line(_ turn: MemoryTurn) -> String {
    let text = SearchText.singleLine(turn.text, maxLength: Self.statementLength)
    let speaker =
      switch turn.role {
      case "user":
        turn.speaker.isEmpty ? source(MemoryFact.userInput) : SearchText.singleLine(turn.speaker, maxLength: 40)
      case "assistant": "SARAi"
      default: words(es: "herramienta", en: "tool")
      }
    let quoted = words(es: "«\(text)»", en: "\"\(text)\"")
    return "\(quoted)  \(Output.dim("(\(speaker), \(Self.day(turn.saidAt)))"))"
  }

  /// With the number by which it can be forgotten.
  func numbered(_ turn: MemoryTurn) -> String {
    Output.dim(words(es: "frase \(turn.id)", en: "turn \(turn.id)")) + "  " + line(turn)
  }

  /// `23 nov`, with the year where it is not this one.
  static func day(_ milliseconds: Int64) -> String {
    let day = LocalTime(secondsSince1970: seconds(milliseconds)).day
    let months = words(
      es: "ene feb mar abr may jun jul ago sep oct nov dic", en: "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
    ).split(separator: " ")
    let text = "\(day.day) \(months[(day.month - 1) % 12])"
    return day.year == CivilDateTime.current().date.year ? text : "\(text) \(day.year)"
  }

  /// `2026-11-23 18:30`
  static func moment(_ milliseconds: Int64) -> String {
    LocalTime(secondsSince1970: seconds(milliseconds)).readable
  }

  private static func seconds(_ milliseconds: Int64) -> Int {
    Int(milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0))
  }

  /// `edit` and the like, in words.
  static func kind(_ operation: MemoryOperation) -> String {
    switch operation.kind {
    case "store": words(es: "aprendido", en: "learnt")
    case "edit": words(es: "corregido", en: "corrected")
    case "confirm": words(es: "confirmado", en: "confirmed")
    case "forget": words(es: "olvidado", en: "forgotten")
    default: operation.kind
    }
  }

  static func facts(_ count: Int) -> String {
    count == 1 ? words(es: "1 hecho", en: "1 fact") : words(es: "\(count) hechos", en: "\(count) facts")
  }

  static func turns(_ count: Int) -> String {
    count == 1 ? words(es: "1 frase", en: "1 turn") : words(es: "\(count) frases", en: "\(count) turns")
  }

  /// Facts, then turns, for a person.
  func show(_ recall: MemoryRecall) {
    for line in lines(recall.facts) { Output.line(line) }
    for turn in recall.turns { Output.line(numbered(turn)) }
  }

  static func safe(_ text: String) -> String { Output.isTerminal ? text.withoutControlCharacters : text }
}
