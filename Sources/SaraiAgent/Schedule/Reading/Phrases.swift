/// Phrases of which one is looked for in a sentence: words in a row, `a|b` for either, `?a` for what may be missing,
/// and `<name>` for a group of words.
struct Phrases: ExpressibleByArrayLiteral, Sendable {
  private struct Step: Sendable {
    let words: [String]
    let isOptional: Bool
  }

  /// By their first words, so that a sentence is not compared with all of them.
  private var patterns: [String: [[Step]]] = [:]

  init(arrayLiteral phrases: String...) { self.init(phrases) }

  init(_ phrases: [String], groups: [String: String] = [:]) {
    for var phrase in phrases {
      for (name, words) in groups { phrase = phrase.replacing("<\(name)>", with: words) }
      let steps = phrase.split(separator: " ").map { part in
        let isOptional = part.hasPrefix("?")
        return Step(
          words: (isOptional ? part.dropFirst() : part).split(separator: "|").map(String.init), isOptional: isOptional)
      }
      for (index, step) in steps.enumerated() {
        for word in step.words { patterns[word, default: []].append(Array(steps[index...])) }
        guard step.isOptional else { break }
      }
    }
  }

  /// Where the longest phrase that begins at `start` ends.
  func end(in tokens: SentenceTokens, at start: Int) -> Int? {
    patterns[tokens[start]]?.compactMap { Self.end($0[...], tokens, start, isFirst: true) }.max()
  }

  private static func end(_ steps: ArraySlice<Step>, _ tokens: SentenceTokens, _ position: Int, isFirst: Bool) -> Int? {
    guard let step = steps.first else { return position }
    var ends: [Int?] = []
    if step.words.contains(tokens[position]) {
      ends.append(end(steps.dropFirst(), tokens, position + 1, isFirst: false))
    }
    if step.isOptional, !isFirst { ends.append(end(steps.dropFirst(), tokens, position, isFirst: false)) }
    return ends.compactMap { $0 }.max()
  }
}
