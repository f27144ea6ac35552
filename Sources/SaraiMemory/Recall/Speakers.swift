/// Who speaks in the turns of a memory, and of whom a question is.
struct Speakers {
  /// Numbers of speakers by the first word of their name. Those without a name are told by their role.
  private var numbers: [String: Int16] = [:]
  private var firstNames: [String: [Int16]] = [:]

  private static let userKey = "\u{1}user"
  private static let assistantKey = "\u{1}assistant"

  /// The number of who said a turn. Where more than some 30,000 have spoken, the rest share the last number.
  mutating func number(of turn: Turn) -> Int16 {
    let words = WordSplitter.words(turn.speaker, limit: 8)
    let key = words.isEmpty ? "\u{1}" + turn.role.rawValue : words.joined(separator: " ")
    if let number = numbers[key] { return number }
    guard let number = Int16(exactly: numbers.count) else { return .max }
    numbers[key] = number
    if let first = words.first { firstNames[first, default: []].append(number) }
    return number
  }

  /// Words of a question that are names of those who spoke.
  func names(in words: [String]) -> Set<String> { Set(words.filter { firstNames[$0] != nil }) }

  /// Those whose words the question is after; nil where anybody's will do.
  func asked(by words: [String]) -> [Int16]? {
    let names = names(in: words)
    if !names.isEmpty { return names.count == 1 ? names.first.flatMap { firstNames[$0] } : nil }
    let key = Self.asksForReply(words) ? Self.assistantKey : Self.userKey
    return numbers[key].map { [$0] }
  }

  /// "¿Qué me recomendaste?", "What did you say?": the assistant's own words are wanted.
  private static func asksForReply(_ words: [String]) -> Bool {
    words.contains { spanishReplies.contains($0) } || (words.contains("you") && !englishReplies.isDisjoint(with: words))
  }

  private static let spanishReplies: Set<String> = [
    "dijiste", "recomendaste", "contaste", "explicaste", "respondiste", "propusiste", "sugeriste", "aconsejaste",
  ]
  private static let englishReplies: Set<String> = [
    "say", "said", "tell", "told", "recommend", "recommended", "suggest", "suggested", "explain", "explained", "answer",
    "answered", "advise", "advised",
  ]
}
