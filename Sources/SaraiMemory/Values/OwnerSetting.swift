package import SaraiCore

/// Something that each owner chooses for their own memory, kept in it.
package struct OwnerSetting<Value: Sendable & Equatable>: Sendable {
  /// Under this name it is stored.
  let name: String
  /// What holds where nothing was chosen.
  package let standard: Value
  /// Nil for a text that no version wrote.
  let read: @Sendable (String) -> Value?
  let text: @Sendable (Value) -> String
}

extension OwnerSetting<Bool> {
  /// True where nothing that the owner says becomes a fact until they say so.
  package static var learningPaused: OwnerSetting {
    OwnerSetting(name: "learning_paused", standard: false, read: { $0 == "1" }, text: { $0 ? "1" : "0" })
  }
}

extension OwnerSetting<Set<String>> {
  /// Names of sources other than the owner's own words of which facts are taken without a yes: collections of
  /// documents, skills.
  package static var trustedSources: OwnerSetting {
    OwnerSetting(name: "trusted_sources", standard: [], read: names, text: text)
  }

  @Sendable private static func names(_ text: String) -> Set<String>? {
    guard let names = (try? JSONValue(parsing: text))?.arrayValue else { return nil }
    // An older version kept whatever it was given: nobody trusts what has no name.
    return Set(names.compactMap(\.stringValue).filter { (try? SourceName.check($0)) != nil })
  }

  @Sendable private static func text(_ names: Set<String>) -> String {
    var writer = JSONWriter()
    writer.beginArray()
    for name in names.sorted() { writer.value(name) }
    writer.endArray()
    return String(decoding: writer.bytes, as: UTF8.self)
  }
}

/// The name of a source that an owner may trust: a skill's, a site's.
package enum SourceName {
  private static let mostBytes = 256

  /// - Throws: `invalidRequest` for a name that names nobody (blanks, a kind of source, characters that nobody sees),
  ///   `tooLarge` for one beyond 256 bytes.
  package static func check(_ name: String) throws(SaraiError) {
    let isBlank = name.unicodeScalars.allSatisfy { $0.properties.isWhitespace || !isVisible($0) }
    guard !isBlank else {
      throw SaraiError(
        .invalidRequest, es: "¿De qué fuente? Pon su nombre: el de una habilidad o el de un sitio.",
        en: "Which source? Name it: a skill or a site.", subject: "trusted")
    }
    guard name.utf8.count <= mostBytes else {
      throw SaraiError(
        .tooLarge, es: "El nombre de una fuente tiene \(mostBytes) bytes como mucho: pon uno más corto.",
        en: "The name of a source has \(mostBytes) bytes at most: choose a shorter one.", subject: "trusted")
    }
    let isSpaced = name.first?.isWhitespace == true || name.last?.isWhitespace == true
    guard !isSpaced, name.unicodeScalars.allSatisfy(isVisible) else {
      throw SaraiError(
        .invalidRequest,
        es:
          "El nombre de una fuente no empieza ni acaba en espacio, ni lleva saltos de línea u otros caracteres que no "
          + "se ven: escríbelo sin ellos.",
        en: "The name of a source neither begins nor ends with a space, and has no line breaks or other characters "
          + "that cannot be seen: write it without them.", subject: "trusted")
    }
    guard !FactSource.allCases.contains(where: { $0.rawValue == name.lowercased() }) else {
      throw SaraiError(
        .invalidRequest,
        es:
          "«\(name)» es una clase de fuentes y no una fuente: pon el nombre de la habilidad o del sitio en que confías.",
        en: "\"\(name)\" is a kind of source and no source: name the skill or the site that you trust.",
        subject: "trusted")
    }
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
    default: !scalar.properties.isDefaultIgnorableCodePoint
    }
  }
}
