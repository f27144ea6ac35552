import Glibc

/// Files that the kernel makes up while they are read: it gives them a page at a time, and has no size for them.
enum KernelFile {
  private static let mostBytes = 4 << 20

  /// All of a file, at most 4 MiB; nil where it cannot be read.
  static func contents(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var contents: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while contents.count < mostBytes {
      let count = read(file, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { break }
      contents += buffer.prefix(count)
    }
    return contents
  }

  /// Empty where it cannot be read.
  static func text(_ path: String) -> String { String(decoding: contents(path) ?? [], as: UTF8.self) }
}
