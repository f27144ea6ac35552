import SaraiCore

/// Words as questions and names write them, made comparable.
enum Words {
  /// Lower case, without accents.
  static func fold(_ text: some StringProtocol) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars where !Folding.isAccent(scalar) {
      result.append(Folding.base(of: scalar) ?? scalar)
    }
    return String(result)
  }

  /// `fechaAlta` and `fecha_alta` as ["fecha", "alta"].
  static func words(ofName name: String) -> [String] {
    var words: [String] = []
    var word = ""
    var wasLower = false
    for character in name {
      guard character.isLetter || character.isNumber else {
        if !word.isEmpty { words.append(word) }
        word = ""
        wasLower = false
        continue
      }
      if character.isUppercase, wasLower {
        words.append(word)
        word = ""
      }
      wasLower = character.isLowercase || character.isNumber
      word.append(character)
    }
    if !word.isEmpty { words.append(word) }
    return words.map { fold($0) }
  }

  /// The word and what it could be the plural of.
  static func stems(_ word: String) -> Set<String> {
    var stems: Set = [word]
    guard word.count > 3 else { return stems }
    if word.hasSuffix("s") { stems.insert(String(word.dropLast())) }
    if word.hasSuffix("es") { stems.insert(String(word.dropLast(2))) }
    if word.hasSuffix("ces") { stems.insert(word.dropLast(3) + "z") }
    if word.hasSuffix("ies") { stems.insert(word.dropLast(3) + "y") }
    return stems
  }

  /// Whether a word looks like a plural; "class" and "bus" do not.
  static func isPlural(_ word: String) -> Bool {
    word.count > 3 && word.hasSuffix("s") && !["ss", "us", "is"].contains { word.hasSuffix($0) }
  }

  /// One spelling for singular and plural; not a word that anyone writes.
  static func key(_ word: String) -> String {
    guard word.count > 3 else { return word }
    if word.hasSuffix("ces") { return word.dropLast(3) + "z" }
    if word.hasSuffix("ies") { return word.dropLast(3) + "y" }
    var key = word[...]
    if key.hasSuffix("s") { key = key.dropLast() }
    if key.hasSuffix("e") { key = key.dropLast() }
    return String(key)
  }

  /// Whether two rows of words say the same, number apart.
  static func matches(_ left: [String], _ right: [String]) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { !stems($0).isDisjoint(with: stems($1)) }
  }

  /// The same, with what the words mean in the other language.
  static func means(_ left: [String], _ right: [String]) -> Bool {
    left.count == right.count
      && zip(left, right).allSatisfy {
        !stems($0).isDisjoint(with: stems($1)) || !Synonyms.concepts($0).isDisjoint(with: Synonyms.concepts($1))
      }
  }

  /// "cliente" for `cliente_id`, `id_cliente` and `clienteId`; nil for other names.
  static func entity(ofKey name: String) -> String? {
    let words = words(ofName: name)
    guard words.count == 2 else { return nil }
    if words[1] == "id" { return words[0] }
    return words[0] == "id" ? words[1] : nil
  }
}
