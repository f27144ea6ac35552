import SaraiCore

/// Alternatives, and schemas that hold together.
extension SchemaCompiler {
  mutating func combine(
    _ schema: JSONObject, _ keyword: String, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    guard let given = schema[keyword]?.arrayValue, !given.isEmpty else {
      throw faults.wrong(
        pointer, es: "«\(keyword)» debe ser una lista con esquemas", en: "\"\(keyword)\" must be an array with schemas")
    }
    guard given.count <= 500 else {
      throw faults.tooLarge(pointer, es: "«\(keyword)» pasa de 500", en: "\"\(keyword)\" has more than 500")
    }
    var base = schema
    base[keyword] = nil
    let isNullable = base["nullable"] == true
    base["nullable"] = nil
    let isExactlyOne = keyword == "oneOf" && given.count > 1
    let branches = isExactlyOne ? try Self.excluding(given) ?? given : given
    if isExactlyOne { try checkApart(branches, base, pointer) }
    var ways: [GrammarExpression] = []
    for (index, branch) in branches.enumerated() {
      let place = "\(pointer)/\(keyword)/\(index)"
      if branch == false { continue }
      guard Self.constrains(base) else {
        ways.append(try compile(branch, place, path.beside))
        continue
      }
      let own = branch == true ? JSONObject() : try plain(branch, place)
      ways.append(try compile(.object(try merge(base, own, place)), place, path.beside))
    }
    if isNullable { ways.append(.text("null")) }
    guard !ways.isEmpty else { throw faults.wrong(pointer, es: "no vale ningún valor", en: "no value is allowed") }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  /// `oneOf` means exactly one: a value of two alternatives would not do, and a grammar can't see that.
  private func checkApart(_ branches: [JSONValue], _ base: JSONObject, _ pointer: String) throws(SaraiError) {
    var schemas: [JSONObject] = []
    for (index, branch) in branches.enumerated() where branch != false {
      let place = "\(pointer)/oneOf/\(index)"
      let own = branch == true ? JSONObject() : try plain(branch, place)
      schemas.append(Self.constrains(base) ? try merge(base, own, place) : own)
    }
    guard schemas.count <= 100 else {
      throw faults.tooLarge(pointer, es: "«oneOf» pasa de 100", en: "\"oneOf\" has more than 100")
    }
    for (index, one) in schemas.enumerated() {
      for other in schemas[(index + 1)...] where try !areApart(one, other, pointer) {
        throw faults.unsupported(
          pointer, "oneOf", es: "un valor podría cumplir dos de sus alternativas; usa «anyOf»",
          en: "a value could obey two of its alternatives; use \"anyOf\"")
      }
    }
  }

  private func areApart(_ one: JSONObject, _ other: JSONObject, _ pointer: String) throws(SaraiError) -> Bool {
    if let values = Self.values(one), let others = Self.values(other) { return Set(values).isDisjoint(with: others) }
    let (own, others) = (try typesOrValues(one, pointer), try typesOrValues(other, pointer))
    guard !own.isEmpty, !others.isEmpty else { return false }
    let shared = own.filter { type in others.contains { $0 == type || Set([$0, type]) == ["integer", "number"] } }
    if shared.isEmpty { return true }
    guard shared == ["object"] else { return false }
    // Each is written without a member that the other one has to have.
    if Self.lacks(one, from: other) && Self.lacks(other, from: one) { return true }
    // A member that both have to have, with other values in each, tells them apart.
    let required = Set(other["required"]?.arrayValue ?? [])
    for case .string(let key) in one["required"]?.arrayValue ?? [] where required.contains(.string(key)) {
      guard let mine = one["properties"]?[key], let theirs = other["properties"]?[key], mine.objectValue != nil,
        theirs.objectValue != nil, let values = Self.values(try plain(mine, pointer)),
        let others = Self.values(try plain(theirs, pointer))
      else { continue }
      if Set(values).isDisjoint(with: others) { return true }
    }
    return false
  }

  /// Whether what is written for a schema never has some member that the other one requires.
  private static func lacks(_ schema: JSONObject, from other: JSONObject) -> Bool {
    guard let properties = schema["properties"]?.objectValue, properties.count > 0,
      ["patternProperties", "propertyNames", "dependentRequired", "dependencies", "anyOf", "oneOf"]
        .allSatisfy({ schema[$0] == nil })
    else { return false }
    let additional = schema["additionalProperties"]
    let isOpen = additional != nil && additional != false
    return (other["required"]?.arrayValue ?? []).contains { name in
      guard let name = name.stringValue, schema["required"]?.arrayValue?.contains(.string(name)) != true else {
        return false
      }
      return properties[name].map { $0 == false } ?? !isOpen
    }
  }

  /// Alternatives that only say which members there have to be: each is written without one that each other one has.
  private static func excluding(_ branches: [JSONValue]) throws(SaraiError) -> [JSONValue]? {
    var all: [[JSONValue]] = []
    for branch in branches {
      guard let object = branch.objectValue, let names = object["required"]?.arrayValue,
        object.keys.allSatisfy({ $0 == "required" || $0 == "title" || $0 == "description" })
      else { return nil }
      all.append(names)
    }
    return all.enumerated().map { index, names in
      var properties = JSONObject()
      for (other, others) in all.enumerated() where other != index {
        guard !others.contains(where: { $0.stringValue.map { properties[$0] == false } ?? false }) else { continue }
        if let key = others.first(where: { !names.contains($0) })?.stringValue { properties[key] = false }
      }
      return ["required": .array(names), "properties": .object(properties)]
    }
  }

  private static func values(_ schema: JSONObject) -> [JSONValue]? {
    schema["const"].map { [$0] } ?? schema["enum"]?.arrayValue
  }

  private func typesOrValues(_ schema: JSONObject, _ pointer: String) throws(SaraiError) -> [String] {
    let types = try types(of: schema, pointer)
    guard types.isEmpty, let values = Self.values(schema) else {
      return schema["nullable"] == true ? types + ["null"] : types
    }
    return ["null", "boolean", "number", "string", "array", "object"].filter { type in
      values.contains { Self.isOf(type, $0) }
    }
  }

  // MARK: - allOf

  /// A schema without references and `allOf` at its head.
  func plain(_ schema: JSONValue, _ pointer: String, depth: Int = 0) throws(SaraiError) -> JSONObject {
    guard depth < 20 else {
      throw faults.tooLarge(
        pointer, es: "más de 20 esquemas, uno dentro de otro", en: "more than 20 schemas within each other")
    }
    guard let object = schema.objectValue else {
      if schema == true { return JSONObject() }
      throw faults.wrong(pointer, es: "se espera un objeto", en: "an object is expected")
    }
    try checkKeywords(object, pointer)
    guard let reference = object["$ref"] else { return try flattened(object, pointer, depth) }
    var others = object
    others["$ref"] = nil
    let target = try plain(.object(try resolved(reference, pointer)), pointer, depth: depth + 1)
    return Self.constrains(others) ? try merge(target, try flattened(others, pointer, depth), pointer) : target
  }

  func flattened(_ schema: JSONObject, _ pointer: String, _ depth: Int) throws(SaraiError) -> JSONObject {
    guard let parts = schema["allOf"] else { return schema }
    guard let parts = parts.arrayValue, parts.count <= 100 else {
      throw faults.wrong(
        pointer, es: "«allOf» debe ser una lista de hasta 100 esquemas",
        en: "\"allOf\" must be an array of at most 100 schemas")
    }
    var merged = schema
    merged["allOf"] = nil
    for (index, part) in parts.enumerated() {
      let place = "\(pointer)/allOf/\(index)"
      merged = try merge(merged, try plain(part, place, depth: depth + 1), place)
    }
    return merged
  }

  /// What obeys both, where that can be said as one schema.
  func merge(_ one: JSONObject, _ other: JSONObject, _ pointer: String) throws(SaraiError) -> JSONObject {
    var merged = one
    try checkMembers(one, other, pointer)
    for member in other.members {
      let (key, value) = (member.key, member.value)
      guard let present = merged[key], present != value else {
        merged[key] = value
        continue
      }
      if Self.annotations.contains(key) || key.hasPrefix("x-") { continue }
      switch key {
      case "type":
        let own = try types(of: ["type": present], pointer)
        let others = try types(of: ["type": value], pointer)
        let shared = own.compactMap { type -> String? in
          if others.contains(type) { return type }
          let isInteger = type == "number" ? others.contains("integer") : type == "integer" && others.contains("number")
          return isInteger ? "integer" : nil
        }
        guard !shared.isEmpty else { throw faults.wrong(pointer, es: "ningún «type» vale", en: "no \"type\" is left") }
        merged[key] = .array(shared.map { .string($0) })
      case "properties":
        guard var properties = present.objectValue, let more = value.objectValue else {
          throw faults.wrong(pointer, es: "«properties» debe ser un objeto", en: "\"properties\" must be an object")
        }
        for property in more.members {
          let before = properties[property.key]
          let isForbidden = before == false || property.value == false
          properties[property.key] =
            isForbidden
            ? false : before.map { $0 == property.value ? $0 : ["allOf": [$0, property.value]] } ?? property.value
        }
        merged[key] = .object(properties)
      case "required":
        let names = present.arrayValue ?? []
        merged[key] = .array(names + (value.arrayValue ?? []).filter { !names.contains($0) })
      case "enum":
        merged[key] = .array((present.arrayValue ?? []).filter { (value.arrayValue ?? []).contains($0) })
      case "additionalProperties": merged[key] = present == true ? value : value == true ? present : false
      case "nullable": merged[key] = false
      case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
        if present.doubleValue ?? 0 < value.doubleValue ?? 0 { merged[key] = value }
      case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
        if present.doubleValue ?? 0 > value.doubleValue ?? 0 { merged[key] = value }
      default:
        throw faults.unsupported(
          pointer, key, es: "dos esquemas que valen a la vez dicen cosas distintas; júntalos en uno",
          en: "two schemas that hold together differ in it; write them as one")
      }
    }
    return merged
  }

  /// A schema that is closed to other members closes the other one too.
  private func checkMembers(_ one: JSONObject, _ other: JSONObject, _ pointer: String) throws(SaraiError) {
    for (closed, open) in [(one, other), (other, one)] {
      guard let additional = closed["additionalProperties"], additional != true else { continue }
      let names = closed["properties"]?.objectValue
      let more = open["properties"]?.objectValue?.keys.filter { names?[$0] == nil } ?? []
      let clash = additional != false && open["additionalProperties"].map { $0 != true && $0 != additional } == true
      guard more.isEmpty, !clash else {
        throw faults.unsupported(
          pointer, "additionalProperties", es: "los esquemas que valen a la vez se excluyen; júntalos en uno",
          en: "the schemas that hold together exclude each other; write them as one")
      }
    }
  }
}
