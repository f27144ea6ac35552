import FoundationEssentials
import Glibc
import SaraiCore

/// The control group of one sandbox: a folder, or one for each controller.
struct ControlGroup: Sendable, Hashable {
  /// All of its folders.
  let folders: [String]
  /// The folder that a process is born in (version 2).
  let unified: String?
  private let memoryFolder: String?

  /// The sandbox's own processes: bubblewrap outside and sarai-confine inside.
  private static let ownTasks = 2
  private static let ownMemoryBytes = 4 << 20
  private static let periodMicroseconds = 100_000

  /// Files that a process of version 1 writes itself into.
  var taskFiles: [String] { unified == nil ? folders.map { "\($0)/tasks" } : [] }

  /// - Parameter layers: Which of the controllers to use.
  /// - Throws: `sandboxFailed` where the system refuses; nothing is left then.
  static func make(
    name: String, limits: SandboxLimits, layers: SandboxLayers, in groups: ControlGroups
  ) throws(SaraiError) -> ControlGroup? {
    let wanted = groups.controllers.filter { controller in
      switch controller {
      case .memory: layers.contains(.memoryControlGroup)
      case .pids: layers.contains(.tasksControlGroup)
      case .cpu: layers.contains(.cpuControlGroup) && limits.cpuCores != nil
      }
    }
    guard !wanted.isEmpty else { return nil }
    var folders: [String] = []
    do {
      switch groups.place {
      case .none: return nil
      case .unified(let parent, _):
        let folder = try makeFolder(parent, name)
        folders = [folder]
        for controller in wanted { try setUnified(controller, folder, limits) }
        return ControlGroup(folders: folders, unified: folder, memoryFolder: wanted.contains(.memory) ? folder : nil)
      case .separate(let parents):
        var memoryFolder: String?
        for controller in wanted.sorted(by: { $0.rawValue < $1.rawValue }) {
          guard let parent = parents[controller] else { continue }
          // Controllers can share a hierarchy, and so a folder.
          let isShared = folders.contains("\(parent)/\(name)")
          let folder = isShared ? "\(parent)/\(name)" : try makeFolder(parent, name)
          if !isShared { folders.append(folder) }
          if controller == .memory { memoryFolder = folder }
          try setSeparate(controller, folder, limits)
        }
        return ControlGroup(folders: folders, unified: nil, memoryFolder: memoryFolder)
      }
    } catch {
      for folder in folders { rmdir(folder) }
      throw error
    }
  }

  /// How often the system has ended a process here for want of memory.
  func outOfMemoryKills() -> Int {
    guard let memoryFolder else { return 0 }
    let file = unified == nil ? "\(memoryFolder)/memory.oom_control" : "\(memoryFolder)/memory.events"
    guard let bytes = FileManager.default.contents(atPath: file) else { return 0 }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") where line.hasPrefix("oom_kill ") {
      return Int(line.dropFirst("oom_kill ".count)) ?? 0
    }
    return 0
  }

  /// Removes the folders; false where one still holds a process that is on its way out.
  func remove() -> Bool {
    folders.reduce(true) { removed, folder in (rmdir(folder) == 0 || errno == ENOENT) && removed }
  }

  /// Ends every process in it.
  func kill() {
    if let unified, writeControl("1", to: "\(unified)/cgroup.kill") == 0 { return }
    for folder in folders {
      guard let bytes = FileManager.default.contents(atPath: "\(folder)/cgroup.procs") else { continue }
      for pid in String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap({ Int32($0) }) where pid > 0 {
        Glibc.kill(pid, SIGKILL)
      }
    }
  }

  private static func makeFolder(_ parent: String, _ name: String) throws(SaraiError) -> String {
    let folder = "\(parent)/\(name)"
    if mkdir(folder, 0o755) != 0 {
      // Left by a process that had this one's number before it, and empty since.
      if errno == EEXIST { rmdir(folder) }
      guard mkdir(folder, 0o755) == 0 else { throw refused(folder, errno) }
    }
    return folder
  }

  private static func setUnified(
    _ controller: ControlGroups.Controller, _ folder: String, _ limits: SandboxLimits
  ) throws(SaraiError) {
    switch controller {
    case .memory:
      try set("\(limits.memoryBytes + ownMemoryBytes)", "\(folder)/memory.max")
      // Without swap in the kernel there is no such file.
      if FileManager.default.fileExists(atPath: "\(folder)/memory.swap.max") {
        try set("0", "\(folder)/memory.swap.max")
      }
    case .pids: try set("\(limits.tasks + ownTasks)", "\(folder)/pids.max")
    case .cpu: try set("\(quota(limits)) \(periodMicroseconds)", "\(folder)/cpu.max")
    }
  }

  private static func setSeparate(
    _ controller: ControlGroups.Controller, _ folder: String, _ limits: SandboxLimits
  ) throws(SaraiError) {
    switch controller {
    case .memory:
      try set("\(limits.memoryBytes + ownMemoryBytes)", "\(folder)/memory.limit_in_bytes")
      if FileManager.default.fileExists(atPath: "\(folder)/memory.memsw.limit_in_bytes") {
        try set("\(limits.memoryBytes + ownMemoryBytes)", "\(folder)/memory.memsw.limit_in_bytes")
      }
    case .pids: try set("\(limits.tasks + ownTasks)", "\(folder)/pids.max")
    case .cpu:
      try set("\(periodMicroseconds)", "\(folder)/cpu.cfs_period_us")
      try set("\(quota(limits))", "\(folder)/cpu.cfs_quota_us")
    }
  }

  private static func quota(_ limits: SandboxLimits) -> Int {
    // The kernel takes no less than a millisecond.
    max(1000, Int((limits.cpuCores ?? 1) * Double(periodMicroseconds)))
  }

  private static func set(_ value: String, _ file: String) throws(SaraiError) {
    let error = writeControl(value, to: file)
    if error != 0 { throw refused(file, error) }
  }

  private static func refused(_ path: String, _ error: Int32) -> SaraiError {
    SaraiError(
      .sandboxFailed,
      Localized(
        es: "El sistema no dejó preparar un grupo de control en «\(path)»: «sarai doctor» dice qué límites se "
          + "pueden poner.",
        en: "The system did not let a control group be set up at \"\(path)\": \"sarai doctor\" says which limits "
          + "can be set."
      ), subject: path, cause: systemMessage(error))
  }
}
