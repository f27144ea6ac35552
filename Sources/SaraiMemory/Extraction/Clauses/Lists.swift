/// Joins the members of lists: «inglés, francés y un poco de árabe».
enum ListReader {
  static func joined(_ chunks: [Chunk]) -> [Chunk] {
    var result: [Chunk] = []
    var place = 0
    while place < chunks.count {
      if chunks[place].phrase != nil, let (list, end) = list(chunks, place) {
        result.append(list)
        place = end
      } else {
        result.append(chunks[place])
        place += 1
      }
    }
    return result
  }

  private static func list(_ chunks: [Chunk], _ start: Int) -> (Chunk, end: Int)? {
    var members = [chunks[start]]
    var place = start + 1
    var isClosed = false
    var isAlternative = false
    while place < chunks.count, !isClosed {
      var next = place
      if case .comma = chunks[next] { next += 1 }
      guard next < chunks.count else { break }
      if case .conjunction(let word) = chunks[next] {
        guard ["y", "e", "o", "u", "and", "or", "ni"].contains(word) else { break }
        isAlternative = ["o", "u", "or"].contains(word)
        isClosed = true
        next += 1
      } else if next == place {
        break
      }
      guard next < chunks.count, let member = member(chunks[next], like: chunks[start]),
        !isClause(member, after: chunks[start], followsCopula: followsCopula(chunks, start))
      else {
        isClosed = false
        break
      }
      members.append(member)
      place = next + 1
    }
    guard isClosed, members.count > 1, !endsClause(chunks, place, members) else { return nil }
    return (combined(members, isAlternative: isAlternative), place)
  }

  /// A phrase of the same kind; a preposition may be said once.
  private static func member(_ chunk: Chunk, like first: Chunk) -> Chunk? {
    switch (first, chunk) {
    case (.phrase(let a), .phrase(let b)):
      // A name is not joined to somebody who has a name after it: that is another clause.
      if a.isName, !b.head.isEmpty, b.name != nil { return nil }
      // «…se llama Hugo y el pequeño Leo»
      if a.isName, b.determiner == .definite, b.modifiers.last.map(RelativeAdjectives.all.contains) ?? false {
        return nil
      }
      // «dos perros, Lola y Chispa»: the names are theirs.
      if b.isName, !a.isName, a.isPlural, a.name == nil || !a.isNameable { return nil }
      return a.isAction == b.isAction || !a.isAction ? chunk : nil
    case (.prepositional(let a, _, _), .prepositional(let b, _, _)): return a == b ? chunk : nil
    case (.prepositional(_, let a, _), .phrase(let b)): return a.isName == b.isName || !b.isDefinite ? chunk : nil
    default: return nil
    }
  }

  /// Whether the last member is the subject of what follows.
  private static func endsClause(_ chunks: [Chunk], _ place: Int, _ members: [Chunk]) -> Bool {
    guard place < chunks.count else { return false }
    switch chunks[place] {
    case .verb(let verb):
      // "Ana and Lucía live": the verb of several, where nothing went before.
      let isFirst =
        place == members.count * 2 - 1 || !chunks[..<place].contains { if case .verb = $0 { true } else { false } }
      return !(isFirst && verb.person != 2 && (verb.person != 0))
    case .prepositional, .time, .phrase, .negation:
      if case .prepositional(let word, _, _) = chunks[place], word == "de" { return false }
      // «…vive en León y Sonia en Burgos»
      if case .prepositional(let word, _, _) = chunks[place], case .prepositional(word, _, _)? = members.first,
        case .phrase? = members.last
      {
        return true
      }
      // «Ana en León y Sonia en Burgos», «yoga los lunes y natación los miércoles».
      if case .phrase(let last)? = members.last, last.isDefinite || last.isName {
        return chunks[..<place].contains { if case .verb = $0 { true } else { false } }
          && !followsVerb(chunks, place, members)
      }
      return false
    default: return false
    }
  }

  /// Whether the list directly follows its verb, as an object does.
  private static func followsVerb(_ chunks: [Chunk], _ place: Int, _ members: [Chunk]) -> Bool {
    let start = place - (members.count * 2 - 1)
    guard start > 0, case .verb = chunks[start - 1] else { return false }
    if case .phrase = chunks[place] { return false }
    return true
  }

  private static func followsCopula(_ chunks: [Chunk], _ start: Int) -> Bool {
    guard start > 0, case .verb(let verb) = chunks[start - 1] else { return false }
    return ["ser", "estar", "be"].contains(verb.lemma) && verb.person != 5 && verb.person != 3
  }

  /// «…es policía y la madre maestra», «…es el verde y mi película favorita Tiburón»: who or what, and what it is.
  private static func isClause(_ chunk: Chunk, after first: Chunk, followsCopula: Bool) -> Bool {
    guard case .phrase(let phrase) = chunk, case .phrase(let before) = first else { return false }
    // «…que es médica, y Eva, que es pintora»
    if followsCopula, phrase.isName, !before.isName, before.name == nil, !before.isDefinite { return true }
    guard !phrase.head.isEmpty, phrase.determiner == .definite || phrase.isPossessedByUser else { return false }
    let value = phrase.name == nil ? phrase.modifiers.last : nil
    // «…tiene 3 años y mi gato 5»
    if before.quantity != nil, phrase.dividedNumber != nil { return true }
    guard followsCopula else { return false }
    if phrase.name != nil { return before.name == nil && !Titles.isTitled(phrase) }
    if value?.contains(where: \.isNumber) ?? false { return true }
    let isProperty = before.determiner == .none && !before.isName
    return isProperty && value.map { !RelativeAdjectives.all.contains($0) } ?? false
  }

  private static func combined(_ members: [Chunk], isAlternative: Bool) -> Chunk {
    let phrases = members.compactMap(\.phrase)
    var first = phrases[0]
    first.conjuncts = phrases.dropFirst().flatMap(\.members)
    // «Mis hermanos Iván y Óscar»: each is a brother.
    if first.isPlural, first.isNameable, first.name != nil, first.conjuncts.allSatisfy(\.isName) {
      first.conjuncts = first.conjuncts.map { other in
        var person = first
        person.conjuncts = []
        person.isPlural = false
        person.name = other.name
        person.text = other.text
        return person
      }
    }
    first.isAlternative = isAlternative
    first.isPlural = true
    switch members[0] {
    case .prepositional(let preposition, _, let text): return .prepositional(preposition, first, text: text)
    default: return .phrase(first)
    }
  }
}

/// Joins a noun and the name told of it: «mi jefe, Julio,», «dos hijos: Hugo y Martín».
enum Apposition {
  static func joined(_ chunks: [Chunk]) -> [Chunk] {
    var result: [Chunk] = []
    var place = 0
    while place < chunks.count {
      if isAside(chunks, place) {
        result.append(chunks[place])
        place += 4
        continue
      }
      if let (person, length) = role(chunks, place) {
        result.append(replaced(chunks[place], person))
        place += length
        continue
      }
      if let which = RelativeAdjectives.aside(chunks, place) {
        result.append(.phrase(which))
        place += 4
        continue
      }
      if let named = afterComplement(chunks, place, result.last) {
        result[result.count - 1] = .phrase(named)
        result.append(chunks[place])
        place += chunks.count > place + 3 && chunks[place + 3] == .comma ? 4 : 3
        continue
      }
      guard let phrase = chunks[place].phrase, !phrase.head.isEmpty, phrase.name == nil, phrase.conjuncts.isEmpty,
        place + 2 < chunks.count, chunks[place + 1] == .comma || chunks[place + 1] == .colon
      else {
        result.append(chunks[place])
        place += 1
        continue
      }
      let names = names(chunks, from: place + 2, isList: chunks[place + 1] == .colon || phrase.isPlural)
      if let next = chunks[place + 2].phrase, phrase.isKin, Titles.isTitled(next), !phrase.isPlural {
        var named = phrase
        named.name = Titles.name(of: next)
        result.append(replaced(chunks[place], named))
        place += place + 3 < chunks.count && chunks[place + 3] == .comma ? 4 : 3
        continue
      }
      guard !names.isEmpty, let next = chunks[place + 2].phrase, next.isName, next.quantity == nil else {
        result.append(chunks[place])
        place += 1
        continue
      }
      var named = phrase
      if names.count == 1, !phrase.isPlural {
        named.name = names[0]
        result.append(replaced(chunks[place], named))
        place += 3
        // The comma that closes it.
        if place < chunks.count, chunks[place] == .comma, place + 1 < chunks.count, !isRelative(chunks[place + 1]) {
          place += 1
        }
      } else {
        named.names = names
        result.append(replaced(chunks[place], named))
        // The names stay, for what is said of each.
        place += 1
        if next.conjuncts.count + 1 == names.count { place += 2 }
      }
    }
    return result
  }

  /// «Luis, mi jefe, vive en Lugo»: the person, and how many chunks tell who it is.
  private static func role(_ chunks: [Chunk], _ place: Int) -> (NounPhrase, length: Int)? {
    guard place + 2 < chunks.count, let name = chunks[place].phrase, name.isName, name.conjuncts.isEmpty,
      name.quantity == nil, chunks[place + 1] == .comma, case .phrase(var person) = chunks[place + 2], person.isKin,
      person.name == nil, person.isPossessedByUser, person.conjuncts.isEmpty, !person.isPlural
    else { return nil }
    person.name = name.name
    person.text += " " + name.text
    guard place + 3 < chunks.count else { return (person, 3) }
    guard chunks[place + 3] == .comma, place + 4 < chunks.count else { return nil }
    switch chunks[place + 4] {
    case .verb, .conjunction: return (person, 4)
    default: return nil
    }
  }

  /// «Mi tía Carmen, la hermana de mi madre, vive…»: who she is besides says nothing of what follows.
  private static func isAside(_ chunks: [Chunk], _ place: Int) -> Bool {
    guard place + 4 < chunks.count, let person = chunks[place].phrase, person.name != nil,
      chunks[place + 1] == .comma, case .phrase(let aside) = chunks[place + 2], aside.isKin, aside.name == nil,
      aside.determiner == .definite, chunks[place + 3] == .comma, case .verb = chunks[place + 4]
    else { return false }
    return true
  }

  /// «Mi amiga del cole, Lucía, vive…»: the name is that of the person before the complement.
  private static func afterComplement(_ chunks: [Chunk], _ place: Int, _ before: Chunk?) -> NounPhrase? {
    guard case .prepositional? = chunks.indices.contains(place) ? chunks[place] : nil,
      case .phrase(var person)? = before, person.isKin, person.name == nil, place + 3 < chunks.count,
      chunks[place + 1] == .comma, case .phrase(let name) = chunks[place + 2], name.isName, name.conjuncts.isEmpty
    else { return nil }
    switch chunks[place + 3] {
    case .comma, .verb: break
    default: return nil
    }
    person.name = name.name
    return person
  }

  private static func isRelative(_ chunk: Chunk) -> Bool { if case .relative = chunk { true } else { false } }

  private static func names(_ chunks: [Chunk], from start: Int, isList: Bool) -> [String] {
    guard case .phrase(let first) = chunks[start], first.isName else { return [] }
    if start + 1 < chunks.count, case .verb = chunks[start + 1] { return [] }
    if !isList { return first.conjuncts.isEmpty ? [first.name!] : [] }
    var names = first.members.compactMap(\.name)
    for place in (start + 1)..<max(start + 1, chunks.count) {
      // «2 perros (Luna y Sol) y 1 gata (Mia)»: what follows another noun is no name of these.
      if case .phrase(let phrase) = chunks[place], !phrase.isName, chunks[place - 1].isMark { break }
      guard case .phrase(let phrase) = chunks[place], phrase.isName, chunks[place - 1].isMark else { continue }
      if place + 1 < chunks.count, case .verb = chunks[place + 1] { break }
      names += phrase.members.compactMap(\.name)
    }
    return names
  }

  private static func replaced(_ chunk: Chunk, _ phrase: NounPhrase) -> Chunk {
    if case .prepositional(let preposition, _, let text) = chunk {
      return .prepositional(preposition, phrase, text: text)
    }
    return .phrase(phrase)
  }
}
