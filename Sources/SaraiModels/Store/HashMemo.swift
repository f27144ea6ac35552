import Crypto
import FoundationEssentials
import Glibc
import NIOPosix
import SaraiCore

/// The SHA-256 of model files: computed once for each state of a file (path, size, time stamp, inode), and remembered.
package struct HashMemo: Sendable {
  /// Bytes hashed so far, and how many there are.
  package typealias Progress = @Sendable (_ done: Int64, _ total: Int64) -> Void

  private struct Record: Codable {
    var facts: FileSystem.Facts
    var sha256: String
  }

  private let path: String
  private static let chunkBytes = 1 << 20

  package init(stateFolder: String) {
    path = stateFolder + "/model-hashes.json"
  }

  /// - Throws: `notFound` where the file is missing, `corruptFile` where it cannot be read or changes meanwhile,
  ///   `CancellationError`.
  package func sha256(of file: String, progress: Progress = { _, _ in }) async throws -> String {
    guard let facts = FileSystem.facts(of: file) else { throw FileSystem.readFault(file) }
    if let record = load()[file], record.facts == facts { return record.sha256 }
    let digest = try await Self.compute(file, progress: progress)
    guard FileSystem.facts(of: file) == facts else {
      throw SaraiError(
        .corruptFile, es: "\(file) cambiaba mientras se comprobaba. Espera a que termine y vuelve a intentarlo.",
        en: "\(file) was changing while it was checked. Wait until that ends and try again.", subject: file)
    }
    remember(Record(facts: facts, sha256: digest), for: file)
    return digest
  }

  /// Notes a hash that was computed while the file was written.
  func remember(_ sha256: String, for file: String) {
    guard let facts = FileSystem.facts(of: file) else { return }
    remember(Record(facts: facts, sha256: sha256), for: file)
  }

  /// Hashes off the cooperative threads, a mebibyte at a time, so that cancelling is prompt.
  static func compute(_ file: String, progress: Progress) async throws -> String {
    let descriptor = open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileSystem.readFault(file) }
    defer { close(descriptor) }
    let total = FileSystem.facts(descriptor: descriptor)?.sizeBytes ?? 0
    var hasher = SHA256()
    var done: Int64 = 0
    while true {
      try Task.checkCancellation()
      let (count, next) = try await NIOThreadPool.singleton.runIfActive { [hasher] in
        var hasher = hasher
        let chunk = try readChunk(descriptor, file)
        hasher.update(data: chunk)
        return (chunk.count, hasher)
      }
      if count == 0 { return SHA256Digest.hex(next.finalize()) }
      hasher = next
      done += Int64(count)
      progress(done, max(total, done))
    }
  }

  private static func readChunk(_ descriptor: Int32, _ file: String) throws -> [UInt8] {
    var fault: SaraiError?
    let chunk = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, count in
      var result = read(descriptor, buffer.baseAddress, buffer.count)
      while result < 0 && errno == EINTR { result = read(descriptor, buffer.baseAddress, buffer.count) }
      if result < 0 { fault = FileSystem.readFault(file) }
      count = max(result, 0)
    }
    if let fault { throw fault }
    return chunk
  }

  /// A missing or torn memo only costs computing again.
  private func load() -> [String: Record] {
    guard let bytes = try? FileSystem.contents(of: path, limitBytes: 4 << 20) else { return [:] }
    return (try? JSONDecoder().decode([String: Record].self, from: Data(bytes))) ?? [:]
  }

  /// A folder that cannot be written must not keep a good model from loading: then the hash is computed each time.
  private func remember(_ record: Record, for file: String) {
    try? FileSystem.createFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    guard let lock = try? FileLock.acquire(path + ".lock") else { return }
    var records = load().filter { FileSystem.exists($0.key) }
    records[file] = record
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    if let data = try? encoder.encode(records) { try? FileSystem.write(Array(data), to: path) }
    withExtendedLifetime(lock) {}
  }
}
