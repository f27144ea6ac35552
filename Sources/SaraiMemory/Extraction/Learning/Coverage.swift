import SaraiCore

/// How much of a sentence about the person is said by facts.
struct Coverage {
  /// Stems of the words that carry meaning.
  private let content: Set<String>
  /// Whether it speaks of the person or of somebody of theirs.
  private let isOwnMatter: Bool

  /// Of so many words that carry meaning, more than half unread makes a sentence doubtful.
  private static let unreadShare = 0.5

  init(_ sentence: Sentence, language: Language) {
    let lexicon = FunctionWords.of(language)
    var content: Set<String> = []
    var isOwn = false
    for word in sentence.words where word.kind != .sign {
      let folded = word.folded
      if lexicon.possessives[folded].map({ $0 == 0 || $0 == 3 }) ?? false { isOwn = true }
      if Self.firstPerson(language).contains(folded) || GivenNames.contains(word.text) { isOwn = true }
      let verbs = Self.verbs(word, language)
      if verbs.contains(where: \.isFirst) { isOwn = true }
      if lexicon.isFunction(folded) || folded.count < 2 { continue }
      content.formUnion(verbs.isEmpty ? Content.stems(of: folded) : [])
      if let lemma = verbs.first?.lemma { content.insert(Self.stem(ofVerb: lemma)) }
    }
    self.content = content
    isOwnMatter = isOwn
  }

  func isDoubtful(_ known: Set<String>) -> Bool {
    guard isOwnMatter, !content.isEmpty else { return false }
    let unread = content.subtracting(known)
    return known.isEmpty || (unread.count > 2 && Double(unread.count) > Double(content.count) * Self.unreadShare)
  }

  /// Stems of all words of facts.
  static func stems(of changes: some Sequence<FactChange>) -> Set<String> {
    var stems: Set<String> = []
    for change in changes {
      switch change {
      case .add(let fact, _):
        stems.formUnion(Content.stems(of: "\(fact.subject.text) \(fact.verb.text) \(fact.object.text)"))
        for word in fact.verb.text.split(separator: " ") { stems.insert(stem(ofVerb: String(word))) }
      case .end(let subject, let verb, let object, _, _):
        stems.formUnion(Content.stems(of: "\(subject.text) \(object?.text ?? "")"))
        for word in verb.text.split(separator: " ") { stems.insert(stem(ofVerb: String(word))) }
      case .setConfidence: break
      }
    }
    return stems
  }

  private static func stem(ofVerb lemma: String) -> String {
    let verb = Fold.text(Vocabulary.verb(lemma))
    return "v:" + (verb.hasSuffix("se") && verb.count > 4 ? String(verb.dropLast(2)) : verb)
  }

  private static func verbs(_ word: Word, _ language: Language) -> [(lemma: String, isFirst: Bool)] {
    switch language {
    case .spanish:
      guard !SpanishVerbs.nounLike.contains(word.folded) else { return [] }
      return SpanishConjugation.shared.readings(of: word).map {
        ($0.lemma, $0.tense.isFinite && ($0.person == 0 || $0.person == 3))
      }
    case .english:
      guard !EnglishVerbs.nounLike.contains(word.folded) else { return [] }
      return EnglishConjugation.shared.readings(of: word).map { ($0.lemma, false) }
    }
  }

  private static func firstPerson(_ language: Language) -> Set<String> {
    language == .spanish
      ? ["yo", "me", "nos", "conmigo", "nosotros", "nosotras", "mio", "mia"]
      : ["i", "me", "we", "us", "mine", "myself"]
  }
}

extension FunctionWords {
  /// Whether a folded word is of a closed class, numbers apart.
  func isFunction(_ word: String) -> Bool {
    isDeterminer(word) || prepositions.contains(word) || conjunctions.contains(word) || subordinators.contains(word)
      || relatives.contains(word) || negations.contains(word) || adverbs.contains(word) || subjects[word] != nil
      || interrogatives.contains(word) || Clitics.all.contains(word)
  }
}

/// Sentences that ask SARAi to do something: they tell nothing, whatever they are about.
enum Requests {
  static func isRequest(_ sentence: Sentence, _ language: Language) -> Bool {
    let words = sentence.words.filter { $0.kind != .sign }.map(\.folded)
    let leads = language == .spanish ? spanishLeads : englishLeads
    guard let first = words.first(where: { !leads.contains($0) }) else { return false }
    return language == .spanish ? spanish.contains(first) : english.contains(first)
  }

  private static let spanishLeads = Vocabulary.set("por favor oye sarai hola y ahora venga anda porfa ok vale bueno")
  private static let englishLeads = Vocabulary.set("please hey sarai hi hello and now ok okay so can could you just")
  private static let spanish = Vocabulary.set(
    """
    escribe escribeme redacta redactame dime cuentame explica explicame traduce traduceme resume resumeme hazme haz
    busca buscame calcula recomiendame recomienda sugiere sugiereme ayudame dame ponme crea creame genera generame
    inventa inventate imagina enseñame muestrame reescribe mejora revisa acorta analiza clasifica convierte arregla extrae corrige corrigeme compara describe enumera prepara preparame organiza
    """)
  private static let english = Vocabulary.set(
    """
    write tell explain translate summarize summarise find calculate recommend suggest help give create generate imagine
    fix debug review proofread improve shorten paraphrase convert analyze analyse refactor extract classify show correct compare describe list draft compose rewrite
    """)
}
