import CSeccomp
import FoundationEssentials
import Glibc
import SaraiCore

/// All of a launch that depends on the profile alone: found out once, used by every launch.
struct BubblewrapPlan: Sendable, Hashable {
  /// Something that is mounted, and what Landlock lets the program do there.
  struct Mount: Sendable, Hashable {
    enum Source: Sendable, Hashable {
      case readOnly(String)
      case readWrite(String)
      case device(String)
      /// An empty folder, over one that is not to be seen.
      case nothing
    }

    var source: Source
    var inside: String
    var rights: ConfineRequest.Rights
  }

  /// Options of bubblewrap that say which namespaces and mounts to make, without those of one launch.
  let arguments: [String]
  let request: ConfineRequest
  /// What the plan was made from: a program that was built anew may need other libraries.
  let executableFacts: FileFacts

  init(_ profile: SandboxProfile, layers: SandboxLayers, confine: String) throws(SaraiError) {
    try profile.validate()
    let executable = try Self.real(profile.executable, profile)
    let facts = try Self.facts(profile.executable, profile)
    guard facts.isRegularFile else { throw Self.noProgram(profile) }
    let mounts = try Self.mounts(profile, executable: executable, layers: layers)
    var request = ConfineRequest()
    request.executable = executable
    request.noExecute = layers.contains(.noExecute) ? [SandboxPaths.temporaryFolder] : []
    if layers.contains(.landlock) { request.rules = Self.rules(profile, mounts: mounts) }
    if layers.contains(.seccomp) { request.filter = try FilterCache.shared.filter(for: profile).instructions }
    request.flags = Self.flags(layers)
    request.setLimits(profile.limits, layers: layers)
    self.request = request
    executableFacts = facts
    arguments = Self.options(layers) + Self.arguments(profile, Self.withoutRepeats(mounts), layers, confine: confine)
  }

  private static func flags(_ layers: SandboxLayers) -> UInt32 {
    var flags: UInt32 = 0
    if layers.contains(.descriptors) { flags |= UInt32(SARAI_CONFINE_CLOSE_DESCRIPTORS) }
    if layers.contains(.newSession) { flags |= UInt32(SARAI_CONFINE_NEW_SESSION) }
    if layers.contains(.landlock) { flags |= UInt32(SARAI_CONFINE_LANDLOCK) }
    if layers.contains(.noCapabilities) { flags |= UInt32(SARAI_CONFINE_DROP_CAPABILITIES) }
    if layers.contains(.resourceLimits) { flags |= UInt32(SARAI_CONFINE_LIMITS) }
    return flags
  }

  // MARK: What is mounted

  static func mounts(
    _ profile: SandboxProfile, executable: String, layers: SandboxLayers
  ) throws(SaraiError) -> [Mount] {
    let closure = try libraries(profile, executable: executable)
    var mounts: [Mount] = [Mount(source: .readOnly(executable), inside: executable, rights: [.read, .execute])]
    for interpreter in closure.interpreters {
      mounts.append(
        Mount(source: .readOnly(try real(interpreter, profile)), inside: interpreter, rights: [.read, .execute]))
    }
    for library in closure.libraries where !closure.interpreters.contains(library) {
      mounts.append(Mount(source: .readOnly(try real(library, profile)), inside: library, rights: .read))
    }
    for root in profile.roots {
      let rights: ConfineRequest.Rights = profile.mayStartProcesses ? [.read, .execute] : .read
      mounts.append(Mount(source: .readOnly(try real(root, profile)), inside: root, rights: rights))
    }
    for grant in profile.readOnly {
      mounts.append(Mount(source: .readOnly(try real(grant.host, profile)), inside: grant.inside, rights: .read))
    }
    for grant in profile.readWrite {
      mounts.append(Mount(source: .readWrite(try real(grant.host, profile)), inside: grant.inside, rights: .write))
    }
    mounts += covers(profile)
    for socket in profile.sockets {
      let inside = SandboxPaths.grantedSocket(socket.name)
      mounts.append(Mount(source: .readOnly(try real(socket.host, profile)), inside: inside, rights: []))
    }
    // A mapping of /dev/zero that is shared is memory that no limit of a process counts: only with a control group.
    let devices = ["null", "urandom", "random"] + (layers.contains(.memoryControlGroup) ? ["zero"] : [])
    mounts += devices.map { Mount(source: .device("/dev/\($0)"), inside: "/dev/\($0)", rights: .use) }
    return mounts
  }

  /// What covers the hidden folders, under every path at which they would be seen.
  private static func covers(_ profile: SandboxProfile) -> [Mount] {
    let hidden = Set(profile.hidden.compactMap { realPath($0) })
    return (profile.readOnly + profile.readWrite).flatMap { grant in
      let source = (realPath(grant.host) ?? grant.host) + "/"
      return hidden.filter { $0.hasPrefix(source) }.map { folder in
        Mount(source: .nothing, inside: "\(grant.inside)/\(folder.dropFirst(source.count))", rights: [])
      }
    }
  }

  private static func libraries(
    _ profile: SandboxProfile, executable: String
  ) throws(SaraiError) -> LibraryClosure.Result {
    let found: LibraryClosure.Result?
    do { found = try ClosureCache.shared.closure(of: executable, roots: profile.roots) } catch {
      throw noProgram(profile, cause: error)
    }
    guard var result = found else { throw noProgram(profile) }
    if case .listed(let paths) = profile.libraries {
      result.libraries = Set(paths)
    } else if !result.interpreters.isEmpty, FileManager.default.fileExists(atPath: "/etc/ld.so.cache") {
      // Tells the loader of folders that are not built into it.
      result.libraries.insert("/etc/ld.so.cache")
    }
    return result
  }

  /// Leaves out what a folder that is mounted anyway shows already, and puts folders before what lies in them.
  static func withoutRepeats(_ mounts: [Mount]) -> [Mount] {
    let folders = Set(mounts.compactMap { mount in mount.shows(mount.inside) ? mount.inside : nil })
    var seen: Set<String> = []
    return mounts.filter { mount in
      guard seen.insert(mount.inside).inserted else { return false }
      guard case .readOnly(let source) = mount.source, source == mount.inside else { return true }
      return !parents(of: mount.inside).contains { folders.contains($0) }
    }.sorted { $0.inside < $1.inside }
  }

  private static func parents(of path: String) -> [String] {
    var parents: [String] = []
    var rest = path[...]
    while let slash = rest.lastIndex(of: "/"), slash != rest.startIndex {
      rest = rest[..<slash]
      parents.append(String(rest))
    }
    return parents
  }

  private static func rules(_ profile: SandboxProfile, mounts: [Mount]) -> [ConfineRequest.Rule] {
    // Rights add up, so a program inside a folder that is mounted anyway may be executed.
    var rules = mounts.filter { !$0.rights.isEmpty }
      .map { ConfineRequest.Rule(rights: $0.rights, path: $0.inside) }
    rules.append(.init(rights: .write, path: SandboxPaths.temporaryFolder))
    if profile.serves { rules.append(.init(rights: .serve, path: SandboxPaths.socketFolder)) }
    if profile.processFiles == .own {
      rules += ["self", "cpuinfo", "meminfo", "stat", "loadavg", "uptime"]
        .map { .init(rights: .read, path: "/proc/\($0)") }
    }
    return rules
  }

  // MARK: bubblewrap's options

  private static func options(_ layers: SandboxLayers) -> [String] {
    var options = ["--die-with-parent", "--cap-drop", "ALL"]
    let namespaces: [(SandboxLayers, [String])] = [
      // Not root's number: a program that is nobody special cannot be taken for one that is.
      (.userNamespace, ["--unshare-user", "--uid", "1000", "--gid", "1000"]),
      (.pidNamespace, ["--unshare-pid", "--as-pid-1"]), (.ipcNamespace, ["--unshare-ipc"]),
      (.utsNamespace, ["--unshare-uts", "--hostname", "sarai"]), (.networkNamespace, ["--unshare-net"]),
      (.cgroupNamespace, ["--unshare-cgroup"]), (.newSession, ["--new-session"]),
    ]
    for (layer, words) in namespaces where layers.contains(layer) { options += words }
    if !layers.contains(.noCapabilities) {
      options += ["--cap-add", "ALL"]
    } else if layers.contains(.noExecute) {
      // For sarai-confine alone, which gives it up once it has made the tmpfs noexec.
      options += ["--cap-add", "CAP_SYS_ADMIN"]
    }
    return options
  }

  private static func arguments(
    _ profile: SandboxProfile, _ mounts: [Mount], _ layers: SandboxLayers, confine: String
  ) -> [String] {
    let bind = layers.contains(.readOnly) ? "--ro-bind" : "--bind"
    var words: [String] = []
    if !layers.contains(.ownRoot) { words += [bind, "/", "/", "--dev-bind", "/dev", "/dev", "--tmpfs", "/run"] }
    if profile.processFiles == .own {
      // Without a pid namespace of its own, the host's is all that can be seen.
      words += layers.contains(.pidNamespace) ? ["--proc", "/proc"] : [bind, "/proc", "/proc"]
    }
    if layers.contains(.temporarySize) { words += ["--size", "\(profile.limits.temporaryBytes)"] }
    words += ["--perms", "0700", "--tmpfs", SandboxPaths.temporaryFolder]
    // After the tmpfs, which would cover a program that lies in the host's /tmp.
    for mount in mounts where layers.contains(.ownRoot) || mount.lies(in: ["/run/", "/tmp/"]) {
      switch mount.source {
      case .readOnly(let source): words += [bind, source, mount.inside]
      case .readWrite(let source): words += ["--bind", source, mount.inside]
      case .device(let source): words += ["--dev-bind", source, mount.inside]
      case .nothing:
        words += ["--perms", "0555", "--size", "4096", "--tmpfs", mount.inside, "--remount-ro", mount.inside]
      }
    }
    return words + ["--ro-bind", confine, SandboxPaths.confine]
  }

  /// The whole command line, for one launch.
  func commandLine(bubblewrap: String, serviceFolder: String?, layers: SandboxLayers) -> [String] {
    var words = [bubblewrap] + arguments
    if let serviceFolder { words += ["--bind", serviceFolder, SandboxPaths.socketFolder] }
    // What bubblewrap made for mounts to stand on is a tmpfs without a limit.
    if layers.contains(.readOnly) { words += ["--remount-ro", "/"] }
    return words + ["--chdir", "/", "--", SandboxPaths.confine]
  }

  // MARK: Files

  static func real(_ path: String, _ profile: SandboxProfile) throws(SaraiError) -> String {
    if let real = realPath(path) { return real }
    throw SaraiError(
      .notFound,
      Localized(
        es: "«\(profile.name)» necesita «\(path)», y no se puede abrir: comprueba que existe y que tienes permiso.",
        en: "\"\(profile.name)\" needs \"\(path)\", which cannot be opened: check that it exists and that you may."),
      subject: path, cause: systemMessage(errno))
  }

  static func facts(_ path: String, _ profile: SandboxProfile) throws(SaraiError) -> FileFacts {
    if let facts = FileFacts(path) { return facts }
    throw noProgram(profile)
  }

  static func noProgram(_ profile: SandboxProfile, cause: (any Error)? = nil) -> SaraiError {
    SaraiError(
      .invalidRequest,
      es: "«\(profile.executable)» no es un programa compiado para este sistema. Para un guion, indica su intérprete.",
      en: "\"\(profile.executable)\" is no program compiled for this system. For a script, name its interpreter.",
      subject: profile.executable, cause: cause)
  }
}

extension BubblewrapPlan.Mount {
  fileprivate func lies(in folders: [String]) -> Bool { folders.contains { inside.hasPrefix($0) } }

  /// True where it is a folder of the host, seen at its own path.
  fileprivate func shows(_ path: String) -> Bool {
    guard case .readOnly(let source) = source, source == path else { return false }
    return FileFacts(source)?.isFolder == true
  }
}

extension ConfineRequest {
  fileprivate mutating func setLimits(_ limits: SandboxLimits, layers: SandboxLayers) {
    openFiles = UInt64(limits.openFiles)
    fileBytes = UInt64(limits.fileBytes)
    if let seconds = limits.cpuSeconds { cpuSeconds = UInt64(seconds) }
    if !layers.contains(.memoryControlGroup) { dataBytes = UInt64(limits.memoryBytes) }
    // sarai-confine is a process of the same user.
    if !layers.contains(.tasksControlGroup) { processes = UInt64(limits.tasks) + 1 }
    if let cores = limits.cpuCores, !layers.contains(.cpuControlGroup) { processors = UInt32(cores.rounded(.up)) }
  }
}
