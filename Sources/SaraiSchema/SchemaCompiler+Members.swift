import SaraiCore

/// Objects and arrays whose members or elements depend on each other.
extension SchemaCompiler {
  // MARK: - Members counted

  /// States of one object that is counted: places among its members, times numbers of members.
  private static let maximumCounted = 3_000

  /// Members in their order, so many of them at least and at most.
  mutating func counted(
    _ properties: [Property], _ more: GrammarExpression?, _ least: Int, _ most: Int?, _ pointer: String
  ) throws(SaraiError) -> GrammarExpression {
    // Beyond it the number makes no difference.
    let cap = min(most ?? max(least, 1), properties.count + 1)
    guard (properties.count + 1) * (cap + 1) <= Self.maximumCounted else {
      throw faults.tooLarge(
        pointer, es: "cuenta demasiados miembros", en: "it counts too many members")
    }
    // What comes after so many members are written, from the end to the beginning; nil is no way.
    var after: [GrammarExpression?] = (0...cap).map { count in
      let missing = max(0, least - count)
      guard let more else { return missing == 0 ? .nothing : nil }
      // Nothing keeps a grammar from writing a free key twice, so that they count as one.
      guard missing <= 1 else { return nil }
      let room = most.map { $0 - count }
      let list = GrammarExpression.list(more, separator: ", ", least: missing, most: room)
      guard count > 0, room != 0 else { return room == 0 && missing == 0 ? .nothing : list }
      let next = GrammarExpression.sequence([.text(", "), more])
      return .repeated(next, missing, room)
    }
    for property in properties.reversed() {
      let text = JSONPieces.written(.string(property.key)) + ": "
      let before = after
      for count in 0...cap {
        var ways: [GrammarExpression] = []
        let isFull = most.map { count >= $0 } ?? false
        if !isFull, let rest = before[min(count + 1, cap)] {
          ways.append(.sequence([.text((count > 0 ? ", " : "") + text), property.value, rest]))
        }
        if !property.isRequired, let rest = before[count] { ways.append(rest) }
        after[count] = ways.isEmpty ? nil : rules.share(ways.count == 1 ? ways[0] : .choice(ways))
      }
    }
    guard let all = after[0] else {
      throw faults.wrong(
        pointer, es: "no puede tener tantos miembros como pide", en: "it can't have as many members as it asks for")
    }
    return all
  }

  // MARK: - Members that call for others

  /// One schema for each choice of the members that call for others; nil where none does.
  func dependentVariants(_ schema: JSONObject, _ pointer: String) throws(SaraiError) -> [JSONObject]? {
    guard schema["dependentRequired"] != nil || schema["dependencies"] != nil else { return nil }
    var needs = JSONObject()
    for keyword in ["dependentRequired", "dependencies"] {
      guard let given = schema[keyword] else { continue }
      for member in given.objectValue?.members ?? [] {
        guard let names = member.value.arrayValue, names.allSatisfy({ $0.stringValue != nil }) else {
          throw faults.unsupported(
            pointer, keyword, es: "solo listas de nombres; para lo demás usa «anyOf»",
            en: "only arrays of names; use \"anyOf\" for the rest")
        }
        needs[member.key] = .array(names + (needs[member.key]?.arrayValue ?? []))
      }
    }
    var plain = schema
    plain["dependentRequired"] = nil
    plain["dependencies"] = nil
    // What was open without members stays so.
    let members = plain["properties"]?.objectValue?.count ?? 0
    if plain["additionalProperties"] == nil, members == 0, plain["required"]?.arrayValue?.isEmpty ?? true {
      plain["additionalProperties"] = true
    }
    guard needs.count <= 5 else {
      throw faults.unsupported(
        pointer, "dependentRequired", es: "llega a cinco miembros; usa «anyOf»",
        en: "it goes to five members; use \"anyOf\"")
    }
    var variants: [JSONObject] = []
    for choice in 0..<(1 << needs.count) {
      var properties = plain["properties"]?.objectValue ?? JSONObject()
      var required = plain["required"]?.arrayValue ?? []
      var absent: [JSONValue] = []
      for (place, member) in needs.members.enumerated() {
        if choice >> place & 1 == 0 {
          absent.append(.string(member.key))
          properties[member.key] = false
        } else {
          let names = [JSONValue.string(member.key)] + (member.value.arrayValue ?? [])
          for name in names where !required.contains(name) { required.append(name) }
        }
      }
      guard !absent.contains(where: required.contains) else { continue }
      var variant = plain
      variant["properties"] = .object(properties)
      variant["required"] = .array(required)
      variants.append(variant)
    }
    return variants
  }

  // MARK: - Maps

  /// An object whose keys obey a pattern or a schema, and that names no members.
  mutating func map(
    _ schema: JSONObject, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    let keyword = schema["patternProperties"] != nil ? "patternProperties" : "propertyNames"
    let named = ["properties", "required", "dependentRequired", "dependencies"].filter { name in
      schema[name].map { $0 != [] && $0 != [:] } ?? false
    }
    guard named.isEmpty, !isStrict, keyword == "propertyNames" || schema["propertyNames"] == nil else {
      throw faults.unsupported(
        pointer, keyword, es: "solo donde no se nombran miembros; usa «additionalProperties»",
        en: "only where no members are named; use \"additionalProperties\"")
    }
    let (least, most) = (try count("minProperties", schema, pointer) ?? 0, try count("maxProperties", schema, pointer))
    try checkOrder(least, most, pointer)
    guard least <= 1 else {
      throw faults.unsupported(
        pointer, "minProperties", es: "sin nombrar los miembros llega a 1; nómbralos en «required»",
        en: "it goes to 1 where members are not named; name them in \"required\"")
    }
    let (key, content) = try mapMember(schema, keyword, pointer, path)
    let member = rules.share(.sequence([key, .text(": "), content]))
    return .sequence([.text("{"), .list(member, separator: ", ", least: least, most: most), .text("}")])
  }

  private mutating func mapMember(
    _ schema: JSONObject, _ keyword: String, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> (key: GrammarExpression, value: GrammarExpression) {
    if keyword == "propertyNames" {
      let place = "\(pointer)/propertyNames"
      var names = try plain(schema[keyword] ?? true, place)
      names["type"] = "string"
      let additional = schema["additionalProperties"] ?? true
      return (
        try compile(.object(names), place, path.within),
        try compile(additional, "\(pointer)/additionalProperties", path.within)
      )
    }
    guard let patterns = schema[keyword]?.objectValue, let first = patterns.members.first else {
      throw faults.wrong(
        pointer, es: "«patternProperties» debe ser un objeto con patrones",
        en: "\"patternProperties\" must be an object with patterns")
    }
    // A key of two patterns would have to obey both.
    guard patterns.members.allSatisfy({ $0.value == first.value }) else {
      throw faults.unsupported(
        pointer, keyword, es: "varios patrones con esquemas distintos; deja uno",
        en: "several patterns with different schemas; keep one of them")
    }
    let place = "\(pointer)/patternProperties/\(Self.escaped(first.key))"
    let key = try string(["type": "string", "pattern": .string(first.key)], place)
    return (key, try compile(first.value, place, path.within))
  }

  // MARK: - Elements that differ

  /// With more values than this, those that are there come in the schema's order.
  private static let mostInAnyOrder = 6

  /// An array whose elements are all different, out of values that can be named.
  mutating func unique(
    _ schema: JSONObject, _ least: Int, _ most: Int?, _ pointer: String
  ) throws(SaraiError) -> GrammarExpression {
    var items: JSONObject?
    if let given = schema["items"], given.objectValue != nil { items = try plain(given, "\(pointer)/items") }
    guard let items, schema["prefixItems"] == nil, let values = Self.namedValues(items), values.count <= 100 else {
      throw faults.unsupported(
        pointer, "uniqueItems", es: "solo con valores de un «enum»; quítalo y compruébalo en la respuesta",
        en: "only with values of an \"enum\"; leave it out and check the answer")
    }
    // Through the same door as any other enumeration, which checks the words beside it.
    _ = try compile(.object(items), "\(pointer)/items", Path())
    let texts = values.map(JSONPieces.written)
    let most = min(most ?? texts.count, texts.count)
    guard least <= most else {
      throw faults.wrong(pointer, es: "no hay tantos valores distintos", en: "there are not as many different values")
    }
    var choosing = Choosing(texts: texts, least: least, most: most, isInOrder: texts.count > Self.mostInAnyOrder)
    let list = chosen(Choice(left: Array(texts.indices), count: 0), &choosing)
    return .sequence([.text("["), list ?? .nothing, .text("]")])
  }

  private struct Choice: Hashable {
    /// Values that may come.
    var left: [Int]
    /// Values that are written, as far as their number matters.
    var count: Int
  }

  private struct Choosing {
    let texts: [String]
    let least: Int
    let most: Int
    let isInOrder: Bool
    var known: [Choice: GrammarExpression?] = [:]

    /// Beyond it the number of written values makes no difference.
    var cap: Int { most < texts.count ? most : max(least, 1) }
  }

  /// Nil where no way leads to as many as there have to be.
  private mutating func chosen(_ at: Choice, _ choosing: inout Choosing) -> GrammarExpression? {
    if let found = choosing.known[at] { return found }
    var ways: [GrammarExpression] = []
    if at.count >= choosing.least, !choosing.isInOrder || at.left.isEmpty { ways.append(.nothing) }
    // In order a value is written or passed over; otherwise any of those that are left is.
    let candidates = choosing.isInOrder ? at.left.prefix(1) : at.left[...]
    if at.count < choosing.most || choosing.most >= choosing.texts.count {
      for value in candidates {
        let next = Choice(left: at.left.filter { $0 != value }, count: min(at.count + 1, choosing.cap))
        guard let rest = chosen(next, &choosing) else { continue }
        ways.append(.sequence([.text((at.count > 0 ? ", " : "") + choosing.texts[value]), rest]))
      }
    }
    if choosing.isInOrder, !at.left.isEmpty,
      let rest = chosen(Choice(left: Array(at.left.dropFirst()), count: at.count), &choosing)
    {
      ways.append(rest)
    }
    let found = ways.isEmpty ? nil : rules.share(ways.count == 1 ? ways[0] : .choice(ways))
    choosing.known[at] = found
    return found
  }

  /// The values of an enumeration, each once, as JSON Schema compares them: 1 and 1.0 are one.
  private static func namedValues(_ schema: JSONObject) -> [JSONValue]? {
    if schema["type"] == "boolean", schema["enum"] == nil, schema["const"] == nil { return [true, false] }
    guard let all = schema["const"].map({ [$0] }) ?? schema["enum"]?.arrayValue else { return nil }
    // Within lists and objects equal numbers may be spelled in several ways.
    guard all.allSatisfy({ $0.arrayValue == nil && $0.objectValue == nil }), schema["nullable"] == nil else {
      return nil
    }
    let types = schema["type"].map { $0.arrayValue?.compactMap(\.stringValue) ?? [$0.stringValue ?? ""] }
    var values: [JSONValue] = []
    for value in all where types.map({ $0.contains { isOf($0, value) } }) ?? true {
      let isKnown = values.contains { $0 == value || ($0.doubleValue != nil && $0.doubleValue == value.doubleValue) }
      if !isKnown { values.append(value) }
    }
    return values.isEmpty ? nil : values
  }
}
