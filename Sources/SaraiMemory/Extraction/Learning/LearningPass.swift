import SaraiCore

/// One turn on its way through rules, parse and model.
struct LearningPass {
  /// A sentence about the person of which most is unread.
  struct Doubt: Sendable, Hashable {
    var text: String
    /// What of it the facts say so far.
    var known: Set<String>
  }

  let language: Language
  private let sentences: [Sentence]
  private let ages: [Clause]
  private var reading: TurnReading
  private(set) var doubts: [Doubt] = []
  /// The clause read last, and what had been read before it: for taking it back.
  private var last: (clause: Clause, before: TurnReading)?
  /// Whether the rules have left something of the sentence out on purpose: then no second opinion is asked for.
  private var hasRefused = false

  var changes: [FactChange] { reading.changes }

  var extractors: Set<Extractor> {
    var found: Set<Extractor> = []
    for change in changes {
      if case .add(let fact, _) = change { found.insert(fact.extractor) } else { found.insert(.rules) }
    }
    return found
  }

  init(_ text: String, lookup: any FactLookup, owner: Owner, fallback: Language, now: CivilDateTime) {
    let text = OwnWords.text(Tokenizer.readable(text))
    language = LanguageGuess.language(of: text, fallback: fallback)
    let secrets = SecretValues(in: text)
    let typed = Tokenizer.sentences(of: secrets.text, in: language)
    sentences = Unkept.isAsked(typed) || ChatCommand.begins(text) ? [] : typed
    ages = AgesInPassing.clauses(in: text, language: language)
    reading = TurnReading(
      FactView(lookup, owner: owner), language: language, now: now,
      isCorrection: UpdateSignals.isSignalled(secrets.text, language))
    reading.secrets = secrets
  }

  /// Reads every statement by rules and notes what they leave unread.
  mutating func readByRules() throws {
    let today = reading.now.date
    for whole in sentences {
      let sentence = ToldAndAsked.divided(whole, language, today: today)?.told ?? whole
      guard !sentence.isQuestion, !ForeignWords.prevail(in: sentence, language),
        !UnmarkedQuestion.matches(sentence, language),
        !ForgetWords.isRequest(sentence, language), !Requests.isRequest(sentence, language)
      else { continue }
      if sentences.count == 1, try reading.settle(sentence) { continue }
      let before = changes.count
      hasRefused = false
      let corrections = Corrections(sentence, language)
      try read(corrections.said)
      for words in corrections.instead { try correct(words) }
      let coverage = Coverage(sentence, language: language)
      var known = Coverage.stems(of: changes[min(before, changes.count)...])
      if !known.isEmpty { known.formUnion(reading.secrets.words) }
      if !hasRefused, coverage.isDoubtful(known) {
        doubts.append(Doubt(text: sentence.text, known: known))
      }
      if sentence.words.contains(where: { $0.kind == .number }) {
        for clause in ages where sentence.text.contains(clause.subject?.text ?? "") { try learn(clause) }
      }
    }
  }

  private mutating func read(_ words: [Word]) throws {
    guard !words.isEmpty else { return }
    let statement = Sentence(words: words, isQuestion: false)
    let told = ClauseReader.told(in: statement, language: language, today: reading.now.date)
    hasRefused = hasRefused || told.hasRefused
    for clause in told.clauses {
      last = (clause, reading)
      try learn(clause)
      if let age = AgesInPassing.clause(besides: clause) { try learn(age) }
    }
  }

  /// Reads what is said instead of the clause before, or of what was told last.
  private mutating func correct(_ words: [Word]) throws {
    let today = reading.now.date
    let statement = Sentence(words: words, isQuestion: false)
    let clauses = ClauseReader.clauses(of: statement, language: language, today: today)
    guard let clause = clauses.first else {
      guard let part = Corrections.fragment(words, language, today) else { return }
      guard let last else {
        _ = try reading.repairLast(part)
        return
      }
      guard let corrected = last.clause.corrected(by: part) else { return }
      reading = last.before
      self.last = (corrected, reading)
      try learn(corrected)
      return
    }
    guard let last, clauses.count == 1, clause.verb.verb == last.clause.verb.verb,
      clause.subject == nil || clause.subject?.pronoun != nil || clause.subject == last.clause.subject
    else {
      reading.isContradiction = true
      try read(words)
      reading.isContradiction = false
      return
    }
    var instead = clause
    instead.subject = last.clause.subject
    reading = last.before
    self.last = (instead, reading)
    try learn(instead)
  }

  private mutating func learn(_ clause: Clause) throws {
    try reading.learn(Canonical.rewritten(reading.completed(clause), today: reading.now.date))
  }

  /// The doubtful sentences, one a line, as many as fit; nil where there are none.
  func doubtfulText(limit: Int) -> String? {
    var lines: [String] = []
    var bytes = 0
    for doubt in doubts {
      bytes += doubt.text.utf8.count + 2
      guard bytes <= limit else { break }
      lines.append(doubt.text + ".")
    }
    return lines.isEmpty ? nil : lines.joined(separator: "\n")
  }

  /// Adds what a parse tells of the doubtful sentences.
  mutating func read(_ trees: [DependencyTree], confidence: Double) throws {
    var clauses: [Clause] = []
    for tree in trees {
      clauses += TreeClauses(tree, language: language, today: reading.now.date).clauses
    }
    let today = reading.now.date
    try add(extractor: .rules, confidence: confidence) { reading in
      for clause in clauses { try reading.learn(Canonical.rewritten(reading.completed(clause), today: today)) }
    }
  }

  /// Adds what a model wrote, once it was checked.
  mutating func read(_ facts: [FactPrompt.Claim], confidence: Double) throws {
    let today = reading.now.date
    let language = language
    try add(extractor: .model, confidence: confidence) { reading in
      for fact in facts {
        guard let clause = fact.clause(language: language, today: today) else { continue }
        try reading.learn(Canonical.rewritten(reading.completed(clause), today: today))
      }
    }
  }

  /// A second opinion adds facts where there are none: it neither ends nor replaces what was told before, since a
  /// wrong reading would then cost a right fact.
  private mutating func add(
    extractor: Extractor, confidence: Double, _ body: (inout TurnReading) throws -> Void
  ) throws {
    let count = changes.count
    var trial = reading
    try body(&trial)
    for change in trial.changes[count...] {
      guard case .add(var fact, _) = change, fact.validTo == nil, try !isContested(fact) else { continue }
      fact.extractor = extractor
      fact.confidence = min(fact.confidence, confidence)
      reading.record(.add(fact, replacing: .nothing))
    }
    let stems = Coverage.stems(of: changes[count...])
    doubts = doubts.filter { doubt in
      guard let sentence = Tokenizer.sentences(of: doubt.text, in: language).first else { return false }
      return Coverage(sentence, language: language).isDoubtful(doubt.known.union(stems))
    }
  }

  /// Whether the memory or this turn says something else already where only one thing can hold.
  private func isContested(_ fact: NewFact) throws -> Bool {
    let known = try reading.resolver.view.facts(subjects: [fact.subject.text], verbs: [fact.verb.text])
    if known.contains(where: { $0.object == fact.object }) { return true }
    return !known.isEmpty && Predicates.isSingleValued(fact.subject.text, fact.verb.text)
  }
}

extension Sentence {
  /// The words with spaces between them, as far as the cut words keep them.
  var text: String {
    var text = ""
    for word in words {
      if !text.isEmpty, word.kind != .sign, word.text != "'s" { text += " " }
      text += word.text
    }
    return text
  }
}
