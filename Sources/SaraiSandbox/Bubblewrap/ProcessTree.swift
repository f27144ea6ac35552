import FoundationEssentials
import Glibc

enum ProcessTree {
  /// Ends the processes that a process of this one has started. They cannot be others by then: their parent, which this
  /// process has not reaped, would have to have reaped them in the same moment.
  static func killChildren(of pid: Int32) {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/task/\(pid)/children") else { return }
    for child in String(decoding: bytes, as: UTF8.self).split(separator: " ").compactMap({ Int32($0) }) {
      Glibc.kill(child, SIGKILL)
    }
  }
}

/// Calls `body` with the strings as C wants a list of them: pointers, and a null pointer at the end.
func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  var pointers = strings.map { strdup($0) } + [nil]
  defer { for pointer in pointers { free(pointer) } }
  return pointers.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { fatalError("a list with an end is never empty") }
    return body(UnsafePointer(base))
  }
}
