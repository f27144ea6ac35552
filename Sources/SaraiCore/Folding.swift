/// One spelling for letters that people type with and without accents.
package enum Folding {
  /// The letter of the Latin alphabet beneath an accent, in the same case; nil for every other character.
  package static func base(of scalar: Unicode.Scalar) -> Unicode.Scalar? { bases[scalar] }

  /// Accents that stand alone or follow their letter, as decomposed text has them.
  package static func isAccent(_ scalar: Unicode.Scalar) -> Bool {
    (0x300...0x36F).contains(scalar.value) || scalar.value == 0xB4 || scalar.value == 0xA8
  }

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
