import FoundationEssentials
import Glibc
import SaraiCore

/// The folder of the host in which a program in a sandbox makes its socket.
enum ServiceFolder {
  private static let longestSocketPath = 107

  static func socket(in folder: String) -> String { "\(folder)/skill.sock" }

  /// - Throws: `invalidRequest` where the socket's path would be longer than the system takes; `sandboxFailed` where the
  ///   folder cannot be made.
  static func make(_ folder: String, for identity: BubblewrapBackend.Identity) throws(SaraiError) {
    guard socket(in: folder).utf8.count <= longestSocketPath else {
      throw SaraiError(
        .invalidRequest,
        es: "La ruta «\(folder)» es demasiado larga para un socket: usa una carpeta de trabajo más corta.",
        en: "The path \"\(folder)\" is too long for a socket: use a shorter working folder.", subject: folder)
    }
    if mkdir(folder, 0o700) != 0 {
      // Left by a process that had this one's number before it.
      if errno == EEXIST { remove(folder) }
      guard mkdir(folder, 0o700) == 0 else { throw refused(folder, errno) }
    }
    if case .user(let user, let group) = identity, chown(folder, user, group) != 0 {
      let error = errno
      rmdir(folder)
      throw refused(folder, error)
    }
  }

  static func remove(_ folder: String) {
    // All that could write there is gone, so nothing can be swapped for a link meanwhile.
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func refused(_ folder: String, _ error: Int32) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "No se pudo crear «\(folder)»: comprueba los permisos y el espacio libre.",
        en: "\"\(folder)\" could not be made: check permissions and free space."),
      subject: folder, cause: systemMessage(error))
  }
}
