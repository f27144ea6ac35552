import FoundationEssentials
import SaraiCore

/// What the engine is asked to make of a launch.
struct DockerContainer: Sendable {
  /// A user by numbers, the same inside as outside.
  struct User: Sendable, Hashable {
    var user: UInt32
    var group: UInt32
  }

  /// What is found out about the engine once, and shapes every container.
  struct Facts: Sendable, Hashable {
    var processors: Int
    /// The engine maps users by itself, and is told not to: what is granted belongs to users of this machine.
    var remapsUsers: Bool
    /// Where the engine keeps its own files; it mounts nothing that these lie in.
    var rootFolder = ""
  }

  var launch: SandboxLaunch
  var layers: SandboxLayers
  var image: String
  /// The image holds the program and its libraries; only what was granted is mounted.
  var imageHoldsProgram: Bool
  var user: User
  var serviceFolder: String?
  var labels: [String: String]
  var facts: Facts

  /// Less than this the engine does not take.
  static let leastMemoryBytes = 6 << 20
  /// What /proc tells beyond the program's own processes, the processors and the memory.
  static let maskedPaths = [
    "/proc/acpi", "/proc/asound", "/proc/bus", "/proc/cmdline", "/proc/config.gz", "/proc/driver", "/proc/fs",
    "/proc/interrupts", "/proc/iomem", "/proc/ioports", "/proc/irq", "/proc/kallsyms", "/proc/kcore", "/proc/key-users",
    "/proc/keys", "/proc/kmsg", "/proc/kpagecount", "/proc/latency_stats", "/proc/locks", "/proc/modules",
    "/proc/pagetypeinfo", "/proc/sched_debug", "/proc/scsi", "/proc/slabinfo", "/proc/swaps", "/proc/sys",
    "/proc/sysrq-trigger", "/proc/timer_list", "/proc/timer_stats", "/proc/version", "/proc/vmallocinfo",
    "/proc/zoneinfo", "/sys/firmware",
  ]
  /// What a test gives a container back, to show what having none is good for: those with which root gets out.
  private static let allCapabilities = [
    "DAC_READ_SEARCH", "MKNOD", "SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE",
  ]
  /// Folders of the host that a test mounts whole, to show what a root of one's own is good for.
  private static let hostFolders = ["/etc", "/home", "/opt", "/root", "/srv", "/usr", "/var"]

  /// - Throws: as `BubblewrapPlan` does for what the profile names.
  func json() throws(SaraiError) -> JSONValue {
    let profile = launch.profile
    let executable = try BubblewrapPlan.real(profile.executable, profile)
    var environment = launch.environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    // A name alone takes away what the engine would set by itself.
    for name in ["PATH", "HOSTNAME"] where launch.environment[name] == nil { environment.append(name) }
    var container: JSONObject = [
      "Image": .string(image), "Entrypoint": .array([.string(profile.executable)]),
      "Cmd": Self.strings(launch.arguments),
      "User": .string("\(runningUser.user):\(runningUser.group)"), "Env": Self.strings(environment),
      "WorkingDir": "/", "OpenStdin": true, "StdinOnce": true, "AttachStdin": true, "AttachStdout": true,
      "AttachStderr": true, "Tty": false, "NetworkDisabled": .bool(layers.contains(.networkNamespace)),
      "Labels": .object(Self.object(labels)), "HostConfig": .object(try host(executable)),
    ]
    if layers.contains(.utsNamespace) { container["Hostname"] = "sarai" }
    return .object(container)
  }

  /// Capabilities are of no use to anyone but root.
  var runningUser: User {
    layers.isSuperset(of: [.userNamespace, .noCapabilities]) ? user : User(user: 0, group: 0)
  }

  private func host(_ executable: String) throws(SaraiError) -> JSONObject {
    let limits = launch.profile.limits
    var host: JSONObject = [
      "NetworkMode": layers.contains(.networkNamespace) ? "none" : "host",
      "IpcMode": layers.contains(.ipcNamespace) ? "none" : "host",
      "PidMode": layers.contains(.pidNamespace) ? "" : "host",
      "UTSMode": layers.contains(.utsNamespace) ? "" : "host",
      "CgroupnsMode": layers.contains(.cgroupNamespace) ? "private" : "host",
      "ReadonlyRootfs": .bool(layers.contains(.readOnly)), "Privileged": false, "PublishAllPorts": false,
      "Init": false, "AutoRemove": false, "LogConfig": ["Type": "none"], "RestartPolicy": ["Name": "no"],
      "SecurityOpt": Self.strings(securityOptions), "Tmpfs": .object(temporary(limits)),
      "Mounts": .array(try mounts(executable)), "Ulimits": .array(userLimits(limits)),
    ]
    if layers.contains(.noCapabilities) {
      host["CapDrop"] = ["ALL"]
    } else {
      host["CapAdd"] = Self.strings(Self.allCapabilities)
    }
    host["MaskedPaths"] = layers.contains(.ownRoot) ? Self.strings(Self.maskedPaths) : .array([])
    // All of these are covered.
    host["ReadonlyPaths"] = []
    if facts.remapsUsers { host["UsernsMode"] = "host" }
    if layers.contains(.memoryControlGroup) {
      let bytes = Int64(max(limits.memoryBytes, Self.leastMemoryBytes))
      // The same for memory and swap together: no swap.
      host["Memory"] = .integer(bytes)
      host["MemorySwap"] = .integer(bytes)
    }
    if layers.contains(.tasksControlGroup) { host["PidsLimit"] = .integer(Int64(limits.tasks)) }
    if layers.contains(.cpuControlGroup), let cores = limits.cpuCores, cores < Double(facts.processors) {
      host["NanoCpus"] = .integer(Int64(cores * 1e9))
    }
    return host
  }

  private var securityOptions: [String] {
    let profile = launch.profile
    let filter = layers.contains(.seccomp) ? SeccompProfile(rules: profile.systemCallRules).text : "unconfined"
    return ["no-new-privileges", "seccomp=\(filter)"]
  }

  private func temporary(_ limits: SandboxLimits) -> JSONObject {
    let owner = "uid=\(runningUser.user),gid=\(runningUser.group)"
    let size = layers.contains(.temporarySize) ? ",size=\(limits.temporaryBytes)" : ""
    let executable = layers.contains(.noExecute) ? "noexec" : "exec"
    var temporary: JSONObject = [
      SandboxPaths.temporaryFolder: .string("rw,\(executable),nosuid,nodev\(size),mode=0700,\(owner)")
    ]
    // In the place of what the host tells of its devices and control groups.
    if layers.contains(.ownRoot) { temporary["/sys"] = "ro,noexec,nosuid,nodev,size=4096,mode=0555" }
    return temporary
  }

  private func mounts(_ executable: String) throws(SaraiError) -> [JSONValue] {
    let profile = launch.profile
    let granted = Set(
      (profile.readOnly + profile.readWrite).map(\.inside)
        + profile.sockets.map { SandboxPaths.grantedSocket($0.name) })
    let all = BubblewrapPlan.withoutRepeats(
      try BubblewrapPlan.mounts(profile, executable: executable, layers: layers))
    var mounts: [JSONValue] = []
    if !layers.contains(.ownRoot) {
      for folder in Self.hostFolders
      where FileFacts(folder)?.isFolder == true && !facts.rootFolder.hasPrefix(folder + "/") {
        mounts.append(Self.mount(folder, folder, isReadOnly: layers.contains(.readOnly), isWhole: true))
      }
    }
    for mount in all where granted.contains(mount.inside) || mount.source == .nothing || !imageHoldsProgram {
      switch mount.source {
      case .readOnly(let source):
        mounts.append(Self.mount(source, mount.inside, isReadOnly: layers.contains(.readOnly)))
      case .readWrite(let source): mounts.append(Self.mount(source, mount.inside, isReadOnly: false, isWhole: true))
      // The engine gives every container its own.
      case .device: break
      case .nothing:
        mounts.append([
          "Type": "tmpfs", "Target": .string(mount.inside), "ReadOnly": true,
          "TmpfsOptions": ["SizeBytes": 4096, "Mode": 0o555],
        ])
      }
    }
    if !imageHoldsProgram {
      let known = Set(all.map(\.inside))
      for place in Self.places(of: profile.executable, roots: profile.roots) where !known.contains(place) {
        mounts.append(Self.mount(executable, place, isReadOnly: layers.contains(.readOnly)))
      }
    }
    if let serviceFolder {
      mounts.append(Self.mount(serviceFolder, SandboxPaths.socketFolder, isReadOnly: false))
    }
    return mounts
  }

  /// Where a program has to be for its name to lead to it: Python looks for its environment beside the name that it was
  /// started by, and that is a symbolic link to another, and so on.
  static func places(of executable: String, roots: [String]) -> [String] {
    var places: [String] = []
    var path = executable
    for _ in 0..<16 {
      if !roots.contains(where: { path.hasPrefix($0 + "/") }) { places.append(path) }
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { break }
      guard !target.hasPrefix("/") else {
        path = target
        continue
      }
      let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
      guard let name = target.split(separator: "/").last,
        let real = realPath(target.contains("/") ? "\(folder)/\(target.dropLast(name.count + 1))" : folder)
      else { break }
      path = target.contains("/") ? "\(real)/\(name)" : "\(folder)/\(name)"
    }
    return places
  }

  /// - Parameter isWhole: With what is mounted below it. Not where it is read-only: what is mounted below would not be.
  private static func mount(_ source: String, _ inside: String, isReadOnly: Bool, isWhole: Bool = false) -> JSONValue {
    [
      "Type": "bind", "Source": .string(source), "Target": .string(inside), "ReadOnly": .bool(isReadOnly),
      "BindOptions": ["Propagation": "rprivate", "NonRecursive": .bool(!isWhole)],
    ]
  }

  private func userLimits(_ limits: SandboxLimits) -> [JSONValue] {
    guard layers.contains(.resourceLimits) else { return [] }
    var values: [(String, Int, Int)] = [
      ("core", 0, 0), ("msgqueue", 0, 0), ("nofile", limits.openFiles, limits.openFiles),
      ("fsize", limits.fileBytes, limits.fileBytes),
    ]
    // The first process of a pid namespace does not heed SIGXCPU; a second later comes SIGKILL.
    if let seconds = limits.cpuSeconds { values.append(("cpu", seconds, seconds + 1)) }
    return values.map { name, soft, hard in
      ["Name": .string(name), "Soft": .integer(Int64(soft)), "Hard": .integer(Int64(hard))]
    }
  }

  private static func strings(_ strings: [String]) -> JSONValue { .array(strings.map { .string($0) }) }

  private static func object(_ values: [String: String]) -> JSONObject {
    values.sorted { $0.key < $1.key }.reduce(into: JSONObject()) { $0[$1.key] = .string($1.value) }
  }
}
