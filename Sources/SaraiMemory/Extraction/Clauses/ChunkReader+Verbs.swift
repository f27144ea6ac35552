import SaraiCore

// Verbs of Spanish
extension ChunkReader {
  func isVerb(_ place: Int) -> Bool {
    guard isWord(place), words[place].kind == .word else { return false }
    if language == .english {
      return !EnglishConjugation.shared.readings(of: words[place]).isEmpty || Self.englishModals.contains(folded(place))
    }
    return SpanishConjugation.shared.readings(of: words[place]).contains { $0.tense.isFinite }
      && !SpanishVerbs.nounLike.contains(folded(place))
  }

  /// The verb that begins at `start` with its negation, pronouns and auxiliaries, and where it ends.
  func verb(at start: Int) -> (VerbGroup, end: Int)? {
    language == .spanish ? spanishVerb(at: start) : englishVerb(at: start)
  }

  private func spanishVerb(at start: Int) -> (VerbGroup, end: Int)? {
    var group = VerbGroup()
    var place = start
    var hasLead = false
    while isWord(place) {
      let word = folded(place)
      if word == "ya", folded(place + 1) == "no" { group.isNoLonger = true }
      if word == "ahora" { group.isNow = true }
      if lexicon.negations.contains(word) {
        group.isNegated = true
        hasLead = true
      } else if !["ya", "todavia", "aun", "siempre", "tambien", "solo", "casi", "ahora", "apenas"].contains(word)
        || lastIsVerbless(place)
      {
        break
      }
      // «Casi no fumo», «apenas bebo», «casi me compro un Tesla»: neither so nor not so.
      if word == "apenas" || word == "casi" && !["siempre", "todo"].contains(folded(place + 1)) {
        group.isHypothetical = true
      }
      place += 1
    }
    while isWord(place), Clitics.all.contains(folded(place)) {
      if folded(place) == "se", words[place].lowercased == "sé" { break }
      let next = place + 1
      guard isWord(next), Clitics.all.contains(folded(next)) || !finiteReadings(next).isEmpty || guessed(next) != nil
      else { return nil }
      if Clitics.articles.contains(folded(place)), group.clitics.isEmpty, !Clitics.all.contains(folded(next)),
        SpanishVerbs.nounLike.contains(folded(next)) || finiteReadings(next).isEmpty || isNounAfterArticle(next)
      {
        return nil
      }
      group.clitics.append(folded(place))
      hasLead = true
      place += 1
    }
    guard isWord(place), words[place].kind == .word else { return nil }
    guard var form = finiteForm(at: place, hasLead: hasLead) else { return nil }
    // «se llamaba» is hers, not mine.
    if form.person == 0, group.clitics.contains("se"),
      let third = finiteReadings(place).first(where: { $0.person == 2 })
    {
      form = third
    }
    group.finite = place - start
    group.person = form.person
    group.isPast = form.tense == .preterite || form.tense == .imperfect
    group.isImperfect = form.tense == .imperfect
    group.lemma = form.lemma
    group.isHypothetical =
      group.isHypothetical
      || form.tense == .conditional && !["gustar", "encantar", "querer", "preferir"].contains(form.lemma)
    place += 1
    let isGoing = form.lemma == "ir" && form.tense == .present
    place = spanishAuxiliaries(&group, place)
    // «Iba a llamarme Luis»: what was meant, not what came of it.
    if form.lemma == "ir", form.tense == .imperfect, place > start + group.finite + 1 { group.isHypothetical = true }
    // «Viviré en Roma», «voy a vivir en Roma»: not yet.
    if form.tense == .future || isGoing, Self.lasting.contains(group.lemma), group.lemma != form.lemma || !isGoing {
      group.isHypothetical = true
    }
    group.words = (start..<place).map { words[$0].text }
    group.verb = Vocabulary.verb(group.lemma)
    return (group, place)
  }

  /// What one does at a place for long.
  static let lasting: Set<String> = ["vivir", "trabajar", "estudiar", "residir", "live", "work", "study", "reside"]

  /// «la matricula de mi moto», typed without its accent.
  private func isNounAfterArticle(_ place: Int) -> Bool {
    // «tiene la consulta en…»: no verb follows a verb.
    if case .verb? = chunks.last { return true }
    guard startsClause, finiteReadings(place).allSatisfy({ $0.person == 2 || $0.person == 0 }) else { return false }
    return ["de", "del"].contains(folded(place + 1)) || (isWord(place + 1) && isVerb(place + 1))
  }

  /// Adverbs before a verb belong to it only where a verb or its pronouns follow.
  private func lastIsVerbless(_ place: Int) -> Bool {
    let next = place + 1
    guard isWord(next) else { return true }
    return !(Clitics.all.contains(folded(next)) || lexicon.negations.contains(folded(next)) || isVerb(next))
  }

  private func finiteReadings(_ place: Int) -> [SpanishConjugation.Form] {
    SpanishConjugation.shared.readings(of: words[place]).filter { $0.tense.isFinite }
  }

  private func guessed(_ place: Int) -> SpanishConjugation.Form? {
    guard !words[place].isCapitalized || words[place].isFirst,
      let form = SpanishConjugation.shared.guess(words[place]), form.tense.isFinite
    else { return nil }
    return form
  }

  /// The reading of a word as a verb, where its place lets it be one.
  private func finiteForm(at place: Int, hasLead: Bool) -> SpanishConjugation.Form? {
    let word = words[place]
    let readings = finiteReadings(place)
    guard let form = readings.first else { return hasLead || afterPhrase ? guessed(place) : nil }
    if word.isCapitalized, !word.isFirst { return nil }
    if word.folded == "se", word.lowercased != "sé" { return nil }
    if word.folded == "como" {
      let next = folded(place + 1)
      let isComer =
        word.lowercased == "como" && isWord(place + 1)
        && (!Clitics.all.contains(next) || times.read(words, at: place + 1) != nil)
        && finiteReadings(place + 1).isEmpty
        && next != "un" && next != "una"
      return isComer && (hasLead || place == 0 || startsClause || afterSubjectPronoun)
        ? readings.first { $0.lemma == "comer" } : nil
    }
    if ["para", "sobre", "bajo", "entre", "nada"].contains(word.folded) { return nil }
    if SpanishVerbs.nounLike.contains(word.folded), !hasLead {
      if afterSubjectPronoun { return form }
      if startsClause {
        return readings.first { $0.person == 0 && $0.text == word.lowercased }
          ?? (form.person == 0 ? form : clauseInitial(place, readings))
      }
      guard case .phrase(let subject)? = chunks.last, subject.isDefinite else { return nil }
      return readings.first { $0.person == (subject.isPlural || !subject.conjuncts.isEmpty ? 5 : 2) }
    }
    if case .phrase(let subject)? = chunks.last, subject.pronoun == nil, subject.isDefinite,
      form.person == 0, let agreeing = readings.first(where: { $0.person == 2 }),
      // «La moto la guardo…»: what stands before is the object.
      !["lo", "la", "los", "las"].contains(folded(place - 1))
    {
      return agreeing
    }
    if form.lemma == "ir", form.tense == .preterite, folded(place + 1) != "a",
      let be = readings.first(where: { $0.lemma == "ser" })
    {
      return be
    }
    if form.lemma == "ser", form.tense == .preterite, ["a", "al"].contains(folded(place + 1)) {
      return readings.first { $0.lemma == "ir" } ?? form
    }
    return form
  }

  /// «Era», «Sal»: at the start of a clause a third person counts where no noun can follow from it.
  private func clauseInitial(_ place: Int, _ readings: [SpanishConjugation.Form]) -> SpanishConjugation.Form? {
    guard ["era", "eras", "cuida", "cocina", "toma", "cobro", "maneja"].contains(folded(place)) else { return nil }
    return readings.first
  }

  private var startsClause: Bool {
    switch chunks.last {
    case nil, .conjunction?, .comma?, .relative?, .subordinator?, .adverb?: true
    case .time?: !chunks.contains { if case .verb = $0 { true } else { false } }
    default: false
    }
  }

  private var afterSubjectPronoun: Bool {
    if case .phrase(let phrase)? = chunks.last { return phrase.pronoun != nil }
    return false
  }

  private var afterPhrase: Bool {
    if case .phrase(let phrase)? = chunks.last { return phrase.isDefinite }
    return false
  }

  /// haber + participle, estar + gerund, poder + infinitive, ser + participle: the main verb takes the group's name.
  private func spanishAuxiliaries(_ group: inout VerbGroup, _ start: Int) -> Int {
    var place = start
    while isWord(place) {
      var next = place
      while ["ya", "siempre", "nunca", "tambien", "muy", "recien"].contains(folded(next)) { next += 1 }
      guard isWord(next) else { break }
      let readings = SpanishConjugation.shared.readings(of: words[next])
      let guess = SpanishConjugation.shared.guess(words[next])
      func form(_ tense: SpanishTense) -> SpanishConjugation.Form? {
        readings.first { $0.tense == tense } ?? (readings.isEmpty && guess?.tense == tense ? guess : nil)
      }
      if group.lemma == "haber", let main = form(.participle) {
        group.isPerfect = true
        group.lemma = main.lemma
        place = next + 1
      } else if ["estar", "andar", "seguir", "llevar"].contains(group.lemma), let main = form(.gerund) {
        group.lemma = main.lemma
        place = next + 1
      } else if ["ser"].contains(group.lemma), let main = form(.participle), !Vocabulary.states.contains(folded(next)),
        (group.isPast && !group.isImperfect && !SpanishVerbs.nounLike.contains(folded(next))) || isPassive(next)
      {
        group.lemma = main.lemma
        group.isPassive = true
        place = next + 1
      } else if let end = spanishModal(&group, next) {
        place = end
      } else {
        break
      }
    }
    return place
  }

  /// «fue construida», not «es empleado».
  private func isPassive(_ place: Int) -> Bool {
    let next = folded(place + 1)
    return next == "por" || next == "en" || next == "el" || !isWord(place + 1) || lexicon.conjunctions.contains(next)
  }

  private func spanishModal(_ group: inout VerbGroup, _ place: Int) -> Int? {
    func infinitive(_ place: Int) -> (String, [String])? {
      guard isWord(place) else { return nil }
      if let form = SpanishConjugation.shared.readings(of: words[place]).first(where: { $0.tense == .infinitive }) {
        return (form.lemma, [])
      }
      for clitic in ["me", "te", "se", "nos", "le", "lo", "la"] where folded(place).hasSuffix(clitic) {
        let stem = Tokenizer.word(String(words[place].text.dropLast(clitic.count)))
        if let form = SpanishConjugation.shared.readings(of: stem).first(where: { $0.tense == .infinitive }) {
          return (form.lemma, [clitic])
        }
      }
      return nil
    }
    let bare: Set<String> = ["poder", "saber", "querer", "deber", "soler", "necesitar"]
    let prepositional = [
      "ir": "a", "empezar": "a", "comenzar": "a", "dejar": "de", "acabar": "de", "volver": "a", "tener": "que",
      "venir": "a", "acostumbrar": "a", "terminar": "de",
    ]
    if bare.contains(group.lemma), let (main, clitics) = infinitive(place) {
      group.modal = group.lemma
      group.lemma = main
      group.clitics += clitics
      return place + 1
    }
    guard let joint = prepositional[group.lemma], folded(place) == joint, let (main, clitics) = infinitive(place + 1)
    else { return nil }
    // «voy a comprar», «acabo de mudarme» tell of the main verb alone.
    group.modal = ["ir", "venir", "acabar", "volver"].contains(group.lemma) ? nil : group.lemma
    if group.lemma == "dejar" {
      // «No dejo de quererla» says that one does.
      group.isNoLonger = !group.isNegated
      if group.isNegated {
        group.isNegated = false
        group.modal = nil
        group.isPast = false
      }
    }
    if group.lemma == "acabar" { group.isPerfect = true }
    group.lemma = main
    group.clitics += clitics
    return place + 2
  }
}
