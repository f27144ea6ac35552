import Glibc
import SaraiCore

/// What tells one unhashed file from another, short of reading it.
func fileIdentity(_ path: String) throws -> String {
  var status = stat()
  guard stat(path, &status) == 0 else {
    throw SaraiError(
      .notFound, es: "No se puede leer el archivo \(path).", en: "The file \(path) can't be read.", subject: path)
  }
  return "file \(status.st_dev) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
}
