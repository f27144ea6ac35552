import Glibc

/// Memory of this process as the kernel counts it.
struct ProcessMemory {
  /// Resident pages, those shared with other processes in full.
  let residentBytes: Int
  /// Resident pages, shared ones divided by the number of processes that share them.
  let proportionalBytes: Int

  /// Reads `/proc/self/smaps_rollup`; nil where the kernel has none.
  static func now() -> ProcessMemory? {
    guard let text = read("/proc/self/smaps_rollup") else { return nil }
    func kibibytes(_ name: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix(name) }?.split(separator: " ").dropFirst().first.flatMap {
        Int($0)
      }
    }
    guard let resident = kibibytes("Rss:"), let proportional = kibibytes("Pss:") else { return nil }
    return ProcessMemory(residentBytes: resident << 10, proportionalBytes: proportional << 10)
  }

  private static func read(_ path: String) -> String? {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(file, &bytes, bytes.count)
    return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
  }
}
