import Glibc
import SaraiCore

/// Memory of a skill's process and of the sandbox around it.
struct SkillMemory: Sendable, Hashable {
  /// Each page shared with n processes counts as 1/n of it.
  var proportionalBytes: Int
  /// Pages that no other process has.
  var privateBytes: Int
  /// Pages that only the processes have that hold the sandbox: its parents up to this program.
  var sandboxPrivateBytes: Int

  /// Nil where the process is gone or not this user's.
  init?(pid: Int32) {
    guard let program = Rollup(pid: pid) else { return nil }
    proportionalBytes = program.proportionalBytes
    privateBytes = program.privateBytes
    sandboxPrivateBytes = 0
    var parent = Self.parent(of: pid)
    while let holder = parent, holder > 1, holder != getpid(), let memory = Rollup(pid: holder) {
      sandboxPrivateBytes += memory.privateBytes
      parent = Self.parent(of: holder)
    }
  }

  private static func parent(of pid: Int32) -> Int32? {
    ProcFile.lines("/proc/\(pid)/status").first { $0.hasPrefix("PPid:") }
      .flatMap { $0.split(separator: "\t").last }.flatMap { Int32($0) }
  }

  /// The sums of /proc/PID/smaps_rollup.
  struct Rollup {
    var proportionalBytes = 0
    var privateBytes = 0

    init?(pid: Int32) { self.init(lines: ProcFile.lines("/proc/\(pid)/smaps_rollup")) }

    init?(lines: [String]) {
      for line in lines {
        guard let kilobytes = ProcFile.kilobytes(line) else { continue }
        if line.hasPrefix("Pss:") { proportionalBytes = kilobytes * 1024 }
        if line.hasPrefix("Private_Clean:") || line.hasPrefix("Private_Dirty:") { privateBytes += kilobytes * 1024 }
      }
      guard proportionalBytes > 0 else { return nil }
    }
  }
}
