import FoundationEssentials
import Glibc
import SaraiCore

/// The skill's settings: the JSON object that SARAi writes from skill.yaml and from what the person chose.
public struct SkillConfiguration: Sendable {
  /// The object's text; "{}" where there is no configuration.
  public let json: String

  private static let maximumBytes = 1 << 20

  /// A configuration for tests of a skill; the kit reads the one that a process gets.
  public init(json: String = "{}") { self.json = json }

  /// The configuration as a value.
  ///
  /// - Throws: `SkillError.invalidRequest` where it has another shape.
  public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    do {
      return try JSONDecoder().decode(type, from: Data(json.utf8))
    } catch {
      throw SkillError(
        .invalidRequest, es: "La configuración de la habilidad no tiene la forma que espera. Revísala.",
        en: "The skill's configuration does not have the shape that it expects. Check it.", subject: "configuration",
        cause: error)
    }
  }

  /// Reads a configuration file: one JSON object, at most 1 MiB.
  ///
  /// - Throws: `SkillError`, naming the file.
  package init(file path: String) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.unusable(path, cause: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count <= Self.maximumBytes {
      let count = read(descriptor, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.unusable(path, cause: String(cString: strerror(errno))) }
      if count == 0 { break }
      bytes += block[..<count]
    }
    guard bytes.count <= Self.maximumBytes else {
      throw Self.unusable(path, cause: "more than \(Self.maximumBytes) bytes")
    }
    do throws(SaraiError) {
      let value = try JSONValue(parsing: bytes)
      guard value.objectValue != nil else { throw Self.unusable(path, cause: "no object").error }
    } catch {
      throw Self.unusable(path, cause: error.description)
    }
    json = String(decoding: bytes, as: UTF8.self)
  }

  private static func unusable(_ path: String, cause: String) -> SkillError {
    SkillError(
      SaraiError(
        .invalidRequest,
        Localized(
          es: "No se puede usar la configuración \(path): debe ser un objeto JSON legible.",
          en: "The configuration \(path) can't be used: it must be a readable JSON object."), subject: path,
        cause: cause))
  }
}
