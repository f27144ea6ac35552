import SaraiCore

// Noun phrases
extension ChunkReader {
  /// The phrase that begins at `start`, with all that belongs to it, and where it ends.
  func phrase(at start: Int, isDefinite: Bool = false, afterPreposition: Bool = false) -> (NounPhrase, end: Int)? {
    guard isWord(start) else { return nil }
    if let pronoun = pronoun(at: start, afterPreposition: afterPreposition) { return (pronoun, start + 1) }
    var phrase = NounPhrase()
    var place = start
    if isDefinite { phrase.determiner = .definite }
    determiners(&phrase, &place)
    let hasDeterminer = place > start || isDefinite
    if !hasDeterminer, let (action, end) = action(at: place) { return (action, end) }
    guard isWord(place), phrase.quantity == nil || times.read(words, at: place) == nil else {
      return pronominal(start, place, phrase)
    }
    if let number = quantity(place), phrase.quantity == nil, !isCountable(place + 1) {
      phrase.quantity = number
      return pronominal(start, place + 1, phrase)
    }
    // «en paro»: no finite verb follows a preposition.
    let isNounHere = afterPreposition && language == .spanish && isFiniteOnly(place)
    guard head(&phrase, &place, hasDeterminer: hasDeterminer || isNounHere) else {
      return pronominal(start, place, phrase)
    }
    tail(&phrase, &place)
    if language == .english { genitive(&phrase, &place) }
    phrase.text = text(start..<place)
    restriction(&phrase, &place, from: start)
    return (phrase, place)
  }

  private func isFiniteOnly(_ place: Int) -> Bool {
    let word = words[place]
    return !word.isCapitalized && isVerb(place) && !isAction(place) && !Clitics.all.contains(word.folded)
  }

  /// «dos» or «la mía» without a noun.
  private func pronominal(_ start: Int, _ end: Int, _ phrase: NounPhrase) -> (NounPhrase, end: Int)? {
    guard phrase.quantity != nil, end > start else { return nil }
    var phrase = phrase
    phrase.text = text(start..<end)
    return (phrase, end)
  }

  /// Whether something that can be counted follows a number.
  private func isCountable(_ place: Int) -> Bool {
    isWord(place) && times.read(words, at: place) == nil
      && (isNoun(place, afterDeterminer: false) || ["de", "of"].contains(folded(place)))
  }

  private func pronoun(at place: Int, afterPreposition: Bool) -> NounPhrase? {
    let word = words[place]
    var person = lexicon.subjects[word.folded]
    if language == .spanish {
      if word.folded == "el", word.lowercased != "él" { person = nil }
      if word.folded == "tu", word.lowercased != "tú" { person = nil }
      if word.folded == "mi", word.lowercased == "mí" || (afterPreposition && isAfterPronoun(place + 1)) { person = 0 }
      if word.folded == "ti" { person = 1 }
    } else if afterPreposition || person == nil {
      switch word.folded {
      case "me": person = 0
      case "us": person = 3
      case "him", "it": person = 2
      case "her" where !isWord(place + 1) || lexicon.prepositions.contains(folded(place + 1)): person = 2
      case "them": person = 5
      default: break
      }
    }
    guard let person else { return nil }
    var phrase = NounPhrase(text: word.text)
    phrase.pronoun = person
    phrase.isPlural = person > 2
    return phrase
  }

  private func isAfterPronoun(_ place: Int) -> Bool {
    let next = folded(place)
    return next.isEmpty || Clitics.all.contains(next) || lexicon.conjunctions.contains(next)
      || lexicon.negations.contains(next)
      || !isWord(place)
  }

  func determiners(_ phrase: inout NounPhrase, _ place: inout Int) {
    while isWord(place) {
      let word = folded(place)
      // «Mía» is a cat.
      if words[place].isCapitalized, !words[place].isFirst { return }
      if let person = lexicon.possessives[word] {
        phrase.determiner = .possessive(person)
      } else if lexicon.definite.contains(word) {
        phrase.determiner = .definite
        if word.hasSuffix("s") { phrase.isPlural = true }
      } else if lexicon.demonstratives.contains(word), !isVerb(place) || word == "esta",
        !(word == "that" && lexicon.subjects[folded(place + 1)] != nil)
      {
        phrase.determiner = .demonstrative
      } else if lexicon.indefinite.contains(word) {
        if phrase.determiner == .none { phrase.determiner = .indefinite }
        if folded(place + 1) == "poco", folded(place + 2) == "de" { place += 2 }
      } else if let number = quantity(place), isWord(place + 1), !lexicon.conjunctions.contains(folded(place + 1)) {
        phrase.quantity = number
        if phrase.determiner == .none { phrase.determiner = .indefinite }
        phrase.isPlural = number != 1
      } else if ["muy", "very", "really", "tan", "bastante", "super", "algo", "little"].contains(word),
        isWord(place + 1),
        !lexicon.prepositions.contains(folded(place + 1))
      {
        // How much says nothing about what.
      } else {
        return
      }
      place += 1
    }
  }

  func quantity(_ place: Int) -> Int? {
    if words[place].kind == .number { return Int(folded(place)) }
    guard let number = lexicon.numbers[folded(place)] else { return nil }
    return number
  }

  /// «coser», «bailar sevillanas», "getting up early".
  private func action(at place: Int) -> (NounPhrase, end: Int)? {
    guard isAction(place) else { return nil }
    var end = place + 1
    while isWord(end), end - place < 8, !isBoundary(end) { end += 1 }
    var phrase = NounPhrase(text: text(place..<end))
    phrase.head = folded(place)
    phrase.isAction = true
    return (phrase, end)
  }

  private func isAction(_ place: Int) -> Bool {
    let word = folded(place)
    if language == .english {
      if place > 0, folded(place - 1) == "to",
        EnglishConjugation.shared.readings(of: words[place]).contains(where: { $0.tense == .base })
      {
        return true
      }
      guard word.hasSuffix("ing") else { return false }
      return EnglishConjugation.shared.readings(of: words[place]).contains { $0.tense == .gerund }
    }
    if SpanishConjugation.shared.readings(of: words[place]).contains(where: { $0.tense == .infinitive }) { return true }
    return (word.hasSuffix("arse") || word.hasSuffix("erse") || word.hasSuffix("irse")) && word.count > 5
  }

  private func isBoundary(_ place: Int) -> Bool {
    let word = folded(place)
    return lexicon.conjunctions.contains(word) || lexicon.subordinators.contains(word) || isVerb(place)
      || times.read(words, at: place) != nil || ["que", "because", "con", "with"].contains(word)
  }

  private static let leadingAdjectives = Vocabulary.set(
    """
    mejor mejores peor primer primera primero segundo segunda tercer tercera ultimo ultima gran buen buena nuevo nueva nuevos
    nuevas antiguo antigua viejo vieja proximo proxima unico unica actual pequeño pequeña ex futuro futura difunto difunta
    querido querida otro otra verdadero verdadera
    """)

  /// The noun or the name at `place`; false where there is none.
  private func head(_ phrase: inout NounPhrase, _ place: inout Int, hasDeterminer: Bool) -> Bool {
    if language == .english { return englishHead(&phrase, &place, hasDeterminer: hasDeterminer) }
    while Self.leadingAdjectives.contains(folded(place)), isWord(place + 1), isNoun(place + 1, afterDeterminer: true),
      !["mayor", "menor"].contains(folded(place + 1)), !Clitics.all.contains(folded(place + 1)),
      // «la pequeña estudia Medicina»
      !(["pequeno", "pequena"].contains(folded(place)) && phrase.determiner == .definite && isVerb(place + 1)),
      !(folded(place) == "ex" && isVerb(place + 1))
    {
      if folded(place) == "viejo" || folded(place) == "vieja", phrase.isPossessedByUser,
        !Kinship.isKin(folded(place + 1))
      {
        break
      }
      phrase.modifiers.append(folded(place))
      place += 1
    }
    guard isNoun(place, afterDeterminer: hasDeterminer) else {
      // «el de mi mujer», «los míos».
      if case .definite = phrase.determiner, folded(place) == "de" || folded(place) == "del" { return true }
      return !phrase.modifiers.isEmpty
    }
    if isNameWord(place, hasDeterminer: hasDeterminer) {
      phrase.name = properName(&place)
      return true
    }
    phrase.head = Inflection.singular(folded(place))
    if phrase.head != folded(place) { phrase.isPlural = true }
    if Kinship.isKin(folded(place)), let kin = Kinship.canonical(folded(place)).first,
      ["padres", "abuelos", "suegros"].contains(kin)
    {
      phrase.head = kin
      phrase.isPlural = true
    }
    place += 1
    return true
  }

  /// Whether a word can be a noun here: no other class claims it.
  func isNoun(_ place: Int, afterDeterminer: Bool) -> Bool {
    guard isWord(place) else { return false }
    let word = words[place]
    if word.kind == .number { return true }
    let folded = word.folded
    if word.isCapitalized, GivenNames.contains(word.text) { return true }
    if word.isCapitalized, !word.isFirst, !lexicon.subordinators.contains(folded) { return true }
    guard !lexicon.prepositions.contains(folded) || (afterDeterminer && folded == "bajo") else { return false }
    guard !lexicon.conjunctions.contains(folded), !lexicon.subordinators.contains(folded),
      !lexicon.negations.contains(folded),
      !lexicon.relatives.contains(folded) || folded == "k",
      lexicon.subjects[folded] == nil || (afterDeterminer && folded == "tu")
    else { return false }
    if lexicon.adverbs.contains(folded) { return false }
    if afterDeterminer || (language == .english && Vocabulary.states.contains(folded)) { return true }
    if Clitics.all.contains(folded), language == .spanish, word.lowercased == folded { return false }
    // "I read books"
    if language == .english, EnglishVerbs.nounLike.contains(folded), case .verb(let verb)? = chunks.last,
      !verb.isAuxiliary
    {
      return true
    }
    return !isVerb(place)
  }

  private static let kinModifiers = Vocabulary.set(
    """
    mayor menor pequeño pequeña mediano mediana paterno paterna materno materna paternos maternos paternas maternas politico politica gemelo gemela mellizo
    melliza biologico biologica adoptivo adoptiva peque actual nuevo nueva
    """)

  /// What follows the noun: adjectives, names, «de…».
  func tail(_ phrase: inout NounPhrase, _ place: inout Int) {
    let isKin = phrase.isKin
    while isWord(place) {
      let word = words[place]
      if word.folded == "de" || word.folded == "del" {
        guard language == .spanish, complement(&phrase, &place) else { return }
        continue
      }
      // «mi hija la mayor»
      if isKin, language == .spanish, lexicon.definite.contains(word.folded),
        Self.kinModifiers.contains(folded(place + 1))
      {
        phrase.modifiers.append(folded(place + 1))
        place += 2
        continue
      }
      if ["llamado", "llamada", "llamados", "llamadas", "named", "called"].contains(word.folded), isWord(place + 1) {
        place += 1
        phrase.name =
          isWord(place) && words[place].isCapitalized
          ? properName(&place)
          : {
            place += 1; return words[place - 1].text
          }()
        continue
      }
      if times.read(words, at: place) != nil { return }
      if word.isCapitalized, word.kind == .word, lexicon.subjects[word.folded] == nil || language == .spanish {
        // "Is my boss Scottish?"
        if language == .english, isKin, Vocabulary.nationalities.contains(word.folded) { return }
        guard phrase.name == nil, phrase.determiner != .none || !(isState(phrase) || phrase.isPlural) else { return }
        phrase.name = properName(&place)
        continue
      }
      if word.kind == .number, language == .english, phrase.isName, isWord(place + 1), !words[place + 1].isCapitalized,
        isNoun(place + 1, afterDeterminer: false)
      {
        return
      }
      if word.kind == .number {
        phrase.modifiers.append(word.folded)
        place += 1
        continue
      }
      guard language == .spanish, isNoun(place, afterDeterminer: false), lexicon.numbers[word.folded] == nil,
        !lexicon.isDeterminer(word.folded), !isAction(place)
      else { return }
      // «Mi madre cocina paella.»
      if isKin,
        SpanishConjugation.shared.readings(of: word).contains(where: {
          $0.tense.isFinite && $0.person == (phrase.isPlural ? 5 : 2)
        })
      {
        return
      }
      if isKin, phrase.name == nil, !Self.kinModifiers.contains(word.folded), !Vocabulary.states.contains(word.folded),
        !Vocabulary.nationalities.contains(word.folded), !Vocabulary.colours.contains(word.folded),
        !["favorito", "favorita", "preferido", "preferida", "solo", "sola", "juntos"].contains(word.folded),
        phrase.determiner != .indefinite, canBeSmallName(word)
      {
        phrase.name = word.text
      } else {
        phrase.modifiers.append(word.folded)
      }
      place += 1
    }
  }

  /// «alérgica» in «¿a qué es alérgica Ana?»
  private func isState(_ phrase: NounPhrase) -> Bool {
    Vocabulary.states.contains(phrase.head) || Vocabulary.nationalities.contains(phrase.head)
  }

  /// «de cabecera», «de mi primo Andrés», «del wifi».
  private func complement(_ phrase: inout NounPhrase, _ place: inout Int) -> Bool {
    let isContracted = folded(place) == "del"
    // «mi suegro de Orense» is from there.
    if phrase.isKin, phrase.isPossessedByUser, isWord(place + 1), words[place + 1].isCapitalized { return false }
    // «¿Trabaja mi mujer de noche?»
    if phrase.isKin, ["noche", "dia", "tarde", "manana", "madrugada"].contains(folded(place + 1)) { return false }
    guard isWord(place + 1),
      times.read(words, at: place + 1) == nil || Int(folded(place + 1)) != nil || phrase.isPossessedByUser == false
    else { return false }
    if folded(place + 1) == "que" || folded(place + 1) == "donde" { return false }
    guard let (owner, end) = self.phrase(at: place + 1, isDefinite: isContracted, afterPreposition: true) else {
      return false
    }
    // «una hija de 4 años llamada Vera»
    if owner.quantity != nil, phrase.isNameable {
      phrase.name = phrase.name ?? owner.name
      place = end
      return true
    }
    if case .none = owner.determiner, !owner.isName, owner.pronoun == nil {
      phrase.complements.append(([owner.head] + owner.modifiers).filter { !$0.isEmpty }.joined(separator: " "))
      phrase.possessor = phrase.possessor.isEmpty ? owner.possessor : phrase.possessor
      if let name = owner.name {
        // «mi compañera de trabajo Lorena»
        if phrase.isNameable, phrase.name == nil {
          phrase.name = name
        } else {
          phrase.complements.append(Fold.text(name))
        }
      }
    } else if phrase.possessor.isEmpty {
      phrase.possessor = [owner]
    }
    place = end
    return true
  }

  /// «la chica con la que salgo», "the woman I'm dating": what the person says of themselves tells which one.
  private func restriction(_ phrase: inout NounPhrase, _ place: inout Int, from start: Int) {
    guard phrase.determiner == .definite, !phrase.isName, isWord(place) else { return }
    var next = place
    while isWord(next), next - place < 3,
      lexicon.relatives.contains(folded(next)) || lexicon.definite.contains(folded(next))
        || lexicon.prepositions.contains(folded(next))
    { next += 1 }
    let hasRelative = (place..<next).contains {
      lexicon.relatives.contains(folded($0)) && words[$0].lowercased == folded($0)
    }
    if language == .english {
      guard hasRelative || next == place, ["i", "we"].contains(folded(next)), let (_, end) = verb(at: next + 1) else {
        return
      }
      next = end
      while isWord(next), verb(at: next) == nil, !isBoundary(next) { next += 1 }
      guard isWord(next) || next == words.count else { return }
    } else {
      guard hasRelative, let (verb, end) = verb(at: next), verb.person == 0 || verb.person == 3 else { return }
      next = end
      while isWord(next), self.verb(at: next) == nil, !isBoundary(next) { next += 1 }
    }
    phrase.relative = text(place..<next)
    phrase.text = text(start..<next)
    place = next
  }
}
