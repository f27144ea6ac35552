import FoundationEssentials
import Glibc
import SaraiCore

/// Where control groups can be made on this machine: found once, by making one.
struct ControlGroups: Sendable, Hashable {
  enum Controller: String, Sendable, CaseIterable {
    case memory, pids, cpu
  }

  enum Place: Sendable, Hashable {
    /// Version 1: a folder for each controller.
    case separate([Controller: String])
    /// Version 2: one folder, with the controllers that are switched on below it.
    case unified(folder: String, controllers: Set<Controller>)
    case none
  }

  let place: Place

  var controllers: Set<Controller> {
    switch place {
    case .separate(let folders): Set(folders.keys)
    case .unified(_, let controllers): controllers
    case .none: []
    }
  }

  var layers: SandboxLayers {
    controllers.reduce(into: []) { layers, controller in
      switch controller {
      case .memory: layers.insert(.memoryControlGroup)
      case .pids: layers.insert(.tasksControlGroup)
      case .cpu: layers.insert(.cpuControlGroup)
      }
    }
  }

  var version: Int? {
    switch place {
    case .separate: 1
    case .unified: 2
    case .none: nil
    }
  }

  /// The folders in which groups are made.
  var parents: [String] {
    switch place {
    case .separate(let folders): Array(Set(folders.values))
    case .unified(let folder, _): [folder]
    case .none: []
    }
  }

  init(place: Place) { self.place = place }

  /// - Parameters:
  ///   - memberships: the contents of `/proc/self/cgroup`.
  ///   - mounts: the contents of `/proc/self/mountinfo`.
  static func find(memberships: String, mounts: String) -> ControlGroups {
    let mounted = mounts.split(separator: "\n").compactMap { ControlGroupMount(line: $0) }
    let members = memberships.split(separator: "\n").compactMap { Membership(line: $0) }
    if let unified = findUnified(members, mounted) { return ControlGroups(place: unified) }
    var folders: [Controller: String] = [:]
    for controller in Controller.allCases {
      guard let member = members.first(where: { $0.controllers.contains(controller.rawValue) }),
        let mount = mounted.first(where: { $0.version == 1 && $0.options.contains(controller.rawValue) }),
        let folder = mount.folder(of: member.path), canMakeGroups(in: folder)
      else { continue }
      folders[controller] = folder
    }
    return ControlGroups(place: folders.isEmpty ? .none : .separate(folders))
  }

  static func find() -> ControlGroups {
    guard let memberships = KernelFile.contents("/proc/self/cgroup"),
      let mounts = KernelFile.contents("/proc/self/mountinfo")
    else { return ControlGroups(place: .none) }
    return find(
      memberships: String(decoding: memberships, as: UTF8.self), mounts: String(decoding: mounts, as: UTF8.self))
  }

  private struct Membership {
    var controllers: [String]
    var path: String

    /// `4:memory:/some/where`; version 2 names no controller.
    init?(line: Substring) {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return nil }
      controllers = fields[1].split(separator: ",").map(String.init)
      path = String(fields[2])
    }
  }

  /// The group that this process is in; or, for root in a session that cannot be divided, the top of the hierarchy.
  private static func findUnified(_ members: [Membership], _ mounted: [ControlGroupMount]) -> Place? {
    guard let member = members.first(where: { $0.controllers.isEmpty }),
      let mount = mounted.first(where: { $0.version == 2 })
    else { return nil }
    for folder in [mount.folder(of: member.path), mount.mountPoint].compactMap({ $0 }) where canMakeGroups(in: folder) {
      let controllers = switchOn(in: folder)
      if !controllers.isDisjoint(with: [.memory, .pids]) { return .unified(folder: folder, controllers: controllers) }
    }
    return nil
  }

  /// Switches controllers on for the groups below a folder; returns those that are on.
  private static func switchOn(in folder: String) -> Set<Controller> {
    let available = words(of: "\(folder)/cgroup.controllers")
    for controller in Controller.allCases
    where available.contains(controller.rawValue)
      && !words(of: "\(folder)/cgroup.subtree_control").contains(controller.rawValue)
    {
      if writeControl("+\(controller.rawValue)", to: "\(folder)/cgroup.subtree_control") != EBUSY { continue }
      // A group with processes of its own cannot divide its memory among others. Where all of them are this process,
      // it moves to a group below.
      let processes = words(of: "\(folder)/cgroup.procs")
      guard processes == ["\(getpid())"] else { continue }
      let own = "\(folder)/sarai-host"
      guard mkdir(own, 0o755) == 0 || errno == EEXIST, writeControl("0", to: "\(own)/cgroup.procs") == 0 else {
        continue
      }
      _ = writeControl("+\(controller.rawValue)", to: "\(folder)/cgroup.subtree_control")
    }
    return Set(words(of: "\(folder)/cgroup.subtree_control").compactMap { Controller(rawValue: String($0)) })
  }

  private static func canMakeGroups(in folder: String) -> Bool {
    let trial = "\(folder)/sarai-trial-\(getpid())"
    guard mkdir(trial, 0o755) == 0 else { return false }
    return rmdir(trial) == 0
  }

  private static func words(of file: String) -> [String] {
    guard let bytes = FileManager.default.contents(atPath: file) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).map(String.init)
  }
}

/// A line of mountinfo that is about control groups.
struct ControlGroupMount: Sendable, Hashable {
  var version: Int
  /// The group that is seen at the mount point.
  var root: String
  var mountPoint: String
  var options: [String]

  init?(line: Substring) {
    let halves = line.split(separator: " ")
    guard let dash = halves.firstIndex(of: "-"), dash >= 6, halves.count > dash + 3 else { return nil }
    switch halves[dash + 1] {
    case "cgroup": version = 1
    case "cgroup2": version = 2
    default: return nil
    }
    root = String(halves[3])
    mountPoint = String(halves[4])
    options = halves[dash + 3].split(separator: ",").map(String.init)
  }

  /// Where a group is seen, or nil where it lies outside of what is mounted.
  func folder(of group: String) -> String? {
    if root == "/" { return group == "/" ? mountPoint : mountPoint + group }
    if group == root { return mountPoint }
    return group.hasPrefix(root + "/") ? mountPoint + group.dropFirst(root.count) : nil
  }
}

/// Writes one value to a control file, in one go; 0 or an errno.
func writeControl(_ value: String, to file: String) -> Int32 {
  let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
  guard descriptor >= 0 else { return errno }
  defer { close(descriptor) }
  var text = value
  return text.withUTF8 { write(descriptor, $0.baseAddress, $0.count) } == value.utf8.count ? 0 : errno
}
