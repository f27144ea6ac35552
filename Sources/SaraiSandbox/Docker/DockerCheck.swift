import FoundationEssentials
import Glibc
import SaraiCore

/// What an engine can do, found out by making a container and looking at it from the host.
struct DockerCheck: Sendable {
  var report: SandboxReport
  /// Nil where there is none that can be used.
  var engine: DockerEngine?
  /// Why there is none.
  var failure: SaraiError?
  var facts = DockerContainer.Facts(processors: 1, remapsUsers: false)
  var user = DockerContainer.User(user: 65534, group: 65534)

  /// Nothing stands in for a container's control groups; Landlock and limits of users it does not have.
  static let indispensable: SandboxLayers = SandboxLayers.all.subtracting([.landlock, .tasksOfUser])

  static func perform(_ configuration: DockerBackend.Configuration, reactor: Reactor) async -> DockerCheck {
    do throws(SaraiError) {
      let socket = try DockerEngine.socket(given: configuration.socket) { name in
        getenv(name).map { String(cString: $0) }
      }
      let any = DockerEngine(socket: socket, reactor: reactor)
      let version = try await any.ask("GET", "/version").json
      let engine = any.speaking(try interface(of: version))
      return try await look(engine, version["Version"]?.stringValue ?? "?", configuration)
    } catch {
      return DockerCheck(
        report: SandboxReport(
          backend: "docker", version: nil, layers: [], lines: [.init("docker", .missing, error.message)]),
        engine: nil, failure: error)
    }
  }

  private static func interface(of version: JSONValue) throws(SaraiError) -> String {
    let text = version["ApiVersion"]?.stringValue ?? ""
    let numbers = text.split(separator: ".").compactMap { Int($0) }
    guard numbers.count == 2, (numbers[0], numbers[1]) >= DockerEngine.oldestVersion else {
      throw DockerErrors.tooOld(version["Version"]?.stringValue ?? "?")
    }
    return text
  }

  private static func look(
    _ engine: DockerEngine, _ version: String, _ configuration: DockerBackend.Configuration
  ) async throws(SaraiError) -> DockerCheck {
    let info = try await engine.ask("GET", "/info").json
    let options = (info["SecurityOptions"]?.arrayValue ?? []).compactMap(\.stringValue)
    let has = { (name: String) in options.contains { $0 == "name=\(name)" || $0.hasPrefix("name=\(name),") } }
    var check = DockerCheck(
      report: SandboxReport(backend: "docker", version: version, layers: [], lines: []), engine: engine)
    check.facts = .init(
      processors: max(1, Int(info["NCPU"]?.integerValue ?? 1)), remapsUsers: has("userns"),
      rootFolder: info["DockerRootDir"]?.stringValue ?? "")
    // In an engine of the user's own, its root is that user.
    check.user = has("rootless") ? .init(user: 0, group: 0) : DockerBackend.user(configuration.identity)
    try await DockerImages.makeBase(engine)
    await DockerLeftovers.removeAbandoned(engine)
    Leftovers.remove(runtimeFolder: configuration.runtimeFolder, groups: ControlGroups.find())
    let trial = try await DockerTrial.look(engine, check, configuration)
    check.report.layers = trial.layers
    check.report.lines =
      DockerReportLines(
        version: version, socket: engine.socket, layers: trial.layers, info: info, isRootless: has("rootless"),
        user: check.user
      ).lines
    return check
  }
}

/// A container that waits while the host looks at its process.
enum DockerTrial {
  struct Outcome: Sendable {
    var layers: SandboxLayers
  }

  private static let namespaces: [(String, SandboxLayers)] = [
    ("pid", .pidNamespace), ("ipc", .ipcNamespace), ("uts", .utsNamespace), ("net", .networkNamespace),
    ("cgroup", .cgroupNamespace), ("mnt", .ownRoot),
  ]

  static func look(
    _ engine: DockerEngine, _ check: DockerCheck, _ configuration: DockerBackend.Configuration
  ) async throws(SaraiError) -> Outcome {
    var profile = SandboxProfile(
      name: "self-check", kind: .native, executable: configuration.confine, libraries: .listed([]))
    profile.limits.cpuCores = 0.5
    profile.limits.memoryBytes = 64 << 20
    profile.limits.startSeconds = 30
    let container = DockerContainer(
      launch: SandboxLaunch(profile, arguments: ["--wait"]), layers: .all, image: DockerImages.base,
      imageHoldsProgram: false, user: check.user, serviceFolder: nil,
      labels: [DockerLeftovers.ownerLabel: DockerLeftovers.owner], facts: check.facts)
    let starter = DockerStarter(
      engine: engine, container: container, limitsOutput: true,
      name: "sarai-self-check-\(getpid())-\(UInt32.random(in: .min ... .max))", isWanted: { true })
    let process = try await starter.start { _ in }
    process.begin {}
    let layers = layers(of: process.pid, profile.limits, check)
    _ = await process.terminate(graceSeconds: 0)
    guard let layers else { throw DockerErrors.elsewhere(process.pid) }
    return Outcome(layers: layers)
  }

  /// Nil where the container's process is not to be found here.
  private static func layers(
    of pid: Int32, _ limits: SandboxLimits, _ check: DockerCheck
  ) -> SandboxLayers? {
    guard let status = ProcessStatus(pid: pid), status["Name"]?.hasPrefix("sarai-confine") == true else { return nil }
    var layers = SandboxLayers.all.subtracting([.landlock, .tasksOfUser])
    func require(_ holds: Bool, _ layer: SandboxLayers) { if !holds { layers.remove(layer) } }
    for (name, layer) in namespaces {
      require(link(pid, name) != nil && link(pid, name) != link(getpid(), name), layer)
    }
    let sets = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]
    require(sets.allSatisfy { status[$0] != nil && status.mask($0) == 0 }, .noCapabilities)
    // Whatever else holds could be undone by whoever gains privileges.
    if status["NoNewPrivs"] != "1" { return [] }
    require(status["Seccomp"] == "2", .seccomp)
    let ids = (status["Uid"] ?? "").split(separator: "\t").map(String.init)
    // The engine of an ordinary user has a user namespace, in which root is that user.
    let isOrdinary = ids.count == 4 && ids.allSatisfy { $0 != "0" }
    require(isOrdinary || link(pid, "user") != link(getpid(), "user"), .userNamespace)
    let mounts = KernelFile.text("/proc/\(pid)/mountinfo").split(separator: "\n").compactMap { MountFacts(line: $0) }
    let temporary = mounts.last { $0.point == SandboxPaths.temporaryFolder }
    require(temporary?.options.contains("noexec") == true, .noExecute)
    require(temporary?.sizes.contains { $0.hasPrefix("size=") } == true, .temporarySize)
    require(isReadOnly(mounts), .readOnly)
    require(KernelFile.text("/proc/\(pid)/limits").contains(" \(limits.openFiles) "), .resourceLimits)
    let groups = KernelFile.text("/proc/\(pid)/cgroup")
    require(
      groupValue(pid, groups, "memory", ["memory.limit_in_bytes", "memory.max"]) == "\(limits.memoryBytes)",
      .memoryControlGroup)
    require(groupValue(pid, groups, "pids", ["pids.max"]) == "\(limits.tasks)", .tasksControlGroup)
    require(
      ["50000", "50000 100000"].contains(groupValue(pid, groups, "cpu", ["cpu.cfs_quota_us", "cpu.max"])),
      .cpuControlGroup)
    return layers
  }

  /// The root is read-only by its own options or by those of what lies under it.
  private static func isReadOnly(_ mounts: [MountFacts]) -> Bool {
    mounts.last { $0.point == "/" }?.isReadOnly == true
  }

  private static func groupValue(_ pid: Int32, _ groups: String, _ controller: String, _ files: [String]) -> String {
    let mounts = KernelFile.text("/proc/self/mountinfo").split(separator: "\n").compactMap {
      ControlGroupMount(line: $0)
    }
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let names = fields[1].split(separator: ",").map(String.init)
      for mount in mounts
      where names.contains(controller) && mount.version == 1 && mount.options.contains(controller)
        || names.isEmpty && mount.version == 2
      {
        guard let folder = mount.folder(of: String(fields[2])) else { continue }
        for file in files {
          let value = KernelFile.text("\(folder)/\(file)")
          if !value.isEmpty { return String(value.split(separator: "\n").first ?? "") }
        }
      }
    }
    return ""
  }

  private static func link(_ pid: Int32, _ name: String) -> String? {
    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/\(name)")
  }
}

/// A line of `/proc/PID/mountinfo`.
private struct MountFacts {
  var point: String
  var options: [String]
  /// The file system's own options.
  var sizes: [String]

  var isReadOnly: Bool { options.contains("ro") || sizes.contains("ro") }

  init?(line: Substring) {
    let fields = line.split(separator: " ")
    guard fields.count > 9, let mark = fields.firstIndex(of: "-"), mark + 3 < fields.count else { return nil }
    point = String(fields[4])
    options = fields[5].split(separator: ",").map(String.init)
    sizes = fields[mark + 3].split(separator: ",").map(String.init)
  }
}
