import SaraiCore

/// «Nombre de mi jefe», "my boss's name": what is asked for in a chat as one would type it into a search box.
enum BareAttribute {
  /// The question in full, «cuál es el nombre de mi jefe»; nil for words that are more or less than that.
  static func question(_ words: [Word], _ language: Language) -> [Word]? {
    let articles: Set = ["el", "la", "los", "las", "the"]
    let rest = words.first.map { articles.contains($0.folded) } ?? false ? Array(words.dropFirst()) : words
    guard rest.count >= 3, !words.contains(where: { $0.kind != .word }) else { return nil }
    let joints: Set = language == .spanish ? ["de", "del"] : ["of"]
    let lexicon = FunctionWords.of(language)
    let isOf =
      attributes.contains(rest[0].folded) && joints.contains(rest[1].folded)
      && isOwner(rest[2...], lexicon, joints, isAfterArticle: rest[1].folded == "del")
    let isGenitive =
      language == .english && rest.count == 4 && lexicon.possessives[rest[0].folded] != nil
      && rest[2].folded == "'s" && attributes.contains(rest[3].folded)
    guard isOf || isGenitive else { return nil }
    let lead = language == .spanish ? ["cuál", "es"] : ["what", "is"]
    let article = language == .english ? "the" : feminine.contains(rest[0].folded) ? "la" : "el"
    let leads = isOf && rest.count == words.count ? lead + [article] : lead
    return leads.map(Tokenizer.word) + words
  }

  /// «mi jefe», «mi amiga de mi hermana», «Ana»: no value follows.
  private static func isOwner(
    _ words: ArraySlice<Word>, _ lexicon: FunctionWords, _ joints: Set<String>, isAfterArticle: Bool
  ) -> Bool {
    guard let first = words.first else { return false }
    if words.count == 1 { return first.isCapitalized || isAfterArticle }
    guard lexicon.possessives[first.folded] != nil else { return false }
    let rest = words.dropFirst(2)
    guard !words[words.startIndex + 1].isCapitalized else { return false }
    guard let joint = rest.first else { return true }
    return joints.contains(joint.folded)
      && isOwner(rest.dropFirst(), lexicon, joints, isAfterArticle: joint.folded == "del")
  }

  private static let feminine = Vocabulary.set("edad direccion matricula profesion marca clave contraseña")
  private static let attributes = Vocabulary.set(
    """
    nombre edad color cumpleaños telefono numero direccion correo email matricula profesion apellido marca modelo clave contraseña
    name age colour color birthday phone address surname job brand model password
    """)
}
