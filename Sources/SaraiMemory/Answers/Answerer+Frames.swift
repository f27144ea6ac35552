import SaraiCore

// Questions that a frame answers
extension Answerer {
  /// «¿Dónde vive…?», «¿Qué toca…?», «¿Quién trabaja en…?»
  func framed(_ question: Question, _ subjects: [String]?) throws -> MemoryAnswer? {
    guard let gap = question.gap else { return nil }
    let writer = SentenceWriter(question)
    if subjects == nil { return try subjectAnswer(question, writer) }
    var filled: [(frame: Frame, filler: String)] = []
    for frame in try frames(question, subjects) where frame.isNegated == question.clause.verb.isNegated {
      if let filler = filler(gap, frame, question, writer) { filled.append((frame, filler)) }
    }
    if let noun = gap.noun {
      // «hermanos» before «hermana».
      let word = Fold.text(noun.text)
      let exact = filled.filter { Fold.text($0.filler).split(separator: " ").contains { $0 == word } }
      if !exact.isEmpty, gap.kind == .quantity { filled = exact }
    }
    if filled.isEmpty {
      return try appointment(question, subjects ?? [], writer)
        ?? workplace(question, subjects ?? [], writer) ?? spouse(question, subjects ?? [])
        ?? detour(question, subjects ?? [])
    }
    return try answer(filled, question, subjects ?? [], writer)
  }

  private func answer(
    _ filled: [(frame: Frame, filler: String)], _ question: Question, _ subjects: [String], _ writer: SentenceWriter
  ) throws -> MemoryAnswer? {
    let people = Set(filled.map(\.frame.subject))
    if people.count > 1, question.clause.subject?.conjuncts.isEmpty ?? true {
      var sentences: [String] = []
      for person in subjects where people.contains(person) {
        guard let entry = filled.first(where: { $0.frame.subject == person }) else { continue }
        sentences.append(
          String(
            writer.statement(entry.filler, subject: try nameOrWords(person, question.language), isEach: true).dropLast()
          ))
      }
      return known(
        SentenceWriter.sentence(SentenceWriter.list(sentences, question.language), question.language),
        filled.map(\.frame), question)
    }
    let verb = filled[0].frame.main.verb.text
    let rivals = filled.filter { $0.frame.main.verb == filled[0].frame.main.verb }
    if rivals.count > 1, Predicates.isSingleValued(filled[0].frame.subject, verb), Set(rivals.map(\.filler)).count > 1 {
      return contradiction(rivals.map(\.filler), rivals.map(\.frame), question)
    }
    let texts = unique(filled.reversed().map(\.filler))
    let isList = question.gap?.kind == .thing || question.gap?.kind == .person || question.gap?.kind == .quantity
    if isList, texts.count > 1, texts.count <= 12, filled.allSatisfy({ $0.frame.verb == filled[0].frame.verb }),
      question.gap?.kind != .quantity
    {
      return known(writer.statement(SentenceWriter.list(texts, question.language)), filled.map(\.frame), question)
    }
    return known(writer.statement(filled[0].filler, isNegated: filled[0].frame.isNegated), [filled[0].frame], question)
  }

  func unique(_ texts: [String]) -> [String] {
    var seen: Set<String> = []
    return texts.filter { seen.insert(Fold.text($0)).inserted }
  }

  func known(_ text: String, _ frames: [Frame], _ question: Question) -> MemoryAnswer {
    MemoryAnswer(outcome: .known, text: text, facts: frames.map(\.main.id), language: question.language)
  }

  func contradiction(_ values: [String], _ frames: [Frame], _ question: Question) -> MemoryAnswer {
    let list = SentenceWriter.list(unique(values).map { $0 }, question.language)
    // The person was asked already.
    if frames.allSatisfy(\.main.holdsBesideOthers) {
      return known(SentenceWriter(question).statement(list), frames, question)
    }
    let text = Localized(
      es: "Me has dicho cosas distintas: \(list). ¿Cuál es la correcta?",
      en: "You have told me different things: \(list). Which one is right?")
    return MemoryAnswer(
      outcome: .contradictory, text: text[question.language], facts: frames.map(\.main.id), language: question.language)
  }

  /// «¿Quién trabaja en Mango?»
  private func subjectAnswer(_ question: Question, _ writer: SentenceWriter) throws -> MemoryAnswer? {
    // "How many people live in Oslo?" is about the world.
    guard question.gap?.kind == .person || question.gap?.kind == .thing else { return nil }
    let found = try frames(question, nil).filter {
      !$0.isNegated && $0.subject != EntityName.user && mentionsUser($0, question)
    }
    guard !found.isEmpty, !essentials(question).isEmpty || question.clause.arguments.contains(where: \.phrase.isUser)
    else { return nil }
    let names = unique(try found.map { try nameOrWords($0.subject, question.language) })
    return known(
      writer.statement("", subject: SentenceWriter.list(names.reversed(), question.language)), found, question)
  }

  /// «¿Quién me opera?» asks for what is done to the user.
  private func mentionsUser(_ frame: Frame, _ question: Question) -> Bool {
    guard question.clause.arguments.contains(where: \.phrase.isUser) else { return true }
    return frame.parts.contains { $0.object == EntityName.user }
  }

  /// «tu prima Inés», «Noelia».
  func nameOrWords(_ term: String, _ language: Language) throws -> String {
    let words = EntityWords.text(term, language)
    if let name = try view.facts(subjects: [term], verbs: ["llamarse"]).first?.object.text, term != EntityName.user {
      return words + " " + name
    }
    return words == term ? PersonSwap.text(term, language) : words
  }

  /// Preposition and words of the part of a frame that a question asks for.
  func filler(_ gap: Gap, _ frame: Frame, _ question: Question, _ writer: SentenceWriter) -> String? {
    // «¿Con quién vive mi hermano?» may be answered «contigo».
    let mayBeUser = gap.kind == .person && !gap.preposition.isEmpty
    let objects = frame.parts.filter { !$0.object.isEmpty && (mayBeUser || $0.object != EntityName.user) }
    func said(_ part: Frame.Part) -> String {
      if part.object == EntityName.user, question.language == .spanish {
        return part.preposition == "con" ? "contigo" : part.preposition + " ti"
      }
      let words = objectWords(part.object, question.language)
      let preposition = writer.preposition(part.preposition, verb: frame.verb, object: words)
      return preposition.isEmpty ? words : preposition + " " + words
    }
    let asked = essentials(question).map { Set(Content.stems(of: $0.text)) }
    /// Not what the question says itself.
    let open = objects.filter { part in !asked.contains { !$0.isEmpty && (part.stems.isSubset(of: $0)) } }
    switch gap.kind {
    case .time:
      let times = open.filter(\.isTime)
      let clocks = times.filter { ["a la", "at "].contains(where: $0.object.hasPrefix) }
      if ["hora", "time"].contains(gap.noun?.head ?? ""), !clocks.isEmpty {
        return clocks.map(\.object).joined(separator: " ")
      }
      if !times.isEmpty { return joined(unique(times.map(\.object)), question.language) }
      return gap.preposition.isEmpty ? nil : open.first { $0.preposition == gap.preposition }.map(said)
    case .place:
      let wanted =
        gap.preposition.isEmpty
        ? ["en", "bajo", "sobre", "tras", "cerca", "a", "de", "por", "entre"] : [gap.preposition]
      for preposition in wanted {
        let parts = open.filter { $0.preposition == preposition }
        // «en la sierra, en Cercedilla»
        if !parts.isEmpty { return parts.map(said).joined(separator: ", ") }
      }
      return nil
    case .quantity: return quantity(gap, open, frame, question.language, said)
    case .person, .thing:
      return thing(gap, open, frame, question, said)
    case .manner: return frame.verb == "apellidarse" ? open.first { $0.preposition.isEmpty }.map(said) : nil
    case .reason: return nil
    }
  }

  /// «el jueves a las cinco», but "on Mondays and on Thursdays".
  private func joined(_ times: [String], _ language: Language) -> String {
    let leads = Set(times.map { $0.prefix { $0 != " " } })
    let isList =
      times.count > 1 && leads.count == 1 && ["los", "on"].contains(leads.first ?? "")
      && times.allSatisfy { $0.hasSuffix("s") }
    return isList ? SentenceWriter.list(times, language) : times.joined(separator: " ")
  }

  private func quantity(
    _ gap: Gap, _ open: [Frame.Part], _ frame: Frame, _ language: Language, _ said: (Frame.Part) -> String
  ) -> String? {
    let numbered = open.filter { part in
      !part.isTime
        && (part.object.contains(where: \.isNumber) || Content.stems(of: part.object).contains { Int($0) != nil }
          || ["un", "una", "a", "an"].contains(part.object.split(separator: " ").first.map { Fold.text($0) } ?? ""))
    }
    guard let noun = gap.noun,
      !["dinero", "money", "tiempo", "tall", "heavy", "long", "big", "far"].contains(noun.head)
    else { return numbered.first.map(said) }
    let wanted = Set(Content.stems(of: noun.text))
    let isYears = noun.head == "ano"
    if isYears { return numbered.first { FrameTerms.isAge($0.object) }.map { age($0.object, frame, in: language) } }
    if let part = numbered.first(where: { wanted.isSubset(of: $0.stems) }) { return said(part) }
    return wanted.isSubset(of: frame.stems) ? numbered.first.map(said) : nil
  }

  /// «41 años», "41 years old", whichever way it was told.
  private func age(_ object: String, _ frame: Frame, in language: Language) -> String {
    object.prefix { $0 != " " } + (language == .spanish ? " años" : " years old")
  }

  private func thing(
    _ gap: Gap, _ open: [Frame.Part], _ frame: Frame, _ question: Question, _ said: (Frame.Part) -> String
  ) -> String? {
    let wanted = gap.noun.map { Set(Content.stems(of: $0.text)) } ?? []
    let isLoose = ["tener", "gustar", "encantar", "ser", "estar"].contains(frame.verb)
    if !gap.preposition.isEmpty {
      let parts = open.filter { $0.preposition == gap.preposition && !$0.isTime }
      if !parts.isEmpty { return SentenceWriter.list(unique(parts.map(said)), question.language) }
      if gap.preposition == "en", let part = open.first(where: { ["en", "a"].contains($0.preposition) }) {
        return said(part)
      }
      // «¿De qué soy profesor?»
      for part in frame.parts {
        if let range = part.object.firstRange(of: " \(gap.preposition) "), gap.preposition == "de" {
          return String(part.object[range.lowerBound...].dropFirst())
        }
      }
      guard !wanted.isEmpty else { return nil }
    }
    let things = open.filter { !$0.isTime && ($0.preposition.isEmpty || !wanted.isEmpty) }
    if let part = things.first(where: { !wanted.isEmpty && wanted.isSubset(of: $0.stems) }) { return said(part) }
    if !wanted.isEmpty, isLoose { return nil }
    // «¿Qué quiero aprender?»: «a tocar el piano».
    if wanted.isEmpty, let part = open.first(where: { $0.preposition == "a" && isAction($0.object) }) {
      return said(part)
    }
    if wanted.isEmpty, frame.verb == "estudiar", let part = open.first(where: { $0.preposition == "para" }) {
      return objectWords(part.object, question.language)
    }
    return things.first { $0.preposition.isEmpty }.map(said) ?? (wanted.isEmpty ? nil : things.first.map(said))
  }

  private func isAction(_ object: String) -> Bool {
    let word = Tokenizer.word(String(object.prefix { $0 != " " }))
    return SpanishConjugation.shared.readings(of: word).contains { $0.tense == .infinitive }
      || EnglishConjugation.shared.readings(of: word).contains { $0.tense == .base }
  }

  /// An object in the words of an answer.
  func objectWords(_ object: String, _ language: Language) -> String {
    if EntityName.parts(object) != nil || object == EntityName.user { return EntityWords.text(object, language) }
    return PersonSwap.text(object, LanguageGuess.language(of: object, fallback: language))
  }

  /// «¿Dónde trabajo?», when «soy profesor en un instituto» was told.
  private func workplace(_ question: Question, _ subjects: [String], _ writer: SentenceWriter) throws -> MemoryAnswer? {
    guard question.clause.verb.verb == "trabajar", question.gap?.kind == .place || question.gap?.preposition == "en"
    else { return nil }
    for frame in Frame.frames(of: "ser", in: try facts(subjects, verbs: ["ser"], question: question))
    where !frame.isNegated {
      guard frame.parts[0].preposition.isEmpty, isOccupation(frame.parts[0].object),
        let place = frame.part("en") ?? frame.part("de")
      else { continue }
      return known(
        writer.statement(
          writer.preposition("en", verb: "trabajar") + " " + objectWords(place.object, question.language)), [frame],
        question)
    }
    return nil
  }

  /// «¿Cuándo tengo cita…?» and «¿Cuándo es mi cita…?» ask for the same.
  private func appointment(_ question: Question, _ subjects: [String], _ writer: SentenceWriter) throws -> MemoryAnswer?
  {
    guard let gap = question.gap, gap.kind == .time else { return nil }
    var candidates: [Frame] = []
    if question.clause.verb.verb == "ser", let phrase = question.clause.subject {
      let wanted = Set(Content.stems(of: phrase.text))
      let facts = try facts([EntityName.user], verbs: ["tener"], question: question)
      candidates = Frame.frames(of: "tener", in: facts).filter { wanted.isSubset(of: $0.stems) }
    } else if question.clause.verb.verb == "tener", let phrase = question.clause.object {
      var named = phrase
      named.determiner = .possessive(0)
      if let with = question.clause.argument("con")?.phrase { named.complements.append(with.head) }
      let entities = try resolver.names(of: named)
      candidates = Frame.frames(of: "ser", in: try facts(entities, verbs: ["ser"], question: question))
    }
    for frame in candidates where !frame.isNegated {
      let times = frame.parts.filter(\.isTime)
      guard !times.isEmpty else { continue }
      return known(writer.statement(times.map(\.object).joined(separator: " ")), [frame], question)
    }
    return nil
  }
}

// Yes or no
extension Answerer {
  func polar(_ question: Question, _ subjects: [String]?) throws -> MemoryAnswer? {
    guard let subjects, !subjects.isEmpty else { return nil }
    // Who asks whether somebody is, without what, is not understood.
    if ["ser", "estar"].contains(question.clause.verb.verb), essentials(question).isEmpty { return nil }
    let writer = SentenceWriter(question)
    let isTimed = question.clause.arguments.contains { $0.time != nil }
    let found = try frames(question, subjects).filter { isTimed || !$0.isRestricted }
    if let choice = question.clause.arguments.first(where: \.phrase.isAlternative) {
      return chosen(choice.phrase, found, question, writer)
    }
    if let frame = found.first {
      return known(polarity(!frame.isNegated, writer, question), [frame], question)
    }
    return try contrary(question, subjects, writer) ?? owned(question, subjects, writer)
      ?? opposed(question, subjects, writer)
  }

  private func polarity(_ isTrue: Bool, _ writer: SentenceWriter, _ question: Question) -> String {
    let statement = writer.statement("", isNegated: !isTrue)
    let isLowered = statement.first?.isUppercase ?? false && !(question.asked.subject?.isName ?? false)
    let lead = isTrue ? Localized(es: "Sí, ", en: "Yes, ") : Localized(es: "No, ", en: "No, ")
    return lead[question.language] + (isLowered ? statement.lowercasedFirst : statement)
  }

  /// «¿El té o el café?»
  private func chosen(_ options: NounPhrase, _ frames: [Frame], _ question: Question, _ writer: SentenceWriter)
    -> MemoryAnswer?
  {
    for frame in frames where !frame.isNegated {
      for option in options.members {
        let wanted = Set(Content.stems(of: option.text))
        guard let first = frame.parts.first, !wanted.isEmpty, wanted.isSubset(of: first.stems) else { continue }
        let verb = SentenceWriter(
          Question(language: question.language, gap: nil, clause: question.clause, asked: question.asked))
        return known(verb.statement(PersonSwap.text(option.text, question.language)), [frame], question)
      }
    }
    return nil
  }

  /// «¿Vive mi hermana en Lugo?», when she is known to live in Vigo.
  private func contrary(_ question: Question, _ subjects: [String], _ writer: SentenceWriter) throws -> MemoryAnswer? {
    guard let argument = essentials(question).first, argument.time == nil else { return nil }
    let verb = question.clause.verb.verb + (argument.preposition.isEmpty ? "" : " " + argument.preposition)
    for subject in subjects {
      let facts = try view.facts(subjects: [subject], verbs: [verb]).filter { !$0.isNegated }
      guard facts.count == 1, let fact = facts.first, Predicates.isSingleValued(subject, verb) else { continue }
      let words = objectWords(fact.object.text, question.language)
      let preposition = writer.preposition(argument.preposition, verb: question.clause.verb.verb)
      let plain = Question(language: question.language, gap: nil, clause: question.clause, asked: question.asked)
      let statement = SentenceWriter(plain).statement(preposition.isEmpty ? words : preposition + " " + words)
      let frame = Frame(main: fact, parts: [], verb: verb)
      return known(
        "No, " + (question.asked.subject?.isName ?? false ? statement : statement.lowercasedFirst), [frame], question)
    }
    return nil
  }

  /// "Do I like mushrooms?", when they are hated.
  private func opposed(_ question: Question, _ subjects: [String], _ writer: SentenceWriter) throws -> MemoryAnswer? {
    if let answer = try single(question, subjects, writer) { return answer }
    let opposites = ["gustar": "odiar", "encantar": "odiar", "odiar": "gustar"]
    guard let verb = opposites[question.clause.verb.verb], !essentials(question).isEmpty else { return nil }
    for name in Synonyms.of(verb) {
      let facts = try facts(subjects, verbs: [name], question: question)
      for frame in Frame.frames(of: name, in: facts) where try !frame.isNegated && holds(question, of: frame) {
        return known(polarity(false, writer, question), [frame], question)
      }
    }
    return nil
  }

  /// «¿Está soltero mi hermano?», when he is married or has somebody.
  private func single(_ question: Question, _ subjects: [String], _ writer: SentenceWriter) throws -> MemoryAnswer? {
    let states = ["soltero", "casado", "divorciado", "viudo"]
    guard ["ser", "estar"].contains(question.clause.verb.verb),
      let argument = essentials(question).first, essentials(question).count == 1
    else { return nil }
    func state(_ text: String) -> String? {
      let stems = Content.stems(of: text)
      return stems.count == 1 ? states.first { Fold.stem($0) == stems[0] } : nil
    }
    guard let asked = state(argument.text) else { return nil }
    for subject in subjects {
      let facts = try view.facts(subjects: [subject]).filter { !$0.isNegated }
      let other = facts.first { fact in
        ["ser", "estar"].contains(fact.verb.text) && state(fact.object.text).map { $0 != asked } ?? false
      }
      let bond = facts.first { fact in
        guard asked == "soltero" else { return false }
        if ["prometerse con", "estar casado con", "salir con"].contains(fact.verb.text) { return true }
        return ["tener", "echar", "echarse"].contains(fact.verb.text)
          && Content.stems(of: fact.object.text).contains { ["novi", "parej"].contains($0) }
      }
      guard let fact = other ?? bond else { continue }
      return known(polarity(false, writer, question), [Frame(main: fact, parts: [], verb: "ser")], question)
    }
    return nil
  }

  /// «¿Tengo coche?», when something was told of «mi coche».
  private func owned(_ question: Question, _ subjects: [String], _ writer: SentenceWriter) throws -> MemoryAnswer? {
    guard question.clause.verb.verb == "tener", let phrase = question.clause.object,
      let noun = EntityName.nouns(of: phrase).first, let subject = subjects.first
    else { return nil }
    // «Mi perra» is a dog.
    let female = AnimalNames.isAnimal(noun) && noun.hasSuffix("o") ? noun.dropLast() + "a" : noun
    let entities = [EntityName.owned(noun, by: subject), EntityName.owned(female, by: subject)]
    guard let fact = try view.facts(subjects: entities).first ?? view.facts(verbs: ["ser"], objects: entities).first
    else { return nil }
    return known(polarity(true, writer, question), [Frame(main: fact, parts: [], verb: "tener")], question)
  }
}
