/// What a model is used for. Configuration says which model fills each; the catalogue says which ones it suits.
package enum ModelRole: String, Sendable, CaseIterable, Codable {
  case expertShort = "expert_short"
  case expertLong = "expert_long"
  case tiny
  case draft
  case embeddings
}
