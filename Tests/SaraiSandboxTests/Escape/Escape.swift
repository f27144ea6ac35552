import Foundation
import Glibc
import SaraiSandbox
import Testing

/// A way out that is tried, and how the host sees whether it led anywhere.
struct Escape: Sendable, CustomTestStringConvertible {
  enum Area: String, Sendable, CaseIterable {
    case files, processes, privileges, namespaces, calls, network, inheritance, resources
  }

  typealias Look = @Sendable (HeldProcess, EscapeScene, _ output: String) -> String?

  var name: String
  var area: Area
  /// The layers that refuse it, by backend; with them off, and no others, it gets through. Nil where the backend has
  /// none that can be switched off, and so nothing could show that the attempt is one.
  var bubblewrap: @Sendable (SandboxUser) -> SandboxLayers?
  var docker: SandboxLayers?
  var needsNeighbour = false
  var change: @Sendable (inout SandboxProfile, EscapeScene) -> Void = { _, _ in }
  /// What the host looks at while the program waits, beside what it looks at always.
  var look: Look = { _, _, _ in nil }
  /// The probe's arguments.
  var arguments: @Sendable (EscapeScene) -> [String]

  var testDescription: String { name }

  func layers(_ subject: SandboxSubject, _ user: SandboxUser) -> SandboxLayers? {
    subject == .bubblewrap ? bubblewrap(user) : docker
  }

  init(
    _ name: String, _ area: Area, bubblewrap: SandboxLayers?, docker: SandboxLayers?, rootOnly: Bool = false,
    needsNeighbour: Bool = false, change: @escaping @Sendable (inout SandboxProfile, EscapeScene) -> Void = { _, _ in },
    look: @escaping Look = { _, _, _ in nil }, _ arguments: @escaping @Sendable (EscapeScene) -> [String]
  ) {
    self.name = name
    self.area = area
    // Without a user namespace of its own bubblewrap is for root alone.
    self.bubblewrap = { $0 == .root || !rootOnly ? bubblewrap : nil }
    self.docker = docker
    self.needsNeighbour = needsNeighbour
    self.change = change
    self.look = look
    self.arguments = arguments
  }

  /// Limits that a control group sets for root and the limits of processes for others.
  fileprivate func limited(root: SandboxLayers, others: SandboxLayers) -> Escape {
    var copy = self
    copy.bubblewrap = { $0 == .root ? root : others }
    return copy
  }

  static let all = files + processes + privileges + namespaces + calls + network + inheritance + resources

  private static let grant: @Sendable (inout SandboxProfile, EscapeScene) -> Void = { profile, scene in
    profile.readOnly = [.init(host: scene.granted)]
    profile.readWrite = [.init(host: scene.writable)]
  }
  static let sockets: @Sendable (inout SandboxProfile, EscapeScene) -> Void = { profile, scene in
    profile.readOnly = [.init(host: scene.ports.folder, inside: "/data")]
  }
  static let serve: @Sendable (inout SandboxProfile, EscapeScene) -> Void = { profile, _ in
    profile.serves = true
  }

  static let files: [Escape] = {
    let reading: (SandboxLayers, SandboxLayers) = ([.ownRoot, .landlock], .ownRoot)
    let changing: (SandboxLayers, SandboxLayers) = ([.ownRoot, .readOnly, .landlock], [.ownRoot, .readOnly])
    func writing(_ name: String, _ call: String, _ file: String) -> Escape {
      Escape(name, .files, bubblewrap: [.readOnly, .landlock], docker: .readOnly, change: grant) {
        [call, "\($0.granted)/\(file)"]
      }
    }
    func leaving(_ name: String, _ call: String, _ file: String, bubblewrap: SandboxLayers) -> Escape {
      Escape(name, .files, bubblewrap: bubblewrap, docker: .seccomp, change: grant) {
        [call, "\($0.writable)/\(file)"]
      }
    }
    return [
      Escape("read a file of the host", .files, bubblewrap: reading.0, docker: reading.1) { ["read-file", $0.secret] },
      Escape("read it by way of ..", .files, bubblewrap: reading.0, docker: reading.1) {
        ["read-file", "/dev/../../../..\($0.secret)"]
      },
      Escape("list a folder of the host", .files, bubblewrap: reading.0, docker: reading.1) {
        ["list-folder", $0.folder.path]
      },
      Escape("create a file on the host", .files, bubblewrap: changing.0, docker: changing.1) {
        ["create-file", "\($0.folder.path)/new"]
      },
      Escape("overwrite a file of the host", .files, bubblewrap: changing.0, docker: changing.1) {
        ["overwrite-file", $0.secret]
      },
      writing("overwrite what is granted for reading", "overwrite-file", "file"),
      writing("create a file in what is granted for reading", "create-file", "new"),
      writing("rename a file in what is granted for reading", "replace-file", "file"),
      writing("cut a file in what is granted for reading", "truncate-file", "file"),
      writing("remove a file from what is granted for reading", "remove-file", "file"),
      leaving("leave a symbolic link", "make-link", "link", bubblewrap: [.seccomp, .landlock]),
      leaving("make a hard link", "make-hard-link", "file", bubblewrap: .seccomp),
      leaving("make a set-user-ID file", "make-setuid", "new", bubblewrap: .seccomp),
      leaving("create a set-user-ID file", "create-setuid", "new", bubblewrap: .seccomp),
      leaving("make a named pipe", "make-fifo", "pipe", bubblewrap: [.seccomp, .landlock]),
      Escape(
        "make a device", .files, bubblewrap: [.seccomp, .noCapabilities, .userNamespace, .landlock],
        docker: [.seccomp, .noCapabilities], rootOnly: true, change: grant
      ) { ["make-device", "\($0.writable)/device"] },
      Escape(
        "swap a file for a link to the host while it is opened", .files,
        bubblewrap: [.seccomp, .landlock, .ownRoot, .readOnly],
        docker: [.seccomp, .ownRoot], change: grant
      ) { ["race", "\($0.writable)/file:\($0.secret)"] },
      Escape(
        "open a file of the host by its handle", .files,
        bubblewrap: [.seccomp, .noCapabilities, .userNamespace, .landlock], docker: [.seccomp, .noCapabilities],
        rootOnly: true, change: grant
      ) { ["open-handle", "\($0.granted):\($0.handle)"] },
      Escape(
        "execute a file that it wrote", .files, bubblewrap: [.noExecute, .landlock], docker: .noExecute,
        look: { process, _, _ in process.link("exe").hasSuffix("/tmp/copy") ? "it runs its own file" : nil }
      ) { _ in ["hold-copy", Probe.path] },
      Escape(
        "map a file that it wrote as code", .files, bubblewrap: .noExecute, docker: .noExecute,
        look: { process, _, _ in
          process.file("maps").split(separator: "\n").contains { $0.contains("r-xp") && $0.hasSuffix("/tmp/copy") }
            ? "its own file is mapped as code" : nil
        }
      ) { _ in ["map-copy", Probe.path] },
    ]
  }()

  static let processes: [Escape] = {
    func telling(_ name: String, _ path: String, bubblewrap: SandboxLayers, docker: SandboxLayers) -> Escape {
      Escape(
        name, .processes, bubblewrap: bubblewrap, docker: docker,
        look: { _, _, output in
          let told = text(path).trimmingCharacters(in: .whitespacesAndNewlines)
          return !told.isEmpty && output.contains(told) ? "it printed \(path)" : nil
        }
      ) { _ in ["read-file", path] }
    }
    return [
      telling("read the kernel's version and build", "/proc/version", bubblewrap: .landlock, docker: .ownRoot),
      telling("read the kernel's command line", "/proc/cmdline", bubblewrap: .landlock, docker: .ownRoot),
      telling(
        "tell this start of the machine from others", "/proc/sys/kernel/random/boot_id", bubblewrap: .landlock,
        docker: .ownRoot),
      Escape("read the host through /proc/self/root", .processes, bubblewrap: [.ownRoot, .landlock], docker: .ownRoot) {
        ["read-file", "/proc/self/root\($0.secret)"]
      },
      Escape(
        "read the arguments of a process of the host", .processes, bubblewrap: [.pidNamespace, .landlock],
        docker: .pidNamespace, needsNeighbour: true
      ) { ["read-file", "/proc/\($0.neighbour?.pid ?? 0)/cmdline"] },
      Escape(
        "end a process of the host", .processes, bubblewrap: [.pidNamespace, .landlock], docker: .pidNamespace,
        needsNeighbour: true
      ) { ["kill-process", "\($0.neighbour?.pid ?? 0)"] },
      Escape(
        "stop a process of the host", .processes, bubblewrap: [.pidNamespace, .landlock], docker: .pidNamespace,
        needsNeighbour: true
      ) { ["stop-process", "\($0.neighbour?.pid ?? 0)"] },
      Escape(
        "change a setting of the kernel", .processes,
        bubblewrap: [.landlock, .userNamespace, .pidNamespace, .readOnly], docker: [.ownRoot, .userNamespace],
        rootOnly: true
      ) { _ in ["write-setting", EscapeScene.setting] },
      Escape(
        "look around in /sys", .processes, bubblewrap: [.ownRoot, .landlock], docker: .ownRoot,
        look: { _, _, output in
          let names = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/kernel")) ?? []
          return names.contains { $0.count > 8 && output.contains($0) } ? "it listed /sys/kernel" : nil
        }
      ) { _ in ["list-folder", "/sys/kernel"] },
      Escape(
        "learn its place among control groups", .processes, bubblewrap: .cgroupNamespace, docker: .cgroupNamespace,
        rootOnly: true,
        look: { process, _, output in
          let places = process.file("cgroup").split(separator: "\n").compactMap { $0.split(separator: ":").last }
          return places.contains { $0.count > 8 && output.contains($0) } ? "it knows its control group" : nil
        }
      ) { _ in ["see-control-group"] },
    ]
  }()

  static let privileges: [Escape] = {
    func mounting(_ name: String, _ call: String, _ look: @escaping Look) -> Escape {
      Escape(
        name, .privileges, bubblewrap: [.noCapabilities, .seccomp, .landlock], docker: [.noCapabilities, .seccomp],
        look: look
      ) { _ in [call] }
    }
    let mounted: Look = { process, _, _ in process.mounts(at: "/tmp").count > 1 ? "something is mounted" : nil }
    return [
      mounting("mount a file system", "mount", mounted), mounting("mount a folder elsewhere", "mount-bind", mounted),
      mounting("make its tmpfs executable", "remount") { process, _, _ in
        process.mounts(at: "/tmp").last?.contains("noexec") == false ? "its tmpfs lost noexec" : nil
      },
      mounting("unmount its tmpfs", "unmount") { process, _, _ in
        process.mounts(at: "/tmp").isEmpty && !process.file("mountinfo").isEmpty ? "its tmpfs is gone" : nil
      },
      mounting("copy the tree of mounts", "clone-tree") { process, _, _ in
        process.descriptors.isEmpty ? nil : "it holds a tree of mounts"
      },
      Escape(
        "begin a new file system", .privileges, bubblewrap: [.noCapabilities, .seccomp],
        docker: [.noCapabilities, .seccomp], look: { process, _, _ in process.holds("fscontext") }
      ) { _ in ["open-context"] },
      Escape(
        "change its root", .privileges, bubblewrap: [.noCapabilities, .seccomp], docker: [.noCapabilities, .seccomp],
        look: { process, _, _ in process.link("root").hasSuffix("/tmp") ? "its root has changed" : nil }
      ) { _ in ["chroot"] },
      Escape(
        "hold a capability", .privileges, bubblewrap: .noCapabilities, docker: .noCapabilities,
        look: { process, _, _ in process.hasCapabilities ? "it holds capabilities" : nil }
      ) { _ in ["capability"] },
    ]
  }()

  static let namespaces: [Escape] = {
    func unsharing(_ name: String, _ call: String) -> Escape {
      Escape(
        name, .namespaces, bubblewrap: .seccomp, docker: .seccomp,
        look: { process, _, _ in process.hasCapabilities ? "it is root of a namespace" : nil }
      ) { _ in [call] }
    }
    return [
      unsharing("make a user namespace", "unshare-user"), unsharing("make a mount namespace", "unshare-mount"),
      unsharing("make a network namespace", "unshare-network"),
      Escape(
        "start a process in a namespace of its own", .namespaces, bubblewrap: .seccomp, docker: .seccomp,
        look: { process, _, _ in process.children.isEmpty ? nil : "it has a child" }
      ) { _ in ["keep-clone-user"] },
      Escape(
        "join a namespace of the host", .namespaces,
        bubblewrap: [.pidNamespace, .noCapabilities, .seccomp, .userNamespace, .landlock],
        docker: [.pidNamespace, .noCapabilities, .seccomp], rootOnly: true,
        look: { process, _, _ in
          process.link("ns/uts") == HeldProcess(pid: getpid()).link("ns/uts") ? "it is in the host's namespace" : nil
        }
      ) { _ in ["join-namespace", "/proc/\(getpid())/ns/uts"] },
      Escape(
        "learn the host's name", .namespaces, bubblewrap: .utsNamespace, docker: .utsNamespace,
        look: { _, _, output in
          output.split(separator: "\n").contains { $0 == hostName() } ? "it printed the host's name" : nil
        }
      ) { ["host-name", $0.canary] },
      Escape(
        "read the host's shared memory", .namespaces, bubblewrap: [.ipcNamespace, .seccomp],
        docker: [.ipcNamespace, .seccomp]
      ) { ["shared-memory", "\($0.sharedMemoryKey)"] },
    ]
  }()

  static let calls: [Escape] = {
    func holding(_ call: String, _ kind: String) -> Escape {
      Escape(
        "call \(call)", .calls, bubblewrap: .seccomp, docker: .seccomp,
        look: { process, _, _ in process.holds(kind) }
      ) { _ in [call] }
    }
    func privileged(_ call: String, _ kind: String) -> Escape {
      Escape(
        "call \(call)", .calls, bubblewrap: [.seccomp, .noCapabilities, .userNamespace],
        docker: [.seccomp, .noCapabilities], rootOnly: true, look: { process, _, _ in process.holds(kind) }
      ) { _ in [call] }
    }
    func changing(_ call: String, _ look: @escaping Look) -> Escape {
      Escape("call \(call)", .calls, bubblewrap: .seccomp, docker: .seccomp, look: look) { _ in [call] }
    }
    return [
      privileged("bpf-map", "bpf-map"), privileged("perf-counter", "perf_event"), holding("io-ring", "io_uring"),
      holding("fault-descriptor", "userfaultfd"), holding("memory-file", "memfd:"),
      holding("process-descriptor", "pidfd"), holding("inotify", "inotify"), holding("netlink", "socket:"),
      changing("shared-mapping") { process, _, _ in
        process.file("maps").contains("rw-s") ? "it has memory that no limit counts" : nil
      },
      changing("ptrace") { process, _, _ in process["TracerPid"] == "0" ? nil : "it is traced" },
      changing("no-randomization") { process, _, _ in
        (UInt32(process.file("personality").trimmingCharacters(in: .whitespacesAndNewlines), radix: 16) ?? 0)
          & 0x0040000 == 0 ? nil : "its personality has changed"
      },
      changing("one-processor") { process, _, _ in
        process["Cpus_allowed_list"] == "0" ? "it chose its processors" : nil
      },
      changing("shrink-stack") { process, _, _ in
        process.file("limits").split(separator: "\n").contains {
          $0.hasPrefix("Max stack size") && $0.contains(" 1048576 ")
        } ? "it set a limit" : nil
      },
      changing("keep-process") { process, _, _ in process.children.isEmpty ? nil : "it has a child" },
    ]
  }()

  static let resources: [Escape] = [
    Escape(
      "use more memory than its limit", .resources, bubblewrap: nil, docker: .memoryControlGroup,
      look: { process, _, _ in
        (Int(process["VmRSS"].prefix { $0.isNumber }) ?? 0) > 80 << 10 ? "it has more memory than its limit" : nil
      }
    ) { _ in ["memory", "96"] }
    .limited(root: [.memoryControlGroup, .resourceLimits], others: .resourceLimits),
    Escape(
      "start more threads than its limit", .resources, bubblewrap: nil, docker: .tasksControlGroup,
      look: { process, _, _ in (Int(process["Threads"]) ?? 0) > 20 ? "it has more threads than its limit" : nil }
    ) { _ in ["threads", "24"] }.limited(root: [.tasksControlGroup, .tasksOfUser], others: .resourceLimits),
    Escape(
      "start more processes than its limit", .resources, bubblewrap: nil, docker: .tasksControlGroup,
      change: { profile, _ in profile.mayStartProcesses = true },
      look: { process, _, _ in process.children.count > 20 ? "it has more processes than its limit" : nil }
    ) { _ in ["processes", "24"] }.limited(root: [.tasksControlGroup, .tasksOfUser], others: .resourceLimits),
    Escape(
      "fill its tmpfs beyond its size", .resources, bubblewrap: .temporarySize, docker: .temporarySize,
      look: { process, _, _ in process.temporary.sum > 12 << 20 ? "its tmpfs is fuller than its limit" : nil }
    ) { _ in ["fill", "16"] },
    Escape(
      "write a longer file than its limit", .resources, bubblewrap: .resourceLimits, docker: .resourceLimits,
      look: { process, _, _ in process.temporary.longest > 16 << 20 ? "a file is longer than its limit" : nil }
    ) { _ in ["long-file", "17"] },
    Escape(
      "open more files than its limit", .resources, bubblewrap: .resourceLimits, docker: .resourceLimits,
      look: { process, _, _ in process.descriptors.count > 40 ? "it has more files open than its limit" : nil }
    ) { _ in ["open-files", "64"] },
    Escape(
      "print more than its limit", .resources, bubblewrap: .outputLimit, docker: .outputLimit,
      look: { _, _, output in output.utf8.count > 3 << 20 ? "it printed more than its limit" : nil }
    ) { _ in ["print", "4"] },
  ]
}
