import Glibc
import SaraiCore

/// One server per state folder: a lock that the kernel gives back however the process ends.
package final class StateLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `SaraiError.busy` where a server has the folder.
  package init(folders: Folders) throws {
    let path = folders.state + "/serve.lock"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.fault(writing: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      let other = (try? ServerRecord.read(folders))?.map { record in
        Localized(
          es: " (proceso \(record.pid), en \(record.address))", en: " (process \(record.pid), at \(record.address))")
      }
      throw SaraiError(
        .busy,
        es: """
          Ya hay un servidor de SARAi con la carpeta \(folders.state)\(other?.es ?? ""): \
          úsalo, deténlo o elige otra carpeta con SARAI_STATE_DIR.
          """,
        en: """
          A SARAi server already uses the folder \(folders.state)\(other?.en ?? ""): \
          use it, stop it, or choose another folder with SARAI_STATE_DIR.
          """,
        subject: folders.state)
    }
  }

  deinit { close(descriptor) }

  /// Whether some server has the folder now.
  package static func isHeld(_ folders: Folders) -> Bool {
    let descriptor = open(folders.state + "/serve.lock", O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }
}
