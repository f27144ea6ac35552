import SaraiCore

/// Cuts a sentence into phrases, verbs and what joins them, from left to right and with a few words of lookahead.
///
/// It knows the closed classes and the verbs of a language, and takes every other word for a noun, an adjective or a
/// name by its place. On the short sentences that people type this holds better than a statistical parse.
struct ChunkReader: Sendable {
  let language: Language
  let words: [Word]
  let lexicon: FunctionWords
  let times: TimeReader
  var chunks: [Chunk] = []

  init(_ words: [Word], language: Language, today: CivilDate) {
    self.language = language
    self.words = words
    lexicon = .of(language)
    times = TimeReader(language: language, today: today, isOver: PastEvents.areTold(words, language))
  }

  static func chunks(of words: [Word], language: Language, today: CivilDate) -> [Chunk] {
    var reader = ChunkReader(words, language: language, today: today)
    reader.read(0..<words.count)
    return reader.chunks
  }

  func folded(_ index: Int) -> String { words.indices.contains(index) ? words[index].folded : "" }

  func isWord(_ index: Int) -> Bool { words.indices.contains(index) && words[index].kind != .sign }

  func text(_ range: Range<Int>) -> String {
    var text = ""
    for index in range {
      let word = words[index].text
      if !text.isEmpty, words[index].kind != .sign, word != "'s" { text += " " }
      text += word
    }
    return text
  }

  mutating func read(_ range: Range<Int>) {
    var place = range.lowerBound
    while place < range.upperBound {
      let next = step(place)
      place = max(next, place + 1)
    }
  }

  /// Reads one chunk; returns where it ends.
  private mutating func step(_ place: Int) -> Int {
    let word = words[place]
    if word.kind == .sign {
      if word.text == "," { chunks.append(.comma) }
      if word.text == ":" { chunks.append(.colon) }
      return place + 1
    }
    if ["nadie", "nobody", "none"].contains(word.folded) || word.folded == "neither" && folded(place + 1) == "of" {
      chunks.append(.negation(word.folded))
      return place + 1
    }
    // «antes del 20 de mayo»
    if ["antes", "despues"].contains(word.folded), ["de", "del"].contains(folded(place + 1)), place + 2 < words.count,
      let (time, end) = times.read(words, at: place + 2)
    {
      let day = TimePhrase(kind: time.kind, text: word.text + " de " + time.text)
      chunks.append(.time(day, text: text(place..<end)))
      return end
    }
    if let (time, end) = times.read(words, at: place), !isNounOfTime(place) {
      chunks.append(.time(time, text: text(place..<end)))
      return end
    }
    if let (verb, end) = verb(at: place) {
      chunks.append(.verb(verb))
      return end
    }
    if let length = Self.unreal.first(where: { isPhrase($0, at: place) })?.count {
      chunks.append(.subordinator("salvo"))
      return place + length
    }
    if let end = relative(at: place) { return end }
    if lexicon.subordinators.contains(word.folded), word.lowercased != "sí", !(word.folded == "when" && place == 0) {
      chunks.append(.subordinator(word.folded))
      return place + 1
    }
    // «Mi grupo es A negativo»
    let isLetter = word.isCapitalized && word.text.count == 1 && !word.isFirst && language == .spanish
    if lexicon.conjunctions.contains(word.folded), !isLetter {
      chunks.append(.conjunction(word.folded))
      return place + 1
    }
    if lexicon.prepositions.contains(word.folded), !isLetter, let end = prepositional(at: place) { return end }
    if let (phrase, end) = phrase(at: place) {
      chunks.append(.phrase(phrase))
      return end
    }
    if lexicon.negations.contains(word.folded) || word.folded == "nadie" {
      chunks.append(.negation(word.folded))
    } else {
      chunks.append(.adverb(word.folded))
    }
    return place + 1
  }

  /// What begins a clause that tells of nothing that is so: «antes de que mi hermana se case».
  private static let unreal = [
    "antes de que", "antes que", "a menos que", "a no ser que", "con tal de que", "en caso de que", "sin que",
    "para que",
    "hasta que", "como si", "in case", "as if", "as though", "so that",
  ].map { $0.split(separator: " ").map(String.init) }

  private func isPhrase(_ phrase: [String], at place: Int) -> Bool {
    guard folded(place) == phrase[0], place + phrase.count < words.count else { return false }
    // «para que» with an accent asks.
    return phrase.indices.allSatisfy { folded(place + $0) == phrase[$0] && words[place + $0].lowercased != "qué" }
  }

  /// «el lunes» in «el lunes es mi día libre» is a time all the same; «mi mes» is not read as one.
  private func isNounOfTime(_ place: Int) -> Bool {
    place > 0 && lexicon.possessives[folded(place - 1)] != nil
  }

  private mutating func relative(at place: Int) -> Int? {
    let word = folded(place)
    if lexicon.relatives.contains(word), case .phrase? = lastContent {
      chunks.append(.relative(word, preposition: nil))
      return place + 1
    }
    if language == .spanish, lexicon.prepositions.contains(word) {
      var next = place + 1
      if lexicon.definite.contains(folded(next)) { next += 1 }
      if ["que", "quien", "quienes"].contains(folded(next)), words[next].lowercased == folded(next),
        case .phrase? = lastContent
      {
        chunks.append(.relative(folded(next), preposition: word))
        return next + 1
      }
    }
    return nil
  }

  /// The last chunk, or the one before a comma.
  private var lastContent: Chunk? {
    if case .comma? = chunks.last { return chunks.dropLast().last.map(asPhrase) }
    return chunks.last.map(asPhrase)
  }

  private func asPhrase(_ chunk: Chunk) -> Chunk {
    if case .prepositional(_, let phrase, _) = chunk { return .phrase(phrase) }
    return chunk
  }

  private mutating func prepositional(at place: Int) -> Int? {
    let word = folded(place)
    if word == "conmigo" || word == "contigo" {
      var phrase = NounPhrase(text: words[place].text)
      phrase.pronoun = word == "conmigo" ? 0 : 1
      chunks.append(.prepositional("con", phrase, text: words[place].text))
      return place + 1
    }
    var start = place + 1
    // «cerca de», "next to": the second word is the same preposition.
    if ["de", "of", "to"].contains(folded(start)),
      ["cerca", "lejos", "dentro", "fuera", "encima", "debajo", "next", "close"].contains(word)
    {
      start += 1
    }
    let isContracted = word == "al" || word == "del"
    if ["a", "al", "para", "del", "to", "for", "hasta"].contains(word), let (time, end) = times.read(words, at: start) {
      chunks.append(.time(time, text: text(place..<end)))
      return end
    }
    guard let (read, end) = phrase(at: start, isDefinite: isContracted, afterPreposition: true) else { return nil }
    var phrase = read
    if isContracted { phrase.text = "el " + phrase.text }
    let preposition = word == "al" ? "a" : word == "del" ? "de" : word
    chunks.append(.prepositional(Vocabulary.preposition(preposition), phrase, text: text(place..<end)))
    return end
  }
}
