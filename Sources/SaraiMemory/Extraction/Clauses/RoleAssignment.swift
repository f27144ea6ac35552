import SaraiCore

/// Gives the phrases around a verb their roles: who, what, to whom, where, when.
struct RoleAssignment {
  private let builder: ClauseReader.Builder
  private var verb: VerbGroup
  private let language: Language
  private var subject: NounPhrase?
  private var arguments: [Argument] = []
  private var isNow = false

  init(_ builder: ClauseReader.Builder, verb: VerbGroup, language: Language) {
    self.builder = builder
    self.verb = verb
    self.language = language
  }

  /// Nil where the clause says nothing that could be kept.
  var clause: Clause? {
    var assignment = self
    return assignment.assigned()
  }

  private mutating func assigned() -> Clause? {
    let before = ListReader.joined(contents(builder.before))
    let after = contents(builder.after)
    isNow =
      verb.isNow
      || (builder.before + builder.after).contains {
        $0 == .adverb("ahora") || $0 == .adverb("now") || $0 == .adverb("actualmente") || $0 == .adverb("currently")
      }
    if language == .spanish, isExperiencer(before + after) {
      experiencer(before + after)
    } else {
      ordinary(before, after)
    }
    if builder.isRelative, let antecedent = builder.antecedent, let preposition = builder.antecedentPreposition {
      arguments.append(Argument(preposition: preposition, phrase: antecedent, text: antecedent.text))
    }
    finishVerb()
    return Clause(subject: subject, verb: verb, arguments: arguments, isNow: isNow)
  }

  /// The chunks without marks, adverbs and what a «no» in the middle denies.
  private func contents(_ chunks: [Chunk]) -> [Chunk] {
    var result: [Chunk] = []
    var isDenied = false
    var followsComma = false
    for chunk in chunks {
      defer { followsComma = chunk == .comma }
      switch chunk {
      // «No he comido nunca caracoles» denies once.
      case .negation(let word): if !verb.isNegated || ["no", "not"].contains(word) { isDenied = true }
      case .comma, .colon, .conjunction: isDenied = false
      case .phrase(let phrase)
      where followsComma && !isDenied && (!phrase.isDefinite || phrase.quantity != nil && phrase.pronoun == nil):
        // «en la calle Goya 12, tercero B»
        if case .prepositional(let preposition, var place, let text)? = result.last, phrase.pronoun == nil {
          place.text += ", " + phrase.text
          result[result.count - 1] = .prepositional(preposition, place, text: text + ", " + phrase.text)
        } else {
          result.append(chunk)
        }
      case .prepositional("con", let second, let text) where !isDenied && Self.isMixed(result.last, with: second):
        // «café con leche»
        if case .phrase(var first)? = result.last {
          first.text += " " + text
          result[result.count - 1] = .phrase(first)
        }
      case .phrase, .prepositional, .time: if !isDenied { result.append(chunk) }
      // «Mi hija ya está bien»
      case .adverb(let word)
      where verb.lemma == "estar" && ["bien", "mal", "mejor", "peor"].contains(word) && !isDenied:
        var state = NounPhrase(text: word)
        state.head = word
        result.append(.phrase(state))
      default: break
      }
    }
    return result
  }

  /// Whether «con» joins two things to one.
  private static func isMixed(_ chunk: Chunk?, with second: NounPhrase) -> Bool {
    guard case .phrase(let first)? = chunk, first.conjuncts.isEmpty, !first.isDefinite, !first.isAction else {
      return false
    }
    return second.determiner == .none && !second.isName && !second.isKin && second.pronoun == nil
      && second.quantity == nil
      && first.head != "cita" && first.head != "reunion"
  }

  // MARK: gustar and its like

  private func isExperiencer(_ chunks: [Chunk]) -> Bool {
    guard
      !verb.clitics.isEmpty
        || chunks.contains(where: { if case .prepositional("a", _, _) = $0 { true } else { false } })
    else { return false }
    if verb.lemma == "dar" {
      return chunks.contains { $0.phrase.map { VerbClasses.feelings.contains($0.head) } ?? false }
    }
    guard VerbClasses.experiencer.contains(verb.lemma), verb.lemma != "costar" else { return false }
    return verb.clitics.contains { ["me", "te", "le", "les", "nos"].contains($0) }
  }

  private mutating func experiencer(_ chunks: [Chunk]) {
    for chunk in chunks {
      switch chunk {
      case .prepositional("a", let phrase, _) where !phrase.isAction && subject == nil: subject = phrase
      case .phrase(let phrase) where verb.lemma == "dar" && VerbClasses.feelings.contains(phrase.head):
        verb.lemma = "dar " + phrase.head
        verb.verb = verb.lemma
      default: add(chunk)
      }
    }
    guard subject == nil else { return }
    if verb.clitics.contains("me") || verb.clitics.contains("nos") { subject = Clause.user }
    if subject == nil, builder.isRelative { subject = builder.antecedent }
    // «Kira tiene nueve años y le dan miedo los petardos»
    if subject == nil, verb.clitics.contains("le") { subject = Clause.other }
  }

  // MARK: all others

  private mutating func ordinary(_ before: [Chunk], _ after: [Chunk]) {
    var before = before
    var after = after
    let isFirstPerson = verb.person == 0 || verb.person == 3
    if builder.isRelative, builder.antecedentPreposition == nil, let antecedent = builder.antecedent,
      !isFirstPerson || language == .english, !before.contains(where: { if case .phrase = $0 { true } else { false } })
    {
      subject = antecedent
    } else if builder.isRelative, builder.antecedentPreposition == nil, let antecedent = builder.antecedent,
      isFirstPerson || language == .english
    {
      // «un coche que compré»: the antecedent is what was bought.
      arguments.append(Argument(preposition: "", phrase: antecedent, text: antecedent.text))
    }
    if subject == nil, let place = subjectPlace(before, after) {
      if case .phrase(let phrase) = before[place] { subject = phrase }
      // "My best friend from school lives…": what stands between belongs to the subject.
      if language == .english, !verb.isAuxiliary, subject?.head.isEmpty == false || subject?.name != nil {
        let kept = before[(place + 1)...].filter { if case .prepositional = $0 { false } else { true } }
        before.replaceSubrange((place + 1)..., with: kept)
      }
      before.remove(at: place)
    }
    if subject == nil, isFirstPerson { subject = Clause.user }
    if subject == nil, let place = followingSubject(after) {
      if case .phrase(let phrase) = after[place] { subject = phrase }
      after.remove(at: place)
    }
    if language == .english { indirect(&after) }
    for chunk in before + after { add(chunk) }
    if language == .spanish { pronouns() }
    if subject == nil { impersonal() }
    if verb.isPassive { agent() }
  }

  /// The last phrase before the verb, unless a pronoun says that it is the object.
  private func subjectPlace(_ before: [Chunk], _ after: [Chunk]) -> Int? {
    guard let place = before.lastIndex(where: { if case .phrase = $0 { true } else { false } }),
      case .phrase(let phrase) = before[place]
    else { return nil }
    let isObject = verb.clitics.contains { ["lo", "la", "los", "las"].contains($0) }
    if isObject, phrase.pronoun == nil,
      verb.person == 0 || (verb.person == 3 && phrase.conjuncts.isEmpty)
        || after.contains(where: { if case .phrase = $0 { true } else { false } })
    {
      return nil
    }
    return place
  }

  /// A subject after its verb: «me opera la doctora Benítez», «se habla inglés», «nació mi hijo».
  private mutating func followingSubject(_ after: [Chunk]) -> Int? {
    guard language == .spanish, verb.person == 2 || verb.person == 5 else { return nil }
    let place = after.lastIndex { chunk in
      if case .phrase(let phrase) = chunk { return !phrase.isAction } else { return false }
    }
    guard let place, case .phrase(let phrase) = after[place] else { return nil }
    let phrases = after.filter { if case .phrase = $0 { true } else { false } }.count
    // «El sábado es la boda de mi prima.»
    if verb.lemma == "ser", phrases == 1, phrase.isDefinite,
      (builder.before + after).contains(where: { if case .time = $0 { true } else { false } })
    {
      return place
    }
    // «Se ha muerto mi perro»
    if verb.clitics.contains("se"), verb.lemma == "morir" { return place }
    if verb.clitics.contains("se"), !VerbClasses.pronominal.contains(verb.lemma) {
      return verb.isPerfect && !verb.clitics.contains("me") ? nil : place
    }
    if verb.clitics.contains(where: { ["me", "nos", "lo", "la", "los", "las"].contains($0) }), phrase.isDefinite,
      phrases == 1,
      !VerbClasses.pronominal.contains(verb.lemma)
    {
      return phrase.isNameable || phrase.name != nil ? place : verb.lemma == "costar" ? place : nil
    }
    return VerbClasses.presenting.contains(verb.lemma) ? place : nil
  }

  /// "Gave my father a watch", "taught me to sew": the first of two objects is to whom.
  private func indirect(_ after: inout [Chunk]) {
    guard
      ["give", "lend", "teach", "show", "tell", "send", "owe", "buy", "offer", "pay", "cost", "bring", "sell"].contains(
        verb.lemma)
    else { return }
    let bare = after.indices.filter { if case .phrase = after[$0] { true } else { false } }
    guard let first = bare.first, case .phrase(let phrase) = after[first],
      bare.count > 1 || phrase.pronoun != nil || (verb.lemma == "teach" && after.count > 1)
    else { return }
    after[first] = .prepositional("a", phrase, text: phrase.text)
  }

  /// Pronouns that stand for an object: «me lo regaló».
  private mutating func pronouns() {
    for clitic in verb.clitics {
      switch clitic {
      case "me", "nos":
        let isReflexive = (clitic == "me" && verb.person == 0) || (clitic == "nos" && verb.person == 3)
        if !isReflexive { arguments.append(Argument(preposition: "a", phrase: Clause.user, text: "a mí")) }
      case "le", "les":
        if !arguments.contains(where: { $0.preposition == "a" && !$0.phrase.isAction }) {
          arguments.append(Argument(preposition: "a", phrase: Clause.other, text: ""))
        }
      default: break
      }
    }
  }

  /// «A mi hermano lo despidieron de Airbus»: nobody says who did it, so it is told of him.
  private mutating func impersonal() {
    guard language == .spanish, verb.person == 5, !VerbClasses.copulas.contains(verb.lemma),
      let place = arguments.firstIndex(where: {
        $0.preposition == "a" && !$0.phrase.isAction && $0.phrase.pronoun != 2 && $0.phrase.quantity == nil
          && $0.phrase.text.first?.isNumber != true
      }
      )
    else { return }
    subject = arguments.remove(at: place).phrase
    verb.isPassive = true
  }

  /// "Was made by my grandfather": he made it.
  private mutating func agent() {
    guard let place = arguments.firstIndex(where: { $0.preposition == "por" && $0.time == nil }), let patient = subject,
      arguments[place].phrase.isDefinite
    else { return }
    subject = arguments.remove(at: place).phrase
    arguments.insert(Argument(preposition: "", phrase: patient, text: patient.text), at: 0)
    verb.isPassive = false
  }

  private mutating func add(_ chunk: Chunk) {
    switch chunk {
    case .phrase(let phrase): arguments.append(Argument(preposition: "", phrase: phrase, text: phrase.text))
    case .prepositional(let preposition, let phrase, let text):
      arguments.append(Argument(preposition: preposition, phrase: phrase, text: text))
    case .time(let time, _):
      // A capital letter at the start of the sentence is none of its own.
      let isDay = time.text.hasPrefix("M") && language == .english
      let text = isDay ? time.text : time.text.lowercasedFirst
      arguments.append(Argument(preposition: Argument.when, phrase: NounPhrase(text: text), time: time, text: text))
    default: break
    }
  }

  /// The name that the verb has in the memory.
  private mutating func finishVerb() {
    verb.verb = VerbName.of(verb, subject: subject, arguments: arguments, language: language)
  }
}

/// The name of a verb in the memory: an infinitive, with «se» where that is part of it.
enum VerbName {
  static func of(_ group: VerbGroup, subject: NounPhrase?, arguments: [Argument], language: Language) -> String {
    var name = Vocabulary.verb(group.lemma)
    if group.isPassive {
      if ["llamar", "name"].contains(name) { return "llamarse" }
      return "ser " + participle(name, language)
    }
    if VerbClasses.pronominal.contains(name), language == .spanish {
      if group.clitics.contains(where: { ["me", "se", "nos"].contains($0) }) || name != "llamar" { name += "se" }
    } else if VerbClasses.pronominal.contains(name) {
      name += name == "llamar" ? "" : "se"
    } else if language == .spanish, group.clitics.contains("se"), group.person == 2 || group.person == 5, let subject,
      subject.pronoun == nil, !subject.isKin,
      subject.name == nil || subject.text == "\u{FFFC}", !subject.isPossessedByUser || group.clitics.contains("me"),
      !group.isPerfect || group.clitics.contains("me")
    {
      name += "se"
    }
    if let modal = group.modal, !["necesitar", "soler", "dejar", "deber"].contains(modal) { return modal + " " + name }
    return name
  }

  private static func participle(_ verb: String, _ language: Language) -> String {
    guard ["ar", "er", "ir"].contains(where: verb.hasSuffix) else { return verb }
    return SpanishConjugation.shared.forms(of: verb).first { $0.tense == .participle }?.text ?? verb
  }
}
