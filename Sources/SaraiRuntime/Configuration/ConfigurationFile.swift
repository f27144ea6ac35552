import FoundationEssentials
import SaraiCore
import Yams

/// What one YAML file says: dotted keys with what was written and on which line.
struct ConfigurationFile {
  struct Entry {
    let key: String
    let raw: RawValue
    let line: Int
  }

  let path: String
  let entries: [Entry]

  private static let maxBytes = 1 << 20
  private static let maxDepth = 4

  /// - Throws: `SaraiError` naming file and line, where it cannot be read or is no YAML mapping.
  init(path: String, text: String? = nil) throws {
    self.path = path
    let text = try text ?? Self.read(path)
    let root: Node?
    do {
      root = try Yams.compose(yaml: text)
    } catch let error as YamlError {
      throw Self.error(path: path, for: error)
    }
    var entries: [Entry] = []
    switch root {
    case nil: break
    case .scalar(let scalar)? where scalar.string.isEmpty || scalar.string == "null": break
    case .mapping(let mapping)?: Self.flatten(mapping, prefix: "", depth: 1, into: &entries)
    default:
      throw SaraiError(
        .invalidRequest, es: "\(path):1: la configuración debe ser un grupo de claves como «server: …».",
        en: "\(path):1: the configuration must be a group of keys such as \"server: …\".", subject: path)
    }
    self.entries = entries
  }

  private static func read(_ path: String) throws -> String {
    do {
      let data = try Data(contentsOf: URL(filePath: path), options: [])
      guard data.count <= maxBytes else {
        throw SaraiError(
          .tooLarge, es: "\(path): el fichero de configuración pasa de 1 MiB.",
          en: "\(path): the configuration file is larger than 1 MiB.", subject: path)
      }
      guard let text = String(data: data, encoding: .utf8), !text.contains("\0") else {
        throw SaraiError(
          .invalidRequest, es: "\(path): la configuración no es texto UTF-8.",
          en: "\(path): the configuration is not UTF-8 text.", subject: path)
      }
      return text
    } catch let error as SaraiError {
      throw error
    } catch {
      throw SaraiError(
        .notFound, es: "No se puede leer el fichero de configuración \(path): comprueba que existe y sus permisos.",
        en: "The configuration file \(path) cannot be read: check that it exists, and its permissions.",
        subject: path, cause: error)
    }
  }

  private static func flatten(_ mapping: Node.Mapping, prefix: String, depth: Int, into entries: inout [Entry]) {
    for (keyNode, node) in mapping {
      let name = keyNode.scalar?.string ?? "?"
      let key = prefix.isEmpty ? name : "\(prefix).\(name)"
      let line = keyNode.mark?.line ?? 1
      switch node {
      case .mapping(let inner) where depth < maxDepth && !SettingsTable.isKey(key):
        flatten(inner, prefix: key, depth: depth + 1, into: &entries)
      case .mapping: entries.append(Entry(key: key, raw: .mapping, line: line))
      case .sequence(let sequence):
        let texts = sequence.prefix(1000).map { $0.scalar?.string ?? "" }
        entries.append(Entry(key: key, raw: .list(texts), line: line))
      case .scalar(let scalar):
        let raw = raw(scalar)
        // `server:` with every key below it commented out is an empty group.
        if raw == .null, SettingsTable.isGroup(key) { continue }
        entries.append(Entry(key: key, raw: raw, line: line))
      case .alias: entries.append(Entry(key: key, raw: .null, line: line))
      }
    }
  }

  private static func raw(_ scalar: Node.Scalar) -> RawValue {
    switch scalar.style {
    case .singleQuoted, .doubleQuoted, .literal, .folded: .quoted(scalar.string)
    default: ["", "~", "null", "Null", "NULL"].contains(scalar.string) ? .null : .plain(scalar.string)
    }
  }

  private static func error(path: String, for error: YamlError) -> SaraiError {
    var line = 1
    var problem = "\(error)"
    switch error {
    case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _), .composer(_, let text, let mark, _):
      line = mark.line
      problem = text
    case .duplicatedKeysInMapping(let duplicates, let context):
      line = context.mark.line
      let names = duplicates.joined(separator: ", ")
      return SaraiError(
        .invalidRequest, es: "\(path):\(line): clave repetida: \(names). Deja solo una.",
        en: "\(path):\(line): duplicate key: \(names). Keep only one.", subject: path)
    default: break
    }
    return SaraiError(
      .invalidRequest, es: "\(path):\(line): no es YAML válido (\(problem)).",
      en: "\(path):\(line): not valid YAML (\(problem)).", subject: path)
  }
}
