package import SaraiCore

/// A layer of a sandbox. Each keeps something out by itself, and tests switch each off by itself.
package struct SandboxLayers: OptionSet, Sendable, Hashable {
  package let rawValue: Int

  package init(rawValue: Int) { self.rawValue = rawValue }

  package static let userNamespace = Self(rawValue: 1 << 0)
  package static let pidNamespace = Self(rawValue: 1 << 1)
  package static let ipcNamespace = Self(rawValue: 1 << 2)
  package static let utsNamespace = Self(rawValue: 1 << 3)
  package static let networkNamespace = Self(rawValue: 1 << 4)
  package static let cgroupNamespace = Self(rawValue: 1 << 5)
  /// Only what was granted is mounted; without it the whole host is.
  package static let ownRoot = Self(rawValue: 1 << 6)
  /// What was not granted for writing is mounted read-only.
  package static let readOnly = Self(rawValue: 1 << 7)
  /// Nothing on the tmpfs can be executed.
  package static let noExecute = Self(rawValue: 1 << 8)
  package static let temporarySize = Self(rawValue: 1 << 9)
  package static let noCapabilities = Self(rawValue: 1 << 10)
  package static let newSession = Self(rawValue: 1 << 11)
  package static let seccomp = Self(rawValue: 1 << 12)
  package static let landlock = Self(rawValue: 1 << 13)
  package static let descriptors = Self(rawValue: 1 << 14)
  /// Limits of the process: descriptors, file size, processor time; memory and tasks where no control group has them.
  package static let resourceLimits = Self(rawValue: 1 << 15)
  package static let memoryControlGroup = Self(rawValue: 1 << 16)
  package static let tasksControlGroup = Self(rawValue: 1 << 17)
  package static let cpuControlGroup = Self(rawValue: 1 << 18)
  package static let outputLimit = Self(rawValue: 1 << 19)
  /// The program gets the environment of its launch and nothing of the host's.
  package static let ownEnvironment = Self(rawValue: 1 << 20)

  /// The user's own limit on tasks counts each sandbox by itself: not for root, and not before Linux 5.14.
  package static let tasksOfUser = Self(rawValue: 1 << 21)

  package static let controlGroups: Self = [.memoryControlGroup, .tasksControlGroup, .cpuControlGroup]
  package static let all = Self(rawValue: (1 << 22) - 1)

  /// Those that any program counts on. Landlock and control groups are not everywhere, and others stand in for them.
  static let indispensable: Self = all.subtracting(controlGroups).subtracting([.landlock, .tasksOfUser])
}

/// What a backend found out about this machine.
package struct SandboxReport: Sendable, Hashable {
  package struct Line: Sendable, Hashable {
    package enum Verdict: String, Sendable {
      case holds
      /// Missing, and something else stands in for it; the note says what.
      case replaced
      /// Missing, and programs that count on it are not run.
      case missing
    }

    /// The layer or part, in the field's own term.
    package var name: String
    package var verdict: Verdict
    /// What was found, and what to do where it is missing.
    package var note: Localized

    package init(_ name: String, _ verdict: Verdict, _ note: Localized) {
      self.name = name
      self.verdict = verdict
      self.note = note
    }
  }

  /// `bubblewrap`, `docker`, `disabled`.
  package var backend: String
  /// Its version, where it is there.
  package var version: String?
  /// What programs can count on.
  package var layers: SandboxLayers
  package var lines: [Line]

  package init(backend: String, version: String?, layers: SandboxLayers, lines: [Line]) {
    self.backend = backend
    self.version = version
    self.layers = layers
    self.lines = lines
  }

  /// True where ordinary programs can be run.
  package var isUsable: Bool { layers.isSuperset(of: .indispensable) }
}
