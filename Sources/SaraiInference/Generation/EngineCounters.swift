import Synchronization

/// Totals of an engine since its start.
package struct EngineCounters: Sendable, Equatable {
  package var requests: UInt64 = 0
  /// Tokens of prompts, those from the prefix cache included.
  package var promptTokens: UInt64 = 0
  package var cachedPromptTokens: UInt64 = 0
  package var completionTokens: UInt64 = 0
  package var cancelledRequests: UInt64 = 0
  package var promptSeconds: Double = 0
  package var decodeSeconds: Double = 0
  /// Prompts of which some part was there already, in memory or on disk.
  package var prefixCacheHits: UInt64 = 0
  package var prefixCacheMisses: UInt64 = 0
  /// Cache files that were torn, forged or of another build, and were removed.
  package var prefixCacheRejectedFiles: UInt64 = 0
}

/// The counters, updated from the compute thread and read from any.
package final class EngineStatistics: Sendable {
  private let counters = Mutex(EngineCounters())

  package init() {}

  package var current: EngineCounters { counters.withLock { $0 } }

  func update(_ change: (inout EngineCounters) -> Void) {
    counters.withLock { change(&$0) }
  }
}
