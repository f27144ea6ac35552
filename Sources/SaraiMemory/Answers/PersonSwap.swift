import SaraiCore

/// Turns what a person says of themselves into what is said to them: «mi hermana» into «tu hermana».
enum PersonSwap {
  static func text(_ text: String, _ language: Language) -> String {
    let words = text.split(separator: " ").map(String.init)
    return words.enumerated().map { index, word in
      let mark = word.last.map { ",.;:".contains($0) } ?? false ? String(word.last!) : ""
      let bare = mark.isEmpty ? word : String(word.dropLast())
      let before = index > 0 ? Fold.text(words[index - 1]) : ""
      return (language == .spanish ? spanish(bare) : english(bare, after: before)) + mark
    }.joined(separator: " ")
  }

  private static func spanish(_ word: String) -> String {
    // Mía is a name when it is written like one.
    if word.count > 2, word.first!.isUppercase, ["mía", "mia"].contains(word.lowercased()) { return word }
    if let other = spanishWords[word.lowercased()] { return word.first!.isUppercase ? other.capitalizedFirst : other }
    let token = Tokenizer.word(word)
    guard !SpanishVerbs.nounLike.contains(token.folded), !token.isCapitalized,
      let form = SpanishConjugation.shared.readings(of: token).first, form.tense.isFinite,
      form.person == 0 || form.person == 3, form.text == word.lowercased()
    else { return word }
    return SpanishConjugation.shared.form(of: form.lemma, form.tense, person: form.person + 1)
  }

  private static func english(_ word: String, after before: String) -> String {
    let folded = Fold.text(word).replacing("’", with: "'")
    if let other = englishWords[folded] { return other }
    if before == "i" || before == "we" {
      if folded == "was" { return "were" }
      if folded == "am" || folded == "'m" { return "are" }
    }
    return word
  }

  private static let spanishWords = [
    "mi": "tu", "mis": "tus", "mí": "ti", "yo": "tú", "me": "te", "conmigo": "contigo", "nosotros": "vosotros",
    "nos": "os",
    "nosotras": "vosotras", "nuestro": "vuestro", "nuestra": "vuestra", "nuestros": "vuestros", "nuestras": "vuestras",
    "mío": "tuyo", "mía": "tuya",
  ]
  private static let englishWords = [
    "my": "your", "me": "you", "i": "you", "i'm": "you're", "mine": "yours", "our": "your", "us": "you", "we": "you",
    "am": "are",
    "myself": "yourself", "i've": "you've",
  ]
}

/// Whoever a name of the memory stands for, in the words of the asker.
enum EntityWords {
  static func text(_ term: String, _ language: Language) -> String {
    if term == EntityName.user { return language == .spanish ? "tú" : "you" }
    guard let (noun, owner) = EntityName.parts(term) else { return thing(term, language) }
    switch language {
    case .spanish:
      let plain = noun.hasPrefix("otra ") ? String(noun.dropFirst(5)) : noun
      let bare = accents[plain] ?? accented(plain)
      let word = plain == noun ? bare : (isFeminine(plain) ? "otra " : "otro ") + bare
      let isPlural = word.hasSuffix("s") && Kinship.isKin(noun)
      if owner == EntityName.user { return (isPlural ? "tus " : "tu ") + word }
      return "\(Kinship.isFeminine(noun) ? "la" : "el") \(word) de \(text(owner, language))"
    case .english:
      // «perro de suegra»: her dog.
      if let range = noun.firstRange(of: " de "), kin[String(noun[range.upperBound...])] != nil,
        owner == EntityName.user
      {
        return "your \(english(String(noun[range.upperBound...])))'s \(english(String(noun[..<range.lowerBound])))"
      }
      let word = noun.hasPrefix("otra ") ? "other " + english(String(noun.dropFirst(5))) : english(noun)
      return owner == EntityName.user ? "your \(word)" : "\(text(owner, language))'s \(word)"
    }
  }

  /// «una iguana», "a dog".
  static func kind(_ noun: String, _ language: Language) -> String {
    let word = language == .spanish ? accented(noun) : english(noun)
    if language == .english { return ("aeiou".contains(word.first ?? "x") ? "an " : "a ") + word }
    return (isFeminine(noun) ? "una " : "un ") + word
  }

  /// Whether a thing is «otra» rather than «otro».
  private static func isFeminine(_ noun: String) -> Bool {
    let head = noun.prefix { $0 != " " }
    return head.hasSuffix("a") || head.hasSuffix("cion")
      || ["clave", "combinacion", "serie", "cita"].contains(String(head))
  }

  /// «código de alarma», "alarm code": a thing that belongs to nobody in particular.
  private static func thing(_ term: String, _ language: Language) -> String {
    let words = term.split(separator: " ")
    guard words.count > 1, words.allSatisfy({ $0.first?.isLowercase ?? false }), Fold.text(term) == term else {
      return term
    }
    return language == .spanish ? accented(term) : english(term)
  }

  private static func accented(_ noun: String) -> String {
    noun.split(separator: " ").map { wordAccents[String($0)] ?? String($0) }.joined(separator: " ")
  }

  private static let wordAccents = [
    "codigo": "código", "telefono": "teléfono", "movil": "móvil", "direccion": "dirección", "reunion": "reunión",
    "numero": "número", "cumpleanos": "cumpleaños", "contrasena": "contraseña", "pelicula": "película",
    "cancion": "canción", "musica": "música", "jardin": "jardín", "cafe": "café", "tia": "tía",
    "tio": "tío", "sueno": "sueño", "companero": "compañero", "companera": "compañera", "ultimo": "último",
    "matricula": "matrícula", "habitacion": "habitación", "avion": "avión", "medico": "médico",
  ]

  /// "code of locker" is the locker code.
  private static func english(_ noun: String) -> String {
    let parts = noun.replacing(" de ", with: "\u{0}").split(separator: "\u{0}").map(String.init)
    if parts.count == 2, kin[parts[1]] == nil, kin[noun] == nil { return english(parts[1]) + " " + english(parts[0]) }
    let words = noun.split(separator: " ").map(String.init)
    let translated = words.map { kin[$0] ?? nouns[$0] ?? $0 }
    guard translated.count == 2, let adjective = adjectives[words[1]] else {
      return words.first == "mejor" && words.count == 2 ? "best " + translated[1] : translated.joined(separator: " ")
    }
    return adjective + " " + translated[0]
  }

  private static let accents = [
    "tio": "tío", "tia": "tía", "cunado": "cuñado", "cunada": "cuñada", "companero": "compañero",
    "companera": "compañera",
    "companero de piso": "compañero de piso", "medico": "médico", "medica": "médica", "psicologo": "psicólogo",
    "psicologa": "psicóloga", "bebe": "bebé",
    "hermano pequeno": "hermano pequeño", "hermana pequeno": "hermana pequeña", "hijo pequeno": "hijo pequeño",
    "hija pequeno": "hija pequeña",
    "abuelos materno": "abuelos maternos", "abuelos paterno": "abuelos paternos", "abuela materno": "abuela materna",
    "abuela paterno": "abuela paterna",
  ]
  private static let adjectives = ["mayor": "older", "pequeno": "younger", "favorito": "favorite", "mediano": "middle"]
  private static let nouns = Dictionary(
    [
      "dog", "cat", "car", "bike", "house", "phone", "password", "boat", "birthday", "code", "key", "address", "email",
      "anniversary", "book", "movie", "song", "team", "city", "town", "flight", "wedding", "exam", "interview",
      "meeting",
      "appointment", "garage", "office", "number", "garden", "locker", "passport", "computer", "laptop", "school",
    ].map { (Vocabulary.noun($0), $0) },
    uniquingKeysWith: { a, _ in a })
  private static let kin: [String: String] = [
    "madre": "mother", "padre": "father", "padres": "parents", "hermano": "brother", "hermana": "sister", "hijo": "son",
    "hija": "daughter",
    "abuelo": "grandfather", "abuela": "grandmother", "abuelos": "grandparents", "nieto": "grandson",
    "nieta": "granddaughter",
    "tio": "uncle", "tia": "aunt", "sobrino": "nephew", "sobrina": "niece", "primo": "cousin", "prima": "cousin",
    "marido": "husband", "mujer": "wife", "pareja": "partner", "novio": "boyfriend", "novia": "girlfriend",
    "prometido": "fiancé",
    "prometida": "fiancée", "suegro": "father-in-law", "suegra": "mother-in-law", "cunado": "brother-in-law",
    "cunada": "sister-in-law", "yerno": "son-in-law", "nuera": "daughter-in-law", "padrino": "godfather",
    "madrina": "godmother",
    "amigo": "friend", "amiga": "friend", "companero": "colleague", "companera": "colleague", "jefe": "boss",
    "jefa": "boss",
    "vecino": "neighbor", "vecina": "neighbor", "profesor": "teacher", "profesora": "teacher", "medico": "doctor",
    "dentista": "dentist", "psicologo": "therapist", "psicologa": "therapist", "padrastro": "stepfather",
    "madrastra": "stepmother", "bebe": "baby",
  ]
}
