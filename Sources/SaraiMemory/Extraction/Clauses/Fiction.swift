/// «En mi novela, mi hermano es un asesino», «digamos que me llamo Juan»: what is made up.
enum Fiction {
  static func isBegun(by words: [Word]) -> Bool {
    let folded = words.filter { $0.kind != .sign }.prefix(7).map(\.folded)
    guard let first = folded.first else { return false }
    if folded.count > 2, folded[1] == "que", ["pon", "di", "haz", "finge", "dile"].contains(first) { return true }
    // «Te cuento un chiste: …»
    let colon = words.firstIndex { $0.isSign(":") } ?? 0
    if words[..<colon].contains(where: { jokes.contains($0.folded) }) { return true }
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
