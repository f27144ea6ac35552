import SaraiCore

/// Divides the chunks of a statement into clauses and gives each its subject and arguments.
struct ClauseReader: Sendable {
  /// A clause under way.
  struct Builder: Sendable {
    var before: [Chunk] = []
    var verb: VerbGroup?
    var after: [Chunk] = []
    /// Whom a relative clause is about.
    var antecedent: NounPhrase?
    /// The preposition in «con la que»; nil where the antecedent is the subject.
    var antecedentPreposition: String?
    var isRelative = false
    var isOpenedByComma = false
    /// What holds under a condition is not told as a fact.
    var isConditional = false
    /// Whether all of what follows holds under a condition as well: «si me toca, me compro un coche».
    var isUnreal = false
    /// Its place among the clauses of the sentence.
    var order = 0

    mutating func append(_ chunk: Chunk) {
      if verb == nil { before.append(chunk) } else { after.append(chunk) }
    }
  }

  let language: Language
  private var stack = [Builder()]
  private var found: [(order: Int, clause: Clause)] = []
  private var count = 0
  /// Whether something was left out on purpose: what is made up, hearsay, wished or only holds under a condition.
  private var hasRefused = false

  /// In the order in which they begin.
  var clauses: [Clause] { found.sorted { $0.order < $1.order }.map(\.clause) }

  init(language: Language) { self.language = language }

  /// The clauses of one statement, in order.
  static func clauses(of sentence: Sentence, language: Language, today: CivilDate) -> [Clause] {
    told(in: sentence, language: language, today: today).clauses
  }

  /// The clauses of one statement, and whether some of it was left out on purpose, so that nobody else may read it.
  static func told(
    in sentence: Sentence, language: Language, today: CivilDate
  ) -> (clauses: [Clause], hasRefused: Bool) {
    let statement = Rewriting.statement(SpellingCorrector.of(language).corrected(sentence.words), language)
    guard !Fiction.isBegun(by: statement) else { return ([], true) }
    let parts = Denials.spelledOut(statement, language).map { told($0, language, today) }
    return (parts.flatMap { $0.clauses }, parts.contains { $0.hasRefused })
  }

  private static func told(
    _ words: [Word], _ language: Language, _ today: CivilDate
  ) -> (clauses: [Clause], hasRefused: Bool) {
    var reader = ClauseReader(language: language)
    let chunks = ChunkReader.chunks(of: words, language: language, today: today)
    let own = Hearsay.own(ListReader.joined(Apposition.joined(ListReader.joined(chunks))), language)
    reader.hasRefused = own.hasRefused || chunks.first?.isNegation == true
    reader.read(own.chunks)
    if reader.clauses.isEmpty, !chunks.contains(where: { if case .verb = $0 { true } else { false } }) {
      return (Verbless.clause(words, language: language, today: today).map { [$0] } ?? [], reader.hasRefused)
    }
    return (reader.clauses, reader.hasRefused)
  }

  private mutating func read(_ chunks: [Chunk]) {
    for (index, chunk) in chunks.enumerated() {
      switch chunk {
      case .verb(let verb): read(verb)
      case .relative(let word, let preposition):
        open(word, preposition, afterComma: index > 0 && chunks[index - 1] == .comma)
      case .comma: comma()
      case .subordinator(let word): subordinate(word)
      default: stack[stack.count - 1].append(chunk)
      }
    }
    while let builder = stack.popLast() { finish(builder) }
  }

  private mutating func read(_ verb: VerbGroup) {
    let top = stack[stack.count - 1]
    if top.verb == nil {
      stack[stack.count - 1].verb = verb
      return
    }
    if stack.count > 1, top.isRelative, stack[stack.count - 2].verb == nil {
      finish(top)
      stack.removeLast()
      stack[stack.count - 1].verb = verb
      return
    }
    split(before: verb)
  }

  /// A second verb: what follows the last comma or conjunction belongs to it.
  private mutating func split(before verb: VerbGroup) {
    var top = stack.removeLast()
    count += 1
    var next = Builder(order: count)
    if let mark = top.after.lastIndex(where: \.isMark) {
      next.before = Array(top.after[(mark + 1)...])
      top.after.removeSubrange(mark...)
    } else if top.after.count > 1 || verb.person == 2, case .phrase(let phrase)? = top.after.last, phrase.isDefinite,
      top.after.count > 1
    {
      next.before = [top.after.removeLast()]
    }
    // «la de mi novia es Titanic»
    if case .phrase(let phrase)? = next.before.first, phrase.head.isEmpty, phrase.name == nil, phrase.quantity == nil,
      phrase.pronoun == nil,
      let model = top.before.compactMap(\.phrase).last
    {
      next.before[0] = .phrase(RelativeAdjectives.completed(phrase, like: model))
    } else if case .phrase(let phrase)? = next.before.first, RelativeAdjectives.all.contains(phrase.head),
      phrase.determiner == .definite, phrase.name == nil, let model = top.before.compactMap(\.phrase).last, model.isKin
    {
      // «…y la pequeña estudia Medicina»
      next.before[0] = .phrase(RelativeAdjectives.completed(phrase, like: model))
    }
    let hasOwnSubject = next.before.contains { if case .phrase = $0 { true } else { false } }
    if top.isRelative, !hasOwnSubject, verb.person != 0, verb.person != 3 {
      next.antecedent = top.antecedent
      next.isRelative = top.antecedentPreposition == nil
    }
    if top.isConditional { next.isConditional = !hasOwnSubject }
    // «Si no me equivoco» is no condition.
    if top.isUnreal, let verb = top.verb, !["equivocar", "recordar", "remember", "mistake"].contains(verb.lemma) {
      next.isConditional = true
      next.isUnreal = true
    }
    if language == .english, !hasOwnSubject, !next.isRelative, let subject = top.before.compactMap(\.phrase).last {
      next.before.insert(.phrase(subject), at: 0)
    }
    finish(top)
    next.verb = verb
    stack.append(next)
  }

  private mutating func open(_ word: String, _ preposition: String?, afterComma: Bool) {
    let top = stack[stack.count - 1]
    count += 1
    var builder = Builder(isRelative: true, isOpenedByComma: afterComma, order: count)
    builder.antecedent =
      (top.verb == nil ? top.before : top.after).reversed().lazy.compactMap(\.phrase).first
      ?? top.before.reversed().lazy.compactMap(\.phrase).first
    if ["donde", "where"].contains(word) { builder.antecedentPreposition = "en" }
    if let preposition { builder.antecedentPreposition = Vocabulary.preposition(preposition) }
    builder.isConditional = top.isConditional
    stack.append(builder)
  }

  private mutating func comma() {
    if stack.count > 1, let top = stack.last, top.isRelative, top.isOpenedByComma, top.verb != nil {
      finish(top)
      stack.removeLast()
    }
    stack[stack.count - 1].append(.comma)
  }

  private mutating func subordinate(_ word: String) {
    while stack.count > 1, let top = stack.popLast() { finish(top) }
    let top = stack.removeLast()
    finish(top)
    count += 1
    stack.append(Builder(order: count))
    if word == "salvo" { hasRefused = true }
    stack[stack.count - 1].isUnreal = ["si", "if", "unless"].contains(word)
    stack[stack.count - 1].isConditional = ["si", "if", "unless", "salvo", "excepto", "cuando", "when", "whenever"]
      .contains(word)
  }

  private mutating func finish(_ builder: Builder) {
    guard let verb = builder.verb, !verb.isAuxiliary, verb.person != 1, verb.person != 4 else { return }
    if builder.isUnreal || verb.isHypothetical { hasRefused = true }
    guard !builder.isConditional, !verb.isHypothetical else { return }
    // «No bebo mucho» denies neither that one drinks nor tells that one does.
    if verb.isNegated, !verb.isNoLonger, builder.after.contains(where: \.isMeasured) {
      hasRefused = true
      return
    }
    var builder = builder
    // «Un perro y una gata que se llama Mia»: it is said of the last.
    if verb.person == 2, let last = builder.antecedent?.members.last { builder.antecedent = last }
    let negations = builder.before.contains { if case .negation = $0 { true } else { false } }
    guard !negations else {
      hasRefused = true
      return
    }
    var segments = builder.after.split(omittingEmptySubsequences: true) { chunk in
      if case .conjunction(let word) = chunk { return ["y", "e", "and", "pero", "but", "sino"].contains(word) }
      return false
    }.map(Array.init)
    // "Doesn't live in York but in Leeds"
    let contrast =
      builder.after.contains(.conjunction("sino"))
      || verb.isNegated && segments.contains { $0.first == .adverb("si") }
      || verb.isNegated && builder.after.contains(.conjunction("but")) && !segments.isEmpty
        && segments[segments.count - 1].count == 1
    let first = segments.isEmpty ? [] : segments.removeFirst()
    var main = builder
    main.after = first
    var gapped: [Builder] = []
    // «No bebo café, solo té»
    if verb.isNegated, let mark = first.firstIndex(of: .comma), mark + 2 < first.count, first[mark + 1].isRestricting {
      main.after = Array(first[..<mark])
      if let gap = Gapping.clause(Array(first[(mark + 2)...]), after: main, isContrast: true) { gapped.append(gap) }
    }
    for segment in segments {
      if let gap = Gapping.clause(segment, after: main, isContrast: contrast) {
        gapped.append(gap)
      } else {
        main.after += segment
      }
    }
    for var builder in [main] + gapped {
      builder.order = main.order
      if let clause = RoleAssignment(builder, verb: builder.verb ?? verb, language: language).clause {
        found.append((builder.order, clause))
      }
    }
  }
}

extension Chunk {
  /// What divides clauses.
  var isMark: Bool {
    switch self {
    case .comma, .colon, .conjunction: true
    default: false
    }
  }

  /// The phrase within, with or without a preposition.
  var phrase: NounPhrase? {
    switch self {
    case .phrase(let phrase), .prepositional(_, let phrase, _): phrase
    default: nil
    }
  }
}

extension Chunk {
  var isAdverb: Bool { if case .adverb = self { true } else { false } }

  /// «mucho», "much", «muchos amigos»: how much rather than whether.
  var isMeasured: Bool {
    let measures = [
      "mucho", "mucha", "muchos", "muchas", "demasiado", "demasiada", "demasiados", "tanto", "tanta", "much",
    ]
    switch self {
    case .adverb(let word): return measures.contains(word) || ["siempre", "always", "often"].contains(word)
    case .phrase(let phrase):
      return measures.contains(Fold.text(phrase.text.prefix { $0 != " " }))
        || ["many ", "every "].contains(where: phrase.text.hasPrefix)
    default: return false
    }
  }

  var isNegation: Bool { if case .negation = self { true } else { false } }

  /// «solo», "only", "just".
  var isRestricting: Bool {
    if case .adverb(let word) = self { ["solo", "solamente", "only", "just"].contains(word) } else { false }
  }

  /// What kind of chunk it is, for comparing one clause with the next.
  var shape: String {
    switch self {
    case .phrase: "phrase"
    case .prepositional(let preposition, _, _): preposition
    case .time: "time"
    default: "other"
    }
  }
}
