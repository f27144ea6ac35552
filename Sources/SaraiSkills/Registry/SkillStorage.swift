import Glibc
import SaraiCore

/// Writes SARAi's own files about skills.
enum SkillStorage {
  /// Replaces a file as a whole: whoever reads it sees the old bytes or the new ones, also after a power cut.
  ///
  /// - Throws: `forbidden`, `insufficientResources`, `notFound`.
  static func replace(_ path: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(SaraiError) {
    // Another task may be writing the same file.
    let temporary = "\(path).\(UInt64.random(in: .min ... .max)).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw fault(path) }
    let isWritten = write(bytes, to: descriptor) && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
    let error = isWritten ? nil : fault(path)
    close(descriptor)
    if let error {
      unlink(temporary)
      throw error
    }
    guard rename(temporary, path) == 0 else {
      let error = fault(path)
      unlink(temporary)
      throw error
    }
  }

  static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) -> Bool {
    let bytes = Array(bytes)
    var written = 0
    while written < bytes.count {
      let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// What `errno` says about writing a file.
  static func fault(_ path: String) -> SaraiError {
    let code = errno
    let isFull = code == ENOSPC || code == EDQUOT
    return SaraiError(
      isFull ? .insufficientResources : code == ENOENT ? .notFound : .forbidden,
      Localized(
        es:
          "No se puede escribir \(path): \(isFull ? "libera espacio en disco" : "comprueba la carpeta y sus permisos").",
        en: "\(path) cannot be written: \(isFull ? "free some disk space" : "check the folder and its permissions")."),
      subject: path, cause: String(cString: strerror(code)))
  }
}
