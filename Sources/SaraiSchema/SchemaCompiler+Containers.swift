import SaraiCore

/// Objects and arrays.
extension SchemaCompiler {
  /// More than OpenAI takes in one object.
  static let maximumMembers = 250

  struct Property {
    var key: String
    var value: GrammarExpression
    var isRequired: Bool
  }

  mutating func object(
    _ schema: JSONObject, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    if schema["patternProperties"] != nil || schema["propertyNames"] != nil { return try map(schema, pointer, path) }
    if let variants = try dependentVariants(schema, pointer) {
      var ways: [GrammarExpression] = []
      for variant in variants { ways.append(rules.share(try object(variant, pointer, path))) }
      return ways.count == 1 ? ways[0] : .choice(ways)
    }
    guard let declared = (schema["properties"] ?? [:]).objectValue else {
      throw faults.wrong(pointer, es: "«properties» debe ser un objeto", en: "\"properties\" must be an object")
    }
    var required: [String] = []
    for name in schema["required"]?.arrayValue ?? (schema["required"] == nil ? [] : [.null]) {
      guard let name = name.stringValue else {
        throw faults.wrong(
          pointer, es: "«required» debe ser una lista de textos", en: "\"required\" must be an array of strings")
      }
      if !required.contains(name) { required.append(name) }
    }
    let additional = schema["additionalProperties"]
    try checkStrict(schema, declared, required, pointer)
    let undeclared = required.filter { declared[$0] == nil }
    guard declared.count + undeclared.count <= Self.maximumMembers else {
      throw faults.tooLarge(
        pointer, es: "un objeto pasa de \(Self.maximumMembers) miembros",
        en: "an object has more than \(Self.maximumMembers) members")
    }
    guard undeclared.isEmpty || additional != false else {
      throw faults.wrong(
        pointer, es: "exige «\(GrammarText.short(undeclared[0]))» y no lo permite",
        en: "it requires \"\(GrammarText.short(undeclared[0]))\" and does not allow it")
    }
    let mandatory = Set(required)
    var properties: [Property] = []
    for member in declared.members {
      let isRequired = mandatory.contains(member.key)
      if member.value == false, !isRequired { continue }
      let place = "\(pointer)/properties/\(Self.escaped(member.key))"
      properties.append(
        Property(key: member.key, value: try compile(member.value, place, path.within), isRequired: isRequired))
    }
    let free = try additionalValue(additional, pointer, path)
    for name in undeclared { properties.append(Property(key: name, value: free ?? value(), isRequired: true)) }
    // Without declared members an object may have any, unless it says otherwise.
    let isOpen = additional == nil ? declared.count == 0 && undeclared.isEmpty : additional != false
    // Members that are forbidden are no free ones either.
    let named = Array(declared.keys) + undeclared
    let more = isOpen ? freeMember(besides: named, free ?? value()) : nil
    let counts = try memberCounts(schema, properties, more != nil, pointer)
    if let more, properties.isEmpty {
      return .sequence([.text("{"), .list(more, separator: ", ", least: counts.least, most: counts.most), .text("}")])
    }
    guard counts.least > 0 || counts.most != nil else {
      return .sequence([.text("{"), members(properties, more), .text("}")])
    }
    return .sequence([.text("{"), try counted(properties, more, counts.least, counts.most, pointer), .text("}")])
  }

  /// What comes between the braces: the members in their order, each with its comma where something came before it.
  private mutating func members(_ properties: [Property], _ more: GrammarExpression?) -> GrammarExpression {
    var afterOthers = more.map { GrammarExpression.repeated(.sequence([.text(", "), $0]), 0, nil) } ?? .nothing
    var atStart = more.map { GrammarExpression.list($0, separator: ", ", least: 0, most: nil) } ?? .nothing
    let isShared = properties.contains { !$0.isRequired }
    for property in properties.reversed() {
      let member = GrammarExpression.sequence([
        .text(JSONPieces.written(.string(property.key)) + ": "), property.value,
      ])
      let followed = GrammarExpression.sequence([member, afterOthers])
      let (here, later) = (followed, GrammarExpression.sequence([.text(", "), member, afterOthers]))
      atStart = property.isRequired ? here : .choice([here, atStart])
      afterOthers = property.isRequired ? later : .choice([later, afterOthers])
      if isShared {
        atStart = rules.share(atStart)
        afterOthers = rules.share(afterOthers)
      }
    }
    return atStart
  }

  private func memberCounts(
    _ schema: JSONObject, _ properties: [Property], _ isOpen: Bool, _ pointer: String
  ) throws(SaraiError) -> (least: Int, most: Int?) {
    let (least, most) = (try count("minProperties", schema, pointer) ?? 0, try count("maxProperties", schema, pointer))
    try checkOrder(least, most, pointer)
    if properties.isEmpty, isOpen {
      // Nothing keeps a grammar from writing a key twice, and then there are fewer.
      guard least > 1 else { return (least, most) }
      throw faults.unsupported(
        pointer, "minProperties", es: "sin nombrar los miembros llega a 1; nómbralos en «required»",
        en: "it goes to 1 where members are not named; name them in \"required\"")
    }
    // What follows from the members anyway needs no counting.
    let isLeast = least <= properties.count(where: \.isRequired)
    let isMost = most.map { !isOpen && properties.count <= $0 } ?? true
    return (isLeast ? 0 : least, isMost ? nil : most)
  }

  private mutating func additionalValue(
    _ additional: JSONValue?, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression? {
    guard let additional, additional != false else { return nil }
    return try compile(additional, "\(pointer)/additionalProperties", path.within)
  }

  private func checkStrict(
    _ schema: JSONObject, _ declared: JSONObject, _ required: [String], _ pointer: String
  ) throws(SaraiError) {
    guard isStrict else { return }
    guard schema["additionalProperties"] == false else {
      throw faults.wrong(
        pointer, es: "con «strict» hace falta «additionalProperties»: false",
        en: "\"strict\" takes \"additionalProperties\": false")
    }
    if let optional = declared.keys.first(where: { !required.contains($0) }) {
      throw faults.wrong(
        pointer,
        es: "con «strict» han de estar en «required» todos los miembros; falta «\(GrammarText.short(optional))»",
        en: "\"strict\" takes all members in \"required\"; \"\(GrammarText.short(optional))\" is missing")
    }
  }

  /// A member with any key but those: what differs from each of them somewhere, letter by letter.
  private mutating func freeMember(besides names: [String], _ value: GrammarExpression) -> GrammarExpression {
    let any = rules.share(.repeated(.set(JSONPieces.plain), 0, nil))
    // Names with characters that have to be escaped can't be written by it anyway.
    let words = names.map { Array($0.unicodeScalars).map(\.value) }
    let key = different(from: words[...], at: 0, any: any)
    return rules.share(.sequence([.text("\""), key, .text("\": "), value]))
  }

  private mutating func different(
    from words: ArraySlice<[UInt32]>, at place: Int, any: GrammarExpression
  ) -> GrammarExpression {
    guard !words.isEmpty else { return any }
    let continuing = words.filter { $0.count > place }
    var groups: [UInt32: [[UInt32]]] = [:]
    for word in continuing { groups[word[place], default: []].append(word) }
    let taken = groups.keys.sorted()
    var ways: [GrammarExpression] = []
    // The end, unless a name ends here.
    if continuing.count == words.count { ways.append(.nothing) }
    ways.append(.sequence([.set(Self.without(taken, JSONPieces.plain)), any]))
    for letter in taken where JSONPieces.plain.contains(where: { $0.contains(letter) }) {
      let rest = different(from: groups[letter, default: []][...], at: place + 1, any: any)
      ways.append(.sequence([.set([letter...letter]), rules.share(rest)]))
    }
    return .choice(ways)
  }

  static func without(_ taken: [UInt32], _ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var left = ranges
    for letter in taken {
      left = left.flatMap { range -> [ClosedRange<UInt32>] in
        guard range.contains(letter) else { return [range] }
        return (letter > range.lowerBound ? [range.lowerBound...(letter - 1)] : [])
          + (letter < range.upperBound ? [(letter + 1)...range.upperBound] : [])
      }
    }
    return left
  }

  /// A key as a step of a JSON Pointer.
  static func escaped(_ key: String) -> String {
    GrammarText.short(key.replacing("~", with: "~0").replacing("/", with: "~1"))
  }

  // MARK: - Arrays

  mutating func array(
    _ schema: JSONObject, _ pointer: String, _ path: Path
  ) throws(SaraiError) -> GrammarExpression {
    let least = try count("minItems", schema, pointer) ?? 0
    let most = try count("maxItems", schema, pointer)
    try checkOrder(least, most, pointer)
    guard least <= 1_000, most ?? 0 <= 10_000 else {
      throw faults.tooLarge(
        pointer, es: "«minItems» llega a 1000 y «maxItems» a 10000",
        en: "\"minItems\" goes to 1,000 and \"maxItems\" to 10,000")
    }
    if schema["uniqueItems"] == true, most ?? 2 > 1 { return try unique(schema, least, most, pointer) }
    // Draft 7 wrote tuples as "items".
    let isOldTuple = schema["items"]?.arrayValue != nil
    let first = (isOldTuple ? schema["items"] : schema["prefixItems"]) ?? []
    let rest = isOldTuple ? schema["additionalItems"] : schema["items"]
    guard let first = first.arrayValue, first.count <= 100 else {
      throw faults.wrong(
        pointer, es: "«prefixItems» debe ser una lista de hasta 100 esquemas",
        en: "\"prefixItems\" must be an array of at most 100 schemas")
    }
    var places: [GrammarExpression] = []
    for (index, item) in first.prefix(most ?? first.count).enumerated() {
      places.append(try compile(item, "\(pointer)/prefixItems/\(index)", path.within))
    }
    // A tuple goes on only where its schema says with what, or that it has to.
    let goesOn = rest != false && (rest != nil || first.isEmpty || least > first.count)
    guard goesOn || least <= places.count else {
      throw faults.wrong(pointer, es: "«minItems» pasa de lo que cabe", en: "\"minItems\" exceeds what there can be")
    }
    let element = goesOn && most != 0 ? rules.share(try compile(rest ?? true, "\(pointer)/items", path.within)) : nil
    guard !places.isEmpty else {
      let list = element.map { GrammarExpression.list($0, separator: ", ", least: least, most: most) }
      return .sequence([.text("["), list ?? .nothing, .text("]")])
    }
    let beyond = most.map { $0 - places.count }
    var tail =
      element.map {
        GrammarExpression.repeated(.sequence([.text(", "), $0]), max(0, least - places.count), beyond)
      } ?? .nothing
    for (index, place) in places.enumerated().reversed() {
      let here = GrammarExpression.sequence([.text(index == 0 ? "" : ", "), place, tail])
      tail = rules.share(index < least ? here : .optional(here))
    }
    return .sequence([.text("["), tail, .text("]")])
  }
}
