import Glibc
import SaraiCore

/// The few file operations that models need, with errors that name the file.
enum FileSystem {
  /// What tells one state of a file from another.
  struct Facts: Hashable, Codable, Sendable {
    var sizeBytes: Int64
    var modifiedNanoseconds: Int64
    var inode: UInt64
    var device: UInt64
  }

  /// Nil where there is no regular file (a link is followed).
  static func facts(of path: String) -> Facts? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return facts(status)
  }

  static func facts(descriptor: Int32) -> Facts? {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    return facts(status)
  }

  /// As `facts(of:)`, but nil for a link: for files that a sandboxed program wrote.
  static func ownFacts(of path: String) -> Facts? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    return facts(status)
  }

  /// The folder that a path names something in; "/" at the top.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
    return String(path[..<slash])
  }

  private static func facts(_ status: stat) -> Facts? {
    guard status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Facts(
      sizeBytes: Int64(status.st_size),
      modifiedNanoseconds: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
      inode: UInt64(status.st_ino), device: UInt64(status.st_dev))
  }

  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The whole of a small file.
  ///
  /// - Throws: `notFound`, `tooLarge` above the limit, `corruptFile` where it is not UTF-8.
  static func text(of path: String, limitBytes: Int = 1 << 20) throws(SaraiError) -> String {
    let bytes = try contents(of: path, limitBytes: limitBytes)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SaraiError(
        .corruptFile, es: "\(path) no es texto UTF-8. Corrige el archivo.",
        en: "\(path) is not UTF-8 text. Mend the file.",
        subject: path)
    }
    return text
  }

  static func contents(of path: String, limitBytes: Int) throws(SaraiError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw readFault(path) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(descriptor, &chunk, chunk.count)
      if count == 0 { return bytes }
      if count < 0 {
        if errno == EINTR { continue }
        throw readFault(path)
      }
      bytes.append(contentsOf: chunk[..<count])
      guard bytes.count <= limitBytes else {
        throw SaraiError(
          .tooLarge, es: "\(path) pasa de \(limitBytes) bytes: no es el archivo que se espera.",
          en: "\(path) is larger than \(limitBytes) bytes: it is not the file that is expected.", subject: path)
      }
    }
  }

  /// Replaces the file in one step: a reader sees the old contents or the new, never a part.
  static func write(_ bytes: [UInt8], to path: String) throws(SaraiError) {
    let temporary = "\(path).\(getpid()).\(UInt32.random(in: .min ... .max)).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw writeFault(path) }
    var isWritten = false
    defer {
      close(descriptor)
      if !isWritten { unlink(temporary) }
    }
    let result = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(SaraiError) in try write(buffer, to: descriptor, path: path) }
    }
    try result.get()
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw writeFault(path) }
    isWritten = true
  }

  static func write(
    _ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32, path: String
  ) throws(SaraiError) {
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw writeFault(path)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// Makes the folder and those above it, readable by their owner alone.
  static func createFolder(_ path: String) throws(SaraiError) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw writeFault(path) }
    try createFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw writeFault(path) }
  }

  /// Bytes that this user may still write on the file system of the folder.
  static func freeBytes(in folder: String) -> Int64? {
    var status = statvfs()
    guard statvfs(folder, &status) == 0 else { return nil }
    return Int64(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
  }

  /// The absolute path without links, nil where nothing is there.
  static func canonical(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  static func readFault(_ path: String) -> SaraiError {
    let code = errno
    let reason = String(cString: strerror(code))
    return SaraiError(
      code == ENOENT ? .notFound : .corruptFile,
      es: "No se puede leer \(path) (\(reason)). Comprueba que existe y sus permisos.",
      en: "\(path) cannot be read (\(reason)). Check that it exists, and its permissions.", subject: path)
  }

  static func writeFault(_ path: String) -> SaraiError {
    let code = errno
    let reason = String(cString: strerror(code))
    if code == ENOSPC || code == EDQUOT {
      return SaraiError(
        .insufficientResources, es: "No queda sitio en el disco para \(path). Libera espacio y vuelve a intentarlo.",
        en: "There is no room left on the disk for \(path). Free some space and try again.", subject: path)
    }
    return SaraiError(
      .forbidden, es: "No se puede escribir \(path) (\(reason)). Comprueba los permisos de la carpeta.",
      en: "\(path) cannot be written (\(reason)). Check the folder's permissions.", subject: path)
  }
}

/// A lock between processes, held while the value lives (flock: the kernel frees it even after kill -9).
final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits for its turn. For sections that last microseconds.
  static func acquire(_ path: String) throws(SaraiError) -> FileLock {
    let descriptor = try open(path)
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let fault = FileSystem.writeFault(path)
        close(descriptor)
        throw fault
      }
    }
    return FileLock(descriptor: descriptor)
  }

  /// Nil where another holds it.
  static func acquireIfFree(_ path: String) throws(SaraiError) -> FileLock? {
    let descriptor = try open(path)
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
    close(descriptor)
    return nil
  }

  private static func open(_ path: String) throws(SaraiError) -> Int32 {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileSystem.writeFault(path) }
    return descriptor
  }
}
