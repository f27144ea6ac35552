import Glibc
import SaraiCore
import Synchronization

/// A file that only its owner reads and that is there once all of it is written: under its name stand the old bytes or
/// the new ones, or nothing.
package final class PrivateFileWriter: Sendable {
  package let path: String
  private let temporary: String
  private let replaces: Bool
  private let descriptor: Int32
  private let written = Mutex(0)

  /// - Parameter replaces: Whether a file of that name may be overwritten; never anything but a file.
  /// - Throws: `SaraiError`: `invalidRequest` where something is there, `notFound`, `forbidden`, …
  package init(_ path: String, replaces: Bool) throws {
    self.path = path
    self.replaces = replaces
    temporary = "\(path).\(getpid()).new"
    if let status = FileStatus(path, followsLinks: false) {
      guard status.isFile else {
        throw SaraiError(
          .invalidRequest, es: "\(path) no es un fichero corriente: elige otro nombre.",
          en: "\(path) is no ordinary file: choose another name.", subject: path)
      }
      guard replaces else { throw Self.taken(path) }
    }
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.fault(writing: path) }
  }

  deinit {
    close(descriptor)
    // Gone where `finish` gave it its name.
    unlink(temporary)
  }

  package var bytesWritten: Int { written.withLock { $0 } }

  package func write(_ bytes: [UInt8]) throws {
    try PrivateFile.writeAll(bytes, to: descriptor, path: path)
    written.withLock { $0 += bytes.count }
  }

  /// Puts what was written under its name, on disk.
  package func finish() throws {
    guard fsync(descriptor) == 0 else { throw PrivateFile.fault(writing: path) }
    if replaces {
      guard rename(temporary, path) == 0 else { throw PrivateFile.fault(writing: path) }
    } else {
      // Unlike rename, link leaves alone what came to be there meanwhile.
      guard link(temporary, path) == 0 else {
        throw errno == EEXIST ? Self.taken(path) : PrivateFile.fault(writing: path)
      }
    }
  }

  private static func taken(_ path: String) -> SaraiError {
    SaraiError(
      .invalidRequest, es: "\(path) ya existe: elige otro nombre, o sobrescríbelo con --force.",
      en: "\(path) already exists: choose another name, or overwrite it with --force.", subject: path)
  }
}
