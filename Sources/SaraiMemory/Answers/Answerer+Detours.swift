import SaraiCore

// Questions that ask in one way for what was told in another
extension Answerer {
  /// What may have been told otherwise, once no frame has answered.
  func detour(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    try whereabouts(question, subjects) ?? pets(question, subjects) ?? birthday(question)
  }

  /// «¿Cuándo es mi cumpleaños?», when «nací el 3 de mayo de 1987» was told.
  private func birthday(_ question: Question) throws -> MemoryAnswer? {
    guard question.gap?.kind == .time, let phrase = question.clause.subject,
      EntityName.nouns(of: phrase) == ["cumpleanos"]
    else { return nil }
    let owners =
      try phrase.possessor.first.map { try resolver.names(of: $0) }
      ?? (phrase.isPossessedByUser ? [EntityName.user] : [])
    for fact in try view.facts(subjects: owners, text: "nacer")
    where !fact.isNegated && fact.verb.text.hasSuffix(" " + Argument.when) {
      var words = fact.object.text.split(separator: " ")
      if let last = words.last, last.count == 4, Int(last) != nil { words.removeLast() }
      if let last = words.last, last == "de" || last == "del" { words.removeLast() }
      var day = words.joined(separator: " ")
      if day.hasSuffix(",") { day.removeLast() }
      guard day.contains(where: \.isNumber) else { continue }
      return known(
        SentenceWriter(question).statement(day), [Frame(main: fact, parts: [], verb: "nacer")], question)
    }
    return nil
  }

  /// «¿Qué coche tengo?», when «me he comprado un Kia» was told.
  func named(_ noun: NounPhrase, _ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    let nouns = EntityName.nouns(of: noun)
    let all = try view.facts(subjects: subjects).filter { !$0.isNegated }
    let told = all.filter { fact in
      ["tener", "comprar", "conducir"].contains(fact.verb.text) && Makes.isMake(fact.object.text, of: nouns)
        // «Le he comprado un Kia a mi hija»
        && !all.contains {
          ["a", "para"].map { "\(fact.verb.folded) \(fact.object.folded) \($0)" }.contains($0.verb.folded)
        }
    }
    guard let first = told.first else { return nil }
    let words = unique(told.reversed().map { objectWords($0.object.text, question.language) })
    return known(
      SentenceWriter(question).statement(SentenceWriter.list(words, question.language)),
      [Frame(main: first, parts: [], verb: first.verb.text)], question)
  }

  /// «¿Cómo es mi jefa?», «¿Cómo está mi madre?»: what somebody is like.
  func manner(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard question.gap?.kind == .manner, ["ser", "estar"].contains(question.clause.verb.verb),
      essentials(question).isEmpty, question.language == .spanish
    else { return nil }
    for subject in subjects where subject != EntityName.user {
      let told = try view.facts(subjects: [subject], verbs: [question.clause.verb.verb]).filter {
        !$0.isNegated && Self.describes($0.object.text)
      }
      guard let first = told.first else { continue }
      let words = unique(told.reversed().map { objectWords($0.object.text, question.language) })
      return known(
        SentenceWriter(question).statement(SentenceWriter.list(words, question.language)),
        [Frame(main: first, parts: [], verb: question.clause.verb.verb)], question)
    }
    return nil
  }

  private static func describes(_ object: String) -> Bool {
    let words = object.split(separator: " ").map { Fold.text($0) }
    guard let first = words.first, let last = words.last, words.count < 4 else { return false }
    return ["muy", "bastante", "algo", "mejor", "peor", "bien", "mal"].contains(first)
      || Vocabulary.states.contains(last) || Vocabulary.colours.contains(last)
  }

  /// «¿Qué animal es Frida?», when she was told of as an iguana.
  func animal(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard question.gap?.noun?.head == "animal", question.clause.verb.verb == "ser" else { return nil }
    for subject in subjects {
      let fact = try view.facts(subjects: [subject]).first
      let roles = try view.facts(subjects: [subject], verbs: ["ser"])
      for term in [subject] + roles.map(\.object.text) {
        guard let noun = EntityName.parts(term)?.noun, AnimalNames.isAnimal(noun),
          let told = roles.first(where: { $0.object.text == term }) ?? fact
        else { continue }
        let words = EntityWords.kind(noun, question.language)
        return known(
          SentenceWriter(question).statement(words), [Frame(main: told, parts: [], verb: "ser")], question)
      }
    }
    return nil
  }

  /// «¿Cuál es mi trabajo?», "What's my age?": nouns for what verbs tell.
  func attribute(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard let phrase = question.clause.subject, let noun = EntityName.nouns(of: phrase).first else { return nil }
    let owners =
      try phrase.possessor.first.map { try resolver.names(of: $0) }
      ?? (phrase.isPossessedByUser ? [EntityName.user] : [])
    let writer = SentenceWriter(question)
    for owner in owners {
      let facts = try view.facts(subjects: [owner]).filter { !$0.isNegated }
      let fact: Fact? =
        switch noun {
        case "trabajo", "profesion", "oficio", "empleo", "profession", "occupation":
          facts.first {
            ["dedicarse a", "trabajar de"].contains($0.verb.text) || ($0.verb == "ser" && isOccupation($0.object.text))
          }
        case "edad": facts.first { $0.verb == "tener" && FrameTerms.isAge($0.object.text) }
        case "apellido": facts.first { $0.verb == "apellidarse" }
        case "peso": facts.first { $0.verb == "pesar" }
        case "estatura", "altura": facts.first { $0.verb == "medir" }
        case "ciudad", "pueblo", "barrio": facts.first { $0.verb == "vivir en" }
        case "nacionalidad", "nationality":
          facts.first { $0.verb == "ser" && Vocabulary.nationalities.contains($0.object.folded) }
        case "empresa", "company", "employer": facts.first { $0.verb == "trabajar en" }
        default: nil
        }
      if let fact {
        let verb = fact.verb.text.split(separator: " ").first.map(String.init) ?? fact.verb.text
        let frame = Frame.frames(of: verb, in: [fact]).first
        let told = frame.flatMap {
          FrameSentence(language: question.language).text($0, subject: ownerWords(phrase, owner, question.language))
        }
        return known(
          told ?? writer.statement(objectWords(fact.object.text, question.language)),
          [Frame(main: fact, parts: [], verb: "ser")], question)
      }
    }
    return nil
  }

  /// Whose trade or age it is, in the words of the question where it has any.
  private func ownerWords(_ phrase: NounPhrase, _ owner: String, _ language: Language) -> String? {
    guard owner != EntityName.user, let possessor = phrase.possessor.first else { return nil }
    return PersonSwap.text(possessor.text, language)
  }

  /// «¿Dónde está mi pasaporte?», when «guardo el pasaporte en el cajón» was told, and the other way round.
  private func whereabouts(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard let gap = question.gap, gap.kind == .place, gap.preposition.isEmpty else { return nil }
    let writer = SentenceWriter(question)
    if ["estar", "ser"].contains(question.clause.verb.verb), let phrase = question.clause.subject, !phrase.isKin,
      !phrase.isName
    {
      let wanted = Set(Content.stems(of: phrase.text))
      guard let cue = wanted.max(by: { $0.count < $1.count }) else { return nil }
      for fact in try view.facts(subjects: [EntityName.user], text: String(cue.prefix(6))) where !fact.isNegated {
        guard wanted.isSubset(of: Content.stems(of: fact.object.text)), !fact.verb.text.contains(" ") else { continue }
        let facts = try view.facts(subjects: [EntityName.user], text: String(fact.verb.folded))
        guard let frame = Frame.frames(of: fact.verb.text, in: facts).first(where: { $0.main.id == fact.id }) else {
          continue
        }
        if let words = filler(gap, frame, question, writer) { return known(writer.statement(words), [frame], question) }
      }
    } else if subjects == [EntityName.user], let phrase = question.clause.object, !phrase.isKin {
      var thing = phrase
      if thing.determiner == .none || thing.determiner == .indefinite { thing.determiner = .definite }
      let names = try resolver.names(of: thing)
      let facts = try view.facts(subjects: names).filter { !$0.isNegated }
      for verb in ["estar", "ser"] {
        for frame in Frame.frames(of: verb, in: facts) {
          if let words = filler(gap, frame, question, writer) {
            return known(writer.statement(words), [frame], question)
          }
        }
      }
    }
    return nil
  }

  /// Of two who are called so, what each is.
  func namesakes(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard subjects.count > 1, question.clause.subject?.isName ?? false, !question.isPast else { return nil }
    let facts = try subjects.compactMap { subject in
      try view.facts(subjects: [subject], verbs: ["ser"]).first { !$0.isNegated && isOccupation($0.object.text) }
    }
    guard facts.count > 1 else { return nil }
    let be = question.language == .spanish ? "es" : "is"
    let sentences = try facts.map {
      "\(try nameOrWords($0.subject.text, question.language)) \(be) \(objectWords($0.object.text, question.language))"
    }
    return known(
      SentenceWriter.sentence(SentenceWriter.list(sentences, question.language), question.language),
      facts.map { Frame(main: $0, parts: [], verb: "ser") }, question)
  }

  /// «¿Qué mascotas tengo?»
  private func pets(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard question.clause.verb.verb == "tener", let noun = question.gap?.noun,
      ["mascota", "pet", "animal"].contains(noun.head)
    else { return nil }
    let facts = try view.facts(subjects: subjects, verbs: ["tener"]).filter { fact in
      !fact.isNegated
        && fact.object.folded.split(separator: " ").contains { AnimalNames.isAnimal(Inflection.singular(String($0))) }
    }
    guard !facts.isEmpty else { return nil }
    let words = unique(facts.reversed().map { objectWords($0.object.text, question.language) })
    return known(
      SentenceWriter(question).statement(SentenceWriter.list(words, question.language)),
      facts.map { Frame(main: $0, parts: [], verb: "tener") }, question)
  }
}
