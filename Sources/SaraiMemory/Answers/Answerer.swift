package import SaraiCore

/// Answers questions from facts alone, in a sentence, without a model.
package struct Answerer {
  let view: FactView
  let resolver: EntityResolver
  private let shielded: ShieldedFacts

  package init(lookup: any FactLookup, owner: Owner) {
    shielded = ShieldedFacts(lookup)
    view = FactView(shielded, owner: owner)
    resolver = EntityResolver(view, isAsking: true)
  }

  /// The answer to a question; nil for one that is not for memory, such as one about the world.
  ///
  /// - Parameters:
  ///   - text: As it was typed.
  ///   - language: The person's, for questions that do not show theirs.
  ///   - now: What the clock on the wall shows.
  /// - Throws: What the lookup throws.
  package func answer(_ text: String, language: Language, now: CivilDateTime) throws -> MemoryAnswer? {
    var answer = try plain(text, language, now)
    if let text = answer?.text { answer?.text = shielded.restored(text) }
    return answer
  }

  /// The answer with words for secrets.
  private func plain(_ text: String, _ language: Language, _ now: CivilDateTime) throws -> MemoryAnswer? {
    guard text.utf8.count <= 2000 else { return nil }
    if let answer = try survey(text, language, now) { return answer }
    guard let question = QuestionReader.question(in: text, language: language, today: now.date)
    else { return nil }
    if let answer = try known(question) { return answer }
    guard !question.isAdvisory, try isOwnMatter(question) else { return nil }
    return MemoryAnswer(
      outcome: .unknown, text: Localized(es: "No me lo has dicho.", en: "You haven't told me.")[question.language],
      facts: [],
      language: question.language)
  }

  /// The facts that a question would be answered with.
  func facts(for question: Question) throws -> [FactID] { try known(question)?.facts ?? [] }

  private func known(_ question: Question) throws -> MemoryAnswer? {
    let subjects = try subjects(of: question)
    if let answer = try special(question, subjects) { return answer }
    if question.gap == nil { return try polar(question, subjects) }
    return try framed(question, subjects)
  }

  /// Under which names the subject may be kept; nil where it is what is asked for.
  func subjects(of question: Question) throws -> [String]? {
    guard !question.asksForSubject else { return nil }
    guard let phrase = question.clause.subject else { return [] }
    var names: [String] = []
    for member in phrase.members { names += try resolver.names(of: member) }
    return names
  }

  /// Whether a question is about the user, their people or their things, or about somebody known.
  func isOwnMatter(_ question: Question) throws -> Bool {
    if question.gap?.kind == .reason || NotTold.matches(question) { return false }
    // «¿Quién es Thor en la mitología nórdica?»
    if question.gap?.kind == .person, question.clause.verb.verb == "ser", question.clause.subject?.isName ?? false,
      !essentials(question).isEmpty
    {
      return false
    }
    let phrases =
      [question.clause.subject, question.asked.subject].compactMap { $0 } + question.clause.arguments.map(\.phrase)
    for phrase in phrases.flatMap(\.members) {
      if phrase.isUser || phrase.isPossessedByUser { return true }
      if !phrase.relative.isEmpty || isSecret(phrase) { return true }
      for owner in phrase.possessor where owner.isPossessedByUser || owner.possessor.first?.isPossessedByUser == true {
        return true
      }
      if phrase.isName, let name = phrase.name, name != Gap.subject.text, try GivenNames.contains(name) || isKnown(name)
      {
        return true
      }
      if let owner = phrase.possessor.first, let name = owner.name {
        // «El cumpleaños de Marcos» is nothing that the world knows.
        let isPersonal = phrase.isKin || Self.personal.contains(phrase.head)
        if try isKnown(name) || isPersonal && GivenNames.contains(name) { return true }
      }
    }
    return false
  }

  private static let personal = Vocabulary.set(
    """
    cumpleanos telefono movil numero direccion casa piso coche perro gato edad boda aniversario trabajo correo regalo cita
    birthday phone number address house flat apartment car dog cat age wedding anniversary job email appointment
    """)

  /// «¿Cuál es la clave del trastero?»: nobody else can know.
  private func isSecret(_ phrase: NounPhrase) -> Bool {
    guard phrase.isDefinite, let noun = EntityName.nouns(of: phrase).first?.prefix(while: { $0 != " " }) else {
      return false
    }
    guard ["clave", "codigo", "pin", "contrasena", "combinacion"].contains(String(noun)) else { return false }
    let words = Set(Content.stems(of: phrase.text))
    return Self.secretPlaces.contains { words.contains(Fold.stem(Vocabulary.sense($0))) }
  }

  private static let secretPlaces = Vocabulary.set(
    """
    wifi trastero portal casa alarma tarjeta movil garaje caja buzon puerta taquilla candado correo ordenador banco oficina maleta
    storage unit locker door alarm card safe garage gate mailbox suitcase phone bank laptop router
    """)

  private func isKnown(_ name: String) throws -> Bool {
    try !view.facts(subjects: resolver.people(named: name)).isEmpty
  }

  /// Facts of these subjects whose verb begins with one of these words.
  func facts(_ subjects: [String]?, verbs: [String], question: Question) throws -> [Fact] {
    var found: [Fact] = []
    for word in Set(verbs.map { Fold.text($0.prefix { $0 != " " }) }).sorted() {
      if let subjects {
        guard !subjects.isEmpty else { continue }
        found += try view.facts(subjects: subjects, text: word, ever: question.isPast)
      } else {
        let cue = question.clause.arguments.first { $0.time == nil && !$0.phrase.isUser }
          .flatMap { $0.phrase.text.split(separator: " ").map { Fold.text($0) }.max { $0.count < $1.count } }
        found += try view.facts(
          text: word + " " + (cue.map { String($0.prefix(max(3, $0.count - 2))) } ?? ""), ever: question.isPast)
        if let cue, !cue.isEmpty {
          found += try view.facts(text: word, ever: question.isPast).filter { !found.contains($0) }
        }
      }
    }
    return found
  }

  /// Frames that say all that the question says, the preferred verbs first.
  func frames(_ question: Question, _ subjects: [String]?) throws -> [Frame] {
    let verbs = Synonyms.of(question.clause.verb.verb)
    let facts = try facts(subjects, verbs: verbs, question: question)
    var result: [Frame] = []
    for verb in verbs {
      let isSame = verb == verbs[0]
      result += try Frame.frames(of: verb, in: facts).filter { frame in
        guard try holds(question, of: frame) else { return false }
        // Who has left the hospital is not in it.
        if !isSame || question.gap == nil,
          let asked = essentials(question).first(where: { $0.time == nil })?.preposition, !asked.isEmpty,
          frame.part(asked) == nil
        {
          return false
        }
        // A verb of nearly the same meaning counts only where more than the verb is said.
        return isSame || !essentials(question).isEmpty
          || ["gustar", "trabajar", "usar", "beber", "residir"].contains(verbs[0])
      }
      if !result.isEmpty { break }
    }
    if question.isPast, result.contains(where: { $0.main.standing == .past }), question.asked.verb.isImperfect {
      result = result.filter { $0.main.standing == .past }
    }
    return result
  }

  /// What a question says besides verb, subject and the user.
  func essentials(_ question: Question) -> [Argument] {
    question.clause.arguments.filter {
      !$0.phrase.isUser && !["vez", "time"].contains($0.phrase.head) && !($0.phrase.pronoun == 2 && $0.text.isEmpty)
    }
  }

  /// Whether a frame says what a question takes for granted.
  func holds(_ question: Question, of frame: Frame) throws -> Bool {
    let stems = frame.stems
    for argument in essentials(question) where !argument.phrase.isAlternative {
      var isFound = false
      for member in argument.phrase.members {
        let wanted = Set(Content.stems(of: argument.time != nil ? argument.text : member.text))
        if wanted.isEmpty || wanted.isSubset(of: stems) { isFound = true }
        if !isFound {
          isFound = frame.parts.contains {
            !$0.stems.isEmpty && $0.stems.isSubset(of: wanted) && !$0.isTime
              && $0.stems.contains { stem in Fold.stem(member.head) == stem }
          }
        }
        if !isFound, argument.time == nil { isFound = try names(member, anyOf: frame.parts.map(\.object)) }
      }
      if !isFound { return false }
    }
    return true
  }

  private func names(_ phrase: NounPhrase, anyOf objects: [String]) throws -> Bool {
    guard phrase.isKin || phrase.isName else { return false }
    let names = try resolver.names(of: phrase).map { Term($0) }
    if objects.contains(where: { names.contains(Term($0)) }) { return true }
    let called = try names.flatMap { try view.facts(subjects: [$0.text], verbs: ["llamarse"]).map(\.object) }
    return objects.contains { object in
      called.contains { Set(Content.stems(of: object)).isSuperset(of: Content.stems(of: $0.text)) }
    }
  }
}
