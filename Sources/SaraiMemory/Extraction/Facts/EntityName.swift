import SaraiCore

/// The names under which people and things are kept: «usuario», «hermana del usuario», «clave de wifi», «Andrés».
///
/// They are Spanish whatever the language, without accents and articles, so that each is found in both languages.
enum EntityName {
  static let user = "usuario"
  /// Who did what nobody in particular is said to have done.
  static let somebody = "alguien"
  static let ofUser = " del usuario"

  /// What a phrase is called apart from its owner; several where an English word has two Spanish ones.
  static func nouns(of phrase: NounPhrase) -> [String] {
    let words = (phrase.modifiers + [phrase.head]).joined(separator: " ")
    if let compound = compounds[words]
      ?? compounds[([phrase.head] + phrase.complements.flatMap { ["de", $0] }).joined(separator: " ")]
    {
      return Vocabulary.synonyms(of: compound)
    }
    // «Mi número» is that of the telephone.
    if name(phrase.head) == "numero", phrase.modifiers.allSatisfy({ qualifierNames[$0] == "" }),
      phrase.complements.isEmpty,
      phrase.possessor.isEmpty || phrase.isPossessedByUser
    {
      return ["numero"] + Vocabulary.synonyms(of: "telefono")
    }
    let heads = headNames(phrase)
    let complements = phrase.complements.map { " de " + name($0) }.joined()
    let (before, after) = qualifiers(phrase)
    return heads.map { head in
      if !complements.isEmpty, Kinship.isKin(head + complements) { return head + complements }
      return (before.map { $0 + " " } ?? "") + head + after.map { " " + $0 }.joined() + complements
    }.map { isOther(phrase) ? "otra " + $0 : $0 }
  }

  /// «mi otra clave», "my other password": not the one of which nothing is said but that it is mine.
  private static func isOther(_ phrase: NounPhrase) -> Bool {
    guard !phrase.isNameable, phrase.isDefinite else { return false }
    return phrase.text.split(separator: " ").prefix(2).contains {
      ["otro", "otra", "other"].contains(Fold.text($0))
    }
  }

  private static func headNames(_ phrase: NounPhrase) -> [String] {
    if phrase.isKin {
      let kin = Kinship.canonical(phrase.head)
      return kin.isEmpty ? [phrase.head] : kin
    }
    return Vocabulary.synonyms(of: name(phrase.head))
  }

  private static func name(_ word: String) -> String { Vocabulary.noun(word) }

  /// Adjectives that tell one from another, in one order and one language.
  private static func qualifiers(_ phrase: NounPhrase) -> (before: String?, after: [String]) {
    var before: String?
    var after: [String] = []
    for modifier in phrase.modifiers {
      if modifier == "other", isOther(phrase) { continue }
      // "My old boss", not "my old dog"
      let isFormer =
        modifier == "old" && (!phrase.isNameable || !Set(headNames(phrase)).isDisjoint(with: Kinship.occupations))
      if isFormer || modifier == "former" || modifier == "previous" {
        before = "ex"
        continue
      }
      if let known = qualifierNames[modifier] {
        if known == "mejor" || known == "ex" { before = known } else if !known.isEmpty { after.append(known) }
      } else if !Vocabulary.colours.contains(modifier), !Vocabulary.states.contains(modifier),
        !Vocabulary.nationalities.contains(modifier)
      {
        after.append(
          Kinship.isKin(modifier)
            ? "de " + (Kinship.canonical(modifier).first ?? modifier) : adjectiveOrNoun(modifier, phrase))
      }
    }
    return (before, after)
  }

  /// "wifi password" is «clave de wifi»; Spanish adjectives stay.
  private static func adjectiveOrNoun(_ word: String, _ phrase: NounPhrase) -> String {
    guard let place = phrase.text.range(of: phrase.head, in: phrase), phrase.text.precedes(word, place) else {
      return word
    }
    return "de " + name(word)
  }

  private static let qualifierNames: [String: String] = [
    "favorito": "favorito", "favorita": "favorito", "preferido": "favorito", "preferida": "favorito",
    "favorite": "favorito",
    "favourite": "favorito", "favoritos": "favorito", "favoritas": "favorito", "mejor": "mejor", "best": "mejor",
    "ex": "ex",
    "older": "mayor", "oldest": "mayor", "elder": "mayor", "eldest": "mayor", "big": "mayor", "mayor": "mayor",
    "younger": "pequeno", "youngest": "pequeno", "little": "pequeno", "small": "pequeno", "pequeno": "pequeno",
    "pequena": "pequeno", "peque": "pequeno", "fav": "favorito", "fave": "favorito", "favs": "favorito",
    "menor": "pequeno", "mediano": "mediano", "mediana": "mediano", "middle": "mediano", "materna": "materno",
    "materno": "materno",
    "maternal": "materno", "maternos": "materno", "paternos": "paterno", "maternas": "materno", "paternas": "paterno",
    "paterna": "paterno", "paterno": "paterno", "paternal": "paterno", "nuevo": "", "nueva": "",
    "new": "",
    "actual": "", "current": "", "unico": "", "unica": "", "only": "", "querido": "", "querida": "", "dear": "",
    "propio": "",
  ]

  private static let compounds: [String: String] = [
    "phone number": "telefono", "telephone number": "telefono", "numero de telefono": "telefono",
    "numero de movil": "telefono",
    "pin number": "pin", "numero pin": "pin", "numero de pin": "pin", "pin code": "pin", "codigo pin": "pin",
    "codigo de pin": "pin", "cell phone": "telefono", "mobile number": "telefono", "cell number": "telefono",
    "mobile phone": "telefono",
    "telefono movil": "telefono", "blood type": "grupo sanguineo", "blood group": "grupo sanguineo",
    "license plate": "matricula", "licence plate": "matricula", "number plate": "matricula", "email address": "correo",
    "correo electronico": "correo", "home address": "direccion", "date of birth": "fecha de nacimiento",
  ]

  /// «hermana del usuario», «novia de primo del usuario».
  static func owned(_ noun: String, by owner: String) -> String {
    owner == user ? noun + ofUser : noun + " de " + owner
  }

  /// The nouns of a name from the inside out, and whose they are: («novia», «primo del usuario»).
  static func parts(_ term: String) -> (noun: String, owner: String)? {
    guard term.hasSuffix(ofUser) else {
      // «marido de Mary»
      guard let range = term.firstRange(of: " de "), Kinship.isKin(String(term[..<range.lowerBound])),
        term[range.upperBound...].first?.isUppercase ?? false
      else { return nil }
      return (String(term[..<range.lowerBound]), String(term[range.upperBound...]))
    }
    let path = term.dropLast(ofUser.count)
    for (noun, rest) in splits(String(path))
    where Kinship.isKin(String(noun.split(separator: " ").last ?? "")) || Kinship.isKin(noun) {
      let owner = rest.isEmpty ? user : rest + ofUser
      if rest.isEmpty || Kinship.isKin(String(rest.prefix { $0 != " " })) { return (noun, owner) }
    }
    return (String(path), user)
  }

  private static func splits(_ path: String) -> [(String, String)] {
    var result = [(path, "")]
    var start = path.startIndex
    while let range = path[start...].firstRange(of: " de ") {
      result.insert((String(path[..<range.lowerBound]), String(path[range.upperBound...])), at: 0)
      start = range.upperBound
    }
    return result
  }

  static func isOfUser(_ term: String) -> Bool { term == user || term.hasSuffix(ofUser) }
}

extension String {
  /// Where a folded word stands in the text of a phrase, counted in words.
  fileprivate func range(of word: String, in phrase: NounPhrase) -> Int? {
    split(separator: " ").lastIndex { Inflection.singular(Fold.text($0)) == word || Fold.text($0) == word }
  }

  /// Whether a folded word stands before a place.
  fileprivate func precedes(_ word: String, _ place: Int) -> Bool {
    split(separator: " ").prefix(place).contains { Fold.text($0) == word }
  }
}
