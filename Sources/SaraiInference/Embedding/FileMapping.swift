import FoundationEssentials
import Glibc

/// A file's bytes, mapped into memory for reading.
final class FileMapping {
  let bytes: UnsafeRawBufferPointer

  /// - Throws: A description of the fault, for logs.
  init(path: String, maximumBytes: Int) throws(E5File.Fault) {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw E5File.Fault(description: String(cString: strerror(errno))) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw E5File.Fault(description: "not a file")
    }
    let size = Int(status.st_size)
    guard (1...maximumBytes).contains(size) else { throw E5File.Fault(description: "\(size) bytes") }
    guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, file, 0), start != MAP_FAILED else {
      throw E5File.Fault(description: String(cString: strerror(errno)))
    }
    bytes = UnsafeRawBufferPointer(start: start, count: size)
  }

  deinit {
    munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
  }

  /// The same bytes, without a copy; valid as long as the mapping.
  var data: Data {
    guard let start = bytes.baseAddress else { return Data() }
    return Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
  }
}
