import SaraiCore

/// Reads SKILL.md in the open format of https://agentskills.io/specification.
///
/// Frontmatter in that format has texts only: what looks like a number is the text as it is written.
struct SkillCardReader {
  static let maxFileBytes = 1 << 20
  static let maxFrontmatterBytes = 64 << 10

  struct Result {
    var card: InstalledSkill.Card
    var instructions: String
    /// What is unusual and does no harm.
    var remarks: [Localized]
  }

  /// - Parameters:
  ///   - text: The whole file.
  ///   - file: Its path, for messages.
  ///   - folderName: What the skill has to be called; nil where that is not to be compared.
  /// - Throws: `corruptFile`, `tooLarge`.
  static func read(_ text: String, file: String, folderName: String?) throws(SaraiError) -> Result {
    let (frontmatter, instructions) = try split(text, file: file)
    var fields = try SkillMapping(YAMLReader.read(frontmatter, file: file, firstLine: 2), file: file)
    let name = try name(&fields, folderName: folderName)
    let description = try description(&fields)
    let card = InstalledSkill.Card(
      name: name, description: description, license: try scalar(&fields, "license", maxLength: 1024),
      compatibility: try scalar(&fields, "compatibility", maxLength: 500), metadata: try metadata(&fields),
      allowedTools: try allowedTools(&fields))
    return Result(card: card, instructions: instructions, remarks: fields.rest.map { unknown($0, file: file) })
  }

  /// The frontmatter between its two lines of `---`, and what follows.
  private static func split(_ text: String, file: String) throws(SaraiError) -> (String, String) {
    let text = text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text
    func isFence(_ line: Substring) -> Bool {
      line.hasPrefix("---") && line.dropFirst(3).allSatisfy { $0 == " " || $0 == "\t" }
    }
    // A carriage return and a line feed are one Character.
    let lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
    guard let first = lines.first, isFence(first) else {
      throw SkillFault.error(
        file, 1, "", es: "debe empezar por una línea «---» y los datos de la habilidad (name, description)",
        en: "it has to begin with a line \"---\" and the skill's data (name, description)")
    }
    guard let end = lines.dropFirst().firstIndex(where: isFence) else {
      throw SkillFault.error(
        file, 1, "", es: "falta la segunda línea «---», que cierra los datos de la habilidad",
        en: "the second line \"---\", which ends the skill's data, is missing")
    }
    let frontmatter = lines[1..<end].joined(separator: "\n") + "\n"
    guard frontmatter.utf8.count <= maxFrontmatterBytes else {
      throw SaraiError(
        .tooLarge, es: "\(file): los datos del principio pasan de \(maxFrontmatterBytes >> 10) KiB; recórtalos.",
        en: "\(file): the data at its beginning is more than \(maxFrontmatterBytes >> 10) KiB; shorten it.",
        subject: file)
    }
    let body = lines[(end + 1)...].joined(separator: "\n")
    return (frontmatter, String(body.trimmingPrefix(while: \.isWhitespace)))
  }

  private static func name(_ fields: inout SkillMapping, folderName: String?) throws(SaraiError) -> String {
    let line = fields.rest.first { $0.key == "name" }?.line
    guard let name = try scalar(&fields, "name", maxLength: 64) else {
      throw fields.missing("name", es: "di cómo se llama la habilidad", en: "say what the skill is called")
    }
    guard SkillName.isValid(name) else {
      let shown = SkillFault.shown(name)
      throw SkillFault.error(
        fields.file, line, "name", es: "«\(shown)» no vale; \(SkillName.rule.es)",
        en: "\"\(shown)\" is not valid; \(SkillName.rule.en)")
    }
    if let folderName, folderName != name {
      let shown = SkillFault.shown(folderName)
      throw SkillFault.error(
        fields.file, line, "name",
        es: "la habilidad se llama «\(name)» y su carpeta «\(shown)»: llama «\(name)» a la carpeta",
        en: "the skill is called \"\(name)\" and its folder \"\(shown)\": call the folder \"\(name)\"")
    }
    return name
  }

  private static func description(_ fields: inout SkillMapping) throws(SaraiError) -> String {
    guard let description = try scalar(&fields, "description", maxLength: 1024) else {
      throw fields.missing(
        "description", es: "di qué hace la habilidad y cuándo usarla", en: "say what the skill does and when to use it")
    }
    return description
  }

  /// A text, counted in characters as the format counts them: in Unicode scalars.
  private static func scalar(
    _ fields: inout SkillMapping, _ key: String, maxLength: Int
  ) throws(SaraiError) -> String? {
    guard let value = fields.take(key) else { return nil }
    guard case .scalar(let scalar) = value else {
      throw fields.fault(value, key, es: "se espera un texto", en: "a text is expected")
    }
    let text = trimmed(scalar.text)
    guard !text.isEmpty else {
      throw fields.fault(value, key, es: "está vacío", en: "it is empty")
    }
    guard text.unicodeScalars.count <= maxLength else {
      throw fields.fault(
        value, key, es: "tiene \(text.unicodeScalars.count) caracteres y caben \(maxLength)",
        en: "it has \(text.unicodeScalars.count) characters, and there is room for \(maxLength)")
    }
    return text
  }

  private static func metadata(_ fields: inout SkillMapping) throws(SaraiError) -> [String: String] {
    guard let value = fields.take("metadata") else { return [:] }
    guard case .mapping(let members, _) = value else {
      throw fields.fault(
        value, "metadata", es: "se espera un grupo de claves y textos", en: "a group of keys and texts is expected")
    }
    var metadata: [String: String] = [:]
    for member in members {
      guard case .scalar(let scalar) = member.value else {
        throw SkillFault.error(
          fields.file, member.line, "metadata.\(SkillFault.shown(member.key))", es: "se espera un texto",
          en: "a text is expected")
      }
      metadata[member.key] = scalar.text
    }
    return metadata
  }

  /// A text of tools between spaces, or a list of texts.
  private static func allowedTools(_ fields: inout SkillMapping) throws(SaraiError) -> String? {
    guard let value = fields.take("allowed-tools") else { return nil }
    switch value {
    case .scalar(let scalar): return trimmed(scalar.text)
    case .list(let items, _):
      var tools: [String] = []
      for item in items {
        guard case .scalar(let scalar) = item else {
          throw fields.fault(item, "allowed-tools", es: "se espera un texto", en: "a text is expected")
        }
        tools.append(scalar.text)
      }
      return tools.joined(separator: " ")
    case .mapping:
      throw fields.fault(
        value, "allowed-tools", es: "se espera un texto o una lista de textos",
        en: "a text or a list of texts is expected")
    }
  }

  /// The format's own validator refuses other keys, and its guide for clients asks them to load such skills all the
  /// same: they were written for other clients, and mean nothing here.
  private static func unknown(_ member: YAMLValue.Member, file: String) -> Localized {
    let key = SkillFault.shown(member.key)
    let known = ["name", "description", "license", "compatibility", "metadata", "allowed-tools"]
    let meant = NearestName.find(member.key, among: known)
    return Localized(
      es: "\(file), línea \(member.line): la clave «\(key)» no es del formato y no se mira"
        + (meant.map { "; ¿querías decir «\($0)»?" } ?? "."),
      en: "\(file), line \(member.line): the key \"\(key)\" is not part of the format and is not looked at"
        + (meant.map { "; did you mean \"\($0)\"?" } ?? "."))
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text.trimmingPrefix(while: \.isWhitespace))
  }
}
