import Crypto
import FoundationEssentials
import Glibc

/// What a context remembered of some tokens, as it lies in a file.
///
/// All numbers little-endian:
///
///     0   8  magic "SARAIKV1"
///     8   4  number of tokens, n
///     12  4  zero
///     16  8  bytes of state, s
///     24  32 identity: SHA-256 of what the state depends on (model, template, library build, context settings)
///     56  32 SHA-256 of bytes 0 to 55 and all after byte 88
///     88  4n tokens
///         s  state, as libllama wrote it
///
/// libllama checks little of a state, so not a byte of it is used before the whole file's hash holds.
struct SavedMemory: ~Copyable {
  let tokens: [Int32]
  private let bytes: [UInt8]
  private let stateOffset: Int

  static let magic: [UInt8] = Array("SARAIKV1".utf8)
  static let headerBytes = 88
  static let hashedHeaderBytes = 56

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

    let header = try Self.read(file, count: Self.headerBytes)
    guard header.prefix(Self.magic.count) == Self.magic[...] else { throw .wrongFormat }
    let count = header.littleEndian(at: 8, as: UInt32.self)
    let stateBytes = header.littleEndian(at: 16, as: UInt64.self)
    guard Array(identity) == Array(header[24..<56]) else { throw .otherIdentity }
    let body = size - Self.headerBytes
    guard count <= contextTokens, stateBytes <= UInt64(body), Int(count) * 4 + Int(stateBytes) == body else {
      throw .wrongLength
    }
    let payload = try Self.read(file, count: body)
    var hash = SHA256()
    hash.update(data: header[..<Self.hashedHeaderBytes])
    payload.withUnsafeBytes { hash.update(bufferPointer: $0) }
    guard Array(hash.finalize()) == Array(header[56..<88]) else { throw .damaged }
    // Used lately: the oldest go first when the folder is full.
    _ = futimens(file, nil)

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
  static func write(tokens: [Int32], state: [UInt8], identity: SHA256Digest, to path: String) throws -> Int {
    var header: [UInt8] = magic
    header.append(littleEndian: UInt32(tokens.count))
    header.append(littleEndian: UInt32(0))
    header.append(littleEndian: UInt64(state.count))
    header += Array(identity)
    var words: [UInt8] = []
    words.reserveCapacity(tokens.count * 4)
    for token in tokens { words.append(littleEndian: token) }
    var hash = SHA256()
    hash.update(data: header)
    hash.update(data: words)
    state.withUnsafeBytes { hash.update(bufferPointer: $0) }
    header += Array(hash.finalize())

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

  private static func read(_ file: Int32, count: Int) throws(Fault) -> [UInt8] {
    var failure: Fault?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count {
        let got = Glibc.read(file, buffer.baseAddress.map { $0 + filled }, count - filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          failure = .wrongLength
          return
        } else if errno != EINTR {
          failure = .unreadable(errno)
          return
        }
      }
    }
    if let failure { throw failure }
    return bytes
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
