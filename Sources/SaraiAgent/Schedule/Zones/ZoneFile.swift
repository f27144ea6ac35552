import Glibc
import SaraiCore

/// A file of the time zone database (TZif, RFC 9636, versions 1 to 4) as a table of changes.
struct ZoneFile {
  private(set) var changes: [Int64] = []
  private(set) var offsets: [Int32] = []
  private(set) var repeats = false

  static let maxBytes = 1 << 18
  private static let maxChanges = 1 << 13

  /// Nil for a file that is none, or whose parts do not agree.
  init?(bytes: [UInt8]) {
    guard bytes.count <= Self.maxBytes else { return nil }
    var reader = ByteReader(bytes: bytes)
    guard let first = Header(&reader), reader.skip(first.blockBytes(timeBytes: 4)) else { return nil }
    if first.version == 0 {
      reader = ByteReader(bytes: bytes)
      guard let header = Header(&reader), readBlock(header, timeBytes: 4, &reader) else { return nil }
      return
    }
    guard let second = Header(&reader), readBlock(second, timeBytes: 8, &reader), let text = reader.footer() else {
      return nil
    }
    guard !text.isEmpty else { return }
    guard let rule = ZoneFooter(text) else { return nil }
    extend(by: rule)
  }

  /// A rule for all years, without a file.
  init(rule: ZoneFooter) {
    offsets = [rule.standardOffset]
    extend(by: rule)
  }

  private mutating func readBlock(_ header: Header, timeBytes: Int, _ reader: inout ByteReader) -> Bool {
    // Times that count leap seconds are of no use to a clock that does not.
    guard header.leaps == 0, (1...256).contains(header.types), header.times <= Self.maxChanges else { return false }
    for _ in 0..<header.times {
      guard let time = reader.signed(bytes: timeBytes) else { return false }
      if let last = changes.last, time <= last { return false }
      changes.append(time)
    }
    var kinds: [Int] = []
    for _ in 0..<header.times {
      guard let kind = reader.signed(bytes: 1), (0..<Int64(header.types)).contains(kind & 0xFF) else { return false }
      kinds.append(Int(kind & 0xFF))
    }
    var offsetOfKind: [Int32] = []
    for _ in 0..<header.types {
      guard let offset = reader.signed(bytes: 4), (-89_999...93_599).contains(offset), reader.skip(2) else {
        return false
      }
      offsetOfKind.append(Int32(offset))
    }
    offsets = [offsetOfKind[0]] + kinds.map { offsetOfKind[$0] }
    return reader.skip(header.characters + header.standardMarks + header.utcMarks)
  }

  /// Writes out one whole cycle of the calendar, from which all later years are read.
  private mutating func extend(by rule: ZoneFooter) {
    guard rule.summer != nil else { return }
    let lastYear = changes.last.map { CivilDateTime(secondsSince1970: Int($0)).date.year } ?? 1900
    guard (1...9999).contains(lastYear) else { return }
    // A year more at each end: the changes of one year may lie in the next one by UTC.
    let end = (changes.last ?? -2_208_988_800) + ZoneRules.period + 2 * 366 * 86_400
    for year in (lastYear - 1)...(lastYear + 403) {
      for (instant, offset) in rule.changes(in: year) where instant < end {
        if let last = changes.last, instant < last { continue }
        // Summer time that lasts all year ends when the next one begins.
        if instant == changes.last { (_, _) = (changes.removeLast(), offsets.removeLast()) }
        changes.append(instant)
        offsets.append(offset)
      }
    }
    repeats = true
  }

  private struct Header {
    let version: UInt8
    let utcMarks: Int
    let standardMarks: Int
    let leaps: Int
    let times: Int
    let types: Int
    let characters: Int

    init?(_ reader: inout ByteReader) {
      guard reader.take("TZif"), let version = reader.signed(bytes: 1), reader.skip(15) else { return nil }
      self.version = UInt8(truncatingIfNeeded: version)
      var counts: [Int] = []
      for _ in 0..<6 {
        guard let count = reader.signed(bytes: 4), (0...Int64(ZoneFile.maxBytes)).contains(count) else { return nil }
        counts.append(Int(count))
      }
      (utcMarks, standardMarks, leaps) = (counts[0], counts[1], counts[2])
      (times, types, characters) = (counts[3], counts[4], counts[5])
    }

    func blockBytes(timeBytes: Int) -> Int {
      times * (timeBytes + 1) + types * 6 + characters + leaps * (timeBytes + 4) + standardMarks + utcMarks
    }
  }

  private struct ByteReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
      guard count >= 0, count <= bytes.count - position else { return false }
      position += count
      return true
    }

    mutating func take(_ text: StaticString) -> Bool {
      guard bytes.count - position >= text.utf8CodeUnitCount else { return false }
      for index in 0..<text.utf8CodeUnitCount where bytes[position + index] != text.utf8Start[index] { return false }
      position += text.utf8CodeUnitCount
      return true
    }

    /// Big-endian, in two's complement.
    mutating func signed(bytes count: Int) -> Int64? {
      guard bytes.count - position >= count else { return nil }
      var value = bytes[position] >= 128 ? Int64(-1) : 0
      for byte in bytes[position..<(position + count)] { value = value << 8 | Int64(byte) }
      position += count
      return value
    }

    /// The line behind the data.
    mutating func footer() -> String? {
      guard take("\n"), let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")), end - position <= 256 else {
        return nil
      }
      return String(validating: bytes[position..<end], as: UTF8.self)
    }
  }

  /// All of a regular file; nil where there is none or it is larger than any zone's.
  static func read(_ path: String) -> [UInt8]? {
    // A pipe in its place must not hold up who asks for the time.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= maxBytes else {
      return nil
    }
    var content = [UInt8](repeating: 0, count: Int(status.st_size))
    var filled = 0
    while filled < content.count {
      let count = content.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return nil }
      filled += count
    }
    return content
  }
}
