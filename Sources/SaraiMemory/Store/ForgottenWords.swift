package import SaraiCore

/// How what was forgotten is known in other texts of the same person's: conversations that a chat keeps, lines that were
/// typed. It follows the rules by which a forgetting finds turns.
package struct ForgottenWords: Sendable {
  private struct Saying: Sendable {
    /// Folded; they stand one after the other.
    var words: [String]
    /// These very letters too; nil where accents and capitals do not matter.
    var spelling: String?
    /// Whom or what else the text has to name; nil where the words alone tell it.
    var trace: FactTrace?
    /// One of these is said where it is about a relative: a stem does not tell a brother from a sister.
    var kin: Set<String>?
  }

  /// Everything was forgotten: every text tells it.
  package let isEverything: Bool
  private var sayings: [Saying] = []
  /// What the turns said, by their conversation.
  private var turns: [String: Set<String>] = [:]

  package init(_ forgotten: MemoryForgotten) {
    isEverything = forgotten.isEverything
    for fact in forgotten.said {
      add(
        Fact(
          id: FactID(rawValue: fact.id), subject: Term(fact.subject), verb: Term(fact.verb), object: Term(fact.object),
          isNegated: fact.isNegated, confidence: 1, source: .userInput, extractor: .rules, standing: .current,
          isPrivate: false, turn: nil, saidAt: .now(), validFrom: nil, validTo: nil, supersededBy: nil),
        includesMentions: forgotten.includesMentions)
    }
    for turn in forgotten.saidTurns { turns[turn.conversation, default: []].insert(Self.key(turn.text)) }
  }

  private mutating func add(_ fact: Fact, includesMentions: Bool) {
    let object = Self.words(fact.object.text)
    guard !object.isEmpty else {
      for language in Language.allCases {
        for speaker in [FactSentence.Speaker.assistant, .owner] {
          let words = Self.words(FactSentence.text(fact, language, as: speaker))
          if words.count > 1 { sayings.append(Saying(words: words)) }
        }
      }
      return
    }
    sayings.append(
      includesMentions
        ? Saying(words: object) : Saying(words: object, trace: FactTrace(fact), kin: Self.kin(fact.subject.text)))
    guard FactTopic.isSecret(fact) else { return }
    let isOdd = FactTopic.isNoWord(fact.object.text)
    if isOdd || fact.object.text.count >= 5 {
      sayings.append(Saying(words: object, spelling: isOdd ? nil : fact.object.text))
    }
  }

  package var isEmpty: Bool { !isEverything && sayings.isEmpty && turns.isEmpty }

  /// Whether a text tells what was forgotten.
  ///
  /// - Parameter conversation: The one that the text is of; nil for a line that may be of any.
  package func areSaid(in text: String, conversation: String? = nil) -> Bool {
    guard !isEverything else { return true }
    let key = Self.key(text)
    if let conversation {
      if turns[conversation]?.contains(key) == true { return true }
    } else if turns.values.contains(where: { $0.contains(key) }) {
      return true
    }
    guard !sayings.isEmpty else { return false }
    let words = Self.words(text)
    return sayings.contains { saying in
      Self.stands(saying.words, in: words) && saying.spelling.map { text.contains($0) } ?? true
        && saying.trace?.shows(in: text) ?? true && saying.kin.map { !$0.isDisjoint(with: words) } ?? true
    }
  }

  /// All words for the relative that a subject is, in both languages; nil where it is none.
  private static func kin(_ subject: String) -> Set<String>? {
    guard let noun = EntityName.parts(subject)?.noun.split(separator: " ").first(where: { Kinship.isKin(String($0)) })
    else { return nil }
    let names = Set(Kinship.canonical(String(noun)))
    return Set(Kinship.words.filter { !names.isDisjoint(with: Kinship.canonical($0)) })
  }

  private static func words(_ text: String) -> [String] { Terms.words(Term(text).folded).map(String.init) }

  private static func stands(_ wanted: [String], in words: [String]) -> Bool {
    guard let first = wanted.first, wanted.count <= words.count else { return false }
    return words.indices.dropLast(wanted.count - 1).contains {
      words[$0] == first && words[$0..<$0 + wanted.count].elementsEqual(wanted)
    }
  }

  /// Of a long text the beginning is enough to know it by: a receipt may not hold more.
  private static let keyWords = 500

  private static func key(_ text: String) -> String {
    let words = words(String(text.prefix(32 << 10)))
    return words.isEmpty ? text : words.prefix(keyWords).joined(separator: " ")
  }
}
