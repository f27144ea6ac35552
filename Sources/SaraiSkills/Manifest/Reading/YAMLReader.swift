import SaraiCore
import Yams

/// Reads YAML that a stranger wrote.
///
/// Yams resolves aliases by sharing, and compares the keys of a mapping with one another: a key that is itself built
/// from aliases of aliases would keep it busy for ever. So a document is parsed first with its aliases made harmless;
/// where a key turns out to be anything but a text it is refused, and only then it is parsed for good.
struct YAMLReader {
  /// Values in a document, those counted again that an alias repeats.
  static let maxValues = 20_000
  static let maxDepth = 24

  private let file: String
  private let firstLine: Int
  private var count = 0

  /// - Parameters:
  ///   - text: Valid UTF-8 of a size that the caller has bounded.
  ///   - file: For messages.
  ///   - firstLine: The line of the file on which the text begins.
  /// - Throws: `corruptFile` for what is no YAML, has keys twice, tags, several documents, or repeats too much;
  ///   `tooLarge` for too many values.
  static func read(_ text: String, file: String, firstLine: Int = 1) throws(SaraiError) -> YAMLValue {
    var reader = YAMLReader(file: file, firstLine: firstLine)
    if text.utf8.contains(0) {
      throw SkillFault.error(file, firstLine, "", es: "contiene un byte nulo", en: "it holds a NUL byte")
    }
    let harmless = withoutAliases(text)
    let shape = try reader.compose(harmless)
    try reader.checkKeys(shape, areMarked: harmless != text, depth: 0)
    return try reader.value(harmless == text ? shape : reader.compose(text), depth: 0)
  }

  private init(file: String, firstLine: Int) {
    self.file = file
    self.firstLine = firstLine
  }

  /// The same text with `+` for each `*` that could begin an alias. Inside of texts it does no harm: nothing but the
  /// shape is read from it.
  private static func withoutAliases(_ text: String) -> String {
    var bytes = Array(text.utf8)
    for index in bytes.indices.dropLast() where bytes[index] == UInt8(ascii: "*") {
      let next = bytes[index + 1]
      let isName =
        (0x30...0x39).contains(next) || (0x41...0x5A).contains(next) || (0x61...0x7A).contains(next)
        || next == UInt8(ascii: "_") || next == UInt8(ascii: "-")
      if isName { bytes[index] = UInt8(ascii: "+") }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func compose(_ text: String) throws(SaraiError) -> Node {
    do {
      return try Parser(yaml: text, encoding: .utf8).singleRoot() ?? Node([(Node, Node)]())
    } catch {
      throw syntaxError(error)
    }
  }

  private func checkKeys(_ node: Node, areMarked: Bool, depth: Int) throws(SaraiError) {
    guard depth <= Self.maxDepth else { throw tooDeep(node) }
    switch node {
    case .scalar: return
    case .alias: throw fault(node, es: "un alias no vale aquí", en: "an alias is not allowed here")
    case .sequence(let items): for item in items { try checkKeys(item, areMarked: areMarked, depth: depth + 1) }
    case .mapping(let members):
      for (key, value) in members {
        guard case .scalar(let scalar) = key, !(areMarked && scalar.style == .plain && scalar.string.hasPrefix("+"))
        else { throw fault(key, es: "cada clave ha de ser un texto", en: "every key has to be a text") }
        try checkKeys(value, areMarked: areMarked, depth: depth + 1)
      }
    }
  }

  private mutating func value(_ node: Node, depth: Int) throws(SaraiError) -> YAMLValue {
    count += 1
    guard count <= Self.maxValues else {
      throw SaraiError(
        .tooLarge, es: "\(file) tiene demasiados valores (más de \(Self.maxValues), alias incluidos): recórtalo.",
        en: "\(file) has too many values (more than \(Self.maxValues), aliases included): shorten it.", subject: file)
    }
    guard depth <= Self.maxDepth else { throw tooDeep(node) }
    let line = line(of: node)
    switch node {
    case .scalar(let scalar): return .scalar(try self.scalar(scalar, node))
    case .alias: throw fault(node, es: "un alias no vale aquí", en: "an alias is not allowed here")
    case .sequence(let items):
      try checkTag(items.tag, is: .seq, node)
      var values: [YAMLValue] = []
      for item in items { values.append(try value(item, depth: depth + 1)) }
      return .list(values, line: line)
    case .mapping(let pairs):
      try checkTag(pairs.tag, is: .map, node)
      var members: [YAMLValue.Member] = []
      var seen: Set<String> = []
      for (key, item) in pairs {
        guard case .scalar(let name) = key else {
          throw fault(key, es: "cada clave ha de ser un texto", en: "every key has to be a text")
        }
        guard seen.insert(name.string).inserted else {
          let shown = SkillFault.shown(name.string)
          throw fault(key, es: "la clave «\(shown)» está dos veces", en: "the key \"\(shown)\" is there twice")
        }
        members.append(.init(key: name.string, line: self.line(of: key), value: try value(item, depth: depth + 1)))
      }
      return .mapping(members, line: line)
    }
  }

  private func scalar(_ scalar: Node.Scalar, _ node: Node) throws(SaraiError) -> YAMLValue.Scalar {
    try checkTag(scalar.tag, is: .str, node)
    return .init(
      text: scalar.string, isPlain: scalar.tag.rawValue.isEmpty && scalar.style == .plain, line: line(of: node))
  }

  /// Unresolved, it is one that somebody wrote, that of a text for everything in quotes, or nothing.
  private func checkTag(_ tag: Tag, is usual: Tag.Name, _ node: Node) throws(SaraiError) {
    guard tag.rawValue.isEmpty || tag.rawValue == usual.rawValue else {
      throw fault(node, es: "las etiquetas (!…) no se admiten", en: "tags (!…) are not allowed")
    }
  }

  private func line(of node: Node) -> Int { (node.mark?.line ?? 1) + firstLine - 1 }

  private func fault(_ node: Node, es: String, en: String) -> SaraiError {
    SkillFault.error(file, line(of: node), "", es: es, en: en)
  }

  private func tooDeep(_ node: Node) -> SaraiError {
    fault(
      node, es: "hay más de \(Self.maxDepth) niveles anidados", en: "more than \(Self.maxDepth) levels are nested")
  }

  /// What libyaml says of the mistakes that people make. The rest stays in its own words, as a cause.
  private static func spanish(_ problem: String) -> String {
    problems[problem].map { ": \($0)" } ?? " (\(problem))"
  }

  private static let problems = [
    "mapping values are not allowed in this context":
      "aquí no puede ir «:»; si es parte de un texto, ponlo entre comillas, y si no, mira el sangrado",
    "mapping keys are not allowed in this context": "aquí no puede ir una clave; mira el sangrado",
    "block sequence entries are not allowed in this context": "aquí no puede ir «-»; mira el sangrado",
    "did not find expected key": "aquí tenía que ir una clave; mira el sangrado",
    "did not find expected '-' indicator": "aquí tenía que ir «-»; mira el sangrado",
    "did not find expected ',' or ']'": "falta «,» o «]»",
    "did not find expected ',' or '}'": "falta «,» o «}»",
    "did not find expected node content": "falta un valor",
    "did not find expected <document start>": "sobra lo que hay aquí",
    "could not find expected ':'": "falta «:» tras una clave",
    "found character that cannot start any token":
      "un valor no puede empezar por este carácter; ponlo entre comillas, y si es un tabulador, usa espacios",
    "found a tab character that violates indentation": "hay un tabulador en el sangrado; usa espacios",
    "found a tab character where an indentation space is expected": "hay un tabulador en el sangrado; usa espacios",
    "found unexpected end of stream": "se acaba antes de tiempo; puede que falte una comilla",
    "found unexpected ':'": "sobra «:»",
    "found unknown escape character": "entre comillas dobles, esa secuencia con «\\» no existe",
    "found undefined tag handle": "las etiquetas (!…) no se admiten",
    "control characters are not allowed": "lleva caracteres de control",
  ]

  private func syntaxError(_ error: any Error) -> SaraiError {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      return SkillFault.error(
        file, mark.line + firstLine - 1, "", es: "no es YAML válido\(Self.spanish(problem))",
        en: "this is not valid YAML (\(problem))")
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      let key = SkillFault.shown(keys.first ?? "")
      return SkillFault.error(
        file, context.mark.line + firstLine - 1, "", es: "la clave «\(key)» está dos veces",
        en: "the key \"\(key)\" is there twice")
    case YamlError.reader(let problem, _, _, _):
      return SkillFault.error(
        file, firstLine, "", es: "no es YAML válido\(Self.spanish(problem))",
        en: "this is not valid YAML (\(problem))")
    default:
      return SkillFault.error(file, firstLine, "", es: "no es YAML válido", en: "this is not valid YAML")
    }
  }
}
