import SaraiCore

// Questions whose answer may have been told in several ways
extension Answerer {
  func special(_ question: Question, _ subjects: [String]?) throws -> MemoryAnswer? {
    guard let gap = question.gap else { return nil }
    let verb = question.clause.verb.verb
    if let subjects {
      if verb == "llamarse" || isNameRequest(question) { return try name(question, subjects) }
      if gap.kind == .person, verb == "ser", gap.preposition.isEmpty { return try identity(question, subjects) }
      if asksForWork(question), let answer = try work(question, subjects) { return answer }
      if asksForOrigin(question), let answer = try origin(question, subjects) { return answer }
      if let answer = try manner(question, subjects) ?? animal(question, subjects) { return answer }
      if let noun = gap.noun, let answer = try property(noun, question, subjects) { return answer }
      if verb == "ser", gap.kind == .thing, gap.preposition.isEmpty, gap.noun == nil {
        return try value(question, subjects) ?? address(question, subjects) ?? attribute(question, subjects)
      }
      if let noun = gap.noun, let answer = try possession(noun, question, subjects) { return answer }
    }
    return try price(question)
  }

  // MARK: names

  private func isNameRequest(_ question: Question) -> Bool {
    question.gap?.noun?.head == "nombre" || question.gap?.noun?.head == "name"
  }

  /// «¿Cómo se llaman mis hijos?»
  func name(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    var names: [String] = []
    var facts: [Fact] = []
    for subject in subjects {
      let told = try view.facts(subjects: [subject], verbs: ["llamarse"]).filter { !$0.isNegated }
      facts += told
      if told.count > 1, subjects.count == 1 {
        return contradiction(
          told.map(\.object.text), told.map { Frame(main: $0, parts: [], verb: "llamarse") }, question)
      }
      if let first = told.first {
        names.append(first.object.text)
      } else if let role = try view.facts(subjects: [subject], verbs: ["ser"]).first(where: {
        EntityName.parts($0.object.text) != nil || $0.object.text.contains(" de ")
      }),
        EntityName.parts(subject) == nil,
        subject.first?.isUppercase ?? false || !subject.contains(" ") || Titles.isTitledName(subject)
      {
        names.append(subject)
        facts.append(role)
      }
    }
    if names.isEmpty, let partner = try partner(subjects) {
      names = [objectWords(partner.object.text, question.language)]
      facts = [partner]
    }
    guard !names.isEmpty else { return nil }
    let list = SentenceWriter.list(unique(names), question.language)
    let frames = facts.map { Frame(main: $0, parts: [], verb: "llamarse") }
    return known(nameSentence(list, isPlural: names.count > 1, question), frames, question)
  }

  /// «¿Cómo se llama mi marido?», when «estoy casada con Rubén» was told.
  private func partner(_ subjects: [String]) throws -> Fact? {
    for subject in subjects {
      guard let (noun, owner) = EntityName.parts(subject) else { continue }
      let isSpouse = ["marido", "mujer"].contains(noun)
      guard isSpouse || ["novio", "novia", "pareja"].contains(noun) else { continue }
      let facts = try view.facts(subjects: [owner], text: isSpouse ? "casad" : "salir").filter {
        !$0.isNegated && $0.verb.folded.hasSuffix(" con")
      }
      if let fact = facts.first, fact.object.text.first?.isUppercase ?? false { return fact }
    }
    return nil
  }

  /// «¿Con quién estoy casada?», when «mi marido se llama Rubén» was told.
  func spouse(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard let gap = question.gap, gap.kind == .person, gap.preposition == "con" else { return nil }
    let isMarriage = question.clause.arguments.contains { Content.stems(of: $0.phrase.text) == ["casad"] }
    guard isMarriage || question.clause.verb.verb == "salir" else { return nil }
    let nouns = isMarriage ? ["marido", "mujer"] : ["novia", "novio"]
    let writer = SentenceWriter(question)
    for subject in subjects {
      for noun in nouns {
        guard
          let fact = try view.facts(subjects: [EntityName.owned(noun, by: subject)], verbs: ["llamarse"]).first(where: {
            !$0.isNegated
          })
            ?? view.facts(verbs: ["ser"], objects: [EntityName.owned(noun, by: subject)]).first
        else { continue }
        let name = fact.verb == "llamarse" ? fact.object.text : fact.subject.text
        let preposition = writer.preposition("con", verb: "estar")
        return known(
          writer.statement(preposition.isEmpty ? name : preposition + " " + name),
          [Frame(main: fact, parts: [], verb: "ser")], question)
      }
    }
    return nil
  }

  private func nameSentence(_ names: String, isPlural: Bool, _ question: Question) -> String {
    guard let subject = question.clause.subject else { return names }
    let words = PersonSwap.text(subject.text, question.language)
    switch question.language {
    case .spanish:
      if subject.isUser { return "Te llamas \(names)." }
      return SentenceWriter.sentence(
        "\(words) \(isPlural || subject.isPlural ? "se llaman" : "se llama") \(names)", .spanish)
    case .english:
      if subject.isUser { return "Your name is \(names)." }
      return SentenceWriter.sentence(
        "\(words) \(isPlural || subject.isPlural ? "are" : "is") called \(names)", .english)
    }
  }

  /// «¿Quién es mi jefe?», «¿Quién es Pepe?»
  private func identity(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    // «¿Quién es Thor en la mitología nórdica?» is not about the dog.
    guard let phrase = question.clause.subject, essentials(question).isEmpty else { return nil }
    if phrase.isKin, phrase.name == nil, let answer = try name(question, subjects) { return answer }
    for subject in subjects {
      var told = try view.facts(subjects: [subject], verbs: ["ser"]).filter { !$0.isNegated }
      told.sort { EntityName.parts($0.object.text) != nil && EntityName.parts($1.object.text) == nil }
      var words = told.prefix(2).map { objectWords($0.object.text, question.language) }
      if EntityName.parts(subject) != nil, phrase.isName {
        words.insert(EntityWords.text(subject, question.language), at: 0)
      }
      guard !words.isEmpty else { continue }
      let copula = question.language == .spanish ? "es" : "is"
      let text =
        "\(PersonSwap.text(phrase.text, question.language)) \(copula) \(SentenceWriter.list(Array(words.prefix(2)), question.language))"
      let facts = told.isEmpty ? try view.facts(subjects: [subject], verbs: ["llamarse"]) : told
      return known(
        SentenceWriter.sentence(text, question.language), facts.map { Frame(main: $0, parts: [], verb: "ser") },
        question)
    }
    return nil
  }

  // MARK: work

  private func asksForWork(_ question: Question) -> Bool {
    guard let gap = question.gap, gap.kind == .thing, gap.noun == nil || ["trabajo", "job"].contains(gap.noun?.head)
    else { return false }
    let verb = question.clause.verb.verb
    let isPerson = question.clause.subject.map { $0.isUser || $0.isKin || $0.isName || !$0.possessor.isEmpty } ?? false
    switch verb {
    case "dedicarse": return true
    case "trabajar": return ["de", "en", "como", ""].contains(gap.preposition)
    case "ser": return isPerson && gap.preposition.isEmpty && essentials(question).isEmpty
    case "hacer": return isPerson && essentials(question).isEmpty && question.language == .english
    default: return false
    }
  }

  private func work(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    if let answer = try namesakes(question, subjects) { return answer }
    let writer = SentenceWriter(question)
    for subject in subjects {
      let facts = try view.facts(subjects: [subject], ever: question.isPast).filter { !$0.isNegated }
      // «Trabajo en Mercadona de cajera.»
      if question.clause.verb.verb != "ser",
        let frame = Frame.frames(of: "trabajar", in: facts).first(where: { $0.part("de") != nil }),
        let work = frame.part("de")
      {
        return known(
          workSentence(objectWords(work.object, question.language), "trabajar de", writer, question), [frame], question)
      }
      for verb in ["dedicarse a", "trabajar de", "trabajar como", "ser", "trabajar en", "trabajar para"] {
        let isImperfect =
          question.asked.verb.isImperfect && facts.contains { $0.standing == .past && $0.verb == Term(verb) }
        guard
          let fact = facts.first(where: {
            $0.verb == Term(verb) && (verb != "ser" || isOccupation($0.object.text))
              && (!isImperfect || $0.standing == .past)
          })
        else { continue }
        if verb == "trabajar en" || verb == "trabajar para", question.clause.verb.verb == "ser" { continue }
        let words = objectWords(fact.object.text, question.language)
        let text = workSentence(words, verb, writer, question)
        return known(text, [Frame(main: fact, parts: [], verb: verb)], question)
      }
    }
    return nil
  }

  private func workSentence(_ words: String, _ verb: String, _ writer: SentenceWriter, _ question: Question) -> String {
    let isUser = question.clause.subject?.isUser ?? false
    let subject = writer.subjectText
    let isPlural = question.clause.subject.map { $0.isPlural || !$0.conjuncts.isEmpty } ?? false
    switch question.language {
    case .spanish:
      let tense: SpanishTense =
        question.asked.verb.isImperfect ? .imperfect : question.asked.verb.isPast ? .preterite : .present
      let person = isUser ? 1 : isPlural ? 5 : 2
      let lemma = String(verb.prefix { $0 != " " }).replacing(
        "se", with: "", maxReplacements: verb.hasPrefix("dedicarse") ? 1 : 0)
      let form = SpanishConjugation.shared.form(of: lemma, tense, person: person)
      let pronoun = verb.hasPrefix("dedicarse") ? (isUser ? "te " : "se ") : ""
      let preposition = verb.split(separator: " ").dropFirst().joined(separator: " ")
      return SentenceWriter.sentence(
        [subject, pronoun + form, preposition, words].filter { !$0.isEmpty }.joined(separator: " "), .spanish)
    case .english:
      let isPast = question.isPast
      let be = isUser || isPlural ? (isPast ? "were" : "are") : isPast ? "was" : "is"
      let work = isPast ? "worked" : isUser || isPlural ? "work" : "works"
      let predicate =
        switch verb {
        case "ser": be
        case "trabajar de", "trabajar como", "dedicarse a": work + " as"
        case "trabajar para": work + " for"
        default: work + " at"
        }
      return SentenceWriter.sentence("\(subject) \(predicate) \(words)", .english)
    }
  }

  /// Whether what somebody is can be what they do: not somebody's cousin, not blond, not Swedish.
  func isOccupation(_ object: String) -> Bool {
    if EntityName.isOfUser(object) { return false }
    let words = object.split(separator: " ").map { Fold.text($0) }
    guard
      let head = words.first(where: {
        !FunctionWords.spanish.isDeterminer($0) && !FunctionWords.english.isDeterminer($0)
          && !["muy", "very", "really"].contains($0)
      })
    else { return false }
    if Kinship.isKin(head), Set(Kinship.canonical(head)).isDisjoint(with: Kinship.occupations) { return false }
    if words.count == 1 || words.dropFirst().isEmpty, Vocabulary.states.contains(head) { return false }
    return !Vocabulary.nationalities.contains(head) && !Vocabulary.colours.contains(head)
      && !Vocabulary.states.contains(words.last!) && Int(head) == nil
  }

  // MARK: origin and properties

  private func asksForOrigin(_ question: Question) -> Bool {
    guard let gap = question.gap, question.clause.verb.verb == "ser" else { return false }
    return (gap.kind == .place && gap.preposition == "de")
      || ["nacionalidad", "nationality", "pais"].contains(gap.noun?.head)
  }

  private func origin(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    let writer = SentenceWriter(question)
    for subject in subjects {
      let facts = try view.facts(subjects: [subject]).filter { !$0.isNegated }
      if let fact = facts.first(where: { $0.verb == "ser de" }) {
        let preposition = writer.preposition("de", verb: "ser")
        return known(
          writer.statement(preposition + " " + objectWords(fact.object.text, question.language)),
          [Frame(main: fact, parts: [], verb: "ser")], question)
      }
      if let fact = facts.first(where: { fact in
        fact.verb == "ser"
          && fact.object.folded.split(separator: " ").contains { Vocabulary.nationalities.contains(String($0)) }
      }) {
        return known(
          writer.statement(objectWords(fact.object.text, question.language)),
          [Frame(main: fact, parts: [], verb: "ser")], question)
      }
      // "A nurse from Bradford"
      if let frame = Frame.frames(of: "ser", in: facts).first(where: { frame in
        frame.part("de").map { $0.object.first?.isUppercase ?? false } ?? false
          && !(frame.parts[0].object.first?.isUppercase ?? false)
      }), question.language == .english, let place = frame.part("de") {
        return known(writer.statement("from " + place.object), [frame], question)
      }
      if let fact = facts.first(where: { $0.verb == "nacer en" }) {
        let lead = Localized(es: "nació en", en: "was born in")[question.language]
        let user = Localized(es: "naciste en", en: "were born in")[question.language]
        let text =
          "\(writer.subjectText) \(subject == EntityName.user ? user : lead) \(objectWords(fact.object.text, question.language))"
        return known(
          SentenceWriter.sentence(String(text.trimmingPrefix(" ")), question.language),
          [Frame(main: fact, parts: [], verb: "nacer")], question)
      }
    }
    return nil
  }

  /// «¿De qué color es…?», "What breed is…?"
  private func property(_ noun: NounPhrase, _ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    guard question.clause.verb.verb == "ser" else { return nil }
    let writer = SentenceWriter(question)
    let isColour = ["color", "colour"].contains(noun.head)
    let isMake = [
      "raza", "marca", "modelo", "tipo", "clase", "breed", "brand", "make", "model", "kind", "type", "sort", "animal",
    ].contains(noun.head)
    guard isColour || isMake else { return nil }
    for subject in subjects {
      for fact in try view.facts(subjects: [subject]).filter({ !$0.isNegated && $0.verb.text.hasPrefix("ser") }) {
        let colours = fact.object.text.split(separator: " ").filter { Vocabulary.colours.contains(Fold.text($0)) }
        if isColour, !colours.isEmpty {
          return known(
            writer.statement(colours.joined(separator: " ")), [Frame(main: fact, parts: [], verb: "ser")], question)
        }
        if isMake, fact.verb == "ser", EntityName.parts(fact.object.text) == nil,
          colours.count < Content.stems(of: fact.object.text).count
        {
          return known(
            writer.statement(objectWords(fact.object.text, question.language)),
            [Frame(main: fact, parts: [], verb: "ser")], question)
        }
      }
    }
    return nil
  }

  /// «¿Cuál es mi color favorito?»
  private func value(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    let writer = SentenceWriter(question)
    for subject in subjects {
      let facts = try view.facts(subjects: [subject], ever: question.isPast).filter { !$0.isNegated }
      for verb in ["ser", "llamarse", "ser cuando", "estar", "ser de", "ser en"] {
        let told = facts.filter { $0.verb == Term(verb) }
        guard let first = told.first else { continue }
        if told.count > 1, Predicates.isSingleValued(subject, verb) {
          return contradiction(
            told.map { objectWords($0.object.text, question.language) },
            told.map { Frame(main: $0, parts: [], verb: verb) }, question)
        }
        let values = unique(told.reversed().map { objectWords($0.object.text, question.language) })
        let preposition =
          verb == "ser de"
          ? writer.preposition("de", verb: "ser") + " "
          : verb == "ser en" ? writer.preposition("en", verb: "ser") + " " : ""
        let list = preposition + SentenceWriter.list(Array(values.prefix(6)), question.language)
        return known(writer.statement(list), [Frame(main: first, parts: [], verb: verb)], question)
      }
    }
    return nil
  }

  /// «¿Cuál es mi dirección?», when «vivo en la calle Goya 12» was told.
  private func address(_ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    for subject in subjects where EntityName.parts(subject)?.noun == "direccion" {
      let owner =
        subject.hasPrefix("direccion de ") ? String(subject.dropFirst("direccion de ".count)) : EntityName.user
      let told = try view.facts(subjects: [owner], text: "vivir").filter {
        !$0.isNegated && $0.verb.folded.hasSuffix(" en") && $0.object.text.contains(where: \.isNumber)
      }
      guard let fact = told.first else { continue }
      return known(
        SentenceWriter(question).statement(objectWords(fact.object.text, question.language)),
        [Frame(main: fact, parts: [], verb: "vivir")], question)
    }
    return nil
  }

  /// «¿Cuánto me costó la casa?», when «la compré por 180.000 euros» was told.
  private func price(_ question: Question) throws -> MemoryAnswer? {
    guard question.gap?.kind == .quantity, question.clause.verb.verb == "costar", let phrase = question.clause.subject
    else { return nil }
    let wanted = Set(Content.stems(of: phrase.text))
    let facts = try view.facts(subjects: [EntityName.user], text: "compr", ever: true)
    for frame in Frame.frames(of: "comprar", in: facts) where wanted.isSubset(of: frame.stems) {
      if let part = frame.part("por") ?? frame.part("para"), part.object.contains(where: \.isNumber) {
        return known(SentenceWriter(question).statement(part.object), [frame], question)
      }
    }
    return nil
  }

  /// «¿Qué coche tengo?», when «mi coche es un Dacia» was told.
  private func possession(_ noun: NounPhrase, _ question: Question, _ subjects: [String]) throws -> MemoryAnswer? {
    let isMembership =
      question.clause.verb.verb == "ser" && question.gap?.preposition == "de"
      && (question.clause.subject?.isUser ?? false)
    if isMembership, try !frames(question, subjects).isEmpty { return nil }
    guard ["tener", "conducir", "usar", "llevar"].contains(question.clause.verb.verb) || isMembership,
      question.gap?.kind == .thing
    else { return nil }
    let writer = SentenceWriter(question)
    if question.clause.verb.verb != "tener", !isMembership, try !frames(question, subjects).isEmpty { return nil }
    for subject in subjects {
      for name in EntityName.nouns(of: noun) {
        let entity = EntityName.owned(name, by: subject)
        let told = try view.facts(subjects: [entity], verbs: ["ser"]).filter {
          !$0.isNegated && Content.stems(of: $0.object.text).contains { !Vocabulary.colours.contains($0) }
        }
        guard let fact = told.first(where: { $0.object.text.contains(where: \.isUppercase) }) ?? told.first else {
          continue
        }
        let lead = isMembership ? writer.preposition("de", verb: "ser") + " " : ""
        return known(
          writer.statement(lead + objectWords(fact.object.text, question.language)),
          [Frame(main: fact, parts: [], verb: "ser")], question)
      }
    }
    return isMembership ? nil : try named(noun, question, subjects)
  }
}
