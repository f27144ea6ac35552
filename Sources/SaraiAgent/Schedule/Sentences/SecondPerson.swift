import SaraiCore

/// Tells a person's own words back to them: «llamar a mi madre» as «llamar a tu madre».
struct SecondPerson {
  let tokens: SentenceTokens
  let language: Language

  /// - Parameter isClause: Whether the words follow «que» or "that", and so begin with a verb in the first person.
  func text(_ range: Range<Int>, isClause: Bool = false) -> String {
    var range = range
    while let last = range.last, [",", ";", ":", "-"].contains(tokens[last]) { range = range.dropLast() }
    while let first = range.first, [",", ";", ":", "-", "."].contains(tokens[first]) { range = range.dropFirst() }
    var prefix = ""
    if isClause {
      if let end = Self.duties.end(in: tokens, at: range.lowerBound), end < range.upperBound,
        language == .english || Self.isInfinitive(tokens[end])
      {
        range = end..<range.upperBound
      } else if language == .spanish, isWish(range) {
        prefix = "que "
      }
    }
    let verb = isClause ? range.first { !Self.weak.contains(tokens[$0]) } : nil
    var result = prefix
    for index in range {
      if index > range.lowerBound { result += gap(before: index) }
      let original = String(tokens.original(index))
      // «Que me llame Pilar» is somebody else's to do.
      let isOther = index + 1 < range.upperBound && tokens.original(index + 1).first?.isUppercase == true
      let isWish = !prefix.isEmpty && index == verb && !isOther
      let changed = isWish ? tokens[index] + "s" : replacement(index, in: range)
      result += changed.map { Self.cased($0, like: original, isFirst: index == range.lowerBound) } ?? original
    }
    return result
  }

  private func gap(before index: Int) -> String {
    let text = tokens.source[tokens.tokens[index - 1].range.upperBound..<tokens.tokens[index].range.lowerBound]
    return text.isEmpty ? "" : " "
  }

  private static func cased(_ text: String, like original: String, isFirst: Bool) -> String {
    // "I" is always a capital.
    guard original != "I", original.hasPrefix("I'") == false, original.first?.isUppercase == true else { return text }
    if original.count > 1, original == original.uppercased() { return text.uppercased() }
    return (text.first?.uppercased() ?? "") + text.dropFirst()
  }

  private func replacement(_ index: Int, in range: Range<Int>) -> String? {
    let word = tokens[index]
    guard language == .spanish else {
      if word == "am" { return "are" }
      if word == "was", index > range.lowerBound, tokens[index - 1] == "i" { return "were" }
      return Self.english[word]
    }
    if word == "mi" {
      let isPronoun = tokens.original(index).unicodeScalars.contains { $0 == "í" || $0 == "Í" || $0.value == 0x301 }
      return isPronoun || index + 1 >= range.upperBound || tokens.kind(index + 1) == .sign ? "ti" : "tu"
    }
    return Self.spanish[word] ?? clitic(word, String(tokens.original(index)))
  }

  /// «Tomarme», «tomármelo», «tomándome».
  private func clitic(_ word: String, _ original: String) -> String? {
    guard !Self.noInfinitives.contains(word) else { return nil }
    for ending in ["arme", "erme", "irme", "ndome"] where word.hasSuffix(ending) && word.count > ending.count {
      return String(original.dropLast(2)) + "te"
    }
    if word == "irme" { return "irte" }
    for ending in ["rmelo", "rmela", "rmelos", "rmelas"] where word.hasSuffix(ending) {
      let stem = original.dropLast(ending.count - 1)
      return stem + "t" + original.suffix(ending.count - 2)
    }
    return nil
  }

  /// «Que compre pan»: what one wishes to do, not what is.
  func isWish(_ range: Range<Int>) -> Bool {
    guard let index = range.first(where: { !Self.weak.contains(tokens[$0]) }) else { return false }
    let verb = tokens[index]
    if Self.wishes.contains(verb) { return true }
    return verb.hasSuffix("e") && verb.count > 3 && !Self.facts.contains(verb) && !isLocative(verb)
  }

  private func isLocative(_ word: String) -> Bool { ["este", "ese", "siempre", "donde"].contains(word) }

  /// An infinitive with or without pronouns behind it.
  static func isInfinitive(_ word: String) -> Bool {
    guard !noInfinitives.contains(word) else { return false }
    let pronouns = ["me", "te", "se", "le", "les", "lo", "la", "los", "las", "nos"]
    var stem = word
    for _ in 0..<2 {
      guard !["ar", "er", "ir"].contains(where: { stem.hasSuffix($0) }),
        let pronoun = pronouns.first(where: { stem.hasSuffix($0) && stem.count > $0.count + 2 })
      else { break }
      stem = String(stem.dropLast(pronoun.count))
    }
    return ["ar", "er", "ir"].contains { stem.hasSuffix($0) } && (stem.count > 2 || word == "ir")
      && !noInfinitives.contains(stem)
  }
}

// Words
extension SecondPerson {
  private static let spanish: [String: String] = [
    "mis": "tus", "me": "te", "conmigo": "contigo", "mio": "tuyo", "mia": "tuya", "mios": "tuyos", "mias": "tuyas",
    "yo": "tú", "tengo": "tienes", "debo": "debes", "quiero": "quieres", "puedo": "puedes", "he": "has", "soy": "eres",
    "estoy": "estás", "voy": "vas", "necesito": "necesitas", "hago": "haces", "salgo": "sales", "llego": "llegas",
    "vuelvo": "vuelves", "entro": "entras", "empiezo": "empiezas", "viajo": "viajas",
    "quedo": "quedas", "tenga": "tengas", "pongo": "pones", "estare": "estarás", "tendre": "tendrás",
  ]

  private static let english: [String: String] = [
    "my": "your", "mine": "yours", "me": "you", "i": "you", "myself": "yourself", "i'm": "you're", "i've": "you've",
    "i'll": "you'll", "i'd": "you'd",
  ]

  /// What is done is what counts: «tengo que», "I have to".
  private static let duties: Phrases = [
    "tengo|tenemos|tenga|tendria|tendre que", "hay que", "debo ?de", "deberia", "necesito", "he de", "me toca",
    "quiero", "voy a",
    "i|we ?really have|need|want|ought|got to", "i|we should|must", "i've|we've got to", "i'm supposed to", "i gotta",
    "i'd better",
  ]

  private static let weak: Set<String> = ["me", "te", "se", "le", "les", "lo", "la", "los", "las", "no", "nos"]

  /// Wishes in -a, and short or irregular ones.
  private static let wishes: Set<String> = [
    "haga", "ponga", "venga", "vaya", "coja", "lea", "escriba", "beba", "coma", "recoja", "vea", "salga", "traiga",
    "diga",
    "suba", "abra", "vuelva", "pida", "sea", "meta", "barra", "corra", "devuelva", "responda", "venda", "encienda",
    "mueva",
    "de", "duerma", "sirva", "cosa", "conteste", "reciba", "imprima", "corrija", "elija", "firme", "confirme",
    "informe",
  ]

  /// What is so, in -e.
  private static let facts: Set<String> = [
    "viene", "tiene", "hace", "sale", "vence", "cumple", "cae", "puede", "quiere", "debe", "cree", "sigue", "vuelve",
    "abre",
    "sube", "existe", "conviene", "ocurre", "vale", "nace", "muere", "pide", "dice", "pone", "trae", "vive", "come",
    "bebe",
    "corre", "escribe", "recibe", "sirve", "duele", "llueve", "parece", "aparece", "nadie", "conoce", "caduque",
  ]

  private static let noInfinitives: Set<String> = [
    "firme", "confirme", "afirme", "gendarme", "alarme", "desarme", "mar", "lugar", "par", "mujer", "ayer", "bar",
    "hogar",
    "cualquier", "taller", "alquiler", "dolar", "azucar", "collar", "familiar", "militar", "popular", "celular",
    "altar", "placer",
    "lider", "elixir", "calamar", "alfiler", "pulgar", "titular", "solar", "caracter", "poder", "cancer", "master",
    "poster",
    "informe", "uniforme",
  ]
}
