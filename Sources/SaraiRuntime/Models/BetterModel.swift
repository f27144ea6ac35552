package import SaraiCore
import SaraiModels

/// What a person is told once whose model cannot hold an open conversation in their language.
package enum BetterModel {
  /// - Parameter available: bytes of memory to be had; nil where unknown.
  /// - Returns: nil where the model will do, where it was told before, or where nothing better fits.
  package static func notice(_ setup: Setup, available: Int?) -> Localized? {
    let language = setup.language
    guard let store = try? setup.store() else { return nil }
    let current = setup.configuration.text("models.expert_short.id")
    guard let entry = store.catalogue[current], !entry.languages.contains(language.rawValue),
      let better = suggestion(store, language: language, available: available)
    else { return nil }
    guard Notices(folders: setup.folders).isFirst("weak-model:\(current):\(language.rawValue)") else { return nil }
    let size = byteSize(better.sizeBytes ?? 0)
    let key = "models.expert_short.id: \(better.id)"
    return Localized(
      es: """
        \(entry.name) apenas sabe español y se equivoca mucho. Hay uno mejor para esta máquina (\(size.es)):
          sarai pull \(better.id)
        y después, en \(setup.folders.configurationFile), \(key)
        """,
      en: """
        \(entry.name) is no good at open talk in English. There is a better one for this machine (\(size.en)):
          sarai pull \(better.id)
        and then, in \(setup.folders.configurationFile), \(key)
        """)
  }

  /// Each token reads all weights once: beyond this, two channels of memory give a few tokens a second only.
  private static let maxBytes: Int64 = 3 << 30

  /// The largest chat model that speaks the language, leaves half of the memory to everything else, and answers at
  /// reading speed on a processor alone; where not even the smallest does, none.
  static func suggestion(_ store: ModelStore, language: Language, available: Int?) -> CatalogueEntry? {
    let fitting = store.catalogue.entries.filter { entry in
      guard entry.kind == .chat, entry.backend == .llama, entry.languages.contains(language.rawValue),
        let size = entry.sizeBytes
      else { return false }
      return size <= min(Self.maxBytes, Int64(available ?? .max) / 2)
    }
    return fitting.max { ($0.sizeBytes ?? 0) < ($1.sizeBytes ?? 0) }
  }
}
