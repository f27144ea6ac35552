/// Tenses that what people tell of themselves is told in.
enum SpanishTense: Sendable, Hashable, CaseIterable {
  case present, preterite, imperfect, future, conditional, participle, gerund, infinitive

  var isFinite: Bool { self != .participle && self != .gerund && self != .infinitive }
}

/// Makes the forms of Spanish verbs and finds the verb of a form.
struct SpanishConjugation: Sendable {
  struct Form: Sendable, Hashable {
    /// The infinitive, with its accents.
    var lemma: String
    var tense: SpanishTense
    /// 0…5: yo, tú, él, nosotros, vosotros, ellos; 0 where the tense has no persons.
    var person: Int
    var text: String
  }

  static let shared = SpanishConjugation()

  private var analyses: [String: [Form]] = [:]
  private let changes: [String: String]

  private init() {
    var changes: [String: String] = [:]
    for entry in SpanishVerbs.changing.split(whereSeparator: \.isWhitespace) {
      let parts = entry.split(separator: ":")
      changes[String(parts[0])] = String(parts[1])
    }
    self.changes = changes
    let lemmas = Set(SpanishVerbs.regular.split(whereSeparator: \.isWhitespace).map(String.init))
      .union(changes.keys).union(SpanishVerbs.irregular.keys)
    for lemma in lemmas.sorted() {
      for form in forms(of: lemma) { analyses[Fold.text(form.text), default: []].append(form) }
    }
  }

  /// What a word can be as a verb, the likeliest reading first: the one whose accents are those that were typed.
  func readings(of word: Word) -> [Form] {
    guard var forms = analyses[word.folded] else { return [] }
    let typed = word.lowercased
    // Who types accents means them: «matrícula» is no form of «matricular».
    if typed.unicodeScalars.contains(where: { "áéíóú".unicodeScalars.contains($0) }),
      !forms.contains(where: { $0.text == typed })
    {
      forms = forms.filter { $0.text.unicodeScalars.contains { "áéíóú".unicodeScalars.contains($0) } }
    }
    return forms.enumerated().sorted { a, b in
      let (isA, isB) = (a.element.text == typed, b.element.text == typed)
      return isA == isB ? a.offset < b.offset : isA
    }.map(\.element)
  }

  func isKnown(_ folded: String) -> Bool { analyses[folded] != nil }

  var knownForms: [String: [Form]].Keys { analyses.keys }

  /// One form; the infinitive where the verb lacks it.
  func form(of lemma: String, _ tense: SpanishTense, person: Int) -> String {
    forms(of: lemma).first { $0.tense == tense && $0.person == person }?.text ?? lemma
  }

  /// A reading of a word that no list holds, by an ending that only verbs have.
  func guess(_ word: Word) -> Form? {
    let typed = word.lowercased
    let endings: [(String, String, SpanishTense, Int)] = [
      ("aron", "ar", .preterite, 5), ("ieron", "er", .preterite, 5), ("aban", "ar", .imperfect, 5),
      ("aba", "ar", .imperfect, 2), ("ando", "ar", .gerund, 0), ("iendo", "er", .gerund, 0),
      ("ado", "ar", .participle, 0), ("ido", "ir", .participle, 0), ("amos", "ar", .present, 3),
      ("ó", "ar", .preterite, 2),
      ("é", "ar", .preterite, 0),
    ]
    for (ending, infinitive, tense, person) in endings
    where typed.hasSuffix(ending) && typed.count >= ending.count + 3 {
      let lemma = typed.dropLast(ending.count) + infinitive
      return Form(lemma: String(lemma), tense: tense, person: person, text: typed)
    }
    return nil
  }
}

extension SpanishConjugation {
  private static let endings: [Character: [SpanishTense: [String]]] = [
    "a": [
      .present: ["o", "as", "a", "amos", "áis", "an"], .preterite: ["é", "aste", "ó", "amos", "asteis", "aron"],
      .imperfect: ["aba", "abas", "aba", "ábamos", "abais", "aban"],
    ],
    "e": [
      .present: ["o", "es", "e", "emos", "éis", "en"], .preterite: ["í", "iste", "ió", "imos", "isteis", "ieron"],
      .imperfect: ["ía", "ías", "ía", "íamos", "íais", "ían"],
    ],
    "i": [
      .present: ["o", "es", "e", "imos", "ís", "en"], .preterite: ["í", "iste", "ió", "imos", "isteis", "ieron"],
      .imperfect: ["ía", "ías", "ía", "íamos", "íais", "ían"],
    ],
  ]
  private static let future = ["é", "ás", "á", "emos", "éis", "án"]
  private static let conditional = ["ía", "ías", "ía", "íamos", "íais", "ían"]

  /// All forms of an infinitive.
  func forms(of lemma: String) -> [Form] {
    guard lemma.count > 1, let vowel = Fold.text(lemma).dropLast().last, let endings = Self.endings[vowel] else {
      return []
    }
    let irregular = SpanishVerbs.irregular[lemma] ?? [:]
    let stem = String(lemma.dropLast(2))
    var forms = [Form(lemma: lemma, tense: .infinitive, person: 0, text: lemma)]
    for tense in [SpanishTense.present, .preterite, .imperfect, .future, .conditional] {
      let texts: [String]
      if let listed = irregular[tense] {
        texts = listed.split(separator: " ").map(String.init)
      } else if tense == .future || tense == .conditional {
        texts = (tense == .future ? Self.future : Self.conditional).map { lemma + $0 }
      } else {
        texts = endings[tense]!.enumerated().map { person, ending in
          let changed = changedStem(stem, lemma, tense, person)
          return spelled(changed, vowel, ending, lemma)
        }
      }
      for (person, text) in texts.enumerated() {
        forms.append(Form(lemma: lemma, tense: tense, person: person, text: text))
      }
    }
    let participle = irregular[.participle] ?? stem + (vowel == "a" ? "ado" : "ido")
    let gerundStem =
      changes[lemma] == "i" || lemma == "dormir" || lemma == "morir"
      ? changedStem(stem, lemma, .preterite, 2) : stem
    let gerund = irregular[.gerund] ?? gerundStem + (vowel == "a" ? "ando" : lemma.hasSuffix("uir") ? "yendo" : "iendo")
    forms.append(Form(lemma: lemma, tense: .gerund, person: 0, text: gerund))
    for ending in ["o", "a", "os", "as"] {
      forms.append(Form(lemma: lemma, tense: .participle, person: 0, text: participle.dropLast() + ending))
    }
    return forms
  }

  /// pens- → piens-, dorm- → durm-.
  private func changedStem(_ stem: String, _ lemma: String, _ tense: SpanishTense, _ person: Int) -> String {
    guard let change = changes[lemma] else { return stem }
    let isStressed = tense == .present && person != 3 && person != 4
    let isThird = tense == .preterite && (person == 2 || person == 5) && lemma.hasSuffix("ir")
    guard isStressed || isThird else { return stem }
    let old: Character = change == "ue" ? (lemma == "jugar" ? "u" : "o") : "e"
    guard let place = stem.lastIndex(of: old) else { return stem }
    let new = isStressed ? change : change == "ue" ? "u" : "i"
    return stem.replacingCharacters(in: place...place, with: new)
  }

  /// Joins stem and ending so that the sound of the stem's last letter stays.
  private func spelled(_ stem: String, _ vowel: Character, _ ending: String, _ lemma: String) -> String {
    let opens = ending.first.map { "eéií".contains($0) } ?? false
    if vowel == "a", opens {
      if stem.hasSuffix("c") { return stem.dropLast() + "qu" + ending }
      if stem.hasSuffix("g") { return stem + "u" + ending }
      if stem.hasSuffix("z") { return stem.dropLast() + "c" + ending }
    }
    if vowel != "a", !opens {
      if stem.hasSuffix("gu") { return stem.dropLast() + ending }
      if stem.hasSuffix("g") { return stem.dropLast() + "j" + ending }
      if lemma.hasSuffix("cer") || lemma.hasSuffix("cir"), let before = stem.dropLast().last, "aeiou".contains(before) {
        return stem.dropLast() + "zc" + ending
      }
    }
    if lemma.hasSuffix("uir"), !lemma.hasSuffix("guir") {
      if ["o", "es", "e", "en"].contains(ending) { return stem + "y" + ending }
      if ending == "ió" { return stem + "yó" }
      if ending == "ieron" { return stem + "yeron" }
    }
    return stem + ending
  }
}

extension String {
  fileprivate func replacingCharacters(in range: ClosedRange<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[index(after: range.upperBound)...]
  }
}
