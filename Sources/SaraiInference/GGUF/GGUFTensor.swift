import CLlama
import SaraiCore

/// One entry of a GGUF tensor table.
struct GGUFTensor: Sendable {
  /// No model comes near.
  static let countLimit = 100_000
  /// libllama keeps names in 64 bytes with a terminator.
  static let nameBytes = 1...63

  let name: String
  /// Elements per dimension, the contiguous one first; 1 to 4 of them, each at least 1.
  let dimensions: [Int]
  /// ggml's number of the element type; one that this libllama knows.
  let typeNumber: UInt32
  /// From the start of the data section.
  let offset: UInt64
  let elementCount: Int
  let byteCount: Int

  /// ggml's own type; only for numbers that were checked.
  var type: ggml_type { ggml_type(rawValue: typeNumber) }

  init(index: Int, from cursor: GGUFCursor) throws(SaraiError) {
    name = try Self.name(index: index, from: cursor)
    dimensions = try Self.dimensions(name: name, from: cursor)
    typeNumber = try cursor.integer()
    offset = try cursor.integer()

    let blockElements = typeNumber < GGML_TYPE_COUNT.rawValue ? ggml_blck_size(ggml_type(rawValue: typeNumber)) : 0
    guard blockElements > 0 else {
      throw cursor.fault(
        es: "el tensor \(quoted(name)) es de un tipo que este SARAi no conoce (\(typeNumber))",
        en: "the tensor \(quoted(name, .english)) is of a type that this SARAi does not know (\(typeNumber))")
    }
    guard dimensions[0] % Int(blockElements) == 0 else {
      throw cursor.fault(
        es: "las filas del tensor \(quoted(name)) tienen \(dimensions[0]) elementos, no un múltiplo de "
          + "\(blockElements)",
        en: "the rows of the tensor \(quoted(name, .english)) have \(dimensions[0]) elements, not a multiple of "
          + "\(blockElements)")
    }
    var elements = 1
    var overflow = false
    for dimension in dimensions {
      let product = elements.multipliedReportingOverflow(by: dimension)
      elements = product.partialValue
      overflow = overflow || product.overflow
    }
    let blockBytes = ggml_type_size(ggml_type(rawValue: typeNumber))
    let bytes = overflow ? (0, true) : (elements / Int(blockElements)).multipliedReportingOverflow(by: blockBytes)
    guard !bytes.1 else {
      throw cursor.fault(
        es: "el tensor \(quoted(name)) tiene dimensiones imposibles (\(dimensions))",
        en: "the tensor \(quoted(name, .english)) has impossible dimensions (\(dimensions))")
    }
    elementCount = elements
    byteCount = bytes.0
  }

  private static func name(index: Int, from cursor: GGUFCursor) throws(SaraiError) -> String {
    let length: UInt64 = try cursor.integer()
    guard nameBytes.contains(Int(clamping: length)) else {
      throw cursor.fault(
        es: "el nombre del tensor número \(index + 1) mide \(length) bytes (deben ser de 1 a 63)",
        en: "the name of tensor number \(index + 1) is \(length) bytes long (it must be 1 to 63)")
    }
    let bytes = try cursor.bytes(Int(length))
    guard !bytes.contains(0), let name = String(validating: bytes, as: UTF8.self) else {
      throw cursor.fault(
        es: "el nombre del tensor número \(index + 1) no es texto UTF-8",
        en: "the name of tensor number \(index + 1) is not UTF-8 text")
    }
    return name
  }

  private static func dimensions(name: String, from cursor: GGUFCursor) throws(SaraiError) -> [Int] {
    let count: UInt32 = try cursor.integer()
    guard (1...4).contains(count) else {
      throw cursor.fault(
        es: "el tensor \(quoted(name)) tiene \(count) dimensiones (deben ser de 1 a 4)",
        en: "the tensor \(quoted(name, .english)) has \(count) dimensions (it must be 1 to 4)")
    }
    var dimensions: [Int] = []
    for _ in 0..<count {
      let size: Int64 = try cursor.integer()
      guard size >= 1 else {
        throw cursor.fault(
          es: "el tensor \(quoted(name)) tiene una dimensión de \(size) elementos",
          en: "the tensor \(quoted(name, .english)) has a dimension of \(size) elements")
      }
      dimensions.append(Int(size))
    }
    return dimensions
  }
}
