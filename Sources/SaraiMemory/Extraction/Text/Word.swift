import SaraiCore

/// A word, a number or a sign of what a person typed.
struct Word: Sendable, Hashable {
  enum Kind: Sendable { case word, number, sign }

  var kind: Kind
  /// As it was typed.
  var text: String
  /// Lower case, without accents; the corrected spelling where the typed one is known to be none.
  var folded: String
  /// Whether it begins the sentence, so that a capital letter says nothing.
  var isFirst = false

  /// Lower case with its accents, which tell «trabajó» from «trabajo».
  var lowercased: String { text.lowercased() }

  /// Whether it is nothing but pictures: 🐱
  var isPicture: Bool {
    kind == .word && !text.contains { $0.isLetter || $0.isNumber }
      && text.unicodeScalars.contains { $0.value > 0x7F && $0.properties.isEmoji }
  }

  var isCapitalized: Bool { text.first?.isUppercase ?? false }

  func isSign(_ signs: String) -> Bool { kind == .sign && signs.contains(text) }
}

/// Letters without accents and case.
enum Fold {
  static func text(_ text: some StringProtocol) -> String {
    var folded = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !Folding.isAccent(scalar) && !Folding.isInvisible(scalar) {
      folded.append(Folding.base(of: scalar) ?? scalar)
    }
    return String(folded).lowercased()
  }

  /// A folded word without the endings of gender and number, so that «alérgica» meets «alérgicos».
  static func stem(_ word: some StringProtocol) -> String {
    var stem = text(word)
    if stem.count > 4, stem.hasSuffix("es") {
      stem.removeLast(2)
    } else if stem.count > 3, stem.hasSuffix("s"), !stem.hasSuffix("ss") {
      stem.removeLast()
    }
    if stem.count > 3, let last = stem.last, "oae".contains(last) { stem.removeLast() }
    return stem
  }
}

/// A sentence of a turn, cut into words.
struct Sentence: Sendable {
  var words: [Word]
  /// Whether it ends in a question mark or begins with «¿».
  var isQuestion: Bool
  /// Where «¿» stands among the words, if not before the first.
  var questionStart: Int?
}

/// Cuts text into sentences and words.
enum Tokenizer {
  /// What is beyond is no sentence that a person tells: lists, code, pasted pages.
  static let maxSentenceWords = 120
  static let maxTextBytes = 65_536

  /// A text as far as it is read: what is seen of it, and of a longer one than `maxTextBytes` the sentences that end
  /// before.
  static func readable(_ text: String) -> String {
    guard text.utf8.count > maxTextBytes else { return Folding.visible(text) }
    let bytes = text.utf8.prefix(maxTextBytes)
    // Half a sentence would say what nobody said.
    guard let end = bytes.lastIndex(where: { ".!?;\n".utf8.contains($0) }) else { return "" }
    return Folding.visible(String(text[...end]))
  }

  /// The sentences of what is read of `text`; those with more than `maxSentenceWords` are left out.
  static func sentences(of text: String, in language: Language) -> [Sentence] {
    let text = readable(text)
    var sentences: [Sentence] = []
    var words: [Word] = []
    var isQuestion = false
    var questionStart: Int?
    func close() {
      if words.contains(where: { $0.kind != .sign }), words.count <= maxSentenceWords {
        words = Capitals.lowered(words, language)
        if let first = words.firstIndex(where: { $0.kind != .sign }) { words[first].isFirst = true }
        sentences.append(Sentence(words: words, isQuestion: isQuestion, questionStart: questionStart))
      }
      questionStart = nil
      words = []
      isQuestion = false
    }
    for line in text.split(whereSeparator: \.isNewline) {
      for piece in line.split(whereSeparator: { $0.isWhitespace }) {
        for word in self.words(in: piece, language) {
          if word.isSign("¿") {
            isQuestion = true
            if !words.isEmpty { questionStart = words.count }
          } else if word.isSign(".!?…;") {
            if word.text == "?" { isQuestion = true }
            close()
          } else {
            words.append(word)
          }
        }
      }
      close()
    }
    return sentences
  }

  /// The signs around a run of characters without spaces, and the word within.
  private static func words(in piece: Substring, _ language: Language) -> [Word] {
    var before: [Word] = []
    var after: [Word] = []
    var core = piece
    while let first = core.first, isMark(first) || first == "'" {
      if let sign = sign(first) { before.append(sign) }
      core.removeFirst()
    }
    while let last = core.last, isMark(last) || (last == "." && !isAbbreviation(core)) {
      if let sign = sign(last) { after.insert(sign, at: 0) }
      core.removeLast()
    }
    guard !core.isEmpty else { return before + after }
    var words: [Word] = []
    for (index, part) in core.split(separator: ",").enumerated() {
      // A comma without a space after it, unless it stands between digits.
      if index > 0 {
        if let previous = words.last, previous.kind == .number, part.first?.isNumber == true {
          words[words.count - 1].text += "," + part
          words[words.count - 1].folded += "," + part
          continue
        }
        words.append(Word(kind: .sign, text: ",", folded: ","))
      }
      words += language == .english ? Contractions.split(String(part)) : [word(String(part))]
    }
    return before + words + after
  }

  static func word(_ text: String) -> Word {
    let folded = Fold.text(text)
    return Word(kind: folded.first?.isNumber == true ? .number : .word, text: text, folded: folded)
  }

  private static func isMark(_ character: Character) -> Bool { ",;:!?¿¡()[]{}«»\"“”„…—–".contains(character) }

  /// The sign that stands for a mark; quotation marks stand for none.
  private static func sign(_ mark: Character) -> Word? {
    switch mark {
    case "(", ")", "[", "]", "{", "}", "—", "–": Word(kind: .sign, text: ",", folded: ",")
    case ".", ",", ";", ":", "!", "?", "¿", "…": Word(kind: .sign, text: String(mark), folded: String(mark))
    default: nil
    }
  }

  private static func isAbbreviation(_ text: Substring) -> Bool {
    ["dr.", "dra.", "sr.", "sra.", "mr.", "mrs.", "ms.", "st.", "d.", "dna.", "a.m.", "p.m."]
      .contains(Fold.text(text))
  }
}

/// English words that are written together.
enum Contractions {
  static func split(_ text: String) -> [Word] {
    let plain = text.replacing("’", with: "'")
    let folded = Fold.text(plain)
    if let parts = whole[folded] { return parts.map(Tokenizer.word) }
    if ["master's", "bachelor's", "driver's", "mcdonald's", "levi's", "domino's", "sainsbury's", "lowe's", "wendy's"]
      .contains(folded)
    {
      return [Tokenizer.word(plain)]
    }
    if folded.hasSuffix("n't"), folded.count > 3 {
      return [Tokenizer.word(String(plain.dropLast(3))), Tokenizer.word("not")]
    }
    for (ending, word) in [("'m", "am"), ("'re", "are"), ("'ve", "have"), ("'ll", "will"), ("'d", "would")]
    where folded.hasSuffix(ending) {
      return [Tokenizer.word(String(plain.dropLast(ending.count))), Tokenizer.word(word)]
    }
    if folded.hasSuffix("'s") { return [Tokenizer.word(String(plain.dropLast(2))), Tokenizer.word("'s")] }
    if folded.hasSuffix("s'") { return [Tokenizer.word(String(plain.dropLast(1))), Tokenizer.word("'s")] }
    return [Tokenizer.word(plain)]
  }

  private static let whole: [String: [String]] = [
    "can't": ["can", "not"], "won't": ["will", "not"], "cannot": ["can", "not"], "im": ["I", "am"],
    "ive": ["I", "have"], "dont": ["do", "not"], "doesnt": ["does", "not"], "didnt": ["did", "not"],
    "isnt": ["is", "not"], "cant": ["can", "not"], "whats": ["what", "'s"], "wheres": ["where", "'s"],
    "whens": ["when", "'s"], "hows": ["how", "'s"],
    "whos": ["who", "'s"], "hes": ["he", "'s"], "shes": ["she", "'s"], "its": ["its"], "let's": ["let's"],
    "havent": ["have", "not"], "hasnt": ["has", "not"], "wasnt": ["was", "not"], "arent": ["are", "not"],
  ]
}
