import SaraiCore

/// Mends what the parser of Spanish typically gets wrong, before triples are read.
package enum SpanishTreeRepair {
  package static func triples(of tree: DependencyTree) -> [Triple] { TripleReader.triples(of: repaired(tree)) }

  package static func repaired(_ tree: DependencyTree) -> DependencyTree {
    var tree = tree
    for place in tree.tokens.indices { lemma(&tree, place) }
    for place in tree.tokens.indices { participle(&tree, place) }
    return tree
  }

  /// The parser guesses the infinitive of verbs that it does not know: «promedeir».
  private static func lemma(_ tree: inout DependencyTree, _ place: Int) {
    let token = tree.tokens[place]
    guard token.isVerbal else { return }
    let lemmas = SpanishConjugation.shared.readings(of: Tokenizer.word(token.text)).map(\.lemma)
    guard let first = lemmas.first, !lemmas.contains(where: { Fold.text($0) == Fold.text(token.lemma) }),
      !token.lemma.contains(" ")
    else { return }
    tree.setLemma(place, first)
  }

  /// «Está escrita» says what was done, not how something is.
  private static func participle(_ tree: inout DependencyTree, _ place: Int) {
    guard let copula = tree.child(of: place, ["cop"]), ["ser", "estar"].contains(Fold.text(tree.tokens[copula].lemma)),
      tree.tokens[place].partOfSpeech != "PROPN", tree.child(of: place, ["det"]) == nil,
      let infinitive = infinitive(ofParticiple: tree.tokens[place].text)
    else { return }
    tree.relabel(copula, as: "aux")
    tree.retag(place, as: "VERB")
    tree.setLemma(place, infinitive)
  }

  static func infinitive(ofParticiple text: String) -> String? {
    let word = Tokenizer.word(text)
    let readings = SpanishConjugation.shared.readings(of: word)
    if let known = readings.first(where: { $0.tense == .participle }) { return known.lemma }
    guard readings.isEmpty else { return nil }
    for (ending, infinitive) in [("ad", "ar"), ("id", "ir")] {
      for gender in ["o", "a", "os", "as"] where word.folded.hasSuffix(ending + gender) && word.folded.count > 6 {
        return word.folded.dropLast(ending.count + gender.count) + infinitive
      }
    }
    return nil
  }
}
