import Glibc
package import SaraiCore

/// Every model that SARAi knows of: the shipped catalogue, and the user's own laid over it.
package struct Catalogue: Sendable {
  /// In the order of the files; an entry of the user's takes the place of the shipped one with its id.
  package let entries: [CatalogueEntry]

  /// - Throws: `corruptFile` where an entry names a draft or a base that does not exist, or two share a file.
  package init(entries: [CatalogueEntry]) throws(SaraiError) {
    self.entries = entries
    for entry in entries { try checkReferences(of: entry) }
    try checkFiles()
  }

  /// Reads the shipped catalogue and, where the file is there, the user's.
  ///
  /// - Throws: `corruptFile`, naming the file, the line, the key and what is allowed.
  package static func load(shipped: String, user: String? = nil) throws(SaraiError) -> Catalogue {
    var entries = try CatalogueReader.read(document: FileSystem.text(of: shipped), file: shipped)
    if let user, FileSystem.exists(user) {
      for entry in try CatalogueReader.read(document: FileSystem.text(of: user), file: user) {
        if let index = entries.firstIndex(where: { $0.id == entry.id }) {
          entries[index] = entry
        } else {
          entries.append(entry)
        }
      }
    }
    return try Catalogue(entries: entries)
  }

  package subscript(id: String) -> CatalogueEntry? { entries.first { $0.id == id } }

  private func checkReferences(of entry: CatalogueEntry) throws(SaraiError) {
    if let draft = entry.draft, draft == entry.id || self[draft]?.kind != .chat {
      throw Self.fault(
        entry,
        es: "«draft: \(draft)» ha de nombrar otro modelo de conversación del catálogo",
        en: "\"draft: \(draft)\" has to name another chat model of the catalogue")
    }
    guard case .derived(let base, _) = entry.source else { return }
    guard let base = self[base], base.backend == .llama, entry.backend == .llama else {
      throw Self.fault(
        entry,
        es: "«derived.from: \(base)» ha de nombrar un modelo del catálogo con «backend: llama»",
        en: "\"derived.from: \(base)\" has to name a model of the catalogue with \"backend: llama\"")
    }
    if case .derived = base.source {
      throw Self.fault(
        entry,
        es: "«derived.from» no puede nombrar un modelo que a su vez es derivado",
        en: "\"derived.from\" cannot name a model that is itself derived")
    }
  }

  private func checkFiles() throws(SaraiError) {
    var owners: [String: String] = [:]
    for entry in entries {
      guard let file = entry.file else { continue }
      if let other = owners.updateValue(entry.id, forKey: file) {
        throw Self.fault(
          entry,
          es: "el archivo «\(file)» ya es del modelo «\(other)»",
          en: "the file \"\(file)\" already belongs to the model \"\(other)\"")
      }
    }
  }

  private static func fault(_ entry: CatalogueEntry, es: String, en: String) -> SaraiError {
    SaraiError(
      .corruptFile, es: "Catálogo, modelo «\(entry.id)»: \(es). Corrige models.yaml.",
      en: "Catalogue, model \"\(entry.id)\": \(en). Mend models.yaml.", subject: "models.yaml")
  }
}
