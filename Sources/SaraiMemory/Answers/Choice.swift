import SaraiCore

/// What a turn says to the question which of several things was meant.
package enum Choice: Sendable, Hashable {
  case all
  case none
  /// By their place among those that were named, from 0.
  case only([Int])
  case except([Int])
}

/// Reads the answer to «¿Cuál olvido?» or «¿Cuál es la correcta?».
package struct ChoiceReader: Sendable {
  package enum Purpose: Sendable, Hashable {
    case forgetting, correcting
  }

  /// How many things were named.
  private let count: Int
  private let purpose: Purpose

  package init(count: Int, purpose: Purpose) {
    self.count = count
    self.purpose = purpose
  }

  private static let mostBytes = 240

  /// Nil for a turn that answers nothing of the kind: it is a turn as any other then.
  ///
  /// - Parameter named: The places of what is named by some words, as they were typed; none where they name nothing, or
  ///   all that there is.
  /// - Throws: What `named` throws.
  package func choice(in text: String, named: (String) throws -> [Int]) rethrows -> Choice? {
    guard count > 1, text.utf8.count <= Self.mostBytes, !text.contains("?") else { return nil }
    let words = text.split { !($0.isLetter || $0.isNumber || $0 == "'" || $0 == "’") }.map(String.init)
    guard !words.isEmpty, words.count <= 16 else { return nil }
    return try choice(words[...], named)
  }

  private func choice(_ typed: ArraySlice<String>, _ named: (String) throws -> [Int]) rethrows -> Choice? {
    var words = typed
    func folded() -> [String] { words.map { Fold.text($0).replacing("’", with: "'") } }
    func drop(_ leads: [[String]]) -> Bool {
      let said = folded()
      guard let lead = leads.filter({ said.count > $0.count && said.starts(with: $0) }).max(by: { $0.count < $1.count })
      else { return false }
      words = words.dropFirst(lead.count)
      return true
    }
    while drop(Self.courtesies) {}
    while let end = Self.closers.first(where: { folded().count > $0.count && folded().suffix($0.count) == $0[...] }) {
      words = words.dropLast(end.count)
    }
    if Self.nothing.contains(folded()) || purpose == .forgetting && Self.refusals.contains(folded()) {
      return Choice.none
    }
    let isRequest = purpose == .forgetting && drop(Self.requests)
    // «Olvida todo» may mean all that there is.
    if isRequest, Self.wholes.contains(folded()) { return nil }
    if isAll(folded()) { return .all }
    if let place = folded().firstIndex(where: Self.exceptions.contains), place > 0, isAll(Array(folded()[..<place])) {
      var rest = words.dropFirst(place + 1)
      if rest.first.map({ Fold.text($0) }) == "for" { rest = rest.dropFirst() }
      guard case .only(let places)? = try choice(rest, named) else { return nil }
      return .except(places)
    }
    if purpose == .correcting {
      if drop(Self.denials) {
        return try places(words, named).map { .except($0) }
      }
      if words.count > 1, ["no", "not"].contains(folded().last) {
        return try places(words.dropLast(), named).map { .except($0) }
      }
      _ = drop(Self.confirmations)
    }
    return try places(words, named).map { .only($0) }
  }

  private func isAll(_ words: [String]) -> Bool {
    if Self.everything.contains(words) { return true }
    if Self.pairs.contains(words) { return count == 2 }
    return Self.triples.contains(words) && count == 3
  }

  private func places(_ words: ArraySlice<String>, _ named: (String) throws -> [Int]) rethrows -> [Int]? {
    guard !words.isEmpty else { return nil }
    var found: [Int] = []
    for part in words.split(whereSeparator: { ["y", "e", "and"].contains(Fold.text($0)) }) {
      guard let place = ordinal(part.map { Fold.text($0) }) else {
        let all = try named(words.joined(separator: " "))
        return all.isEmpty ? nil : all
      }
      found.append(place)
    }
    return found.isEmpty ? nil : found
  }

  private func ordinal(_ words: [String]) -> Int? {
    var words = words
    while let first = words.first, words.count > 1, Self.articles.contains(first) { words.removeFirst() }
    if words.count > 1, ["one", "cosa", "opcion"].contains(words.last) { words.removeLast() }
    guard words.count == 1, let word = words.first else { return nil }
    if ["ultima", "ultimo", "last", "latter"].contains(word) { return count - 1 }
    let place = Int(word).map { $0 - 1 } ?? Self.ordinals.firstIndex { $0.contains(word) }
    return place.flatMap { (0..<count).contains($0) ? $0 : nil }
  }

  private static func phrases(_ text: String) -> [[String]] {
    text.split(whereSeparator: { $0 == "|" || $0.isNewline }).map { $0.split(separator: " ").map(String.init) }
  }

  private static let articles: Set = [
    "la", "el", "lo", "los", "las", "the", "numero", "number", "opcion", "option", "de", "of",
  ]
  private static let ordinals: [Set<String>] = [
    ["primera", "primero", "first", "former", "uno", "una", "one"], ["segunda", "segundo", "second", "dos", "two"],
    ["tercera", "tercero", "third", "tres", "three"], ["cuarta", "cuarto", "fourth", "cuatro", "four"],
    ["quinta", "quinto", "fifth", "cinco", "five"], ["sexta", "sexto", "sixth", "seis", "six"],
  ]
  private static let courtesies = phrases(
    """
    pues|vale|ok|okay|oye|sarai|por favor|porfa|please|well|bueno|hombre|a ver|mmm|eh|solo|only|just|creo que|i think|yo diria
    mejor|perdona|perdon|sorry|gracias|thanks|thank you|si|yes|sure|claro
    """)
  private static let closers = phrases("por favor|porfa|please|gracias|thanks|thank you|sarai|vale|ok|nada mas|anda")
  private static let requests = phrases(
    """
    olvida|olvidate de|olvidalas|olvidalos|borra|borralas|borralos|elimina|eliminalas|eliminalos|quita|quitalas|quitalos
    forget|delete|remove|erase|forget about|puedes olvidar|quiero que olvides|que olvides
    """)
  private static let nothing = Set(
    phrases(
      """
      ninguna|ninguno|ninguna de ellas|ninguno de ellos|ninguna de las dos|ninguno de los dos|ninguna de las tres
      ninguna de esas|ninguna es correcta|ninguna es la correcta|ninguna de las dos es correcta|ni una ni otra
      ni la una ni la otra|none|none of them|none of those|none of these|neither|neither one|neither of them
      neither of those|neither is right|neither is correct|none is right|no ninguna|no ninguno
      """))
  /// Of the question what to forget.
  private static let refusals = Set(
    phrases(
      """
      no|nada|nope|no gracias|no thanks|nothing|dejalo|dejalo estar|dejalo asi|olvidalo|never mind|nevermind|forget it|cancela
      cancelar|cancel|da igual|no importa|mejor no|no olvides nada|no olvides ninguna|no borres nada|stop|don't|do not
      do not forget anything|don't forget anything|no mejor no|leave it|leave them
      """))
  private static let wholes = Set(phrases("todo|everything|all|todo lo que sabes|todo lo que te dije"))
  private static let everything = Set(
    phrases(
      """
      todas|todos|todo|todas ellas|todos ellos|todas las cosas|todas esas|todo eso|all|all of them|all of those|all of it
      everything|every one|every one of them|the lot|them all|todas son correctas|todas valen|all are right
      """))
  private static let pairs = Set(
    phrases(
      """
      las dos|los dos|ambas|ambos|las dos cosas|ambas cosas|both|both of them|both of those|the two|las dos son correctas
      las dos valen|valen las dos|ambas son correctas|both are right|both are correct|en los dos|en las dos|en ambas|en ambos
      son correctas las dos|son las dos|in both
      """))
  private static let triples = Set(phrases("las tres|los tres|all three|the three|the three of them"))
  private static let exceptions: Set = ["menos", "excepto", "salvo", "but", "except"]
  private static let denials = phrases(
    """
    no es la de|no es el de|no es en|no es|no en|no la|no lo de|it is not in|it is not|it's not in|it's not|it isn't in
    it isn't|not in|not the|not|ya no es|ya no
    """)
  private static let confirmations = phrases(
    """
    la correcta es|lo correcto es|el correcto es|la buena es|el bueno es|la verdadera es|es la de|es el de|es en|es
    the correct one is|the right one is|it is in|it is|it's in|it's|la de|el de|lo de|lo bueno es
    """)
}

/// Two facts of which only one should hold, and of which the person said that both do.
extension Fact {
  static let confidenceBesideOthers = 0.97

  var holdsBesideOthers: Bool { abs(confidence - Self.confidenceBesideOthers) < 0.000_05 }
}
