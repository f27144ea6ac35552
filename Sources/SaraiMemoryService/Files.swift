import FoundationEssentials
import Glibc
import SaraiCore
import SaraiMemory

// Files that hold what comes or goes in pieces, in the folder of the memory.

extension MemoryHost {
  private static let temporaryPrefix = "incoming-"

  /// A path in the memory's own folder at which there is no file.
  func temporaryFile() -> String {
    "\(folder)/\(Self.temporaryPrefix)\(String(UInt64.random(in: .min ... .max), radix: 36))"
  }

  /// Takes away what an earlier process was sending or getting when it was killed: it may hold what was forgotten since.
  func removeTemporaryFiles() {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    for name in names where name.hasPrefix(Self.temporaryPrefix) { unlink("\(folder)/\(name)") }
  }

  func export(_ owner: Owner, includesPrivate: Bool, to path: String) throws {
    let file = try WritingFile(path)
    try store.export(owner, includesPrivate: includesPrivate) { try file.write(Array($0.utf8) + [UInt8(ascii: "\n")]) }
    try file.close()
  }
}

/// A new file that only its owner may read, written in large pieces.
final class WritingFile {
  private static let bufferBytes = 1 << 20

  private let path: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []
  private(set) var count = 0

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw Self.fault(path) }
  }

  deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

  func write(_ bytes: [UInt8]) throws {
    buffer += bytes
    count += bytes.count
    if buffer.count >= Self.bufferBytes { try flush() }
  }

  func close() throws {
    try flush()
    guard Glibc.close(descriptor) == 0 else { throw Self.fault(path) }
    descriptor = -1
  }

  private func flush() throws {
    var rest = buffer[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 {
        guard errno == EINTR else { throw Self.fault(path) }
        continue
      }
      rest = rest.dropFirst(written)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  fileprivate static func fault(_ path: String) -> SaraiError {
    let cause = String(cString: strerror(errno))
    return SaraiError(
      errno == ENOSPC ? .insufficientResources : .internalFault,
      Localized(
        es: "No se puede usar \(path): \(cause). Comprueba el espacio y los permisos de la carpeta.",
        en: "\(path) cannot be used: \(cause). Check the folder's space and permissions."), subject: path)
  }
}

/// A file read in pieces.
final class ReadingFile {
  private let path: String
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw WritingFile.fault(path) }
  }

  deinit { close(descriptor) }

  /// The next so many bytes at most; empty at the end.
  func next(_ count: Int) throws -> [UInt8] {
    while true {
      var got = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, size in
        got = read(descriptor, buffer.baseAddress, count)
        size = max(0, got)
      }
      if got >= 0 { return bytes }
      guard errno == EINTR else { throw WritingFile.fault(path) }
    }
  }
}

/// The lines of a file, without holding it whole.
final class LineFile: Sequence, IteratorProtocol {
  private let file: ReadingFile
  private var bytes: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  init(_ path: String) throws { file = try ReadingFile(path) }

  func next() -> String? {
    while true {
      if let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
      }
      if isAtEnd {
        defer { start = bytes.count }
        return start < bytes.count ? String(decoding: bytes[start...], as: UTF8.self) : nil
      }
      bytes.removeSubrange(..<start)
      start = 0
      // A file of this process's own that was written a moment ago: what cannot be read of it is its end.
      let more = (try? file.next(1 << 20)) ?? []
      isAtEnd = more.isEmpty
      bytes += more
    }
  }

  /// The next so many lines, fewer once they have so many bytes; none at the end.
  func next(_ count: Int, bytes most: Int) throws -> [String] {
    var lines: [String] = []
    var size = 0
    while lines.count < count, size < most, let line = next() {
      lines.append(line)
      size += line.utf8.count
    }
    return lines
  }
}
