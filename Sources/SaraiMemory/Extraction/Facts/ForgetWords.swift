package import SaraiCore

/// Requests to forget: an imperative said to SARAi and not denied. Whether its object is remembered, `Forgetting` finds.
enum ForgetWords {
  struct Request: Sendable, Hashable {
    /// What is to be forgotten, one by one: «mi PIN», «mi trabajo» in «olvida mi PIN y mi trabajo».
    var objects: [[Word]]
    /// «Borra», "remove": said of lists and files as well, and meant of the memory only where it holds the object.
    var isDeletion: Bool
    /// Whether it may be meant for good: not «por un momento», nor a question, nor what the person wants to delete
    /// themselves.
    var isMeant: Bool
    /// Whether more is said after it, «…, al final no viene», or the verb has other senses: it is asked about first.
    var goesOn: Bool
  }

  static func isRequest(_ sentence: Sentence, _ language: Language) -> Bool { request(in: sentence) != nil }

  /// Whether a sentence is nothing but thanks, a greeting or a reason: «Gracias», «ya no la uso».
  static func isInPassing(_ sentence: Sentence) -> Bool {
    let words = sentence.words.filter { $0.kind != .sign }
    return isReason(words[...])
      || words.allSatisfy { courtesies.contains($0.folded) || closers.contains($0.folded) }
  }

  /// What a sentence asks to forget, whichever of the two languages the verb is of; nil for other sentences: «no
  /// olvides», «olvidé», "don't forget" and "forget it" ask for nothing of the kind.
  static func request(in sentence: Sentence) -> Request? {
    var words = withoutCourtesies(sentence.words[...])
    // «No, olvida eso»
    if ["no", "nah", "actually", "wait", "espera"].contains(words.first?.folded),
      words.dropFirst().first?.isSign(",:") == true
    {
      words = withoutCourtesies(words.dropFirst())
    }
    for lead in leads {
      let length = lead.words.count
      guard words.count > length, zip(words, lead.words).allSatisfy({ $0.folded == $1 }),
        let verb = words.dropFirst(length).first, lead.verbs.contains(verb.folded), isPresent(verb)
      else { continue }
      return request(lead, verb.folded, withoutCourtesies(words.dropFirst(length + 1)), sentence)
    }
    return nil
  }

  private static func withoutCourtesies(_ words: ArraySlice<Word>) -> ArraySlice<Word> {
    words.drop { $0.kind == .sign || courtesies.contains($0.folded) }
  }

  /// «Olvidé mi clave» folds to the same letters as a polite imperative.
  private static func isPresent(_ verb: Word) -> Bool { verb.lowercased.last != "é" && verb.lowercased.last != "ó" }

  private static func request(
    _ lead: Lead, _ verb: String, _ rest: ArraySlice<Word>, _ sentence: Sentence
  ) -> Request? {
    var rest = rest
    if verb.hasSuffix("lo") {
      guard rest.first?.folded == "todo" else { return nil }
    }
    if ["olvidate", "olvidarte", "olvidese"].contains(verb) {
      if rest.first?.folded == "de" { rest = rest.dropFirst() }
    }
    if rest.first?.folded == "del" { rest = [Tokenizer.word("el")] + rest.dropFirst() }
    if let first = rest.first, ["to", "how"].contains(first.folded),
      first.folded == "to" || rest.dropFirst().first?.folded == "to"
    {
      return nil
    }
    let (said, isOfMemory) = withoutClosers(rest)
    guard !said.isEmpty || !lead.isDenied else { return nil }
    let plain = said.map(\.folded).filter { $0 != "about" && $0 != "de" }
    let first = said.prefix { $0.kind != .sign }.map(\.folded).filter { $0 != "about" && $0 != "de" }
    if first == ["it"] || first == ["ello"] || first == ["lo"] { return nil }
    // «No recuerdes esto» is said of what is being told.
    if lead.isDenied, let first = plain.first, ["esto", "eso", "this", "that", "it", "lo"].contains(first) {
      return nil
    }
    let text = " " + said.map(\.folded).joined(separator: " ") + " "
    let isMomentary = momentary.contains { text.contains(" " + $0 + " ") }
    let (objects, goesOn) = objects(in: said)
    return Request(
      objects: objects,
      isDeletion: lead.isDeletion ?? (!verb.hasPrefix("olvid") && !verb.hasPrefix("olv") && !verb.hasPrefix("forg")),
      isMeant: !isMomentary && (!sentence.isQuestion || lead.mayAsk) && (!lead.isWish || isOfMemory),
      goesOn: goesOn || lead.isVague && !isOfMemory)
  }

  /// Without «por favor», «de tu memoria», «para siempre» and the like at the end.
  private static func withoutClosers(_ words: ArraySlice<Word>) -> (words: ArraySlice<Word>, isOfMemory: Bool) {
    var words = words
    var isOfMemory = false
    scan: while let last = words.last {
      if last.kind == .sign || closers.contains(last.folded) {
        words.removeLast()
        continue
      }
      let folded = words.map(\.folded)
      for ending in endings where folded.count > ending.count && Array(folded.suffix(ending.count)) == ending {
        words.removeLast(ending.count)
        if ending.last?.hasPrefix("memor") == true { isOfMemory = true }
        continue scan
      }
      break
    }
    return (words, isOfMemory)
  }

  /// Divides «mi PIN, mi trabajo y a mi madre», up to what is no object any more.
  static func objects(in words: ArraySlice<Word>) -> (objects: [[Word]], goesOn: Bool) {
    var objects: [[Word]] = [[]]
    var place = words.startIndex
    while place < words.endIndex {
      let word = words[place]
      let isJoint = joints.contains(word.folded)
      guard word.kind == .sign || isJoint else {
        objects[objects.count - 1].append(word)
        place += 1
        continue
      }
      var next = place + 1
      if word.kind == .sign, next < words.endIndex, joints.contains(words[next].folded) { next += 1 }
      let rest = words[next...]
      let begins = rest.first.map { beginnings.contains($0.folded) } ?? false
      if begins {
        objects.append([])
      } else if word.kind == .sign {
        return (objects, !rest.isEmpty && !isReason(rest))
      } else {
        objects[objects.count - 1].append(word)
        next = place + 1
      }
      place = next
    }
    if let reason = objects[objects.count - 1].indices.dropFirst().first(where: { place in
      isReason(objects[objects.count - 1][place...])
    }) {
      objects[objects.count - 1].removeSubrange(reason...)
    }
    return (objects.filter { !$0.isEmpty }, false)
  }

  /// «que ya no la necesito», "I don't need it anymore".
  private static func isReason(_ words: ArraySlice<Word>) -> Bool {
    var folded = words.filter { $0.kind != .sign }.map(\.folded)[...]
    while let first = folded.first, ["que", "porque", "pues", "because", "since", "as", "cause"].contains(first) {
      folded = folded.dropFirst()
    }
    guard folded.count <= 7 else { return false }
    return reasons.contains { reason in folded.count > reason.count && Array(folded.prefix(reason.count)) == reason }
  }

  // MARK: words

  private struct Lead: Sendable {
    var words: [String]
    var verbs: Set<String>
    /// «¿Puedes olvidar…?»
    var mayAsk = false
    /// «Quiero borrar…» is what the person does, unless it says where.
    var isWish = false
    /// «No recuerdes…»
    var isDenied = false
    var isDeletion: Bool?
    /// "Drop my pin" may mean one on a map.
    var isVague = false
  }

  private static let courtesies = Vocabulary.set(
    """
    por favor porfa porfavor ahora oye sarai please pls hey now just ya y and ok okay vale bueno well hola hi hello so pues venga
    mejor anda eh buenas gracias thanks mas plz
    """)
  private static let closers = Vocabulary.set(
    """
    por favor porfa porfi porfavor please pls plz gracias thanks thank you sarai ya now anda vale ok okay eh muchas anymore cuanto
    """)
  private static let endings = phrases(
    """
    de tu memoria|de la memoria|from your memory|from memory|from the memory|para siempre|del todo|por completo|ahora mismo
    for good|forever|completely|right now|any more|mas|nunca mas|any longer|cuanto antes|de una vez|if you can|si puedes
    if you do not mind|si no te importa
    """)
  private static let momentary = phrases(
    """
    momento|un segundo|un rato|un ratito|por ahora|por hoy|un instante|un minuto|de momento|for a second|for a sec|for a moment
    for a minute|for now|for a bit|for a while|for today|a second|a moment|for once|por una vez|por un dia|for a day
    """
  ).map { $0.joined(separator: " ") }
  private static let reasons = phrases(
    """
    ya no|no me hace falta|no la necesito|no lo necesito|i do not need|i do not use|i no longer|it is no longer|it 's no longer
    i do not want it|i do not want you to|no quiero que lo|no quiero que la|no quiero que los
    """)
  private static let joints: Set = ["y", "e", "and", "ni", "o", "or"]
  private static let beginnings = Vocabulary.set(
    """
    mi mis nuestro nuestra nuestros nuestras el la los las a al lo que donde como cuando cual cuales quien quienes cuanto cuantos
    cuanta cuantas todo toda todos todas tambien my our the that what where how when who which whose all everything about also
    """)

  private static func phrases(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
  }

  private static let leads: [Lead] = {
    let deleting = Vocabulary.set("borrar eliminar suprimir")
    let keeping = Vocabulary.set("recuerdes guardes conserves memorices")
    func list(_ leads: String, _ verbs: Set<String>, _ change: (inout Lead) -> Void = { _ in }) -> [Lead] {
      leads.split(separator: "|", omittingEmptySubsequences: false).map {
        var lead = Lead(words: $0.split(separator: " ").map(String.init), verbs: verbs)
        change(&lead)
        return lead
      }
    }
    let all: [[Lead]] = [
      list(
        "quiero que|quisiera que|necesito que|me gustaria que|te pido que|prefiero que|quiero que te",
        Vocabulary.set("olvides olvide borres borre elimines elimine suprimas")),
      list(
        "haz el favor de|hazme el favor de|puedes|podrias|me puedes|puede|podria|quieres",
        deleting.union(["olvidar", "olvidarte", "olvidarlo", "borrarlo", "borrarme"])
      ) { $0.mayAsk = true },
      list("quiero|quisiera|necesito|me gustaria", deleting) { $0.isWish = true },
      list(
        "can you|could you|would you|will you|can you please|could you please|would you please",
        ["forget", "delete", "erase", "remove"]
      ) { $0.mayAsk = true },
      list("can u|could u|you should|you can|you must", ["forget", "delete", "erase", "remove"]) { $0.mayAsk = true },
      list("i want you to|i need you to|i would like you to", ["forget", "delete", "erase", "remove"]),
      list("i want to|i need to|i would like to", ["delete", "erase", "remove"]) { $0.isWish = true },
      list("no|ya no|no quiero que|ya no quiero que|no hace falta que|ya no hace falta que", keeping) {
        $0.isDenied = true
        $0.isDeletion = false
      },
      list("deja de|quiero que dejes de", ["recordar", "guardar", "memorizar"]) {
        $0.isDenied = true
        $0.isDeletion = false
      },
      list(
        """
        do not|i do not want you to|i no longer want you to|you do not need to|you do not have to|no need to
        """, ["remember", "keep", "store"]
      ) {
        $0.isDenied = true
        $0.isDeletion = false
      },
      list("stop", ["remembering", "keeping", "storing"]) {
        $0.isDenied = true
        $0.isDeletion = false
      },
      list("", ["drop", "clear", "purge", "ditch"]) { $0.isVague = true },
      list(
        "",
        Vocabulary.set(
          """
          olvida olvidate olvidalo olvidese borra borre borrame borralo elimina elimine eliminame eliminalo suprime quita quitame wipe
          forget delete erase remove olvia olvda olbida ovida ovlida olvdia olvid forgt froget foget forgte forgett
          """)),
    ]
    return all.flatMap { $0 }
  }()
}

/// «Esto no lo apuntes», "don't remember this": what a turn that says so tells is not kept.
package enum Unkept {
  /// Whether a text asks that nothing of it be kept.
  package static func isAsked(in text: String, language: Language) -> Bool {
    guard text.utf8.count <= 4000 else { return false }
    let text = OwnWords.text(text)
    let language = LanguageGuess.language(of: text, fallback: language)
    return isAsked(Tokenizer.sentences(of: text, in: language))
  }

  static func isAsked(_ sentences: [Sentence]) -> Bool {
    sentences.contains { sentence in
      let words = sentence.words
      return words.indices.contains { isAsked(words[$0...], before: $0 > 0 ? words[$0 - 1] : nil) }
    }
  }

  private static func isAsked(_ words: ArraySlice<Word>, before: Word?) -> Bool {
    let folded = words.prefix(8).map(\.folded)
    func isClosed(after count: Int) -> Bool {
      guard folded.count > count else { return true }
      let next = words[words.startIndex + count]
      return next.kind == .sign || closing.contains(next.folded)
    }
    for lead in [["no"], ["no", "hace", "falta", "que"], ["no", "quiero", "que"], ["que", "no"], ["sin", "que"]]
    where folded.starts(with: lead) {
      let rest = Array(folded.dropFirst(lead.count))
      if rest.count > 1, ["lo", "la", "los", "las"].contains(rest[0]), spanish.contains(rest[1]) {
        return isClosed(after: lead.count + 2)
      }
      if rest.count > 1, spanish.contains(rest[0]), ["esto", "eso"].contains(rest[1]) {
        return isClosed(after: lead.count + 2)
      }
    }
    guard before == nil || before?.kind == .sign || leading.contains(before?.folded ?? "") else { return false }
    if folded.starts(with: ["off", "the", "record"]) { return true }
    for lead in [
      ["do", "not"], ["you", "do", "not", "need", "to"], ["you", "do", "not", "have", "to"], ["no", "need", "to"],
    ]
    where folded.starts(with: lead) {
      let rest = Array(folded.dropFirst(lead.count))
      return rest.count > 1 && english.contains(rest[0]) && ["this", "that", "it"].contains(rest[1])
        && isClosed(after: lead.count + 2)
    }
    return false
  }

  private static let spanish = Vocabulary.set(
    "recuerdes apuntes guardes anotes memorices aprendas registres conserves retengas")
  private static let english = Vocabulary.set("remember save store note write keep record memorize memorise learn")
  private static let closing = Vocabulary.set(
    "pero but por please down anywhere vale ok eh anda porfa en in to y and que because porque")
  private static let leading = Vocabulary.set("please but and so just sarai pls hey ok okay")
}
