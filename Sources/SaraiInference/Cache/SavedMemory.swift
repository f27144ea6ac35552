import Crypto
import Dispatch
import FoundationEssentials
import Glibc
import Synchronization

/// What a context remembered of some tokens, as it lies in a file.
///
/// All numbers little-endian:
///
///     0   8  magic "SARAIKV2"
///     8   4  number of tokens, n
///     12  4  how many static messages the tokens are, 0 where that is not known
///     16  8  bytes of state, s
///     24  32 identity: SHA-256 of what the state depends on (model, template, library build, context settings)
///     56  32 SHA-256 of bytes 0 to 55, then the SHA-256 of the tokens, then those of the state's blocks of 1 MiB
///     88  4n tokens
///         s  state, as libllama wrote it
///
/// libllama checks little of a state, so not a byte of it is used before the whole file's hash holds. A hash of hashes
/// lets all cores read and check at once: the first answer waits for it.
struct SavedMemory: ~Copyable {
  let tokens: [Int32]
  let staticMessageCount: Int
  private let bytes: [UInt8]
  private let stateOffset: Int

  static let magic: [UInt8] = Array("SARAIKV2".utf8)
  static let headerBytes = 88
  static let hashedHeaderBytes = 56
  static let blockBytes = 1 << 20

  enum Fault: Error, Equatable {
    case missing
    case unreadable(Int32)
    case wrongFormat
    case wrongLength
    case otherIdentity
    case damaged
  }

  /// Reads and checks a file.
  ///
  /// - Parameter contextTokens: Files with more tokens than this are refused unread.
  init(path: String, identity: SHA256Digest, contextTokens: Int) throws(Fault) {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw errno == ENOENT ? .missing : .unreadable(errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw .unreadable(errno) }
    let size = Int(status.st_size)
    guard status.st_mode & S_IFMT == S_IFREG, size >= Self.headerBytes else { throw .wrongFormat }

    var header = [UInt8](repeating: 0, count: Self.headerBytes)
    if let fault = header.withUnsafeMutableBytes({ Self.read(file, at: 0, into: $0) }) { throw fault }
    guard header.prefix(Self.magic.count) == Self.magic[...] else { throw .wrongFormat }
    let count = header.littleEndian(at: 8, as: UInt32.self)
    let stateBytes = header.littleEndian(at: 16, as: UInt64.self)
    guard Array(identity) == Array(header[24..<56]) else { throw .otherIdentity }
    let body = size - Self.headerBytes
    guard count <= contextTokens, stateBytes <= UInt64(body), Int(count) * 4 + Int(stateBytes) == body else {
      throw .wrongLength
    }
    let (payload, digests) = try Self.readPayload(file, tokenBytes: Int(count) * 4, bytes: body)
    guard Self.hash(header: header, digests) == Array(header[56..<88]) else { throw .damaged }
    // Used lately: the oldest go first when the folder is full.
    _ = futimens(file, nil)

    staticMessageCount = Int(header.littleEndian(at: 12, as: UInt32.self))
    tokens = (0..<Int(count)).map { payload.littleEndian(at: $0 * 4, as: Int32.self) }
    bytes = payload
    stateOffset = Int(count) * 4
  }

  /// The state as libllama takes it; valid during `body` only.
  borrowing func state<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[stateOffset...])) }
  }

  /// Writes the file under a temporary name, flushes it to the disk and only then gives it its own.
  ///
  /// - Returns: Its size in bytes.
  static func write(
    tokens: [Int32], staticMessageCount: Int = 0, state: [UInt8], identity: SHA256Digest, to path: String
  ) throws -> Int {
    var header: [UInt8] = magic
    header.append(littleEndian: UInt32(tokens.count))
    header.append(littleEndian: UInt32(staticMessageCount))
    header.append(littleEndian: UInt64(state.count))
    header += Array(identity)
    var words: [UInt8] = []
    words.reserveCapacity(tokens.count * 4)
    for token in tokens { words.append(littleEndian: token) }
    let digests = [SHA256.hash(data: words)] + Self.blocks(of: state.indices).map { SHA256.hash(data: state[$0]) }
    header += hash(header: header, digests)

    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let temporary = "\(folder)/\(StateStore.temporaryPrefix)\(getpid())-\(UInt64.random(in: .min ... .max))"
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { throw Fault.unreadable(errno) }
    do {
      defer { close(file) }
      for part in [header, words, state] { try write(part, to: file) }
      guard fsync(file) == 0 else { throw Fault.unreadable(errno) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let fault = Fault.unreadable(errno)
      unlink(temporary)
      throw fault
    }
    return header.count + words.count + state.count
  }

  private static func hash(header: [UInt8], _ digests: [SHA256Digest]) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: header[..<hashedHeaderBytes])
    for digest in digests { digest.withUnsafeBytes { hash.update(bufferPointer: $0) } }
    return Array(hash.finalize())
  }

  private static func blocks(of range: Range<Int>) -> [Range<Int>] {
    stride(from: range.lowerBound, to: range.upperBound, by: blockBytes).map {
      $0..<min($0 + blockBytes, range.upperBound)
    }
  }

  /// Tokens and state, and the digests of the tokens and of the state's blocks, each hashed by the core that read it.
  private static func readPayload(
    _ file: Int32, tokenBytes: Int, bytes count: Int
  ) throws(Fault) -> ([UInt8], [SHA256Digest]) {
    let parts = [0..<tokenBytes] + blocks(of: tokenBytes..<count)
    let digests = Mutex([SHA256Digest?](repeating: nil, count: parts.count))
    let failure = Mutex<Fault?>(nil)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      // Each part of it is touched by one iteration.
      nonisolated(unsafe) let whole = UnsafeMutableRawBufferPointer(buffer)
      DispatchQueue.concurrentPerform(iterations: parts.count) { index in
        let part = UnsafeMutableRawBufferPointer(rebasing: whole[parts[index]])
        if let fault = read(file, at: headerBytes + parts[index].lowerBound, into: part) {
          failure.withLock { $0 = fault }
        } else {
          let digest = SHA256.hash(data: UnsafeRawBufferPointer(part))
          digests.withLock { $0[index] = digest }
        }
      }
      filled = failure.withLock { $0 == nil } ? count : 0
    }
    if let fault = failure.withLock({ $0 }) { throw fault }
    return (bytes, digests.withLock { $0.compactMap(\.self) })
  }

  /// Fills all of `buffer`; what went wrong, if anything.
  private static func read(_ file: Int32, at offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Fault? {
    var rest = buffer
    while !rest.isEmpty {
      let got = pread(file, rest.baseAddress, rest.count, off_t(offset + buffer.count - rest.count))
      if got > 0 {
        rest = UnsafeMutableRawBufferPointer(rebasing: rest[got...])
      } else if got == 0 {
        return .wrongLength
      } else if errno != EINTR {
        return .unreadable(errno)
      }
    }
    return nil
  }

  private static func write(_ bytes: [UInt8], to file: Int32) throws {
    try bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let written = Glibc.write(file, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if written < 0 {
          guard errno == EINTR else { throw Fault.unreadable(errno) }
          continue
        }
        rest = rest.dropFirst(written)
      }
    }
  }
}

extension [UInt8] {
  fileprivate func littleEndian<Integer: FixedWidthInteger>(at offset: Int, as type: Integer.Type) -> Integer {
    withUnsafeBytes { Integer(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: type)) }
  }

  fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
