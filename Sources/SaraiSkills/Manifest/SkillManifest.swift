package import SaraiAgent
package import SaraiCore

/// What a skill's `skill.yaml` says: how it is started, what it may touch, how much it may use.
package struct SkillManifest: Sendable, Hashable {
  package enum Runtime: String, Sendable, CaseIterable {
    /// A compiled program.
    case native
    /// CPython: the first word of `entry` is `python3`.
    case python
  }

  package enum Isolation: String, Sendable, CaseIterable {
    /// It runs in a sandbox or not at all.
    case required
    /// Where sandboxes are switched off (`phoenix.skill_runtime: disabled`) it may run as a plain process.
    case optional
  }

  /// The command: a file of the skill's folder, a program of SARAi's, or `python3`; then its arguments, of which those
  /// that name files are relative to the skill's folder.
  package var entry: [String]
  package var runtime: Runtime
  package var isolation: Isolation
  package var grants: SkillGrants
  package var limits: SkillLimits
  /// GBNF in the skill's folder or among SARAi's `grammars/`, by file name; nil where the skill obeys none.
  package var grammar: String?
  /// Whether a call may be made again after the skill died in the middle of it.
  package var isIdempotent: Bool
  /// Processes that share its calls.
  package var instances: Int
  /// How long it stays started after its last use; 0 ends it at once.
  package var keepWarmSeconds: Double
  /// Whether it is started before anyone asks.
  package var prefetch: Bool
  /// Which questions are worth asking it before any model.
  package var intents: [IntentDeclaration]
  package var maxQuestionBytes: Int
  /// The skill's own settings, given to it as its configuration file.
  package var configuration: JSONValue

  package init(
    entry: [String], runtime: Runtime = .native, isolation: Isolation = .required, grants: SkillGrants = SkillGrants(),
    limits: SkillLimits = SkillLimits(), grammar: String? = nil, isIdempotent: Bool = false, instances: Int = 1,
    keepWarmSeconds: Double = 300, prefetch: Bool = false, intents: [IntentDeclaration] = [],
    maxQuestionBytes: Int = 2000, configuration: JSONValue = .object([:])
  ) {
    self.entry = entry
    self.runtime = runtime
    self.isolation = isolation
    self.grants = grants
    self.limits = limits
    self.grammar = grammar
    self.isIdempotent = isIdempotent
    self.instances = instances
    self.keepWarmSeconds = keepWarmSeconds
    self.prefetch = prefetch
    self.intents = intents
    self.maxQuestionBytes = maxQuestionBytes
    self.configuration = configuration
  }
}

/// What a skill may touch beside its own folder. Whatever is not here, the sandbox denies.
package struct SkillGrants: Sendable, Hashable {
  package struct File: Sendable, Hashable, Comparable {
    /// An absolute path of the host.
    package var path: String
    package var mayWrite: Bool

    package init(path: String, mayWrite: Bool = false) {
      self.path = path
      self.mayWrite = mayWrite
    }

    package static func < (a: Self, b: Self) -> Bool { (a.path, a.mayWrite ? 1 : 0) < (b.path, b.mayWrite ? 1 : 0) }
  }

  package enum Memory: String, Sendable, CaseIterable, Comparable {
    case none, read, write

    package static func < (a: Self, b: Self) -> Bool { allCases.firstIndex(of: a)! < allCases.firstIndex(of: b)! }
  }

  package var files: [File]
  /// `host:port`, each let through by SARAi's proxy; the skill itself has no network.
  package var network: [String]
  /// Roles of models that it may ask.
  package var models: [String]
  /// Names of skills that it may call.
  package var skills: [String]
  package var memory: Memory

  package init(
    files: [File] = [], network: [String] = [], models: [String] = [], skills: [String] = [], memory: Memory = .none
  ) {
    self.files = files
    self.network = network
    self.models = models
    self.skills = skills
    self.memory = memory
  }
}

/// How much a skill may use.
package struct SkillLimits: Sendable, Hashable {
  package var memoryMiB: Int
  /// Threads and processes.
  package var processes: Int
  /// Processor time of one call.
  package var cpuSeconds: Double
  /// Of one call, waiting included.
  package var timeoutSeconds: Double
  /// Of one answer.
  package var outputKiB: Int
  /// Of its temporary folder.
  package var temporaryMiB: Int
  /// From its start until it answers.
  package var startSeconds: Double

  package init(
    memoryMiB: Int = 256, processes: Int = 32, cpuSeconds: Double = 30, timeoutSeconds: Double = 30,
    outputKiB: Int = 1024, temporaryMiB: Int = 16, startSeconds: Double = 10
  ) {
    self.memoryMiB = memoryMiB
    self.processes = processes
    self.cpuSeconds = cpuSeconds
    self.timeoutSeconds = timeoutSeconds
    self.outputKiB = outputKiB
    self.temporaryMiB = temporaryMiB
    self.startSeconds = startSeconds
  }
}
