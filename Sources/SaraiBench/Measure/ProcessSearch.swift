import Glibc

/// Processes that a benchmark did not start itself: those of the supervisor of a SARAI_HOME.
enum ProcessSearch {
  /// The supervisor of a home; nil where none runs.
  static func supervisor(home: String) -> Int32? {
    pids().first { pid in
      words(pid, "cmdline").dropFirst().first == "supervise" && words(pid, "environ").contains("SARAI_HOME=\(home)")
    }
  }

  /// A program that a process started, however many others are between the two.
  static func descendant(of ancestor: Int32, named name: String) -> Int32? {
    var parents: [Int32: Int32] = [:]
    for pid in pids() { parents[pid] = parent(pid) }
    return parents.keys.sorted().first { pid in
      // The kernel keeps 15 bytes of a name.
      guard ProcFile.lines("/proc/\(pid)/comm").first == String(name.prefix(15)) else { return false }
      var current = pid
      while let parent = parents[current], parent > 1 {
        if parent == ancestor { return true }
        current = parent
      }
      return false
    }
  }

  private static func parent(_ pid: Int32) -> Int32? {
    ProcFile.lines("/proc/\(pid)/status").first { $0.hasPrefix("PPid:") }
      .flatMap { $0.split(separator: "\t").last }.flatMap { Int32($0) }
  }

  private static func words(_ pid: Int32, _ file: String) -> [String] {
    ProcFile.lines("/proc/\(pid)/\(file)").joined(separator: "\n").split(separator: "\0").map(String.init)
  }

  private static func pids() -> [Int32] {
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    var pids: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if let pid = Int32(name) { pids.append(pid) }
    }
    return pids
  }
}
