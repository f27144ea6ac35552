import SaraiCore

/// Mends typing errors in the words that a sentence hangs on: verbs, kin, question words. Names are left alone.
struct SpellingCorrector: Sendable {
  static func of(_ language: Language) -> SpellingCorrector { language == .spanish ? spanish : english }

  private static let spanish = SpellingCorrector(
    targets: Vocabulary.set(
      """
      hermana hermano hermanos hermanas madre padre padres hijo hija hijos hijas abuela abuelo abuelos prima primo marido
      novia novio amigo amiga amigos vecina vecino jefe jefa perro perra gato gata coche sobrina sobrino cuñado cuñada suegra
      suegro mujer esposa esposo nieto nieta pareja compañero compañera cumpleaños telefono direccion clave contraseña
      vivo vive viven trabajo trabaja trabajan trabajaba llamo llama llaman llamaba tengo tiene tienen gusta gustan encanta
      encantan estudio estudia nacio naci mudado mudo cumple cumplo donde cuando cuantos cuanto quien alergico alergica
      favorito favorita conduzco juego juega toco marzo enero febrero abril mayo junio julio agosto septiembre octubre
      noviembre diciembre ahora siempre olvida casado casada
      """),
    known: Set(SpanishConjugation.shared.knownForms).union(Kinship.words).union(lists(of: .spanish)))

  private static let english = SpellingCorrector(
    targets: Vocabulary.set(
      """
      sister brother mother father parents daughter grandmother grandfather cousin husband wife girlfriend boyfriend friend
      friends neighbor boss uncle aunt nephew niece work works live lives name called birthday favorite favourite password
      allergic phone address where does what when have play plays study studies moved married drive drives forget remember
      january february march april august september october november december
      """),
    known: Set(EnglishConjugation.shared.knownForms).union(Kinship.words).union(lists(of: .english)), isEnglish: true)

  /// Too like other words to be found by one letter.
  private static let short = Vocabulary.set("donde cuando cuanto cuantos quien ahora siempre where what when have does")

  private let isEnglish: Bool
  private let targets: Set<String>
  private let known: Set<String>
  private let bySound: [String: String]
  /// By their consonants, where these are the first letters and no other target's.
  private let byConsonants: [String: String]

  private init(targets: Set<String>, known: Set<String>, isEnglish: Bool = false) {
    self.isEnglish = isEnglish
    self.targets = targets
    self.known = known.union(targets)
    byConsonants = Dictionary(
      targets.sorted().map { ($0.filter { !"aeiou".contains($0) }, $0) }, uniquingKeysWith: { _, _ in "" }
    ).filter { !$0.value.isEmpty }
    bySound = Dictionary(targets.sorted().map { (Self.sound($0), $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The words with the spelling of those that they were meant to be.
  func corrected(_ words: [Word]) -> [Word] {
    let words = Genitives.repaired(words, isEnglish: isEnglish)
    return words.indices.map { place in
      guard let meant = Texting.meant(words, place, isEnglish: isEnglish) ?? misspelt(words[place]) else {
        return words[place]
      }
      var word = words[place]
      word.folded = meant
      word.text = meant
      return word
    }
  }

  /// What a word that is none was meant to be.
  private func misspelt(_ word: Word) -> String? {
    guard word.kind == .word, word.folded.count >= 3, !word.isCapitalized || word.isFirst,
      !known.contains(word.folded)
    else { return nil }
    return correction(of: word.folded)
  }

  private func correction(of word: String) -> String? {
    if let target = bySound[Self.sound(word)] { return target }
    guard word.count >= 4 else { return nil }
    // «dnde», «trbajo»: a vowel was left out.
    let bare = word.filter { !"aeiou".contains($0) }
    if bare.count >= 3, let target = byConsonants[bare], target.count - word.count == 1 { return target }
    return targets.filter { target in
      let distance = EditDistance.between(word, target, limit: 1)
      return distance == 1 && !Self.short.contains(target) && target.first == word.first
        && (target.count >= 6 || Array(target).sorted() == Array(word).sorted())
    }.min()
  }

  /// What a Spanish ear makes of a word: b and v, ll and y, a silent h, s and z are one.
  private static func sound(_ word: String) -> String {
    var text = word.replacing("ll", with: "y").replacing("qu", with: "k").replacing("ce", with: "se")
      .replacing("ci", with: "si").replacing("z", with: "s").replacing("v", with: "b")
    if !text.contains("ch"), !text.contains("sh"), !text.contains("th"), !text.contains("wh") {
      text = text.replacing("h", with: "")
    }
    var sound = ""
    for letter in text where letter != sound.last || letter == "r" { sound.append(letter == "c" ? "k" : letter) }
    return sound
  }

  private static func lists(of language: Language) -> Set<String> {
    let words = FunctionWords.of(language)
    return words.definite.union(words.indefinite).union(words.possessives.keys).union(words.demonstratives)
      .union(words.prepositions).union(words.conjunctions).union(words.subordinators).union(words.relatives)
      .union(words.negations).union(words.adverbs).union(words.subjects.keys).union(words.numbers.keys)
      .union(words.interrogatives).union(Clitics.all).union(Vocabulary.nouns.keys).union(Vocabulary.nouns.values)
      .union(Vocabulary.colours).union(Vocabulary.nationalities).union(Vocabulary.states)
      .union([
        "hermosa", "alergia", "alergias", "marino", "marina", "drivers", "driver", "feather", "farther", "patents",
        "caller", "forged", "parejo", "nieva", "primera", "primero", "primera", "primer", "prisa", "gatos", "mujeres",
        "vida", "amable", "friendly", "wide",
        "wine", "lies", "fiend", "llano", "ley", "yerba", "name", "names", "word", "words", "world", "fork", "pork",
        "boat",
      ])
  }
}

/// What people write short to each other: «m gusta», «tb», "u", "bday".
enum Texting {
  static func meant(_ words: [Word], _ place: Int, isEnglish: Bool) -> String? {
    let word = words[place]
    guard word.kind == .word, !word.isCapitalized else { return nil }
    if isEnglish {
      // "my best mate"
      if word.folded == "mate", place > 0, ["my", "best", "good"].contains(words[place - 1].folded) { return "friend" }
      return english[word.folded]
    }
    // «trabaja d camarero»
    if word.folded == "d", place > 0, words[place - 1].kind == .word, place + 1 < words.count,
      words[place + 1].kind == .word
    {
      return "de"
    }
    // «m gusta», not «2 m».
    if ["m", "t"].contains(word.folded), place + 1 < words.count, place == 0 || words[place - 1].kind != .number,
      SpanishConjugation.shared.readings(of: words[place + 1]).contains(where: { $0.tense.isFinite })
    {
      return word.folded + "e"
    }
    // «De q color», not «20 k» or «180 cm».
    if let meant = afterNoNumber[word.folded], place + 1 < words.count, place == 0 || words[place - 1].kind != .number {
      return meant
    }
    return spanish[word.folded]
  }

  private static let spanish = [
    "tb": "tambien", "tmb": "tambien", "tbn": "tambien", "xq": "porque", "pq": "porque", "xk": "porque", "dnd": "donde",
    "kien": "quien", "qien": "quien", "qn": "quien", "kual": "cual", "komo": "como", "kmo": "como", "kuando": "cuando",
    "cnd": "cuando", "cndo": "cuando", "dond": "donde", "kuanto": "cuanto", "kuantos": "cuantos", "tngo": "tengo",
    "anios": "años", "toy": "estoy",
  ]
  private static let afterNoNumber = ["q": "que", "k": "que", "cm": "como"]
  private static let english = [
    "hav": "have", "u": "you", "ur": "your", "bf": "boyfriend", "gf": "girlfriend", "bday": "birthday", "luv": "love",
    "wich": "which", "gran": "grandma", "nan": "grandma", "gramps": "grandpa", "grandad": "grandpa",
    "becuase": "because",
  ]
}

/// "my dogs name" is "my dog's name".
enum Genitives {
  private static let owned: Set<String> = [
    "name", "birthday", "number", "phone", "address", "age", "email", "job", "password", "favorite", "favourite",
  ]

  static func repaired(_ words: [Word], isEnglish: Bool) -> [Word] {
    guard isEnglish, words.count > 2 else { return words }
    var result: [Word] = []
    for (place, word) in words.enumerated() {
      let isOwner =
        place > 0 && place + 1 < words.count && words[place - 1].folded == "my"
        && owned.contains(words[place + 1].folded)
        && word.folded.hasSuffix("s") && word.folded.count > 3
      result += isOwner ? [Tokenizer.word(String(word.text.dropLast())), Tokenizer.word("'s")] : [word]
    }
    return result
  }
}

/// How many letters have to be put in, left out, changed or swapped to get from one word to another.
enum EditDistance {
  /// - Returns: The distance, or `limit + 1` for anything beyond `limit`.
  static func between(_ first: String, _ second: String, limit: Int) -> Int {
    let (a, b) = (Array(first.unicodeScalars), Array(second.unicodeScalars))
    guard abs(a.count - b.count) <= limit else { return limit + 1 }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      guard row.min()! <= limit else { return limit + 1 }
      beforeLast = last
      last = row
    }
    return min(last[b.count], limit + 1)
  }
}
