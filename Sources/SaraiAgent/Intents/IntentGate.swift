package import SaraiCore

/// One kind of question that a skill says it can answer, as its folder declares it.
package struct IntentDeclaration: Sendable, Hashable {
  package struct Example: Sendable, Hashable {
    package var language: Language
    package var text: String

    package init(language: Language, text: String) {
      self.language = language
      self.text = text
    }
  }

  package var name: String
  /// Groups of cues: a question has to hold one cue of each group.
  ///
  /// A cue is a word, a phrase, a sign such as `%`, a beginning of words with `*` after it, or `#` for any digit. Case
  /// and accents make no difference.
  package var groups: [[String]]
  package var examples: [Example]

  package init(name: String, groups: [[String]], examples: [Example]) {
    self.name = name
    self.groups = groups
    self.examples = examples
  }
}

/// Decides from a few words whether a question is worth asking a skill at all.
///
/// It only saves calls: the skill itself decides what it answers. Its time grows with the length of the question and
/// not with the number of cues.
package struct IntentGate: Sendable {
  /// Longer questions are never passed on.
  package let maxQuestionBytes: Int
  private let intents: [(declaration: IntentDeclaration, groups: [Group])]

  package static let maxIntents = 32
  package static let maxGroups = 8
  package static let maxCues = 500
  package static let maxCueBytes = 64

  /// - Throws: `SaraiError` (`corruptFile`) for declarations that are empty or too large, by their names.
  package init(_ declarations: [IntentDeclaration], maxQuestionBytes: Int = 2000) throws(SaraiError) {
    guard declarations.count <= Self.maxIntents else { throw Self.fault("intents", "≤ \(Self.maxIntents)") }
    var intents: [(IntentDeclaration, [Group])] = []
    for declaration in declarations {
      guard (1...Self.maxGroups).contains(declaration.groups.count) else {
        throw Self.fault(declaration.name, "1…\(Self.maxGroups) × all")
      }
      var groups: [Group] = []
      for cues in declaration.groups {
        guard (1...Self.maxCues).contains(cues.count), let group = Group(cues) else {
          throw Self.fault(declaration.name, "1…\(Self.maxCues) × 1…\(Self.maxCueBytes) bytes")
        }
        groups.append(group)
      }
      intents.append((declaration, groups))
    }
    self.intents = intents
    self.maxQuestionBytes = maxQuestionBytes
  }

  package func passes(_ question: String) -> Bool {
    question.utf8.count <= maxQuestionBytes && passes(Words(of: question))
  }

  /// Examples that their own intent does not let through: a mistake in the declaration.
  package func examplesHeldBack() -> [IntentDeclaration.Example] {
    intents.flatMap { intent in
      intent.declaration.examples.filter { example in
        let words = Words(of: example.text)
        return !intent.groups.allSatisfy { $0.occurs(in: words) }
      }
    }
  }

  func passes(_ words: Words) -> Bool {
    intents.contains { intent in intent.groups.allSatisfy { $0.occurs(in: words) } }
  }

  private static func fault(_ subject: String, _ bounds: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      es: "La intención «\(subject)» de la habilidad no cumple los límites (\(bounds)): corrige su skill.yaml.",
      en: "The skill's intent \"\(subject)\" is out of bounds (\(bounds)): correct its skill.yaml.", subject: subject)
  }

  // MARK: - Reading a question

  /// A question as gates see it: lower case, without accents, cut into words and signs.
  struct Words: Sendable {
    private(set) var all: [String] = []
    private(set) var hasDigit = false

    init(of text: String) {
      var word = String.UnicodeScalarView()
      func flush(_ word: inout String.UnicodeScalarView, into all: inout [String]) {
        guard !word.isEmpty else { return }
        all.append(String(word).lowercased())
        word = String.UnicodeScalarView()
      }
      for scalar in text.unicodeScalars {
        if Folding.isAccent(scalar) { continue }
        // Fullwidth forms are the ASCII characters, moved.
        let narrow = (0xFF01...0xFF5E).contains(scalar.value) ? Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar : scalar
        let plain = Folding.base(of: narrow) ?? narrow
        if plain.properties.isAlphabetic || ("0"..."9").contains(plain) {
          if plain.isASCII, !plain.properties.isAlphabetic { hasDigit = true }
          word.append(plain)
        } else if plain == "'" || plain == "’", word.last?.properties.isAlphabetic == true {
          // "what's" is one word; in 5'10" the mark is a sign.
          continue
        } else {
          flush(&word, into: &all)
          if !plain.properties.isWhitespace { all.append(String(plain)) }
        }
      }
      flush(&word, into: &all)
    }
  }

  /// Cues of which one has to occur.
  private struct Group: Sendable {
    private var takesDigits = false
    private var words: Set<String> = []
    /// By first word: what follows it.
    private var phrases: [String: [[String]]] = [:]
    /// By length, so that a word is looked up once for each.
    private var beginnings: [Int: Set<String>] = [:]

    /// Nil for an empty cue or one that is too long.
    init?(_ cues: [String]) {
      for cue in cues {
        guard (1...IntentGate.maxCueBytes).contains(cue.utf8.count) else { return nil }
        if cue == "#" {
          takesDigits = true
          continue
        }
        let isBeginning = cue.utf8.count > 1 && cue.hasSuffix("*")
        let parts = Words(of: isBeginning ? String(cue.dropLast()) : cue).all
        guard let first = parts.first else { return nil }
        if isBeginning {
          guard parts.count == 1 else { return nil }
          beginnings[first.utf8.count, default: []].insert(first)
        } else if parts.count == 1 {
          words.insert(first)
        } else {
          phrases[first, default: []].append(Array(parts.dropFirst()))
        }
      }
    }

    func occurs(in question: Words) -> Bool {
      if takesDigits, question.hasDigit { return true }
      for (index, word) in question.all.enumerated() {
        if words.contains(word) { return true }
        if let rests = phrases[word], rests.contains(where: { question.all[(index + 1)...].starts(with: $0) }) {
          return true
        }
        for (length, starts) in beginnings where word.utf8.count >= length {
          if let start = String(word.utf8.prefix(length)), starts.contains(start) { return true }
        }
      }
      return false
    }
  }
}
