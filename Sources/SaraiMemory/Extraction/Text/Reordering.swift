import SaraiCore

/// Puts sentences whose words stand in another order into the order that the rules read.
enum Reordering {
  static func reordered(_ words: [Word], _ language: Language) -> [Word] {
    language == .spanish ? spanish(words) : ofNone(words, denials: ["neither", "none"], joint: "of", language)
  }

  private static func spanish(_ words: [Word]) -> [Word] {
    let words = ofNone(words, denials: ["ninguno", "ninguna"], joint: "de", .spanish)
    return debt(withoutInterest(fronted(words)))
  }

  /// "Neither of my brothers smokes", «ninguno de mis hermanos fuma»: all of them do not.
  private static func ofNone(_ words: [Word], denials: [String], joint: String, _ language: Language) -> [Word] {
    guard words.count > 4, denials.contains(words[0].folded), words[1].folded == joint,
      FunctionWords.of(language).possessives[words[2].folded] != nil
        || ["los", "las", "the"].contains(words[2].folded),
      let verb = words.indices.first(where: { $0 > 3 && $0 < 8 && isVerb(words[$0], language) })
    else { return words }
    var rest = Array(words[verb...])
    switch language {
    case .spanish: rest.insert(Tokenizer.word("no"), at: 0)
    case .english:
      let isBeing = ["is", "are", "was", "were", "can", "has", "have"].contains(rest[0].folded)
      rest.insert(Tokenizer.word(isBeing ? "not" : "never"), at: isBeing ? 1 : 0)
    }
    var subject = Array(words[2..<verb])
    subject[0].isFirst = true
    return subject + rest
  }

  /// «El examen de conducir lo tengo el jueves»: what I have stands first.
  private static func fronted(_ words: [Word]) -> [Word] {
    guard let first = words.first,
      ["el", "la", "los", "las"].contains(first.folded) || FunctionWords.spanish.possessives[first.folded] != nil,
      let clitic = words.indices.first(where: { place in
        place > 1 && place < 9 && place + 1 < words.count && ["lo", "la", "los", "las"].contains(words[place].folded)
          && SpanishConjugation.shared.readings(of: words[place + 1]).contains {
            $0.tense.isFinite && ($0.person == 0 || $0.person == 3)
          } && !SpanishVerbs.nounLike.contains(words[place + 1].folded)
      }), words[..<clitic].allSatisfy({ $0.kind != .sign })
    else { return words }
    var object = Array(words[..<clitic])
    object[0].isFirst = false
    object[0].text = object[0].lowercased
    let isDenied = object.last?.folded == "no"
    if isDenied { object.removeLast() }
    guard object.count > 1 else { return words }
    var result: [Word] =
      (isDenied ? [Tokenizer.word("no")] : []) + [words[clitic + 1]] + object + words[(clitic + 2)...]
    result[0].isFirst = true
    return result
  }

  /// «La ITV me caduca en abril»: whom it concerns is no part of it.
  private static func withoutInterest(_ words: [Word]) -> [Word] {
    guard
      let place = words.indices.first(where: { place in
        place > 1 && place + 1 < words.count && ["me", "nos"].contains(words[place].folded)
          && interests.contains(words[place + 1].folded)
      })
    else { return words }
    var words = words
    words.remove(at: place)
    return words
  }

  private static let interests = Vocabulary.set(
    "caduca caducan caduco caducaba vence vencen vencio expira expiran termina terminan empieza empiezan caducara caducaran"
  )

  /// «Me debe Toni 30 euros», «50 euros me debe Luis»: who owes stands first.
  private static func debt(_ words: [Word]) -> [Word] {
    guard
      let verb = words.indices.first(where: { place in
        place > 0 && ["debe", "deben"].contains(words[place].folded) && ["me", "nos"].contains(words[place - 1].folded)
      })
    else { return words }
    let before = Array(words[..<(verb - 1)])
    let after = Array(words[(verb + 1)...])
    if before.isEmpty, let number = after.firstIndex(where: { $0.kind == .number }), (1...4).contains(number) {
      var debtor = Array(after[..<number])
      debtor[0].isFirst = true
      return debtor + [plain(words[verb - 1]), plain(words[verb])] + after[number...]
    }
    guard let first = before.first, first.kind == .number, before.count <= 3, (1...4).contains(after.count),
      after.allSatisfy({ $0.kind == .word })
    else { return words }
    return after + [plain(words[verb - 1]), plain(words[verb])] + before.map(plain)
  }

  /// Without the capital letter of the first place.
  private static func plain(_ word: Word) -> Word {
    var word = word
    if word.isFirst { word.text = word.lowercased }
    word.isFirst = false
    return word
  }

  private static func isVerb(_ word: Word, _ language: Language) -> Bool {
    switch language {
    case .spanish:
      SpanishConjugation.shared.readings(of: word).contains { $0.tense.isFinite }
        && !SpanishVerbs.nounLike.contains(word.folded)
    case .english:
      ["is", "are", "was", "were", "can", "has", "have"].contains(word.folded)
        || !EnglishConjugation.shared.readings(of: word).isEmpty && !EnglishVerbs.nounLike.contains(word.folded)
        || word.folded.hasSuffix("s") && !EnglishConjugation.shared.readings(of: word).isEmpty
          && Kinship.canonical(word.folded).isEmpty
    }
  }
}
