import SaraiCore

/// What a skill's requirements.txt asks for: packages by name, from the index that pip is set up with.
package struct PythonRequirements: Sendable, Hashable {
  static let file = "requirements.txt"
  static let maxFileBytes = 256 << 10
  /// It comes with SARAi, so no index is asked for it.
  private static let kit = "sarai-skill"

  /// Lines for pip without the kit.
  package let lines: [String]

  /// - Returns: Nil where the folder has no such file.
  /// - Throws: `corruptFile` for options, addresses and paths, which could run code while they are installed or come
  ///   from anywhere; `tooLarge`, `forbidden`.
  static func read(_ folder: String) throws(SaraiError) -> PythonRequirements? {
    guard let text = try SkillFiles.text(file, in: folder, maxBytes: maxFileBytes) else { return nil }
    return try PythonRequirements(text, file: "\(SkillFault.shown(folder, maxLength: 300))/\(file)")
  }

  init(_ text: String, file: String) throws(SaraiError) {
    var lines: [String] = []
    let joined = text.replacing("\r\n", with: "\n").replacing("\\\n", with: " ")
    for (index, raw) in joined.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = Self.withoutComment(raw)
      guard !line.isEmpty else { continue }
      guard Self.isPlain(line) else {
        let shown = SkillFault.shown(line)
        throw SkillFault.error(
          file, index + 1, "",
          es: "«\(shown)» no es un paquete y sus versiones, como numpy>=2; no valen opciones, direcciones ni rutas",
          en: "\"\(shown)\" is no package with its versions, such as numpy>=2; options, addresses and paths are not "
            + "allowed")
      }
      if Self.name(line) != Self.kit { lines.append(line) }
    }
    self.lines = lines
  }

  private static func withoutComment(_ raw: Substring) -> String {
    var line = raw
    if let hash = line.firstIndex(of: "#"), hash == line.startIndex || line[line.index(before: hash)].isWhitespace {
      line = line[..<hash]
    }
    return line.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  /// A name with extras, versions, conditions and hashes, and nothing else.
  private static func isPlain(_ line: String) -> Bool {
    let pattern =
      #/[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?: ?\[[A-Za-z0-9._, -]*\])?(?: ?\(?[<>=!~][A-Za-z0-9.*+!<>=~, -]*\)?)?(?: ?; ?[A-Za-z0-9_.<>=!~ ()'"-]+)?(?: --hash=sha(?:256|384|512):[0-9a-f]+)*/#
    return line.utf8.count <= 2000 && (try? pattern.wholeMatch(in: line)) != nil
  }

  /// As indexes compare names.
  private static func name(_ line: String) -> String {
    let name = line.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    return name.lowercased().split { "._-".contains($0) }.joined(separator: "-")
  }
}
