package import SaraiCore

/// What an entry point stands for on this machine.
package enum SkillEntry: Sendable, Hashable {
  /// A file of the skill's folder, by its real path.
  case file(String)
  /// One of SARAi's own programs.
  case program(String)
  /// CPython, with the position in `entry` of the script, or nil where a module of the folder is run (`-m`).
  case python(script: Int?)

  package static let python = "python3"
  /// Which of SARAi's programs a skill may be.
  static let programs = ["sarai-skill"]

  /// - Throws: `corruptFile` where a file that the entry names is missing, no regular file, not executable, or outside
  ///   of the folder; `notFound` where a program of SARAi's is missing.
  package init(_ manifest: SkillManifest, folder: String, places: SkillPlaces) throws(SaraiError) {
    let file = "\(folder)/skill.yaml"
    guard let first = manifest.entry.first else {
      throw SkillFault.error(file, nil, "entry", es: "está vacía", en: "it is empty")
    }
    switch manifest.runtime {
    case .python: self = try Self.script(manifest.entry, folder: folder, file: file)
    case .native:
      if SkillFiles.isSafe(relative: first), let path = try SkillFiles.find(first, in: folder) {
        guard let facts = SkillFiles.Facts(path), facts.mode & 0o111 != 0 else {
          throw SkillFault.error(
            file, nil, "entry", es: "«\(first)» no se puede ejecutar: dale permiso con chmod +x",
            en: "\"\(first)\" cannot be executed: allow it with chmod +x")
        }
        self = .file(path)
        return
      }
      guard Self.programs.contains(first) else { throw Self.missing(first, file: file) }
      let path = "\(places.programs)/\(first)"
      guard let real = SkillFiles.real(path) else {
        throw SaraiError(
          .notFound, es: "Falta \(path), que trae SARAi: reinstálala con «make install».",
          en: "\(path), which comes with SARAi, is missing: install it again with \"make install\".", subject: path)
      }
      self = .program(real)
    }
  }

  private static func script(_ entry: [String], folder: String, file: String) throws(SaraiError) -> SkillEntry {
    for (index, word) in entry.enumerated().dropFirst() {
      if word == "-m" { return .python(script: nil) }
      if word.hasPrefix("-") { continue }
      guard SkillFiles.isSafe(relative: word), try SkillFiles.find(word, in: folder) != nil else {
        throw missing(word, file: file)
      }
      return .python(script: index)
    }
    throw SkillFault.error(
      file, nil, "entry", es: "falta el programa de Python, como en [python3, skill.py]",
      en: "the Python program is missing, as in [python3, skill.py]")
  }

  private static func missing(_ name: String, file: String) -> SaraiError {
    let shown = SkillFault.shown(name)
    return SkillFault.error(
      file, nil, "entry", es: "no hay ningún programa «\(shown)» en la carpeta de la habilidad",
      en: "there is no program \"\(shown)\" in the skill's folder")
  }
}
