import SaraiCore

/// What SARAi keeps of a metadata value. Long strings and arrays are checked and measured, not kept.
enum GGUFValue: Sendable {
  case integer(Int64)
  /// An unsigned 64-bit number beyond `Int64`.
  case hugeInteger
  case number(Double)
  case boolean(Bool)
  case string(String)
  case longString(byteCount: Int)
  /// `integers` are kept for short integer arrays: per-layer settings.
  case array(element: GGUFValueType, count: Int, integers: [Int64]?)
}

/// The value types of GGUF, numbered as in the file.
enum GGUFValueType: UInt32, Sendable {
  case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

  /// Bytes of one value; of a string, its length field; nil for arrays.
  var minimumBytes: Int? {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .uint32, .int32, .float32: 4
    case .uint64, .int64, .float64, .string: 8
    case .array: nil
    }
  }

  var isInteger: Bool {
    switch self {
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64: true
    case .float32, .float64, .bool, .string, .array: false
    }
  }
}

/// The key–value part of a GGUF header.
struct GGUFMetadata: Sendable {
  // No model comes near these; a hostile file of many gigabytes could otherwise take hours or fill the memory.
  static let keyLimit = 10_000
  static let stringArrayLimit = 1 << 24
  static let byteLimit = 256 << 20
  static let keptStringBytes = 1024
  /// One for each layer that libllama allows.
  static let keptArrayElements = 512

  private(set) var values: [String: GGUFValue] = [:]

  /// Reads `count` pairs from where the cursor stands.
  init(count: UInt64, from cursor: GGUFCursor) throws(SaraiError) {
    // The smallest pair: a length, a key of one byte, a type, a value of one byte.
    guard count <= UInt64(Self.keyLimit), count <= UInt64(cursor.remaining / 14) else {
      throw cursor.fault(
        es: "el encabezado anuncia \(count) claves, más de las que caben",
        en: "the header announces \(count) keys, more than fit")
    }
    values.reserveCapacity(Int(count))
    for index in 0..<Int(count) {
      let key = try Self.key(index: index, from: cursor)
      let type = try Self.type(key: key, from: cursor)
      let value = try Self.value(of: type, key: key, from: cursor)
      guard cursor.position <= Self.byteLimit else {
        throw cursor.fault(
          es: "el encabezado ocupa más de \(Self.byteLimit) bytes", en: "the header takes over \(Self.byteLimit) bytes")
      }
      guard values.updateValue(value, forKey: key) == nil else {
        throw cursor.fault(
          es: "la clave \(quoted(key)) está dos veces", en: "the key \(quoted(key, .english)) is there twice")
      }
    }
  }

  private static func key(index: Int, from cursor: GGUFCursor) throws(SaraiError) -> String {
    let length: UInt64 = try cursor.integer()
    guard (1...65535).contains(length) else {
      throw cursor.fault(
        es: "la clave número \(index + 1) mide \(length) bytes (deben ser de 1 a 65535)",
        en: "key number \(index + 1) is \(length) bytes long (it must be 1 to 65535)")
    }
    guard let key = String(validating: try cursor.bytes(Int(length)), as: UTF8.self) else {
      throw cursor.fault(
        es: "la clave número \(index + 1) no es texto UTF-8", en: "key number \(index + 1) is not UTF-8 text")
    }
    return key
  }

  private static func type(key: String, from cursor: GGUFCursor) throws(SaraiError) -> GGUFValueType {
    let number: UInt32 = try cursor.integer()
    guard let type = GGUFValueType(rawValue: number) else {
      throw cursor.fault(
        es: "la clave \(quoted(key)) tiene un tipo desconocido (\(number))",
        en: "the key \(quoted(key, .english)) has an unknown type (\(number))")
    }
    return type
  }

  private static func value(
    of type: GGUFValueType, key: String, from cursor: GGUFCursor
  ) throws(SaraiError) -> GGUFValue {
    switch type {
    case .float32: return .number(Double(Float(bitPattern: try cursor.integer())))
    case .float64: return .number(Double(bitPattern: try cursor.integer()))
    case .bool:
      let byte: UInt8 = try cursor.integer()
      guard byte <= 1 else {
        throw cursor.fault(
          es: "la clave \(quoted(key)) no es ni verdadera ni falsa (\(byte))",
          en: "the key \(quoted(key, .english)) is neither true nor false (\(byte))")
      }
      return .boolean(byte == 1)
    case .string:
      let length: UInt64 = try cursor.integer()
      guard length <= UInt64(keptStringBytes) else {
        try cursor.skip(length)
        return .longString(byteCount: Int(length))
      }
      return .string(String(decoding: try cursor.bytes(Int(length)), as: UTF8.self))
    case .array: return try array(key: key, from: cursor)
    case .uint64:
      let value: UInt64 = try cursor.integer()
      return Int64(exactly: value).map(GGUFValue.integer) ?? .hugeInteger
    case .uint8, .int8, .uint16, .int16, .uint32, .int32, .int64:
      return .integer(try integer(of: type, from: cursor) ?? 0)
    }
  }

  /// The next integer; nil for unsigned 64-bit numbers beyond `Int64` and for types that are none.
  private static func integer(of type: GGUFValueType, from cursor: GGUFCursor) throws(SaraiError) -> Int64? {
    switch type {
    case .uint8: Int64(try cursor.integer(UInt8.self))
    case .int8: Int64(try cursor.integer(Int8.self))
    case .uint16: Int64(try cursor.integer(UInt16.self))
    case .int16: Int64(try cursor.integer(Int16.self))
    case .uint32: Int64(try cursor.integer(UInt32.self))
    case .int32: Int64(try cursor.integer(Int32.self))
    case .uint64: Int64(exactly: try cursor.integer(UInt64.self))
    case .int64: try cursor.integer(Int64.self)
    case .float32, .float64, .bool, .string, .array: nil
    }
  }

  private static func array(key: String, from cursor: GGUFCursor) throws(SaraiError) -> GGUFValue {
    let element = try type(key: key, from: cursor)
    guard let elementBytes = element.minimumBytes else {
      throw cursor.fault(
        es: "la clave \(quoted(key)) es una lista de listas, que ningún modelo usa",
        en: "the key \(quoted(key, .english)) is a list of lists, which no model uses")
    }
    let count: UInt64 = try cursor.integer()
    let limit = element == .string ? stringArrayLimit : .max
    guard count <= UInt64(min(cursor.remaining / elementBytes, limit)) else {
      throw cursor.fault(
        es: "la lista \(quoted(key)) anuncia \(count) elementos, más de los que pueden ser",
        en: "the list \(quoted(key, .english)) announces \(count) elements, more than there can be")
    }
    if element == .string {
      for _ in 0..<count { try cursor.skip(try cursor.integer(UInt64.self)) }
    } else if element.isInteger, count <= UInt64(keptArrayElements) {
      var integers: [Int64] = []
      for _ in 0..<count { integers.append(try integer(of: element, from: cursor) ?? .max) }
      return .array(element: element, count: Int(count), integers: integers)
    } else {
      try cursor.skip(count * UInt64(elementBytes))
    }
    return .array(element: element, count: Int(count), integers: nil)
  }
}

/// A name out of an untrusted file, fit for a terminal: short and free of control characters.
func quoted(_ name: String, _ language: Language = .spanish) -> String {
  var clean = String.UnicodeScalarView()
  for scalar in name.unicodeScalars.prefix(64) {
    let isPlain = scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
    clean.append(isPlain ? scalar : "\u{FFFD}")
  }
  if name.unicodeScalars.count > 64 { clean.append("…") }
  return language == .spanish ? "«\(clean)»" : "“\(clean)”"
}
