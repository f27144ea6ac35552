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

  /// All processes that a process started, and those that these started.
  static func descendants(of ancestor: Int32) -> [Int32] {
    var children: [Int32: [Int32]] = [:]
    for pid in pids() { if let parent = parent(pid) { children[parent, default: []].append(pid) } }
    var found: [Int32] = []
    var next = children[ancestor] ?? []
    while let pid = next.popLast() {
      found.append(pid)
      next += children[pid] ?? []
    }
    return found.sorted()
  }

  /// The program's name, of which the kernel keeps 15 bytes, and what it was called with; nil where it is gone.
  static func command(_ pid: Int32) -> (name: String, arguments: [String])? {
    ProcFile.lines("/proc/\(pid)/comm").first.map { ($0, words(pid, "cmdline")) }
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
