import SaraiCore

/// A group of keys that is read strictly: every key is asked for by name and type, and `finish` refuses the rest.
struct SkillMapping {
  let file: String
  /// Where it lies in the document; empty at the top.
  let path: String
  let line: Int
  private var members: [YAMLValue.Member]
  private var known: [String] = []

  /// - Throws: `corruptFile` where the value is no mapping.
  init(_ value: YAMLValue, file: String, path: String = "") throws(SaraiError) {
    self.file = file
    self.path = path
    line = value.line
    switch value {
    case .mapping(let members, _): self.members = members
    case .scalar where value.isNothing: members = []
    default:
      throw SkillFault.error(
        file, value.line, path, es: "se espera un grupo de claves y valores",
        en: "a group of keys and values is expected")
    }
  }

  /// The key's value; nil where it is absent or null.
  mutating func take(_ key: String) -> YAMLValue? {
    known.append(key)
    guard let index = members.firstIndex(where: { $0.key == key }) else { return nil }
    let value = members.remove(at: index).value
    return value.isNothing ? nil : value
  }

  /// What nobody has asked for so far.
  var rest: [YAMLValue.Member] { members }

  mutating func text(_ key: String) throws(SaraiError) -> String? {
    guard let value = take(key) else { return nil }
    return try text(value, join(key))
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(SaraiError) -> Int? {
    guard let value = take(key) else { return nil }
    guard case .scalar(let scalar) = value, case .integer(let number) = scalar.meaning,
      let integer = Int(exactly: number), range.contains(integer)
    else {
      throw fault(
        value, key, es: "se espera un número entero entre \(range.lowerBound) y \(range.upperBound)",
        en: "a whole number between \(range.lowerBound) and \(range.upperBound) is expected")
    }
    return integer
  }

  mutating func number(_ key: String, in range: ClosedRange<Double>) throws(SaraiError) -> Double? {
    guard let value = take(key) else { return nil }
    var number: Double?
    if case .scalar(let scalar) = value {
      switch scalar.meaning {
      case .integer(let integer): number = Double(integer)
      case .number(let double): number = double
      default: break
      }
    }
    guard let number, range.contains(number) else {
      throw fault(
        value, key, es: "se espera un número entre \(range.lowerBound) y \(range.upperBound)",
        en: "a number between \(range.lowerBound) and \(range.upperBound) is expected")
    }
    return number
  }

  mutating func truth(_ key: String) throws(SaraiError) -> Bool? {
    guard let value = take(key) else { return nil }
    guard case .scalar(let scalar) = value, case .truth(let truth) = scalar.meaning else {
      throw fault(value, key, es: "se espera true o false", en: "true or false is expected")
    }
    return truth
  }

  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, of type: Choice.Type = Choice.self
  ) throws(SaraiError) -> Choice? where Choice.RawValue == String {
    guard let value = take(key) else { return nil }
    let raw = try text(value, join(key))
    guard let choice = Choice(rawValue: raw) else {
      let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
      let shown = SkillFault.shown(raw)
      throw fault(
        value, key, es: "«\(shown)» no vale; se admite: \(allowed)",
        en: "\"\(shown)\" is not valid; allowed are: \(allowed)")
    }
    return choice
  }

  /// A list; absent means empty.
  mutating func list(_ key: String, maxCount: Int) throws(SaraiError) -> [YAMLValue] {
    guard let value = take(key) else { return [] }
    return try list(value, join(key), maxCount: maxCount)
  }

  func list(_ value: YAMLValue, _ place: String, maxCount: Int) throws(SaraiError) -> [YAMLValue] {
    guard case .list(let items, _) = value else {
      throw SkillFault.error(
        file, value.line, place, es: "se espera una lista, como [a, b]", en: "a list is expected, such as [a, b]")
    }
    guard items.count <= maxCount else {
      throw SkillFault.error(
        file, value.line, place, es: "caben \(maxCount) y hay \(items.count)",
        en: "there is room for \(maxCount), and there are \(items.count)")
    }
    return items
  }

  /// A list of texts with their lines; absent means empty.
  mutating func texts(_ key: String, maxCount: Int) throws(SaraiError) -> [(text: String, line: Int)] {
    var texts: [(text: String, line: Int)] = []
    for (index, item) in try list(key, maxCount: maxCount).enumerated() {
      texts.append((try text(item, "\(join(key))[\(index)]"), item.line))
    }
    return texts
  }

  mutating func mapping(_ key: String) throws(SaraiError) -> SkillMapping? {
    guard let value = take(key) else { return nil }
    return try SkillMapping(value, file: file, path: join(key))
  }

  /// Refuses every key that nobody asked for.
  func finish() throws(SaraiError) {
    guard let unknown = members.first else { return }
    let key = SkillFault.shown(unknown.key)
    let allowed = known.joined(separator: ", ")
    guard let meant = NearestName.find(unknown.key, among: known) else {
      throw SkillFault.error(
        file, unknown.line, path, es: "no existe la clave «\(key)»; se admite: \(allowed)",
        en: "there is no key \"\(key)\"; allowed are: \(allowed)")
    }
    throw SkillFault.error(
      file, unknown.line, path, es: "no existe la clave «\(key)»: ¿querías decir «\(meant)»?",
      en: "there is no key \"\(key)\": did you mean \"\(meant)\"?")
  }

  func text(_ value: YAMLValue, _ place: String) throws(SaraiError) -> String {
    guard case .scalar(let scalar) = value, scalar.meaning == .text else {
      throw SkillFault.error(
        file, value.line, place, es: "se espera un texto; los números y true o false van entre comillas",
        en: "a text is expected; numbers and true or false go in quotes")
    }
    return scalar.text
  }

  func missing(_ key: String, es: String, en: String) -> SaraiError {
    SkillFault.error(file, line, join(key), es: "falta esta clave: \(es)", en: "this key is missing: \(en)")
  }

  func fault(_ value: YAMLValue, _ key: String, es: String, en: String) -> SaraiError {
    SkillFault.error(file, value.line, join(key), es: es, en: en)
  }

  func join(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
