/// The words of a sentence and which depends on which, in the terms of Universal Dependencies.
package struct DependencyTree: Sendable, Hashable {
  package struct Token: Sendable, Hashable {
    /// As it is written; for a part of a contraction («de» and «el» of «del») the part.
    package var text: String
    package var lemma: String
    /// NOUN, VERB, PROPN…
    package var partOfSpeech: String
    /// "Number=Sing|Person=3", as features by name.
    package var features: [String: String]
    /// The place of the token that it depends on; nil for a root.
    package var head: Int?
    /// nsubj, obj, obl:arg…, in small letters.
    package var relation: String

    package init(
      text: String, lemma: String, partOfSpeech: String, features: [String: String] = [:], head: Int?, relation: String
    ) {
      self.text = text
      self.lemma = lemma
      self.partOfSpeech = partOfSpeech
      self.features = features
      self.head = head
      self.relation = relation
    }

    /// The relation without what comes after its colon.
    var base: String { String(relation.prefix { $0 != ":" }) }
    var isVerbal: Bool { partOfSpeech == "VERB" || partOfSpeech == "AUX" }
    var isNominal: Bool { ["NOUN", "PROPN", "PRON", "NUM"].contains(partOfSpeech) }

    /// The features in "Number=Sing|Person=3"; none in "_" and "".
    package static func features(_ text: some StringProtocol) -> [String: String] {
      var features: [String: String] = [:]
      for pair in text.split(separator: "|") {
        let parts = pair.split(separator: "=", maxSplits: 1)
        if parts.count == 2 { features[String(parts[0])] = String(parts[1]) }
      }
      return features
    }
  }

  /// What a longer sentence has is no sentence that anybody wrote.
  package static let maxTokens = 1_000

  package private(set) var tokens: [Token]
  private(set) var children: [[Int]]

  /// - Returns: Nil where a head is no token, a token depends on itself over whatever way, or there are more than
  ///   `maxTokens` or none.
  package init?(_ tokens: [Token]) {
    guard !tokens.isEmpty, tokens.count <= Self.maxTokens else { return nil }
    var children: [[Int]] = Array(repeating: [], count: tokens.count)
    for (place, token) in tokens.enumerated() {
      guard let head = token.head else { continue }
      guard tokens.indices.contains(head), head != place else { return nil }
      children[head].append(place)
    }
    self.tokens = tokens
    self.children = children
    guard reachesAll else { return nil }
  }

  /// Whether every token hangs from a root, and so none from itself.
  private var reachesAll: Bool {
    var open = tokens.indices.filter { tokens[$0].head == nil }
    var count = 0
    while let place = open.popLast() {
      count += 1
      open += children[place]
    }
    return count == tokens.count
  }

  /// Children with one of these relations, left to right; a relation without a colon takes in its subtypes.
  func children(of place: Int, _ relations: Set<String>) -> [Int] {
    children[place].filter { relations.contains(tokens[$0].relation) || relations.contains(tokens[$0].base) }
  }

  func child(of place: Int, _ relations: Set<String>) -> Int? { children(of: place, relations).first }

  /// All that hangs from a token, itself included, left to right, without what hangs below `pruned` relations.
  func subtree(of place: Int, without pruned: Set<String> = []) -> [Int] {
    var found: [Int] = []
    var open = [place]
    while let next = open.popLast() {
      found.append(next)
      open += children[next].filter { !pruned.contains(tokens[$0].base) }
    }
    return found.sorted()
  }

  /// Hangs a token from another one, unless that would make a circle.
  mutating func attach(_ place: Int, to head: Int, as relation: String) {
    guard place != head, !subtree(of: place).contains(head) else { return }
    if let old = tokens[place].head { children[old].removeAll { $0 == place } }
    tokens[place].head = head
    tokens[place].relation = relation
    children[head].append(place)
    children[head].sort()
  }

  mutating func relabel(_ place: Int, as relation: String) { tokens[place].relation = relation }

  mutating func retag(_ place: Int, as partOfSpeech: String) { tokens[place].partOfSpeech = partOfSpeech }

  mutating func setLemma(_ place: Int, _ lemma: String) { tokens[place].lemma = lemma }
}
