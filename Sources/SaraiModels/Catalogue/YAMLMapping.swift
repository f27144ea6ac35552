package import SaraiCore
import Yams

/// A YAML mapping that is read strictly: every key is asked for by name and type, and `finish` refuses the rest.
///
/// Every error names the file, the line, the key and what is allowed there.
package struct YAMLMapping {
  package let file: String
  /// Where the mapping lies in the document, as in `models[3].source`; empty at the top.
  package let path: String
  private let line: Int
  private var values: [String: Node] = [:]
  private var known: [String] = []

  /// Parses a document whose top is a mapping.
  package init(document: String, file: String) throws(SaraiError) {
    let root: Node?
    do {
      root = try compose(yaml: document)
    } catch {
      throw Self.syntaxError(error, file: file)
    }
    try self.init(root ?? Node([(Node, Node)]()), file: file, path: "")
  }

  init(_ node: Node, file: String, path: String) throws(SaraiError) {
    self.file = file
    self.path = path
    line = node.mark?.line ?? 1
    guard case .mapping(let mapping) = node else {
      throw Self.fault(
        file, line, path,
        Localized(es: "se espera un grupo de claves y valores", en: "a group of keys and values is expected"))
    }
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        throw Self.fault(
          file, key.mark?.line ?? line, path,
          Localized(es: "cada clave ha de ser un texto", en: "every key has to be a text"))
      }
      values[scalar.string] = value
    }
  }

  /// The key's node, nil where it is absent or null.
  private mutating func take(_ key: String) -> Node? {
    known.append(key)
    guard let node = values.removeValue(forKey: key) else { return nil }
    return node.tag == Tag(.null) ? nil : node
  }

  package func contains(_ key: String) -> Bool { values[key] != nil }

  package mutating func optionalString(_ key: String) throws(SaraiError) -> String? {
    guard let node = take(key) else { return nil }
    return try text(node, key)
  }

  package mutating func string(_ key: String) throws(SaraiError) -> String {
    try required(optionalString(key), key)
  }

  package mutating func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(SaraiError) -> Int? {
    guard let node = take(key) else { return nil }
    guard node.tag == Tag(.int), let value = node.int, range.contains(value) else {
      throw error(
        at: node, key,
        Localized(
          es: "se espera un número entero entre \(range.lowerBound) y \(range.upperBound)",
          en: "a whole number between \(range.lowerBound) and \(range.upperBound) is expected"))
    }
    return value
  }

  package mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(SaraiError) -> Int {
    try required(optionalInteger(key, in: range), key)
  }

  /// A list of texts; absent means empty.
  package mutating func strings(_ key: String) throws(SaraiError) -> [String] {
    guard let node = take(key) else { return [] }
    guard case .sequence(let items) = node else {
      throw error(
        at: node, key,
        Localized(es: "se espera una lista, como [en, es]", en: "a list is expected, such as [en, es]"))
    }
    var texts: [String] = []
    for item in items { texts.append(try text(item, key)) }
    return texts
  }

  package mutating func optionalChoice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of type: Choice.Type = Choice.self
  ) throws(SaraiError) -> Choice? where Choice.RawValue == String {
    guard let node = take(key) else { return nil }
    let raw = try text(node, key)
    guard let choice = Choice(rawValue: raw) else {
      let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      throw error(
        at: node, key,
        Localized(
          es: "«\(raw)» no vale; se admite: \(allowed)", en: "\"\(raw)\" is not valid; allowed are: \(allowed)"))
    }
    return choice
  }

  package mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of type: Choice.Type = Choice.self
  ) throws(SaraiError) -> Choice where Choice.RawValue == String {
    try required(optionalChoice(key, of: type), key)
  }

  package mutating func optionalMapping(_ key: String) throws(SaraiError) -> YAMLMapping? {
    guard let node = take(key) else { return nil }
    return try YAMLMapping(node, file: file, path: join(key))
  }

  /// A list of mappings; absent means empty.
  package mutating func mappings(_ key: String) throws(SaraiError) -> [YAMLMapping] {
    guard let node = take(key) else { return [] }
    guard case .sequence(let items) = node else {
      throw error(at: node, key, Localized(es: "se espera una lista", en: "a list is expected"))
    }
    var mappings: [YAMLMapping] = []
    for (index, item) in items.enumerated() {
      mappings.append(try YAMLMapping(item, file: file, path: "\(join(key))[\(index)]"))
    }
    return mappings
  }

  /// Refuses every key that nobody asked for.
  package func finish() throws(SaraiError) {
    guard let (key, node) = values.min(by: { $0.key < $1.key }) else { return }
    let allowed = known.sorted().joined(separator: ", ")
    throw error(
      at: node, key,
      Localized(es: "clave desconocida; se admite: \(allowed)", en: "unknown key; allowed are: \(allowed)"))
  }

  /// An error about a key of this mapping whose value has already been read.
  package func error(_ key: String, es: String, en: String) -> SaraiError {
    Self.fault(file, line, join(key), Localized(es: es, en: en))
  }

  private func text(_ node: Node, _ key: String) throws(SaraiError) -> String {
    guard case .scalar(let scalar) = node, node.tag == Tag(.str) else {
      throw error(
        at: node, key,
        Localized(
          es: "se espera un texto; un número o una fecha va entre comillas",
          en: "a text is expected; put a number or a date in quotes"))
    }
    return scalar.string
  }

  private func required<Value>(_ value: Value?, _ key: String) throws(SaraiError) -> Value {
    guard let value else {
      throw error(key, es: "falta esta clave, que es obligatoria", en: "this key is required and missing")
    }
    return value
  }

  private func error(at node: Node, _ key: String, _ what: Localized) -> SaraiError {
    Self.fault(file, node.mark?.line ?? line, join(key), what)
  }

  private func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  private static func fault(_ file: String, _ line: Int, _ path: String, _ what: Localized) -> SaraiError {
    let place = path.isEmpty ? "" : "\(path): "
    return SaraiError(
      .corruptFile,
      Localized(
        es: "\(file), línea \(line): \(place)\(what.es). Corrige el archivo y vuelve a intentarlo.",
        en: "\(file), line \(line): \(place)\(what.en). Mend the file and try again."),
      subject: path.isEmpty ? file : path)
  }

  private static func syntaxError(_ error: any Error, file: String) -> SaraiError {
    let (line, problem): (Int, String) =
      switch error {
      case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
        YamlError.composer(_, let problem, let mark, _):
        (mark.line, problem)
      case YamlError.duplicatedKeysInMapping(let keys, let context):
        (context.mark.line, "duplicate key: " + keys.joined(separator: ", "))
      default: (1, "\(error)")
      }
    return fault(
      file, line, "",
      Localized(es: "no es YAML válido (\(problem))", en: "this is not valid YAML (\(problem))"))
  }
}
