import Glibc

/// What the loader needs to know of an executable or shared object (ELF, 64 bit, little-endian).
struct ELFFile: Sendable, Hashable {
  /// The program that loads it, for dynamic executables.
  var interpreter: String?
  /// Names of the shared objects that it needs, as it names them.
  var needed: [String] = []
  /// Folders to look in first, as it names them (`$ORIGIN` unresolved).
  var searchPaths: [String] = []
  /// False for what no loader takes for a library: programs at a fixed address, memory dumps of dead programs.
  var isShared = false

  enum Fault: Error, Hashable {
    case unreadable(Int32)
    case notELF
    /// An ELF file whose tables do not make sense, or of another kind of processor.
    case damaged
  }

  private static let shared: UInt16 = 3

  private enum Segment {
    static let load: UInt32 = 1
    static let dynamic: UInt32 = 2
    static let interpreter: UInt32 = 3
  }

  private enum Tag {
    static let end: UInt64 = 0
    static let needed: UInt64 = 1
    static let strings: UInt64 = 5
    static let stringBytes: UInt64 = 10
    static let rpath: UInt64 = 15
    static let runpath: UInt64 = 29
  }

  private struct Header {
    var type: UInt32
    var offset: UInt64
    var address: UInt64
    var fileBytes: UInt64
  }

  /// Reads headers and tables only, each bounded. The file may be anything.
  init(path: String) throws(Fault) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw .unreadable(errno) }
    defer { close(file) }
    let (kind, headers) = try Self.headers(file)
    isShared = kind == Self.shared
    if let header = headers.first(where: { $0.type == Segment.interpreter }) {
      interpreter = try Self.string(in: Self.read(file, at: header.offset, count: header.fileBytes, most: 4096), at: 0)
    }
    if let dynamic = headers.first(where: { $0.type == Segment.dynamic }) {
      try readDynamic(file, dynamic, headers)
    }
  }

  private static func headers(_ file: Int32) throws(Fault) -> (kind: UInt16, headers: [Header]) {
    let start: [UInt8]
    do { start = try read(file, at: 0, count: 64, most: 64) } catch { throw .notELF }
    guard start.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { throw .notELF }
    guard start[4] == 2, start[5] == 1 else { throw .damaged }
    let size = UInt64(number(start, 54, as: UInt16.self))
    let count = UInt64(number(start, 56, as: UInt16.self))
    guard size == 56 else { throw .damaged }
    let table = try read(file, at: number(start, 32, as: UInt64.self), count: size * count, most: 56 * 512)
    let headers = (0..<Int(count)).map { index in
      let base = index * 56
      return Header(
        type: number(table, base, as: UInt32.self), offset: number(table, base + 8, as: UInt64.self),
        address: number(table, base + 16, as: UInt64.self), fileBytes: number(table, base + 32, as: UInt64.self))
    }
    return (number(start, 16, as: UInt16.self), headers)
  }

  private mutating func readDynamic(_ file: Int32, _ dynamic: Header, _ headers: [Header]) throws(Fault) {
    let table = try Self.read(file, at: dynamic.offset, count: dynamic.fileBytes, most: 64 << 10)
    var entries: [(tag: UInt64, value: UInt64)] = []
    for base in stride(from: 0, to: table.count - 15, by: 16) {
      let tag = Self.number(table, base, as: UInt64.self)
      if tag == Tag.end { break }
      entries.append((tag, Self.number(table, base + 8, as: UInt64.self)))
    }
    guard let address = entries.first(where: { $0.tag == Tag.strings })?.value else { return }
    guard let stringBytes = entries.first(where: { $0.tag == Tag.stringBytes })?.value else { throw .damaged }
    // The dynamic table names memory addresses; the segments tell where in the file they come from.
    guard
      let segment = headers.first(where: {
        $0.type == Segment.load && $0.address <= address && address - $0.address < $0.fileBytes
      })
    else { throw .damaged }
    let offset = segment.offset &+ (address - segment.address)
    guard stringBytes <= segment.fileBytes - (address - segment.address) else { throw .damaged }
    let strings = try Self.read(file, at: offset, count: stringBytes, most: 16 << 20)
    // RUNPATH, where there is one, stands in for RPATH.
    let pathTag = entries.contains { $0.tag == Tag.runpath } ? Tag.runpath : Tag.rpath
    for entry in entries {
      if entry.tag == Tag.needed { needed.append(try Self.string(in: strings, at: entry.value)) }
      if entry.tag == pathTag {
        searchPaths += try Self.string(in: strings, at: entry.value).split(separator: ":").map(String.init)
      }
    }
  }

  private static func number<Value: FixedWidthInteger>(_ bytes: [UInt8], _ offset: Int, as: Value.Type) -> Value {
    (0..<Value.bitWidth / 8).reduce(0) { $0 | Value(truncatingIfNeeded: bytes[offset + $1]) << ($1 * 8) }
  }

  private static func string(in bytes: [UInt8], at offset: UInt64) throws(Fault) -> String {
    guard offset < UInt64(bytes.count) else { throw .damaged }
    let rest = bytes[Int(offset)...]
    guard let end = rest.prefix(4097).firstIndex(of: 0) else { throw .damaged }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  /// Exactly `count` bytes.
  private static func read(_ file: Int32, at offset: UInt64, count: UInt64, most: UInt64) throws(Fault) -> [UInt8] {
    guard count <= most, let place = Int(exactly: offset), place < Int.max - Int(count) else { throw .damaged }
    var bytes = [UInt8](repeating: 0, count: Int(count))
    var filled = 0
    while filled < bytes.count {
      let got = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress.map { $0 + filled }, $0.count - filled, place + filled)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { throw got < 0 ? .unreadable(errno) : .damaged }
      filled += got
    }
    return bytes
  }
}
