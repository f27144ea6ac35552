/// A system call that a program may make, and with what arguments: the calls that are not listed are refused.
struct SystemCallRule: Sendable, Hashable {
  /// `(argument & mask) == value`.
  struct Condition: Sendable, Hashable {
    var argument: UInt32
    var mask: UInt64
    var value: UInt64

    static func equals(_ argument: UInt32, _ value: UInt64) -> Self {
      Self(argument: argument, mask: .max, value: value)
    }
    /// For arguments of type `int`: the kernel ignores their upper half, and so must the filter.
    static func equalsInt(_ argument: UInt32, _ value: UInt64) -> Self {
      Self(argument: argument, mask: 0xffff_ffff, value: value)
    }
    static func lacks(_ argument: UInt32, _ bits: UInt64) -> Self {
      Self(argument: argument, mask: bits, value: 0)
    }
  }

  var call: String
  /// All have to hold; several rules of one call are alternatives.
  var conditions: [Condition] = []
}

/// The lists, from which the filter of each kind is put together.
enum SystemCallLists {
  /// Files by path and by descriptor. Links, device nodes and extended attributes are no business of a skill.
  static let files = [
    "read", "write", "readv", "writev", "pread64", "pwrite64", "preadv", "pwritev", "preadv2", "pwritev2", "close",
    "close_range", "lseek", "fstat", "newfstatat", "stat", "lstat", "statx", "statfs", "fstatfs", "access", "faccessat",
    "faccessat2", "readlink", "readlinkat", "getdents64", "getcwd", "chdir", "fchdir", "fcntl", "dup", "dup2", "dup3",
    "pipe", "pipe2", "truncate", "ftruncate", "fallocate", "fsync", "fdatasync", "sync_file_range", "fadvise64",
    "readahead", "unlink", "unlinkat", "rename", "renameat", "renameat2", "rmdir", "umask", "utimensat", "flock",
    "sendfile", "copy_file_range",
  ]
  static let waiting = [
    "poll", "ppoll", "select", "pselect6", "epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait",
    "epoll_pwait2", "eventfd", "eventfd2", "timerfd_create", "timerfd_settime", "timerfd_gettime", "signalfd4",
    "nanosleep", "clock_nanosleep", "restart_syscall", "futex", "futex_waitv", "sched_yield", "pause",
  ]
  static let memory = [
    "mprotect", "munmap", "mremap", "madvise", "mincore", "msync", "brk", "membarrier", "mlock", "munlock",
  ]
  static let threads = [
    "set_robust_list", "get_robust_list", "rseq", "set_tid_address", "gettid", "exit", "exit_group",
    "sched_getaffinity", "sched_getparam", "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min",
    "getcpu",
  ]
  /// Signals reach no further than the pid namespace.
  static let signals = [
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigpending", "rt_sigtimedwait", "rt_sigsuspend",
    "rt_sigqueueinfo", "rt_tgsigqueueinfo", "sigaltstack", "tgkill", "tkill", "kill", "wait4", "waitid", "alarm",
    "setitimer", "getitimer", "timer_create", "timer_settime", "timer_gettime", "timer_delete", "timer_getoverrun",
  ]
  static let facts = [
    "getpid", "getppid", "getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getgroups", "getpgid",
    "getpgrp", "getsid", "getpriority", "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrusage",
    "getrlimit", "sysinfo", "uname", "getrandom", "capget",
  ]
  /// Sockets that exist already; `socket` itself is for unix sockets only.
  static let sockets = [
    "bind", "listen", "accept", "accept4", "getsockname", "getpeername", "getsockopt", "setsockopt",
    "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "recvmmsg", "shutdown",
  ]

  /// Calls that libraries try first and do without when told that the kernel has none such.
  static let absent = [
    "clone3", "openat2", "io_uring_setup", "pidfd_open", "memfd_create", "fchmodat2", "landlock_create_ruleset",
  ]

  private static let unixFamily: UInt64 = 1
  /// Streams, which have to be connected before anything is sent: SOCK_STREAM without SOCK_NONBLOCK and SOCK_CLOEXEC.
  private static let stream = SystemCallRule.Condition(argument: 1, mask: 0xf, value: 1)
  private static let setIDBits: UInt64 = 0o6000
  /// CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
  private static let namespaceFlags: UInt64 = 0x80 | 0x20000 | 0x0200_0000 | 0x0400_0000 | 0x0800_0000 | 0x7000_0000
  private static let ptraceFlag: UInt64 = 0x2000
  private static let threadFlag: UInt64 = 0x10000
  private static let sharedMapping: UInt64 = 0x01
  private static let privateMapping: UInt64 = 0x02
  private static let anonymousMapping: UInt64 = 0x20

  /// Calls that depend on their arguments.
  static let conditional: [SystemCallRule] =
    [
      // A file that runs as its owner, on a folder that the host shares, would be a way out when the owner is root.
      SystemCallRule(call: "open", conditions: [.lacks(2, setIDBits)]),
      SystemCallRule(call: "openat", conditions: [.lacks(3, setIDBits)]),
      SystemCallRule(call: "creat", conditions: [.lacks(1, setIDBits)]),
      SystemCallRule(call: "mkdir", conditions: [.lacks(1, setIDBits)]),
      SystemCallRule(call: "mkdirat", conditions: [.lacks(2, setIDBits)]),
      SystemCallRule(call: "chmod", conditions: [.lacks(1, setIDBits)]),
      SystemCallRule(call: "fchmod", conditions: [.lacks(1, setIDBits)]),
      SystemCallRule(call: "fchmodat", conditions: [.lacks(2, setIDBits)]),
      SystemCallRule(call: "socket", conditions: [.equalsInt(0, unixFamily), stream]),
      SystemCallRule(call: "socketpair", conditions: [.equalsInt(0, unixFamily), stream]),
      // Memory that is shared and has no file counts against no limit of a process.
      SystemCallRule(call: "mmap", conditions: [.lacks(3, anonymousMapping)]),
      SystemCallRule(
        call: "mmap",
        conditions: [
          .init(
            argument: 3, mask: anonymousMapping | sharedMapping | privateMapping,
            value: anonymousMapping | privateMapping)
        ]),
      // Limits may be read, of this process only.
      SystemCallRule(call: "prlimit64", conditions: [.equalsInt(0, 0), .equals(2, 0)]),
    ] + prctlOptions.map { SystemCallRule(call: "prctl", conditions: [.equalsInt(0, $0)]) }
    + ioctlRequests.map { SystemCallRule(call: "ioctl", conditions: [.equalsInt(1, $0)]) }

  /// PR_SET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_DUMPABLE, PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_GET_NO_NEW_PRIVS,
  /// PR_SET_VMA (names of memory ranges).
  private static let prctlOptions: [UInt64] = [1, 3, 4, 15, 16, 23, 39, 0x53564d41]
  /// TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: none that puts anything into a terminal.
  private static let ioctlRequests: [UInt64] = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451]

  static func processes(mayStart: Bool) -> [SystemCallRule] {
    var rules = [SystemCallRule(call: "execve")]
    if mayStart {
      rules += ["fork", "vfork", "setpgid", "setsid"].map { SystemCallRule(call: $0) }
      rules.append(SystemCallRule(call: "clone", conditions: [.lacks(0, namespaceFlags | ptraceFlag)]))
    } else {
      let mask = namespaceFlags | ptraceFlag | threadFlag
      rules.append(SystemCallRule(call: "clone", conditions: [.init(argument: 0, mask: mask, value: threadFlag)]))
    }
    return rules
  }

  static let architecture = ["arch_prctl"]

  static let python = ["getxattr", "lgetxattr", "fgetxattr", "listxattr", "sched_getattr"]
  /// Engines measure where and how they run.
  static let engine = ["get_mempolicy", "mlock2"]
}

extension SandboxProfile {
  /// All that its programs may ask of the kernel.
  var systemCallRules: [SystemCallRule] {
    typealias Lists = SystemCallLists
    var plain =
      Lists.files + Lists.waiting + Lists.memory + Lists.threads + Lists.signals + Lists.facts + Lists.sockets
      + Lists.architecture
    switch kind {
    case .native: break
    case .python: plain += Lists.python
    case .engine: plain += Lists.engine
    }
    // Whoever may read a folder could connect to the sockets in it, and the kernel has no right for that alone.
    if !sockets.isEmpty { plain.append("connect") }
    return plain.map { SystemCallRule(call: $0) } + Lists.conditional
      + Lists.processes(mayStart: mayStartProcesses)
  }
}
