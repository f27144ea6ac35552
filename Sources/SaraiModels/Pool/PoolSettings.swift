package import SaraiCore

/// How the model pool works. Configuration gives it, and may give another while the pool runs.
package struct PoolSettings: Sendable, Hashable {
  /// Which model answers in a role.
  package struct Role: Sendable, Hashable {
    /// A model's id.
    package var model: String
    /// Wished for; a model that was trained for less gets what it was trained for.
    package var contextTokens: Int
    /// Ids of the models that stand in, in order, where the one before is missing, damaged, does not fit or does not
    /// start.
    package var fallback: [String]

    package init(model: String, contextTokens: Int, fallback: [String] = []) {
      self.model = model
      self.contextTokens = contextTokens
      self.fallback = fallback
    }
  }

  /// What happens after an engine died.
  package struct RestartPolicy: Sendable, Hashable {
    /// More deaths than this within the window, and the engine rests for as long as the window.
    package var limit: Int
    package var windowSeconds: Double
    /// Before the second restart of a window; the first comes at once, and each further one waits twice as long.
    package var backoffSeconds: Double

    package init(limit: Int = 5, windowSeconds: Double = 60, backoffSeconds: Double = 0.5) {
      self.limit = limit
      self.windowSeconds = windowSeconds
      self.backoffSeconds = backoffSeconds
    }
  }

  package var roles: [ModelRole: Role]
  /// Engines of language models at a time; embeddings do not count.
  package var maxConcurrentLLMs: Int
  /// For all engines together; nil leaves it to what the machine has available.
  package var memoryBudgetBytes: Int?
  /// An engine without a request for this long is stopped; nil keeps it.
  package var idleUnloadSeconds: Double?
  /// `sarai-engine`, an absolute path.
  package var engineExecutable: String
  /// Where engines keep the states of prompts.
  package var cacheFolder: String
  /// Where engines put their sockets; the path of a socket in it has to stay below 108 bytes.
  package var socketFolder: String
  /// Nil lets engines follow the machine's load.
  package var threads: Int?
  /// Requests that may wait in one engine.
  package var maxQueue: Int
  /// How engines guess tokens ahead.
  package var speculation = SpeculationMode.cost
  /// The context of a model that is asked for by its id and fills no role.
  package var defaultContextTokens = 4_096
  /// Whether the model of the role `draft` guesses ahead for the others.
  package var drafts = false
  package var startTimeoutSeconds: Double = 120
  /// How long a request waits for engines in use to make room.
  package var roomTimeoutSeconds: Double = 120
  package var restart = RestartPolicy()

  package init(
    roles: [ModelRole: Role], maxConcurrentLLMs: Int, memoryBudgetBytes: Int?, idleUnloadSeconds: Double?,
    engineExecutable: String, cacheFolder: String, socketFolder: String, threads: Int?, maxQueue: Int
  ) {
    self.roles = roles
    self.maxConcurrentLLMs = maxConcurrentLLMs
    self.memoryBudgetBytes = memoryBudgetBytes
    self.idleUnloadSeconds = idleUnloadSeconds
    self.engineExecutable = engineExecutable
    self.cacheFolder = cacheFolder
    self.socketFolder = socketFolder
    self.threads = threads
    self.maxQueue = maxQueue
  }

  /// What became of a change of settings while the pool runs. Names are those of this type's properties.
  package struct Change: Sendable, Hashable {
    /// In force now.
    package var applied: [String] = []
    /// In force for engines that start from now on; those in use keep what they have until they are idle.
    package var appliedAsEnginesStart: [String] = []
    /// In force after SARAi is started again.
    package var needsRestart: [String] = []
  }
}
