package import SaraiCore

/// What the loop is about. All times are milliseconds since 1970.
package struct LoopStatus: Sendable, Hashable {
  package enum State: String, Sendable, CaseIterable {
    case running, paused, disabled
    /// The store fails; `fault` says how. It is tried again.
    case error
  }

  package struct Next: Sendable, Hashable {
    package var at: Int64
    package var job: String
    package var action: LoopActionKind
  }

  package var state: State
  /// Nil for a pause without an end.
  package var pausedUntil: Int64?
  package var fault: Localized?
  package var startedAt: Int64
  package var next: Next?
  /// What is being done now.
  package var running: [LoopRecord]
  package var waiting: Int
  package var jobs: Int
  package var suspendedJobs: Int
  /// Of the last hour.
  package var endedActions: Int
  package var usefulActions: Int
  package var unread: [InboxItem.Kind: Int]
  /// Rows that could not be read and were put aside.
  package var rowsSetAside: Int
  package var zone: String
  package var isAnswering: Bool
  /// Files and folders that jobs wait for changes of.
  package var watchedPaths: [String]
}

/// How often something ended so, since the store was made.
package struct LoopTally: Sendable, Hashable {
  package var action: LoopActionKind
  package var outcome: LoopRecord.State
  package var isUseful: Bool
  package var count: Int64
  package var milliseconds: Int64
  /// Sums of gains by unit.
  package var gains: [ActionEffect.Unit: Int64]
}

/// Something that would be done.
package struct PlannedAction: Sendable, Hashable {
  /// Nil for what waits for an event.
  package var at: Int64?
  package var job: LoopJob
  /// What the job would do; with habits, what they would warm.
  package var action: LoopActionKind
  package var arguments: [String: String]
}
