import Glibc
import SaraiCore

/// Files as they are needed here: regular ones, with a bound on their size.
enum FileReading {
  static func isFolder(_ path: String) -> Bool {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }

  /// The first bytes of a file.
  static func start(of path: String, count: Int) throws -> [UInt8] {
    try read(path, maximumBytes: count, cuts: true)
  }

  /// All bytes of a file.
  ///
  /// - Throws: `tooLarge` beyond the maximum; `notFound` where it can't be read.
  static func contents(of path: String, maximumBytes: Int) throws -> [UInt8] {
    try read(path, maximumBytes: maximumBytes, cuts: false)
  }

  /// What tells one state of a file from another, short of reading it.
  static func identity(of path: String) throws -> String {
    var status = stat()
    guard stat(path, &status) == 0 else { throw fault(path) }
    return "\(status.st_dev) \(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec) \(status.st_mtim.tv_nsec)"
  }

  /// Names in a folder, in order; those that begin with a dot are left out.
  static func names(in folder: String) throws -> [String] {
    guard let stream = opendir(folder) else { throw fault(folder) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if !name.hasPrefix("."), names.count < 4_096 { names.append(name) }
    }
    return names.sorted()
  }

  private static func read(_ path: String, maximumBytes: Int, cuts: Bool) throws -> [UInt8] {
    // A pipe or device would block or never end: O_NONBLOCK opens them, and the seek below refuses them.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw fault(path) }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size >= 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw fault(path) }
    guard cuts || size <= maximumBytes else {
      throw SaraiError(
        .tooLarge, es: "\(path) ocupa \(size >> 20) MiB y el máximo son \(maximumBytes >> 20). Divide los datos.",
        en: "\(path) has \(size >> 20) MiB and the limit is \(maximumBytes >> 20). Split the data.", subject: path)
    }
    let wanted = min(Int(size), maximumBytes)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
      while count < wanted {
        let got = Glibc.read(descriptor, buffer.baseAddress! + count, wanted - count)
        if got < 0, errno == EINTR { continue }
        failed = got < 0
        if got <= 0 { break }
        count += got
      }
    }
    guard !failed else { throw fault(path) }
    return bytes
  }

  private static func fault(_ path: String) -> SaraiError {
    SQLFault.unreadable(path, cause: String(cString: strerror(errno)))
  }
}
