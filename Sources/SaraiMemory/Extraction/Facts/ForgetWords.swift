import SaraiCore

/// Requests to forget: an imperative said to SARAi and not denied. Whether its object is remembered, `Forgetting` finds.
enum ForgetWords {
  struct Request: Sendable, Hashable {
    /// The words after the verb, up to a comma.
    var object: [Word]
    /// «Borra», "remove": said of lists and files as well, and meant of the memory only where it holds the object.
    var isDeletion: Bool
  }

  static func isRequest(_ sentence: Sentence, _ language: Language) -> Bool { request(in: sentence) != nil }

  /// What a sentence asks to forget, whichever of the two languages the verb is of; nil for other sentences: «no
  /// olvides», «olvidé», "don't forget" and "forget it" ask for nothing of the kind.
  static func request(in sentence: Sentence) -> Request? {
    var words = sentence.words[...]
    func skipCourtesies() {
      while let first = words.first, first.kind == .sign || courtesies.contains(first.folded) {
        words = words.dropFirst()
      }
    }
    skipCourtesies()
    for lead in leads {
      let length = lead.words.count
      guard words.count > length, zip(words, lead.words).allSatisfy({ $0.folded == $1 }),
        let verb = words.dropFirst(length).first, lead.verbs.contains(verb.folded), isPresent(verb)
      else { continue }
      words = words.dropFirst(length + 1)
      skipCourtesies()
      return request(verb.folded, words)
    }
    return nil
  }

  /// «Olvidé mi clave» folds to the same letters as a polite imperative.
  private static func isPresent(_ verb: Word) -> Bool { verb.lowercased.last != "é" && verb.lowercased.last != "ó" }

  private static func request(_ verb: String, _ rest: ArraySlice<Word>) -> Request? {
    var object = Array(rest.prefix { $0.kind != .sign })
    if verb.hasSuffix("lo") {
      guard object.first?.folded == "todo" else { return nil }
    }
    if ["olvidate", "olvidarte", "olvidese"].contains(verb), object.first?.folded == "de" { object.removeFirst() }
    if let first = object.first, ["to", "how"].contains(first.folded) { return nil }
    let said = object.map(\.folded).filter { $0 != "about" && $0 != "de" }
    if said == ["it"] || said == ["ello"] || said == ["lo"] { return nil }
    return Request(object: object, isDeletion: !verb.hasPrefix("olvid") && verb != "forget")
  }

  private static let courtesies = Vocabulary.set(
    "por favor ahora oye sarai please hey now just ya y and ok okay vale bueno well hola hi hello so pues venga")
  private static let leads: [(words: [String], verbs: Set<String>)] = {
    let deleting = Vocabulary.set("borrar eliminar suprimir")
    func list(_ leads: String, _ verbs: Set<String>) -> [(words: [String], verbs: Set<String>)] {
      leads.split(separator: "|", omittingEmptySubsequences: false).map {
        ($0.split(separator: " ").map(String.init), verbs)
      }
    }
    return list(
      "quiero que|quisiera que|necesito que|me gustaria que|te pido que|prefiero que",
      Vocabulary.set("olvides olvide borres borre elimines elimine suprimas"))
      + list(
        "puedes|podrias|me puedes|puede|podria|quieres",
        deleting.union(["olvidar", "olvidarte", "olvidarlo", "borrarlo", "borrarme"]))
      + list("quiero|quisiera|necesito|me gustaria", deleting)
      + list(
        "can you|could you|would you|will you|i want you to|i need you to|i would like you to",
        ["forget", "delete", "erase", "remove"])
      + list("i want to|i need to|i would like to", ["delete", "erase", "remove"])
      + list(
        "",
        Vocabulary.set(
          """
          olvida olvidate olvidalo olvidese borra borre borrame borralo elimina elimine eliminame eliminalo suprime
          forget delete erase remove
          """))
  }()
}
