import CChecksumVFS
import FoundationEssentials
import Glibc
import SaraiCore
import Synchronization

/// Which file it is, whatever name it has.
struct FileIdentity: Equatable {
  let device: UInt64
  let inode: UInt64

  /// Nil where there is no file of that name.
  init?(_ path: String) {
    var (device, inode) = (UInt64(0), UInt64(0))
    guard sarai_file_identity(path, &device, &inode) == 0 else { return nil }
    self.device = device
    self.inode = inode
  }
}

/// What the store asks of the file system. Whatever has to survive a power cut is synced here, folders included.
enum StoreFiles {
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// 0 where there is none.
  static func bytes(_ path: String) -> Int {
    let file = sarai_open_regular(path)
    guard file >= 0 else { return 0 }
    defer { close(file) }
    return max(0, Int(lseek(file, 0, SEEK_END)))
  }

  /// The first bytes of a file, fewer where it has no more.
  static func head(_ path: String, _ count: Int) throws -> [UInt8] {
    let file = sarai_open_regular(path)
    guard file >= 0 else { throw failed(path) }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: count)
    let read = pread(file, &buffer, count, 0)
    guard read >= 0 else { throw failed(path) }
    return Array(buffer.prefix(read))
  }

  static func names(in folder: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  /// Creates a folder that only its owner may enter, with those above it, each of which survives a power cut.
  static func createFolder(_ path: String) throws {
    guard !exists(path) else { return }
    let above = folder(of: path)
    if above != path { try createFolder(above) }
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failed(path) }
    try sync(above)
  }

  /// A file that only its owner may read, empty where there was none; its log and index get the same permissions from
  /// SQLite.
  static func createPrivate(_ path: String) throws {
    let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw failed(path) }
    close(file)
    try makePrivate(path)
  }

  /// What somebody else made readable by all (a copy from elsewhere) is the owner's alone from now on.
  static func makePrivate(_ path: String) throws {
    guard chmod(path, 0o600) == 0 || errno == EPERM || errno == EROFS else { throw failed(path) }
  }

  /// Where a file really lies. Under its own name a link would be replaced by a new file, and what it stood for would
  /// keep what was forgotten.
  static func resolved(_ path: String) throws -> String {
    var target = [CChar](repeating: 0, count: 2)
    guard readlink(path, &target, 1) >= 0 else { return path }
    guard let real = realpath(path, nil) else { throw failed(path) }
    defer { free(real) }
    return String(cString: real)
  }

  static func sync(_ path: String) throws {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failed(path) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw failed(path) }
  }

  static func move(_ source: String, to target: String) throws {
    guard rename(source, target) == 0 else { throw failed(target) }
    try sync(folder(of: target))
    if folder(of: source) != folder(of: target) { try sync(folder(of: source)) }
  }

  /// Gives a file a second name, or makes a copy where it can have only one. What cannot be read or has no room goes
  /// from the first name to the second.
  static func keep(_ source: String, as target: String) throws {
    if link(source, target) != 0 {
      do { try copy(source, to: target) } catch { return try move(source, to: target) }
    }
    try sync(folder(of: target))
  }

  static func copy(_ source: String, to target: String) throws {
    try remove(target)
    try createPrivate(target)
    let input = sarai_open_regular(source)
    guard input >= 0 else { throw failed(source) }
    defer { close(input) }
    let output = open(target, O_WRONLY | O_CLOEXEC)
    guard output >= 0 else { throw failed(target) }
    defer { close(output) }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(input, &buffer, buffer.count)
      if count == 0 { break }
      guard count > 0 else { throw failed(source) }
      var written = 0
      while written < count {
        let done = buffer.withUnsafeBytes { Glibc.write(output, $0.baseAddress! + written, count - written) }
        guard done > 0 else { throw failed(target) }
        written += done
      }
    }
    guard fsync(output) == 0 else { throw failed(target) }
  }

  /// Removes a file where there is one.
  static func remove(_ path: String) throws {
    guard unlink(path) == 0 || errno == ENOENT else { throw failed(path) }
  }

  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  static func name(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
  }

  static func nowMilliseconds() -> Int64 {
    var time = timeval()
    gettimeofday(&time, nil)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_usec) / 1000
  }

  static func failed(_ path: String) -> SaraiError {
    let code = errno
    let cause = String(cString: strerror(code))
    if [ENOSPC, EDQUOT, EFBIG].contains(code) {
      return SaraiError(
        .insufficientResources,
        Localized(
          es: "El disco está lleno y no se ha guardado nada de esto; lo guardado antes sigue intacto. Libera espacio.",
          en: "The disk is full and none of this was saved; what was saved before is intact. Free some space."),
        subject: path, cause: cause)
    }
    return SaraiError(
      .invalidRequest,
      Localized(
        es: "No se puede leer o escribir \(path): revisa sus permisos y su disco.",
        en: "\(path) cannot be read or written: check its permissions and its disk."), subject: path, cause: cause)
  }
}

/// Keeps every other process away from a database; ends with the process that holds it.
final class ProcessLock: Sendable {
  private struct Held {
    var file: Int32
    var identity: FileIdentity?
  }

  private let held: Mutex<Held>

  init(_ path: String) throws { held = Mutex(try Self.take(path)) }

  private static func take(_ path: String) throws -> Held {
    let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw StoreFiles.failed(path) }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      close(opened)
      throw SaraiError(
        .busy, es: "Otro proceso de SARAi tiene abierta esta memoria: úsala a través de él o ciérralo.",
        en: "Another process of SARAi has this memory open: use it through that one, or end it.", subject: path)
    }
    return Held(file: opened, identity: FileIdentity(path))
  }

  /// Takes the lock again where the file that stands for it is gone, and another process would take another one.
  func renew(_ path: String) throws {
    guard held.withLock({ $0.identity }) != FileIdentity(path) || FileIdentity(path) == nil else { return }
    let renewed = try Self.take(path)
    release()
    held.withLock { $0 = renewed }
  }

  func release() {
    held.withLock { held in
      if held.file >= 0 { close(held.file) }
      held.file = -1
    }
  }

  deinit { release() }
}
