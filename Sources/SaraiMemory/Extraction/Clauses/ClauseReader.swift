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

  /// In the order in which they begin.
  var clauses: [Clause] { found.sorted { $0.order < $1.order }.map(\.clause) }

  init(language: Language) { self.language = language }

  /// The clauses of one statement, in order.
  static func clauses(of sentence: Sentence, language: Language, today: CivilDate) -> [Clause] {
    let statement = Rewriting.statement(SpellingCorrector.of(language).corrected(sentence.words), language)
    guard !Fiction.isBegun(by: statement) else { return [] }
    return Denials.spelledOut(statement, language).flatMap { clauses($0, language, today) }
  }

  private static func clauses(_ words: [Word], _ language: Language, _ today: CivilDate) -> [Clause] {
    var reader = ClauseReader(language: language)
    let chunks = ChunkReader.chunks(of: words, language: language, today: today)
    reader.read(Hearsay.own(ListReader.joined(Apposition.joined(ListReader.joined(chunks))), language))
    if reader.clauses.isEmpty, !chunks.contains(where: { if case .verb = $0 { true } else { false } }) {
      return Verbless.clause(words, language: language, today: today).map { [$0] } ?? []
    }
    return reader.clauses
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
    stack[stack.count - 1].isUnreal = ["si", "if", "unless"].contains(word)
    stack[stack.count - 1].isConditional = ["si", "if", "unless", "salvo", "excepto", "cuando", "when", "whenever"]
      .contains(word)
  }

  private mutating func finish(_ builder: Builder) {
    guard let verb = builder.verb, !builder.isConditional, !verb.isAuxiliary, !verb.isHypothetical, verb.person != 1,
      verb.person != 4
    else {
      return
    }
    let negations = builder.before.contains { if case .negation = $0 { true } else { false } }
    guard !negations else { return }
    var segments = builder.after.split(omittingEmptySubsequences: true) { chunk in
      if case .conjunction(let word) = chunk { return ["y", "e", "and", "pero", "but", "sino"].contains(word) }
      return false
    }.map(Array.init)
    // "Doesn't live in York but in Leeds"
    let contrast =
      builder.after.contains(.conjunction("sino"))
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

/// Clauses that leave out the verb of the one before: «y mi hermana Sonia en Burgos».
enum Gapping {
  static func clause(_ segment: [Chunk], after main: ClauseReader.Builder, isContrast: Bool) -> ClauseReader.Builder? {
    guard var verb = main.verb else { return nil }
    // «Antes vivía en Londres y ahora en Bilbao»
    var builder = ClauseReader.Builder()
    let content = segment.filter { !$0.isMark && !$0.isAdverb && !$0.isNegation }
    let isNow = segment.contains { [.adverb("ahora"), .adverb("now"), .adverb("actualmente")].contains($0) }
    if isNow, verb.isPast || verb.isImperfect {
      verb.isPast = false
      verb.isImperfect = false
      verb.isNow = true
      if case .prepositional? = content.first {
        builder.before = main.before.filter { !$0.isAdverb }
        builder.antecedent = main.antecedent
        builder.verb = verb
        builder.after = content
        return builder
      }
    }
    // «Me gusta el té pero no el café»
    if segment.first?.isNegation ?? false, !verb.isNegated, content.count == 1,
      main.after.contains(where: { $0.shape == content[0].shape })
    {
      verb.isNegated = true
      builder.before = main.before
      builder.antecedent = main.antecedent
      builder.verb = verb
      builder.after = content
      return builder
    }
    if isContrast {
      verb.isNegated = false
      builder.before = main.before
      builder.antecedent = main.antecedent
      builder.verb = verb
      builder.after = content
      return builder
    }
    if let pleased = pleased(content, verb) { return pleased }
    guard case .phrase(let first)? = content.first else { return nil }
    let model = main.before.compactMap(\.phrase).last
    if content.count == 1 {
      guard let (subject, value) = GappedCopula.divided(first, verb, main, model) else { return nil }
      builder.before = [.phrase(subject)]
      builder.verb = verb
      builder.after = [.phrase(value)]
      return builder
    }
    builder.verb = verb
    if first.isDefinite {
      var subject = first
      if subject.head.isEmpty || RelativeAdjectives.all.contains(subject.head), subject.name == nil, let model {
        subject = RelativeAdjectives.completed(subject, like: model)
      }
      builder.before = [.phrase(subject)]
      builder.after = GappedCopula.completed(Array(content.dropFirst()), after: main, verb)
      return builder
    }
    // «y natación los miércoles»: the same subject with other objects.
    let shape = main.after.filter { !$0.isMark && !$0.isAdverb }.map(\.shape)
    guard content.map(\.shape) == shape else { return nil }
    builder.before = main.before
    builder.antecedent = main.antecedent
    builder.isRelative = main.isRelative
    builder.after = content
    return builder
  }
}

/// «El wifi es Sol y la clave Luna», «el padre es policía y la madre maestra»: one phrase that is a subject and what it is.
enum GappedCopula {
  static func divided(
    _ phrase: NounPhrase, _ verb: VerbGroup, _ main: ClauseReader.Builder, _ model: NounPhrase?
  ) -> (subject: NounPhrase, value: NounPhrase)? {
    var subject = phrase
    if let name = phrase.name, !phrase.head.isEmpty {
      subject.name = nil
      var value = NounPhrase(text: name)
      value.name = name
      if RelativeAdjectives.all.contains(phrase.head), let model {
        return (RelativeAdjectives.completed(subject, like: model), value)
      }
      let isNaming = verb.lemma == "llamar" || verb.lemma == "be"
      if isNaming, phrase.isKin, phrase.isPossessedByUser, main.after.contains(where: { $0.phrase?.isName == true }) {
        return (subject, value)
      }
      guard verb.verb == "ser" || verb.lemma == "ser" || verb.lemma == "be", !phrase.isKin, !Titles.isTitled(phrase),
        phrase.determiner == .definite || phrase.isPossessedByUser
      else { return nil }
      return (subject, value)
    }
    // «Mi perro tiene 3 años y mi gato 5»
    if let (noun, number) = phrase.dividedNumber, main.after.contains(where: { $0.phrase?.quantity != nil }) {
      var value = NounPhrase(text: String(number))
      value.quantity = number
      return (noun, value)
    }
    guard phrase.determiner == .definite || phrase.isPossessedByUser, !phrase.head.isEmpty, model?.isPlural == false,
      let last = phrase.modifiers.last, let word = phrase.text.split(separator: " ").last.map(String.init),
      Fold.text(word) == last, !RelativeAdjectives.all.contains(last), last != "favorito", last != "favorita"
    else { return nil }
    subject.modifiers.removeLast()
    subject.text = String(phrase.text.dropLast(word.count + 1))
    guard ["ser", "estar", "be"].contains(verb.lemma) else { return nil }
    if subject.possessor.isEmpty, subject.isKin, subject.determiner == .definite, let model {
      subject.possessor = model.possessor
      if model.possessor.isEmpty { subject.determiner = model.determiner }
    }
    // «…y la clave 9dkK2»: that of the wifi.
    if keys.contains(subject.head), subject.complements.isEmpty, subject.possessor.isEmpty, let model, !model.isKin,
      !model.head.isEmpty, !keys.contains(model.head)
    {
      subject.complements = [model.head]
    }
    var value = NounPhrase(text: word)
    value.head = Inflection.singular(last)
    return (subject, value)
  }

  private static let keys = Vocabulary.set("clave contraseña codigo pin usuario password code passcode login")

  /// «Soy alérgico a las nueces y mi hijo a la leche»: what is left out before the last part.
  static func completed(_ rest: [Chunk], after main: ClauseReader.Builder, _ verb: VerbGroup) -> [Chunk] {
    let before = main.after.filter { !$0.isMark && !$0.isAdverb }
    let isTime = rest.allSatisfy { if case .time = $0 { true } else { false } }
    guard ["ser", "estar", "be"].contains(verb.lemma) || isTime, rest.count < before.count,
      before.suffix(rest.count).map(\.shape) == rest.map(\.shape)
    else { return rest }
    return before.dropLast(rest.count) + rest
  }
}

extension Gapping {
  /// «A mi padre le encantan los churros y a mi madre las porras»: whom, and what.
  private static func pleased(_ content: [Chunk], _ verb: VerbGroup) -> ClauseReader.Builder? {
    guard content.count == 2, case .prepositional("a", let person, _)? = content.first, person.isDefinite,
      case .phrase? = content.last, VerbClasses.experiencer.contains(verb.lemma)
    else { return nil }
    var builder = ClauseReader.Builder()
    builder.before = [content[0]]
    builder.verb = verb
    builder.verb?.clitics = ["le"]
    builder.after = [content[1]]
    return builder
  }
}

/// «el pequeño», "the younger one": an adjective that stands for the noun before it.
enum RelativeAdjectives {
  static let all = Vocabulary.set(
    """
    mayor menor pequeño pequeña peque mediano mediana paterno paterna materno materna otro otra viejo vieja nuevo nueva primero
    primera segundo segunda older younger other oldest youngest
    """)

  /// «Mi hijo, el mayor, se llama…»
  static func aside(_ chunks: [Chunk], _ place: Int) -> NounPhrase? {
    guard place + 4 < chunks.count, case .phrase(var person) = chunks[place], person.isKin,
      chunks[place + 1] == .comma, case .phrase(let which) = chunks[place + 2], which.determiner == .definite,
      which.name == nil, chunks[place + 3] == .comma
    else { return nil }
    let words = which.modifiers + [which.head].filter { !$0.isEmpty }
    guard !words.isEmpty, words.allSatisfy({ all.contains($0) || $0 == "one" }) else { return nil }
    person.modifiers += words.filter { $0 != "one" }
    return person
  }

  static func completed(_ phrase: NounPhrase, like model: NounPhrase) -> NounPhrase {
    var phrase = phrase
    if !phrase.head.isEmpty { phrase.modifiers.insert(phrase.head, at: 0) }
    phrase.head = model.head
    if phrase.complements.isEmpty { phrase.complements = model.complements }
    if phrase.modifiers.isEmpty { phrase.modifiers = model.modifiers }
    phrase.text = model.text + " " + phrase.text
    if phrase.possessor.isEmpty {
      phrase.possessor = model.possessor
      phrase.determiner = model.determiner
    }
    return phrase
  }
}

extension Chunk {
  var isAdverb: Bool { if case .adverb = self { true } else { false } }

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
