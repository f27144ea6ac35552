import SaraiCore

/// Words that take back what was just said: «Vivo en Madrid, no, espera, en Móstoles», "Sorry, I meant Sharon".
struct Corrections {
  /// What was said before the correction; empty where the sentence begins with it.
  let said: [Word]
  /// What is said instead, one after the other; empty where nothing is corrected.
  let instead: [[Word]]

  init(_ sentence: Sentence, _ language: Language) {
    let words = sentence.words
    var said = words
    var instead: [[Word]] = []
    var place = 0
    var start = 0
    while place < words.count {
      let isBoundary = place == 0 || words[place - 1].kind == .sign
      guard isBoundary, let end = Self.end(of: words, from: place, language) else {
        place += 1
        continue
      }
      if instead.isEmpty {
        said = Array(words[..<place])
      } else {
        instead[instead.count - 1] = Array(words[start..<place])
      }
      instead.append(Array(words[end...]))
      start = end
      place = max(end, place + 1)
    }
    while let last = said.last, last.kind == .sign { said.removeLast() }
    self.said = said
    self.instead = instead.map { part in
      var part = part
      while let last = part.last, last.kind == .sign { part.removeLast() }
      if !part.isEmpty { part[0].isFirst = true }
      return part
    }.filter { !$0.isEmpty }
  }

  /// Where what is said instead begins, if a marker stands here.
  private static func end(of words: [Word], from start: Int, _ language: Language) -> Int? {
    let (markers, fillers) = language == .spanish ? (spanish, spanishFillers) : (english, englishFillers)
    var place = start
    var isMarked = false
    scan: while place < words.count {
      let rest = words[place...].prefix(5).map(\.folded)
      for marker in markers where rest.count > marker.count && Array(rest.prefix(marker.count)) == marker {
        // «Está embarazada, espera un niño» corrects nothing.
        if waiting.contains(marker.last ?? ""), words[place + marker.count].kind != .sign { continue }
        place += marker.count
        isMarked = true
        continue scan
      }
      // A «no» of its own, at the beginning.
      if words[place].folded == "no", place + 1 < words.count, words[place + 1].isSign(","), start == 0 {
        place += 1
        isMarked = true
        continue
      }
      guard place > start && words[place].kind == .sign || fillers.contains(words[place].folded) else { break }
      place += 1
    }
    return isMarked && place < words.count ? place : nil
  }

  private static let spanish = list(
    """
    no espera|espera|perdon|perdona|perdone|digo|quiero decir|queria decir|quise decir|me he equivocado|me equivoque
    mejor dicho|corrijo|rectifico|bueno no|no perdona|no perdon|no digo|mentira|miento
    en realidad
    """)
  private static let english = list(
    """
    no wait|wait|sorry|i meant to say|i meant|i mean|scratch that|correction|my mistake|oops|no sorry|or rather|make that
    actually no|i was wrong|actually
    """)
  private static let waiting: Set = ["espera", "wait"]
  private static let spanishFillers = Vocabulary.set("bueno ay uy eh no que")
  private static let englishFillers = Vocabulary.set("oh no well uh um oh")

  private static func list(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline })
      .map { $0.split(separator: " ").map(String.init) }.sorted { $0.count > $1.count }
  }

  /// The one thing that words without a verb name; nil where they say more, or less.
  static func fragment(_ words: [Word], _ language: Language, _ today: CivilDate) -> Chunk? {
    guard words.count <= 10 else { return nil }
    let chunks = ListReader.joined(
      ChunkReader.chunks(of: SpellingCorrector.of(language).corrected(words), language: language, today: today))
    // "4 years old"
    let content = chunks.filter { !$0.isMark && !$0.isAdverb && $0.phrase?.head != "old" }
    // "Not my sister, my cousin"
    let instead = content.first?.isNegation == true && content.count == 3 ? Array(content.dropFirst(2)) : content
    guard instead.count == 1, let only = instead.first else { return nil }
    switch only {
    case .phrase, .prepositional, .time: return only
    default: return nil
    }
  }
}

extension Clause {
  /// The clause with a part put into the place of the one that it corrects; nil where there is none.
  func corrected(by part: Chunk) -> Clause? {
    var clause = self
    switch part {
    case .time(let time, let text):
      guard let place = arguments.firstIndex(where: { $0.time != nil }) else { return nil }
      clause.arguments[place] = Argument(
        preposition: Argument.when, phrase: NounPhrase(text: time.text), time: time, text: text)
    case .prepositional(let preposition, let phrase, let text):
      guard let place = arguments.firstIndex(where: { $0.preposition == preposition }) else { return nil }
      clause.arguments[place] = Argument(preposition: preposition, phrase: phrase, text: text)
    case .phrase(let phrase)
    where phrase.isKin && phrase.isPossessedByUser && subject?.isUser == false && object?.isKin != true:
      clause.subject = phrase
    case .phrase(let phrase):
      guard
        let place = arguments.firstIndex(where: { $0.preposition.isEmpty && $0.time == nil })
          ?? arguments.firstIndex(where: { $0.time == nil && $0.phrase.isName == phrase.isName })
      else { return nil }
      let old = arguments[place]
      var phrase = phrase
      // «Tengo 30 años, perdón, 31»
      if phrase.head.isEmpty, let number = phrase.quantity, old.phrase.quantity != nil, !old.phrase.head.isEmpty {
        phrase = old.phrase
        phrase.quantity = number
        phrase.text = String(number) + old.phrase.text.drop { $0 != " " }
      }
      let lead = old.text.hasSuffix(old.phrase.text) ? String(old.text.dropLast(old.phrase.text.count)) : ""
      clause.arguments[place] = Argument(preposition: old.preposition, phrase: phrase, text: lead + phrase.text)
    default: return nil
    }
    return clause
  }
}
