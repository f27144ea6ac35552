package import SaraiCore

/// An exact answer to a question, in the question's language.
package struct CalcAnswer: Sendable, Hashable {
  package enum Kind: String, Sendable {
    case arithmetic, units, date, time
  }

  /// What the answer is, the same in both languages.
  package enum Outcome: Sendable, Hashable {
    /// A number, a number with its unit, an ISO date with or without weekday or time, a stretch of time, yes or no.
    /// A fraction without end is `n/d`; what was rounded begins with `~`.
    case value(String)
    /// A question of its own that has no answer.
    case fault(CalcFault)
  }

  package let kind: Kind
  package let language: Language
  /// The sentence to say.
  package let text: String
  package let outcome: Outcome

  /// The value as text, or `!` and the fault's name.
  package var plain: String {
    switch outcome {
    case .value(let value): value
    case .fault(let fault): "!" + fault.name
    }
  }
}

/// Answers questions of arithmetic, dates and units, in Spanish and in English, exactly or not at all.
///
/// It is asked before the model on every turn, so it takes only what it understands to the last word. There is no
/// clock in it: the caller says what time it is.
package struct Calculator: Sendable {
  package init() {}

  /// - Parameters:
  ///   - question: As it was typed.
  ///   - language: For questions without a word that tells it, such as 2^64.
  ///   - now: What the clock on the wall shows.
  /// - Returns: Nil for anything but a question that has one exact answer, or a clear fault.
  package func answer(_ question: String, language: Language, now: CivilDateTime) -> CalcAnswer? {
    guard question.utf8.count <= Limits.questionBytes, var tokens = Tokenizer.tokens(of: question),
      let ending = Ending.cut(&tokens)
    else { return nil }
    guard tokens.contains(where: { $0.kind == .number }) || tokens.contains(where: { Cues.words.contains($0.text) })
    else {
      return nil
    }
    let money = Money.take(from: &tokens)
    guard let money else { return nil }
    for candidate in LanguageGuess.candidates(tokens, fallback: language) {
      let reader = Reader(tokens: tokens, language: candidate)
      let writer = AnswerWriter(language: candidate, now: now, ending: ending, money: money)
      if let answer = answer(reader, writer) { return answer }
    }
    return nil
  }

  private func answer(_ reader: Reader, _ writer: AnswerWriter) -> CalcAnswer? {
    let whole = 0..<reader.tokens.count
    let core = Fillers.core(reader, in: whole)
    let rules = reader.language == .spanish ? SpanishRules.all : EnglishRules.all
    for range in core == whole ? [whole] : [core, whole] where !range.isEmpty {
      let first = reader.text(range.lowerBound)
      for rule in rules {
        if let words = rule.pattern.firstWords, !words.contains(first) { continue }
        guard let captures = reader.match(rule.pattern, in: range), let request = rule.build(Captures(all: captures)),
          Plausibility(reader: reader, range: range, ending: writer.ending, money: writer.money).allows(request),
          let answer = writer.answer(request)
        else { continue }
        return answer
      }
    }
    return nil
  }
}

/// How a question ended, once marks and pictures are cut off.
struct Ending: Sendable {
  /// `2+2=`
  var hasEquals = false
  /// The last mark was an exclamation mark that could also be a factorial.
  var hasBang = false

  /// Nil where nothing is left, or a picture stands within.
  static func cut(_ tokens: inout [Token]) -> Ending? {
    var ending = Ending()
    while let first = tokens.first, first.kind == .picture || first.isSymbol(",") { tokens.removeFirst() }
    while let last = tokens.last {
      if last.kind == .picture || [".", "?", ",", ";", ":"].contains(where: last.isSymbol) {
        tokens.removeLast()
      } else if last.isSymbol("=") {
        guard !ending.hasEquals else { return nil }
        ending.hasEquals = true
        tokens.removeLast()
      } else if last.isSymbol("!") {
        // Several are joy; a single one behind a number may be a factorial.
        let count = tokens.reversed().prefix { $0.isSymbol("!") }.count
        let before = tokens.dropLast(count).last
        if count == 1, !last.followsSpace, before?.kind == .number || before?.isSymbol(")") == true {
          ending.hasBang = true
          break
        }
        tokens.removeLast(count)
      } else {
        break
      }
    }
    return tokens.isEmpty || tokens.contains { $0.kind == .picture } ? nil : ending
  }
}
