import SaraiCore

/// Makes a statement to the user out of their question and what fills its gap.
struct SentenceWriter {
  let question: Question
  private var language: Language { question.language }

  init(_ question: Question) { self.question = question }

  /// «Tu hermana vive en Madrid.»
  ///
  /// - Parameters:
  ///   - filler: Preposition and words of what was asked for; empty where nothing is to be said after the verb.
  ///   - subject: Who it is, where that was asked for or where there are several.
  ///   - isNegated: Whether the memory denies what was asked.
  ///   - isEach: Whether `subject` is one of several that the question asks about.
  func statement(_ filler: String, subject: String? = nil, isNegated: Bool = false, isEach: Bool = false) -> String {
    let fillerStems = Set(Content.stems(of: filler))
    let rest = question.rest.filter { part in
      let stems = Set(Content.stems(of: part.text))
      return stems.isEmpty || !stems.isSubset(of: fillerStems)
    }
    // «Es alérgico al huevo», «tienes cita el lunes»: what has a preposition or a date follows the object.
    let isBound =
      FunctionWords.of(language).prepositions.contains(Fold.text(filler.prefix { $0 != " " }))
      || question.gap?.kind == .time || question.asked.verb.lemma.hasPrefix("dar ")
    // "Dan owes you $40"
    func isNear(_ part: Question.Remainder) -> Bool {
      part.isBare
        && (isBound || language == .english && ["me", "us", "him", "her", "them"].contains(Fold.text(part.text)))
    }
    let near = rest.filter(isNear).map { PersonSwap.text($0.text, language) }
    let far = rest.filter { !isNear($0) }.map { PersonSwap.text($0.text, language) }
    let parts =
      [subject ?? subjectText, verbText(isNegated: isNegated, isEach: isEach, filler: filler)] + near + [filler] + far
    return Self.sentence(parts.filter { !$0.isEmpty }.joined(separator: " "), language)
  }

  /// What is written in capitals.
  private static let papers = Vocabulary.set("dni nif nie cvv iban itv nss ssn")

  /// With a capital letter and a full stop, and «a el» joined.
  static func sentence(_ text: String, _ language: Language) -> String {
    var text = text
    if language == .spanish {
      text = " " + text
      for (apart, joined) in [(" a el ", " al "), (" de el ", " del ")] { text = text.replacing(apart, with: joined) }
      text.removeFirst()
    }
    text =
      text.split(separator: " ", omittingEmptySubsequences: false).map { word in
        papers.contains(String(word)) ? word.uppercased() : String(word)
      }.joined(separator: " ").capitalizedFirst
    return text.hasSuffix(".") ? text : text + "."
  }

  /// The subject of the question, said to the user; nothing where the verb's form says it.
  var subjectText: String {
    guard let subject = question.asked.subject else { return "" }
    if language == .spanish {
      if VerbClasses.experiencer.contains(question.asked.verb.lemma), question.asked.verb.lemma != "costar",
        !question.asked.verb.clitics.isEmpty
      {
        return subject.isUser
          ? ""
          : question.rest.contains { $0.text.hasPrefix("a ") } ? "" : "a " + PersonSwap.text(subject.text, language)
      }
      if question.asked.verb.isPassive, question.asked.verb.person == 5 { return "" }
    }
    if subject.isUser { return language == .spanish ? "" : "you" }
    return PersonSwap.text(
      subject.members.map(\.text).joined(separator: language == .spanish ? " y " : " and "), language)
  }

  private func verbText(isNegated: Bool, isEach: Bool, filler: String) -> String {
    language == .spanish
      ? spanishVerb(isNegated: isNegated, isEach: isEach, filler: filler)
      : englishVerb(isNegated: isNegated, isEach: isEach)
  }

  /// «Te gustan las croquetas»: what pleases is the subject.
  private func pleased(_ person: Int?, _ filler: String) -> Int? {
    guard person == 2, VerbClasses.experiencer.contains(question.asked.verb.lemma), question.gap?.kind == .thing else {
      return nil
    }
    return ["los ", "las ", "mis ", "tus "].contains(where: filler.hasPrefix) ? 5 : nil
  }

  private func spanishVerb(isNegated: Bool, isEach: Bool, filler: String) -> String {
    let group = question.asked.verb
    var words = group.words.map(Fold.text).contains("no") ? group.words.filter { Fold.text($0) != "no" } : group.words
    let plural = pleased(group.person, filler)
    if let person = group.person, person == 0 || person == 3 || (person == 5 && isEach) || plural != nil,
      group.words.indices.contains(group.finite)
    {
      let finite = group.words[group.finite]
      let form = SpanishConjugation.shared.readings(of: Tokenizer.word(finite)).first {
        $0.person == person && $0.tense.isFinite
      }
      if let form {
        words = words.map {
          $0 == finite
            ? SpanishConjugation.shared.form(
              of: form.lemma, form.tense, person: plural ?? (person == 5 ? 2 : person + 1)) : $0
        }
      }
    }
    words = words.map { ["me": "te", "nos": "os"][Fold.text($0)] ?? $0 }.map { $0.lowercased() }
    return (isNegated ? ["no"] + words : words).joined(separator: " ")
  }

  /// "does live" is "lives"; "I am" is "you are".
  private func englishVerb(isNegated: Bool, isEach: Bool) -> String {
    let group = question.asked.verb
    var words = group.words.map { $0.lowercased() }.filter { !["not", "never"].contains($0) }
    let isYou = question.asked.subject?.isUser ?? false
    let isPlural = !isEach && question.asked.subject.map { $0.isPlural || !$0.conjuncts.isEmpty } ?? false
    if isEach, ["do", "are", "were", "have"].contains(words.first) {
      words[0] = ["do": "does", "are": "is", "were": "was", "have": "has"][words[0]]!
    }
    if let first = words.first {
      if isYou { words[0] = ["am": "are", "was": "were", "'m": "are"][first] ?? first }
      if first == "'s" { words[0] = "is" }
      if ["do", "does", "did"].contains(first), words.count > 1, !isNegated {
        words.removeFirst()
        if first == "did" { words[0] = EnglishConjugation.shared.past(of: words[0]) }
        if first == "does", !isYou, !isPlural { words[0] = EnglishConjugation.shared.third(of: words[0]) }
      }
    }
    if isNegated, let first = words.first {
      if first == "can" {
        words[0] = "cannot"
      } else if ["do", "does", "did", "is", "are", "was", "were", "have", "has", "can", "will", "would", "could"]
        .contains(
          first)
      {
        words.insert("not", at: 1)
      } else {
        words = [isYou || isPlural ? "do" : "does", "not"] + words
      }
    }
    return words.joined(separator: " ")
  }

  /// A preposition of the memory in the language of the answer.
  func preposition(_ stored: String, verb: String, object: String = "") -> String {
    if stored == Argument.when || stored.isEmpty { return "" }
    guard language == .english else { return stored == "como" && verb == "trabajar" ? "de" : stored }
    switch stored {
    case "con" where question.asked.verb.lemma == "date": return ""
    case "con" where question.rest.contains { $0.text == "married" }: return "to"
    case "de" where question.rest.contains(where: \.isBare): return "of"
    default: return EnglishPreposition.of(stored, verb: verb, object: object, language)
    }
  }

  /// «a», «b» y «c».
  static func list(_ texts: [String], _ language: Language) -> String {
    guard let last = texts.last, texts.count > 1 else { return texts.first ?? "" }
    let joint = language == .spanish ? (Fold.text(last).hasPrefix("i") ? "e" : "y") : "and"
    return texts.dropLast().joined(separator: ", ") + " \(joint) " + last
  }
}
