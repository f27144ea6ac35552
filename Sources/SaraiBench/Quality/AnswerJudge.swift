/// A phrase that an answer may hold: consecutive whole words, the last of which may be open (`bark*`); `^` binds it to
/// the answer's beginning.
package struct AnswerPhrase: Sendable, Hashable {
  package let words: [String]
  let isPrefix: Bool
  let isAnchored: Bool

  /// Nil where the text holds no word.
  package init?(_ text: String) {
    words = AnswerWords.of(text)
    isPrefix = text.hasSuffix("*")
    isAnchored = text.hasPrefix("^")
    guard !words.isEmpty else { return nil }
  }

  /// Where the phrase first stands, as the index of its first word.
  func position(in answer: [String]) -> Int? {
    guard answer.count >= words.count else { return nil }
    let last = isAnchored ? 0 : answer.count - words.count
    return (0...last).first { start in
      words.indices.allSatisfy { index in
        let word = answer[start + index]
        return isPrefix && index == words.count - 1 ? word.hasPrefix(words[index]) : word == words[index]
      }
    }
  }
}

enum AnswerWords {
  /// Lower-case words without accents, of letters and digits.
  static func of(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map { word in String(word.map { plain[$0] ?? $0 }) }
  }

  /// The accented letters of the languages asked about. Characters compare by canonical equivalence, so a letter and
  /// its combining accent count as the one letter.
  private static let plain: [Character: Character] = {
    let letters: [Character: String] = [
      "a": "áàâäãå", "c": "ç", "e": "éèêë", "i": "íìîï", "n": "ñ", "o": "óòôöõ", "u": "úùûü",
    ]
    return letters.reduce(into: [:]) { plain, letter in
      for accented in letter.value { plain[accented] = letter.key }
    }
  }()
}

/// Decides whether an answer is right, by the rule of Benchmarks/quality/README.md.
package struct AnswerJudge: Sendable {
  /// Only so many words of an answer count.
  package static let headWords = 30
  /// Kinds whose answers share words, so that a word of another answer says nothing.
  package static let kindsWithSharedAnswers: Set<String> = ["definitions", "greetings", "identity", "yes-no"]

  private let questionsByKind: [String: [Question]]

  package init(questions: [Question]) {
    questionsByKind = Dictionary(grouping: questions, by: \.kind)
  }

  package func isRight(_ answer: String, to question: Question) -> Bool {
    let head = Array(AnswerWords.of(answer).prefix(Self.headWords))
    guard let first = question.accept.compactMap({ $0.position(in: head) }).min() else { return false }
    if question.reject.contains(where: { $0.position(in: head) != nil }) { return false }
    if Self.kindsWithSharedAnswers.contains(question.kind) { return true }
    return !rivals(of: question).contains { $0.position(in: head).map { $0 < first } ?? false }
  }

  /// What answers other questions of the kind, save what this question accepts or says itself.
  private func rivals(of question: Question) -> [AnswerPhrase] {
    let asked = Set(AnswerWords.of(question.text))
    let own = Set(question.accept.map(\.words))
    return questionsByKind[question.kind, default: []].lazy.filter { $0.id != question.id }.flatMap(\.accept)
      .filter { !own.contains($0.words) && !asked.isSuperset(of: $0.words) }
  }
}
