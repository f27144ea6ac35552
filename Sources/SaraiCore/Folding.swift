/// One spelling for letters that people type with and without accents.
package enum Folding {
  /// The letter of the Latin alphabet beneath an accent, in the same case; nil for every other character.
  package static func base(of scalar: Unicode.Scalar) -> Unicode.Scalar? { bases[scalar] }

  /// Accents that stand alone or follow their letter, as decomposed text has them.
  package static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    (0x300...0x36F).contains(scalar.value) || scalar.value == 0xB4 || scalar.value == 0xA8
  }

  /// What is not seen and is no white space: control characters, marks of writing direction, spaces of no width.
  package static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    // What holds a zero byte is refused, not mended.
    if scalar.value < 0x7F { return (1..<0x20).contains(scalar.value) && !(9...13).contains(scalar.value) }
    switch scalar.properties.generalCategory {
    case .control: return scalar.value != 0x85
    case .format: return true
    default: return false
    }
  }

  /// A text as it is seen: without invisible characters and the sequences by which terminals are told colours.
  ///
  /// What joins the parts of one picture, or letters of scripts that need it, stays.
  /// - Complexity: O(n).
  package static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isInvisible) else { return text }
    var kept = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard isInvisible(scalar) else {
        kept.append(scalar)
        continue
      }
      if scalar.value == 0x1B, rest.first == "[" {
        let end = rest.dropFirst().prefix(maxSequence).firstIndex { (0x40...0x7E).contains($0.value) }
        if let end { rest = rest[rest.index(after: end)...] }
      }
      let isJoint = scalar.value == 0x200C || scalar.value == 0x200D
      if isJoint, let before = kept.last, before.value >= 0x590 { kept.append(scalar) }
    }
    return String(kept)
  }

  /// Longer than any sequence that terminals know.
  private static let maxSequence = 32

  private static let bases: [Unicode.Scalar: Unicode.Scalar] = {
    let letters: [(Unicode.Scalar, String)] = [
      ("a", "áàäâãåāă"), ("e", "éèëêēĕė"), ("i", "íìïîīĭ"), ("o", "óòöôõøō"), ("u", "úùüûūŭ"), ("n", "ñńň"),
      ("c", "çćč"),
      ("y", "ýÿ"),
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for (plain, accented) in letters {
      for scalar in accented.unicodeScalars {
        table[scalar] = plain
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        if upper.count == 1, let upper = upper.first { table[upper] = Unicode.Scalar(plain.value - 32) }
      }
    }
    return table
  }()
}
