import SaraiCore

/// Puts what people write in passing into the order and the words that the rules know.
enum Rewriting {
  /// A statement without what is only said to begin it, and with its clauses in full.
  static func statement(_ words: [Word], _ language: Language) -> [Word] {
    let words = withoutLaughs(words)
    var statement = withoutComparison(kin(withoutLead(words, language), language), language)
    statement = Reordering.reordered(notOnly(statement, language), language)
    switch language {
    case .spanish: statement = spanishDuration(statement)
    case .english: statement = englishSelf(statement)
    }
    return statement
  }

  /// «jajaja», "lol", 😂
  private static func isLaugh(_ word: Word) -> Bool {
    guard word.kind == .word else { return false }
    if ["lol", "lmao", "xd", "rofl"].contains(word.folded) { return true }
    if !word.text.contains(where: { $0.isLetter || $0.isNumber }) { return word.text.contains { !$0.isASCII } }
    return word.folded.count >= 4
      && ["ja", "je", "ha"].contains { laugh in
        word.folded.replacing(laugh, with: "").isEmpty
      }
  }

  private static func withoutLaughs(_ words: [Word]) -> [Word] {
    words.indices.filter { !isLaugh(words[$0]) || isNamed(words, $0) }.map { words[$0] }
  }

  /// «Mi gato se llama 🐱», «… se llaman Luna y 🌙»: the picture is the name.
  private static func isNamed(_ words: [Word], _ place: Int) -> Bool {
    guard words[place].isPicture, place > 0 else { return false }
    let before = words[place - 1]
    if before.isPicture, isNamed(words, place - 1) { return true }
    if naming.contains(before.folded) { return true }
    guard ["y", "e", "and", ","].contains(before.folded), place > 1 else { return false }
    return words[..<place].contains { naming.contains($0.folded) || counting.contains(Inflection.singular($0.folded)) }
  }

  private static let naming = Vocabulary.set(
    "llamo llama llaman llamas llamaba llamaban llamado llamada llamarse called named name nombre emoji")
  private static let counting = Vocabulary.set("gato perro gata perra cat dog pez pajaro conejo fish bird rabbit")

  /// «Mi chica», «mi peque»: whom people mean by these, where they are theirs.
  static func kin(_ words: [Word], _ language: Language) -> [Word] {
    let words = acronyms(words, language)
    guard language == .spanish else { return keys(words) }
    return colloquial(words)
  }

  /// "The password for the NAS" is that of it.
  private static func keys(_ words: [Word]) -> [Word] {
    var words = words
    // "I gave up tennis"
    if let place = words.indices.first(where: {
      $0 + 2 < words.count && ["gave", "given"].contains(words[$0].folded) && words[$0 + 1].folded == "up"
    }) {
      words.replaceSubrange(place...(place + 1), with: [Tokenizer.word("quit")])
    }
    // "I'm back from Spain"
    if let place = words.indices.first(where: {
      $0 > 0 && $0 + 1 < words.count && words[$0].folded == "back" && words[$0 + 1].folded == "from"
        && ["am", "is", "are", "'s"].contains(words[$0 - 1].folded)
    }) {
      words.replaceSubrange((place - 1)...place, with: [Tokenizer.word("returned")])
    }
    // "Rex ran away", "we split up"
    for place in words.indices.dropLast() where place > 0 {
      let pair = words[place].folded + " " + words[place + 1].folded
      guard let verb = phrasal[pair] else { continue }
      words.replaceSubrange(place...(place + 1), with: [Tokenizer.word(verb)])
      break
    }
    for place in words.indices.dropFirst()
    where words[place].folded == "for" && place + 1 < words.count && words[place + 1].kind == .word
      && ["password", "passcode", "code", "pin", "combination", "login", "username"].contains(words[place - 1].folded)
    {
      words[place] = Tokenizer.word("of")
    }
    return words
  }

  private static let phrasal = [
    "ran away": "escaped", "run away": "escaped", "passed away": "died", "pass away": "die", "passes away": "dies",
    "split up": "separated", "runs away": "escapes",
  ]

  /// «Mi DNI» is no name.
  private static func acronyms(_ words: [Word], _ language: Language) -> [Word] {
    var words = words
    for place in words.indices.dropFirst()
    where (2...5).contains(words[place].text.count) && words[place].text.allSatisfy(\.isUppercase)
      && (FunctionWords.of(language).possessives[words[place - 1].folded] != nil
        || ["el", "la", "del", "the"].contains(words[place - 1].folded) && papers.contains(words[place].folded))
    {
      words[place].text = words[place].lowercased
    }
    return words
  }

  private static let papers = Vocabulary.set("pin puk dni nif nie cvv iban itv nss wifi ssn")

  private static func colloquial(_ typed: [Word]) -> [Word] {
    var words = typed
    for place in words.indices.dropFirst() {
      guard let meant = colloquialKin[words[place].folded],
        FunctionWords.spanish.possessives[words[place - 1].folded] != nil
      else { continue }
      words[place].folded = meant
    }
    return words
  }

  private static let colloquialKin = [
    "chica": "novia", "chico": "novio", "churri": "novia", "nino": "hijo", "nina": "hija", "ninos": "hijos",
    "ninas": "hijas", "crio": "hijo", "cria": "hija", "crios": "hijos", "chaval": "hijo", "chavales": "hijos",
    "senora": "mujer", "parienta": "mujer", "peques": "hijos", "chiquillo": "hijo", "chiquilla": "hija",
    "chamaco": "hijo", "chamaca": "hija", "guagua": "hijo", "cunados": "cunado", "compi": "companero",
  ]

  /// «No solo hablo inglés, también francés», "I not only speak English but also French": both.
  private static func notOnly(_ words: [Word], _ language: Language) -> [Word] {
    let (lead, joints) =
      language == .spanish
      ? (["solo", "solamente", "unicamente"], [["sino", "que", "tambien"], ["sino", "tambien"], ["tambien"]])
      : (["only", "just"], [["but", "also"], ["but"], ["also"]])
    guard
      let only = words.indices.dropFirst().first(where: { place in
        lead.contains(words[place].folded) && ["no", "not"].contains(words[place - 1].folded)
      }),
      let (start, end) = words.indices.dropFirst(only + 1).lazy.compactMap({ place -> (Int, Int)? in
        let rest = words[place...].prefix(3).map(\.folded)
        return joints.first { rest.count > $0.count - 1 && Array(rest.prefix($0.count)) == $0 }.map {
          (place, place + $0.count)
        }
      }).first, end < words.count
    else { return words }
    var before = Array(words[..<(only - 1)] + words[(only + 1)..<start])
    while let last = before.last, last.kind == .sign { before.removeLast() }
    // "I do not only speak English"
    if language == .english, let helper = before.indices.last(where: { $0 == only - 2 }),
      ["do", "does", "did"].contains(before[helper].folded)
    {
      before.remove(at: helper)
    }
    if !before.isEmpty { before[0].isFirst = true }
    return before + [Tokenizer.word(language == .spanish ? "y" : "and")] + words[end...]
  }

  /// «Es mayor que yo»: I am not who the next verb is about.
  private static func withoutComparison(_ words: [Word], _ language: Language) -> [Word] {
    let (joint, measures) =
      language == .spanish
      ? ("que", ["mayor", "menor", "mejor", "peor", "alto", "alta", "bajo", "baja", "joven", "viejo", "vieja"])
      : ("than", ["older", "younger", "taller", "shorter", "bigger", "better", "worse"])
    let persons = FunctionWords.of(language).subjects
    guard
      let place = words.indices.dropFirst().first(where: { place in
        words[place].folded == joint && measures.contains(words[place - 1].folded) && place + 1 < words.count
          && (persons[words[place + 1].folded] != nil || words[place + 1].folded == "me")
          && (place + 2 == words.count || words[place + 2].kind == .sign
            || ["y", "and", "pero", "but"].contains(words[place + 2].folded))
      })
    else { return words }
    return Array(words[..<place] + words[(place + 2)...])
  }

  // MARK: what begins a statement

  private static func withoutLead(_ words: [Word], _ language: Language) -> [Word] {
    let leads = language == .spanish ? spanishLeads : englishLeads
    var words = words[...]
    scan: while words.count > 2 {
      let folded = words.prefix(8).map(\.folded)
      for lead in leads where folded.count > lead.count && Array(folded.prefix(lead.count)) == lead {
        let next = words.dropFirst(lead.count)
        // «Bueno» alone can be part of the sentence; what asks for a clause after it cannot.
        guard lead.count > 1 || next.first?.isSign(",:") == true || startsLead(next, leads) else { continue }
        words = next
        continue scan
      }
      guard words.first?.isSign(",:") == true else { break }
      words = words.dropFirst()
    }
    return Array(words)
  }

  /// «Pues resulta que…»
  private static func startsLead(_ words: ArraySlice<Word>, _ leads: [[String]]) -> Bool {
    leads.contains { $0.count > 1 && words.count > $0.count && words.prefix($0.count).map(\.folded) == $0 }
  }

  private static let spanishLeads = leads(
    """
    resulta que|al final|la verdad es que|la verdad|que sepas que|por cierto|total que|pues|bueno|oye|mira|a ver|ah|eh|vale|ok
    hola|hola buenas|buenas|buenos dias|buenas tardes|buenas noches|perdona|perdon|queria decir que|quise decir que
    me he equivocado|me equivoque|te cuento que|te cuento|te comento que|te comento|ya sabes que|sabes que|recuerda que
    acuerdate de que|apunta que|apuntate que|anota que|ten en cuenta que|que no se te olvide que|no olvides que|por si acaso
    no te olvides de que|no te olvides que
    para que lo sepas|para que sepas|fijate que|fijate|es que|lo que pasa es que|jaja|jajaja|jeje|uf|ay|por desgracia|por suerte
    de hecho|en realidad|sinceramente|no|si|nada|corrijo|rectifico|una cosa|dato|ojo|como te dije|como te decia|te digo que
    se me olvidaba|se me olvidaba decirte que|que te quede claro que|a partir de hoy|desde hoy|ya te dije que|te he dicho que
    te dije que|mejor dicho|digo|lo siento|tengo que decirte que|quiero que sepas que|quiero que recuerdes que|me olvide decirte que
    apunta|apuntate|anota|recuerda|memoriza|toma nota|nota|apunta esto|anota esto|actualizo|actualizacion
    """)
  private static let englishLeads = leads(
    """
    scratch that|actually|so|well|btw|by the way|fyi|just so you know|turns out that|turns out|it turns out that|it turns out|oh
    hey|hi|hello|ok|okay|anyway|also|oops|wait|sorry|no|yes|yeah|remember that|note that|please remember that|keep in mind that
    do not forget|do not forget that|i should mention that|i should mention|i forgot to mention that|i forgot to mention|in case you did not know
    good news|bad news|update|correction|my mistake|i meant|i mean|you know|as of today|just to let you know|i told you that|oh wait
    to be honest|honestly|fun fact|quick update|heads up|as i said|like i said|note|remember|remember this|note this
    """)

  private static func leads(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline })
      .map { $0.split(separator: " ").map(String.init) }.sorted { $0.count > $1.count }
  }

  // MARK: Spanish

  /// «Llevo cinco años viviendo en Valencia» is «vivo en Valencia desde hace cinco años».
  private static func spanishDuration(_ words: [Word]) -> [Word] {
    guard
      let start = words.firstIndex(where: { word in
        SpanishConjugation.shared.readings(of: word).contains { $0.lemma == "llevar" && $0.tense == .present }
      }),
      let person = SpanishConjugation.shared.readings(of: words[start]).first(where: { $0.lemma == "llevar" })?.person
    else { return words }
    for place in words.indices where place > start + 1 && place <= start + 8 {
      let time = words[(start + 1)..<place]
      guard isDuration(time) else { continue }
      let form: [Word]
      var rest = words[(place + 1)...]
      let readings = SpanishConjugation.shared.readings(of: words[place])
      let gerund = readings.first { $0.tense == .gerund } ?? SpanishConjugation.shared.guess(words[place])
      if let gerund, gerund.tense == .gerund {
        form = [Tokenizer.word(SpanishConjugation.shared.form(of: gerund.lemma, .present, person: person))]
      } else if words[place].folded == "sin", let next = rest.first,
        let lemma = SpanishConjugation.shared.readings(of: next).first(where: { $0.tense == .infinitive })?.lemma
      {
        form = [
          Tokenizer.word("no"), Tokenizer.word(SpanishConjugation.shared.form(of: lemma, .present, person: person)),
        ]
        rest = rest.dropFirst()
      } else if Vocabulary.states.contains(words[place].folded) || words[place].folded == "en" {
        form = [Tokenizer.word(SpanishConjugation.shared.form(of: "estar", .present, person: person)), words[place]]
      } else {
        continue
      }
      let end = rest.firstIndex { $0.kind == .sign || ["y", "pero", "porque"].contains($0.folded) } ?? rest.endIndex
      let since = time.first?.folded == "desde" ? [] : [Tokenizer.word("desde"), Tokenizer.word("hace")]
      return words[..<start] + form + rest[..<end] + since + time + rest[end...]
    }
    return words
  }

  private static func isDuration(_ words: ArraySlice<Word>) -> Bool {
    guard let first = words.first, words.allSatisfy({ $0.kind != .sign }) else { return false }
    if first.folded == "desde" { return words.count > 1 }
    return words.last.map { ["ano", "mes", "semana", "dia", "hora"].contains(Inflection.singular($0.folded)) } ?? false
  }

  // MARK: English

  /// "I'm Dana, 29, living in Leeds" is "I am Dana, I am 29, I am living in Leeds".
  private static func englishSelf(_ words: [Word]) -> [Word] {
    guard words.count > 4, words[0].folded == "i", words[1].folded == "am" else { return words }
    var result: [Word] = []
    for (place, word) in words.enumerated() {
      let followsComma = place > 2 && words[place - 1].isSign(",")
      let isAge =
        followsComma && word.kind == .number && (Int(word.folded).map { (1...120).contains($0) } ?? false)
        && (place + 1 == words.count || words[place + 1].isSign(","))
      let isBeing = followsComma && ["a", "an"].contains(word.folded) && result.count < 6
      let isFrom = followsComma && word.folded == "from"
      let isDoing =
        followsComma && EnglishConjugation.shared.readings(of: word).contains { $0.tense == .gerund }
      if isAge || isDoing || isBeing || isFrom { result += [Tokenizer.word("I"), Tokenizer.word("am")] }
      result.append(word)
    }
    return result
  }
}
