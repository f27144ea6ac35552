import SaraiCore

/// The clauses of a parsed sentence, in the terms in which the rules read them, so that both make facts alike.
///
/// Only what a person states of themselves or of others counts: no question, no command, nothing under a condition or
/// in the subjunctive, and no clause without a subject that can be told.
struct TreeClauses {
  private(set) var clauses: [Clause] = []
  private let tree: DependencyTree
  private let language: Language
  private let today: CivilDate

  init(_ tree: DependencyTree, language: Language, today: CivilDate) {
    self.tree = language == .spanish ? SpanishTreeRepair.repaired(tree) : tree
    self.language = language
    self.today = today
    for place in self.tree.tokens.indices {
      if let clause = clause(at: place) { clauses.append(clause) }
    }
  }

  /// The noun phrase that a text is, whole; nil where it is more or less than one.
  static func phrase(_ text: String, language: Language, today: CivilDate) -> NounPhrase? {
    guard text.utf8.count <= 400, let sentence = Tokenizer.sentences(of: text, in: language).first else { return nil }
    var words = sentence.words
    while let last = words.last, last.kind == .sign { words.removeLast() }
    for place in words.indices { words[place].isFirst = false }
    // A capital letter at the beginning of a sentence makes no name of «Mi».
    if let first = words.first, FunctionWords.of(language).isDeterminer(first.folded) {
      words[0].text = first.lowercased
    }
    guard let (phrase, end) = ChunkReader(words, language: language, today: today).phrase(at: 0, afterPreposition: true)
    else { return nil }
    if end == words.count { return phrase }
    // «una mercería en Cuenca»: the words stay as they were said, the noun is that of the beginning.
    var whole = phrase
    whole.text = text
    return whole
  }

  private static let bound: Set<String> = ["csubj", "nmod", "nsubj", "obj", "obl"]

  private func clause(at place: Int) -> Clause? {
    let token = tree.tokens[place]
    let copula = tree.child(of: place, ["cop"])
    guard copula != nil || token.partOfSpeech == "VERB", !["aux", "cop", "amod", "fixed", "flat"].contains(token.base),
      let finite = finite(of: place, copula: copula), isStated(place, finite)
    else { return nil }
    var verb = VerbGroup()
    verb.lemma = lemma(copula ?? place)
    verb.verb = Vocabulary.verb(verb.lemma)
    verb.person = person(finite)
    verb.isPast =
      ["Past", "Imp"].contains(tree.tokens[finite].features["Tense"]) && tree.child(of: place, ["aux"]) == nil
    verb.isImperfect = tree.tokens[finite].features["Tense"] == "Imp"
    verb.isPerfect = Fold.text(tree.tokens[finite].lemma) == "haber"
    verb.isNegated = tree.children(of: place, ["advmod"]).contains {
      Self.denials.contains(Fold.text(tree.tokens[$0].text))
    }
    verb.words = [tree.tokens[finite].text]
    guard let subject = subject(of: place, verb) else { return nil }
    var clause = Clause(subject: subject, verb: verb)
    if copula != nil {
      guard let property = phrase(place, without: Self.bound.union(["cop", "nsubj", "advmod", "punct", "aux", "case"]))
      else { return nil }
      clause.arguments = [argument(property, at: place)]
    } else {
      clause.arguments = arguments(of: place)
    }
    guard clause.arguments.count <= 6 else { return nil }
    return clause
  }

  private func finite(of place: Int, copula: Int?) -> Int? {
    ([copula, place].compactMap { $0 } + tree.children(of: place, ["aux"])).first {
      tree.tokens[$0].features["VerbForm"] == "Fin"
    }
  }

  private func isStated(_ place: Int, _ finite: Int) -> Bool {
    let features = tree.tokens[finite].features
    guard ["Ind", nil].contains(features["Mood"]), !["2"].contains(features["Person"] ?? "") else { return false }
    // What would hold under a condition does not hold.
    let hasCondition = tree.children(of: place, ["advcl"]).contains { clause in
      tree.children(of: clause, ["mark"]).contains { ["si", "if"].contains(Fold.text(tree.tokens[$0].text)) }
    }
    guard !hasCondition else { return false }
    let marks = tree.children(of: place, ["mark"]).map { Fold.text(tree.tokens[$0].text) }
    guard marks.allSatisfy({ ["que", "porque", "pues", "that", "because"].contains($0) }) else { return false }
    return isOwnStatement(place)
  }

  /// Whether no clause above makes this one a report, a wish, a denial or a mere possibility.
  private func isOwnStatement(_ place: Int) -> Bool {
    var place = place
    while let governor = tree.tokens[place].head {
      let marks = tree.children(of: place, ["mark"]).map { Fold.text(tree.tokens[$0].text) }
      switch tree.tokens[place].base {
      case "ccomp": guard isTelling(governor) else { return false }
      // «Es mentira que yo fume»
      case "csubj": return false
      case "advcl": guard marks.contains(where: Self.factual.contains) else { return false }
      // «El rumor de que mi hermano fuma»
      case "acl":
        let isRelative = tree.children(of: place, ["nsubj", "obj", "obl", "iobj"]).contains {
          tree.tokens[$0].features["PronType"] == "Rel"
        }
        if !isRelative, !marks.isEmpty, tree.child(of: place, ["nsubj"]) != nil { return false }
      default: break
      }
      place = governor
    }
    return true
  }

  private static let factual: Set<String> = ["porque", "pues", "aunque", "because", "since", "although", "though"]
  private static let telling = Vocabulary.set(
    """
    decir contar saber creer pensar recordar jurar asegurar confesar say tell know think believe remember swear mean
    """)

  /// Whether the person says by this verb what they hold to be so.
  private func isTelling(_ place: Int) -> Bool {
    let isDenied = tree.children(of: place, ["advmod"]).contains {
      Self.denials.contains(Fold.text(tree.tokens[$0].text))
    }
    guard !isDenied, Self.telling.contains(Fold.text(lemma(place))) else { return false }
    let finite = self.finite(of: place, copula: tree.child(of: place, ["cop"]))
    let speaker = tree.child(of: place, ["nsubj"]).map { Fold.text(tree.tokens[$0].text) }
    guard finite.map({ ["Ind", nil].contains(tree.tokens[$0].features["Mood"]) }) ?? true else { return false }
    return finite.map { tree.tokens[$0].features["Person"] == "1" } == true
      || ["i", "we", "yo", "nosotros", "nosotras"].contains(speaker)
  }

  private static let denials: Set<String> = ["no", "nunca", "jamas", "tampoco", "not", "never", "n't"]

  private func person(_ finite: Int) -> Int? {
    let features = tree.tokens[finite].features
    let isPlural = features["Number"] == "Plur"
    switch features["Person"] {
    case "1": return isPlural ? 3 : 0
    case "3": return isPlural ? 5 : 2
    default: return nil
    }
  }

  private func subject(of place: Int, _ verb: VerbGroup) -> NounPhrase? {
    if verb.person == 0 || verb.person == 3 { return Clause.user }
    if let own = tree.child(of: place, ["nsubj"]) {
      if tree.tokens[own].features["PronType"] == "Rel" {
        guard tree.tokens[place].base == "acl", let head = tree.tokens[place].head else { return nil }
        return phrase(head, without: ["acl", "punct", "case"])
      }
      return phrase(own, without: ["acl", "appos", "punct"])
    }
    if tree.tokens[place].base == "conj", let head = tree.tokens[place].head,
      let own = tree.child(of: head, ["nsubj"]), tree.tokens[own].features["PronType"] != "Rel"
    {
      return phrase(own, without: ["acl", "appos", "punct"])
    }
    return nil
  }

  private func arguments(of place: Int) -> [Argument] {
    tree.children(of: place, ["obj", "iobj", "obl", "xcomp"]).compactMap { child in
      guard tree.tokens[child].features["PronType"] != "Prs", tree.tokens[child].features["PronType"] != "Rel",
        let phrase = phrase(child, without: ["acl", "punct", "case", "advcl", "appos", "conj"])
      else { return nil }
      return argument(phrase, at: child)
    }
  }

  private func argument(_ phrase: NounPhrase, at place: Int) -> Argument {
    guard let mark = tree.child(of: place, ["case"]) else {
      return Argument(preposition: "", phrase: phrase, text: phrase.text)
    }
    let typed = Fold.text(tree.tokens[mark].text)
    let preposition = typed == "al" ? "a" : typed == "del" ? "de" : typed
    return Argument(
      preposition: Vocabulary.preposition(preposition), phrase: phrase, text: "\(tree.tokens[mark].text) \(phrase.text)"
    )
  }

  private func phrase(_ place: Int, without pruned: Set<String>) -> NounPhrase? {
    let places = tree.subtree(of: place, without: pruned)
    // What is torn apart is no phrase that was said.
    guard places.count <= 12, let first = places.first, let last = places.last, last - first < places.count + 2 else {
      return nil
    }
    return Self.phrase(places.map { tree.tokens[$0].text }.joined(separator: " "), language: language, today: today)
  }

  private func lemma(_ place: Int) -> String {
    let lemma = tree.tokens[place].lemma.split(separator: " ").first.map(String.init) ?? tree.tokens[place].text
    return lemma.lowercased()
  }
}
