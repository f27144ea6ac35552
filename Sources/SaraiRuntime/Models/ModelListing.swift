package import SaraiCore
package import SaraiModels

/// Models as `sarai list` and `sarai show` tell them: the catalogue, the files, and the roles of the configuration.
package struct ModelListing {
  package struct Row: Sendable {
    package let entry: CatalogueEntry
    /// Roles that the configuration gives it.
    package let roles: [String]
    package let path: String?
    /// Of the file, or what the catalogue says of it.
    package let sizeBytes: Int64?
    package let expectedSHA256: String?
    package var isInstalled: Bool { path != nil || entry.backend == .openai }

    package var json: JSONValue {
      var object = JSONObject()
      object["id"] = .string(entry.id)
      object["name"] = .string(entry.name)
      object["kind"] = .string(entry.kind.rawValue)
      object["backend"] = .string(entry.backend.rawValue)
      object["installed"] = .bool(isInstalled)
      object["path"] = path.map(JSONValue.string) ?? .null
      object["size_bytes"] = sizeBytes.map(JSONValue.integer) ?? .null
      object["sha256"] = expectedSHA256.map(JSONValue.string) ?? .null
      object["licence"] = .string(entry.licence)
      object["languages"] = .array(entry.languages.map(JSONValue.string))
      object["context_tokens"] = .integer(Int64(entry.contextTokens))
      object["parameters"] = entry.parameterCount.map(JSONValue.integer) ?? .null
      object["roles"] = .array(roles.map(JSONValue.string))
      object["draft"] = entry.draft.map(JSONValue.string) ?? .null
      return .object(object)
    }
  }

  private let store: ModelStore
  private let roles: [String: [String]]

  package init(_ setup: Setup) throws {
    store = try setup.store()
    roles = Dictionary(
      grouping: ModelRole.allCases.map(\.rawValue), by: { setup.configuration.text("models.\($0).id") })
  }

  package func rows(all: Bool) throws -> [Row] {
    let installed = try store.installed()
    let known = Set(installed.map(\.id))
    let remote = store.catalogue.entries.filter { $0.backend == .openai }
    let rest = all ? store.catalogue.entries.filter { !known.contains($0.id) && $0.backend != .openai } : []
    return installed.map(row) + (remote + rest).map(row)
  }

  /// - Throws: `SaraiError.modelNotFound` where neither the catalogue nor the user has it.
  package func row(_ id: String) throws -> Row {
    if let found = try rows(all: true).first(where: { $0.entry.id == id }) { return found }
    return row(try store.find(id))
  }

  private func row(_ model: InstalledModel) -> Row {
    Row(
      entry: model.entry, roles: roles[model.id] ?? [], path: model.path, sizeBytes: model.sizeBytes,
      expectedSHA256: model.expectedSHA256)
  }

  private func row(_ entry: CatalogueEntry) -> Row {
    Row(
      entry: entry, roles: roles[entry.id] ?? [], path: nil, sizeBytes: entry.sizeBytes,
      expectedSHA256: entry.sha256)
  }
}
