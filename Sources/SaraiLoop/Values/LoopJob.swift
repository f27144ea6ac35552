package import SaraiAgent

/// Something that is to be done at times or upon events. All times are milliseconds since 1970.
package struct LoopJob: Sendable, Hashable {
  /// What happens to occurrences that were missed while SARAi was off, the machine slept or the clock jumped.
  package enum CatchUp: String, Sendable, CaseIterable {
    /// One run stands for all of them.
    case once
    /// Each is run, the oldest first; of very many the latest.
    case all
    /// None is run.
    case skip
  }

  package enum Source: String, Sendable, CaseIterable {
    case builtin, user, chat, fact
  }

  /// 0 for one that is not kept yet.
  package var id: Int64
  package var name: String
  package var owner: String
  package var schedule: Schedule
  /// "Europe/Madrid"; nil follows the zone of the settings.
  package var zone: String?
  package var catchUp: CatchUp
  package var action: LoopActionKind
  package var arguments: [String: String]
  /// 1...10, 10 before all others.
  package var priority: Int
  package var limitSeconds: Int64
  package var isEnabled: Bool
  package var source: Source
  /// What `every` counts from.
  package var anchor: Int64
  /// Nil where there is none, and while it is off or suspended.
  package var nextAt: Int64?
  /// The last occurrence that became an action.
  package var lastAt: Int64?
  /// Failed runs since the last one that went well.
  package var failures: Int
  /// It failed too often in a row, and waits to be switched on again.
  package var isSuspended: Bool

  package init(
    id: Int64 = 0, name: String, owner: String = LoopOwner.local, schedule: Schedule, zone: String? = nil,
    catchUp: CatchUp = .once, action: LoopActionKind, arguments: [String: String] = [:], priority: Int = 5,
    limitSeconds: Int64? = nil, isEnabled: Bool = true, source: Source = .user, anchor: Int64 = 0
  ) {
    self.id = id
    self.name = name
    self.owner = owner
    self.schedule = schedule
    self.zone = zone
    self.catchUp = catchUp
    self.action = action
    self.arguments = arguments
    self.priority = priority
    self.limitSeconds = limitSeconds ?? action.limitSeconds
    self.isEnabled = isEnabled
    self.source = source
    self.anchor = anchor
    failures = 0
    isSuspended = false
  }
}

/// What to change of a job; what is nil stays.
package struct LoopJobEdit: Sendable, Hashable {
  package var name: String?
  package var schedule: Schedule?
  /// An empty one follows the zone of the settings again.
  package var zone: String?
  package var catchUp: LoopJob.CatchUp?
  package var arguments: [String: String]?
  package var priority: Int?
  package var limitSeconds: Int64?
  /// True takes back a suspension, too.
  package var isEnabled: Bool?

  package init(
    name: String? = nil, schedule: Schedule? = nil, zone: String? = nil, catchUp: LoopJob.CatchUp? = nil,
    arguments: [String: String]? = nil, priority: Int? = nil, limitSeconds: Int64? = nil, isEnabled: Bool? = nil
  ) {
    self.name = name
    self.schedule = schedule
    self.zone = zone
    self.catchUp = catchUp
    self.arguments = arguments
    self.priority = priority
    self.limitSeconds = limitSeconds
    self.isEnabled = isEnabled
  }
}
