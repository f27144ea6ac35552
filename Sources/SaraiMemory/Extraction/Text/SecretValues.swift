import SaraiCore

/// Values of secrets, which are kept letter by letter: «24-8-31» is no date, and «tom y jerry» are not two.
///
/// While a turn is read, a word that no rule takes apart stands for each of them.
struct SecretValues: Sendable {
  /// The turn with the words that stand for the values.
  private(set) var text: String
  private var values: [(word: String, value: String)] = []

  /// - Complexity: O(n).
  init(in typed: String = "") {
    text = typed
    guard typed.utf8.count <= Self.longestText else { return }
    var lines: [String] = []
    for line in typed.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      lines.append(read(String(line)))
    }
    text = lines.joined(separator: "\n")
  }

  /// The words that stand for values.
  var words: [String] { values.map(\.word) }

  /// A text with the values in place of the words that stand for them.
  func restored(_ text: String) -> String {
    guard text.contains(Self.mark) else { return text }
    return values.reversed().reduce(text) { $0.replacing($1.word, with: $1.value) }
  }

  private static let longestText = 4000
  private static let longestValue = 120
  private static let mark = "zq0secret"

  // MARK: reading

  private mutating func read(_ line: String) -> String {
    var result = ""
    var rest = line[...]
    while let range = Self.value(in: rest) {
      let word = Self.mark + String(values.count)
      values.append((word, String(rest[range])))
      result += rest[..<range.lowerBound] + word
      rest = rest[range.upperBound...]
    }
    return result + rest
  }

  /// Where the first value stands: after «mi clave del trastero es», "the wifi password is now", "PIN:".
  private static func value(in line: Substring) -> Range<String.Index>? {
    let tokens = line.split(whereSeparator: \.isWhitespace)
    for place in tokens.indices where nouns.contains(bare(tokens[place])) {
      guard let start = valueStart(tokens, place), start < tokens.count else { continue }
      let end = valueEnd(tokens, start)
      guard end > start, isLiteral(tokens[start..<end], isLast: end == tokens.count) else { continue }
      let range = tokens[start].startIndex..<upperBound(tokens[end - 1], isLast: end == tokens.count)
      if line[range].count <= longestValue, !range.isEmpty { return range }
    }
    return nil
  }

  private static func bare(_ token: Substring) -> String {
    Fold.text(token.drop { !$0.isLetter && !$0.isNumber }.prefix { $0.isLetter || $0.isNumber })
  }

  /// Where the value begins: after the verb that follows the noun, or a colon.
  private static func valueStart(_ tokens: [Substring], _ noun: Int) -> Int? {
    var place = noun
    while place < tokens.count, place - noun < 10 {
      let token = tokens[place]
      if token.hasSuffix(":") || token == "=" { return place + 1 }
      if token.hasSuffix(",") {
        // «He cambiado la clave del wifi, ahora es…»
        let next = place + 1 < tokens.count ? Fold.text(tokens[place + 1]) : ""
        guard ["ahora", "y", "now", "and", "it's", "it", "es", "is"].contains(next) else { return nil }
      } else if place > noun || token.contains(where: { ".!?;".contains($0) }) {
        if token.contains(where: { ".!?;".contains($0) }) { return nil }
        let word = Fold.text(token).replacing("’", with: "'")
        if verbs.contains(word) {
          if ["ha", "has", "was", "got"].contains(word) {
            guard place + 2 < tokens.count, ["cambiado", "changed"].contains(Fold.text(tokens[place + 1])),
              ["a", "to"].contains(tokens[place + 2])
            else { return nil }
            return place + 3
          }
          return afterVerb(tokens, place + 1)
        }
        if word == "que" || word == "is" || word == "that" { return nil }
      }
      place += 1
    }
    return nil
  }

  /// «es ahora», «es el 4471», «es: …»
  private static func afterVerb(_ tokens: [Substring], _ start: Int) -> Int {
    guard start + 1 < tokens.count else { return start }
    let word = Fold.text(tokens[start])
    if ["now", "ahora", "now:", "ahora:"].contains(word) { return afterVerb(tokens, start + 1) }
    let isNumber = tokens[start + 1].contains(where: \.isNumber)
    return ["el", "la"].contains(word) && isNumber ? start + 1 : start
  }

  /// Where the sentence or its next clause begins.
  private static func valueEnd(_ tokens: [Substring], _ start: Int) -> Int {
    var place = start
    while place < tokens.count {
      let token = tokens[place]
      let word = Fold.text(token)
      if place > start {
        let left = tokens.count - place - 1
        if enders.contains(word) { return place }
        if ["y", "and"].contains(word), left > 2 || (left > 0 && clauses.contains(bare(tokens[place + 1]))) {
          return place
        }
        if ["por", "a"].contains(word), left > 0, ["favor", "partir"].contains(bare(tokens[place + 1])) {
          return place
        }
      }
      if place + 1 < tokens.count {
        if token.hasSuffix(",") || token.hasSuffix(";") || token.hasSuffix(".") { return place + 1 }
        if token.last.map({ "!?".contains($0) }) == true, tokens[place + 1].first?.isUppercase == true {
          return place + 1
        }
      }
      place += 1
    }
    return place
  }

  /// Without the comma or the full stop that belongs to the sentence.
  private static func upperBound(_ token: Substring, isLast: Bool) -> String.Index {
    guard let last = token.last, token.count > 1 else { return token.endIndex }
    let before = token[token.index(before: token.endIndex)...].startIndex
    if !isLast, ",;.!?".contains(last) { return before }
    let previous = token[token.index(before: before)]
    return last == "." && (previous.isLetter || previous.isNumber) ? before : token.endIndex
  }

  /// Whether it is the value itself rather than something said of it: «es muy segura», "is in the drawer".
  private static func isLiteral(_ tokens: ArraySlice<Substring>, isLast: Bool) -> Bool {
    guard let first = tokens.first, let last = tokens.last else { return false }
    if isLast, last.hasSuffix("?") { return false }
    let word = bare(first)
    if tokens.count > 1 { return !describing.contains(word) && !said.contains(word) }
    return !said.contains(word)
  }

  // MARK: words

  private static let nouns = Vocabulary.set(
    "clave claves contrasena contrasenya pin codigo password passcode passphrase code combination combinacion puk cvv iban"
  )
  private static let verbs = Vocabulary.set("es is it's its ha has was got sera seria")
  private static let enders = Vocabulary.set(
    "pero but porque because desde since hasta until porfa please gracias thanks aunque although")
  private static let clauses = Vocabulary.set(
    """
    el la los las mi mis tu tus su un una me se no ya ahora vivo tengo soy estoy the my his her our your a an i he she we it that
    """)
  private static let describing = Vocabulary.set(
    """
    muy tan bastante demasiado mas menos de del para por con en que lo algo la el un una igual facil dificil mia mio suya tuya
    very too so quite rather in on under with at about behind inside next by for from not no the a an same easy hard
    your his her their our mine no nunca siempre
    """)
  private static let said = Vocabulary.set(
    """
    correcta correcto incorrecta incorrecto segura seguro insegura secreta secreto larga corta nueva vieja debil caducada mia tuya
    wrong expired incorrect correct right secure safe weak strong secret long short new old mine yours
    """)
}
