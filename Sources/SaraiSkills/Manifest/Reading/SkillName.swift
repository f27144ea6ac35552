package import SaraiCore

/// Names of skills, by the rules of https://agentskills.io/specification.
package enum SkillName {
  /// 1 to 64 of `a`–`z`, `0`–`9` and `-`; no hyphen at the ends, nor two in a row.
  package static func isValid(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && !name.hasPrefix("-") && !name.hasSuffix("-") && !name.contains("--")
      && name.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
      }
  }

  static let rule = Localized(
    es: "un nombre lleva de 1 a 64 letras minúsculas sin acento, cifras y guiones, sin guion al principio, al final "
      + "ni dos seguidos",
    en: "a name has 1 to 64 small letters without accents, digits and hyphens, with no hyphen at the beginning or "
      + "the end, nor two in a row")

  /// - Throws: `invalidRequest`.
  package static func check(_ name: String) throws(SaraiError) {
    guard !isValid(name) else { return }
    let shown = SkillFault.shown(name)
    throw SaraiError(
      .invalidRequest, es: "«\(shown)» no vale como nombre de habilidad: \(rule.es).",
      en: "\"\(shown)\" is not valid as a skill's name: \(rule.en).", subject: "name")
  }
}
