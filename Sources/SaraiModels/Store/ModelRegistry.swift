import FoundationEssentials
import Glibc
import SaraiCore

/// What is known of files beyond the catalogue: files that the user brought, and hashes pinned at the first download.
/// It is `registry.json` in the models folder, so that it moves with the files.
struct ModelRegistry: Sendable {
  struct Record: Codable, Hashable, Sendable {
    /// Absolute, for a file outside of the folder; nil for one inside.
    var path: String?
    var sha256: String
    var createdSeconds: Int
    /// Only for a model that no catalogue knows.
    var local: Local?
  }

  struct Local: Codable, Hashable, Sendable {
    var name: String
    var kind: String
    var contextTokens: Int
    var parameterCount: Int64?
    /// Set for a file in the folder that was made of another model.
    var variant: Variant?
  }

  struct Variant: Codable, Hashable, Sendable {
    /// The id of the model that it was made of.
    var base: String
    var type: String
    var licence: String
    var languages: [String]
  }

  private struct Document: Codable {
    var version = 1
    var models: [String: Record] = [:]
  }

  let folder: String
  private var path: String { folder + "/registry.json" }

  /// - Throws: `corruptFile` where the registry is there and cannot be understood.
  func records() throws(SaraiError) -> [String: Record] {
    guard FileSystem.exists(path) else { return [:] }
    let bytes = try FileSystem.contents(of: path, limitBytes: 4 << 20)
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)), document.version == 1 else {
      throw SaraiError(
        .corruptFile,
        es: "\(path) está dañado. Bórralo: los modelos del catálogo se siguen encontrando, y los archivos propios se "
          + "vuelven a registrar con «sarai pull RUTA».",
        en: "\(path) is damaged. Delete it: the catalogue's models are still found, and files of your own are "
          + "registered again with \"sarai pull PATH\".",
        subject: path)
    }
    return document.models
  }

  /// Changes the records as one step between processes.
  func update(_ change: (inout [String: Record]) throws(SaraiError) -> Void) throws(SaraiError) {
    try FileSystem.createFolder(folder)
    let lock = try FileLock.acquire(folder + "/.registry.lock")
    defer { withExtendedLifetime(lock) {} }
    var models = try records()
    try change(&models)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let data: Data
    do {
      data = try encoder.encode(Document(models: models))
    } catch {
      throw SaraiError(
        .internalFault, es: "No se puede escribir el registro de modelos.", en: "The model registry cannot be written.",
        subject: path, cause: error)
    }
    try FileSystem.write(Array(data), to: path)
  }
}
