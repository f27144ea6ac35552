/// How the pool of skills works.
package struct SkillPoolSettings: Sendable, Hashable {
  /// What happens after a skill's process failed.
  package struct FailurePolicy: Sendable, Hashable {
    /// So many failures without a success between them, and the skill rests: calls get an error at once.
    package var limit: Int
    /// The first rest; each further one without a success between them is twice as long, …
    package var restSeconds: Double
    /// … up to this.
    package var longestRestSeconds: Double
    /// Before the second start after a death; the first comes at once, and each further one waits twice as long.
    package var backoffSeconds: Double
    package var longestBackoffSeconds: Double

    package init(
      limit: Int = 5, restSeconds: Double = 5, longestRestSeconds: Double = 120, backoffSeconds: Double = 0.1,
      longestBackoffSeconds: Double = 5
    ) {
      self.limit = limit
      self.restSeconds = restSeconds
      self.longestRestSeconds = longestRestSeconds
      self.backoffSeconds = backoffSeconds
      self.longestBackoffSeconds = longestBackoffSeconds
    }
  }

  /// An existing folder of this user's alone, of a short path: sockets of gates and proxies are made in it.
  package var runtimeFolder: String
  /// An existing folder in which each skill has `NAME.log`; nil keeps the logs in memory only.
  package var logFolder: String?
  /// Where the pool remembers which skills were used; nil remembers nothing.
  package var useFile: String?
  /// How often a call is sent again at most, within its deadline.
  package var maximumRetries = 3
  package var failures = FailurePolicy()
  /// Between two health checks of an instance; 0 for none.
  package var healthSeconds = 10.0
  package var healthTimeoutSeconds = 2.0
  /// How often the pool looks after its instances: keep-warm, processor time, memory.
  package var careSeconds = 0.25
  /// How long an instance that is told to end may take before it is killed.
  package var stopGraceSeconds = 3.0
  /// How long an instance with grants of a call's own stays.
  package var grantedKeepWarmSeconds = 20.0
  /// Instances are stopped while less than this is available, …
  package var minimumAvailableBytes = 192 << 20
  /// … or processes waited for memory for more than this share of the last 10 seconds.
  package var maximumMemoryPressurePercent = 20.0
  /// A skill that was used within this time is started with the pool.
  package var rememberedUseSeconds = 3_600.0
  package var maximumPrefetched = 8
  /// Of one skill's log file; one older file of that size is kept beside it.
  package var logFileBytes = 1 << 20

  package init(runtimeFolder: String, logFolder: String? = nil, useFile: String? = nil) {
    self.runtimeFolder = runtimeFolder
    self.logFolder = logFolder
    self.useFile = useFile
  }
}
