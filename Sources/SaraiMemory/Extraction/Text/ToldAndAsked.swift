import SaraiCore

/// Sentences that tell something and then ask: «tengo 37 años, ¿cuántos son 37 por 2?».
enum ToldAndAsked {
  /// The statement and the question; nil for a sentence that only asks, such as «mi hermana, ¿dónde vive?».
  static func divided(
    _ sentence: Sentence, _ language: Language, today: CivilDate
  ) -> (told: Sentence, asked: Sentence)? {
    guard sentence.isQuestion else { return nil }
    for place in places(sentence, language) {
      var told = Array(sentence.words[..<place])
      while let last = told.last, last.kind == .sign || joints.contains(last.folded) { told.removeLast() }
      let asked = Array(sentence.words[place...])
      guard told.count > 1, asked.count(where: { $0.kind != .sign }) > 1 else { continue }
      let statement = Sentence(words: told, isQuestion: false)
      guard !ForgetWords.isRequest(statement, language), !Requests.isRequest(statement, language),
        !UnmarkedQuestion.matches(statement, language),
        ClauseReader.clauses(of: statement, language: language, today: today).contains(where: {
          $0.subject != nil && !$0.arguments.isEmpty
        })
      else { continue }
      return (statement, Sentence(words: asked, isQuestion: true))
    }
    return nil
  }

  /// Where the question may begin: at «¿», or after a comma with a question word.
  private static func places(_ sentence: Sentence, _ language: Language) -> [Int] {
    if let start = sentence.questionStart { return [start] }
    let words = sentence.words
    return words.indices.filter { place in
      guard place > 1, words[place - 1].isSign(",") else { return false }
      let next = place + 1 < words.count ? words[place + 1].folded : ""
      if language == .spanish { return accented.contains(words[place].lowercased) }
      return asking.contains(words[place].folded) || auxiliaries.contains(words[place].folded)
        || ["who", "which", "where", "when"].contains(words[place].folded) && auxiliaries.contains(next)
    }
  }

  private static let joints = Vocabulary.set("y e pero and but so entonces")
  private static let accented: Set = [
    "qué", "quién", "quiénes", "dónde", "adónde", "cuándo", "cómo", "cuál", "cuáles", "cuánto", "cuánta", "cuántos",
    "cuántas",
  ]
  private static let asking = Vocabulary.set("what how why")
  private static let auxiliaries = Vocabulary.set("is are was were do does did have has can could will would should 's")
}
