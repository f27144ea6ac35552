import CSeccomp
import Foundation
@testable import SaraiSandbox
import TestSupport
import Testing

@Suite struct OutputAllowanceTests {
  @Test("What is used up comes back with time, and never beyond the most")
  func comesBack() {
    let start = ContinuousClock.now
    var allowance = OutputAllowance(bytes: 1000, bytesPerSecond: 100, now: start)
    #expect(allowance.take(600, now: start) == 600)
    #expect(allowance.take(600, now: start) == 400)
    #expect(allowance.take(1, now: start) == 0)
    #expect(allowance.take(1000, now: start + .seconds(3)) == 300)
    #expect(allowance.take(5000, now: start + .seconds(1000)) == 1000)
  }
}

@Suite struct FilterTests {
  @Test("No list allows a call that leads out, for any kind of program", arguments: SandboxProfile.Kind.allCases)
  func lists(_ kind: SandboxProfile.Kind) throws {
    let never: Set = [
      "bpf", "keyctl", "add_key", "request_key", "userfaultfd", "perf_event_open", "ptrace", "process_vm_readv",
      "process_vm_writev", "unshare", "setns", "mount", "umount2", "move_mount", "open_tree", "fsopen", "fsconfig",
      "fsmount", "mount_setattr", "pivot_root", "chroot", "kexec_load", "kexec_file_load", "init_module",
      "finit_module", "delete_module", "open_by_handle_at", "name_to_handle_at", "io_uring_setup", "io_uring_enter",
      "io_uring_register", "memfd_create", "memfd_secret", "pidfd_getfd", "symlink", "symlinkat", "link", "linkat",
      "mknod",
      "mknodat", "setuid", "setgid", "setresuid", "setgroups", "capset", "seccomp", "personality", "quotactl", "swapon",
      "reboot", "settimeofday", "clock_settime", "adjtimex", "sethostname", "iopl", "ioperm", "acct", "syslog", "kcmp",
      "shmget", "shmat", "msgget", "semget", "mq_open", "fanotify_init", "lookup_dcookie", "vmsplice", "setxattr",
      "clone3", "execveat", "modify_ldt", "uselib", "move_pages", "mbind", "set_mempolicy", "sched_setaffinity",
      "setpriority", "setrlimit",
    ]
    for mayStart in [false, true] {
      let profile = SandboxProfile(
        name: "x", kind: kind, executable: "/usr/bin/true", mayStartProcesses: mayStart)
      let rules = profile.systemCallRules
      #expect(never.isDisjoint(with: rules.map(\.call)))
      // Calls whose arguments decide must have no rule without a condition.
      let conditional = Set(SystemCallLists.conditional.map(\.call)).union(["clone"])
      #expect(!rules.contains { conditional.contains($0.call) && $0.conditions.isEmpty })
      let filter = try SystemCallFilter(rules: rules)
      #expect(filter.instructions.count.isMultiple(of: 8) && filter.instructions.count < 4096 * 8)
      // The same lists make the same filter.
      #expect(try SystemCallFilter(rules: rules) == filter)
    }
    #expect(
      !SandboxProfile(name: "x", kind: kind, executable: "/x").systemCallRules.contains {
        ["fork", "vfork"].contains($0.call)
      })
  }
}

@Suite struct ControlGroupTests {
  @Test("With version 1 each controller has a folder, and the limits are written to its files")
  func versionOne() async throws {
    try await withTemporaryFolder { folder in
      let root = folder.path
      for name in ["memory/own", "pids", "cpu"] {
        try FileManager.default.createDirectory(
          atPath: "\(root)/\(name)", withIntermediateDirectories: true)
      }
      let groups = ControlGroups.find(
        memberships: "9:name=systemd:/\n8:pids:/\n4:memory:/own\n1:cpu:/\n0::/\n",
        mounts: """
          21 20 0:10 / \(root)/memory rw,relatime - cgroup cgroup rw,memory
          22 20 0:11 / \(root)/pids rw,relatime shared:3 - cgroup cgroup rw,pids
          23 20 0:12 / \(root)/cpu rw,relatime - cgroup cgroup rw,cpu
          24 20 0:13 / \(root) rw,relatime - tmpfs tmpfs rw
          """)
      #expect(groups.version == 1)
      #expect(groups.layers == .controlGroups)
      var limits = SandboxLimits(memoryBytes: 100 << 20, tasks: 5)
      limits.cpuCores = 0.5
      let group = try #require(try ControlGroup.make(name: "g", limits: limits, layers: .all, in: groups))
      #expect(read("\(root)/memory/own/g/memory.limit_in_bytes") == "\(104 << 20)")
      #expect(read("\(root)/pids/g/pids.max") == "7")
      #expect(read("\(root)/cpu/g/cpu.cfs_quota_us") == "50000")
      #expect(
        Set(group.taskFiles) == ["memory/own", "pids", "cpu"].reduce(into: []) { $0.insert("\(root)/\($1)/g/tasks") })
      try "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"
        .write(toFile: "\(root)/memory/own/g/memory.oom_control", atomically: true, encoding: .utf8)
      #expect(group.outOfMemoryKills() == 3)
    }
  }

  @Test("With version 2 one folder has all limits, and a process is born in it")
  func versionTwo() async throws {
    try await withTemporaryFolder { folder in
      let root = folder.path
      let own = "\(root)/user.slice/app"
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
      for name in ["cgroup.controllers", "cgroup.subtree_control"] {
        try "cpuset cpu io memory pids\n".write(toFile: "\(own)/\(name)", atomically: true, encoding: .utf8)
      }
      let groups = ControlGroups.find(
        memberships: "0::/user.slice/app\n", mounts: "30 20 0:20 / \(root) rw - cgroup2 cgroup2 rw,nsdelegate")
      #expect(groups.version == 2)
      #expect(groups.layers == .controlGroups)
      let group = try #require(
        try ControlGroup.make(
          name: "g", limits: SandboxLimits(memoryBytes: 64 << 20, tasks: 8, cpuCores: 2), layers: .all, in: groups))
      #expect(group.unified == "\(own)/g" && group.taskFiles.isEmpty)
      #expect(read("\(own)/g/memory.max") == "\(68 << 20)")
      #expect(read("\(own)/g/pids.max") == "10")
      #expect(read("\(own)/g/cpu.max") == "200000 100000")
    }
  }

  @Test("Where nothing can be written there are no groups, and none is made")
  func none() throws {
    let groups = ControlGroups.find(
      memberships: "0::/x\n", mounts: "30 20 0:20 / /nowhere rw - cgroup2 cgroup2 rw\nnonsense\n")
    #expect(groups.layers.isEmpty && groups.version == nil)
    #expect(try ControlGroup.make(name: "g", limits: SandboxLimits(), layers: .all, in: groups) == nil)
  }

  private func read(_ file: String) -> String? { try? String(contentsOfFile: file, encoding: .utf8) }
}
