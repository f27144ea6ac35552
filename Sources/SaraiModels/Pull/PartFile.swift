import Crypto
import FoundationEssentials
import Glibc
import NIOCore
import NIOPosix
import SaraiCore

/// A download on its way: `FILE.part`, its running hash, and `FILE.part.json`, which says what it is a part of.
struct PartFile: Sendable {
  /// What has to be the same again for the part to be worth keeping.
  struct Origin: Codable, Hashable, Sendable {
    var url: String
    /// The catalogue's hash, where it has one.
    var sha256: String?
    /// A strong validator of the server's.
    var etag: String?
    var totalBytes: Int64?
    /// The hash that the server itself named.
    var linkedSHA256: String?

    /// What one server said of the file says nothing about another's.
    mutating func move(to other: String) { self = Origin(url: other, sha256: sha256) }
  }

  private final class Descriptor: Sendable {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    deinit { close(number) }
  }

  let destination: String
  private(set) var origin: Origin
  private(set) var bytes: Int64 = 0
  /// True once the file was put together from more than one answer.
  private(set) var isJoined = false
  private var hasher = SHA256()
  private let descriptor: Descriptor

  private var path: String { destination + ".part" }
  private static func sidePath(_ destination: String) -> String { destination + ".part.json" }

  /// Opens the part of an earlier attempt where it can be continued, and an empty one otherwise.
  static func open(destination: String, url: String, sha256: String?) async throws -> PartFile {
    let path = destination + ".part"
    // Never through a link that somebody left there.
    let number = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard number >= 0 else { throw FileSystem.writeFault(path) }
    var part = PartFile(
      destination: destination, origin: Origin(url: url, sha256: sha256), descriptor: Descriptor(number))
    guard let facts = FileSystem.facts(descriptor: number) else { throw FileSystem.writeFault(path) }
    if let old = loadOrigin(destination), old.sha256 == sha256, facts.sizeBytes > 0,
      facts.sizeBytes <= old.totalBytes ?? .max,
      // Another address may only go on with a part whose end will be held against a known hash.
      sha256 != nil || (old.url == url && (old.etag != nil || old.linkedSHA256 != nil))
    {
      part.origin = old
      if old.url != url { part.origin.move(to: url) }
      try await part.rehash(expectedBytes: facts.sizeBytes)
      part.isJoined = true
    } else {
      try part.restart()
    }
    return part
  }

  private static func loadOrigin(_ destination: String) -> Origin? {
    guard let bytes = try? FileSystem.contents(of: sidePath(destination), limitBytes: 64 << 10) else { return nil }
    return try? JSONDecoder().decode(Origin.self, from: Data(bytes))
  }

  private mutating func rehash(expectedBytes: Int64) async throws {
    while bytes < expectedBytes {
      try Task.checkCancellation()
      let (count, next) = try await NIOThreadPool.singleton.runIfActive { [hasher, descriptor, bytes, path] in
        var hasher = hasher
        var chunk = [UInt8](repeating: 0, count: Int(min(1 << 20, expectedBytes - bytes)))
        let count = pread(descriptor.number, &chunk, chunk.count, off_t(bytes))
        guard count > 0 else { throw FileSystem.readFault(path) }
        hasher.update(data: chunk[..<count])
        return (count, hasher)
      }
      hasher = next
      bytes += Int64(count)
    }
  }

  /// Throws away what is there and starts at byte 0.
  mutating func restart() throws(SaraiError) {
    guard ftruncate(descriptor.number, 0) == 0 else { throw FileSystem.writeFault(path) }
    bytes = 0
    hasher = SHA256()
    isJoined = false
    origin.etag = nil
    origin.totalBytes = nil
    origin.linkedSHA256 = nil
  }

  /// Notes what the server says about the file, before its first byte is written.
  mutating func note(etag: String?, totalBytes: Int64?, linkedSHA256: String?) throws(SaraiError) {
    if bytes > 0 { isJoined = true }
    let old = origin
    origin.etag = etag ?? origin.etag
    origin.totalBytes = totalBytes ?? origin.totalBytes
    origin.linkedSHA256 = linkedSHA256 ?? origin.linkedSHA256
    guard origin != old || !FileSystem.exists(Self.sidePath(destination)) else { return }
    guard let data = try? JSONEncoder().encode(origin) else { return }
    try FileSystem.write(Array(data), to: Self.sidePath(destination))
  }

  /// Writes and hashes off the cooperative threads.
  mutating func append(_ buffer: ByteBuffer) async throws {
    let next = try await NIOThreadPool.singleton.runIfActive { [hasher, descriptor, bytes, path] in
      var hasher = hasher
      try buffer.withUnsafeReadableBytes { chunk in
        var sent = 0
        while sent < chunk.count {
          let count = pwrite(
            descriptor.number, chunk.baseAddress! + sent, chunk.count - sent, off_t(bytes) + off_t(sent))
          if count < 0 {
            if errno == EINTR { continue }
            throw FileSystem.writeFault(path)
          }
          sent += count
        }
        hasher.update(bufferPointer: chunk)
      }
      return hasher
    }
    hasher = next
    bytes += Int64(buffer.readableBytes)
  }

  func begins(with magic: [UInt8]) -> Bool {
    var start = [UInt8](repeating: 0, count: magic.count)
    return magic.isEmpty || (pread(descriptor.number, &start, start.count, 0) == start.count && start == magic)
  }

  var digest: String { SHA256Digest.hex(hasher.finalize()) }

  /// Gives the file its name. Only for a part whose digest is the right one.
  func finish() throws(SaraiError) {
    guard fsync(descriptor.number) == 0, fchmod(descriptor.number, 0o644) == 0, rename(path, destination) == 0 else {
      throw FileSystem.writeFault(destination)
    }
    unlink(Self.sidePath(destination))
  }

  func discard() {
    unlink(path)
    unlink(Self.sidePath(destination))
  }

  /// Removes what an abandoned download left, and says how many bytes that frees.
  static func discard(destination: String) -> Int64 {
    let bytes = FileSystem.facts(of: destination + ".part")?.sizeBytes ?? 0
    unlink(destination + ".part")
    unlink(sidePath(destination))
    return bytes
  }
}
