import FoundationEssentials
import Glibc

/// What a process that was killed could not take away. Its programs ended with it; folders and control groups stay.
enum Leftovers {
  /// Removes the folders of sockets, the sockets (`g123-4.sock`) and the control groups of processes that are gone.
  static func remove(runtimeFolder: String, groups: ControlGroups) {
    for name in names(in: runtimeFolder) {
      let number = name.drop { $0.isLetter }.prefix { $0 != "-" }
      guard let pid = Int32(number), name.contains("-"), isGone(pid) else { continue }
      ServiceFolder.remove("\(runtimeFolder)/\(name)")
    }
    for parent in groups.parents {
      for name in names(in: parent) where name.hasPrefix("sarai-") {
        let number = name.dropFirst("sarai-".count).prefix { $0 != "-" }
        // Only an empty group can be removed, so a process that is merely out of sight loses nothing.
        if let pid = Int32(number), isGone(pid) { rmdir("\(parent)/\(name)") }
      }
    }
  }

  private static func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }

  private static func isGone(_ pid: Int32) -> Bool {
    pid > 0 && pid != getpid() && kill(pid, 0) != 0 && errno == ESRCH
  }
}
