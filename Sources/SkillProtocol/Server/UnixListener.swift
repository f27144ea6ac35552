import Glibc
import SaraiCore

/// A listening unix socket that only its owner may use.
package struct UnixListener: Sendable {
  package let path: String
  package let descriptor: Int32

  /// Binds and listens; a socket file that an earlier process left is replaced.
  ///
  /// - Throws: `SaraiError.invalidRequest`, naming the path.
  package init(path: String) throws {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, bytes.count < capacity, !bytes.contains(0) else {
      throw Self.refused(path, cause: "a socket path has 1 to \(capacity - 1) bytes")
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }

    var status = stat()
    if lstat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFSOCK else {
        throw Self.refused(path, cause: "something else than a socket is there")
      }
      unlink(path)
    }
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard socket >= 0 else { throw Self.refused(path, cause: Self.lastError) }
    // The file's mode comes with its making: there is no moment in which others could connect.
    let mask = umask(0o177)
    defer { umask(mask) }
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard bound == 0, listen(socket, 128) == 0 else {
      let cause = Self.lastError
      close(socket)
      throw Self.refused(path, cause: cause)
    }
    self.path = path
    descriptor = socket
  }

  package func removeFile() {
    unlink(path)
  }

  private static var lastError: String { String(cString: strerror(errno)) }

  private static func refused(_ path: String, cause: String) -> SaraiError {
    SaraiError(
      .invalidRequest,
      Localized(
        es: "No se puede escuchar en \(path). Comprueba la carpeta y sus permisos.",
        en: "It is not possible to listen on \(path). Check the folder and its permissions."), subject: path,
      cause: cause)
  }
}
