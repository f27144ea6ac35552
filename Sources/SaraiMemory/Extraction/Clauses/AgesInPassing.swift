import SaraiCore

/// Ages that are told beside something else: «Theo (7)», «Lucía (4 años)», "she's a 3 year old tabby".
enum AgesInPassing {
  private static let maxAges = 8

  /// Clauses of the kind «Theo tiene 7 años», from the text as it was typed.
  static func clauses(in text: String, language: Language) -> [Clause] {
    guard text.utf8.count <= Tokenizer.maxTextBytes else { return [] }
    var found: [Clause] = []
    var rest = text[...]
    while found.count < maxAges, let open = rest.firstIndex(of: "("), let close = rest[open...].firstIndex(of: ")") {
      let before = rest[..<open]
      let inside = rest[rest.index(after: open)..<close].split(separator: " ")
      rest = rest[rest.index(after: close)...]
      guard let first = inside.first, let years = Int(first), (0...110).contains(years),
        inside.count == 1 || ["anos", "years", "yo", "year"].contains(Fold.text(inside[1])),
        let name = before.split(whereSeparator: { !$0.isLetter }).last, name.first?.isUppercase ?? false,
        before.last.map({ $0 == " " || $0.isLetter }) ?? false
      else { continue }
      var person = NounPhrase(text: String(name))
      person.name = String(name)
      found.append(clause(person, years, language))
    }
    return found
  }

  /// "A 3 year old tabby" is three years old.
  static func clause(besides clause: Clause) -> Clause? {
    if let told = spanish(clause) { return told }
    guard clause.verb.lemma == "be" || clause.verb.lemma == "have", let phrase = clause.object,
      let subject = clause.subject
    else { return nil }
    let words = phrase.text.lowercased().replacing("-", with: " ").split(separator: " ").map(String.init)
    guard let place = words.firstIndex(of: "year"), place > 0, place + 1 < words.count, words[place + 1] == "old",
      let years = Int(words[place - 1]) ?? FunctionWords.english.numbers[words[place - 1]]
    else { return nil }
    guard clause.verb.lemma == "be" else { return nil }
    return Self.clause(subject, years, .english)
  }

  /// «Tengo un hijo de 8 años», «mi hijo de 8 años juega al fútbol».
  private static func spanish(_ clause: Clause) -> Clause? {
    for phrase in [clause.subject].compactMap({ $0 }) + clause.arguments.map(\.phrase)
    where phrase.isNameable && phrase.conjuncts.isEmpty && !phrase.isPlural {
      let words = phrase.text.split(separator: " ").map { Fold.text($0) }
      guard let place = words.lastIndex(of: "anos"), place > 1, words[place - 2] == "de",
        let years = Int(words[place - 1]) ?? FunctionWords.spanish.numbers[words[place - 1]]
      else { continue }
      return Self.clause(phrase, years, .spanish)
    }
    return nil
  }

  private static func clause(_ person: NounPhrase, _ years: Int, _ language: Language) -> Clause {
    var verb = VerbGroup()
    verb.verb = "tener"
    verb.lemma = "tener"
    verb.person = 2
    var phrase = QuestionReader.years
    phrase.quantity = years
    phrase.text = "\(years) \(language == .spanish ? "años" : "years")"
    return Clause(
      subject: person, verb: verb, arguments: [Argument(preposition: "", phrase: phrase, text: phrase.text)])
  }
}
