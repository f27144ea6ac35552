import SaraiCore

/// JSON Schemas of all kinds that SARAi supports, by a seed.
struct SchemaFuzz {
  var random: SeededGenerator
  private static let keys = ["a", "name", "ñandú", "q\"uote", "two words", "id", "x-1", "Größe", "日本"]
  private static let formats = ["date", "time", "date-time", "uuid", "email", "ipv4", "ipv6", "uri", "hostname"]
  private static let patterns = [
    "^[A-Z]{2}-\\d{3}$", "^(red|green|blue)$", "^\\w+( \\w+){0,3}$", "^[^x]{2,5}$", "^-?\\d+(\\.\\d{2})?$",
    "^(a+)+$", "^([ab]{2})+c?$", "^(x|y+){1,3}\\S$", "^(\\d{2})* $",
  ]

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func schema() -> JSONValue { random.chance(0.1) ? recursive() : schema(depth: 3) }

  /// A schema whose parts lie at most so deep within each other.
  private mutating func schema(depth: Int) -> JSONValue {
    switch random.below(depth > 0 ? 12 : 7) {
    case 0:
      let least = Int64(random.below(5))
      return ["type": "string", "minLength": .integer(least), "maxLength": .integer(least + Int64(random.below(25)))]
    case 1: return number()
    case 2: return ["enum": ["ñ", 1, nil, [true, "a\"b"], ["k": 2.5], "\u{1F600}"]]
    case 3: return ["type": ["string", "null", "boolean"]]
    case 4: return ["type": "string", "format": .string(Self.formats[random.below(Self.formats.count)])]
    case 5: return ["type": "string", "pattern": .string(Self.patterns[random.below(Self.patterns.count)])]
    case 6: return random.chance(0.5) ? ["const": .integer(Int64(random.below(100)))] : ["type": "boolean"]
    case 7, 8, 9: return object(depth: depth)
    case 10: return array(depth: depth)
    default: return ["anyOf": [schema(depth: depth - 1), schema(depth: depth - 1)]]
    }
  }

  private mutating func number() -> JSONValue {
    let least = Int64(random.below(4_000)) - 2_000
    var object = JSONObject()
    object["type"] = random.chance(0.5) ? "integer" : "number"
    if random.chance(0.8) { object[random.chance(0.5) ? "minimum" : "exclusiveMinimum"] = .integer(least) }
    if random.chance(0.8) {
      object[random.chance(0.5) ? "maximum" : "exclusiveMaximum"] = .integer(least + 2 + Int64(random.below(5_000)))
    }
    return .object(object)
  }

  private mutating func object(depth: Int) -> JSONValue {
    var properties = JSONObject()
    var required: [JSONValue] = []
    for index in 0..<random.below(5) {
      let key = Self.keys[random.below(Self.keys.count)] + (random.chance(0.5) ? "\(index)" : "")
      guard properties[key] == nil else { continue }
      properties[key] = schema(depth: depth - 1)
      if random.chance(0.5) { required.append(.string(key)) }
    }
    var object: JSONObject = ["type": "object", "properties": .object(properties), "required": .array(required)]
    switch random.below(4) {
    case 0: object["additionalProperties"] = false
    case 1: object["additionalProperties"] = schema(depth: 0)
    case 2: object["additionalProperties"] = true
    default: break
    }
    return .object(object)
  }

  private mutating func array(depth: Int) -> JSONValue {
    let least = Int64(random.below(3))
    var object: JSONObject = ["type": "array", "items": schema(depth: depth - 1), "minItems": .integer(least)]
    if random.chance(0.7) { object["maxItems"] = .integer(least + Int64(random.below(4))) }
    if random.chance(0.3) { object["prefixItems"] = [schema(depth: 0), schema(depth: 0)] }
    if object["prefixItems"] != nil { object["maxItems"] = nil }
    return .object(object)
  }

  /// A tree, by a reference to the whole of it.
  private mutating func recursive() -> JSONValue {
    [
      "$defs": [
        "node": [
          "type": "object",
          "properties": [
            "value": schema(depth: 0),
            "children": ["type": "array", "items": ["$ref": "#/$defs/node"], "maxItems": 2],
          ],
          "required": ["value"], "additionalProperties": false,
        ]
      ],
      "$ref": "#/$defs/node",
    ]
  }
}
