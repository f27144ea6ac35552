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
  /// As libllama calls it: `Q4_1`, `Q4_K - Medium`, …; empty where the file does not say.
  package var quantisation: String
  /// Over all weights; nil where the file does not say how many there are.
  package var bitsPerWeight: Double?

  package init(
    name: String?, architecture: String, contextTokens: Int, parameterCount: Int64?, generates: Bool,
    quantisation: String = "", bitsPerWeight: Double? = nil
  ) {
    self.name = name
    self.architecture = architecture
    self.contextTokens = contextTokens
    self.parameterCount = parameterCount
    self.generates = generates
    self.quantisation = quantisation
    self.bitsPerWeight = bitsPerWeight
  }
}
