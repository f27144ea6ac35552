/// A model file that is on this machine.
package struct InstalledModel: Sendable, Hashable {
  package var entry: CatalogueEntry
  /// Absolute.
  package var path: String
  package var sizeBytes: Int64
  /// Seconds since 1970.
  package var created: Int
  /// What the catalogue, the first download, the making or the registration of the file says; nil where nobody did.
  package var expectedSHA256: String?
  /// True for a file that stays where the user has it, outside of the models folder.
  package var isExternal: Bool

  package var id: String { entry.id }
}

/// What a model file says of itself, as `sarai-engine check` tells it.
package struct ModelFacts: Sendable, Hashable {
  package var name: String?
  package var architecture: String
  package var contextTokens: Int
  package var parameterCount: Int64?
  /// False for a model that only embeds.
  package var generates: Bool

  package init(
    name: String?, architecture: String, contextTokens: Int, parameterCount: Int64?, generates: Bool
  ) {
    self.name = name
    self.architecture = architecture
    self.contextTokens = contextTokens
    self.parameterCount = parameterCount
    self.generates = generates
  }
}
