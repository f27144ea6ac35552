import SaraiCore

/// Who did what to whom, by the head words of a sentence.
package struct Triple: Sendable, Hashable {
  /// Folded; empty where the sentence leaves the subject to the form of the verb.
  package var subject: String
  /// The infinitive, folded.
  package var verb: String
  /// Folded; empty where there is none.
  package var object: String

  package init(subject: String, verb: String, object: String) {
    self.subject = subject
    self.verb = verb
    self.object = object
  }
}

/// Derives triples from a dependency tree of Universal Dependencies, the same way from a treebank's and a parser's.
///
/// - A predicate is a verb that is no auxiliary and that has a subject or a finite form, its own or its auxiliary's;
///   or whatever has a copula (`cop`).
/// - Its subjects are its `nsubj` (with all subtypes) and what is joined to them by `conj`. A relative pronoun stands
///   for the word that its clause (`acl`) hangs from. Where there is none, a predicate that is joined to another one
///   (`conj`) or is its open complement (`xcomp`) has the subject of that one, unless its own finite form is of
///   another person or number. Where a finite verb has none after that, the subject is empty.
/// - A relative clause (`acl:relcl`, or `acl` with a finite verb) that begins with a bare «que», "that" or "which",
///   however treebanks call that word, is about the word that it hangs from: that is its subject where the clause has
///   none and the verb is of the third person, and its object where the clause has a subject and no object.
/// - The verb is the lemma of the predicate, or of the copula.
/// - Objects are `obj`, `iobj`, `obl` (with all subtypes) and `xcomp` of a verb and what is joined to them by `conj`;
///   with a copula, the word that has it and what is joined to that without a copula or a subject of its own. Nominals
///   are named by their form, infinitives and other verbs by their lemma. Personal pronouns are no objects, and a
///   relative pronoun stands for its antecedent; adverbs are none. A verb without objects makes a triple with an empty one, provided
///   that it has a subject.
/// - All words are compared without case and accents, a name of several words by the
///   first of them, and a word with hyphens by its first part, since treebanks cut it and parsers do not.
package struct TripleReader {
  private let tree: DependencyTree

  private init(_ tree: DependencyTree) { self.tree = tree }

  /// The triples of a sentence, in the order of their predicates; none twice.
  package static func triples(of tree: DependencyTree) -> [Triple] {
    let reader = TripleReader(tree)
    var found: [Triple] = []
    var seen: Set<Triple> = []
    for place in tree.tokens.indices {
      for triple in reader.triples(at: place) where seen.insert(triple).inserted { found.append(triple) }
    }
    return found
  }

  private func triples(at place: Int) -> [Triple] {
    guard isPredicate(place) else { return [] }
    let subjects = subjects(of: place)
    var objects: [String]
    let verb: String
    if let copula = copula(of: place) {
      verb = lemma(copula)
      objects = properties(of: place).map(name)
    } else {
      verb = lemma(place)
      objects = self.objects(of: place)
    }
    guard !verb.isEmpty else { return [] }
    if objects.isEmpty {
      guard !subjects.isEmpty else { return [] }
      objects = [""]
    }
    return (subjects.isEmpty ? [""] : subjects.map(name)).flatMap { subject in
      objects.map { Triple(subject: subject, verb: verb, object: $0) }
    }
  }

  // MARK: predicates

  private func copula(of place: Int) -> Int? { tree.child(of: place, ["cop"]) }

  private func isPredicate(_ place: Int) -> Bool {
    let token = tree.tokens[place]
    if ["aux", "cop", "case", "fixed", "flat", "compound"].contains(token.base) { return false }
    if copula(of: place) != nil { return true }
    guard token.isVerbal else { return false }
    return isFinite(place) || tree.child(of: place, ["nsubj"]) != nil || (token.base == "xcomp" && isInfinitive(place))
  }

  private func isInfinitive(_ place: Int) -> Bool { tree.tokens[place].features["VerbForm"] == "Inf" }

  private func isFinite(_ place: Int) -> Bool { finite(of: place) != nil }

  /// The word that carries person and number: the verb, an auxiliary or the copula.
  private func finite(of place: Int) -> Int? {
    if tree.tokens[place].isVerbal, tree.tokens[place].features["VerbForm"] == "Fin" { return place }
    return tree.children(of: place, ["aux", "cop"]).first { tree.tokens[$0].features["VerbForm"] == "Fin" }
  }

  // MARK: subjects

  private func subjects(of place: Int, depth: Int = 0) -> [Int] {
    let own = tree.children(of: place, ["nsubj"]).filter { $0 != relativizer(of: place) }
    if !own.isEmpty { return own.flatMap { joined($0) }.flatMap { antecedents($0) } }
    if relativizer(of: place) != nil, let antecedent = tree.tokens[place].head,
      finite(of: place).map({ ["3", nil].contains(tree.tokens[$0].features["Person"]) }) ?? false
    {
      return [antecedent]
    }
    guard depth < 16, let head = tree.tokens[place].head,
      ["conj", "xcomp"].contains(tree.tokens[place].base), isPredicate(head), agrees(place, head)
    else { return [] }
    return subjects(of: head, depth: depth + 1)
  }

  private func agrees(_ place: Int, _ other: Int) -> Bool {
    guard let own = finite(of: place), let their = finite(of: other) else { return true }
    return ["Person", "Number"].allSatisfy { feature in
      let (a, b) = (tree.tokens[own].features[feature], tree.tokens[their].features[feature])
      return a == nil || b == nil || a == b
    }
  }

  /// The bare «que» with which a relative clause begins.
  private func relativizer(of place: Int) -> Int? {
    guard tree.tokens[place].base == "acl", isFinite(place) else { return nil }
    return tree.children(of: place, ["mark", "nsubj", "obj", "obl", "dep"]).first {
      ["que", "that", "which", "who"].contains(Fold.text(tree.tokens[$0].text)) && tree.child(of: $0, ["case"]) == nil
    }
  }

  /// A nominal and those joined to it.
  private func joined(_ place: Int) -> [Int] {
    [place] + tree.children(of: place, ["conj"]).filter { !isPredicate($0) }
  }

  /// The word itself, or what a relative pronoun stands for; nothing for one whose clause hangs from no nominal.
  private func antecedents(_ place: Int) -> [Int] {
    guard tree.tokens[place].features["PronType"]?.split(separator: ",").contains("Rel") ?? false else {
      return [place]
    }
    var clause = tree.tokens[place].head
    var steps = 0
    while let here = clause, steps < 8 {
      if tree.tokens[here].base == "acl" { return tree.tokens[here].head.map { [$0] } ?? [] }
      guard ["conj", "xcomp", "ccomp", "advcl"].contains(tree.tokens[here].base) else { return [] }
      clause = tree.tokens[here].head
      steps += 1
    }
    return []
  }

  // MARK: objects

  private func objects(of place: Int) -> [String] {
    let relativizer = relativizer(of: place)
    var found = tree.children(of: place, ["obj", "iobj", "obl", "xcomp"]).filter { $0 != relativizer }
      .flatMap { joined($0) }.flatMap { antecedents($0) }.filter { isObject($0) }
    let hasSubject = tree.children(of: place, ["nsubj"]).contains { $0 != relativizer }
    if relativizer != nil, hasSubject, tree.child(of: place, ["obj"]).map({ $0 == relativizer }) ?? true,
      let antecedent = tree.tokens[place].head
    {
      found.insert(antecedent, at: 0)
    }
    return found.map(name).filter { !$0.isEmpty }
  }

  /// Adverbs say how and when; «donde» is one, whatever hangs from it.
  private func isObject(_ place: Int) -> Bool {
    !isPersonal(place) && !["ADV", "SCONJ", "CCONJ", "PUNCT", "SYM"].contains(tree.tokens[place].partOfSpeech)
  }

  private func isPersonal(_ place: Int) -> Bool {
    let token = tree.tokens[place]
    return token.partOfSpeech == "PRON" && token.features["PronType"] == "Prs"
  }

  /// What is said of the subject of a copula.
  private func properties(of place: Int) -> [Int] {
    [place]
      + tree.children(of: place, ["conj"]).filter {
        copula(of: $0) == nil && tree.child(of: $0, ["nsubj"]) == nil && !tree.tokens[$0].isVerbal
      }
  }

  // MARK: names

  private func name(_ place: Int) -> String {
    guard !tree.tokens[place].isVerbal else { return lemma(place) }
    // Of a name, treebanks take the first word for its head and parsers now this and now that one.
    var place = place
    while place > 0, isNamePart(place), isNamePart(place - 1) { place -= 1 }
    let form = Fold.text(tree.tokens[place].text)
    return form.split(separator: "-").first.map(String.init) ?? form
  }

  private func isNamePart(_ place: Int) -> Bool {
    let token = tree.tokens[place]
    return (token.text.first?.isUppercase ?? false) && ["PROPN", "NOUN", "ADJ"].contains(token.partOfSpeech)
  }

  /// Parsers give «hacerlo» the lemma "hacer él".
  private func lemma(_ place: Int) -> String {
    let token = tree.tokens[place]
    let lemma = token.lemma.split(separator: " ").first.map(String.init) ?? ""
    return Fold.text(lemma.isEmpty || lemma == "_" ? token.text : lemma)
  }
}
