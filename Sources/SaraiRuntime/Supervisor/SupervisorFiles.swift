import Glibc
import SaraiCore

extension Folders {
  /// Where the supervisor of this state folder listens.
  static let supervisorSocketName = "supervisor.sock"
  var supervisorSocket: String { run + "/" + Self.supervisorSocketName }
  static let supervisorLogName = "supervisor.log"
  var supervisorLog: String { logs + "/" + Self.supervisorLogName }
  /// Sockets of sandboxes and of what they are granted.
  var sandboxes: String { run + "/s" }
  package var skillLogs: String { logs + "/skills" }
  /// What skills' manifests configure them with, as files that their sandboxes see.
  var skillConfigurations: String { run + "/c" }
}

/// Where the supervisor of a state folder listens, for those whose environment names another place: a service manager
/// and a person's session differ in XDG_RUNTIME_DIR.
enum RunNote {
  /// - Returns: The folder of one that answers; nil where there is none.
  static func read(state: String) -> String? {
    let descriptor = open(path(state), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0, bytes[0] == UInt8(ascii: "/"),
      let folder = String(validating: bytes.prefix(count), as: UTF8.self),
      let status = FileStatus(folder, followsLinks: false), status.isFolder, status.owner == getuid(),
      SocketProbe.answers(folder + "/" + Folders.supervisorSocketName)
    else { return nil }
    return folder
  }

  static func write(_ folders: Folders) throws {
    try PrivateFile.replace(path(folders.state), with: Array(folders.run.utf8))
  }

  static func remove(_ folders: Folders) { unlink(path(folders.state)) }

  private static func path(_ state: String) -> String { state + "/supervisor.run" }
}

/// One supervisor per state folder: a lock that the kernel gives back however the process ends.
final class SupervisorLock: Sendable {
  private let descriptor: Int32

  /// - Throws: `SaraiError.busy` where another one has the folder.
  init(_ folders: Folders) throws {
    let path = Self.path(folders)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.fault(writing: path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw SaraiError(
        .busy, es: "Ya hay un supervisor de SARAi con la carpeta \(folders.state): se detiene con «sarai stop».",
        en: "A SARAi supervisor already has the folder \(folders.state): \"sarai stop\" ends it.",
        subject: folders.state)
    }
  }

  deinit { close(descriptor) }

  /// Whether some supervisor has the folder now.
  static func isHeld(_ folders: Folders) -> Bool {
    let descriptor = open(path(folders), O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  private static func path(_ folders: Folders) -> String { folders.state + "/supervisor.lock" }
}

/// Which build a process runs: a supervisor of another one is replaced.
enum Build {
  /// The program's file as it was when this process started.
  static let current: String = {
    guard let status = FileStatus(Installation.currentExecutable()) else { return SaraiVersion.current }
    return "\(SaraiVersion.current) \(status.inode) \(status.sizeBytes) \(status.modified)"
  }()
}
