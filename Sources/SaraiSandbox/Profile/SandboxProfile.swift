/// What one kind of skill or engine may touch, and how much of it. What a profile does not name, the sandbox denies.
package struct SandboxProfile: Sendable, Hashable {
  /// What runs inside; it picks the list of system calls.
  package enum Kind: String, Sendable, CaseIterable {
    /// A compiled program: Swift, C, Rust, …
    case native
    /// CPython with extension modules.
    case python
    /// `sarai-engine`: a compiled program that computes on all processors.
    case engine
  }

  /// A file or folder of the host and where it is seen inside.
  package struct Grant: Sendable, Hashable {
    package var host: String
    package var inside: String

    /// - Parameter inside: nil for the same path as on the host.
    package init(host: String, inside: String? = nil) {
      self.host = host
      self.inside = inside ?? host
    }
  }

  /// A unix socket of the host, seen inside as `SandboxPaths.grantedSocket(name)`.
  package struct SocketGrant: Sendable, Hashable {
    package var name: String
    package var host: String

    package init(name: String, host: String) {
      self.name = name
      self.host = host
    }
  }

  /// Which shared libraries a program sees.
  package enum Libraries: Sendable, Hashable {
    /// Those that the executable, and the shared objects in `roots`, name as needed, and those that these need.
    case found
    /// Just these: absolute paths of files or folders.
    case listed([String])
  }

  package enum ProcessFiles: Sendable, Hashable {
    /// No /proc at all.
    case none
    /// The sandbox's own processes, and what the host tells of its processors and memory.
    case own
  }

  /// For messages, logs and the names of control groups: 1 to 64 of `a`–`z`, `0`–`9`, `-`, `_`, `.`.
  package var name: String
  package var kind: Kind
  /// The file to execute: an absolute path, the same inside.
  package var executable: String
  package var libraries: Libraries
  /// Folders of an interpreter (its standard library, a virtual environment), read-only, at the same path inside.
  package var roots: [String]
  package var readOnly: [Grant]
  package var readWrite: [Grant]
  package var sockets: [SocketGrant]
  /// Folders of the host that are empty inside where they lie in one that is granted.
  package var hidden: [String] = []
  /// True where it serves: it then has a folder for its socket, at `SandboxPaths.socket` inside.
  package var serves: Bool
  package var processFiles: ProcessFiles
  /// True where it may start processes; threads are always allowed.
  package var mayStartProcesses: Bool
  package var limits: SandboxLimits

  package init(
    name: String, kind: Kind, executable: String, libraries: Libraries = .found, roots: [String] = [],
    readOnly: [Grant] = [], readWrite: [Grant] = [], sockets: [SocketGrant] = [], serves: Bool = false,
    processFiles: ProcessFiles = .own, mayStartProcesses: Bool = false, limits: SandboxLimits = SandboxLimits()
  ) {
    self.name = name
    self.kind = kind
    self.executable = executable
    self.libraries = libraries
    self.roots = roots
    self.readOnly = readOnly
    self.readWrite = readWrite
    self.sockets = sockets
    self.serves = serves
    self.processFiles = processFiles
    self.mayStartProcesses = mayStartProcesses
    self.limits = limits
  }
}

/// How much a sandbox may use.
package struct SandboxLimits: Sendable, Hashable {
  /// Memory of everything in it, its tmpfs included.
  package var memoryBytes: Int
  /// Threads and processes.
  package var tasks: Int
  /// Processor time of the program over its whole life; nil for no end.
  package var cpuSeconds: Int?
  /// Processors that it may keep busy at a time: 0.5 is half of one. Nil for all.
  package var cpuCores: Double?
  /// Open descriptors of one process.
  package var openFiles: Int
  /// The longest file that it may write.
  package var fileBytes: Int
  /// Its tmpfs, mounted on `SandboxPaths.temporaryFolder`.
  package var temporaryBytes: Int
  /// What it may print at once on both outputs together, …
  package var outputBytes: Int
  /// … and how fast that allowance comes back.
  package var outputBytesPerSecond: Int
  /// From the launch until the program runs; whoever launches it counts its start-up against the same.
  package var startSeconds: Double
  /// For one call, where the call itself says nothing shorter. Kept here for whoever calls.
  package var callSeconds: Double

  package init(
    memoryBytes: Int = 256 << 20, tasks: Int = 64, cpuSeconds: Int? = nil, cpuCores: Double? = nil,
    openFiles: Int = 256, fileBytes: Int = 64 << 20, temporaryBytes: Int = 16 << 20, outputBytes: Int = 1 << 20,
    outputBytesPerSecond: Int = 64 << 10, startSeconds: Double = 10, callSeconds: Double = 30
  ) {
    self.memoryBytes = memoryBytes
    self.tasks = tasks
    self.cpuSeconds = cpuSeconds
    self.cpuCores = cpuCores
    self.openFiles = openFiles
    self.fileBytes = fileBytes
    self.temporaryBytes = temporaryBytes
    self.outputBytes = outputBytes
    self.outputBytesPerSecond = outputBytesPerSecond
    self.startSeconds = startSeconds
    self.callSeconds = callSeconds
  }
}

/// Where a program finds things inside, whatever the backend.
package enum SandboxPaths {
  /// The socket that a program with `serves` listens on.
  package static let socket = "/run/sarai/service/skill.sock"
  package static let socketFolder = "/run/sarai/service"
  package static let temporaryFolder = "/tmp"
  static let grants = "/run/sarai/grants"
  static let confine = "/run/sarai/confine"

  package static func grantedSocket(_ name: String) -> String { "\(grants)/\(name).sock" }
}
