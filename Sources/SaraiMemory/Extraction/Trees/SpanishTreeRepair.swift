import SaraiCore

/// Mends what the parser of Spanish typically gets wrong, before triples are read.
package enum SpanishTreeRepair {
  package static func triples(of tree: DependencyTree) -> [Triple] { TripleReader.triples(of: repaired(tree)) }

  package static func repaired(_ tree: DependencyTree) -> DependencyTree {
    var tree = tree
    for place in tree.tokens.indices { lemma(&tree, place) }
    for place in tree.tokens.indices { participle(&tree, place) }
    for place in tree.tokens.indices { percentage(&tree, place) }
    for place in tree.tokens.indices { fixedNoun(&tree, place) }
    for place in tree.tokens.indices { markedComplement(&tree, place) }
    for place in tree.tokens.indices { objectOfHaber(&tree, place) }
    for place in tree.tokens.indices { precedingSubject(&tree, place) }
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

  /// «El 87 %»: the number counts the sign and not the other way round.
  private static func percentage(_ tree: inout DependencyTree, _ place: Int) {
    let sign = place + 1
    guard tree.tokens[place].text.first?.isNumber ?? false, tree.tokens.indices.contains(sign),
      tree.tokens[sign].text == "%", tree.tokens[place].head != sign
    else { return }
    let (head, relation) = (tree.tokens[place].head, tree.tokens[place].relation)
    let isSignInside = tree.subtree(of: place).contains(sign)
    guard isSignInside, let head else { return }
    tree.attach(sign, to: head, as: relation)
    for child in tree.children[place] where child != sign {
      tree.attach(child, to: sign, as: tree.tokens[child].relation)
    }
    tree.attach(place, to: sign, as: "nummod")
    tree.retag(sign, as: "NOUN")
  }

  /// «Con motivo de la boda»: a noun within a long preposition is a noun with a complement.
  private static func fixedNoun(_ tree: inout DependencyTree, _ place: Int) {
    let token = tree.tokens[place]
    guard token.base == "fixed", token.partOfSpeech == "NOUN", let preposition = token.head,
      tree.tokens[preposition].base == "case", let complement = tree.tokens[preposition].head,
      complement > place, let head = tree.tokens[complement].head, !fixed.contains(Fold.text(token.text)),
      tree.tokens.indices.contains(place + 1), ["de", "del"].contains(Fold.text(tree.tokens[place + 1].text))
    else { return }
    let relation = tree.tokens[complement].relation
    tree.attach(place, to: head, as: relation)
    tree.attach(preposition, to: place, as: "case")
    tree.attach(complement, to: place, as: "nmod")
    tree.attach(place + 1, to: complement, as: "case")
  }

  private static let fixed = Vocabulary.set("embargo partir respecto")

  /// «Tratar de persuadir»: an infinitive after a preposition is a clause, no object.
  private static func markedComplement(_ tree: inout DependencyTree, _ place: Int) {
    guard tree.tokens[place].base == "xcomp", tree.tokens[place].features["VerbForm"] == "Inf",
      tree.child(of: place, ["mark", "case"]) != nil
    else { return }
    tree.relabel(place, as: "advcl")
  }

  /// What there is has no subject: «había 126 personas».
  private static func objectOfHaber(_ tree: inout DependencyTree, _ place: Int) {
    guard Fold.text(tree.tokens[place].lemma) == "haber", tree.tokens[place].base != "aux" else { return }
    for subject in tree.children(of: place, ["nsubj"]) where tree.tokens[subject].isNominal {
      tree.relabel(subject, as: "obj")
    }
  }

  /// «…, el 3 % eran…»: what stands right before a verb without a subject is its subject where it agrees with it.
  private static func precedingSubject(_ tree: inout DependencyTree, _ place: Int) {
    let copula = tree.child(of: place, ["cop"])
    guard copula != nil || tree.tokens[place].partOfSpeech == "VERB",
      !["aux", "cop", "acl", "xcomp"].contains(tree.tokens[place].base),
      tree.child(of: place, ["nsubj", "csubj"]) == nil
    else { return }
    let verbal = [copula ?? place] + tree.children(of: place, ["aux"])
    guard let finite = verbal.first(where: { tree.tokens[$0].features["VerbForm"] == "Fin" }), var start = verbal.min(),
      tree.tokens[finite].features["Person"] == "3"
    else { return }
    while start > 0, ["PRON", "ADV"].contains(tree.tokens[start - 1].partOfSpeech), tree.tokens[start - 1].head == place
    {
      start -= 1
    }
    let last = start - 1
    guard last >= 0, var noun = nominal(tree, endingAt: last) else { return }
    // Up to the phrase that ends here and is not part of a larger one with a preposition.
    while let head = tree.tokens[noun].head, head < start,
      ["nmod", "flat", "amod", "compound"].contains(tree.tokens[noun].base)
    {
      noun = head
    }
    let first = tree.subtree(of: noun).min() ?? noun
    guard ["NOUN", "PROPN", "PRON"].contains(tree.tokens[noun].partOfSpeech), tree.child(of: noun, ["case"]) == nil,
      first == 0 || ["PUNCT", "CCONJ", "SCONJ"].contains(tree.tokens[first - 1].partOfSpeech),
      !["nsubj", "root"].contains(tree.tokens[noun].base), !tree.subtree(of: noun).contains(place)
    else { return }
    tree.attach(noun, to: place, as: "nsubj")
  }

  private static func nominal(_ tree: DependencyTree, endingAt last: Int) -> Int? {
    tree.tokens[last].isNominal || tree.tokens[last].partOfSpeech == "ADJ" ? last : nil
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
