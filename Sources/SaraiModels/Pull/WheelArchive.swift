import CZlib
import Crypto
import Glibc
import NIOPosix
import SaraiCore
import Synchronization

/// Takes one file out of a wheel, which is a zip archive (PKWARE's APPNOTE 6.3): stored or deflated, zip64 or not.
///
/// The archive is untrusted: every offset and length is checked against the file before it is used, and what comes out
/// is bounded and compared with the archive's own size and CRC-32.
struct WheelArchive: Sendable {
  typealias Progress = @Sendable (_ done: Int64, _ total: Int64) -> Void

  private struct Member {
    var isEncrypted: Bool
    var method: UInt16
    var checksum: UInt32
    var compressedBytes: Int64
    var sizeBytes: Int64
    var headerOffset: Int64
  }

  let path: String
  private static let maximumDirectoryBytes: Int64 = 16 << 20

  /// Writes the member to a new file.
  ///
  /// - Parameter limitBytes: a larger member is refused before anything is written.
  /// - Returns: the SHA-256 of what was written.
  /// - Throws: `corruptFile`, `tooLarge`, `CancellationError`.
  func extract(
    _ name: String, to destination: String, limitBytes: Int64, progress: @escaping Progress
  ) async throws -> String {
    let isCancelled = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await NIOThreadPool.singleton.runIfActive {
        try read(name, to: destination, limitBytes: limitBytes, isCancelled: isCancelled, progress: progress)
      }
    } onCancel: {
      isCancelled.set()
    }
  }

  private final class CancellationFlag: Sendable {
    private let flag = Atomic(false)
    func set() { flag.store(true, ordering: .relaxed) }
    func check() throws {
      if flag.load(ordering: .relaxed) { throw CancellationError() }
    }
  }

  private func read(
    _ name: String, to destination: String, limitBytes: Int64, isCancelled: CancellationFlag, progress: Progress
  ) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.readFault(path) }
    defer { close(descriptor) }
    guard let size = FileSystem.facts(descriptor: descriptor)?.sizeBytes else { throw FileSystem.readFault(path) }
    let member = try find(Array(name.utf8), in: descriptor, size)
    guard member.sizeBytes <= limitBytes else {
      throw SaraiError(
        .tooLarge,
        es: "\(name), en \(path), ocupa \(member.sizeBytes) bytes y se esperan \(limitBytes). Comprueba models.yaml.",
        en: "\(name), in \(path), takes \(member.sizeBytes) bytes, expected are \(limitBytes). Check models.yaml.",
        subject: path)
    }
    let start = try dataOffset(of: member, in: descriptor, size)

    unlink(destination)
    let output = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw FileSystem.writeFault(destination) }
    defer { close(output) }
    var hasher = SHA256()
    var checksum = UInt32(0)
    var written: Int64 = 0
    try decode(member, in: descriptor, at: start) { bytes in
      try isCancelled.check()
      written += Int64(bytes.count)
      guard written <= member.sizeBytes else { throw broken("a member is longer than it says") }
      hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
      checksum = sarai_crc32(checksum, bytes.baseAddress, bytes.count)
      try FileSystem.write(bytes, to: output, path: destination)
      progress(written, member.sizeBytes)
    }
    guard written == member.sizeBytes, checksum == member.checksum else {
      throw broken("a member's length or CRC-32 is wrong")
    }
    guard fsync(output) == 0 else { throw FileSystem.writeFault(destination) }
    return SHA256Digest.hex(hasher.finalize())
  }

  // MARK: Directory

  private func find(_ name: [UInt8], in descriptor: Int32, _ size: Int64) throws -> Member {
    let (offset, length) = try directory(descriptor, size)
    let bytes = try block(descriptor, offset, length, size)
    var cursor = 0
    while cursor + 46 <= bytes.count, bytes.integer(cursor, 4) == 0x0201_4b50 {
      let lengths = (28...32).by2.map { Int(bytes.integer(cursor + $0, 2)) }
      let end = cursor + 46 + lengths.reduce(0, +)
      guard end <= bytes.count else { break }
      let nameEnd = cursor + 46 + lengths[0]
      if bytes[(cursor + 46)..<nameEnd].elementsEqual(name) {
        return try member(bytes, at: cursor, extra: bytes[nameEnd..<(nameEnd + lengths[1])])
      }
      cursor = end
    }
    throw broken("no member \(String(decoding: name, as: UTF8.self))")
  }

  private func member(_ bytes: [UInt8], at cursor: Int, extra: ArraySlice<UInt8>) throws -> Member {
    var sizes = [20, 24, 42].map { bytes.integer(cursor + $0, 4) }
    // Zip64: the fields that do not fit 32 bits follow in the extra field 1, in this order, only where they are needed.
    var order = [1, 0, 2].filter { sizes[$0] == 0xffff_ffff }
    var rest = Array(extra)
    while rest.count >= 4, !order.isEmpty {
      let length = Int(rest.integer(2, 2))
      guard 4 + length <= rest.count else { throw broken("an extra field runs over") }
      if rest.integer(0, 2) == 1 {
        var offset = 4
        while let next = order.first, offset + 8 <= 4 + length {
          sizes[next] = rest.integer(offset, 8)
          order.removeFirst()
          offset += 8
        }
        break
      }
      rest.removeFirst(4 + length)
    }
    guard let compressed = Int64(exactly: sizes[0]), let size = Int64(exactly: sizes[1]),
      let header = Int64(exactly: sizes[2])
    else { throw broken("a size does not fit") }
    return Member(
      isEncrypted: bytes.integer(cursor + 8, 2) & 1 == 1, method: UInt16(bytes.integer(cursor + 10, 2)),
      checksum: UInt32(bytes.integer(cursor + 16, 4)), compressedBytes: compressed, sizeBytes: size,
      headerOffset: header)
  }

  /// Offset and length of the central directory.
  private func directory(_ descriptor: Int32, _ size: Int64) throws -> (Int64, Int64) {
    let tailBytes = min(size, 22 + 65_535)
    let tail = try block(descriptor, size - tailBytes, tailBytes, size)
    guard tail.count >= 22,
      let end = (0...(tail.count - 22)).reversed().first(where: { tail.integer($0, 4) == 0x0605_4b50 })
    else { throw broken("not a zip archive") }
    var length = tail.integer(end + 12, 4)
    var offset = tail.integer(end + 16, 4)
    if length == 0xffff_ffff || offset == 0xffff_ffff {
      guard end >= 20, tail.integer(end - 20, 4) == 0x0706_4b50,
        let record = Int64(exactly: tail.integer(end - 12, 8))
      else { throw broken("the zip64 locator is missing") }
      let bytes = try block(descriptor, record, 56, size)
      guard bytes.integer(0, 4) == 0x0606_4b50 else { throw broken("the zip64 record is missing") }
      length = bytes.integer(40, 8)
      offset = bytes.integer(48, 8)
    }
    guard let offset = Int64(exactly: offset), let length = Int64(exactly: length),
      length <= Self.maximumDirectoryBytes
    else { throw broken("the directory is too large") }
    return (offset, length)
  }

  private func dataOffset(of member: Member, in descriptor: Int32, _ size: Int64) throws -> Int64 {
    let header = try block(descriptor, member.headerOffset, 30, size)
    guard header.integer(0, 4) == 0x0403_4b50, !member.isEncrypted else { throw broken("a member's header is wrong") }
    let start = member.headerOffset + 30 + Int64(header.integer(26, 2)) + Int64(header.integer(28, 2))
    guard start <= size, member.compressedBytes <= size - start else { throw broken("a member runs over the end") }
    return start
  }

  private func block(_ descriptor: Int32, _ offset: Int64, _ length: Int64, _ size: Int64) throws -> [UInt8] {
    guard offset >= 0, length >= 0, offset <= size, length <= size - offset else {
      throw broken("an offset lies outside of the file")
    }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress! + done, buffer.count - done, off_t(offset) + off_t(done))
      }
      guard count > 0 else { throw FileSystem.readFault(path) }
      done += count
    }
    return bytes
  }

  // MARK: Contents

  private func decode(
    _ member: Member, in descriptor: Int32, at start: Int64, _ write: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let end = start + member.compressedBytes
    var offset = start
    func nextChunk() throws -> [UInt8] {
      let chunk = try block(descriptor, offset, min(256 << 10, end - offset), end)
      offset += Int64(chunk.count)
      return chunk
    }
    switch member.method {
    case 0:
      while offset < end { try nextChunk().withUnsafeBufferPointer(write) }
    case 8:
      guard let inflater = Inflater() else { throw broken("zlib cannot start") }
      while offset < end, !inflater.isAtEnd {
        guard try inflater.inflate(nextChunk(), write) else { throw broken("the deflated data is damaged") }
      }
      guard inflater.isAtEnd else { throw broken("the deflated data ends early") }
    default: throw broken("compression method \(member.method)")
    }
  }

  private func broken(_ what: String) -> SaraiError {
    SaraiError(
      .corruptFile,
      Localized(
        es: "\(path) no es el paquete que se espera. Vuelve a intentarlo; si sigue igual, comprueba models.yaml.",
        en: "\(path) is not the package that is expected. Try again; where it stays so, check models.yaml."),
      subject: path, cause: what)
  }
}

/// A raw deflate stream (RFC 1951), inflated by zlib.
private final class Inflater {
  private let inflater: OpaquePointer
  private var output = [UInt8](repeating: 0, count: 256 << 10)
  private(set) var isAtEnd = false

  init?() {
    guard let inflater = sarai_inflater_open() else { return nil }
    self.inflater = inflater
  }

  deinit {
    sarai_inflater_close(inflater)
  }

  /// False where the data is damaged.
  func inflate(_ input: [UInt8], _ write: (UnsafeBufferPointer<UInt8>) throws -> Void) throws -> Bool {
    try input.withUnsafeBufferPointer { input in
      sarai_inflater_give(inflater, input.baseAddress, UInt32(input.count))
      while true {
        var count: UInt32 = 0
        let status = output.withUnsafeMutableBufferPointer {
          sarai_inflater_next(inflater, $0.baseAddress, UInt32($0.count), &count)
        }
        if count > 0 {
          try output.withUnsafeBufferPointer { try write(UnsafeBufferPointer(rebasing: $0[..<Int(count)])) }
        }
        switch status {
        case SARAI_INFLATE_HAS_MORE: continue
        case SARAI_INFLATE_NEEDS_INPUT: return true
        case SARAI_INFLATE_END:
          isAtEnd = true
          return true
        default: return false
        }
      }
    }
  }
}

extension ClosedRange<Int> {
  fileprivate var by2: StrideThrough<Int> { stride(from: lowerBound, through: upperBound, by: 2) }
}

extension [UInt8] {
  /// A little-endian integer; the caller has checked the bounds.
  fileprivate func integer(_ offset: Int, _ width: Int) -> UInt64 {
    self[offset..<(offset + width)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
