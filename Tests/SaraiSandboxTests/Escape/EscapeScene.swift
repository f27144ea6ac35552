import Foundation
import Glibc
@testable import SaraiSandbox
import TestSupport
import Testing

/// What the host plants for one attempt, and what it finds afterwards. What the program says of itself counts for
/// nothing: a canary is found in its output or not, a file has changed or not.
final class EscapeScene {
  /// Random, and nowhere but where it was planted.
  let canary: String
  /// Not on /tmp, which sandboxes cover with their own.
  let folder: URL
  let ports: EscapeListeners
  let sharedMemoryKey: Int32
  /// Open in this process, and not closed on exec.
  let descriptor: Int32
  /// The secret's handle: its type and its bytes as hexadecimal digits.
  let handle: String
  /// A process of the same user, outside, whose arguments hold the canary.
  private(set) var neighbour: (any SandboxedProcess)?
  private let segment: Int32
  private let before: Host
  private let files: [String: String]

  static let variable = "SARAI_ESCAPE_CANARY"
  static let setting = "/proc/sys/kernel/printk_ratelimit_burst"

  var secret: String { folder.appending(path: "secret-\(canary)").path }
  var granted: String { folder.appending(path: "granted").path }
  var writable: String { folder.appending(path: "writable").path }

  /// Of the machine: what no sandbox may change.
  private struct Host: Equatable {
    var name = hostName()
    var setting = text(EscapeScene.setting)
    var mounts: Set<String> = Set(
      text("/proc/self/mountinfo").split(separator: "\n").map { line in
        String(line.split(separator: " ")[4])
      }.filter { !$0.contains("/sarai-docker") && !$0.contains("/.build/docker") })
    var groups: Set<String> = ((try? controlGroups()) ?? []).filter { $0.contains("/sarai-\(getpid())-") }
    /// This run's: others may be under way on the machine.
    var probes: Set<Int32> = Set((try? processes(named: "sandbox-probe")) ?? [])
      .filter { HeldProcess(pid: $0).link("exe").hasPrefix(Tools.folder + "/") }
  }

  init(_ subject: SandboxSubject, _ user: SandboxUser, hasNeighbour: Bool) async throws {
    canary = (0..<4).map { _ in String(UInt32.random(in: 0x1000_0000 ... .max), radix: 16) }.joined()
    folder = URL(filePath: "/var/tmp/sarai-\(UInt32.random(in: .min ... .max))")
    let manager = FileManager.default
    for name in ["granted", "writable"] {
      let path = folder.appending(path: name)
      try manager.createDirectory(at: path, withIntermediateDirectories: true)
      chmod(path.path, 0o777)
      try Data("plain".utf8).write(to: path.appending(path: "file"))
      chmod(path.appending(path: "file").path, 0o666)
    }
    let secret = folder.appending(path: "secret-\(canary)").path
    try Data(canary.utf8).write(to: URL(filePath: secret))
    chmod(secret, 0o666)
    chmod(folder.path, 0o777)
    let sockets = folder.appending(path: "sockets")
    try manager.createDirectory(at: sockets, withIntermediateDirectories: true)
    chmod(sockets.path, 0o777)
    ports = try EscapeListeners(folder: sockets.path, name: canary)
    sharedMemoryKey = Int32.random(in: 1 ... .max)
    segment = shmget(sharedMemoryKey, 4096, Int32(IPC_CREAT | IPC_EXCL | 0o666))
    try #require(segment >= 0)
    let memory = try #require(shmat(segment, nil, 0))
    _ = canary.withCString { strcpy(memory.assumingMemoryBound(to: CChar.self), $0) }
    shmdt(memory)
    descriptor = fcntl(open(secret, O_RDONLY | O_CLOEXEC), F_DUPFD, 200)
    try #require(descriptor >= 200)
    handle = try Self.handle(of: secret)
    setenv(Self.variable, canary, 1)
    if hasNeighbour {
      neighbour = try await subject.backend(user).launch(Probe.launch("wait-for-end", canary)) { _ in }
    }
    before = Host()
    files = Self.contents(of: folder)
  }

  func close() async {
    kill(neighbour?.pid ?? -1, SIGCONT)
    await neighbour?.terminate(graceSeconds: 0)
    unsetenv(Self.variable)
    Glibc.close(descriptor)
    shmctl(segment, IPC_RMID, nil)
    ports.close()
    if hostName() != before.name { sethostname(before.name, before.name.utf8.count) }
    if text(Self.setting) != before.setting {
      try? Data(before.setting.utf8).write(to: URL(filePath: Self.setting))
    }
    try? FileManager.default.removeItem(at: folder)
  }

  /// What has got out of the sandbox, once it has ended.
  func findings(output: String) -> [String] {
    var findings: [String] = []
    if output.contains(canary) { findings.append("the canary was printed") }
    findings += ports.contacts().map { "\($0) was reached" }
    if let neighbour {
      let state = HeldProcess(pid: neighbour.pid)["State"]
      if state.isEmpty || state.hasPrefix("Z") { findings.append("a process of the host was ended") }
      // On a busy machine the signal may still be on its way, or the process on its own.
      let process = HeldProcess(pid: neighbour.pid)
      if process.hasPendingSignal || process.isExiting { findings.append("a process of the host was signalled") }
      if state.hasPrefix("T") { findings.append("a process of the host was stopped") }
    }
    let now = Host()
    if now.name != before.name { findings.append("the host's name has changed") }
    if now.setting != before.setting { findings.append("a setting of the kernel has changed") }
    if now.mounts != before.mounts { findings.append("the host's mounts have changed") }
    if now.groups != before.groups { findings.append("control groups were left behind") }
    if !now.probes.isSubset(of: before.probes) { findings.append("a process was left behind") }
    let contents = Self.contents(of: folder)
    let inWritable = { (path: String) in path.hasPrefix("writable/") }
    if contents.filter({ !inWritable($0.key) }) != files.filter({ !inWritable($0.key) }) {
      findings.append("files of the host have changed")
    }
    findings += Self.oddFiles(in: writable)
    return findings
  }

  /// What must not lie in a folder that a program may write to: what is more than a file of one name or a folder.
  static func oddFiles(in folder: String) -> [String] {
    let manager = FileManager.default
    return ((try? manager.subpathsOfDirectory(atPath: folder)) ?? []).compactMap { name in
      guard let facts = try? manager.attributesOfItem(atPath: "\(folder)/\(name)") else { return nil }
      let type = facts[.type] as? FileAttributeType
      let mode = facts[.posixPermissions] as? Int ?? 0
      let names = facts[.referenceCount] as? Int ?? 1
      if mode & 0o6000 != 0 { return "a set-user-ID file was left" }
      if type == .typeSymbolicLink { return "a symbolic link was left" }
      if type == .typeRegular, names > 1 { return "a hard link was left" }
      return [.typeRegular, .typeDirectory, .typeSocket].contains(type) ? nil : "a special file was left"
    }
  }

  private static func contents(of folder: URL) -> [String: String] {
    let manager = FileManager.default
    var contents: [String: String] = [:]
    for name in (try? manager.subpathsOfDirectory(atPath: folder.path)) ?? [] {
      let path = folder.appending(path: name).path
      let facts = try? manager.attributesOfItem(atPath: path)
      contents[name] =
        "\(facts?[.type] ?? "") \(facts?[.posixPermissions] ?? "") \(facts?[.referenceCount] ?? "") "
        + text(path)
    }
    return contents
  }

  private static func handle(of path: String) throws -> String {
    let probe = Process()
    probe.executableURL = URL(filePath: Probe.path)
    probe.arguments = ["print-handle", path]
    let pipe = Pipe()
    probe.standardOutput = pipe
    try probe.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    probe.waitUntilExit()
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// A process in a sandbox that waits while the host looks at it.
struct HeldProcess {
  let pid: Int32

  /// A field of its status.
  subscript(name: String) -> String {
    for line in text("/proc/\(pid)/status").split(separator: "\n") where line.hasPrefix("\(name):") {
      return line.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces)
    }
    return ""
  }

  var hasCapabilities: Bool { hasBits(in: ["CapEff", "CapPrm"]) }

  var hasPendingSignal: Bool { hasBits(in: ["SigPnd", "ShdPnd"]) }

  /// PF_EXITING or PF_SIGNALED among the flags of /proc/PID/stat.
  var isExiting: Bool {
    let fields = file("stat").split(separator: ")").last?.split(separator: " ") ?? []
    return fields.count > 6 && (UInt(fields[6]) ?? 0) & 0x404 != 0
  }

  private func hasBits(in fields: [String]) -> Bool { fields.contains { UInt64(self[$0], radix: 16) ?? 0 != 0 } }

  func file(_ name: String) -> String { text("/proc/\(pid)/\(name)") }

  func link(_ name: String) -> String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/\(name)")) ?? ""
  }

  /// What it has open beside its input and outputs.
  var descriptors: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd")) ?? [])
      .filter { Int($0) ?? 0 > 2 }.map { link("fd/\($0)") }
  }

  func holds(_ kind: String) -> String? {
    descriptors.contains { $0.contains(kind) } ? "it holds a descriptor: \(kind)" : nil
  }

  var children: [Int32] {
    file("task/\(pid)/children").split(separator: " ").compactMap { Int32($0.trimmingCharacters(in: .whitespaces)) }
  }

  /// Options of what is mounted at a point, the last on top.
  func mounts(at point: String) -> [String] {
    var options: [String] = []
    for line in file("mountinfo").split(separator: "\n") {
      let fields = line.split(separator: " ").map(String.init)
      if fields.count > 5, fields[4] == point { options.append(fields[5]) }
    }
    return options
  }

  /// Bytes of the files on its tmpfs, and of the longest.
  var temporary: (sum: Int, longest: Int) {
    let folder = "/proc/\(pid)/root" + SandboxPaths.temporaryFolder
    let sizes = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).compactMap { name in
      (try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)"))?[.size] as? Int
    }
    return (sizes.reduce(0, +), sizes.max() ?? 0)
  }
}

/// Sockets of the host that nobody inside may reach.
struct EscapeListeners {
  private let sockets: [(name: String, descriptor: Int32)]
  let tcp: UInt16
  let tcp6: UInt16
  let udp: UInt16
  let names: UInt16
  /// Nobody listens there: whoever does is inside.
  let free: UInt16
  /// Of the two sockets that have a path.
  let folder: String
  let streamName = "s.sock"
  let datagramName = "d.sock"
  let abstractStream: String
  let abstractDatagram: String
  let abstractFree: String

  private static let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
  private static let datagram = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)

  var path: String { "\(folder)/\(streamName)" }

  init(folder: String, name: String) throws {
    self.folder = folder
    let (stream, datagram) = ("a-\(name.prefix(16))", "d-\(name.prefix(16))")
    (abstractStream, abstractDatagram, abstractFree) = (stream, datagram, "f-\(name.prefix(16))")
    let four: [UInt8] = Self.family(AF_INET) + [0, 0, 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
    let six: [UInt8] =
      Self.family(AF_INET6) + [UInt8](repeating: 0, count: 6) + [UInt8](repeating: 0, count: 15) + [1, 0, 0, 0, 0]
    var sockets: [(name: String, descriptor: Int32)] = []
    func add(_ name: String, _ family: Int32, _ type: Int32, _ address: [UInt8]) throws -> UInt16 {
      let descriptor = socket(family, type, 0)
      let bound = Self.call(address) { bind(descriptor, $0, $1) }
      try #require(bound == 0, "\(name): \(String(cString: strerror(errno)))")
      if type == Self.stream { listen(descriptor, 8) }
      sockets.append((name, descriptor))
      return Self.port(descriptor)
    }
    tcp = try add("a port of the host", AF_INET, Self.stream, four)
    tcp6 = try add("a port of the host (IPv6)", AF_INET6, Self.stream, six)
    udp = try add("a datagram port of the host", AF_INET, Self.datagram, four)
    names = try add("a name server", AF_INET, Self.datagram, four)
    free = try add("", AF_INET, Self.stream, four)
    Glibc.close(sockets.removeLast().descriptor)
    for (name, type) in [(streamName, Self.stream), (datagramName, Self.datagram)] {
      let path = "\(folder)/\(name)"
      _ = try add(
        "a socket that was not granted (\(name))", AF_UNIX, type, Self.family(AF_UNIX) + Array(path.utf8) + [0])
      chmod(path, 0o777)
    }
    _ = try add("an abstract socket", AF_UNIX, Self.stream, Self.abstract(stream))
    _ = try add("an abstract datagram socket", AF_UNIX, Self.datagram, Self.abstract(datagram))
    self.sockets = sockets
  }

  /// Those to which someone has connected or sent.
  func contacts() -> [String] {
    sockets.filter { entry in
      var polled = pollfd(fd: entry.descriptor, events: Int16(POLLIN), revents: 0)
      return poll(&polled, 1, 0) > 0
    }.map(\.name)
  }

  /// True where someone listens on the free port or name.
  var freeIsTaken: Bool {
    let four =
      Self.family(AF_INET) + [UInt8(free >> 8), UInt8(free & 255), 127, 0, 0, 1] + [UInt8](repeating: 0, count: 8)
    return [(AF_INET, four), (AF_UNIX, Self.abstract(abstractFree))].contains { family, address in
      let descriptor = socket(family, Self.stream, 0)
      defer { Glibc.close(descriptor) }
      return Self.call(address) { connect(descriptor, $0, $1) } == 0
    }
  }

  func close() { for entry in sockets { Glibc.close(entry.descriptor) } }

  private static func family(_ family: Int32) -> [UInt8] { [UInt8(family), 0] }

  /// As the probe writes them: with a zero after the name.
  private static func abstract(_ name: String) -> [UInt8] { family(AF_UNIX) + [0] + Array(name.utf8) }

  private static func call(_ address: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
    address.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return -1 }
      return body(base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
    }
  }

  private static func port(_ descriptor: Int32) -> UInt16 {
    var bytes = [UInt8](repeating: 0, count: 128)
    var size = socklen_t(bytes.count)
    bytes.withUnsafeMutableBytes { raw in
      guard let base = raw.baseAddress else { return }
      getsockname(descriptor, base.assumingMemoryBound(to: sockaddr.self), &size)
    }
    return UInt16(bytes[2]) << 8 | UInt16(bytes[3])
  }
}

/// What a file of the host holds, the kernel's own included; empty where it cannot be read.
func text(_ path: String) -> String { KernelFile.text(path) }

func hostName() -> String {
  text("/proc/sys/kernel/hostname").trimmingCharacters(in: .whitespacesAndNewlines)
}
