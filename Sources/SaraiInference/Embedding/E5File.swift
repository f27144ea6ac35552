import FoundationEssentials
import SaraiCore

/// Checks a packed multilingual-e5 file (magic "E5S1") before the C code reads it, which trusts every length and
/// offset in it.
///
/// All numbers little-endian: magic, version; hidden size, layers, heads, feed-forward size, vocabulary, positions,
/// token types (i32 each), epsilon (f32), block size (i32); the tokenizer: pieces, four special ids (i32 each), blob
/// length (u64), piece offsets, scores, blob, normalization map; a directory of tensors (name, type, count, offset,
/// length); the tensors, weights as blocks of 32 four-bit numbers in 18 bytes.
struct E5File {
  struct Shape: Equatable {
    var hidden: Int
    var layers: Int
    var heads: Int
    var feedForward: Int
    var vocabulary: Int
    var positions: Int
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// The C code reserves four code points per byte of text; a mapping to more would write past its buffer, so the
  /// text is expanded before. Larger ones than this are refused.
  static let maximumExpansion = 32

  let shape: Shape
  /// Code points that grow beyond what the C code has room for, with what they become.
  let wideExpansions: [Unicode.Scalar: String]

  init(_ data: Data) throws(Fault) {
    var reader = Reader(data)
    guard try reader.bytes(4).elementsEqual(Array("E5S1".utf8)) else { throw Fault(description: "wrong magic") }
    guard try reader.integer(UInt32.self) == 1 else { throw Fault(description: "unknown version") }
    shape = try Self.readShape(&reader)
    let epsilon = try reader.float()
    let blockSize = try reader.integer(Int32.self)
    guard epsilon.isFinite, epsilon > 0, blockSize == 32 else { throw Fault(description: "unknown block size") }
    try Self.checkPieces(&reader, shape: shape)
    wideExpansions = try Self.readNormalization(&reader)
    try Self.checkTensors(&reader, shape: shape, fileBytes: data.count)
  }

  private static func readShape(_ reader: inout Reader) throws(Fault) -> Shape {
    let shape = Shape(
      hidden: try reader.count(), layers: try reader.count(), heads: try reader.count(),
      feedForward: try reader.count(), vocabulary: try reader.count(), positions: try reader.count())
    _ = try reader.integer(Int32.self)
    // Rows are summed in arrays of 64 blocks of 32 numbers.
    guard (32...2_048).contains(shape.hidden), shape.hidden % 32 == 0,
      (32...2_048).contains(shape.feedForward), shape.feedForward % 32 == 0,
      (1...64).contains(shape.layers), (1...64).contains(shape.heads), shape.hidden % shape.heads == 0,
      (1...1_000_000).contains(shape.vocabulary), (16...8_192).contains(shape.positions)
    else { throw Fault(description: "impossible shape") }
    return shape
  }

  private static func checkPieces(_ reader: inout Reader, shape: Shape) throws(Fault) {
    let pieces = try reader.count()
    guard (1...shape.vocabulary).contains(pieces) else { throw Fault(description: "impossible vocabulary") }
    for _ in 0..<4 {
      guard (0..<Int32(shape.vocabulary)).contains(try reader.integer(Int32.self)) else {
        throw Fault(description: "special token outside the vocabulary")
      }
    }
    let blobBytes = try reader.integer(UInt64.self)
    guard blobBytes <= UInt64(reader.remaining) else { throw Fault(description: "truncated vocabulary") }
    var last: UInt32 = 0
    for _ in 0...pieces {
      let offset = try reader.integer(UInt32.self)
      guard offset >= last, UInt64(offset) <= blobBytes else {
        throw Fault(description: "piece outside the vocabulary")
      }
      last = offset
    }
    for _ in 0..<pieces {
      let score = try reader.float()
      // Not-a-number would leave the tokenizer without a way through the text.
      guard score.isFinite, abs(score) < 10_000 else { throw Fault(description: "impossible score") }
    }
    _ = try reader.bytes(Int(blobBytes))
  }

  private static func readNormalization(_ reader: inout Reader) throws(Fault) -> [Unicode.Scalar: String] {
    let entries = try reader.count()
    let bytes = Int(try reader.integer(UInt32.self))
    guard bytes <= reader.remaining, entries <= bytes / 5 else { throw Fault(description: "truncated normalization") }
    let end = reader.offset + bytes
    var wide: [Unicode.Scalar: String] = [:]
    for _ in 0..<entries {
      let codePoint = try reader.integer(UInt32.self)
      let count = Int(try reader.integer(UInt8.self))
      var expansion = String.UnicodeScalarView()
      for _ in 0..<count {
        guard let scalar = Unicode.Scalar(try reader.integer(UInt32.self)) else {
          throw Fault(description: "normalization to no character")
        }
        expansion.append(scalar)
      }
      guard let scalar = Unicode.Scalar(codePoint) else { throw Fault(description: "normalization of no character") }
      guard count > 4 * UTF8.width(scalar) else { continue }
      guard count <= maximumExpansion else { throw Fault(description: "normalization grows without measure") }
      wide[scalar] = String(expansion)
    }
    guard reader.offset == end else { throw Fault(description: "normalization of wrong length") }
    return wide
  }

  private static func checkTensors(_ reader: inout Reader, shape: Shape, fileBytes: Int) throws(Fault) {
    var missing = expectedTensors(shape)
    for _ in 0..<(try reader.count()) {
      let nameBytes = Int(try reader.integer(UInt16.self))
      let name = String(decoding: try reader.bytes(nameBytes), as: UTF8.self)
      let isQuantized = try reader.integer(UInt8.self) == 1
      let count = Int(try reader.integer(UInt32.self))
      let offset = try reader.integer(UInt64.self)
      _ = try reader.integer(UInt64.self)
      guard let expected = missing.removeValue(forKey: name) else { throw Fault(description: "unexpected tensor") }
      let bytes = expected.isQuantized ? expected.count / 32 * 18 : expected.count * 4
      guard isQuantized == expected.isQuantized, count == expected.count, offset % 4 == 0,
        offset <= UInt64(fileBytes), bytes <= fileBytes - Int(offset)
      else { throw Fault(description: "tensor \(name) does not fit the file") }
    }
    guard missing.isEmpty else { throw Fault(description: "missing tensors") }
  }

  private static func expectedTensors(_ shape: Shape) -> [String: (count: Int, isQuantized: Bool)] {
    let hidden = shape.hidden
    let wide = shape.feedForward
    var tensors: [String: (count: Int, isQuantized: Bool)] = [
      "emb.word": (shape.vocabulary * hidden, true), "emb.pos": (shape.positions * hidden, false),
      "emb.ln.w": (hidden, false), "emb.ln.b": (hidden, false),
    ]
    // Two token types, of which the first is used.
    tensors["emb.type"] = (2 * hidden, false)
    for layer in 0..<shape.layers {
      for name in ["q", "k", "v", "ao"] {
        tensors["l\(layer).\(name).w"] = (hidden * hidden, true)
        tensors["l\(layer).\(name).b"] = (hidden, false)
      }
      for name in ["fi", "fo"] {
        tensors["l\(layer).\(name).w"] = (hidden * wide, true)
        tensors["l\(layer).\(name).b"] = (name == "fi" ? wide : hidden, false)
      }
      for name in ["aln", "oln"] {
        tensors["l\(layer).\(name).w"] = (hidden, false)
        tensors["l\(layer).\(name).b"] = (hidden, false)
      }
    }
    return tensors
  }

  /// Reads numbers and never past the end.
  private struct Reader {
    private let data: Data
    private(set) var offset = 0

    init(_ data: Data) {
      self.data = data
    }

    var remaining: Int { data.count - offset }

    mutating func bytes(_ count: Int) throws(Fault) -> Data {
      guard count <= remaining else { throw Fault(description: "truncated") }
      defer { offset += count }
      return data[(data.startIndex + offset)..<(data.startIndex + offset + count)]
    }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(Fault) -> Integer {
      guard MemoryLayout<Integer>.size <= remaining else { throw Fault(description: "truncated") }
      defer { offset += MemoryLayout<Integer>.size }
      return data.withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
    }

    mutating func float() throws(Fault) -> Float {
      Float(bitPattern: try integer(UInt32.self))
    }

    /// A number of things, not negative.
    mutating func count() throws(Fault) -> Int {
      let value = try integer(Int32.self)
      guard value >= 0 else { throw Fault(description: "negative count") }
      return Int(value)
    }
  }
}
