import Glibc

/// What a process in the background logs; begun anew when it has grown past 8 MiB.
final class LogFile: Sendable {
  let path: String
  let descriptor: Int32

  init(path: String) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFile.fault(writing: path) }
    if let status = FileStatus(path), status.sizeBytes > 8 << 20 { ftruncate(descriptor, 0) }
  }

  deinit { close(descriptor) }
}
