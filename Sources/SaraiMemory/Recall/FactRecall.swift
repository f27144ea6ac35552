package import SaraiCore

/// Finds the facts that a prompt should hold when a question cannot be answered from facts alone: those of whom it names,
/// those that share its words, those that were told in the turns found for it, and what is one step away from these.
package struct FactRecall {
  private let view: FactView
  private let answerer: Answerer

  /// What each way of being found counts.
  private enum Weight {
    /// Of somebody or something that the question names.
    static let named = 1.0
    /// A word that only one fact has; a word of many counts less.
    static let word = 1.0
    static let toldInTurn = 0.5
    /// Another fact of the same subject, or one of what a found fact speaks of.
    static let neighbour = 0.3
  }

  /// Words that are looked up, the longest first: each is a search.
  private static let mostWords = 8
  /// Found facts of which the neighbours are looked at.
  private static let mostSeeds = 8
  /// A word of more facts than these says nothing about any of them.
  private static let commonWord = 200

  package init(lookup: any FactLookup, owner: Owner) {
    view = FactView(lookup, owner: owner)
    answerer = Answerer(lookup: lookup, owner: owner)
  }

  /// - Parameters:
  ///   - told: Facts that were told in the turns found for the question.
  ///   - limit: How many at most.
  /// - Returns: By subject, verb and object, so that the same facts make the same prompt.
  /// - Throws: What the lookup throws.
  package func facts(
    for question: String, told: [Fact], language: Language, now: CivilDateTime, limit: Int
  ) throws -> [Fact] {
    var scores: [FactID: (fact: Fact, score: Double)] = [:]
    func add(_ fact: Fact, _ score: Double) {
      guard fact.standing == .current else { return }
      scores[fact.id, default: (fact, 0)].score += score
    }
    for fact in try named(in: question, language, now) { add(fact, Weight.named) }
    for word in Self.words(of: question) {
      let found = try view.facts(
        text: word, mostWithText: Self.commonWord, order: .stable, limit: Self.commonWord)
      for fact in found { add(fact, Weight.word / Double(found.count).squareRoot()) }
    }
    for fact in told { add(fact, Weight.toldInTurn) }
    let seeds = Self.best(scores.values, Self.mostSeeds)
    for seed in seeds {
      let around = try view.facts(
        subjects: [seed.fact.subject.text, seed.fact.object.text], order: .stable, limit: 2 * limit + 1)
      // Of the person themselves there are facts without end: each says no more of this question than any other.
      guard around.count <= 2 * limit else { continue }
      for fact in around where fact.id != seed.fact.id { add(fact, Weight.neighbour * min(1, seed.score)) }
    }
    return Self.best(scores.values, limit).map(\.fact).sorted(by: Self.isBefore)
  }

  private func named(in question: String, _ language: Language, _ now: CivilDateTime) throws -> [Fact] {
    guard let read = QuestionReader.question(in: question, language: language, today: now.date),
      let names = try answerer.subjects(of: read)
    else { return [] }
    let others = names.filter { $0 != EntityName.user }
    return others.isEmpty ? [] : try view.facts(subjects: others)
  }

  private static func words(of question: String) -> [String] {
    var words: Set<String> = []
    for word in WordSplitter.words(question, limit: 64)
    where word.count > 2 && !UnindexedWords.isFunctionWord(word, in: nil) {
      words.insert(word)
      // What is kept in Spanish is found by an English word too.
      words.insert(Vocabulary.noun(word))
      if let kin = Kinship.canonical(word).first { words.insert(kin) }
    }
    let longest = words.sorted { $0.count == $1.count ? $0 < $1 : $0.count > $1.count }.prefix(mostWords)
    // Endings change with number, gender and person.
    return longest.map { word in String(word.prefix(max(3, word.count - (word.count > 5 ? 2 : 1)))) }
  }

  private static func best(
    _ all: some Collection<(fact: Fact, score: Double)>, _ count: Int
  ) -> [(fact: Fact, score: Double)] {
    Array(all.sorted { ($1.score, $0.fact.id) < ($0.score, $1.fact.id) }.prefix(max(0, count)))
  }

  private static func isBefore(_ a: Fact, _ b: Fact) -> Bool {
    (a.subject.folded, a.verb.folded, a.object.folded, a.id) < (b.subject.folded, b.verb.folded, b.object.folded, b.id)
  }
}
