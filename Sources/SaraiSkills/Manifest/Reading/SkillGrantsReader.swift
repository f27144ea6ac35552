package import SaraiCore

/// Reads the `grants` of a skill.yaml.
enum SkillGrantsReader {
  static let maxGrants = 64
  /// The roles that SARAi's models have, as `SaraiModels` names them.
  static let roles = ["expert_short", "expert_long", "tiny", "draft", "embeddings"]

  static func read(_ section: inout SkillMapping, skill: String, home: String?) throws(SaraiError) -> SkillGrants {
    var grants = SkillGrants()
    for (index, item) in try section.list("files", maxCount: maxGrants).enumerated() {
      grants.files.append(try file(item, section, "files[\(index)]", home: home))
    }
    try checkDistinct(grants.files.map(\.path), section, "files")
    for host in try section.texts("network", maxCount: maxGrants) {
      grants.network.append(try HostPort.read(host.text, file: section.file, line: host.line))
    }
    try checkDistinct(grants.network, section, "network")
    for role in try section.texts("models", maxCount: roles.count) {
      guard roles.contains(role.text) else {
        throw unknown(role, "models", section, among: roles, es: "el papel de modelo", en: "model role")
      }
      grants.models.append(role.text)
    }
    try checkDistinct(grants.models, section, "models")
    for other in try section.texts("skills", maxCount: maxGrants) {
      grants.skills.append(try self.skill(other, section, own: skill))
    }
    try checkDistinct(grants.skills, section, "skills")
    grants.memory = try section.choice("memory") ?? .none
    try section.finish()
    return grants
  }

  /// A path, or `path:` with `write:`.
  private static func file(
    _ value: YAMLValue, _ section: SkillMapping, _ key: String, home: String?
  ) throws(SaraiError) -> SkillGrants.File {
    let path: String
    var mayWrite = false
    if case .mapping = value {
      var fields = try SkillMapping(value, file: section.file, path: section.join(key))
      guard let text = try fields.text("path") else {
        throw fields.missing("path", es: "di qué archivo o carpeta", en: "say which file or folder")
      }
      path = text
      mayWrite = try fields.truth("write") ?? false
      try fields.finish()
    } else {
      path = try section.text(value, section.join(key))
    }
    do { return .init(path: try GrantPath.absolute(path, home: home), mayWrite: mayWrite) } catch {
      throw SkillFault.error(
        section.file, value.line, section.join(key), es: error.message.es, en: error.message.en)
    }
  }

  private static func skill(
    _ other: (text: String, line: Int), _ section: SkillMapping, own: String
  ) throws(SaraiError) -> String {
    guard SkillName.isValid(other.text) else {
      let shown = SkillFault.shown(other.text)
      throw SkillFault.error(
        section.file, other.line, section.join("skills"), es: "«\(shown)» no vale; \(SkillName.rule.es)",
        en: "\"\(shown)\" is not valid; \(SkillName.rule.en)")
    }
    guard other.text != own else {
      throw SkillFault.error(
        section.file, other.line, section.join("skills"),
        es: "una habilidad no se llama a sí misma: quítala de la lista",
        en: "a skill does not call itself: take it off the list")
    }
    return other.text
  }

  private static func unknown(
    _ item: (text: String, line: Int), _ key: String, _ section: SkillMapping, among known: [String], es: String,
    en: String
  ) -> SaraiError {
    let shown = SkillFault.shown(item.text)
    let meant = NearestName.find(item.text, among: known)
    let all = known.joined(separator: ", ")
    return SkillFault.error(
      section.file, item.line, section.join(key),
      es: "no existe \(es) «\(shown)»" + (meant.map { ": ¿querías decir «\($0)»?" } ?? "; se admite: \(all)"),
      en: "there is no \(en) \"\(shown)\"" + (meant.map { ": did you mean \"\($0)\"?" } ?? "; allowed are: \(all)"))
  }

  private static func checkDistinct(_ items: [String], _ section: SkillMapping, _ key: String) throws(SaraiError) {
    var seen: Set<String> = []
    for item in items where !seen.insert(item).inserted {
      let shown = SkillFault.shown(item)
      throw SkillFault.error(
        section.file, section.line, section.join(key), es: "«\(shown)» está dos veces",
        en: "\"\(shown)\" is there twice")
    }
  }
}

/// Paths of files that a skill may be granted.
package enum GrantPath {
  /// The path with `~/` replaced, checked, and without a slash at its end.
  ///
  /// A relative path would mean another file for whoever reads it, so it is refused.
  /// - Throws: `invalidRequest`, with a clause that has no full stop.
  package static func absolute(_ path: String, home: String?) throws(SaraiError) -> String {
    let shown = SkillFault.shown(path, maxLength: 200)
    func wrong(es: String, en: String) -> SaraiError {
      SaraiError(.invalidRequest, es: "«\(shown)»: \(es)", en: "\"\(shown)\": \(en)", subject: "files")
    }
    var full = path
    if path == "~" || path.hasPrefix("~/") {
      guard let home, home.hasPrefix("/") else {
        throw wrong(
          es: "no se sabe cuál es tu carpeta personal; escribe la ruta entera",
          en: "your home folder is unknown; write the whole path")
      }
      full = home + path.dropFirst()
    }
    while full.count > 1, full.hasSuffix("/") { full.removeLast() }
    guard full.hasPrefix("/"), full.utf8.count < 4096, !SkillFiles.hasControlCharacters(full) else {
      throw wrong(
        es: "una ruta es absoluta o empieza por ~/, y no lleva caracteres de control",
        en: "a path is absolute or begins with ~/, and has no control characters")
    }
    let parts = full.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    guard full != "/" else {
      throw wrong(es: "no se puede dar el disco entero", en: "the whole disk cannot be granted")
    }
    guard parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else {
      throw wrong(
        es: "una ruta no lleva «.», «..» ni barras de más", en: "a path has no \".\", \"..\" or superfluous slashes")
    }
    for system in ["/dev", "/proc", "/sys", "/run/sarai"] where full == system || full.hasPrefix(system + "/") {
      throw wrong(es: "lo que hay en \(system) no se puede dar", en: "what lies in \(system) cannot be granted")
    }
    return full
  }
}

/// `host:port`, as a grant of the network names it.
enum HostPort {
  /// The same in one spelling: small letters, a port without zeros in front.
  ///
  /// - Throws: `corruptFile`.
  static func read(_ text: String, file: String, line: Int) throws(SaraiError) -> String {
    guard let colon = text.lastIndex(of: ":"), let port = port(text[text.index(after: colon)...]),
      isHost(text[..<colon])
    else {
      let shown = SkillFault.shown(text)
      throw SkillFault.error(
        file, line, "grants.network",
        es: "«\(shown)» no es un servidor y un puerto, como ejemplo.org:443; no valen comodines ni direcciones web",
        en: "\"\(shown)\" is no server and port, such as example.org:443; wildcards and web addresses are not allowed")
    }
    return text[..<colon].lowercased() + ":\(port)"
  }

  private static func port(_ text: Substring) -> Int? {
    guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = Int(text), (1...65_535).contains(port)
    else { return nil }
    return port
  }

  /// A name of the domain name system, an IPv4 address (which has the same shape), or an IPv6 address in brackets.
  private static func isHost(_ text: Substring) -> Bool {
    if text.hasPrefix("["), text.hasSuffix("]") {
      let address = text.dropFirst().dropLast()
      let isHexadecimal = address.utf8.allSatisfy {
        (0x30...0x3A).contains($0) || (0x41...0x46).contains($0) || (0x61...0x66).contains($0)
          || $0 == UInt8(ascii: ".")
      }
      return (2...45).contains(address.utf8.count) && isHexadecimal && address.filter { $0 == ":" }.count >= 2
    }
    guard (1...253).contains(text.utf8.count) else { return false }
    return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
      (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.utf8.allSatisfy {
          (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
            || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
        }
    }
  }
}
