import Foundation
import SaraiSandbox
import Testing

/// Something that a program tries from inside.
struct Attempt: Sendable, CustomTestStringConvertible {
  /// What it tries, for people.
  var name: String
  /// The probe's arguments.
  var arguments: @Sendable (Bait) -> [String]
  /// The layers that refuse it, each by itself. With all of them off, and no others, it gets through.
  var heldBy: @Sendable (SandboxUser) -> SandboxLayers
  /// Users for whom there is something to try.
  var users: [SandboxUser] = SandboxUser.all
  var change: @Sendable (inout SandboxProfile, Bait) -> Void = { _, _ in }

  var testDescription: String { name }

  init(
    _ name: String, heldBy: SandboxLayers, users: [SandboxUser] = SandboxUser.all,
    change: @escaping @Sendable (inout SandboxProfile, Bait) -> Void = { _, _ in },
    _ arguments: @escaping @Sendable (Bait) -> [String]
  ) {
    self.init(name, heldBy: { _ in heldBy }, users: users, change: change, arguments)
  }

  init(
    _ name: String, heldBy: @escaping @Sendable (SandboxUser) -> SandboxLayers, users: [SandboxUser] = SandboxUser.all,
    change: @escaping @Sendable (inout SandboxProfile, Bait) -> Void = { _, _ in },
    _ arguments: @escaping @Sendable (Bait) -> [String]
  ) {
    self.name = name
    self.heldBy = heldBy
    self.users = users.filter { SandboxUser.all.contains($0) }
    self.change = change
    self.arguments = arguments
  }

  /// A system call that needs no bait.
  private static func call(_ name: String, heldBy: SandboxLayers = .seccomp) -> Attempt {
    Attempt("call \(name)", heldBy: heldBy) { _ in [name] }
  }

  private static let grant: @Sendable (inout SandboxProfile, Bait) -> Void = { profile, bait in
    profile.readOnly = [.init(host: bait.granted)]
    profile.readWrite = [.init(host: bait.writable)]
  }

  static let all: [Attempt] = files + processes + privileges + calls + network + inheritance + resources

  static let files: [Attempt] = [
    Attempt("read a file of the host", heldBy: [.ownRoot, .landlock]) { ["read-file", $0.secret] },
    Attempt("read /etc/passwd", heldBy: [.ownRoot, .landlock]) { _ in ["read-file", "/etc/passwd"] },
    Attempt("list a folder of the host", heldBy: [.ownRoot, .landlock]) { ["list-folder", $0.folder.path] },
    Attempt("create a file on the host", heldBy: [.ownRoot, .readOnly, .landlock]) {
      ["create-file", $0.folder.appending(path: "new").path]
    },
    Attempt("overwrite a file of the host", heldBy: [.ownRoot, .readOnly, .landlock]) {
      ["overwrite-file", $0.secret]
    },
    Attempt("create a file in its own root", heldBy: [.readOnly, .landlock]) { _ in ["create-file", "/new"] },
    Attempt("create a file beside its own devices", heldBy: [.readOnly, .landlock]) { _ in ["create-file", "/dev/new"]
    },
    Attempt("overwrite what is granted for reading", heldBy: [.readOnly, .landlock], change: grant) {
      ["overwrite-file", "\($0.granted)/file"]
    },
    Attempt("create a file in what is granted for reading", heldBy: [.readOnly, .landlock], change: grant) {
      ["create-file", "\($0.granted)/new"]
    },
    Attempt("remove a file from what is granted for reading", heldBy: [.readOnly, .landlock], change: grant) {
      ["remove-file", "\($0.granted)/file"]
    },
    Attempt("rename a file in what is granted for reading", heldBy: [.readOnly, .landlock], change: grant) {
      ["replace-file", "\($0.granted)/file"]
    },
    Attempt("execute what is granted for reading", heldBy: .landlock, change: grant) { ["execute-file", $0.tool] },
    Attempt("make a set-user-ID file in what is granted for writing", heldBy: .seccomp, change: grant) {
      ["make-setuid", "\($0.writable)/new"]
    },
    Attempt("create a set-user-ID file in what is granted for writing", heldBy: .seccomp, change: grant) {
      ["create-setuid", "\($0.writable)/new"]
    },
    Attempt("make a hard link in what is granted for writing", heldBy: .seccomp, change: grant) {
      ["make-hard-link", "\($0.writable)/file"]
    },
    Attempt("leave a symbolic link in what is granted for writing", heldBy: [.seccomp, .landlock], change: grant) {
      ["make-link", "\($0.writable)/link"]
    },
    Attempt(
      "leave a regular file beside its socket", heldBy: .landlock, change: { profile, _ in profile.serves = true }
    ) { _ in
      ["create-file", "\(SandboxPaths.socketFolder)/new"]
    },
    Attempt("execute a file that it wrote", heldBy: [.noExecute, .landlock]) { _ in ["execute-copy", Probe.path] },
    Attempt("map a file that it wrote as code", heldBy: .noExecute) { _ in ["map-copy", Probe.path] },
  ]

  static let processes: [Attempt] = [
    Attempt("see a process of the host", heldBy: [.pidNamespace, .landlock]) { ["see-process", "\($0.neighbour)"] },
    Attempt("signal a process of the host", heldBy: [.pidNamespace, .landlock]) {
      ["signal-process", "\($0.neighbour)"]
    },
    Attempt("see sarai-confine", heldBy: .landlock) { _ in ["see-process", "1"] },
    Attempt("read the kernel's version and build", heldBy: .landlock) { _ in ["read-file", "/proc/version"] },
    Attempt("read the kernel's settings", heldBy: .landlock) { _ in ["read-file", "/proc/sys/kernel/osrelease"] },
    Attempt("learn the host's name", heldBy: .utsNamespace) { ["host-name", $0.hostName] },
    Attempt("open the host's shared memory", heldBy: [.ipcNamespace, .seccomp]) {
      ["shared-memory", "\($0.sharedMemoryKey)"]
    },
    Attempt("learn its place among control groups", heldBy: .cgroupNamespace, users: [.root]) { _ in
      ["see-control-group"]
    },
    Attempt("share the session of whoever started it", heldBy: .newSession) { _ in ["foreign-session"] },
  ]

  static let privileges: [Attempt] = [
    call("capability", heldBy: .noCapabilities), call("mount", heldBy: [.noCapabilities, .seccomp, .landlock]),
    call("remount", heldBy: [.noCapabilities, .seccomp, .landlock]),
    call("unmount", heldBy: [.noCapabilities, .seccomp, .landlock]),
    call("chroot", heldBy: [.noCapabilities, .seccomp]), call("set-host-name", heldBy: [.noCapabilities, .seccomp]),
  ]

  static let calls: [Attempt] =
    [
      "unshare-user", "clone-user", "start-process", "clone3", "setns", "ptrace", "process-vm", "bpf", "keyctl",
      "add-key", "io-uring", "userfaultfd", "perf", "name-to-handle", "memfd", "pidfd-getfd", "personality", "kcmp",
      "set-affinity", "move-pages", "inotify", "set-limit", "terminal", "terminal-wide", "shared-mapping",
      "set-ptracer",
    ].map { call($0) }

  static let network: [Attempt] = [
    Attempt("connect to the host's loopback", heldBy: [.networkNamespace, .seccomp, .landlock]) {
      ["connect-inet", "\($0.port)"]
    },
    Attempt("bind a port of the host", heldBy: [.networkNamespace, .seccomp, .landlock]) {
      ["listen-inet", "\($0.port)"]
    },
    Attempt("connect to an abstract socket", heldBy: [.networkNamespace, .seccomp, .landlock]) {
      ["connect-abstract", $0.abstractName]
    },
    Attempt("connect to a socket that was not granted", heldBy: [.ownRoot, .seccomp]) { ["connect-path", $0.socket] },
    Attempt(
      "connect to a socket in a folder that was granted", heldBy: .seccomp,
      change: { $0.readOnly = [.init(host: $1.folder.path, inside: "/data")] }
    ) { ["connect-path", "/data/\(URL(filePath: $0.socket).lastPathComponent)"] },
    call("netlink"), call("inet6"), call("udp"),
  ]

  static let inheritance: [Attempt] = [
    Attempt("read a descriptor of whoever started it", heldBy: .descriptors) {
      ["read-descriptor", "\($0.descriptor)"]
    },
    Attempt("read a variable of whoever started it", heldBy: .ownEnvironment) { _ in ["read-variable", Bait.variable] },
  ]

  static let resources: [Attempt] = [
    Attempt(
      "use more memory than its limit",
      heldBy: { $0 == .root ? [.memoryControlGroup, .resourceLimits] : .resourceLimits }
    ) { _ in ["memory", "96"] },
    Attempt(
      "start more threads than its limit",
      heldBy: { $0 == .root ? [.tasksControlGroup, .tasksOfUser] : .resourceLimits }
    ) { _ in ["threads", "24"] },
    Attempt(
      "start more processes than its limit",
      heldBy: { $0 == .root ? [.tasksControlGroup, .tasksOfUser] : .resourceLimits },
      change: { profile, _ in profile.mayStartProcesses = true }
    ) { _ in ["processes", "24"] },
    Attempt("fill its tmpfs beyond its size", heldBy: .temporarySize) { _ in ["fill", "16"] },
    Attempt("write a longer file than its limit", heldBy: .resourceLimits) { _ in ["long-file", "17"] },
    Attempt("open more files than its limit", heldBy: .resourceLimits) { _ in ["open-files", "64"] },
    Attempt("print more than its limit", heldBy: .outputLimit) { _ in ["print", "4"] },
  ]
}
