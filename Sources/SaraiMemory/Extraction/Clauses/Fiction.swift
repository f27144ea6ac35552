/// «En mi novela, mi hermano es un asesino», «digamos que me llamo Juan»: what is made up.
enum Fiction {
  static func isBegun(by words: [Word]) -> Bool {
    let folded = words.filter { $0.kind != .sign }.prefix(4).map(\.folded)
    guard let first = folded.first else { return false }
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
  private static let uncertain = ["a lo mejor", "tal vez", "quiza", "quizas", "puede que", "igual", "maybe", "perhaps"]
    .map {
      $0.split(separator: " ").map(String.init)
    }
  private static let works = Vocabulary.set(
    """
    novela cuento relato historia sueño suenos guion pelicula serie obra partida poema
    novel story tale dream script movie film play poem fanfic
    """)
}
