import Glibc
import SaraiCore

/// Files that only their owner reads: conversations, the server's record, notices.
package enum PrivateFile {
  /// Replaces a file as a whole: whoever reads sees the old bytes or the new ones, also after a power cut.
  package static func replace(_ path: String, with bytes: [UInt8]) throws {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw fault(writing: path) }
    do {
      defer { close(descriptor) }
      try writeAll(bytes, to: descriptor, path: path)
      guard fsync(descriptor) == 0 else { throw fault(writing: path) }
    } catch {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let fault = fault(writing: path)
      unlink(temporary)
      throw fault
    }
  }

  /// Makes a file that is not there yet.
  ///
  /// - Throws: `SaraiError.invalidRequest` where one is there, so that nothing is overwritten by mistake.
  package static func create(_ path: String, with bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      guard errno == EEXIST else { throw fault(writing: path) }
      throw SaraiError(
        .invalidRequest, es: "\(path) ya existe: elige otro nombre.",
        en: "\(path) already exists: choose another name.",
        subject: path)
    }
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, path: path)
  }

  /// - Returns: nil where the file does not exist.
  package static func read(_ path: String, maxBytes: Int) throws -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw fault(reading: path)
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault(reading: path)
      }
      bytes += buffer[..<count]
      guard bytes.count <= maxBytes else {
        throw SaraiError(
          .tooLarge, es: "\(path) es demasiado grande (más de \(maxBytes) bytes).",
          en: "\(path) is too large (more than \(maxBytes) bytes).", subject: path)
      }
    }
  }

  static func writeAll(_ bytes: [UInt8], to descriptor: Int32, path: String) throws {
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw fault(writing: path)
      }
      written += count
    }
  }

  static func fault(reading path: String) -> SaraiError { fault(path, es: "leer", en: "read") }
  static func fault(writing path: String) -> SaraiError { fault(path, es: "escribir", en: "written") }

  private static func fault(_ path: String, es verb: String, en participle: String) -> SaraiError {
    let reason = String(cString: strerror(errno))
    let code: SaraiError.Code =
      switch errno {
      case EACCES, EPERM, EROFS: .forbidden
      case ENOSPC, EDQUOT: .insufficientResources
      case ENOENT, ENOTDIR: .notFound
      default: .internalFault
      }
    let advice =
      code == .insufficientResources
      ? Localized(es: "libera espacio en disco", en: "free some disk space")
      : Localized(es: "comprueba que existe y sus permisos", en: "check that it exists, and its permissions")
    return SaraiError(
      code,
      Localized(
        es: "No se puede \(verb) \(path): \(advice.es).", en: "\(path) cannot be \(participle): \(advice.en)."),
      subject: path, cause: reason)
  }
}
