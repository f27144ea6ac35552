/// «En mi novela, mi hermano es un asesino», «digamos que me llamo Juan»: what is made up.
enum Fiction {
  static func isBegun(by words: [Word]) -> Bool {
    let folded = words.filter { $0.kind != .sign }.prefix(7).map(\.folded)
    guard let first = folded.first else { return false }
    if folded.count > 2, folded[1] == "que", ["pon", "di", "haz", "finge", "dile"].contains(first) { return true }
    // «Te cuento un chiste: …»
    let colon = words.firstIndex { $0.isSign(":") } ?? 0
    if words[..<colon].contains(where: { jokes.contains($0.folded) }) { return true }
    if words[..<colon].count < 4, words[..<colon].contains(where: { ["ejemplo", "example"].contains($0.folded) }) {
      return true
    }
    if isDenied(words.map(\.folded)) || isOfOthers(words) { return true }
    if supposing.contains(first) || uncertain.contains(where: { Array(folded.prefix($0.count)) == $0 }) { return true }
    // «Según mi hermano, mi tía vive en Jaén»
    if first == "segun", folded.count > 2,
      !["yo", "parece", "mi"].contains(folded[1]) || folded[1] == "mi" && folded.count > 3
    {
      return true
    }
    if first == "according", folded.count > 2, folded[2] != "me" { return true }
    guard folded.count > 2, ["en", "in"].contains(first) else { return false }
    return ["mi", "un", "una", "el", "la", "my", "a", "the"].contains(folded[1])
      && (works.contains(folded[2]) || folded.count > 3 && works.contains(folded[3]))
  }

  /// «Eso de que fumo es mentira», "it's a lie that I smoke".
  private static func isDenied(_ folded: [String]) -> Bool {
    guard folded.contains("que") || folded.contains("that") else { return false }
    if folded.contains(where: untrue.contains) { return true }
    return folded.indices.dropFirst().contains { place in
      truths.contains(folded[place])
        && folded[max(0, place - 3)..<place].contains { $0 == "no" || $0 == "not" }
    }
  }

  /// «Soy un vago según mi ex», "I am lazy, according to my ex".
  private static func isOfOthers(_ words: [Word]) -> Bool {
    words.indices.dropFirst().contains { place in
      guard place + 1 < words.count else { return false }
      let next = words[place + 1]
      switch words[place].folded {
      case "segun":
        return next.isCapitalized || place + 2 < words.count && FunctionWords.spanish.possessives[next.folded] != nil
      case "according": return next.folded == "to" && place + 2 < words.count && words[place + 2].folded != "me"
      default: return false
      }
    }
  }

  private static let untrue = Vocabulary.set(
    "mentira mentiras falso falsa bulo rumor lie lies false untrue rumour hoax")
  private static let truths = Vocabulary.set("verdad cierto true")
  private static let supposing = Vocabulary.set(
    "digamos supongamos supon suponte imagina imaginemos imaginate pongamos finge suppose imagine pretend let's")
  /// What may be or not.
  private static let uncertain = [
    "a lo mejor", "tal vez", "quiza", "quizas", "puede que", "igual mi", "maybe", "perhaps", "apparently", "allegedly",
    "supposedly", "por lo visto", "al parecer", "se dice que", "es mentira que", "es falso que", "no es verdad que",
    "no es cierto que", "it 's not true", "it is not true", "it 's false", "it is false", "rumor has it",
  ].map { $0.split(separator: " ").map(String.init) }
  private static let jokes = Vocabulary.set("chiste broma adivinanza acertijo joke riddle")
  private static let works = Vocabulary.set(
    """
    novela cuento relato historia sueño suenos guion pelicula serie obra partida poema
    novel story tale dream script movie film play poem fanfic
    """)
}
