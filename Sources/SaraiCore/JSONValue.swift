/// A JSON value (RFC 8259) that keeps what a reader of requests needs: the order of keys, and whole numbers exactly.
package enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent that fits 64 bits.
  case integer(Int64)
  /// Every other number; always finite when it was parsed.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  package var stringValue: String? {
    if case .string(let value) = self { value } else { nil }
  }

  package var boolValue: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// A whole number, also when it was written as `3.0` or `3e0`; nil where a `Double` could not hold it exactly.
  package var integerValue: Int64? {
    switch self {
    case .integer(let value): value
    case .number(let value) where abs(value) <= 9_007_199_254_740_992: Int64(exactly: value)
    default: nil
    }
  }

  package var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  package var arrayValue: [JSONValue]? {
    if case .array(let value) = self { value } else { nil }
  }

  package var objectValue: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  package var isNull: Bool { self == .null }

  /// A member of an object; nil for an absent one and for values that are no object.
  package subscript(key: String) -> JSONValue? { objectValue?[key] }

  /// What kind of value it is, in words for an error message.
  package var kind: Localized {
    switch self {
    case .null: Localized(es: "null", en: "null")
    case .bool: Localized(es: "un booleano", en: "a boolean")
    case .integer, .number: Localized(es: "un número", en: "a number")
    case .string: Localized(es: "un texto", en: "a string")
    case .array: Localized(es: "una lista", en: "an array")
    case .object: Localized(es: "un objeto", en: "an object")
    }
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(integerLiteral value: Int64) { self = .integer(value) }
  package init(floatLiteral value: Double) { self = .number(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(nilLiteral: ()) { self = .null }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    var object = JSONObject()
    for (key, value) in elements { object[key] = value }
    self = .object(object)
  }
}

/// The members of a JSON object in the order in which they were written, each key once.
///
/// Keys compare as Swift strings do, by canonical equivalence: two spellings of "é" are one key.
package struct JSONObject: Sendable, Hashable {
  package struct Member: Sendable, Hashable {
    package let key: String
    package var value: JSONValue
  }

  package private(set) var members: [Member] = []
  /// Position of each key, kept only for objects too large to search from the front.
  private var positions: [String: Int] = [:]

  private static let indexThreshold = 16

  package init() {}

  package var count: Int { members.count }
  package var keys: some Sequence<String> { members.lazy.map(\.key) }

  package subscript(key: String) -> JSONValue? {
    get { position(of: key).map { members[$0].value } }
    set {
      switch (position(of: key), newValue) {
      case (let position?, let value?): members[position].value = value
      case (let position?, nil): remove(at: position)
      case (nil, let value?): append(key, value)
      case (nil, nil): break
      }
    }
  }

  /// Adds a member unless the key is there already; true when it was added.
  mutating func insert(_ key: String, _ value: JSONValue) -> Bool {
    guard position(of: key) == nil else { return false }
    append(key, value)
    return true
  }

  private func position(of key: String) -> Int? {
    positions.isEmpty ? members.firstIndex { $0.key == key } : positions[key]
  }

  private mutating func append(_ key: String, _ value: JSONValue) {
    members.append(Member(key: key, value: value))
    if !positions.isEmpty {
      positions[key] = members.count - 1
    } else if members.count > Self.indexThreshold {
      rebuildPositions()
    }
  }

  private mutating func remove(at position: Int) {
    members.remove(at: position)
    positions = [:]
    if members.count > Self.indexThreshold { rebuildPositions() }
  }

  private mutating func rebuildPositions() {
    for (position, member) in members.enumerated() { positions[member.key] = position }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    for (key, value) in elements { self[key] = value }
  }
}
