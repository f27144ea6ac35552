import SaraiCore

/// One turn while it is read: what it has told so far, and who was spoken of last.
struct TurnReading {
  private(set) var changes: [FactChange] = []
  /// Whether the sentence begins with «no,»: it contradicts what was told.
  var isContradiction = false
  var resolver: EntityResolver
  /// What is kept letter by letter.
  var secrets = SecretValues()
  let language: Language
  let now: CivilDateTime
  /// Whether the turn says that something told before has changed or was wrong.
  let isCorrection: Bool
  /// What «ya no» has ended: «ahora estoy en Ikea» goes on from it.
  /// The subject of the clause before, where that is not the user.
  private var spokenOf: String?
  /// What was counted last.
  private var counted: (head: String, word: String)?
  var ended: (subject: String, clause: Clause)?
  /// Several who were introduced last: «dos tortugas».
  private var several: String?

  init(_ view: FactView, language: Language, now: CivilDateTime, isCorrection: Bool) {
    resolver = EntityResolver(view)
    self.language = language
    self.now = now
    self.isCorrection = isCorrection
    resolver.last = try? Self.lastMentioned(view)
  }

  var saidAt: Timestamp {
    Timestamp(secondsSince1970: now.date.dayNumber * 86_400 + now.secondOfDay - now.utcOffsetSeconds)
  }

  /// Takes in one clause.
  mutating func learn(_ clause: Clause) throws {
    guard !clause.comparesAges, !clause.countsEach else { return }
    if try learnLoss(clause) { return }
    var clause = clause
    let subjects = try subjects(of: &clause)
    continueEnded(&clause, subjects)
    clause = distributed(clause, subjects)
    for subject in subjects where !subject.isEmpty {
      if try learnName(subject, clause) { continue }
      if try learnRole(subject, clause) { continue }
      if try learnChange(subject, clause) { continue }
      try learnFrame(subject, clause)
    }
    spokenOf = subjects.last == EntityName.user ? nil : subjects.last
    try nameMentioned(clause)
    noteMentions(clause, subjects)
    for subject in subjects { try introduce(subject, clause) }
  }

  // MARK: who

  private mutating func subjects(of clause: inout Clause) throws -> [String] {
    guard let phrase = clause.subject else {
      if clause.verb.person == 5 { return [EntityName.somebody] }
      // "Cook me something"
      if language == .english, clause.verb.person == nil, !clause.verb.isPast, !clause.verb.isPerfect { return [] }
      return resolver.last.map { [$0] } ?? []
    }
    // «Antes era albañil»: the form fits me and him; it is told of whom the turn was speaking.
    if phrase == Clause.user, clause.verb.isImperfect, clause.verb.person == 0, let spokenOf { return [spokenOf] }
    var names: [String] = []
    for member in phrase.members {
      if member.pronoun == 1 || member.pronoun == 4 { continue }
      let found = try resolver.names(of: member)
      if member.pronoun == nil, found.count > 1, !member.isPlural {
        // Of several who could be meant, the one who has a name; of several with names, none.
        let roles = try resolver.roles(of: member)
        let named = found.filter { !roles.contains($0) }
        names.append(named.count == 1 ? named[0] : roles.first ?? found[0])
      } else {
        names += found.prefix(member.isPlural ? found.count : 1)
      }
      if let owner = member.possessor.first, let name = owner.name, owner.isNameable,
        let entity = try resolver.names(of: owner).first
      {
        try nameEntity(entity, name, role: owner)
      }
      if let name = member.name, member.isNameable, let entity = found.first {
        try nameEntity(entity, name, role: member)
      }
    }
    return names
  }

  /// Tells the name of somebody who was spoken of as «mi hermana Ana».
  mutating func nameEntity(_ entity: String, _ name: String, role phrase: NounPhrase) throws {
    var bare = phrase
    bare.name = nil
    if Term(entity) == Term(name) {
      for role in try resolver.roles(of: bare).prefix(1) { try add(entity, "ser", role) }
    } else if try resolver.view.facts(subjects: [entity], verbs: ["llamarse"]).isEmpty {
      try add(entity, "llamarse", name)
    }
  }

  /// «Vivo con mi novia Sara» tells a name as well.
  private mutating func nameMentioned(_ clause: Clause) throws {
    guard !["ser", "llamarse", "tener"].contains(clause.verb.verb), !clause.verb.isNegated else { return }
    for phrase in clause.arguments.flatMap({ $0.phrase.members })
    where phrase.isKin && (phrase.isPossessedByUser || !phrase.possessor.isEmpty) {
      if let name = phrase.name, let entity = try resolver.names(of: phrase).first {
        try nameEntity(entity, name, role: phrase)
      }
    }
  }

  /// «Ya tiene tres»: of what was counted last; years where nothing was.
  mutating func completed(_ clause: Clause) -> Clause {
    guard clause.verb.verb == "tener",
      let place = clause.arguments.firstIndex(where: { $0.preposition.isEmpty && $0.time == nil })
    else { return clause }
    var clause = clause
    let phrase = clause.arguments[place].phrase
    if phrase.head.isEmpty, phrase.quantity != nil, let counted, counted.head != "ano" {
      clause.arguments[place].phrase.head = counted.head
      clause.arguments[place].phrase.text += " " + counted.word
    } else if !phrase.head.isEmpty {
      let word = phrase.text.split(separator: " ").last.map(String.init) ?? phrase.head
      counted = (phrase.head, phrase.isPlural || word.hasSuffix("s") ? word : word + "s")
    }
    return clause
  }

  private mutating func noteMentions(_ clause: Clause, _ subjects: [String]) {
    if let subject = subjects.last, subject != EntityName.user, subject != EntityName.somebody {
      resolver.last = subject
    } else if let patient = clause.arguments.first(where: { $0.preposition == "a" && $0.phrase.isKin }),
      let name = try? resolver.names(of: patient.phrase).first
    {
      resolver.last = name
    } else if ["change", "cambiar"].contains(clause.verb.verb), let thing = clause.object,
      let name = try? resolver.names(of: thing).first
    {
      resolver.last = name
    } else if clause.verb.verb == "cambiar", let thing = clause.argument("de")?.phrase, let owner = subjects.first {
      let entities = EntityName.nouns(of: thing).map { EntityName.owned($0, by: owner) }
      resolver.last = entities.first { (try? resolver.view.facts(subjects: [$0]).isEmpty) == false } ?? entities.first
    }
  }

  // MARK: names and roles

  /// «Me llamo Ana», «mi jefe es Ramón», «mis hermanas son Lidia y Marisa».
  private mutating func learnName(_ subject: String, _ clause: Clause) throws -> Bool {
    guard let object = clause.object else { return false }
    let isNaming = clause.verb.verb == "llamarse"
    let isBeing =
      clause.verb.verb == "ser" && (clause.subject?.isNameable ?? isKinTerm(subject)) && clause.arguments.count == 1
      && (object.isName || Titles.isTitled(object)) && !Introductions.isOrigin(object)
    let isIntroduction =
      subject == EntityName.user && ["ser", "be"].contains(clause.verb.lemma) && object.isName
      && object.conjuncts.isEmpty && !clause.verb.isNegated && !clause.verb.isPast
      && (clause.subject?.isUser ?? false) && Introductions.isOwnName(object)
    guard isNaming || isBeing || isIntroduction else { return false }
    let names = object.members.map { Titles.isTitled($0) ? Titles.name(of: $0) : $0.name ?? $0.text }
    // «Tengo dos tortugas, se llaman Zipi y Zape»
    if isNaming, names.count > 1, let several, clause.subject?.pronoun != nil || clause.subject == nil {
      for name in names { try add(name, "ser", several) }
      return true
    }
    if clause.verb.isNegated || clause.verb.isNoLonger {
      for name in names {
        changes.append(.end(subject: Term(subject), verb: "llamarse", object: Term(name), isNegated: false, at: saidAt))
      }
      return true
    }
    if let phrase = clause.subject, phrase.isPlural, phrase.pronoun == nil || names.count > 1 {
      let roles = try resolver.roles(of: phrase)
      for name in names { for role in roles.prefix(1) { try add(name, "ser", role) } }
      if let first = names.first, names.count == 1 { resolver.last = first }
    } else if let name = names.first {
      try add(subject, "llamarse", name, isSignalled: isCorrection || clause.isNow)
    }
    return true
  }

  private func isKinTerm(_ term: String) -> Bool {
    EntityName.parts(term).map { Kinship.isKin(String($0.noun.prefix { $0 != " " })) } ?? false
  }

  /// «Andrés es mi primo», «Pepe es el marido de mi tía».
  private mutating func learnRole(_ subject: String, _ clause: Clause) throws -> Bool {
    guard clause.verb.verb == "ser", let phrase = clause.subject, phrase.isName, let name = phrase.name,
      let object = clause.object,
      object.isKin, object.name == nil, object.isPossessedByUser || !object.possessor.isEmpty, !clause.verb.isNegated
    else { return false }
    let roles = try resolver.roles(of: object)
    for role in roles.prefix(1) {
      let isKnown = try !resolver.view.facts(subjects: [role]).isEmpty
      let isNamed = try !resolver.view.facts(subjects: [role], verbs: ["llamarse"]).isEmpty
      if isKnown, !isNamed, Term(subject) == Term(name) {
        try add(role, "llamarse", name)
        resolver.last = role
      } else {
        try add(subject, "ser", role)
      }
    }
    return true
  }

  /// «Tengo un perro que se llama Toby»: there is a dog now, and this is what is told of it.
  private mutating func introduce(_ subject: String, _ clause: Clause) throws {
    guard ["tener", "comprar", "adoptar", "adopt", "get"].contains(clause.verb.verb) || clause.verb.lemma == "get",
      !clause.verb.isNegated
    else { return }
    for phrase in clause.arguments.filter({ $0.preposition == "" && $0.time == nil }).flatMap({ $0.phrase.members })
    where !phrase.head.isEmpty && phrase.head != "ano" && !phrase.isAction && !Fold.text(phrase.text).hasPrefix("otr")
      && !phrase.text.hasPrefix("another")
    {
      guard let noun = EntityName.nouns(of: phrase).first else { continue }
      let entity = EntityName.owned(noun, by: subject)
      resolver.introduced[phrase.text] = entity
      // «Me he comprado un coche nuevo»: what the old one was, this one is not.
      if isNew(phrase), !phrase.isNameable, clause.verb.isPast || clause.verb.isPerfect {
        end(try resolver.view.facts(subjects: [entity], verbs: ["ser"]).filter { !isToldNow($0) })
      }
      several = phrase.isPlural && phrase.isNameable ? entity : nil
      let names =
        phrase.names + (phrase.name.map { phrase.isKin || AnimalNames.isAnimal(phrase.head) ? [$0] : [] } ?? [])
      if names.count > 1 || (phrase.isPlural && !names.isEmpty) {
        for name in names { try add(name, "ser", entity) }
      } else if let name = names.first {
        if try resolver.view.facts(subjects: [entity], verbs: ["llamarse"]).isEmpty || isNew(phrase) {
          try add(entity, "llamarse", name, isSignalled: isNew(phrase))
        } else {
          try add(name, "ser", entity)
          resolver.introduced[phrase.text] = name
        }
      }
      let properties = phrase.modifiers.filter {
        Vocabulary.colours.contains($0) || Vocabulary.nationalities.contains($0)
      }
      if !phrase.isPlural, !properties.isEmpty { try add(entity, "ser", properties.joined(separator: " ")) }
      resolver.last = resolver.introduced[phrase.text] ?? entity
      if let relative = phrase.relative.isEmpty ? nil : phrase.relative { resolver.introduced[relative] = entity }
    }
  }

  private func isNew(_ phrase: NounPhrase) -> Bool {
    phrase.modifiers.contains { ["nuevo", "nueva", "new"].contains($0) }
  }

  // MARK: frames

  /// A verb with its arguments: the first makes the fact, the others hang on it.
  private mutating func learnFrame(_ subject: String, _ clause: Clause) throws {
    let clause = try completedAmount(subject, clause)
    let frame = try FrameTerms(clause, resolver: resolver)
    if clause.verb.isNoLonger || (clause.verb.isNegated && clause.verb.modal == "dejar") {
      try learnEnd(subject, clause, frame)
      return
    }
    if frame.entries[0].object.isEmpty, Predicates.isReporting(clause.verb.verb) { return }
    // «Mi jefe me ha dicho: …»
    let isToSomebody = clause.arguments.allSatisfy { $0.phrase.isKin || $0.phrase.pronoun != nil || $0.phrase.isName }
    if ["decir", "contar", "say", "tell"].contains(clause.verb.lemma), isToSomebody { return }
    let isOver =
      clause.verb.isImperfect
      || (clause.verb.isPast && !clause.verb.isPerfect && !clause.verb.isPassive
        && Predicates.isState(clause.verb.verb))
    let since = isOver ? nil : beginning(of: clause)
    let isSignalled = isCorrection || clause.isNow || isRecent(since, subject, frame)
    if isSignalled, !clause.verb.isNegated { try endTimes(subject, frame) }
    for (index, entry) in frame.entries.enumerated() {
      try add(
        subject, entry.verb, entry.object, isNegated: clause.verb.isNegated, isOver: isOver,
        isSignalled: isSignalled && index == 0 && !clause.verb.isNegated, isFirst: index == 0,
        since: index == 0 ? since : nil)
    }
    if clause.verb.verb == "prometerse", !clause.verb.isNegated {
      try end(subject, like: "soltero", except: [])
      try end(subject, like: "single", except: [])
      try add(subject, "ser", language == .spanish ? "soltero" : "single", isNegated: true)
    }
    // «Se casa en septiembre»: not yet.
    if clause.verb.verb == "casarse", !clause.verb.isNegated, clause.verb.isPast || clause.verb.isPerfect,
      let spouse = frame.entries.first(where: { $0.verb.hasSuffix(" con") })
    {
      try end(subject, like: "soltero", except: [])
      try add(subject, "estar", "casado")
      try add(subject, "estar casado con", spouse.object, isSignalled: isSignalled)
    }
    if clause.verb.isNegated { ended = (subject, clause) }
    // «Vivo con mi pareja y dos gatos»
    if clause.verb.verb == "vivir", !clause.verb.isNegated, !isOver, let company = clause.argument("con")?.phrase {
      for pet in company.members where AnimalNames.isAnimal(pet.head) && pet.determiner == .indefinite {
        try add(subject, "tener", pet.text)
      }
    }
    try learnBeginning(subject, clause)
  }

  /// Who has begun to work somewhere works there.
  private mutating func learnBeginning(_ subject: String, _ clause: Clause) throws {
    var state = clause
    let verb = String(clause.verb.verb.split(separator: " ").last ?? "")
    if clause.verb.modal == "empezar", clause.verb.isPast || clause.verb.isPerfect,
      ["trabajar", "vivir", "estudiar", "salir"].contains(verb)
    {
      state.verb.verb = verb
    } else if ["get", "conseguir", "encontrar", "find"].contains(clause.verb.verb),
      clause.verb.isPast || clause.verb.isPerfect,
      let job = clause.object, EntityName.nouns(of: job).first?.hasPrefix("trabajo") ?? false,
      clause.argument("en") != nil
    {
      state.verb.verb = "trabajar"
      state.arguments.removeAll { $0.preposition.isEmpty }
    } else {
      return
    }
    state.verb.modal = nil
    state.verb.isPast = false
    state.verb.isPerfect = false
    state.arguments.removeAll { $0.time != nil }
    state.isNow = true
    try learnFrame(subject, state)
  }

  private mutating func learnEnd(_ subject: String, _ clause: Clause, _ frame: FrameTerms) throws {
    ended = (subject, clause)
    let facts = try resolver.view.facts(subjects: [subject]).filter { fact in
      frame.entries.contains { entry in
        (fact.verb == Term(entry.verb) || (entry.verb == "estar en" && fact.verb == "trabajar en"))
          && (entry.object.isEmpty || FrameTerms.isSame(fact.object.text, entry.object))
      } || fact.verb.text.hasPrefix(frame.entries[0].verb + " " + Fold.text(frame.entries[0].object))
    }
    end(facts)
    for entry in frame.entries.prefix(1) { try add(subject, entry.verb, entry.object, isNegated: true) }
  }

  // MARK: storing

  mutating func add(
    _ subject: String, _ verb: String, _ object: String, isNegated: Bool = false, isOver: Bool = false,
    isSignalled: Bool = false,
    isFirst: Bool = true, since: Timestamp? = nil
  ) throws {
    let object = secrets.restored(object)
    let verb = secrets.restored(verb)
    // «Me llamo» and no name: nothing is said.
    guard !Term(object).isEmpty || !Predicates.needsObject(verb) else { return }
    guard object.utf8.count <= 400, subject.utf8.count <= 400, verb.utf8.count <= 400 else { return }
    var fact = NewFact(Term(subject), Term(verb), Term(object), isNegated: isNegated, confidence: 0.9)
    fact.validFrom = since
    if isOver {
      fact.validTo = saidAt
      record(.add(fact, replacing: .nothing))
      return
    }
    var replacing = Replacement.oppositePolarity
    let others = try resolver.view.facts(subjects: [subject], verbs: [verb]).filter {
      $0.object != fact.object && !$0.isNegated
    }
    // So many years or children: the last number told is the one that holds.
    let counted = FrameTerms.counted(object)
    // What grows is as tall as was said last.
    let isMeasure = ["medir", "pesar", "calzar"].contains(verb) && object.contains(where: \.isNumber)
    let isAge = verb == "tener" && counted != nil || isMeasure
    let isSignalled = isSignalled || isContradiction && isFirst && Predicates.isSingleValued(subject, verb)
    let rivals = isAge && !isMeasure ? others.filter { FrameTerms.counted($0.object.text) == counted } : others
    if isFirst, !isNegated, !rivals.isEmpty, isAge || isSignalled || Predicates.isSingleValued(subject, verb) {
      if isAge || isSignalled {
        let dependents = try resolver.view.facts(subjects: [subject]).filter { other in
          rivals.contains {
            other.verb.text.hasPrefix(Fold.text($0.verb.text + " " + $0.object.text) + " ")
              || other.verb.folded.hasPrefix($0.verb.folded + " " + $0.object.folded + " ")
          }
        }
        let old = (rivals + dependents).filter { !isToldNow($0) }
        old.forEach { resolver.view.ended.insert($0.id) }
        if !old.isEmpty { replacing = .facts(old.map(\.id)) }
      } else if verb != "trabajar en" {
        fact.confidence = 0.6
        for rival in rivals where rival.id.rawValue > 0 { record(.setConfidence(rival.id, 0.6)) }
      }
    }
    record(.add(fact, replacing: replacing))
  }

  /// Two facts of one turn do not replace each other.
  func isToldNow(_ fact: Fact) -> Bool { fact.id.rawValue < 0 }

  mutating func record(_ change: FactChange) {
    changes.append(change)
    resolver.view.told.apply(Batch(owner: resolver.view.owner, changes: [change], saidAt: saidAt))
  }
}
