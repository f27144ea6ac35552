import FoundationEssentials
import Glibc
package import SaraiCore

/// Writes the folder of a new skill from a template.
package struct SkillScaffold: Sendable {
  package enum Language: String, Sendable, CaseIterable {
    case swift, python
  }

  /// Folders `swift` and `python`, whose names and texts have `__NAME__`, `__TYPE__`, `__MODULE__` and `__SARAI__`.
  private let templates: String
  private let places: SkillPlaces

  package init(templates: String, places: SkillPlaces) {
    self.templates = templates
    self.places = places
  }

  /// - Parameters:
  ///   - parent: Where the folder is made; it has to be there.
  ///   - package: The folder of SARAi's package, which skills in Swift are built with.
  /// - Returns: The new folder.
  /// - Throws: `invalidRequest` for a name that cannot be used or is taken; `notFound` where the template or SARAi's
  ///   sources are missing;
  ///   `forbidden` or `insufficientResources` where nothing can be written. Nothing is left of a failed attempt.
  package func make(
    _ name: String, language: Language, in parent: String, package: String? = nil
  ) throws(SaraiError) -> String {
    try SkillName.check(name)
    try checkFree(name, language, parent: parent)
    if language == .swift { try checkPackage(package, name) }
    let words = [
      "__NAME__": name, "__TYPE__": Self.typeName(name), "__MODULE__": Self.moduleName(name),
      "__SARAI__": (package ?? "").replacing("\\", with: "\\\\").replacing("\"", with: "\\\""),
    ]
    let staged = "\(parent)/.\(name).\(getpid()).new"
    do throws(SaraiError) {
      try copy("\(templates)/\(language.rawValue)", to: staged, words: words)
      guard rename(staged, "\(parent)/\(name)") == 0 else { throw SkillStorage.fault("\(parent)/\(name)") }
    } catch {
      try? FileManager.default.removeItem(atPath: staged)
      throw error
    }
    return "\(parent)/\(name)"
  }

  private func checkFree(_ name: String, _ language: Language, parent: String) throws(SaraiError) {
    if SkillFiles.Facts("\(parent)/\(name)") != nil {
      throw SaraiError(
        .invalidRequest, es: "\(parent)/\(name) ya existe: elige otro nombre.",
        en: "\(parent)/\(name) already exists: choose another name.", subject: name)
    }
    guard SkillFiles.Facts("\(places.builtIn)/\(name)/\(SkillReader.card)") == nil, name != SkillPlaces.kit,
      !(language == .swift && Self.swiftWords.contains(Self.moduleName(name)))
    else {
      throw SaraiError(
        .invalidRequest, es: "«\(name)» tiene ya otro significado: elige otro nombre.",
        en: "\"\(name)\" has a meaning of its own: choose another name.", subject: name)
    }
  }

  /// The package manager tells packages and their products apart by name, so the skill's has to be a new one.
  private func checkPackage(_ package: String?, _ name: String) throws(SaraiError) {
    guard let package else {
      throw SaraiError(
        .notFound,
        es: "Una habilidad en Swift se compila con el código de SARAi: indica su carpeta con --sarai CARPETA.",
        en: "A skill in Swift is built with SARAi's sources: name their folder with --sarai FOLDER.", subject: "--sarai"
      )
    }
    guard SkillFiles.Facts("\(package)/Sources/SkillProtocol")?.kind == .folder,
      let manifest = try? SkillFiles.text("\(package)/Package.swift", maxBytes: 1 << 20)
    else {
      throw SaraiError(
        .notFound,
        es:
          "El código de SARAi no está en \(package): indica con --sarai la carpeta donde lo descargaste, la que tiene "
          + "Package.swift y Sources.",
        en:
          "SARAi's sources are not in \(package): name with --sarai the folder that you downloaded them to, the one with "
          + "Package.swift and Sources.", subject: "--sarai")
    }
    let resolved = (try? SkillFiles.text("\(package)/Package.resolved", maxBytes: 1 << 20)) ?? ""
    let isTaken =
      manifest.contains("name: \"\(name)\"") || resolved.contains("\"identity\" : \"\(name)\"")
      || package.split(separator: "/").last?.lowercased() == name
    guard !isTaken else {
      throw SaraiError(
        .invalidRequest, es: "«\(name)» ya se llama una parte de SARAi: elige otro nombre.",
        en: "A part of SARAi is called \"\(name)\" already: choose another name.", subject: name)
    }
  }

  /// `my-skill` → `MySkill`; what would be a name of the kit's or of a language's, or none, gets `Own` before it.
  static func typeName(_ name: String) -> String {
    let type = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    let isTaken = takenTypes.contains(type) || type.hasPrefix("Skill") || type.first?.isNumber == true
    return isTaken ? "Own" + type : type
  }

  /// As the package manager names the module of a target.
  static func moduleName(_ name: String) -> String {
    let module = name.replacing("-", with: "_")
    return module.first?.isNumber == true ? "_" + module : module
  }

  private static let takenTypes: Set<String> = [
    "Any", "Array", "Bool", "Character", "Data", "Date", "Dictionary", "Double", "Error", "Float", "Int", "Never",
    "None", "Optional", "Protocol", "Reply", "Request", "Result", "Self", "Sendable", "Set", "String", "Suite", "Task",
    "Test", "True", "False", "Type", "UInt", "URL", "Void",
  ]
  private static let swiftWords: Set<String> = [
    "any", "as", "associatedtype", "async", "await", "break", "case", "catch", "class", "continue", "default", "defer",
    "deinit", "do", "else", "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if",
    "import", "in", "init", "inout", "internal", "is", "let", "nil", "operator", "package", "private", "protocol",
    "public", "repeat", "rethrows", "return", "self", "some", "static", "struct", "subscript", "super", "switch",
    "throw", "throws", "true", "try", "typealias", "var", "where", "while",
  ]

  private func copy(_ source: String, to target: String, words: [String: String]) throws(SaraiError) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: source) else {
      throw SaraiError(
        .notFound, es: "Falta la plantilla \(source): reinstala SARAi con «make install».",
        en: "The template \(source) is missing: install SARAi again with \"make install\".", subject: source)
    }
    guard mkdir(target, 0o755) == 0 else { throw SkillStorage.fault(target) }
    for name in names.sorted() where !FolderCopy.skipped.contains(name) {
      let (from, to) = ("\(source)/\(name)", "\(target)/\(Self.filled(name, words))")
      guard let facts = SkillFiles.Facts(from) else { continue }
      if facts.kind == .folder {
        try copy(from, to: to, words: words)
      } else {
        let text = try SkillFiles.text(from, maxBytes: 1 << 20)
        try SkillStorage.replace(
          to, with: Array(Self.filled(text, words).utf8), mode: facts.mode & 0o111 != 0 ? 0o755 : 0o644)
      }
    }
  }

  private static func filled(_ text: String, _ words: [String: String]) -> String {
    words.reduce(text) { $0.replacing($1.key, with: $1.value) }
  }
}
